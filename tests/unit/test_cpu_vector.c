/* SPDX-License-Identifier: MIT */
/* The inner loops of the CPU path: those for AVX2 against those for every CPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cpu/vector.h"

#define MOST 700u
#define EDGE 64u

static const struct svai_vector *const plain = &svai_vector_plain, *avx2 = &svai_vector_avx2;
static uint8_t a[MOST + 2 * EDGE], b[MOST + 2 * EDGE], c[MOST + 2 * EDGE];

static void randomize(void)
{
	for (unsigned int i = 0; i < sizeof(a); i++)
		a[i] = (uint8_t)rand();
	memcpy(b, a, sizeof(a));
}

/* Every size, at every alignment to a vector. */
#define FOR_ALL(size, at)                                \
	for (unsigned int size = 0; size < MOST; size++) \
		for (unsigned int at = size % 7; at < 33; at += 7)

static void first_differences(void **state)
{
	(void)state;
	randomize();
	FOR_ALL (size, at) {
		size_t place = size ? (size_t)rand() % size : 0;

		b[at + size] ^= 1; /* outside */
		assert_int_equal(avx2->first_difference(a + at, b + at, size), size);
		assert_int_equal(plain->first_difference(a + at, b + at, size), size);
		b[at + place] ^= 0x80;
		assert_int_equal(avx2->first_difference(a + at, b + at, size), size ? place : 0);
		assert_int_equal(plain->first_difference(a + at, b + at, size), size ? place : 0);
		b[at + place] ^= 0x80;
		b[at + size] ^= 1;
	}
}

static void fills(void **state)
{
	const uint64_t pattern[] = { 0x0102030405060708, 0x1112131415161718 };
	const uint8_t *bytes = (const uint8_t *)pattern;

	(void)state;
	FOR_ALL (size, at) {
		randomize();
		memcpy(c, a, sizeof(a));
		for (unsigned int i = 0; i < size; i++)
			c[at + i] = bytes[i % 16];
		plain->fill(a + at, pattern, size);
		avx2->fill(b + at, pattern, size);
		assert_memory_equal(a, c, sizeof(a));
		assert_memory_equal(b, c, sizeof(b));
	}
}

static uint8_t reflected(uint8_t byte)
{
	uint8_t result = 0;

	for (unsigned int bit = 0; bit < 8; bit++)
		result |= (uint8_t)((byte >> bit & 1) << (7 - bit));
	return result;
}

static void reflections(void **state)
{
	(void)state;
	FOR_ALL (size, at) {
		randomize();
		memcpy(c, a, sizeof(a));
		for (unsigned int i = 0; i < size; i++)
			c[at + i] = reflected(a[at + i]);
		plain->reflect(a + at, a + at, size);
		avx2->reflect(b + at, b + at, size);
		assert_memory_equal(a, c, sizeof(a));
		assert_memory_equal(b, c, sizeof(b));
	}
}

static void differing_words(void **state)
{
	(void)state;
	for (unsigned int mask = 0; mask < 256; mask++)
		for (unsigned int at = 0; at < 33; at++) {
			randomize();
			for (unsigned int i = 0; i < 8; i++)
				b[at + 8 * i + (unsigned int)rand() % 8] ^= mask >> i & 1;
			b[at + SVAI_BLOCK] ^= 1; /* outside */
			assert_int_equal(plain->differing(a + at, b + at), mask);
			assert_int_equal(avx2->differing(a + at, b + at), mask);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_differences),
		cmocka_unit_test(fills),
		cmocka_unit_test(reflections),
		cmocka_unit_test(differing_words),
	};

	if (!__builtin_cpu_supports("avx2"))
		avx2 = plain;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
