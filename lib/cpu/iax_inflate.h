/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE decompression that can stop after any bit of input and any byte of output, and go on. It
 * knows nothing of descriptors. Files: iax_input.c (bits), iax_header.c (headers and tables) and
 * iax_inflate.c (blocks). Source: RFC 1951.
 */
#ifndef SVAI_IAX_INFLATE_H
#define SVAI_IAX_INFLATE_H

#include "iax_huffman.h"

#define SVAI_INFLATE_CHUNK 16384u /* bytes that one call makes at most */
#define SVAI_INFLATE_SLACK 32u    /* a match is copied by words, and may run over its end */

/* Bits that come before the input: at most a block header of which the last bit is missing. */
#define SVAI_PENDING_BYTES 600u

struct svai_bits {
	uint64_t bits;
	const uint8_t *in, *end;
	uint32_t count;       /* valid ones of @bits */
	uint32_t pending_pos; /* of svai_inflate.pending: bits that have been taken */
	uint8_t tail;         /* behind the end: a byte that is not whole, */
	uint8_t tail_bits;    /* of which so many are valid */
	uint8_t missing;      /* once it has been taken: bits that it lacks */
};

enum svai_inflate_end {
	SVAI_INFLATE_ROOM = 100, /* there is more output than room */
	SVAI_INFLATE_INPUT,      /* all whole tokens of the input are done */
	SVAI_INFLATE_EOB,        /* at the end of a block, where it should stop */
				 /* and the errors of enum sva_iax_error, which are less */
};

struct svai_inflate {
	struct svai_bits in;
	const uint8_t *begin; /* of the input */
	uint8_t *chunk;       /* the output of a call; the history is in front of it */
	uint32_t chunk_size;
	uint32_t history; /* valid bytes in front of the chunk */
	uint32_t state;   /* SVA_IAX_STATE_TOKEN, _HEADER or _STORED */
	bool final;       /* the block is the final one */
	bool ended;       /* nothing but the end of a block came last */
	bool stop, stop_at_final;
	uint32_t stored_left;
	uint32_t copy_length, copy_distance; /* what is left of a match */
	const uint32_t *ll, *d;
	uint32_t pending_bits;
	uint8_t pending[SVAI_PENDING_BYTES];
	uint8_t lengths[SVAI_LL_SYMBOLS + SVAI_D_SYMBOLS]; /* of the current block's codes */
	uint32_t ll_table[SVAI_LL_TABLE], d_table[SVAI_D_TABLE];
	uint8_t window[SVA_IAX_HISTORY + SVAI_INFLATE_CHUNK + SVAI_INFLATE_SLACK];
};

/* svai_inflate_begin - a stream that begins at @src with a block header; @ignore: bits at the end
 */
void svai_inflate_begin(struct svai_inflate *z, const uint8_t *src, size_t size,
			unsigned int ignore);

/* svai_inflate_push - bits that come before the input; false if there are too many */
bool svai_inflate_push(struct svai_inflate *z, uint64_t bits, unsigned int count);

/* svai_inflate_codes - make the tables of @lengths; 0 or an error */
unsigned int svai_inflate_codes(struct svai_inflate *z);

/* svai_inflate - make at most @room bytes: chunk and chunk_size; returns how it ended */
unsigned int svai_inflate(struct svai_inflate *z, uint32_t room);

/* svai_inflate_unread - bits of the input that have not been used */
uint64_t svai_inflate_unread(const struct svai_inflate *z);

/*
 * svai_inflate_at_end - at the end of the input: is that the end of a block, of which kind the
 * stream says? Less than a byte may follow, as padding (unverified).
 */
static inline bool svai_inflate_at_end(const struct svai_inflate *z)
{
	return z->ended && (z->final || !z->stop_at_final) && svai_inflate_unread(z) < 8;
}

/* svai_inflate_give_back - whole bytes of the input that were read ahead; returns those used */
uint32_t svai_inflate_give_back(struct svai_inflate *z);

/* svai_inflate_drop - forget the input that has not been read ahead */
void svai_inflate_drop(struct svai_inflate *z);

/* svai_inflate_keep - forget all but the next @n bits, less than 8 */
void svai_inflate_keep(struct svai_inflate *z, unsigned int n);

/* svai_inflate_next - take the next bits, at most 8; returns how many there were */
unsigned int svai_inflate_next(struct svai_inflate *z, uint8_t *bits);

/* Parts of it. */

/* svai_inflate_refill - read ahead: 57 bits or more, if there are that many */
void svai_inflate_refill(struct svai_inflate *z);

static inline void svai_inflate_consume(struct svai_inflate *z, unsigned int n)
{
	z->in.bits >>= n;
	z->in.count -= n;
}

/* svai_inflate_take - the next @n bits, at most 16; false if there are not so many */
bool svai_inflate_take(struct svai_inflate *z, unsigned int n, uint32_t *value);

/* svai_inflate_header - a block's header: 0, SVAI_INFLATE_INPUT if it is not whole, or an error */
unsigned int svai_inflate_header(struct svai_inflate *z);

#endif
