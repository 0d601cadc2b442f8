/* SPDX-License-Identifier: MIT */
#include <emmintrin.h>
#include <string.h>

#include "vector.h"

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;

	for (; size - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(a + i));
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(b + i));
		unsigned int equal = (unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));

		if (equal != 0xffff)
			return i + (size_t)__builtin_ctz(~equal);
	}
	while (i < size && a[i] == b[i])
		i++;
	return i;
}

static void fill(uint8_t *dst, const uint64_t pattern[2], size_t size)
{
	const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)pattern);
	size_t i = 0;

	for (; size - i >= 16; i += 16)
		_mm_storeu_si128((__m128i *)(void *)(dst + i), v);
	memcpy(dst + i, pattern, size - i);
}

/* Bit 0 becomes bit 7, in each byte. */
static uint64_t reflect_bytes(uint64_t v)
{
	v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
	v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
	return (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
}

static void reflect(uint8_t *dst, const uint8_t *src, size_t size)
{
	for (size_t i = 0; i < size; i += 8) {
		size_t n = size - i < 8 ? size - i : 8;
		uint64_t word = 0;

		memcpy(&word, src + i, n);
		word = reflect_bytes(word);
		memcpy(dst + i, &word, n);
	}
}

static unsigned int differing(const uint8_t *a, const uint8_t *b)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < 8; i++) {
		uint64_t x, y;

		memcpy(&x, a + (size_t)8 * i, 8);
		memcpy(&y, b + (size_t)8 * i, 8);
		mask |= (unsigned int)(x != y) << i;
	}
	return mask;
}

static void clear_upper(void)
{
}

const struct svai_vector svai_vector_plain = { first_difference, fill, reflect, differing,
					       clear_upper };
