/* SPDX-License-Identifier: MIT */
/* The software device: compare and compare pattern. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

static struct sva_desc desc;
static struct sva_record comp;

/* Run a prepared comparison; @first: offset of the first difference, @size if there is none. */
static void expect(uint32_t first, uint32_t size)
{
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_int_equal(comp.result, first < size);
	assert_int_equal(comp.bytes_completed, first < size ? first : 0);
}

static void compare_finds_the_first_difference(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *a = ref_buffer(*size + 1), *b = ref_copy(a + 1, *size);
		const uint32_t places[] = { 0, *size / 3, *size / 2, *size - 1 };

		sva_prep_compare(&desc, a + 1, b, *size, 0);
		expect(*size, *size);
		for (size_t i = 0; i < 4; i++) {
			b[*size - 1] ^= 0x80; /* a later one, or the same twice */
			b[places[i]] ^= 0x01;
			expect(places[i], *size);
			b[*size - 1] ^= 0x80;
			b[places[i]] ^= 0x01;
		}
		free(a);
		free(b);
	}
}

static void compare_finds_every_offset(void **state)
{
	const uint32_t size = 2100;
	uint8_t *a = ref_buffer(size), *b = ref_copy(a, size);

	(void)state;
	sva_prep_compare(&desc, a, b, size, 0);
	for (uint32_t i = 0; i < size; i++) {
		b[i] ^= 0x10;
		expect(i, size);
		b[i] ^= 0x10;
	}
	free(a);
	free(b);
}

static void compare_pattern_finds_the_first_difference(void **state)
{
	const uint64_t pattern = 0x0123456789abcdef;

	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *buffer = ref_buffer(*size + 3), *a = buffer + 3;
		const uint32_t places[] = { 0, *size / 3, *size / 2, *size - 1 };

		for (uint32_t i = 0; i < *size; i++)
			a[i] = (uint8_t)(pattern >> i % 8 * 8);
		sva_prep_compare_pattern(&desc, a, pattern, *size, 0);
		expect(*size, *size);
		for (size_t i = 0; i < 4; i++) {
			a[places[i]] ^= 0x01;
			expect(places[i], *size);
			a[places[i]] ^= 0x01;
		}
		free(buffer);
	}
}

static void a_wrong_period_is_a_difference(void **state)
{
	uint8_t a[64];

	(void)state;
	memset(a, 0, sizeof(a));
	sva_prep_compare_pattern(&desc, a, 0x0100000000000000, sizeof(a), 0);
	expect(7, sizeof(a));
}

static void predicates(void **state)
{
	uint8_t a[16] = "same same", b[16] = "same same", c[16] = "different";

	(void)state;
	for (unsigned int differ = 0; differ < 2; differ++)
		for (uint8_t expected = 0; expected < 4; expected++) {
			bool as_expected = (expected & 1) == differ; /* other bits are ignored */

			sva_prep_compare(&desc, a, differ ? c : b, sizeof(a), 0);
			sva_desc_set_expected(&desc, expected);
			assert_int_equal(ref_run(&desc, &comp),
					 as_expected ? SVA_STATUS_SUCCESS
						     : SVA_STATUS_SUCCESS_PREDICATE);
			assert_int_equal(comp.result, differ);
		}
	sva_prep_compare_pattern(&desc, c, 0, sizeof(c), 0);
	sva_desc_set_expected(&desc, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS_PREDICATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compare_finds_the_first_difference),
		cmocka_unit_test(compare_finds_every_offset),
		cmocka_unit_test(compare_pattern_finds_the_first_difference),
		cmocka_unit_test(a_wrong_period_is_a_difference),
		cmocka_unit_test(predicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
