/* SPDX-License-Identifier: MIT */
/* The software device where ISA-L is not installed: CRC and DIF take longer, and are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cpu/crc_library.h"
#include "reference.h"

static unsigned int asked;

void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
	(void)name;
	(void)flags;
	asked++;
	return NULL;
}

static void crc_of_all_sizes(void **state)
{
	struct sva_desc desc;
	struct sva_record record;

	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size);

		sva_prep_crc(&desc, src, *size, 7, 0);
		assert_int_equal(ref_run(&desc, &record), SVA_STATUS_SUCCESS);
		assert_int_equal(record.crc, ref_crc32c(src, *size, 7, 0));
		assert_int_equal(svai_crc16_t10dif(0xffff, src, *size),
				 ref_crc16(src, *size, 0xffff));
		free(src);
	}
	assert_int_equal(svai_crc32(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
	assert_int_equal(
		svai_crc32(svai_crc32(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5),
		0xcbf43926);
	assert_int_equal(asked, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_of_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
