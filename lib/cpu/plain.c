/* SPDX-License-Identifier: MIT */
/* The kernels in plain C: for CPUs without AVX2, for what is left over, and to compare with. */
#include <string.h>

#include "../least.h"
#include "crc_library.h"
#include "kernels.h"

#define CHUNK 16384u /* stays in the first level cache while it is used twice */
#define EQUAL 256u   /* bytes that are compared at once where most are equal */

static void fill(uint8_t *dst, size_t size, uint64_t low, uint64_t high)
{
	const uint64_t pattern[] = { low, high };
	size_t n;

	for (size_t done = 0; done < size; done += n) {
		n = svai_least(size - done, sizeof(pattern));
		memcpy(dst + done, pattern, n);
	}
}

static void copy_twice(uint8_t *dst1, uint8_t *dst2, const uint8_t *src, size_t size)
{
	for (size_t done = 0; done < size; done += CHUNK) {
		size_t n = svai_least(CHUNK, size - done);

		memcpy(dst1 + done, src + done, n);
		memcpy(dst2 + done, src + done, n);
	}
}

static uint64_t load(const uint8_t *src)
{
	uint64_t word;

	memcpy(&word, src, sizeof(word));
	return word;
}

static size_t differ(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;

	/* memcmp() is fast, but does not tell where the difference is. */
	while (size - i >= EQUAL && !memcmp(a + i, b + i, EQUAL))
		i += EQUAL;
	for (; size - i >= 8; i += 8) {
		uint64_t difference = load(a + i) ^ load(b + i);

		if (difference)
			return i + (size_t)__builtin_ctzll(difference) / 8;
	}
	while (i < size && a[i] == b[i])
		i++;
	return i;
}

/* A buffer repeats a pattern if it begins with it, and is equal to itself one pattern further. */
static size_t differ_pattern(const uint8_t *src, uint64_t pattern, size_t size)
{
	size_t head = svai_least(size, sizeof(pattern));
	size_t same = differ(src, (const uint8_t *)&pattern, head);

	return same < head ? same : head + differ(src + head, src, size - head);
}

/* false: there is no room */
static bool append(struct svai_delta *delta, uint32_t offset, uint64_t word)
{
	const uint16_t units = (uint16_t)(offset / SVAI_DELTA_WORD);
	uint8_t *entry = delta->addr + delta->size;

	if (delta->max_size - delta->size < SVAI_DELTA_ENTRY)
		return false;
	memcpy(entry, &units, sizeof(units));
	memcpy(entry + sizeof(units), &word, sizeof(word));
	delta->size += SVAI_DELTA_ENTRY;
	return true;
}

static uint32_t create_delta(struct svai_delta *delta, const uint8_t *a, const uint8_t *b,
			     uint32_t done, uint32_t size)
{
	while (done < size) {
		uint32_t end = size - done < EQUAL ? size : done + EQUAL;

		if (!memcmp(a + done, b + done, end - done))
			done = end;
		for (; done < end; done += SVAI_DELTA_WORD) {
			uint64_t word = load(b + done);

			if (load(a + done) != word && !append(delta, done, word))
				return done;
		}
	}
	return size;
}

/* Bit 0 becomes bit 7, in each byte. */
static uint64_t reflect_bytes(uint64_t v)
{
	v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
	v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
	return (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
}

static uint32_t crc_unreflected(uint32_t reg, const uint8_t *src, size_t size)
{
	uint64_t words[64];

	while (size) {
		size_t n = svai_least(size, sizeof(words));

		memcpy(words, src, n);
		for (size_t i = 0; i < (n + 7) / 8; i++)
			words[i] = reflect_bytes(words[i]);
		reg = svai_crc32c(reg, (const uint8_t *)words, n);
		src += n;
		size -= n;
	}
	return reg;
}

const struct svai_kernels svai_plain = {
	fill, copy_twice, differ, differ_pattern, create_delta, crc_unreflected,
};
