/* SPDX-License-Identifier: MIT */
/* The software device for IAX: decompression, in one job and in many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <isa-l.h>
#include <zlib.h>

#include "iax_run.h"
#include "reference.h"

#define PART (SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_FLUSH)

static struct sva_iax_op op;
static struct sva_iax_decompress_aecs aecs[2];

static unsigned int decompress(void *dst, size_t room, const void *src, size_t size, uint32_t flags)
{
	sva_iax_prep_decompress(&op, dst, (uint32_t)room, src, size, flags, 0);
	return iax_run(&op);
}

/* A job of several: number @n reads one copy and writes the other. */
static unsigned int continued(void *dst, size_t room, const void *src, size_t size, uint32_t flags,
			      unsigned int n, uint32_t write)
{
	uint32_t toggle = n % 2 ? SVA_IAX_FLAG_AECS_TOGGLE : 0;

	sva_iax_prep_decompress(&op, dst, (uint32_t)room, src, size, flags, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), write | toggle);
	return iax_run(&op);
}

static void begin(void)
{
	memset(aecs, 0, sizeof(aecs));
	aecs[0].state = SVA_IAX_STATE_HEADER;
}

static void assert_inflates(const uint8_t *stream, size_t stream_size, const uint8_t *data,
			    size_t size)
{
	uint8_t *dst = ref_buffer(size + 1), *src = ref_copy(stream, stream_size);
	uint8_t guard = dst[size];

	assert_int_equal(decompress(dst, size, src, stream_size, SVA_IAX_DECOMP_STREAM),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, size);
	assert_int_equal(op.record.bytes_completed, stream_size);
	assert_memory_equal(dst, data, size);
	assert_int_equal(dst[size], guard);
	assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
	assert_int_equal(op.record.xor_checksum, iax_xor(data, size));
	free(dst);
	free(src);
}

static const uint32_t sizes[] = { 0, 1, 2, 7, 100, 257, 4095, 4096, 4097, 20000, 70001 };

static void what_zlib_compresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned int kind = 0; kind < IAX_KINDS; kind++) {
			uint8_t *data = iax_data(kind, sizes[i]);

			for (int level = 0; level <= 9; level++)
				for (int strategy = 0; strategy <= Z_FIXED; strategy++) {
					size_t size;
					uint8_t *z =
						iax_deflate(data, sizes[i], level, strategy, &size);

					assert_inflates(z, size, data, sizes[i]);
					free(z);
				}
			free(data);
		}
}

static void what_isal_compresses(void **state)
{
	static uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT], to[200000];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned int kind = 0; kind < IAX_KINDS; kind++)
			for (unsigned int level = 0; level <= 1; level++) {
				uint8_t *data = iax_data(kind, sizes[i]);
				struct isal_zstream z;

				isal_deflate_init(&z);
				z.level = level;
				z.level_buf = level_buffer;
				z.level_buf_size = sizeof(level_buffer);
				z.hist_bits = 12;
				z.end_of_stream = 1;
				z.next_in = data;
				z.avail_in = sizes[i];
				z.next_out = to;
				z.avail_out = sizeof(to);
				assert_int_equal(isal_deflate(&z), COMP_OK);
				assert_inflates(to, z.total_out, data, sizes[i]);
				free(data);
			}
}

/* Blocks of all three types. */
static uint8_t *mixed_stream(const uint8_t *data, size_t size, size_t *stream_size)
{
	z_stream z = { 0 };
	uint8_t *to = malloc(2 * size + 100);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -12, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)data;
	z.next_out = to;
	z.avail_out = (uInt)(2 * size + 100);
	z.avail_in = (uInt)(size / 3);
	assert_int_equal(deflate(&z, Z_BLOCK), Z_OK);
	deflateParams(&z, 9, Z_FIXED);
	z.avail_in = (uInt)(size / 3);
	assert_int_equal(deflate(&z, Z_BLOCK), Z_OK);
	deflateParams(&z, 0, Z_DEFAULT_STRATEGY);
	z.avail_in = (uInt)(size - 2 * (size / 3));
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*stream_size = z.total_out;
	deflateEnd(&z);
	return to;
}

static void input_in_two_parts(void **state)
{
	const size_t size = 3000;
	uint8_t *data = iax_data(IAX_TEXT, size), dst[3001];
	size_t stream_size;
	uint8_t *z = mixed_stream(data, size, &stream_size);

	(void)state;
	assert_in_range(stream_size, 1000, 3000);
	for (size_t cut = 0; cut <= stream_size; cut++) {
		uint8_t *second = ref_copy(z + cut, stream_size - cut);
		uint32_t done;

		begin();
		memset(dst, 0, sizeof(dst));
		assert_int_equal(continued(dst, size, z, cut, PART, 0, SVA_IAX_FLAG_AECS_WRITE),
				 SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.bytes_completed, cut);
		done = op.record.output_size;
		assert_int_equal(continued(dst + done, size - done + 1, second, stream_size - cut,
					   SVA_IAX_DECOMP_STREAM, 1, SVA_IAX_FLAG_AECS_WRITE),
				 SVA_STATUS_SUCCESS);
		assert_int_equal(done + op.record.output_size, size);
		assert_memory_equal(dst, data, size);
		assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
		assert_true(aecs[0].state & SVA_IAX_STATE_EOB);
		free(second);
	}
	free(data);
	free(z);
}

static void input_byte_by_byte(void **state)
{
	const size_t size = 9001;
	uint8_t *data = iax_data(IAX_TEXT, size), dst[9008];
	size_t stream_size;
	uint8_t *z = mixed_stream(data, size, &stream_size);

	(void)state;
	for (unsigned int flush = 0; flush < 2; flush++) {
		uint32_t done = 0;

		begin();
		for (size_t i = 0; i < stream_size; i++) {
			bool last = i + 1 == stream_size;
			uint32_t flags = last    ? SVA_IAX_DECOMP_STREAM
					 : flush ? PART
						 : SVA_IAX_DECOMP_ENABLE;

			assert_int_equal(continued(dst + done, sizeof(dst) - done, z + i, 1, flags,
						   i % 2, SVA_IAX_FLAG_AECS_WRITE),
					 SVA_STATUS_SUCCESS);
			if (!flush && !last)
				assert_int_equal(op.record.output_size % 8, 0);
			done += op.record.output_size;
		}
		assert_int_equal(done, size);
		assert_memory_equal(dst, data, size);
		assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
	}
	free(data);
	free(z);
}

/* Output for which there is room for @room bytes at a time; nothing is written behind it. */
static void with_room(const uint8_t *z, size_t stream_size, const uint8_t *data, size_t size,
		      size_t room, uint32_t flags)
{
	size_t in = 0, out = 0;
	unsigned int n = 0, status;

	begin();
	do {
		uint8_t *dst = ref_buffer(room);

		status = continued(dst, room, z + in, stream_size - in, flags, n++,
				   SVA_IAX_FLAG_AECS_OVERFLOW);
		assert_in_range(op.record.output_size, 0, size - out);
		assert_memory_equal(dst, data + out, op.record.output_size);
		out += op.record.output_size;
		in += op.record.bytes_completed;
		if (status == SVA_STATUS_OUTPUT_OVERFLOW)
			assert_int_equal(op.record.output_size,
					 flags & SVA_IAX_DECOMP_FLUSH ? room : (room & ~7ul));
		free(dst);
	} while (status == SVA_STATUS_OUTPUT_OVERFLOW);
	assert_int_equal(status, SVA_STATUS_SUCCESS);
	assert_int_equal(in, stream_size);
	assert_int_equal(out, flags & SVA_IAX_DECOMP_FLUSH ? size : (size & ~7ul));
	assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
}

static void output_of_every_size(void **state)
{
	const size_t size = 2500;
	size_t stream_size, runs_size;
	uint8_t *data = iax_data(IAX_TEXT, size), *runs = iax_data(IAX_RUNS, size);
	uint8_t *z = mixed_stream(data, size, &stream_size);
	uint8_t *z_runs = iax_deflate(runs, size, 9, Z_DEFAULT_STRATEGY, &runs_size);

	(void)state;
	for (size_t room = 1; room <= size; room += room < 300 ? 1 : 97) {
		with_room(z, stream_size, data, size, room, SVA_IAX_DECOMP_STREAM);
		with_room(z_runs, runs_size, runs, size, room, SVA_IAX_DECOMP_STREAM);
		if (room >= 8)
			with_room(z, stream_size, data, size, room,
				  SVA_IAX_DECOMP_STREAM & ~SVA_IAX_DECOMP_FLUSH);
	}
	free(data);
	free(runs);
	free(z);
	free(z_runs);
}

static void overflow_without_an_aecs(void **state)
{
	const size_t size = 40000;
	size_t stream_size;
	uint8_t *data = iax_data(IAX_TEXT, size), *dst = ref_buffer(30000);
	uint8_t *z = iax_deflate(data, size, 6, 0, &stream_size);

	(void)state;
	assert_int_equal(decompress(dst, 30000, z, stream_size, SVA_IAX_DECOMP_STREAM),
			 SVA_STATUS_OUTPUT_OVERFLOW);
	assert_int_equal(op.record.output_size, 30000);
	assert_memory_equal(dst, data, 30000);
	assert_in_range(op.record.bytes_completed, 1, stream_size - 1);
	free(data);
	free(dst);
	free(z);
}

/* A table in a job of its own, for bodies that have none. */
static void a_header_for_many_bodies(void **state)
{
	struct iax_bits header = { 0 }, body = { 0 };
	uint8_t dst[8];

	(void)state;
	iax_put(&header, 3, 3); /* final, fixed */
	memset(aecs, 0, sizeof(aecs));
	sva_iax_prep_decompress(&op, dst, 0, header.bytes, 1,
				PART | SVA_IAX_DECOMP_NO_OUTPUT | SVA_IAX_DECOMP_IGNORE(5), 0);
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_TOGGLE;
	op.op.desc.iax.aecs_addr = (uintptr_t)aecs;
	op.op.desc.iax.src2_size = sizeof(aecs[0]);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(aecs[0].state, SVA_IAX_STATE_TOKEN | SVA_IAX_STATE_FINAL);
	iax_put(&body, 0x8e, 8); /* 'A': 0x30 + 0x41, reversed */
	iax_put(&body, 0, 7);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(continued(dst, 1, body.bytes, 2, SVA_IAX_DECOMP_STREAM, 0, 0),
				 SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.output_size, 1);
		assert_int_equal(dst[0], 'A');
	}
}

static void history_from_the_aecs(void **state)
{
	struct iax_bits bits = { 0 };
	uint8_t dst[3];

	(void)state;
	begin();
	memcpy(aecs[0].history, "xyz", 3);
	aecs[0].history_offset = 3;
	aecs[0].filter.crc = crc32(0, (const uint8_t *)"xyz", 3);
	/* The first bits of the stream come from the accumulator. */
	aecs[0].input_accumulator[0] = 3;
	aecs[0].input_accumulator_bits[0] = 3;
	iax_put(&bits, 0x40, 7); /* length 3: code 0000001 */
	iax_put(&bits, 8, 5);    /* distance 3: code 00010 */
	iax_put(&bits, 0, 7);
	assert_int_equal(continued(dst, 3, bits.bytes, 3, SVA_IAX_DECOMP_STREAM, 0, 0),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 3);
	assert_memory_equal(dst, "xyz", 3);
	assert_int_equal(op.record.crc, crc32(0, (const uint8_t *)"xyzxyz", 6));
	/* Without it, it would begin before the start. */
	aecs[0].history_offset = 2;
	assert_int_equal(continued(dst, 3, bits.bytes, 3, SVA_IAX_DECOMP_STREAM, 0, 0),
			 SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_BEFORE_START);
}

static void nothing_is_written_to_verify(void **state)
{
	size_t stream_size;
	uint8_t *data = iax_data(IAX_TEXT, 50000), dst[8] = "before!";
	uint8_t *z = iax_deflate(data, 50000, 6, 0, &stream_size);

	(void)state;
	assert_int_equal(decompress(dst, 1, z, stream_size,
				    SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_NO_OUTPUT),
			 SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, "before!", sizeof(dst));
	assert_int_equal(op.record.crc, crc32(0, data, 50000));
	free(data);
	free(z);
}

static void crc32c_instead(void **state)
{
	struct iax_bits bits = { 0 };
	uint8_t dst[9];

	(void)state;
	iax_put(&bits, 1, 8); /* a final stored block */
	iax_put(&bits, 9 | 0xfff60000, 32);
	for (unsigned int i = 0; i < 9; i++)
		iax_put(&bits, '1' + i, 8);
	sva_iax_prep_decompress(&op, dst, 9, bits.bytes, bits.count / 8, SVA_IAX_DECOMP_STREAM,
				SVA_IAX_FLAG_CRC32C);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.crc, 0xe3069283);
}

/* Rules for the end. */

static void the_end_of_a_block(void **state)
{
	struct iax_bits one = { 0 }, two = { 0 };
	uint8_t dst[8];

	(void)state;
	iax_put(&one, 2, 3); /* fixed, not final: 'A' */
	iax_put(&one, 0x8e, 8);
	two = one;
	iax_put(&one, 0, 7);
	/* Any end will do, or only that of the final block. */
	assert_int_equal(decompress(dst, 8, one.bytes, 3, PART | SVA_IAX_DECOMP_CHECK_EOB),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(decompress(dst, 8, one.bytes, 3,
				    PART | SVA_IAX_DECOMP_CHECK_EOB | SVA_IAX_DECOMP_FINAL_EOB),
			 SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_NO_EOB);
	assert_int_equal(op.record.output_size, 1);
	/* No end: only if it is to be checked that is an error. */
	assert_int_equal(decompress(dst, 8, two.bytes, 2, PART), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 1);
	assert_int_equal(decompress(dst, 8, two.bytes, 2, PART | SVA_IAX_DECOMP_STOP_ON_EOB),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(decompress(dst, 8, two.bytes, 2, PART | SVA_IAX_DECOMP_CHECK_EOB),
			 SVA_STATUS_ANALYTICS);
	/* What follows the end where it stops is not looked at. */
	iax_put(&one, 7, 3);
	iax_put(&one, 0xffffff, 24);
	assert_int_equal(decompress(dst, 8, one.bytes, 6, PART | SVA_IAX_DECOMP_STOP_ON_EOB),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.bytes_completed, 6);
	assert_int_equal(decompress(dst, 8, one.bytes, 6,
				    PART | SVA_IAX_DECOMP_STOP_ON_EOB | SVA_IAX_DECOMP_FINAL_EOB),
			 SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_BLOCK_TYPE);
	assert_int_equal(decompress(dst, 8, one.bytes, 6, PART), SVA_STATUS_ANALYTICS);
}

static void bits_that_are_left(void **state)
{
	struct iax_bits bits = { 0 };
	uint8_t dst[8];

	(void)state;
	begin();
	iax_put(&bits, 2, 3);
	iax_put(&bits, 0x8e, 8);
	iax_put(&bits, 0, 7); /* 18 bits; then a final block */
	iax_put(&bits, 3, 3);
	iax_put(&bits, 0x8e, 8);
	iax_put(&bits, 0, 7);
	assert_int_equal(continued(dst, 8, bits.bytes, 5, PART | SVA_IAX_DECOMP_STOP_ON_EOB, 0,
				   SVA_IAX_FLAG_AECS_WRITE),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(aecs[1].bits_left, 40 - 18);
	assert_int_equal(aecs[1].input_accumulator_bits[0], (40 - 18) % 8);
	assert_int_equal(aecs[1].state, SVA_IAX_STATE_HEADER | SVA_IAX_STATE_EOB);
	/* A program goes on at the byte that it finds by them. */
	assert_int_equal(continued(dst + 1, 7, bits.bytes + 5 - aecs[1].bits_left / 8,
				   aecs[1].bits_left / 8, SVA_IAX_DECOMP_STREAM, 1, 0),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 1);
	assert_memory_equal(dst, "AA", 2);
}

static void bits_that_are_ignored(void **state)
{
	struct iax_bits bits = { 0 };
	uint8_t dst[8];

	(void)state;
	iax_put(&bits, 3, 3);
	iax_put(&bits, 0x8e, 8);
	iax_put(&bits, 0, 7); /* 18 bits */
	for (uint32_t n = 0; n < 16; n++) {
		unsigned int status = decompress(dst, 8, bits.bytes, 3,
						 SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_IGNORE(n));

		assert_int_equal(status, n <= 6 ? SVA_STATUS_SUCCESS : SVA_STATUS_ANALYTICS);
		assert_int_equal(op.record.output_size, n <= 13);
	}
}

/* The bits of the last byte that is not whole do not count for what a stored block begins at. */
static void a_stored_block_before_ignored_bits(void **state)
{
	struct iax_bits bits = { 0 };
	uint8_t dst[8];

	(void)state;
	iax_put(&bits, 0, 8); /* a stored block of nothing */
	iax_put(&bits, 0xffff0000, 32);
	iax_put(&bits, 3, 3);
	iax_put(&bits, 0, 7);
	assert_int_equal(
		decompress(dst, 8, bits.bytes, 7, SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_IGNORE(6)),
		SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 0);
}

/* The largest header does not fit in the input accumulator, and is read by bytes all the same. */
static void the_largest_header(void **state)
{
	/* Lengths of the code for lengths: of 8 and 9, which are used, 7 bits. */
	static const uint8_t code[19] = { 1, 2, 3, 4, 7, 5, 7, 6 };
	struct iax_bits bits = { 0 };
	uint8_t dst[8];

	(void)state;
	iax_put(&bits, 5, 3);
	iax_put(&bits, 29, 5);
	iax_put(&bits, 29, 5);
	iax_put(&bits, 15, 4);
	for (int i = 0; i < 19; i++)
		iax_put(&bits, code[i], 3);
	for (int i = 0; i < 286; i++) /* codes 1111110 and 1111111 */
		iax_put(&bits, i < 226 ? 0x3f : 0x7f, 7);
	for (int i = 0; i < 30; i++)
		iax_put(&bits, 0x3f, 7);
	assert_in_range(bits.count, 8 * 256 + 8, 8 * 600);
	iax_put(&bits, 0, 8);
	iax_put(&bits, 0x8f, 9); /* the end: 2 * 226 + 30 = 111100010, reversed */
	begin();
	for (uint32_t i = 0; i < (bits.count + 7) / 8; i++) {
		bool last = i + 1 == (bits.count + 7) / 8;

		assert_int_equal(continued(dst, 8, bits.bytes + i, 1,
					   last ? SVA_IAX_DECOMP_STREAM : PART, i % 2,
					   SVA_IAX_FLAG_AECS_WRITE),
				 SVA_STATUS_SUCCESS);
	}
	assert_int_equal(op.record.crc, crc32(0, (const uint8_t *)"", 1));
}

/* Errors. */

static void assert_error(const struct iax_bits *bits, enum sva_iax_error error)
{
	static uint8_t dst[70000];
	uint8_t *src = ref_copy(bits->bytes, (bits->count + 7) / 8);

	assert_int_equal(
		decompress(dst, sizeof(dst), src, (bits->count + 7) / 8, SVA_IAX_DECOMP_STREAM),
		SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, error);
	free(src);
}

/* The beginning of a dynamic block's header: eight symbols have codes, of 3 bits each. */
static void dynamic(struct iax_bits *bits, uint32_t ll, uint32_t d)
{
	/* Of 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15. */
	static const uint8_t lengths[19] = {
		3, 3, 3, 3, 0, 0, 3, 0, 3, 0, 0, 0, 0, 0, 0, 3, 0, 3, 0
	};

	memset(bits, 0, sizeof(*bits));
	iax_put(bits, 5, 3);
	iax_put(bits, ll - 257, 5);
	iax_put(bits, d - 1, 5);
	iax_put(bits, 15, 4);
	for (int i = 0; i < 19;
	     i++) /* in the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15 */
		iax_put(bits, lengths[i], 3);
}

/* They are, in the order of their codes, which count from the highest bit: */
#define CL(code) (((code)&1) << 2 | ((code)&2) | (code) >> 2), 3
#define CL_0     CL(0)
#define CL_1     CL(1)
#define CL_2     CL(2)
#define CL_8     CL(3)
#define CL_10    CL(4)
#define CL_16    CL(5)
#define CL_17    CL(6)
#define CL_18    CL(7)

static void errors_of_headers(void **state)
{
	struct iax_bits bits = { 0 };

	(void)state;
	iax_put(&bits, 7, 8);
	assert_error(&bits, SVA_IAX_ERROR_BLOCK_TYPE);
	memset(&bits, 0, sizeof(bits));
	iax_put(&bits, 1, 8);
	iax_put(&bits, 5, 32);
	assert_error(&bits, SVA_IAX_ERROR_STORED_LENGTH);
	dynamic(&bits, 287, 1);
	assert_error(&bits, SVA_IAX_ERROR_MANY_LL);
	dynamic(&bits, 257, 31);
	assert_error(&bits, SVA_IAX_ERROR_MANY_D);

	memset(&bits, 0, sizeof(bits));
	iax_put(&bits, 5, 3);
	iax_put(&bits, 0, 14);
	for (int i = 0; i < 4; i++)
		iax_put(&bits, 1, 3); /* four codes of one bit */
	assert_error(&bits, SVA_IAX_ERROR_CL_LENGTHS);
	memset(&bits, 0, sizeof(bits));
	iax_put(&bits, 5, 3);
	iax_put(&bits, 0, 14);
	iax_put(&bits, 0, 9);
	iax_put(&bits, 1, 3); /* one code: the bit 0 */
	iax_put(&bits, 0xff, 8);
	assert_error(&bits, SVA_IAX_ERROR_BAD_CL);

	dynamic(&bits, 257, 1);
	iax_put(&bits, CL_16);
	assert_error(&bits, SVA_IAX_ERROR_FIRST_LL);
	dynamic(&bits, 257, 1);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	assert_error(&bits, SVA_IAX_ERROR_LL_COUNT); /* 276 zeros for 258 codes */
	dynamic(&bits, 257, 1);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 108, 7); /* 257 */
	iax_put(&bits, CL_16);
	assert_error(&bits, SVA_IAX_ERROR_FIRST_D);
	dynamic(&bits, 257, 2);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 108, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 0, 7);
	assert_error(&bits, SVA_IAX_ERROR_D_COUNT);
	dynamic(&bits, 257, 1);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 109, 7);
	assert_error(&bits, SVA_IAX_ERROR_NO_LL);
}

/* 3 symbols of @length bits, 255 zeros or so, and the distance codes, of which 4 are @d bits long
 */
static void errors_of_codes(void **state)
{
	struct iax_bits bits;

	(void)state;
	dynamic(&bits, 257, 1);
	for (int i = 0; i < 3; i++)
		iax_put(&bits, CL_1);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 106, 7); /* 258 codes */
	assert_error(&bits, SVA_IAX_ERROR_LL_LENGTHS);
	dynamic(&bits, 257, 3);
	iax_put(&bits, CL_1);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 106, 7);
	iax_put(&bits, CL_1); /* 257 */
	for (int i = 0; i < 3; i++)
		iax_put(&bits, CL_1);
	assert_error(&bits, SVA_IAX_ERROR_D_LENGTHS);

	/* Literal 0 and length 3 have codes, 00 and 10; the rest has none. */
	dynamic(&bits, 258, 1);
	iax_put(&bits, CL_2);
	iax_put(&bits, CL_18);
	iax_put(&bits, 127, 7);
	iax_put(&bits, CL_18);
	iax_put(&bits, 106, 7); /* 256 */
	iax_put(&bits, CL_0);
	iax_put(&bits, CL_2);
	iax_put(&bits, CL_1); /* distance 1: 0 */
	iax_put(&bits, 0, 2);
	{
		struct iax_bits more = bits;

		iax_put(&more, 0xfffff, 20);
		assert_error(&more, SVA_IAX_ERROR_BAD_LL);
	}
	iax_put(&bits, 2, 2);
	iax_put(&bits, 0xfffff, 20);
	assert_error(&bits, SVA_IAX_ERROR_BAD_D);
	assert_int_equal(op.record.output_size, 1);
}

static void errors_of_tokens(void **state)
{
	struct iax_bits bits = { 0 }, d, start;
	uint8_t *data = iax_data(IAX_NOISE, 4200), *twice = malloc(8400), *z;
	z_stream s = { 0 };

	(void)state;
	iax_put(&bits, 3, 3);
	d = start = bits;
	iax_put(&bits, 0x63, 8); /* symbol 286: 0xc6 */
	iax_put(&bits, 0, 20);
	assert_error(&bits, SVA_IAX_ERROR_LENGTH);
	iax_put(&d, 0x8e, 8);
	iax_put(&d, 0x40, 7);
	iax_put(&d, 0xf, 5); /* symbol 30 */
	iax_put(&d, 0, 20);
	assert_error(&d, SVA_IAX_ERROR_BAD_D);
	iax_put(&start, 0x8e, 8);
	iax_put(&start, 0x40, 7);
	iax_put(&start, 0x10, 5); /* distance 2 */
	iax_put(&start, 0, 20);
	assert_error(&start, SVA_IAX_ERROR_BEFORE_START);

	/* A match of zlib that goes back 4200 bytes. */
	memcpy(twice, data, 4200);
	memcpy(twice + 4200, data, 4200);
	z = malloc(10000);
	assert_int_equal(deflateInit2(&s, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
	s.next_in = twice;
	s.avail_in = 8400;
	s.next_out = z;
	s.avail_out = 10000;
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	assert_int_equal(decompress(twice, 8400, z, s.total_out, SVA_IAX_DECOMP_STREAM),
			 SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_DISTANCE);
	assert_in_range(op.record.output_size, 4200, 4300);
	deflateEnd(&s);
	free(data);
	free(twice);
	free(z);
}

static void a_bad_aecs(void **state)
{
	uint8_t src[3] = { 3, 0, 0 }, dst[8];

	(void)state;
	for (int i = 0; i < 6; i++) {
		begin();
		switch (i) {
		case 0:
			aecs[0].state = 16;
			break;
		case 1:
			aecs[0].state = SVA_IAX_STATE_TOKEN; /* without codes */
			break;
		case 2:
			aecs[0].input_accumulator_bits[3] = 65;
			break;
		case 3:
			aecs[0].format = 2;
			break;
		case 4:
			aecs[0].output_accumulator_bits = 64;
			break;
		default:
			aecs[0].history_offset = 5000;
			break;
		}
		assert_int_equal(continued(dst, 8, src, 3, SVA_IAX_DECOMP_STREAM, 0, 0),
				 SVA_STATUS_ANALYTICS);
		assert_int_equal(op.record.error_code, SVA_IAX_ERROR_AECS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_zlib_compresses),
		cmocka_unit_test(what_isal_compresses),
		cmocka_unit_test(input_in_two_parts),
		cmocka_unit_test(input_byte_by_byte),
		cmocka_unit_test(output_of_every_size),
		cmocka_unit_test(overflow_without_an_aecs),
		cmocka_unit_test(a_header_for_many_bodies),
		cmocka_unit_test(history_from_the_aecs),
		cmocka_unit_test(nothing_is_written_to_verify),
		cmocka_unit_test(crc32c_instead),
		cmocka_unit_test(the_end_of_a_block),
		cmocka_unit_test(bits_that_are_left),
		cmocka_unit_test(bits_that_are_ignored),
		cmocka_unit_test(a_stored_block_before_ignored_bits),
		cmocka_unit_test(the_largest_header),
		cmocka_unit_test(errors_of_headers),
		cmocka_unit_test(errors_of_codes),
		cmocka_unit_test(errors_of_tokens),
		cmocka_unit_test(a_bad_aecs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
