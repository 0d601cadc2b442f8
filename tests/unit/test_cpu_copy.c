/* SPDX-License-Identifier: MIT */
/* The software device: memory move, fill, dualcast, cache flush, translation fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "reference.h"

static struct sva_desc desc;
static struct sva_record comp;

static void memmove_of_all_sizes(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size + 3), *dst = ref_buffer(*size + 1);
		uint8_t before = dst[0];

		sva_prep_memmove(&desc, dst + 1, src + 3, *size, 0);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		assert_memory_equal(dst + 1, src + 3, *size);
		assert_int_equal(dst[0], before);
		assert_int_equal(comp.bytes_completed, 0);
		assert_int_equal(comp.result, 0);
		free(src);
		free(dst);
	}
}

static void memmove_of_the_largest_size(void **state)
{
	const size_t size = 2 << 20;
	uint8_t *src = ref_buffer(size), *dst = ref_buffer(size);

	(void)state;
	sva_prep_memmove(&desc, dst, src, size, SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_DRDBK);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, src, size);
	free(src);
	free(dst);
}

static void move_within(size_t from, size_t to, size_t size, size_t total)
{
	uint8_t *buffer = ref_buffer(total), *expected = ref_copy(buffer, total);
	uint8_t *moved = ref_copy(buffer + from, size);

	memcpy(expected + to, moved, size);
	sva_prep_memmove(&desc, buffer + to, buffer + from, size, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_memory_equal(buffer, expected, total);
	free(moved);
	free(expected);
	free(buffer);
}

static void memmove_of_overlapping_buffers(void **state)
{
	static const size_t shifts[] = { 0, 1, 7, 8, 63, 64, 1000 };

	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++)
		for (size_t i = 0; i < sizeof(shifts) / sizeof(*shifts); i++) {
			move_within(0, shifts[i], *size, *size + shifts[i]);
			move_within(shifts[i], 0, *size, *size + shifts[i]);
		}
}

static void fill(uint64_t low, uint64_t high, bool sixteen, uint32_t size, size_t align)
{
	uint8_t *buffer = ref_buffer(size + align), before = buffer[0], *dst = buffer + align;

	if (sixteen)
		sva_prep_fill16(&desc, dst, low, high, size, 0);
	else
		sva_prep_fill(&desc, dst, low, size, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	for (uint32_t i = 0; i < size; i++) {
		uint64_t half = sixteen && i % 16 >= 8 ? high : low;

		assert_int_equal(dst[i], half >> i % 8 * 8 & 0xff);
	}
	if (align)
		assert_int_equal(buffer[0], before);
	free(buffer);
}

static void fill_with_patterns(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++)
		for (size_t align = 0; align < 4; align += 3) {
			fill(0x0123456789abcdef, 0, false, *size, align);
			fill(0x5a5a5a5a5a5a5a5a, 0, false, *size, align);
			fill(0x0123456789abcdef, 0xfedcba9876543210, true, *size, align);
			fill(0x5a5a5a5a5a5a5a5a, 0x5a5a5a5a5a5a5a5a, true, *size, align);
			fill(0x5a5a5a5a5a5a5a5a, 0, true, *size, align);
		}
	/* From 256 KiB on by string stores, unless it begins elsewhere. */
	for (uint32_t size = (256u << 10) - 1; size < (256u << 10) + 9; size++) {
		fill(0x0123456789abcdef, 0, false, size, 0);
		fill(0x0123456789abcdef, 0, false, size, 3);
	}
}

static void dualcast(void **state)
{
	const size_t room = 1 << 17;
	uint8_t *dsts =
		mmap(NULL, 2 * room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(dsts, MAP_FAILED);
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *src = ref_buffer(*size + 1);

		memset(dsts, 0xee, 2 * room);
		sva_prep_dualcast(&desc, dsts + 5, dsts + room + 5, src + 1, *size, 0);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		for (uint8_t *dst = dsts; dst <= dsts + room; dst += room) {
			assert_memory_equal(dst + 5, src + 1, *size);
			assert_int_equal(dst[4], 0xee);
			assert_int_equal(dst[5 + *size], 0xee);
		}
		free(src);
	}
	munmap(dsts, 2 * room);
}

static void cache_flush_keeps_the_data(void **state)
{
	(void)state;
	for (const uint32_t *size = ref_sizes; *size; size++) {
		uint8_t *dst = ref_buffer(*size), *expected = ref_copy(dst, *size);

		sva_prep_cache_flush(&desc, dst, *size, SVA_FLAG_DRDBK);
		assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
		assert_memory_equal(dst, expected, *size);
		free(expected);
		free(dst);
	}
}

static void translation_fetch_takes_no_fault(void **state)
{
	char *region = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(region, MAP_FAILED);
	sva_prep_translation_fetch(&desc, region, 1 << 20, 0, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	sva_prep_translation_fetch(&desc, region + 1, 1 << 20, 1u << 31, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	munmap(region, 1 << 20);
}

static void noop_and_drain(void **state)
{
	uint64_t value = 1;

	(void)state;
	sva_prep_noop(&desc, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	sva_prep_drain(&desc, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	sva_prep_drain_readback(&desc, &value, NULL, SVA_FLAG_ADDR1_TCS);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memmove_of_all_sizes),
		cmocka_unit_test(memmove_of_the_largest_size),
		cmocka_unit_test(memmove_of_overlapping_buffers),
		cmocka_unit_test(fill_with_patterns),
		cmocka_unit_test(dualcast),
		cmocka_unit_test(cache_flush_keeps_the_data),
		cmocka_unit_test(translation_fetch_takes_no_fault),
		cmocka_unit_test(noop_and_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
