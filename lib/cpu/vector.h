/* SPDX-License-Identifier: MIT */
/*
 * The inner loops that the C library and ISA-L have not, in one version for every CPU and one for
 * CPUs with AVX2. LIBSVA_CPU=-avx2 takes the first.
 */
#ifndef SVAI_VECTOR_H
#define SVAI_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that svai_vector.differing looks at. */
#define SVAI_BLOCK 64u

struct svai_vector {
	/* Offset of the first difference, @size if there is none. */
	size_t (*first_difference)(const uint8_t *a, const uint8_t *b, size_t size);
	/* Repeat the 16 bytes of @pattern, the last time perhaps not whole. */
	void (*fill)(uint8_t *dst, const uint64_t pattern[2], size_t size);
	/* Turn the bits of each byte round. */
	void (*reflect)(uint8_t *dst, const uint8_t *src, size_t size);
	/* Which of the eight words of a block differ: bit i of the result is the i-th. */
	unsigned int (*differing)(const uint8_t *a, const uint8_t *b);
	/*
	 * After a checksum of ISA-L, which with AVX-512 leaves the upper halves of registers as
	 * they are: the next SSE instruction, ours or the program's, would take 150 ns.
	 */
	void (*clear_upper)(void);
};

/* svai_vector - for the CPU at hand */
const struct svai_vector *svai_vector(void);

extern const struct svai_vector svai_vector_plain, svai_vector_avx2;

#endif
