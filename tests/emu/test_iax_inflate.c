/* SPDX-License-Identifier: MIT */
/*
 * Decompression by the model of the analytics device: streams that zlib made, in one job and in
 * many, and streams that are wrong, made bit by bit.
 */
#include "iax_fixture.h"

#define ROOM   (160u << 10)
#define STREAM SVA_IAX_DECOMP_STREAM
#define PARTS  (STREAM & ~SVA_IAX_DECOMP_FLUSH)

static uint8_t data[ROOM], stream[ROOM], output[ROOM];
static struct sva_iax_decompress_aecs aecs[2];

static void expect_output(size_t size)
{
	assert_memory_equal(output, data, size);
	assert_int_equal(record->crc, crc32(0, data, (uInt)size));
	assert_int_equal(record->xor_checksum, xor_of(data, size));
}

static void one_stream(size_t size, int level, int strategy)
{
	size_t n = deflate_by_zlib(stream, sizeof(stream), data, size, level, strategy);

	memset(output, 0xaa, size + 1);
	sva_iax_prep_decompress(&op, output, sizeof(output), stream, n, STREAM, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, size);
	assert_int_equal(record->bytes_completed, n);
	assert_int_equal(output[size], 0xaa);
	expect_output(size);
}

static void streams_of_zlib(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 100, 4095, 4096, 4097, 40000, 150000 };
	static const int levels[] = { 0, 1, 6, 9 };

	(void)state;
	for (int kind = 0; kind < DATA_KINDS; kind++) {
		make_data(data, sizeof(data), (enum data_kind)kind);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			for (size_t j = 0; j < 4; j++)
				one_stream(sizes[i], levels[j], Z_DEFAULT_STRATEGY);
			one_stream(sizes[i], 6, Z_FIXED);
			one_stream(sizes[i], 6, Z_HUFFMAN_ONLY);
			one_stream(sizes[i], 6, Z_RLE);
		}
	}
}

static void crc32c_is_a_flag(void **state)
{
	static const uint8_t digits[] = "123456789";
	size_t n = deflate_by_zlib(stream, sizeof(stream), digits, 9, 6, Z_FIXED);

	(void)state;
	sva_iax_prep_decompress(&op, output, 9, stream, n, STREAM, SVA_IAX_FLAG_CRC32C);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->crc, 0xe3069283);
}

static void nothing_is_written_to_verify(void **state)
{
	size_t n;

	(void)state;
	make_data(data, 5000, DATA_WORDS);
	n = deflate_by_zlib(stream, sizeof(stream), data, 5000, 6, Z_DEFAULT_STRATEGY);
	memset(output, 0x77, 5000);
	sva_iax_prep_decompress(&op, output, 10, stream, n, STREAM | SVA_IAX_DECOMP_NO_OUTPUT, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->crc, crc32(0, data, 5000));
	assert_int_equal(record->output_size, 0);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(output[i], 0x77);
}

/* A zeroed AECS means a block header, with this state. */
static void reset_aecs(void)
{
	memset(aecs, 0, sizeof(aecs));
	aecs[0].state = SVA_IAX_STATE_HEADER;
}

/* The copies take turns. */
static uint32_t turn(unsigned int job)
{
	return job % 2 ? SVA_IAX_FLAG_AECS_TOGGLE : 0;
}

/*
 * With @room for each job's output: how many bytes came out.
 */
static size_t in_rooms_of(uint32_t room, size_t n, uint32_t flags)
{
	size_t in = 0, out = 0;

	reset_aecs();
	for (unsigned int job = 0;; job++) {
		unsigned int status;

		assert_in_range(job, 0, 100000);
		sva_iax_prep_decompress(&op, output + out, room, stream + in, n - in, flags, 0);
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]),
				    SVA_IAX_FLAG_AECS_OVERFLOW | turn(job));
		status = execute(&plain_memory);
		assert_in_range(record->output_size, 0, room);
		out += record->output_size;
		if (status == SVA_STATUS_SUCCESS)
			return out;
		assert_int_equal(status, SVA_STATUS_OUTPUT_OVERFLOW);
		if (flags & SVA_IAX_DECOMP_FLUSH)
			assert_int_equal(record->output_size, room);
		else
			assert_int_equal(record->output_size, room / 8 * 8);
		in += record->bytes_completed;
	}
}

static void overflow_goes_on(void **state)
{
	static const struct {
		int level, strategy;
	} how[] = { { 0, 0 }, { 9, 0 }, { 6, Z_FIXED } };

	(void)state;
	for (int kind = 0; kind < DATA_KINDS; kind++) {
		make_data(data, sizeof(data), (enum data_kind)kind);
		for (size_t i = 0; i < 3; i++) {
			size_t n = deflate_by_zlib(stream, sizeof(stream), data, 700, how[i].level,
						   how[i].strategy);

			for (uint32_t room = 1; room <= 701; room++) {
				memset(output, 0, 702);
				assert_int_equal(in_rooms_of(room, n, STREAM), 700);
				expect_output(700);
			}
		}
	}
}

/* Words of eight bytes; what is left of the last one stays in the AECS. */
static void overflow_in_words(void **state)
{
	size_t n;

	(void)state;
	make_data(data, sizeof(data), DATA_WORDS);
	n = deflate_by_zlib(stream, sizeof(stream), data, 800, 6, Z_DEFAULT_STRATEGY);
	for (uint32_t room = 8; room <= 100; room++) {
		memset(output, 0, 801);
		assert_int_equal(in_rooms_of(room, n, PARTS), 800);
		expect_output(800);
	}
}

static void no_room_is_no_progress(void **state)
{
	size_t n;

	(void)state;
	make_data(data, 100, DATA_WORDS);
	n = deflate_by_zlib(stream, sizeof(stream), data, 100, 6, Z_FIXED);
	sva_iax_prep_decompress(&op, output, 7, stream, n, PARTS, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_OUTPUT_OVERFLOW);
	assert_int_equal(record->output_size, 0);
}

/* One part of the input; the last one has what follows from @at on. */
static void input_part(unsigned int job, size_t at, size_t size, size_t *out, bool last,
		       uint32_t flags)
{
	if (!last)
		flags &= ~(SVA_IAX_DECOMP_STOP_ON_EOB | SVA_IAX_DECOMP_CHECK_EOB |
			   SVA_IAX_DECOMP_FINAL_EOB);
	sva_iax_prep_decompress(&op, output + *out, (uint32_t)(sizeof(output) - *out), stream + at,
				size, flags | (last ? SVA_IAX_DECOMP_FLUSH : 0), 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE | turn(job));
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->bytes_completed, size);
	*out += record->output_size;
}

static void input_in_two_parts(void **state)
{
	static const struct {
		int level, strategy;
	} how[] = { { 0, 0 }, { 9, 0 }, { 6, Z_FIXED }, { 6, Z_HUFFMAN_ONLY } };

	(void)state;
	make_data(data, sizeof(data), DATA_FAR);
	make_data(data + 100, 600, DATA_WORDS);
	for (size_t i = 0; i < 8; i++) {
		uint32_t flags = i % 2 ? PARTS : STREAM;
		size_t n = deflate_by_zlib(stream, sizeof(stream), data, 700, how[i / 2].level,
					   how[i / 2].strategy);

		for (size_t at = 0; at <= n; at++) {
			size_t out = 0;

			reset_aecs();
			memset(output, 0, 701);
			input_part(0, 0, at, &out, false, flags);
			input_part(1, at, n - at, &out, true, flags);
			assert_int_equal(out, 700);
			expect_output(700);
		}
	}
}

static void input_in_many_parts(void **state)
{
	size_t n;

	(void)state;
	make_data(data, sizeof(data), DATA_LESS_FAR);
	n = deflate_by_zlib(stream, sizeof(stream), data, 30000, 9, Z_DEFAULT_STRATEGY);
	for (size_t part = 1; part < 40; part += 6) {
		unsigned int job = 0;
		size_t out = 0;

		reset_aecs();
		memset(output, 0, 30001);
		for (size_t at = 0; at < n; at += part, job++) {
			bool last = n - at <= part;

			input_part(job, at, last ? n - at : part, &out, last, PARTS);
		}
		assert_int_equal(out, 30000);
		expect_output(30000);
	}
}

/* Software may begin within a byte, and with a history. */
static void software_sets_the_state(void **state)
{
	static const uint8_t history[] = "something to refer to";
	z_stream z = { .next_in = data, .avail_in = 18, .next_out = stream, .avail_out = 100 };
	size_t n;

	(void)state;
	memcpy(data, history, 18);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -12, 9, Z_FIXED), Z_OK);
	assert_int_equal(deflateSetDictionary(&z, history, 21), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = 100 - z.avail_out;
	deflateEnd(&z);
	assert_in_range(n, 1, 10);
	for (unsigned int bits = 0; bits <= 8; bits++) {
		reset_aecs();
		memcpy(aecs[0].history, history, 21);
		aecs[0].history_offset = 21;
		/* The stream's first byte, in two words. */
		aecs[0].input_accumulator[0] = stream[0] & ((1u << bits) - 1);
		aecs[0].input_accumulator_bits[0] = (uint8_t)bits;
		aecs[0].input_accumulator[1] = stream[0] >> bits;
		aecs[0].input_accumulator_bits[1] = (uint8_t)(8 - bits);
		sva_iax_prep_decompress(&op, output, 18, stream + 1, n - 1, STREAM, 0);
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		assert_int_equal(record->output_size, 18);
		expect_output(18);
	}
}

/* A block's header, then as many bodies as one likes: with the header's tables. */
static void a_header_primes_an_aecs(void **state)
{
	size_t n, header = 0;

	(void)state;
	make_data(data, 3000, DATA_WORDS);
	n = deflate_by_zlib(stream, sizeof(stream), data, 3000, 9, Z_DEFAULT_STRATEGY);
	assert_int_equal(stream[0] >> 1 & 3, 2);
	memset(aecs, 0, sizeof(aecs));
	aecs[1].state = SVA_IAX_STATE_HEADER;
	do { /* the shortest beginning with a whole header */
		sva_iax_prep_decompress(&op, NULL, 0, stream, ++header,
					SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_NO_OUTPUT, 0);
		sva_iax_op_set_aecs(&op, aecs, EMU_IAX_AECS_STATE,
				    SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_TOGGLE);
		/* The second copy is behind the size that was given. */
		((struct sva_iax_decompress_aecs *)(void *)((uint8_t *)aecs + EMU_IAX_AECS_STATE))
			->state = SVA_IAX_STATE_HEADER;
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	} while (aecs[0].state & SVA_IAX_STATE_HEADER);
	for (unsigned int i = 0; i < 2; i++) {
		memset(output, 0, 3000);
		sva_iax_prep_decompress(&op, output, 3000, stream + header, n - header, STREAM, 0);
		sva_iax_op_set_aecs(&op, aecs, EMU_IAX_AECS_STATE, 0);
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		assert_int_equal(record->output_size, 3000);
		expect_output(3000);
	}
}

/*
 * Streams made bit by bit.
 */

static uint64_t n_bits;

static void begin_bits(void)
{
	memset(stream, 0, 4096);
	n_bits = 0;
}

static void bits(uint32_t value, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++, n_bits++)
		stream[n_bits / 8] |= (uint8_t)((value >> i & 1) << n_bits % 8);
}

/* A code word: its first bit is the highest. */
static void word(uint32_t value, unsigned int n)
{
	while (n-- > 0)
		bits(value >> n & 1, 1);
}

static void prep_bits(uint32_t decomp_flags)
{
	sva_iax_prep_decompress(&op, output, sizeof(output), stream, (size_t)(n_bits + 7) / 8,
				decomp_flags, 0);
}

/* With as many bits ignored as the last byte has too many. */
static void prep_exact(uint32_t decomp_flags)
{
	prep_bits(decomp_flags | SVA_IAX_DECOMP_IGNORE((unsigned int)(-n_bits % 8)));
}

#define FIXED_EOB 0, 7

static void begin_dynamic(unsigned int ll, unsigned int d, unsigned int cl)
{
	begin_bits();
	bits(1 | 2 << 1, 3);
	bits(ll - 257, 5);
	bits(d - 1, 5);
	bits(cl - 4, 4);
}

/* Lengths of the code lengths' code, for all 19; in the order of the stream. */
static void cl_lengths(const char *lengths)
{
	for (; *lengths; lengths++)
		bits((uint32_t)(*lengths - '0'), 3);
}

/*
 * The order is 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15. This code has 0 -> 00, 1 -> 01,
 * 2 -> 100, 8 -> 101, 16 -> 110, 18 -> 111.
 */
#define CL  "3032300000000003020"
#define C0  0, 2
#define C1  1, 2
#define C2  4, 3
#define C8  5, 3
#define C16 6, 3
#define C18 7, 3

static void zeros(unsigned int n)
{
	word(C18);
	bits(n - 11, 7);
}

static void wrong_headers(void **state)
{
	(void)state;
	begin_bits();
	bits(1 | 3 << 1, 3);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_BLOCK_TYPE);

	begin_bits();
	bits(1, 8);
	bits(5, 16);
	bits(5, 16);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_STORED_LENGTH);

	begin_dynamic(287, 1, 19);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_MANY_LL);
	begin_dynamic(286, 31, 19);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_MANY_D);

	begin_dynamic(257, 1, 19);
	cl_lengths("1110000000000000000");
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_CL_LENGTHS);

	begin_dynamic(257, 1, 19);
	cl_lengths("0002000000000000020"); /* 0 and 1, and nothing for 10 and 11 */
	word(3, 2);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_BAD_CL);
}

static void begin_with_cl(unsigned int ll, unsigned int d)
{
	begin_dynamic(ll, d, 19);
	cl_lengths(CL);
}

static void wrong_code_lengths(void **state)
{
	(void)state;
	begin_with_cl(257, 1);
	word(C16);
	bits(0, 2);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_FIRST_LL);

	begin_with_cl(257, 1);
	zeros(138);
	zeros(138);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_LL_COUNT);

	begin_with_cl(257, 1);
	zeros(138);
	zeros(119);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_NO_LL);

	begin_with_cl(257, 1);
	zeros(138);
	zeros(116);
	word(C1);
	word(C1);
	word(C1);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_LL_LENGTHS);

	begin_with_cl(257, 1);
	zeros(138);
	zeros(118);
	word(C1);
	word(C16);
	bits(0, 2);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_FIRST_D);

	begin_with_cl(257, 2);
	zeros(138);
	zeros(118);
	word(C1);
	word(C1);
	word(C16);
	bits(0, 2);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_D_COUNT);

	begin_with_cl(257, 3);
	zeros(138);
	zeros(118);
	word(C1);
	word(C1);
	word(C1);
	word(C1);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_D_LENGTHS);
}

/* Of literals only 'a', of lengths only 3, and the end: 0, 10, 11 is none. One distance: 1. */
static void small_tables(void)
{
	begin_with_cl(258, 1);
	zeros(97);
	word(C1);
	zeros(138);
	zeros(20);
	word(C2);
	word(C8);
	word(C1);
}

static void wrong_symbols(void **state)
{
	(void)state;
	small_tables();
	bits(0, 1);
	word(0xc1, 8);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_BAD_LL);

	small_tables();
	bits(0, 1);
	word(0xc0, 8); /* the length */
	word(1, 1);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_BAD_D);

	for (unsigned int symbol = 286; symbol < 288; symbol++) {
		begin_bits();
		bits(3, 3);
		word(0xc0 + symbol - 280, 8);
		prep_bits(STREAM);
		expect_error(SVA_IAX_ERROR_LENGTH);
	}
	for (unsigned int symbol = 30; symbol < 32; symbol++) {
		begin_bits();
		bits(3, 3);
		word(1, 7);
		word(symbol, 5);
		prep_bits(STREAM);
		expect_error(SVA_IAX_ERROR_BAD_D);
	}
}

static void wrong_distances(void **state)
{
	(void)state;
	begin_bits();
	bits(3, 3);
	word(0x30 + 'a', 8);
	word(1, 7); /* length 3 */
	word(1, 5); /* distance 2 */
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_BEFORE_START);

	begin_bits();
	bits(3, 3);
	word(0x30 + 'a', 8);
	word(1, 7);
	word(24, 5); /* distances from 4097 on */
	bits(0, 11);
	prep_bits(STREAM);
	expect_error(SVA_IAX_ERROR_DISTANCE);
}

/* zlib with a window of 32 KiB refers to what the device does not have any more. */
static void a_far_match_is_refused(void **state)
{
	uLongf n = sizeof(stream);
	z_stream z = { .next_in = data, .avail_in = 10000, .next_out = stream, .avail_out = 20000 };

	(void)state;
	make_data(data, 5000, DATA_RANDOM);
	memcpy(data + 5000, data, 5000);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, 0), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = 20000 - z.avail_out;
	deflateEnd(&z);
	sva_iax_prep_decompress(&op, output, sizeof(output), stream, n, STREAM, 0);
	expect_error(SVA_IAX_ERROR_DISTANCE);
}

/* "a" in a block that is not the last one, then "b" in one that is. */
static void two_blocks(void)
{
	begin_bits();
	bits(2, 3);
	word(0x30 + 'a', 8);
	word(FIXED_EOB);
	bits(3, 3);
	word(0x30 + 'b', 8);
	word(FIXED_EOB);
}

static void expect_text(const char *text)
{
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, strlen(text));
	assert_memory_equal(output, text, strlen(text));
}

#define ENABLE (SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_FLUSH)
#define STOP   SVA_IAX_DECOMP_STOP_ON_EOB
#define CHECK  SVA_IAX_DECOMP_CHECK_EOB
#define FINAL  SVA_IAX_DECOMP_FINAL_EOB

static void ends_of_blocks(void **state)
{
	uint64_t first;

	(void)state;
	two_blocks();
	prep_exact(ENABLE);
	expect_text("ab");
	prep_exact(ENABLE | STOP);
	expect_text("a");
	prep_exact(ENABLE | STOP | FINAL);
	expect_text("ab");
	prep_exact(ENABLE | CHECK);
	expect_text("ab");
	prep_exact(ENABLE | CHECK | FINAL);
	expect_text("ab");
	prep_exact(ENABLE | STOP | CHECK | FINAL);
	expect_text("ab");

	two_blocks();
	n_bits -= 7; /* without the last EOB */
	prep_exact(ENABLE);
	expect_text("ab");
	prep_exact(ENABLE | STOP | FINAL);
	expect_text("ab");
	prep_exact(ENABLE | CHECK);
	expect_error(SVA_IAX_ERROR_NO_EOB);
	prep_exact(ENABLE | STOP | CHECK);
	expect_text("a");
	prep_exact(ENABLE | STOP | CHECK | FINAL);
	expect_error(SVA_IAX_ERROR_NO_EOB);

	begin_bits();
	bits(2, 3);
	word(0x30 + 'a', 8);
	word(FIXED_EOB);
	first = n_bits;
	prep_exact(ENABLE | CHECK);
	expect_text("a");
	prep_exact(ENABLE | CHECK | FINAL);
	expect_error(SVA_IAX_ERROR_NO_EOB);
	assert_int_equal(first, 18);
}

/* Of the last literal one bit is left out, beside those that fill up the byte. */
static void ignored_bits(void **state)
{
	(void)state;
	begin_bits();
	bits(2, 3);
	word(0x30 + 'a', 8);
	word(0x30 + 'b', 8);
	prep_bits(ENABLE | SVA_IAX_DECOMP_IGNORE(5u));
	expect_text("ab");
	prep_bits(ENABLE | SVA_IAX_DECOMP_IGNORE(6u));
	expect_text("a");
	device.iaa_cap = SVA_IAACAP_AECS_FORMAT_2;
	prep_bits(ENABLE | SVA_IAX_DECOMP_IGNORE(13u));
	expect_text("a");
	prep_bits(ENABLE | SVA_IAX_DECOMP_IGNORE(14u));
	expect_text("");
	device.iaa_cap = 0;
}

static void a_stored_block_ends_like_others(void **state)
{
	(void)state;
	begin_bits();
	bits(0, 8);
	bits(1, 16);
	bits(0xfffe, 16);
	bits('x', 8);
	bits(1, 8);
	bits(0, 16);
	bits(0xffff, 16);
	prep_bits(ENABLE | STOP);
	expect_text("x");
	prep_bits(STREAM);
	expect_text("x");
}

/* What is not looked at is counted in the AECS. */
static void bits_behind_the_end(void **state)
{
	(void)state;
	two_blocks(); /* 36 bits */
	reset_aecs();
	prep_bits(ENABLE | STOP);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
	expect_text("a");
	assert_int_equal(aecs[1].bits_left, 40 - 18);
	assert_int_equal(aecs[1].input_accumulator_bits[0], 0);
	assert_int_equal(aecs[1].state, SVA_IAX_STATE_HEADER | SVA_IAX_STATE_EOB);
	assert_int_equal(record->bytes_completed, 5);
	prep_bits(STREAM);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
	expect_text("ab");
	assert_int_equal(aecs[1].bits_left, 4);
	op.op.desc.tail.size = 1000; /* more than the accumulator has room for */
	expect_text("ab");
	assert_int_equal(aecs[1].bits_left, 8000 - 36);
	op.op.desc.tail.size = 10000;
	expect_text("ab");
	assert_int_equal(aecs[1].bits_left, 0xffff);
	assert_int_equal(aecs[1].state,
			 SVA_IAX_STATE_HEADER | SVA_IAX_STATE_EOB | SVA_IAX_STATE_FINAL);
}

/* Whether the copy that is written has been, with this room and these flags. */
static bool is_written(uint32_t room, uint32_t flags)
{
	two_blocks();
	reset_aecs();
	memset(&aecs[1], 0xee, sizeof(aecs[1]));
	prep_bits(STREAM);
	op.op.desc.iax.max_dst_size = room;
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), flags);
	assert_int_equal(execute(&plain_memory),
			 room < 2 ? SVA_STATUS_OUTPUT_OVERFLOW : SVA_STATUS_SUCCESS);
	return aecs[1].state != 0xeeee;
}

static void when_the_aecs_is_written(void **state)
{
	(void)state;
	assert_false(is_written(2, 0));
	assert_false(is_written(1, 0));
	assert_false(is_written(2, SVA_IAX_FLAG_AECS_OVERFLOW));
	assert_true(is_written(1, SVA_IAX_FLAG_AECS_OVERFLOW));
	assert_true(is_written(2, SVA_IAX_FLAG_AECS_WRITE));
	assert_true(is_written(1, SVA_IAX_FLAG_AECS_WRITE));
}

static void expect_bad_aecs(void)
{
	two_blocks();
	prep_bits(STREAM);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
	expect_error(SVA_IAX_ERROR_AECS);
	reset_aecs();
}

static void an_aecs_that_makes_no_sense(void **state)
{
	(void)state;
	memset(aecs, 0, sizeof(aecs)); /* tokens, without tables */
	expect_bad_aecs();
	aecs[0].state = SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED;
	expect_bad_aecs();
	aecs[0].state = 0x1001;
	expect_bad_aecs();
	aecs[0].input_accumulator_bits[3] = 65;
	expect_bad_aecs();
	aecs[0].history_offset = 4096;
	expect_bad_aecs();
	aecs[0].format = 1;
	expect_bad_aecs();
	memset(aecs[0].reserved, 0xff, sizeof(aecs[0].reserved));
	expect_bad_aecs();
}

/*
 * Streams with one wrong bit, which zlib judges, too. Two things are different: zlib refuses sets
 * of code lengths that leave code words unused, and accepts a run of lengths that goes on from one
 * alphabet into the other.
 */
static void judge_like_zlib(size_t n)
{
	z_stream z = {
		.next_in = stream, .avail_in = (uInt)n, .next_out = data, .avail_out = ROOM
	};
	unsigned int status;
	int verdict;

	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	verdict = inflate(&z, Z_FINISH);
	sva_iax_prep_decompress(&op, output, sizeof(output), stream, n, STREAM, 0);
	status = execute(&plain_memory);
	if (verdict == Z_STREAM_END && status == SVA_STATUS_SUCCESS) {
		assert_int_equal(record->output_size, ROOM - z.avail_out);
		expect_output(record->output_size);
	} else if (verdict == Z_STREAM_END) {
		assert_true(record->error_code == SVA_IAX_ERROR_FIRST_D ||
			    record->error_code == SVA_IAX_ERROR_LL_COUNT ||
			    record->error_code == SVA_IAX_ERROR_DISTANCE);
	} else if (verdict == Z_BUF_ERROR) {
		assert_int_equal(status, SVA_STATUS_ANALYTICS);
	} else if (!strstr(z.msg, " set") && !strstr(z.msg, "missing end")) {
		assert_int_equal(status, SVA_STATUS_ANALYTICS);
	}
	inflateEnd(&z);
}

static void one_wrong_bit(void **state)
{
	static const struct {
		int level, strategy;
	} how[] = { { 0, 0 }, { 9, 0 }, { 6, Z_FIXED }, { 6, Z_HUFFMAN_ONLY } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t n;

		make_data(data, 1000, DATA_WORDS);
		n = deflate_by_zlib(stream, sizeof(stream), data, 1000, how[i].level,
				    how[i].strategy);
		for (size_t bit = 0; bit < n * 8; bit++) {
			stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
			judge_like_zlib(n);
			stream[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

/* A header of more than 2048 bits, cut: code lengths of 7 bits each. */
static void a_header_too_large_to_keep(void **state)
{
	(void)state;
	begin_dynamic(286, 30, 19);
	cl_lengths("0007770000000000000"); /* 0, 8 and 7 have 7 bits */
	for (unsigned int i = 0; i < 290; i++)
		word(i < 280 ? 0 : 1, 7);
	reset_aecs();
	prep_bits(SVA_IAX_DECOMP_ENABLE);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
	expect_error(SVA_IAX_ERROR_HEADER_SIZE);
	n_bits -= 800;
	prep_bits(SVA_IAX_DECOMP_ENABLE);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_of_zlib),
		cmocka_unit_test(crc32c_is_a_flag),
		cmocka_unit_test(nothing_is_written_to_verify),
		cmocka_unit_test(overflow_goes_on),
		cmocka_unit_test(overflow_in_words),
		cmocka_unit_test(no_room_is_no_progress),
		cmocka_unit_test(input_in_two_parts),
		cmocka_unit_test(input_in_many_parts),
		cmocka_unit_test(software_sets_the_state),
		cmocka_unit_test(a_header_primes_an_aecs),
		cmocka_unit_test(wrong_headers),
		cmocka_unit_test(wrong_code_lengths),
		cmocka_unit_test(wrong_symbols),
		cmocka_unit_test(wrong_distances),
		cmocka_unit_test(a_far_match_is_refused),
		cmocka_unit_test(ends_of_blocks),
		cmocka_unit_test(ignored_bits),
		cmocka_unit_test(a_stored_block_ends_like_others),
		cmocka_unit_test(bits_behind_the_end),
		cmocka_unit_test(when_the_aecs_is_written),
		cmocka_unit_test(an_aecs_that_makes_no_sense),
		cmocka_unit_test(one_wrong_bit),
		cmocka_unit_test(a_header_too_large_to_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
