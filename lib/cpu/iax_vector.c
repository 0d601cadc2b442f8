/* SPDX-License-Identifier: MIT */
#include <immintrin.h>
#include <string.h>

#include <sva/wq.h>

#include "iax_vector.h"

#define AVX2   __attribute__((target("avx2")))
#define LANES  8u /* values in a vector */
#define AVX512 __attribute__((target("avx512f,popcnt")))

static inline AVX2 __m256i load(const uint32_t *from)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)from);
}

static inline AVX2 __m128i load_half(const uint8_t *from)
{
	return _mm_loadu_si128((const __m128i *)(const void *)from);
}

static inline AVX2 __m256i all(uint32_t value)
{
	return _mm256_set1_epi32((int)value);
}

static bool have_avx2(void)
{
	return sva_cpu_features() & SVA_CPU_AVX2;
}

/*
 * Eight elements are as many bytes as one has bits, so that each eight of them lie in their bytes
 * like the eight before. Four come from the first 16 bytes, and four from those at @half: a shuffle
 * puts the four bytes that an element is in into its lane, and a shift moves it down.
 */
static AVX2 uint32_t unpack(const struct svai_elements *e, uint32_t *to, uint32_t count)
{
	const bool high = e->format == SVA_IAX_FILTER_BE;
	const uint32_t half = (e->bit + 4 * e->width) / 8;
	const __m256i halves =
		_mm256_setr_epi32(0, 0, 0, 0, (int)half, (int)half, (int)half, (int)half);
	const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
	const __m256i bit = _mm256_add_epi32(all(e->bit), _mm256_mullo_epi32(lane, all(e->width)));
	const __m256i byte = _mm256_sub_epi32(_mm256_srli_epi32(bit, 3), halves);
	const __m256i order = _mm256_add_epi32(_mm256_mullo_epi32(byte, all(0x01010101)),
					       all(high ? 0x00010203 : 0x03020100));
	const __m256i low_shift = _mm256_and_si256(bit, all(7));
	const __m256i shift = high ? _mm256_sub_epi32(all(32 - e->width), low_shift) : low_shift;
	const __m256i mask = all(UINT32_MAX >> (32 - e->width));
	const uint8_t *pos = e->stream.pos, *end = e->stream.end;
	const unsigned int width = e->width;
	uint32_t i = 0;

	for (; count - i >= LANES && (size_t)(end - pos) >= half + 16; i += LANES, pos += width) {
		__m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(load_half(pos)),
						    load_half(pos + half), 1);

		v = _mm256_srlv_epi32(_mm256_shuffle_epi8(v, order), shift);
		_mm256_storeu_si256((__m256i *)(void *)(to + i), _mm256_and_si256(v, mask));
	}
	return i;
}

/* Of 27, 29, 30 and 31 bits, some elements are in five bytes. */
uint32_t svai_vector_unpack(const struct svai_elements *e, uint32_t *to, uint32_t count)
{
	bool in_four = e->width <= 26 || e->width == 28 || e->width == 32;

	return count >= LANES && in_four && have_avx2() ? unpack(e, to, count) : 0;
}

/* Four values make 4 * @size bytes; those stored behind them, the next store overwrites. */
static AVX2 uint32_t pack(uint8_t *to, const uint32_t *values, uint32_t count, unsigned int size,
			  bool big_endian)
{
	const size_t end = (size_t)count * size, half = (size_t)4 * size;
	uint8_t bytes[16] = { 0 };
	uint32_t i = 0;
	__m256i order;

	for (unsigned int v = 0; v < 4; v++)
		for (unsigned int k = 0; k < size; k++)
			bytes[v * size + k] = (uint8_t)(4 * v + (big_endian ? size - 1 - k : k));
	order = _mm256_broadcastsi128_si256(load_half(bytes));
	for (size_t at = 0; end - at >= half + 16; at += 2 * half, i += LANES) {
		__m256i v = _mm256_shuffle_epi8(load(values + i), order);

		_mm_storeu_si128((__m128i *)(void *)(to + at), _mm256_castsi256_si128(v));
		_mm_storeu_si128((__m128i *)(void *)(to + at + half),
				 _mm256_extracti128_si256(v, 1));
	}
	return i;
}

uint32_t svai_vector_pack(uint8_t *to, const uint32_t *values, uint32_t count, unsigned int size,
			  bool big_endian)
{
	if (count < LANES || !have_avx2())
		return 0;
	return pack(to, values, count, size, big_endian);
}

static AVX2 uint32_t aggregate(struct svai_output *o, const uint32_t *values, uint32_t count)
{
	__m256i min = all(o->min_first), max = all(o->max_last), sum = all(0);
	uint32_t mins[LANES], maxs[LANES], sums[LANES], i = 0;

	for (; count - i >= LANES; i += LANES) {
		__m256i v = load(values + i);

		min = _mm256_min_epu32(min, v);
		max = _mm256_max_epu32(max, v);
		sum = _mm256_add_epi32(sum, v);
	}
	_mm256_storeu_si256((__m256i *)(void *)mins, min);
	_mm256_storeu_si256((__m256i *)(void *)maxs, max);
	_mm256_storeu_si256((__m256i *)(void *)sums, sum);
	for (unsigned int k = 0; k < LANES; k++) {
		o->min_first = mins[k] < o->min_first ? mins[k] : o->min_first;
		o->max_last = maxs[k] > o->max_last ? maxs[k] : o->max_last;
		o->sum_count += sums[k];
	}
	return i;
}

uint32_t svai_vector_aggregate(struct svai_output *o, const uint32_t *values, uint32_t count)
{
	return count >= LANES && have_avx2() ? aggregate(o, values, count) : 0;
}

static AVX2 uint64_t in_range(const uint32_t *values, uint32_t low, uint32_t high)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < 64; i += LANES) {
		__m256i v = load(values + i);
		__m256i above = _mm256_cmpeq_epi32(_mm256_max_epu32(v, all(low)), v);
		__m256i below = _mm256_cmpeq_epi32(_mm256_min_epu32(v, all(high)), v);
		__m256i both = _mm256_and_si256(above, below);

		bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(both)) << i;
	}
	return bits;
}

uint64_t svai_vector_in_range(const uint32_t *values, uint32_t low, uint32_t high)
{
	uint64_t bits = 0;

	if (have_avx2())
		return in_range(values, low, high);
	for (unsigned int i = 64; i--;)
		bits = bits << 1 | (values[i] >= low && values[i] <= high);
	return bits;
}

/* The bit that is looked for comes to the top of its lane, where the mask of signs has it. */
static AVX2 uint64_t in_set(const uint32_t *values, struct svai_key key, const uint64_t *set)
{
	const __m128i shift = _mm_cvtsi32_si128((int)key.shift);
	uint64_t bits = 0;

	for (unsigned int i = 0; i < 64; i += LANES) {
		__m256i at =
			_mm256_and_si256(_mm256_srl_epi32(load(values + i), shift), all(key.mask));
		__m256i word = _mm256_i32gather_epi32((const int *)(const void *)set,
						      _mm256_srli_epi32(at, 5), 4);
		/* a shift to the left by 31 - at % 32 */
		__m256i top = _mm256_sllv_epi32(word, _mm256_andnot_si256(at, all(31)));

		bits |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(top)) << i;
	}
	return bits;
}

uint64_t svai_vector_in_set(const uint32_t *values, struct svai_key key, const uint64_t *set)
{
	uint64_t bits = 0;

	if (have_avx2())
		return in_set(values, key, set);
	for (unsigned int i = 64; i--;) {
		uint32_t at = values[i] >> key.shift & key.mask;

		bits = bits << 1 | (set[at / 64] >> at % 64 & 1);
	}
	return bits;
}

static bool have_avx512(void)
{
	return sva_cpu_features() & SVA_CPU_AVX512;
}

static inline AVX512 __mmask16 sixteen_bits(const uint64_t *bits, uint32_t i)
{
	return (__mmask16)(bits[i / 64] >> i % 64);
}

static AVX512 uint32_t select_avx512(uint32_t *to, const uint32_t *values, const uint64_t *bits,
				     uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i += 16) {
		__mmask16 ones = sixteen_bits(bits, i);
		__m512i v = _mm512_loadu_si512(values + i);

		_mm512_storeu_si512(to + n, _mm512_maskz_compress_epi32(ones, v));
		n += (uint32_t)_mm_popcnt_u32(ones);
	}
	return n;
}

uint32_t svai_vector_select(uint32_t *to, const uint32_t *values, const uint64_t *bits,
			    uint32_t count)
{
	uint32_t n = 0;

	if (have_avx512())
		return select_avx512(to, values, bits, count);
	for (uint32_t i = 0; i < count; i += 64)
		for (uint64_t ones = bits[i / 64]; ones; ones &= ones - 1)
			to[n++] = values[i + (unsigned int)__builtin_ctzll(ones)];
	return n;
}

static AVX512 void expand_avx512(uint32_t *to, const uint32_t *values, const uint64_t *bits,
				 uint32_t count)
{
	for (uint32_t i = 0; i < count; i += 16) {
		__mmask16 ones = sixteen_bits(bits, i);
		__m512i v = _mm512_loadu_si512(values);

		_mm512_storeu_si512(to + i, _mm512_maskz_expand_epi32(ones, v));
		values += _mm_popcnt_u32(ones);
	}
}

void svai_vector_expand(uint32_t *to, const uint32_t *values, const uint64_t *bits, uint32_t count)
{
	if (have_avx512()) {
		expand_avx512(to, values, bits, count);
		return;
	}
	memset(to, 0, count * sizeof(*to));
	for (uint32_t i = 0; i < count; i += 64)
		for (uint64_t ones = bits[i / 64]; ones; ones &= ones - 1)
			to[i + (unsigned int)__builtin_ctzll(ones)] = *values++;
}
