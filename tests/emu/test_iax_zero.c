/* SPDX-License-Identifier: MIT */
/* The model of the analytics device: CRC64, and zero compression. */
#include "iax_fixture.h"

#define SIZE 5000u

static uint8_t data[SIZE], packed[2 * SIZE], output[2 * SIZE];

static void check_values(void **state)
{
	static const struct {
		uint64_t polynomial, value;
		uint32_t flags;
	} crcs[] = {
#define INVERT  SVA_IAX_CRC64_INVERT
#define REFLECT SVA_IAX_CRC64_REFLECT
		{ 0x04c11db700000000, 0xcbf43926, INVERT | REFLECT },         /* gzip */
		{ 0x1edc6f4100000000, 0xe3069283, INVERT | REFLECT },         /* CRC32C */
		{ 0x42f0e1eba9ea3693, 0x995dc9bbdf1939fa, INVERT | REFLECT }, /* XZ */
		{ 0x42f0e1eba9ea3693, 0x6c40df5f0b497347, 0 },                /* ECMA-182 */
		{ 0x8bb7000000000000, 0xd0db000000000000, 0 },                /* T10 DIF */
		{ 0x1021000000000000, 0x906e, INVERT | REFLECT },             /* */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(crcs) / sizeof(crcs[0]); i++) {
		sva_iax_prep_crc64(&op, "123456789", 9, crcs[i].polynomial, crcs[i].flags, 0);
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		assert_true(sva_iax_record_crc64(record) == crcs[i].value);
		assert_int_equal(record->bytes_completed, 9);
	}
	sva_iax_prep_crc64(&op, "123456789", 9, 0, 0, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_RESERVED);
}

/* Words of zeros and others, in runs. */
static void make_sparse(unsigned int word, uint32_t seed)
{
	bool zero = seed & 1;

	for (size_t i = 0; i < SIZE; i++) {
		if (i % word == 0 && next_random(&seed) % 3 == 0)
			zero = !zero;
		data[i] = zero ? 0 : (uint8_t)(next_random(&seed) % 4);
	}
}

/* What the words that are not zero take, and their tags. */
static size_t packed_size(size_t size, unsigned int word)
{
	size_t n = (size + 127) / 128 * (128 / word / 8);

	for (size_t i = 0; i < size; i += word) {
		bool zero = true;

		for (size_t j = 0; j < word; j++)
			zero &= data[i + j] == 0;
		n += zero ? 0 : word;
	}
	return n;
}

static void expect_sums(size_t size)
{
	assert_int_equal(record->crc, crc32(0, data, (uInt)size));
	assert_int_equal(record->xor_checksum, xor_of(data, size));
}

static void round_trip(size_t size, unsigned int word)
{
	size_t n = packed_size(size, word);

	memset(packed, 0x99, sizeof(packed));
	sva_iax_prep_zero_compress(&op, packed, (uint32_t)n, data, size, word * 8, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, n);
	assert_int_equal(packed[n], 0x99);
	expect_sums(size);
	memset(output, 0x99, sizeof(output));
	sva_iax_prep_zero_decompress(&op, output, (uint32_t)size, packed, n, word * 8, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, size);
	assert_memory_equal(output, data, size);
	assert_int_equal(output[size], 0x99);
	expect_sums(size);
}

static void round_trips(void **state)
{
	(void)state;
	for (unsigned int word = 1; word <= 4; word *= 2)
		for (uint32_t seed = 0; seed < 4; seed++) {
			make_sparse(word, seed);
			for (size_t size = word; size <= 600; size += word)
				round_trip(size, word);
			round_trip(SIZE / 4 * 4, word);
		}
}

static void the_format(void **state)
{
	/* 0, 1, then nothing: the tags of what the block lacks are set. */
	static const uint8_t words32[] = { 0, 0, 0, 0, 1, 2, 3, 4 };
	static const uint8_t want32[] = { 0xfe, 0xff, 0xff, 0xff, 1, 2, 3, 4 };
	static const uint8_t words16[] = { 5, 6, 0, 0, 0, 1 };
	static const uint8_t want16[] = {
		0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 6, 0, 1
	};

	(void)state;
	sva_iax_prep_zero_compress(&op, packed, 100, words32, 8, 32, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, sizeof(want32));
	assert_memory_equal(packed, want32, sizeof(want32));
	sva_iax_prep_zero_compress(&op, packed, 100, words16, 6, 16, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, sizeof(want16));
	assert_memory_equal(packed, want16, sizeof(want16));
}

static void what_does_not_fit_or_is_cut(void **state)
{
	size_t n;

	(void)state;
	make_sparse(4, 1);
	n = packed_size(512, 4);
	sva_iax_prep_zero_compress(&op, packed, (uint32_t)n - 1, data, 512, 32, 0);
	expect_error(SVA_IAX_ERROR_OVERFLOW);
	sva_iax_prep_zero_compress(&op, packed, (uint32_t)n, data, 512, 32, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	sva_iax_prep_zero_decompress(&op, output, 511, packed, n, 32, 0);
	expect_error(SVA_IAX_ERROR_OVERFLOW);
	sva_iax_prep_zero_decompress(&op, output, 1000, packed, 3, 32, 0);
	expect_error(SVA_IAX_ERROR_ZERO_HEADER);
	/* A size that is no whole words. */
	sva_iax_prep_zero_compress(&op, packed, 1000, data, 510, 32, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_BAD_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_values),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(the_format),
		cmocka_unit_test(what_does_not_fit_or_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
