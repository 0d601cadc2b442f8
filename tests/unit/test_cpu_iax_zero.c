/* SPDX-License-Identifier: MIT */
/* The software device for IAX: zero compression and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "iax_run.h"
#include "reference.h"

static struct sva_iax_op op;

/* Data of which two words of three are zero. */
static uint8_t *sparse(uint32_t size, uint32_t word)
{
	uint8_t *data = ref_buffer(size);

	for (uint32_t i = 0; i < size; i++)
		if (i / word % 3)
			data[i] = 0;
	return data;
}

/* Word for word. Returns the size. */
static uint32_t expected(uint8_t *to, const uint8_t *src, uint32_t size, uint32_t word)
{
	const uint8_t zero[4] = { 0 };
	uint32_t done = 0, tag = 0;

	for (uint32_t i = 0; i < (size + 127) / 128 * 128; i += word) {
		uint32_t bit = i % 128 / word;

		if (!bit) {
			tag = done;
			memset(to + tag, 0, 128 / word / 8);
			done += 128 / word / 8;
		}
		if (i < size && !memcmp(src + i, zero, word))
			continue;
		to[tag + bit / 8] |= (uint8_t)(1 << bit % 8);
		if (i < size) {
			memcpy(to + done, src + i, word);
			done += word;
		}
	}
	return done;
}

static void there_and_back(void **state)
{
	(void)state;
	for (uint32_t word = 1; word <= 4; word *= 2)
		for (uint32_t size = word; size < 700; size += word) {
			uint8_t *src = sparse(size, word), want[1000], *dst, *back;
			uint32_t n = expected(want, src, size, word);

			dst = ref_buffer(n);
			back = ref_buffer(size);
			sva_iax_prep_zero_compress(&op, dst, n, src, size, 8 * word, 0);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			assert_int_equal(op.record.output_size, n);
			assert_int_equal(op.record.bytes_completed, size);
			assert_int_equal(op.record.crc, crc32(0, src, size));
			assert_int_equal(op.record.xor_checksum, iax_xor(src, size));
			assert_memory_equal(dst, want, n);
			sva_iax_prep_zero_decompress(&op, back, size, dst, n, 8 * word, 0);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			assert_int_equal(op.record.output_size, size);
			assert_int_equal(op.record.bytes_completed, n);
			assert_int_equal(op.record.crc, crc32(0, src, size));
			assert_memory_equal(back, src, size);
			free(src);
			free(dst);
			free(back);
		}
}

static void output_that_does_not_fit(void **state)
{
	uint8_t *src = sparse(512, 4), *dst = ref_buffer(400), back[512];
	uint32_t n;

	(void)state;
	sva_iax_prep_zero_compress(&op, dst, 400, src, 512, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	n = op.record.output_size;
	sva_iax_prep_zero_compress(&op, dst, n - 1, src, 512, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_OUTPUT_OVERFLOW);
	assert_int_equal(op.record.bytes_completed, 384);
	assert_int_equal(op.record.crc, crc32(0, src, 384));
	sva_iax_prep_zero_compress(&op, dst, n, src, 512, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	sva_iax_prep_zero_decompress(&op, back, 511, dst, n, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_OUTPUT_OVERFLOW);
	assert_int_equal(op.record.output_size, 384);
	assert_memory_equal(back, src, 384);
	free(src);
	free(dst);
}

static void a_header_that_is_cut(void **state)
{
	uint8_t src[4] = { 0 }, dst[128];

	(void)state;
	sva_iax_prep_zero_decompress(&op, dst, 128, src, 3, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, SVA_IAX_ERROR_ZERO_HEADER);
	sva_iax_prep_zero_decompress(&op, dst, 128, src, 4, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 128);
}

static void part_of_a_word(void **state)
{
	uint8_t src[8] = { 0 }, dst[64];

	(void)state;
	sva_iax_prep_zero_compress(&op, dst, 64, src, 6, 32, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_BAD_INPUT_SIZE);
	sva_iax_prep_zero_compress(&op, dst, 64, src, 6, 16, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	sva_iax_prep_zero_compress(&op, dst, 64, src, 5, 16, 0);
	assert_int_equal(iax_run(&op), SVA_STATUS_BAD_INPUT_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(output_that_does_not_fit),
		cmocka_unit_test(a_header_that_is_cut),
		cmocka_unit_test(part_of_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
