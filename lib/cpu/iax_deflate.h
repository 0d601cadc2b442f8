/* SPDX-License-Identifier: MIT */
/* Parts of compression that know nothing of descriptors. Source: RFC 1951. */
#ifndef SVAI_IAX_DEFLATE_H
#define SVAI_IAX_DEFLATE_H

#include "iax_huffman.h"

/* Search for matches. */

#define SVAI_MATCH_HASH 12 /* bits */

/* A literal, or a match: its length less 3 in bits 7:0, its distance in bits 28:16. */
typedef uint32_t svai_token;
#define SVAI_TOKEN_MATCH           0x80000000u
#define SVAI_TOKEN_LENGTH(token)   (((token)&0xffu) + 3)
#define SVAI_TOKEN_DISTANCE(token) ((token) >> 16 & 0x1fffu)

struct svai_matcher {
	const uint8_t *src;
	uint32_t size, pos;
	bool literals;                        /* only these */
	uint32_t heads[1 << SVAI_MATCH_HASH]; /* last position of a hash, plus 1 */
};

void svai_matcher_begin(struct svai_matcher *m, const uint8_t *src, uint32_t size, bool literals);

/* svai_matcher_next - the next tokens, at most @max; returns how many; 0: the source is done */
uint32_t svai_matcher_next(struct svai_matcher *m, svai_token *tokens, uint32_t max);

/* The code of a length or distance, and its extra bits. */
struct svai_symbol {
	uint32_t symbol, extra_bits, extra;
};

struct svai_symbol svai_length_symbol(uint32_t length);
struct svai_symbol svai_distance_symbol(uint32_t distance);

/* svai_count - add the tokens to a histogram */
void svai_count(struct sva_iax_histogram *histogram, const svai_token *tokens, uint32_t count);

/* Output. */

struct svai_writer {
	uint8_t *to, *end;
	uint64_t bits;
	uint32_t count;
	bool full; /* there was no room: nothing more is written */
};

/* svai_put - at most 32 bits, the lowest first */
void svai_put(struct svai_writer *w, uint32_t bits, unsigned int count);

/* A table for writing: codes reversed, and lengths. */
struct svai_codes {
	uint16_t code[SVAI_LL_SYMBOLS];
	uint8_t length[SVAI_LL_SYMBOLS];
};

/* svai_huffman_lengths - lengths of a code for symbols that are so frequent, at most @longest bits
 */
void svai_huffman_lengths(const uint32_t *frequencies, unsigned int symbols, unsigned int longest,
			  uint8_t *lengths);

/* svai_huffman_codes - the codes that the lengths give, reversed as they are written */
void svai_huffman_codes(const uint8_t *lengths, unsigned int symbols, uint16_t *codes);

/* svai_put_header - a dynamic block's header */
void svai_put_header(struct svai_writer *w, bool final, const struct svai_codes *ll,
		     const struct svai_codes *d);

/* svai_put_tokens - returns false if a symbol has no code */
bool svai_put_tokens(struct svai_writer *w, const struct svai_codes *ll, const struct svai_codes *d,
		     const svai_token *tokens, uint32_t count);

#endif
