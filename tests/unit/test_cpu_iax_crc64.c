/* SPDX-License-Identifier: MIT */
/* The software device for IAX: CRC of any polynomial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cpu/iax.h"
#include "reference.h"

static struct sva_iax_op op;

static unsigned int run(void)
{
	struct svai_limits limits;

	memset(&op.record, 0, sizeof(op.record));
	svai_iax_limits(&limits);
	svai_iax_execute(&limits, &op.op.desc);
	return op.record.status;
}

static uint64_t crc64(const void *src, size_t size, uint64_t polynomial, uint32_t flags)
{
	sva_iax_prep_crc64(&op, src, size, polynomial, flags, 0);
	assert_int_equal(run(), SVA_STATUS_SUCCESS);
	return sva_iax_record_crc64(&op.record);
}

/* Bit by bit, in the order in which the bits come. */
static uint64_t expected(const uint8_t *src, size_t size, uint64_t polynomial, uint32_t flags)
{
	unsigned int width = 64;
	uint64_t reg, ones, reversed = 0;

	while (!(polynomial >> (64 - width) & 1))
		width--;
	ones = UINT64_MAX << (64 - width);
	reg = flags & SVA_IAX_CRC64_INVERT ? ones : 0;
	for (size_t i = 0; i < 8 * size; i++) {
		unsigned int bit = flags & SVA_IAX_CRC64_REFLECT ? i % 8 : 7 - i % 8;
		uint64_t out = reg >> 63 ^ (src[i / 8] >> bit & 1);

		reg = reg << 1 ^ (out ? polynomial : 0);
	}
	if (flags & SVA_IAX_CRC64_INVERT)
		reg ^= ones;
	if (!(flags & SVA_IAX_CRC64_REFLECT))
		return reg;
	for (unsigned int i = 0; i < 64; i++)
		reversed |= (reg >> i & 1) << (63 - i);
	return reversed;
}

#define BOTH (SVA_IAX_CRC64_INVERT | SVA_IAX_CRC64_REFLECT)

static const struct {
	uint64_t polynomial;
	uint32_t flags;
	uint64_t check; /* of the nine digits */
} known[] = {
	{ 0x04c11db7ull << 32, BOTH, 0xcbf43926 },        /* gzip */
	{ 0x1edc6f41ull << 32, BOTH, 0xe3069283 },        /* CRC32C */
	{ 0x42f0e1eba9ea3693, BOTH, 0x995dc9bbdf1939fa }, /* XZ */
	{ 0x42f0e1eba9ea3693, 0, 0x6c40df5f0b497347 },    /* ECMA-182 */
	{ 0x8bb7ull << 48, 0, 0xd0dbull << 48 },          /* T10-DIF */
	{ 0x1021ull << 48, BOTH, 0x906e },                /* */
};

static void the_check_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_int_equal(crc64("123456789", 9, known[i].polynomial, known[i].flags),
				 known[i].check);
}

static void all_sizes_widths_and_orders(void **state)
{
	static const uint32_t all_flags[] = { 0, SVA_IAX_CRC64_INVERT, SVA_IAX_CRC64_REFLECT,
					      BOTH };

	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size + 1);

		for (unsigned int width = *size > 1000 ? 61 : 1; width <= 64; width += 3)
			for (size_t i = 0; i < 4; i++) {
				uint64_t polynomial = (0x9b6c9a2f1d4e8357 | 1ull << (width - 1));

				polynomial = (polynomial << (64 - width)) | 1ull << (64 - width);
				assert_int_equal(
					crc64(src + 1, *size, polynomial, all_flags[i]),
					expected(src + 1, *size, polynomial, all_flags[i]));
			}
		free(src);
	}
}

static void polynomial_zero_is_refused(void **state)
{
	(void)state;
	sva_iax_prep_crc64(&op, "1", 1, 0, 0, 0);
	assert_int_equal(run(), SVA_STATUS_RESERVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_values),
		cmocka_unit_test(all_sizes_widths_and_orders),
		cmocka_unit_test(polynomial_zero_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
