/* SPDX-License-Identifier: MIT */
/*
 * The loops over memory that the C library has no function for, once in plain C and once for each
 * set of vector instructions. They know nothing of descriptors.
 *
 * Files: plain.c, avx2.c, avx512.c (one table each) and dispatch.c, which picks one.
 */
#ifndef SVAI_KERNELS_H
#define SVAI_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A delta record: packed entries of a 16-bit offset in words of 8 bytes, and the word. */
struct svai_delta {
	uint8_t *addr;
	uint32_t size, max_size; /* used, and room; bytes */
};

#define SVAI_DELTA_WORD  8u
#define SVAI_DELTA_ENTRY 10u

struct svai_kernels {
	/* Repeat 16 bytes, @low first. */
	void (*fill)(uint8_t *dst, size_t size, uint64_t low, uint64_t high);
	void (*copy_twice)(uint8_t *dst1, uint8_t *dst2, const uint8_t *src, size_t size);
	/* Offset of the first byte that differs, @size if there is none. */
	size_t (*differ)(const uint8_t *a, const uint8_t *b, size_t size);
	size_t (*differ_pattern)(const uint8_t *src, uint64_t pattern, size_t size);
	/*
	 * Append the words of @b from @done to @size that are not those of @a. Returns @size, or
	 * the offset of the word for which there was no room.
	 */
	uint32_t (*create_delta)(struct svai_delta *delta, const uint8_t *a, const uint8_t *b,
				 uint32_t done, uint32_t size);
	/* CRC32C of bytes that count from bit 7; @reg is the register of the reflected CRC. */
	uint32_t (*crc_unreflected)(uint32_t reg, const uint8_t *src, size_t size);
};

extern const struct svai_kernels svai_plain, svai_avx2, svai_avx512;

/* svai_kernels - the best ones that this CPU has and LIBSVA_CPU does not switch off */
const struct svai_kernels *svai_kernels(void);

#endif
