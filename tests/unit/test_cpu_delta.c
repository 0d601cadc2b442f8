/* SPDX-License-Identifier: MIT */
/* The software device: create and apply delta. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

static struct sva_desc desc;
static struct sva_record comp;

/* The record as it should be; returns its size. */
static uint32_t reference_record(const uint8_t *a, const uint8_t *b, uint32_t size, uint8_t *record)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < size; i += 8) {
		if (!memcmp(a + i, b + i, 8))
			continue;
		record[used] = (uint8_t)(i / 8);
		record[used + 1] = (uint8_t)(i / 8 >> 8);
		memcpy(record + used + 2, b + i, 8);
		used += 10;
	}
	return used;
}

/* Two buffers with a difference in every @step bytes from @from on; step 0: none. */
static void differing(uint8_t **a, uint8_t **b, uint32_t size, uint32_t from, uint32_t step)
{
	*a = ref_buffer(size);
	*b = ref_copy(*a, size);
	for (uint32_t i = from; step && i < size; i += step)
		(*b)[i] ^= 0x01;
}

static void there_and_back(uint32_t size, uint32_t from, uint32_t step)
{
	uint32_t max = size / 8 * 10 < 80 ? 80 : size / 8 * 10;
	uint8_t *record = ref_buffer(max), *expected = ref_buffer(max), *a, *b;
	uint32_t used;

	differing(&a, &b, size, from, step);
	used = reference_record(a, b, size, expected);
	sva_prep_create_delta(&desc, a, b, size, record, max, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_int_equal(comp.result, used > 0);
	assert_int_equal(comp.delta_size, used);
	assert_int_equal(comp.bytes_completed, 0);
	assert_memory_equal(record, expected, used);
	if (used) {
		sva_prep_apply_delta(&desc, a, size, record, used, 0);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		assert_int_equal(comp.bytes_completed, 0);
	}
	assert_memory_equal(a, b, size);
	free(a);
	free(b);
	free(record);
	free(expected);
}

static void create_and_apply(void **state)
{
	static const uint32_t sizes[] = { 8, 16, 64, 248, 256, 264, 1024, 4088, 65536, 0x80000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		there_and_back(sizes[i], 0, 0);
		there_and_back(sizes[i], 0, 1);
		there_and_back(sizes[i], 3, 8);
		there_and_back(sizes[i], 5, 1001);
		there_and_back(sizes[i], sizes[i] - 1, 8);
	}
}

static void overflow_keeps_what_fits(void **state)
{
	const uint32_t size = 4096, from = 1024 + 3, step = 40, room = 86; /* eight entries */
	uint8_t *record = ref_buffer(room), expected[1024], *a, *b;

	(void)state;
	differing(&a, &b, size, from, step);
	reference_record(a, b, size, expected);
	sva_prep_create_delta(&desc, a, b, size, record, room, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_int_equal(comp.result, 2);
	assert_int_equal(comp.delta_size, 80);
	assert_int_equal(comp.bytes_completed, (from + 8 * step) / 8 * 8);
	assert_memory_equal(record, expected, 80);
	free(a);
	free(b);
	free(record);
}

static void a_record_that_just_fits(void **state)
{
	uint8_t *record = ref_buffer(80), *a, *b;

	(void)state;
	differing(&a, &b, 4096, 0, 512);
	sva_prep_create_delta(&desc, a, b, 4096, record, 80, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_int_equal(comp.result, 1);
	assert_int_equal(comp.delta_size, 80);
	free(a);
	free(b);
	free(record);
}

static void predicates(void **state)
{
	static const uint32_t steps[] = { 0, 512, 8 }; /* give results 0, 1 and 2 */
	uint8_t *record = ref_buffer(80);

	(void)state;
	for (unsigned int result = 0; result < 3; result++) {
		uint8_t *a, *b;

		differing(&a, &b, 4096, 0, steps[result]);
		for (unsigned int mask = 0; mask < 16; mask++) {
			bool expected = mask >> result & 1;

			sva_prep_create_delta(&desc, a, b, 4096, record, 80, 0);
			sva_desc_set_expected_mask(&desc, (uint8_t)mask);
			assert_int_equal(ref_run(&desc, &comp),
					 expected ? SVA_STATUS_SUCCESS
						  : SVA_STATUS_SUCCESS_PREDICATE);
			assert_int_equal(comp.result, result);
		}
		free(a);
		free(b);
	}
	free(record);
}

static void apply_offsets(const uint16_t *offsets, uint32_t count, uint32_t size,
			  unsigned int status, uint32_t applied)
{
	uint8_t *record = ref_buffer((size_t)count * 10), *dst = ref_buffer(size);
	uint8_t *expected = ref_copy(dst, size);

	for (uint32_t i = 0; i < count; i++) {
		memcpy(record + i * 10, &offsets[i], 2);
		if (i < applied)
			memcpy(expected + offsets[i] * 8, record + i * 10 + 2, 8);
	}
	sva_prep_apply_delta(&desc, dst, size, record, count * 10, 0);
	assert_int_equal(ref_run(&desc, &comp), status);
	assert_int_equal(comp.bytes_completed, status == SVA_STATUS_SUCCESS ? 0 : applied * 10);
	assert_memory_equal(dst, expected, size);
	free(record);
	free(dst);
	free(expected);
}

static void apply_stops_at_a_bad_offset(void **state)
{
	(void)state;
	apply_offsets((const uint16_t[]){ 0, 1, 7 }, 3, 64, SVA_STATUS_SUCCESS, 3);
	apply_offsets((const uint16_t[]){ 0, 3, 2 }, 3, 64, SVA_STATUS_DELTA_ORDER, 2);
	apply_offsets((const uint16_t[]){ 5, 5 }, 2, 64, SVA_STATUS_DELTA_ORDER, 1);
	apply_offsets((const uint16_t[]){ 0, 7, 8 }, 3, 64, SVA_STATUS_DELTA_RANGE, 2);
	apply_offsets((const uint16_t[]){ 0xffff }, 1, 64, SVA_STATUS_DELTA_RANGE, 0);
	apply_offsets((const uint16_t[]){ 0xfffe, 0xffff }, 2, 0x80000, SVA_STATUS_SUCCESS, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_and_apply),
		cmocka_unit_test(overflow_keeps_what_fits),
		cmocka_unit_test(a_record_that_just_fits),
		cmocka_unit_test(predicates),
		cmocka_unit_test(apply_stops_at_a_bad_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
