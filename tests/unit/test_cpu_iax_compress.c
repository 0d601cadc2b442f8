/* SPDX-License-Identifier: MIT */
/* The software device for IAX: compression. What it makes, zlib inflates, and so does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "iax_run.h"
#include "reference.h"

#define WHOLE (SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB)

static struct sva_iax_op op;
static struct sva_iax_compress_aecs aecs[2];

/* A code word of the fixed table (RFC 1951, 3.2.6). */
static uint32_t fixed_word(unsigned int symbol)
{
	if (symbol < 144)
		return SVA_IAX_CODE(0x30 + symbol, 8);
	if (symbol < 256)
		return SVA_IAX_CODE(0x190 + symbol - 144, 9);
	if (symbol < 280)
		return SVA_IAX_CODE(symbol - 256, 7);
	return SVA_IAX_CODE(0xc0 + symbol - 280, 8);
}

static void fixed_tables(void)
{
	memset(aecs, 0, sizeof(aecs));
	for (unsigned int i = 0; i < SVA_IAX_LL; i++)
		aecs[0].ll[i] = fixed_word(i);
	for (unsigned int i = 0; i < SVA_IAX_D; i++)
		aecs[0].d[i] = SVA_IAX_CODE(i, 5);
	aecs[0].output_accumulator[0] = 3; /* a final fixed block */
	aecs[0].output_accumulator_bits = 3;
}

static unsigned int compress_with(void *dst, size_t room, const void *src, size_t size,
				  uint32_t flags, uint32_t aecs_flags)
{
	sva_iax_prep_compress(&op, dst, (uint32_t)room, src, size, flags, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), aecs_flags);
	return iax_run(&op);
}

/* By zlib, with a history of 4 KiB: a byte at a time, so that it minds it. */
static void assert_zlib_inflates(uint8_t *stream, size_t stream_size, const uint8_t *data,
				 size_t size)
{
	uint8_t *to = malloc(size + 1);
	z_stream z = { 0 };
	int err = Z_OK;

	assert_int_equal(inflateInit2(&z, -12), Z_OK);
	z.next_in = stream;
	z.avail_in = (uInt)stream_size;
	z.next_out = to;
	while (err == Z_OK && z.total_out <= size) {
		z.avail_out = 1;
		err = inflate(&z, Z_NO_FLUSH);
	}
	assert_int_equal(err, Z_STREAM_END);
	assert_int_equal(z.total_out, size);
	assert_int_equal(z.total_in, stream_size);
	assert_memory_equal(to, data, size);
	inflateEnd(&z);
	free(to);
}

static void assert_inflates(const uint8_t *stream, size_t stream_size, const uint8_t *data,
			    size_t size)
{
	uint8_t *to = ref_buffer(size), *src = ref_copy(stream, stream_size);

	assert_zlib_inflates(src, stream_size, data, size);
	sva_iax_prep_decompress(&op, to, (uint32_t)size, src, stream_size, SVA_IAX_DECOMP_STREAM,
				0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, size);
	assert_memory_equal(to, data, size);
	free(to);
	free(src);
}

static const uint32_t sizes[] = { 0, 1, 3, 4, 5, 258, 259, 4095, 4096, 4097, 20000, 70001 };

static void fixed_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned int kind = 0; kind < IAX_KINDS; kind++)
			for (uint32_t flags = WHOLE; flags <= (WHOLE | SVA_IAX_COMP_LITERALS);
			     flags += SVA_IAX_COMP_LITERALS) {
				size_t size = sizes[i], room = size + size / 4 + 16;
				uint8_t *data = iax_data(kind, size), *dst = ref_buffer(room);

				fixed_tables();
				assert_int_equal(compress_with(dst, room, data, size, flags, 0),
						 SVA_STATUS_SUCCESS);
				assert_int_equal(op.record.bytes_completed, size);
				assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
				assert_int_equal(op.record.xor_checksum, iax_xor(data, size));
				if (kind == IAX_TEXT && size >= 4096 && flags == WHOLE)
					assert_in_range(op.record.output_size, 1, size / 2);
				if (kind == IAX_ZEROS && size >= 4096 && flags == WHOLE)
					assert_in_range(op.record.output_size, 1, size / 100);
				assert_inflates(dst, op.record.output_size, data, size);
				free(data);
				free(dst);
			}
}

/* Each room but enough is too little, and not a byte is written behind it. */
static void output_that_does_not_fit(void **state)
{
	uint8_t *data = iax_data(IAX_TEXT, 700), dst[1000];
	uint32_t need;

	(void)state;
	fixed_tables();
	assert_int_equal(compress_with(dst, sizeof(dst), data, 700, WHOLE, 0), SVA_STATUS_SUCCESS);
	need = op.record.output_size;
	for (uint32_t room = 0; room <= need; room++) {
		uint8_t *exact = ref_buffer(room);

		assert_int_equal(compress_with(exact, room, data, 700, WHOLE, 0),
				 room < need ? SVA_STATUS_ANALYTICS : SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.error_code, room < need ? SVA_IAX_ERROR_OVERFLOW : 0);
		free(exact);
	}
	free(data);
}

static void the_three_ends(void **state)
{
	uint8_t *data = iax_data(IAX_TEXT, 500), dst[1000];
	static const struct {
		uint32_t flags, first_bits;
	} ends[] = {
		{ SVA_IAX_COMP_EOB, 3 },
		{ SVA_IAX_COMP_EOB_FINAL, 2 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		fixed_tables();
		aecs[0].output_accumulator[0] = (uint8_t)ends[i].first_bits;
		assert_int_equal(compress_with(dst, sizeof(dst), data, 500,
					       SVA_IAX_COMP_FLUSH | ends[i].flags, 0),
				 SVA_STATUS_SUCCESS);
		assert_inflates(dst, op.record.output_size, data, 500);
	}
	/* A stored block that is not the last: what follows is. */
	aecs[0].output_accumulator[0] = 2;
	assert_int_equal(compress_with(dst, sizeof(dst), data, 500,
				       SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB_STORED, 0),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_bits, 0);
	memcpy(dst + op.record.output_size, "\3\0", 2);
	assert_inflates(dst, op.record.output_size + 2, data, 500);
	/* None: the last byte has bits that are not valid. */
	aecs[0].output_accumulator[0] = 3;
	assert_int_equal(compress_with(dst, sizeof(dst), "A", 1, SVA_IAX_COMP_FLUSH, 0),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 2);
	assert_int_equal(op.record.output_bits, 3);
	free(data);
}

static void many_jobs(void **state)
{
	const size_t size = 20000;
	uint8_t *data = iax_data(IAX_TEXT, size), *dst = ref_buffer(2 * size);

	(void)state;
	for (size_t part = 1; part < 9000; part = part * 3 + 1) {
		size_t done = 0;
		unsigned int n = 0;

		fixed_tables();
		for (size_t at = 0; at < size; at += part, n++) {
			bool last = size - at <= part;

			assert_int_equal(
				compress_with(dst + done, 2 * size - done, data + at,
					      last ? size - at : part, last ? WHOLE : 0,
					      SVA_IAX_FLAG_AECS_WRITE |
						      (n % 2 ? SVA_IAX_FLAG_AECS_TOGGLE : 0)),
				SVA_STATUS_SUCCESS);
			done += op.record.output_size;
		}
		assert_int_equal(op.record.crc, crc32(0, data, (uInt)size));
		assert_inflates(dst, done, data, size);
	}
	free(data);
	free(dst);
}

static void a_header_that_is_generated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && sizes[i] <= 4096; i++)
		for (unsigned int kind = 0; kind < IAX_KINDS; kind++) {
			uint8_t *data = iax_data(kind, sizes[i]), *dst = ref_buffer(9000);
			uint32_t size;

			sva_iax_prep_compress(&op, dst, 9000, data, sizes[i],
					      SVA_IAX_COMP_HEADER_FINAL | WHOLE, 0);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			size = op.record.output_size;
			assert_inflates(dst, size, data, sizes[i]);
			if (kind == IAX_TEXT && sizes[i] == 4096)
				assert_in_range(size, 1, 1000);
			/* Of a block that is not final: the end is a stored one. */
			sva_iax_prep_compress(&op, dst, 9000, data, sizes[i],
					      SVA_IAX_COMP_HEADER | SVA_IAX_COMP_FLUSH |
						      SVA_IAX_COMP_EOB_FINAL,
					      0);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			assert_inflates(dst, op.record.output_size, data, sizes[i]);
			free(data);
			free(dst);
		}
}

/* Frequencies that grow like this, with the one end, make a tree of 16 levels: one too many. */
static void codes_of_limited_length(void **state)
{
	static const uint16_t counts[] = { 1,  1,  3,   4,   7,   11,  18,  29,
					   47, 76, 123, 199, 322, 521, 843, 1364 };
	uint8_t data[4096], dst[5000];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		memset(data + n, (int)i, counts[i]);
		n += counts[i];
	}
	sva_iax_prep_compress(&op, dst, sizeof(dst), data, n,
			      SVA_IAX_COMP_HEADER_FINAL | SVA_IAX_COMP_LITERALS | WHOLE, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_in_range(op.record.output_size, 1, n / 2);
	assert_inflates(dst, op.record.output_size, data, n);
}

static void statistics(void **state)
{
	static struct sva_iax_histogram histogram, literals;
	uint8_t *data = iax_data(IAX_TEXT, 3000);
	uint32_t count[256] = { 0 }, matches = 0, distances = 0;

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		count[data[i]]++;
	sva_iax_prep_statistics(&op, &literals, data, 3000,
				SVA_IAX_COMP_LITERALS | SVA_IAX_COMP_EOB, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 1280);
	assert_memory_equal(literals.ll, count, sizeof(count));
	assert_int_equal(literals.ll[256], 1);
	for (unsigned int i = 0; i < SVA_IAX_D; i++)
		assert_int_equal(literals.d[i], 0);
	sva_iax_prep_statistics(&op, &histogram, data, 3000, 0, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(histogram.ll[256], 0);
	for (unsigned int i = 257; i < SVA_IAX_LL; i++)
		matches += histogram.ll[i];
	for (unsigned int i = 0; i < SVA_IAX_D; i++)
		distances += histogram.d[i];
	assert_in_range(matches, 100, 1000);
	assert_int_equal(matches, distances);
	free(data);
}

static void a_symbol_without_a_code(void **state)
{
	uint8_t dst[64];

	(void)state;
	fixed_tables();
	aecs[0].ll['B'] = 0;
	assert_int_equal(compress_with(dst, 64, "AAB", 3, WHOLE, 0), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_UNUSED_CODE);
	assert_int_equal(compress_with(dst, 64, "AAC", 3, WHOLE, 0), SVA_STATUS_SUCCESS);
	aecs[0].ll[256] = 0;
	assert_int_equal(compress_with(dst, 64, "AAC", 3, WHOLE, 0), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_UNUSED_CODE);
	assert_int_equal(compress_with(dst, 64, "AAC", 3, SVA_IAX_COMP_FLUSH, 0),
			 SVA_STATUS_SUCCESS);
	aecs[0].output_accumulator_bits = 2049;
	assert_int_equal(compress_with(dst, 64, "AAC", 3, WHOLE, 0), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_AECS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_blocks),
		cmocka_unit_test(output_that_does_not_fit),
		cmocka_unit_test(the_three_ends),
		cmocka_unit_test(many_jobs),
		cmocka_unit_test(a_header_that_is_generated),
		cmocka_unit_test(codes_of_limited_length),
		cmocka_unit_test(statistics),
		cmocka_unit_test(a_symbol_without_a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
