/* SPDX-License-Identifier: MIT */
/* The kernels with AVX-512, as Ice Lake has it. A mask takes the place of a tail. */
#include <immintrin.h>

#include "kernels.h"

#define AVX512                                                                                  \
	__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,gfni," \
			      "vpclmulqdq,pclmul,avx2,bmi,bmi2,sse4.2")))
#define VEC ((size_t)64)

static inline AVX512 __m512i load(const uint8_t *src)
{
	return _mm512_loadu_si512(src);
}

static inline AVX512 __m512i load_part(const uint8_t *src, __mmask64 mask)
{
	return _mm512_maskz_loadu_epi8(mask, src);
}

/* The first @size bytes of a vector; at most all. */
static inline AVX512 __mmask64 first(size_t size)
{
	return _bzhi_u64(UINT64_MAX, (unsigned int)size);
}

static AVX512 void fill(uint8_t *dst, size_t size, uint64_t low, uint64_t high)
{
	const __m512i v = _mm512_broadcast_i32x4(_mm_set_epi64x((int64_t)high, (int64_t)low));
	size_t done = 0;

	for (; size - done >= 4 * VEC; done += 4 * VEC) {
		_mm512_storeu_si512(dst + done, v);
		_mm512_storeu_si512(dst + done + VEC, v);
		_mm512_storeu_si512(dst + done + 2 * VEC, v);
		_mm512_storeu_si512(dst + done + 3 * VEC, v);
	}
	for (; size - done >= VEC; done += VEC)
		_mm512_storeu_si512(dst + done, v);
	if (done < size) /* masked stores are slow on some CPUs, those of nothing, too */
		_mm512_mask_storeu_epi8(dst + done, first(size - done), v);
}

static AVX512 void copy_twice(uint8_t *dst1, uint8_t *dst2, const uint8_t *src, size_t size)
{
	__mmask64 tail = first(size % VEC);
	size_t done = 0;
	__m512i v;

	for (; size - done >= VEC; done += VEC) {
		v = load(src + done);
		_mm512_storeu_si512(dst1 + done, v);
		_mm512_storeu_si512(dst2 + done, v);
	}
	if (!tail)
		return;
	v = load_part(src + done, tail);
	_mm512_mask_storeu_epi8(dst1 + done, tail, v);
	_mm512_mask_storeu_epi8(dst2 + done, tail, v);
}

/* @b: NULL: compare with @v instead */
static inline __attribute__((always_inline)) AVX512 size_t find(const uint8_t *a, const uint8_t *b,
								__m512i v, size_t size)
{
	size_t i = 0;
	__mmask64 mask;

#define B(offset) (b ? load(b + (offset)) : v)
	for (; size - i >= 4 * VEC; i += 4 * VEC) {
		__m512i x0 = _mm512_xor_si512(load(a + i), B(i));
		__m512i x1 = _mm512_xor_si512(load(a + i + VEC), B(i + VEC));
		__m512i x2 = _mm512_xor_si512(load(a + i + 2 * VEC), B(i + 2 * VEC));
		__m512i x3 = _mm512_xor_si512(load(a + i + 3 * VEC), B(i + 3 * VEC));
		__m512i any = _mm512_or_si512(_mm512_or_si512(x0, x1), _mm512_or_si512(x2, x3));

		if (_mm512_test_epi64_mask(any, any))
			break;
	}
	for (; size - i >= VEC; i += VEC) {
		mask = _mm512_cmpneq_epi8_mask(load(a + i), B(i));
		if (mask)
			return i + _tzcnt_u64(mask);
	}
#undef B
	if (i == size)
		return size;
	mask = first(size - i);
	mask = _mm512_mask_cmpneq_epi8_mask(mask, load_part(a + i, mask),
					    b ? load_part(b + i, mask) : v);
	return mask ? i + _tzcnt_u64(mask) : size;
}

static AVX512 size_t differ(const uint8_t *a, const uint8_t *b, size_t size)
{
	return find(a, b, _mm512_setzero_si512(), size);
}

static AVX512 size_t differ_pattern(const uint8_t *src, uint64_t pattern, size_t size)
{
	return find(src, NULL, _mm512_set1_epi64((int64_t)pattern), size);
}

/*
 * Entries out of words and their offsets: where each byte of eight entries comes from. Bit 6 of a
 * number means the second vector, in which the offsets are.
 */
#define OFFSET(e)    64 + 2 * (e), 65 + 2 * (e)
#define WORD(e)      8 * (e), 8 * (e) + 1, 8 * (e) + 2, 8 * (e) + 3
#define HIGH_WORD(e) 8 * (e) + 4, 8 * (e) + 5, 8 * (e) + 6, 8 * (e) + 7
#define ENTRY(e)     OFFSET(e), WORD(e), HIGH_WORD(e)

static const uint8_t entries[2 * VEC] __attribute__((aligned(64))) = {
	ENTRY(0), ENTRY(1), ENTRY(2), ENTRY(3), ENTRY(4), ENTRY(5), ENTRY(6), ENTRY(7),
};

/* Append what differs in eight words, of which the first is the @units-th; returns the end. */
static inline AVX512 uint8_t *append(uint8_t *entry, const uint8_t *a, const uint8_t *b,
				     uint32_t units)
{
	const __m128i count = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
	__m512i words = load(b);
	__mmask8 mask = _mm512_cmpneq_epi64_mask(load(a), words);
	__m128i offsets = _mm_add_epi16(_mm_set1_epi16((int16_t)units), count);
	size_t size = (size_t)_mm_popcnt_u32(mask) * SVAI_DELTA_ENTRY;
	__m512i packed;

	words = _mm512_maskz_compress_epi64(mask, words);
	packed = _mm512_castsi128_si512(_mm_maskz_compress_epi16(mask, offsets));
	_mm512_mask_storeu_epi8(entry, first(size < VEC ? size : VEC),
				_mm512_permutex2var_epi8(words, load(entries), packed));
	_mm512_mask_storeu_epi8(entry + VEC, first(size < VEC ? 0 : size - VEC),
				_mm512_permutex2var_epi8(words, load(entries + VEC), packed));
	return entry + size;
}

static inline AVX512 bool is_equal(const uint8_t *a, const uint8_t *b)
{
	__m512i any = _mm512_setzero_si512();

#pragma GCC unroll 4
	for (size_t i = 0; i < 4 * VEC; i += VEC)
		any = _mm512_or_si512(any, _mm512_xor_si512(load(a + i), load(b + i)));
	return !_mm512_test_epi64_mask(any, any);
}

/*
 * Four vectors at a time: either they are equal, or they are done without a branch, as long as
 * there is room for all that they hold.
 */
static AVX512 uint32_t create_delta(struct svai_delta *delta, const uint8_t *a, const uint8_t *b,
				    uint32_t done, uint32_t size)
{
	uint8_t *entry = delta->addr + delta->size;
	const uint8_t *end = delta->addr + delta->max_size;

	for (; size - done >= 4 * VEC && (size_t)(end - entry) >= (size_t)4 * 8 * SVAI_DELTA_ENTRY;
	     done += 4 * VEC) {
		if (is_equal(a + done, b + done))
			continue;
#pragma GCC unroll 4
		for (uint32_t i = done; i < done + 4 * VEC; i += VEC)
			entry = append(entry, a + i, b + i, i / SVAI_DELTA_WORD);
	}
	delta->size = (uint32_t)(entry - delta->addr);
	return svai_plain.create_delta(delta, a, b, done, size);
}

/* Bit 0 becomes bit 7, in each byte. */
static inline AVX512 __m512i reflect_bytes(__m512i v)
{
	return _mm512_gf2p8affine_epi64_epi8(v, _mm512_set1_epi64((int64_t)0x8040201008040201), 0);
}

/* Move the polynomial by the distance for which @by was computed, and add @next. */
static inline AVX512 __m512i fold(__m512i v, __m512i by, __m512i next)
{
	return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(v, by, 0x00),
					 _mm512_clmulepi64_epi128(v, by, 0x11), next, 0x96);
}

/* x^(D + 32) and x^(D - 32) modulo the polynomial, reflected, for D = 2048 and 512 bits. */
static inline AVX512 __m512i by_four_vectors(void)
{
	return _mm512_broadcast_i32x4(_mm_set_epi64x(0xb9e02b86, 0xdcb17aa4));
}

static inline AVX512 __m512i by_one_vector(void)
{
	return _mm512_broadcast_i32x4(_mm_set_epi64x(0x9e4addf8, 0x740eef02));
}

static inline AVX512 uint32_t crc_of_words(uint32_t reg, __m512i v, size_t count)
{
	uint64_t words[8], crc = reg;

	_mm512_storeu_si512(words, v);
	for (size_t i = 0; i < count; i++)
		crc = _mm_crc32_u64(crc, words[i]);
	return (uint32_t)crc;
}

static inline AVX512 uint32_t crc_of_bytes(uint32_t reg, __m512i v, size_t count)
{
	uint8_t bytes[VEC];

	_mm512_storeu_si512(bytes, v);
	for (size_t i = 0; i < count; i++)
		reg = _mm_crc32_u8(reg, bytes[i]);
	return reg;
}

/* The CRC of at least four vectors, but of whole ones; @src and @size move on. */
static AVX512 uint32_t crc_of_vectors(uint32_t reg, const uint8_t **src, size_t *size)
{
	const __m512i far = by_four_vectors(), near = by_one_vector();
	const uint8_t *p = *src;
	__m512i v[4];

#pragma GCC unroll 4
	for (size_t i = 0; i < 4; i++)
		v[i] = reflect_bytes(load(p + i * VEC));
	v[0] = _mm512_xor_si512(v[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)reg)));
	p += 4 * VEC;
	*size -= 4 * VEC;
	for (; *size >= 4 * VEC; *size -= 4 * VEC, p += 4 * VEC) {
#pragma GCC unroll 4
		for (size_t i = 0; i < 4; i++)
			v[i] = fold(v[i], far, reflect_bytes(load(p + i * VEC)));
	}
#pragma GCC unroll 4
	for (size_t i = 1; i < 4; i++)
		v[0] = fold(v[0], near, v[i]);
	for (; *size >= VEC; *size -= VEC, p += VEC)
		v[0] = fold(v[0], near, reflect_bytes(load(p)));
	*src = p;
	return crc_of_words(0, v[0], 8);
}

static AVX512 uint32_t crc_unreflected(uint32_t reg, const uint8_t *src, size_t size)
{
	if (size >= 4 * VEC)
		reg = crc_of_vectors(reg, &src, &size);
	for (; size; size -= size < VEC ? size : VEC, src += VEC) {
		size_t n = size < VEC ? size : VEC;
		__m512i v = reflect_bytes(load_part(src, first(n)));

		reg = crc_of_words(reg, v, n / 8);
		reg = crc_of_bytes(reg,
				   _mm512_permutexvar_epi64(_mm512_set1_epi64((int64_t)(n / 8)), v),
				   n % 8);
	}
	return reg;
}

const struct svai_kernels svai_avx512 = {
	fill, copy_twice, differ, differ_pattern, create_delta, crc_unreflected,
};
