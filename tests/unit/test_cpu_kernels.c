/* SPDX-License-Identifier: MIT */
/*
 * Each set of kernels that this CPU can run against the one in plain C: all small sizes and random
 * larger ones, at any alignment, in memory with a guard page on either side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "cpu/kernels.h"
#include "reference.h"

#define ROOM  ((size_t)1 << 17)
#define PAGE  4096u
#define SMALL 700u   /* all sizes up to here, */
#define LARGE 30000u /* and some up to there */

static const struct {
	const char *name;
	unsigned int needs;
	const struct svai_kernels *kernels;
} variants[] = {
	{ "avx2", SVA_CPU_AVX2, &svai_avx2 },
	{ "avx512", SVA_CPU_AVX512, &svai_avx512 },
};

static uint8_t *area[4];

static uint32_t noise(void)
{
	static uint64_t state = 7;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(state >> 32);
}

/* @size bytes of the @i-th area: at its end, at its beginning, or (@aligned) at a multiple of 8. */
static uint8_t *place(int i, size_t size, bool aligned)
{
	size_t slack = ROOM - size, offset = slack;

	if (noise() % 2)
		offset = noise() % 3 ? noise() % 64 : 0;
	if (offset > slack)
		offset = slack;
	return area[i] + (aligned ? offset / 8 * 8 : offset);
}

static size_t a_size(size_t i)
{
	return i < SMALL ? i : SMALL + noise() % LARGE;
}

static void set_up_areas(int byte)
{
	for (int i = 0; i < 4; i++)
		memset(area[i], byte, ROOM);
}

/* What both sides have written is the same, to the last byte of the areas. */
static void assert_same(int i, int j, uint8_t *at_i, uint8_t *at_j, size_t size)
{
	assert_memory_equal(at_i, at_j, size);
	memset(at_i, 0xee, size);
	memset(at_j, 0xee, size);
	for (size_t k = 0; k < ROOM; k += PAGE) {
		static const uint8_t untouched[PAGE] = { [0 ... PAGE - 1] = 0xee };

		assert_memory_equal(area[i] + k, untouched, PAGE);
		assert_memory_equal(area[j] + k, untouched, PAGE);
	}
}

static void fill(const struct svai_kernels *kernels)
{
	set_up_areas(0xee);
	for (size_t i = 1; i < SMALL + 200; i++) {
		uint64_t low = noise() * 0x100000003ull, high = i % 2 ? low : ~low;
		size_t size = a_size(i);
		uint8_t *got = place(0, size, false), *expected = place(1, size, false);

		kernels->fill(got, size, low, high);
		svai_plain.fill(expected, size, low, high);
		assert_same(0, 1, got, expected, size);
	}
}

static void copy_twice(const struct svai_kernels *kernels)
{
	set_up_areas(0xee);
	for (size_t i = 1; i < SMALL + 200; i++) {
		size_t size = a_size(i);
		uint8_t *dst1 = place(0, size, false), *dst2 = place(1, size, false);
		uint8_t *src = place(2, size, false);

		for (size_t k = 0; k < size; k++)
			src[k] = (uint8_t)noise();
		kernels->copy_twice(dst1, dst2, src, size);
		assert_memory_equal(dst1, src, size);
		assert_same(0, 1, dst1, dst2, size);
	}
}

static void differ(const struct svai_kernels *kernels)
{
	for (size_t i = 1; i < 4 * SMALL; i++) {
		size_t size = a_size(i % (SMALL + 50)), at = noise() % (size + size / 4 + 1);
		uint8_t *a = place(0, size, false), *b = place(1, size, false);

		for (size_t k = 0; k < size; k++)
			a[k] = (uint8_t)noise();
		memcpy(b, a, size);
		if (size)
			b[size - 1] ^= (uint8_t)(noise() % 3);
		if (at < size)
			b[at] ^= 0x80;
		assert_int_equal(kernels->differ(a, b, size), svai_plain.differ(a, b, size));
	}
}

static void differ_pattern(const struct svai_kernels *kernels)
{
	for (size_t i = 1; i < 4 * SMALL; i++) {
		size_t size = a_size(i % (SMALL + 50)), at = noise() % (size + size / 4 + 1);
		uint64_t pattern = noise() * 0x100000003ull;
		uint8_t *src = place(0, size, false);

		for (size_t k = 0; k < size; k++)
			src[k] = (uint8_t)(pattern >> k % 8 * 8);
		if (size)
			src[size - 1] ^= (uint8_t)(noise() % 3);
		if (at < size)
			src[at] ^= 0x80;
		assert_int_equal(kernels->differ_pattern(src, pattern, size),
				 svai_plain.differ_pattern(src, pattern, size));
	}
}

/* @every: one word in so many differs; @room: of the record */
static void create_a_delta(const struct svai_kernels *kernels, uint32_t size, uint32_t every,
			   uint32_t room)
{
	uint8_t *a = place(0, size, true), *b = place(1, size, true);
	struct svai_delta got = { place(2, room, false), 0, room };
	struct svai_delta expected = { place(3, room, false), 0, room };

	for (size_t k = 0; k < size; k++)
		a[k] = (uint8_t)noise();
	memcpy(b, a, size);
	for (size_t k = 0; every && k < size; k += 8)
		if (noise() % every == 0)
			b[k + noise() % 8] ^= (uint8_t)(1 + noise() % 255);
	memset(area[2], 0xee, ROOM);
	memset(area[3], 0xee, ROOM);
	assert_int_equal(kernels->create_delta(&got, a, b, 0, size),
			 svai_plain.create_delta(&expected, a, b, 0, size));
	assert_int_equal(got.size, expected.size);
	assert_same(2, 3, got.addr, expected.addr, got.size);
}

static void create_delta(const struct svai_kernels *kernels)
{
	static const uint32_t densities[] = { 0, 1, 2, 10, 100, 1000 };

	for (size_t i = 1; i < 120; i++)
		for (size_t d = 0; d < 6; d++) {
			uint32_t size = (uint32_t)a_size(i < 100 ? i * 7 : SMALL) / 8 * 8;

			create_a_delta(kernels, size, densities[d], size / 8 * 10);
			create_a_delta(kernels, size, densities[d], 80 + noise() % (size + 8));
		}
	/* Offsets have 16 bits, and the last one is used. */
	create_a_delta(kernels, 0x10000, 1, 0x10000 / 8 * 10);
}

static void crc_unreflected(const struct svai_kernels *kernels)
{
	for (size_t i = 0; i < SMALL + 200; i++) {
		size_t size = a_size(i);
		uint8_t *src = place(0, size, false);
		uint32_t reg = noise();

		for (size_t k = 0; k < size; k++)
			src[k] = (uint8_t)noise();
		assert_int_equal(kernels->crc_unreflected(reg, src, size),
				 svai_plain.crc_unreflected(reg, src, size));
	}
}

static void run(void (*test)(const struct svai_kernels *kernels))
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		if (sva__cpuid_features() & variants[i].needs)
			test(variants[i].kernels);
		else
			print_message("%s: not on this CPU\n", variants[i].name);
	}
}

#define EACH(name)                            \
	static void each_##name(void **state) \
	{                                     \
		(void)state;                  \
		run(name);                    \
	}

EACH(fill)
EACH(copy_twice)
EACH(differ)
EACH(differ_pattern)
EACH(create_delta)
EACH(crc_unreflected)

static int map_areas(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		uint8_t *all =
			mmap(NULL, ROOM + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (all == MAP_FAILED || mprotect(all + PAGE, ROOM, PROT_READ | PROT_WRITE))
			return -1;
		area[i] = all + PAGE;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fill),         cmocka_unit_test(each_copy_twice),
		cmocka_unit_test(each_differ),       cmocka_unit_test(each_differ_pattern),
		cmocka_unit_test(each_create_delta), cmocka_unit_test(each_crc_unreflected),
	};

	return cmocka_run_group_tests(tests, map_areas, NULL);
}
