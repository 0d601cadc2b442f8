/* SPDX-License-Identifier: MIT */
/* The software device: CRC, and copy with CRC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

static struct sva_desc desc;
static struct sva_record comp;

static const uint32_t all_flags[] = {
	0,
	SVA_FLAG_CRC_BYPASS_INVERT,
	SVA_FLAG_CRC_BYPASS_REFLECT,
	SVA_FLAG_CRC_BYPASS_INVERT | SVA_FLAG_CRC_BYPASS_REFLECT,
};

/* Every catalogue of CRCs has it: of the nine digits. */
static void the_check_value(void **state)
{
	(void)state;
	assert_int_equal(ref_crc32c((const uint8_t *)"123456789", 9, 0, 0), 0xe3069283);
	sva_prep_crc(&desc, "123456789", 9, 0, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_int_equal(comp.crc, 0xe3069283);
}

static void crc_of_all_sizes(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size + 1);

		for (size_t i = 0; i < 4; i++)
			for (uint32_t seed = 0; seed < 0x12345679; seed += 0x12345678) {
				sva_prep_crc(&desc, src + 1, *size, seed, all_flags[i]);
				assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
				assert_int_equal(comp.crc,
						 ref_crc32c(src + 1, *size, seed, all_flags[i]));
				assert_int_equal(comp.bytes_completed, 0);
			}
		free(src);
	}
}

static void copy_crc_of_all_sizes(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size + 3), *dst = ref_buffer(*size);

		sva_prep_copy_crc(&desc, dst, src + 3, *size, 7, 0);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		assert_int_equal(comp.crc, ref_crc32c(src + 3, *size, 7, 0));
		assert_memory_equal(dst, src + 3, *size);
		free(src);
		free(dst);
	}
}

static void a_crc_is_the_seed_of_the_next(void **state)
{
	uint8_t *src = ref_buffer(1000);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint32_t first;

		sva_prep_crc(&desc, src, 333, 0, all_flags[i]);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		first = comp.crc;
		sva_prep_crc(&desc, src + 333, 667, 0, all_flags[i]);
		sva_desc_set_crc_seed_addr(&desc, &first);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		assert_int_equal(comp.crc, ref_crc32c(src, 1000, 0, all_flags[i]));
	}
	free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value),
		cmocka_unit_test(crc_of_all_sizes),
		cmocka_unit_test(copy_crc_of_all_sizes),
		cmocka_unit_test(a_crc_is_the_seed_of_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
