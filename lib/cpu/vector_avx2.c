/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <string.h>

#include "vector.h"

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const uint8_t *at)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

AVX2 static inline unsigned int unequal(const uint8_t *a, const uint8_t *b)
{
	return ~(unsigned int)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(a), load(b)));
}

AVX2 static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;
	unsigned int mask;

	if (size < 32)
		return svai_vector_plain.first_difference(a, b, size);
	for (; size - i >= 128; i += 128) {
		__m256i equal = _mm256_and_si256(
			_mm256_and_si256(_mm256_cmpeq_epi8(load(a + i), load(b + i)),
					 _mm256_cmpeq_epi8(load(a + i + 32), load(b + i + 32))),
			_mm256_and_si256(_mm256_cmpeq_epi8(load(a + i + 64), load(b + i + 64)),
					 _mm256_cmpeq_epi8(load(a + i + 96), load(b + i + 96))));

		if (_mm256_movemask_epi8(equal) != -1)
			break;
	}
	for (; size - i >= 32; i += 32)
		if ((mask = unequal(a + i, b + i)))
			return i + (size_t)__builtin_ctz(mask);
	if (i == size)
		return size;
	/* The last 32 bytes, of which the first have been looked at. */
	mask = unequal(a + size - 32, b + size - 32);
	return mask ? size - 32 + (size_t)__builtin_ctz(mask) : size;
}

AVX2 static void fill(uint8_t *dst, const uint64_t pattern[2], size_t size)
{
	const __m256i v = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)(const void *)pattern));
	size_t i = 0;

	for (; size - i >= 128; i += 128)
		for (size_t j = 0; j < 128; j += 32)
			_mm256_storeu_si256((__m256i *)(void *)(dst + i + j), v);
	svai_vector_plain.fill(dst + i, pattern, size - i);
}

/* The bits of each half of a byte from a table, the halves exchanged. */
AVX2 static void reflect(uint8_t *dst, const uint8_t *src, size_t size)
{
	const __m256i low = _mm256_set1_epi8(0x0f);
	const __m256i table = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15));
	size_t i = 0;

	for (; size - i >= 32; i += 32) {
		__m256i v = load(src + i);
		__m256i up = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
		__m256i down =
			_mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));

		v = _mm256_or_si256(_mm256_slli_epi16(up, 4), down);
		_mm256_storeu_si256((__m256i *)(void *)(dst + i), v);
	}
	svai_vector_plain.reflect(dst + i, src + i, size - i);
}

AVX2 static unsigned int differing(const uint8_t *a, const uint8_t *b)
{
	__m256i first = _mm256_cmpeq_epi64(load(a), load(b));
	__m256i second = _mm256_cmpeq_epi64(load(a + 32), load(b + 32));
	int equal = _mm256_movemask_pd(_mm256_castsi256_pd(first)) |
		    _mm256_movemask_pd(_mm256_castsi256_pd(second)) << 4;

	return (unsigned int)equal ^ 0xff;
}

AVX2 static void clear_upper(void)
{
	_mm256_zeroupper();
}

const struct svai_vector svai_vector_avx2 = { first_difference, fill, reflect, differing,
					      clear_upper };
