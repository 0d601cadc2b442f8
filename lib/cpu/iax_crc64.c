/* SPDX-License-Identifier: MIT */
/*
 * CRC of any polynomial up to 64 bits.
 *
 * A CRC of fewer bits whose register is left-aligned is one of 64 bits, with the polynomial that is
 * left-aligned, too. One of reflected bits is one of bytes whose bits are reversed, with a result
 * that is reversed. So there is one loop, most significant bit first.
 */
#include <immintrin.h>

#include "../bits.h"
#include "iax.h"

#define FOLD_MIN 64u /* bytes; fewer are not worth the constants */

/* @reg times x^@bits */
static uint64_t shift(uint64_t reg, uint64_t polynomial, unsigned int bits)
{
	while (bits--)
		reg = reg << 1 ^ (polynomial & -(reg >> 63));
	return reg;
}

static uint64_t by_bytes(uint64_t reg, uint64_t polynomial, const uint8_t *src, size_t size,
			 bool reflect)
{
	uint64_t table[16];

	for (uint64_t i = 0; i < 16; i++)
		table[i] = shift(i << 60, polynomial, 4);
	for (size_t i = 0; i < size; i++) {
		reg ^= reflect ? svai_reverse(src[i], 64) : (uint64_t)src[i] << 56;
		reg = reg << 4 ^ table[reg >> 60];
		reg = reg << 4 ^ table[reg >> 60];
	}
	return reg;
}

#define TARGET __attribute__((target("pclmul,ssse3")))

/* 16 bytes as a polynomial, the first bit of the first byte its highest coefficient. */
static inline TARGET __m128i load(const uint8_t *src, bool reflect)
{
	const __m128i order = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	const __m128i nibble = _mm_set1_epi8(0xf);
	const __m128i reversed =
		_mm_setr_epi8(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15);
	__m128i v = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)src), order);

	if (reflect) {
		__m128i low = _mm_shuffle_epi8(reversed, _mm_and_si128(v, nibble));
		__m128i high = _mm_and_si128(_mm_srli_epi16(v, 4), nibble);

		v = _mm_or_si128(_mm_slli_epi16(low, 4), _mm_shuffle_epi8(reversed, high));
	}
	return v;
}

/* @v times x^n, where @by is x^n in its lower half and x^(n+64) in the upper one. */
static inline TARGET __m128i fold(__m128i v, __m128i by)
{
	return _mm_xor_si128(_mm_clmulepi64_si128(v, by, 0x00), _mm_clmulepi64_si128(v, by, 0x11));
}

static inline TARGET __m128i power(uint64_t polynomial, unsigned int n)
{
	uint64_t low = shift(polynomial, polynomial, n - 64); /* x^64 is the polynomial */

	return _mm_set_epi64x((long long)shift(low, polynomial, 64), (long long)low);
}

/*
 * Bring all but the last bytes down to 16, which stand for them: @rest. Returns how many bytes were
 * taken.
 */
static inline TARGET __attribute__((always_inline)) size_t fold_all(uint64_t reg,
								    uint64_t polynomial,
								    const uint8_t *src, size_t size,
								    bool reflect, uint8_t rest[16])
{
	const __m128i order = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	const __m128i by128 = power(polynomial, 128);
	__m128i v[4];
	size_t done = 64;

	for (size_t i = 0; i < 4; i++)
		v[i] = load(src + 16 * i, reflect);
	v[0] = _mm_xor_si128(v[0], _mm_set_epi64x((long long)reg, 0));
	if (size >= 256) {
		const __m128i by512 = power(polynomial, 512);

		for (; size - done >= 64; done += 64)
			for (size_t i = 0; i < 4; i++)
				v[i] = _mm_xor_si128(fold(v[i], by512),
						     load(src + done + 16 * i, reflect));
	}
	for (unsigned int i = 1; i < 4; i++)
		v[0] = _mm_xor_si128(fold(v[0], by128), v[i]);
	for (; size - done >= 16; done += 16)
		v[0] = _mm_xor_si128(fold(v[0], by128), load(src + done, reflect));
	_mm_storeu_si128((__m128i *)rest, _mm_shuffle_epi8(v[0], order));
	return done;
}

static TARGET size_t fold_plain(uint64_t reg, uint64_t polynomial, const uint8_t *src, size_t size,
				uint8_t rest[16])
{
	return fold_all(reg, polynomial, src, size, false, rest);
}

static TARGET size_t fold_reflected(uint64_t reg, uint64_t polynomial, const uint8_t *src,
				    size_t size, uint8_t rest[16])
{
	return fold_all(reg, polynomial, src, size, true, rest);
}

static uint64_t crc(uint64_t reg, uint64_t polynomial, const uint8_t *src, size_t size,
		    bool reflect)
{
	if (size >= FOLD_MIN && sva_cpu_features() & SVA_CPU_AVX2) {
		uint8_t rest[16];
		size_t done =
			(reflect ? fold_reflected : fold_plain)(reg, polynomial, src, size, rest);

		reg = by_bytes(0, polynomial, rest, sizeof(rest), false);
		src += done;
		size -= done;
	}
	return by_bytes(reg, polynomial, src, size, reflect);
}

unsigned int svai_iax_crc64(const struct sva_desc *desc, struct sva_iax_record *record)
{
	const bool reflect = desc->tail.iax_flags & SVA_IAX_CRC64_REFLECT;
	const uint64_t polynomial = desc->iax.polynomial;
	uint64_t invert = 0, reg;

	if (desc->tail.iax_flags & SVA_IAX_CRC64_INVERT)
		invert = UINT64_MAX << __builtin_ctzll(polynomial); /* ones over its width */
	reg = crc(invert, polynomial, (const uint8_t *)desc->src_addr, desc->xfer_size, reflect) ^
	      invert;
	if (reflect)
		reg = svai_reverse(reg, 64);
	record->max_last = (uint32_t)reg;
	record->sum_count = (uint32_t)(reg >> 32);
	record->bytes_completed = desc->xfer_size;
	return SVA_STATUS_SUCCESS;
}
