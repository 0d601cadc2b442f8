/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <immintrin.h>
#include <isa-l.h>
#include <string.h>

#define BLOCK 256u

void plain_rep_movsb(void *dst, const void *src, size_t size)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(size) : : "memory");
}

void plain_rep_stosq(void *dst, uint64_t pattern, size_t size)
{
	size_t words = size / 8;

	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(pattern) : "memory");
}

void plain_fill(void *dst, uint64_t pattern, size_t size)
{
	uint64_t *to = dst;

	for (size_t i = 0; i < size / 8; i++)
		to[i] = pattern;
}

uint32_t plain_compare_pattern(const void *src, uint64_t pattern, size_t size)
{
	const uint64_t *from = src;
	const size_t words = size / 8;

	for (size_t i = 0; i < words; i += BLOCK / 8) {
		size_t end = words - i < BLOCK / 8 ? words : i + BLOCK / 8;
		uint64_t different = 0;

		for (size_t k = i; k < end; k++)
			different |= from[k] ^ pattern;
		if (different)
			return 1;
	}
	return 0;
}

void plain_copy_twice(void *dst1, void *dst2, const void *src, size_t size)
{
	uint64_t *restrict to1 = dst1, *restrict to2 = dst2;
	const uint64_t *restrict from = src;

	for (size_t i = 0; i < size / 8; i++) {
		uint64_t word = from[i];

		to1[i] = word;
		to2[i] = word;
	}
}

static uint8_t *append(uint8_t *entry, uint64_t x, uint64_t y, size_t i)
{
	uint16_t offset = (uint16_t)i;

	memcpy(entry, &offset, 2);
	memcpy(entry + 2, &y, 8);
	return entry + (x != y ? 10 : 0);
}

uint32_t plain_create_delta(void *record, const void *a, const void *b, size_t size)
{
	const uint64_t *x = a, *y = b;
	uint8_t *entry = record;

	for (size_t i = 0; i < size / 8; i++)
		entry = append(entry, x[i], y[i], i);
	return (uint32_t)(entry - (uint8_t *)record);
}

uint32_t plain_create_delta_blocks(void *record, const void *a, const void *b, size_t size)
{
	const uint64_t *x = a, *y = b;
	const size_t words = size / 8;
	uint8_t *entry = record;

	for (size_t i = 0; i < words; i += BLOCK / 8) {
		size_t end = words - i < BLOCK / 8 ? words : i + BLOCK / 8;

		if (memcmp(x + i, y + i, (end - i) * 8))
			for (size_t k = i; k < end; k++)
				entry = append(entry, x[k], y[k], k);
	}
	return (uint32_t)(entry - (uint8_t *)record);
}

uint32_t plain_apply_delta(void *dst, size_t size, const void *record, size_t record_size)
{
	const uint8_t *entry = record, *end = entry + record_size;
	uint32_t next = 0;

	for (; entry < end; entry += 10) {
		uint16_t offset;

		memcpy(&offset, entry, 2);
		if (offset < next || offset >= size / 8)
			return 1;
		memcpy((uint8_t *)dst + (size_t)offset * 8, entry + 2, 8);
		next = offset + 1u;
	}
	return 0;
}

static uint64_t tuple(const uint8_t *block, size_t i)
{
	uint64_t guard = __builtin_bswap16(crc16_t10dif(0, block, DIF_BLOCK));

	return guard | (uint64_t)__builtin_bswap32((uint32_t)i) << 32;
}

static uint32_t bad(const uint8_t *block, size_t i)
{
	uint64_t expected = tuple(block, i);

	return memcmp(block + DIF_BLOCK, &expected, DIF_TUPLE) != 0;
}

uint32_t plain_dif_check(const void *src, size_t blocks)
{
	const uint8_t *from = src;

	for (size_t i = 0; i < blocks; i++, from += DIF_BLOCK + DIF_TUPLE)
		if (bad(from, i))
			return 1;
	return 0;
}

void plain_dif_insert(void *dst, const void *src, size_t blocks)
{
	const uint8_t *from = src;
	uint8_t *to = dst;

	for (size_t i = 0; i < blocks; i++, from += DIF_BLOCK, to += DIF_BLOCK + DIF_TUPLE) {
		uint64_t made = tuple(from, i);

		memcpy(to, from, DIF_BLOCK);
		memcpy(to + DIF_BLOCK, &made, DIF_TUPLE);
	}
}

uint32_t plain_dif_strip(void *dst, const void *src, size_t blocks)
{
	const uint8_t *from = src;
	uint8_t *to = dst;

	for (size_t i = 0; i < blocks; i++, from += DIF_BLOCK + DIF_TUPLE, to += DIF_BLOCK) {
		if (bad(from, i))
			return 1;
		memcpy(to, from, DIF_BLOCK);
	}
	return 0;
}

uint32_t plain_dif_update(void *dst, const void *src, size_t blocks)
{
	const uint8_t *from = src;
	uint8_t *to = dst;

	for (size_t i = 0; i < blocks; i++) {
		uint64_t made = tuple(from, i);

		if (memcmp(from + DIF_BLOCK, &made, DIF_TUPLE) != 0)
			return 1;
		memcpy(to, from, DIF_BLOCK);
		memcpy(to + DIF_BLOCK, &made, DIF_TUPLE);
		from += DIF_BLOCK + DIF_TUPLE;
		to += DIF_BLOCK + DIF_TUPLE;
	}
	return 0;
}

void plain_flush(void *dst, size_t size)
{
	for (size_t i = 0; i < size; i += 64)
		_mm_clflush((uint8_t *)dst + i);
	_mm_sfence();
}

void plain_flush_unordered(void *dst, size_t size)
{
#ifdef __CLFLUSHOPT__
	for (size_t i = 0; i < size; i += 64)
		_mm_clflushopt((uint8_t *)dst + i);
	_mm_sfence();
#else
	plain_flush(dst, size);
#endif
}
