/* SPDX-License-Identifier: MIT */
/* Checksums on a machine without ISA-L, held against ISA-L. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <isa-l.h>

#include "cpu/checksum.h"

static unsigned int asked;

void *__wrap_dlopen(const char *name, int flags);

void *__wrap_dlopen(const char *name, int flags)
{
	(void)name, (void)flags;
	asked++;
	return NULL;
}

static void without_isal(void **state)
{
	unsigned char data[600];

	(void)state;
	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)rand();
	for (int size = 0; size < (int)sizeof(data); size += 7) {
		uint32_t reg = (uint32_t)rand();
		uint16_t seed = (uint16_t)rand();

		assert_int_equal(svai_crc32c(reg, data, (size_t)size),
				 size ? crc32_iscsi(data, size, reg) : reg);
		assert_int_equal(svai_crc16_t10dif(seed, data, (size_t)size),
				 size ? crc16_t10dif(seed, data, (uint64_t)size) : seed);
	}
	assert_int_equal(asked, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(without_isal) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
