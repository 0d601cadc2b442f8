/* SPDX-License-Identifier: MIT */
/* The kernels with AVX2. What is smaller than a vector, the plain ones do. */
#include <immintrin.h>
#include <string.h>

#include "crc_library.h"
#include "kernels.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define VEC  ((size_t)32)

static inline AVX2 __m256i load(const uint8_t *src)
{
	return _mm256_loadu_si256((const __m256i *)src);
}

static inline AVX2 void store(uint8_t *dst, __m256i v)
{
	_mm256_storeu_si256((__m256i *)dst, v);
}

/* 16 bytes twice, as they go on @phase bytes further. */
static inline AVX2 __m256i rotate(__m256i v, size_t phase)
{
	static const uint8_t order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
					 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 };
	__m128i from = _mm_loadu_si128((const __m128i *)(order + phase % 16));

	return _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(from));
}

static AVX2 void fill(uint8_t *dst, size_t size, uint64_t low, uint64_t high)
{
	const __m256i v =
		_mm256_set_epi64x((int64_t)high, (int64_t)low, (int64_t)high, (int64_t)low);
	size_t done = 0;

	if (size < VEC) {
		svai_plain.fill(dst, size, low, high);
		return;
	}
	for (; size - done >= 4 * VEC; done += 4 * VEC) {
		store(dst + done, v);
		store(dst + done + VEC, v);
		store(dst + done + 2 * VEC, v);
		store(dst + done + 3 * VEC, v);
	}
	for (; size - done >= VEC; done += VEC)
		store(dst + done, v);
	store(dst + size - VEC, rotate(v, size - VEC));
}

static AVX2 void copy_twice(uint8_t *dst1, uint8_t *dst2, const uint8_t *src, size_t size)
{
	size_t done = 0;

	if (size < VEC) {
		svai_plain.copy_twice(dst1, dst2, src, size);
		return;
	}
	/* Whole lines at a time: the CPU writes no two halves of one at once but in a row. */
	for (; size - done >= 2 * VEC; done += 2 * VEC) {
		__m256i v0 = load(src + done), v1 = load(src + done + VEC);

		store(dst1 + done, v0);
		store(dst1 + done + VEC, v1);
		store(dst2 + done, v0);
		store(dst2 + done + VEC, v1);
	}
	if (size - done > VEC) {
		store(dst1 + done, load(src + done));
		store(dst2 + done, load(src + done));
	}
	store(dst1 + size - VEC, load(src + size - VEC));
	store(dst2 + size - VEC, load(src + size - VEC));
}

/* One bit for each byte that differs. */
static inline AVX2 uint32_t unequal(__m256i a, __m256i b)
{
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}

static inline AVX2 bool is_zero(__m256i v)
{
	return _mm256_testz_si256(v, v);
}

/* @b: NULL: compare with @v instead, which repeats 16 bytes */
static inline __attribute__((always_inline)) AVX2 size_t find(const uint8_t *a, const uint8_t *b,
							      __m256i v, size_t size)
{
	size_t i = 0;

#define B(offset) (b ? load(b + (offset)) : v)
	for (; size - i >= 4 * VEC; i += 4 * VEC) {
		__m256i x0 = _mm256_xor_si256(load(a + i), B(i));
		__m256i x1 = _mm256_xor_si256(load(a + i + VEC), B(i + VEC));
		__m256i x2 = _mm256_xor_si256(load(a + i + 2 * VEC), B(i + 2 * VEC));
		__m256i x3 = _mm256_xor_si256(load(a + i + 3 * VEC), B(i + 3 * VEC));

		if (!is_zero(_mm256_or_si256(_mm256_or_si256(x0, x1), _mm256_or_si256(x2, x3))))
			break;
	}
	for (; size - i >= VEC; i += VEC)
		if (unequal(load(a + i), B(i)))
			return i + _tzcnt_u32(unequal(load(a + i), B(i)));
#undef B
	if (i < size) {
		size_t last = size - VEC;
		uint32_t mask = unequal(load(a + last), b ? load(b + last) : rotate(v, last));

		return mask ? last + _tzcnt_u32(mask) : size;
	}
	return size;
}

static AVX2 size_t differ(const uint8_t *a, const uint8_t *b, size_t size)
{
	if (size < VEC)
		return svai_plain.differ(a, b, size);
	return find(a, b, _mm256_setzero_si256(), size);
}

static AVX2 size_t differ_pattern(const uint8_t *src, uint64_t pattern, size_t size)
{
	if (size < VEC)
		return svai_plain.differ_pattern(src, pattern, size);
	return find(src, NULL, _mm256_set1_epi64x((int64_t)pattern), size);
}

/* One bit for each word that differs. */
static inline AVX2 uint32_t unequal_words(const uint8_t *a, const uint8_t *b)
{
	__m256i equal = _mm256_cmpeq_epi64(load(a), load(b));

	return ~(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(equal)) & 0xf;
}

static inline AVX2 uint8_t *append(uint8_t *entry, const uint8_t *b, uint32_t offset)
{
	uint16_t units = (uint16_t)(offset / SVAI_DELTA_WORD);

	memcpy(entry, &units, sizeof(units));
	memcpy(entry + sizeof(units), b + offset, SVAI_DELTA_WORD);
	return entry + SVAI_DELTA_ENTRY;
}

/* Two vectors at a time, as long as there is room for all that they hold. */
static AVX2 uint32_t create_delta(struct svai_delta *delta, const uint8_t *a, const uint8_t *b,
				  uint32_t done, uint32_t size)
{
	uint8_t *entry = delta->addr + delta->size;
	const uint8_t *end = delta->addr + delta->max_size;

	for (; size - done >= 2 * VEC && (size_t)(end - entry) >= (size_t)8 * SVAI_DELTA_ENTRY;
	     done += 2 * VEC) {
		uint32_t mask = unequal_words(a + done, b + done) |
				unequal_words(a + done + VEC, b + done + VEC) << 4;

		for (; mask; mask = _blsr_u32(mask))
			entry = append(entry, b, done + _tzcnt_u32(mask) * SVAI_DELTA_WORD);
	}
	delta->size = (uint32_t)(entry - delta->addr);
	return svai_plain.create_delta(delta, a, b, done, size);
}

/* Bit 0 becomes bit 7, in each byte. */
static inline AVX2 __m256i reflect_bytes(__m256i v)
{
	const __m256i nibble = _mm256_set1_epi8(0x0f);
	const __m256i low = _mm256_broadcastsi128_si256(
		_mm_setr_epi8(0x00, 0x08, 0x04, 0x0c, 0x02, 0x0a, 0x06, 0x0e, 0x01, 0x09, 0x05,
			      0x0d, 0x03, 0x0b, 0x07, 0x0f));
	__m256i high = _mm256_slli_epi16(low, 4);

	return _mm256_or_si256(
		_mm256_shuffle_epi8(high, _mm256_and_si256(v, nibble)),
		_mm256_shuffle_epi8(low, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
}

static AVX2 uint32_t crc_unreflected(uint32_t reg, const uint8_t *src, size_t size)
{
	uint8_t chunk[128 * VEC];

	while (size >= VEC) {
		size_t n = size < sizeof(chunk) ? size / VEC * VEC : sizeof(chunk);

		for (size_t i = 0; i < n; i += VEC)
			store(chunk + i, reflect_bytes(load(src + i)));
		reg = svai_crc32c(reg, chunk, n);
		src += n;
		size -= n;
	}
	return svai_plain.crc_unreflected(reg, src, size);
}

const struct svai_kernels svai_avx2 = {
	fill, copy_twice, differ, differ_pattern, create_delta, crc_unreflected,
};
