/* SPDX-License-Identifier: MIT */
/* Huffman codes of DEFLATE: decoding tables, and the making of codes. Source: RFC 1951, 3.2. */
#ifndef SVAI_IAX_HUFFMAN_H
#define SVAI_IAX_HUFFMAN_H

#include <sva/iax.h>

#define SVAI_LL_SYMBOLS 288 /* as the fixed code has them */
#define SVAI_D_SYMBOLS  32
#define SVAI_CL_SYMBOLS 19
#define SVAI_EOB        256
#define SVAI_MAX_LENGTH 15 /* bits of a code */

#define SVAI_LL_ROOT    10 /* bits that the first lookup takes */
#define SVAI_D_ROOT     8
#define SVAI_CL_ROOT    7

/*
 * The first level, and the second levels behind it. A second level of 2^k entries that is full has
 * at least k + 1 codes, and one alone need not be full.
 */
#define SVAI_LL_TABLE ((1 << SVAI_LL_ROOT) + SVAI_LL_SYMBOLS * 32 / 6 + 32)
#define SVAI_D_TABLE  ((1 << SVAI_D_ROOT) + SVAI_D_SYMBOLS * 128 / 8 + 128)
#define SVAI_CL_TABLE (1 << SVAI_CL_ROOT)

/*
 * An entry: bits 4:0 of the whole code, 8:5 how many extra bits follow it (of a link: bits of the
 * second lookup), flags, and from bit 16 on the literal, the base of a length or distance, the
 * place of the second level, or the error.
 */
#define SVAI_ENTRY_LITERAL      0x0200u
#define SVAI_ENTRY_SPECIAL      0x0400u /* one of the following three */
#define SVAI_ENTRY_LINK         0x0800u
#define SVAI_ENTRY_BAD          0x1000u
#define SVAI_ENTRY_EOB          0x2000u
#define SVAI_ENTRY_BITS(entry)  ((entry)&31u)
#define SVAI_ENTRY_EXTRA(entry) ((entry) >> 5 & 15u)
#define SVAI_ENTRY_VALUE(entry) ((entry) >> 16)

enum svai_alphabet { SVAI_LL, SVAI_D, SVAI_CL };

/* How a value is written: symbol, extra bits, base. */
extern const uint16_t svai_length_base[29], svai_distance_base[30];
extern const uint8_t svai_length_extra[29], svai_distance_extra[30];

/*
 * svai_huffman_table - a decoding table of the code that @lengths gives
 *
 * A code need not be complete: what it lacks are entries with an error. Returns false if it is
 * oversubscribed.
 */
bool svai_huffman_table(uint32_t *table, enum svai_alphabet alphabet, const uint8_t *lengths,
			unsigned int symbols);

static inline uint32_t svai_huffman_lookup(const uint32_t *table, unsigned int root, uint64_t bits)
{
	uint32_t entry = table[bits & ((1u << root) - 1)];

	if (entry & SVAI_ENTRY_LINK)
		entry = table[SVAI_ENTRY_VALUE(entry) +
			      (bits >> root & ((1u << SVAI_ENTRY_EXTRA(entry)) - 1))];
	return entry;
}

/* svai_huffman_fixed - the lengths of the fixed code */
void svai_huffman_fixed(uint8_t ll[SVAI_LL_SYMBOLS], uint8_t d[SVAI_D_SYMBOLS]);

#endif
