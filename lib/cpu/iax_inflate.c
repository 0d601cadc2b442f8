/* SPDX-License-Identifier: MIT */
/* Blocks. In all of it, @out is where output goes on, and @limit where it ends. */
#include <string.h>

#include "iax_inflate.h"

#define MATCH     258u /* the longest */
#define CODE_BITS 48u  /* of a length and a distance with their extra bits */

static unsigned int end_of_block(struct svai_inflate *z)
{
	z->state = SVA_IAX_STATE_HEADER;
	z->ended = true;
	return 0;
}

static unsigned int stored(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	while (z->stored_left) {
		size_t n = (size_t)(limit - *out), left = (size_t)(z->in.end - z->in.in);

		if (!n)
			return SVAI_INFLATE_ROOM;
		if (z->in.count < 8 && z->in.pending_pos < z->pending_bits)
			svai_inflate_refill(z);
		if (z->in.count >= 8 && n) {
			*(*out)++ = (uint8_t)z->in.bits;
			svai_inflate_consume(z, 8);
			z->stored_left--;
			continue;
		}
		n = n < z->stored_left ? n : z->stored_left;
		n = n < left ? n : left;
		if (!n || z->in.count)
			return SVAI_INFLATE_INPUT;
		memcpy(*out, z->in.in, n);
		*out += n;
		z->in.in += n;
		z->stored_left -= (uint32_t)n;
	}
	return end_of_block(z);
}

/* Copies by words, which may write up to 16 bytes too many. */
static inline uint8_t *copy(uint8_t *out, uint32_t distance, uint32_t length)
{
	const uint8_t *from = out - distance;
	uint8_t *end = out + length;

	if (distance >= 16) {
		do {
			memcpy(out, from, 16);
			out += 16;
			from += 16;
		} while (out < end);
	} else if (distance >= 8) {
		do {
			memcpy(out, from, 8);
			out += 8;
			from += 8;
		} while (out < end);
	} else if (distance == 1) {
		memset(out, *from, length);
	} else {
		while (out < end)
			*out++ = *from++;
	}
	return end;
}

static void rest_of_match(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	uint32_t room = (uint32_t)(limit - *out);
	uint32_t n = z->copy_length < room ? z->copy_length : room;

	if (n)
		*out = copy(*out, z->copy_distance, n);
	z->copy_length -= n;
}

static unsigned int check_distance(const struct svai_inflate *z, const uint8_t *out,
				   uint32_t distance)
{
	if (distance > SVA_IAX_HISTORY)
		return SVA_IAX_ERROR_DISTANCE;
	if (distance > z->history + (uint32_t)(out - z->chunk))
		return SVA_IAX_ERROR_BEFORE_START;
	return 0;
}

/* The value of a code with extra bits; the bits that are @used come before it. */
static uint32_t value_of(uint64_t bits, uint32_t entry, unsigned int *used)
{
	unsigned int extra = SVAI_ENTRY_EXTRA(entry);

	bits >>= *used + SVAI_ENTRY_BITS(entry);
	*used += SVAI_ENTRY_BITS(entry) + extra;
	return SVAI_ENTRY_VALUE(entry) + ((uint32_t)bits & ((1u << extra) - 1));
}

/* One match, of which nothing is taken if it is not whole. */
static unsigned int match(struct svai_inflate *z, uint32_t entry, uint8_t **out,
			  const uint8_t *limit)
{
	unsigned int used = 0, error;
	uint32_t length = value_of(z->in.bits, entry, &used), distance;

	entry = svai_huffman_lookup(z->d, SVAI_D_ROOT, z->in.bits >> used);
	if (used + SVAI_ENTRY_BITS(entry) > z->in.count)
		return SVAI_INFLATE_INPUT;
	if (entry & SVAI_ENTRY_BAD)
		return SVAI_ENTRY_VALUE(entry);
	distance = value_of(z->in.bits, entry, &used);
	if (used > z->in.count)
		return SVAI_INFLATE_INPUT;
	error = check_distance(z, *out, distance);
	if (error)
		return error;
	if (*out == limit)
		return SVAI_INFLATE_ROOM;
	svai_inflate_consume(z, used);
	z->copy_length = length;
	z->copy_distance = distance;
	rest_of_match(z, out, limit);
	return 0;
}

/* One literal, match, or end of block; at any distance from the ends of input and output. */
static unsigned int token(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	uint32_t entry;

	svai_inflate_refill(z);
	entry = svai_huffman_lookup(z->ll, SVAI_LL_ROOT, z->in.bits);
	if (SVAI_ENTRY_BITS(entry) > z->in.count)
		return SVAI_INFLATE_INPUT;
	if (entry & SVAI_ENTRY_BAD)
		return SVAI_ENTRY_VALUE(entry);
	if (entry & SVAI_ENTRY_EOB) {
		svai_inflate_consume(z, SVAI_ENTRY_BITS(entry));
		return end_of_block(z);
	}
	if (!(entry & SVAI_ENTRY_LITERAL))
		return match(z, entry, out, limit);
	if (*out == limit)
		return SVAI_INFLATE_ROOM;
	*(*out)++ = (uint8_t)SVAI_ENTRY_VALUE(entry);
	svai_inflate_consume(z, SVAI_ENTRY_BITS(entry));
	return 0;
}

/*
 * Tokens far from the ends of input and output. Returns before any that token() should look at:
 * ends and errors.
 */
static uint8_t *tokens(struct svai_inflate *z, uint8_t *out, const uint8_t *limit)
{
	const uint32_t *const ll = z->ll, *const d = z->d;
	const uint8_t *in = z->in.in, *const last = z->in.end - 8;
	uint64_t bits = z->in.bits;
	unsigned int count = z->in.count;

	while (in <= last && limit - out >= (ptrdiff_t)(MATCH + 2)) {
		uint32_t entry, length, distance;
		unsigned int used = 0;
		uint64_t word;

		memcpy(&word, in, sizeof(word));
		bits |= word
			<< count; /* at most 63: more bits than count says are the same again */
		in += (63 - count) >> 3;
		count |= 56;
		entry = svai_huffman_lookup(ll, SVAI_LL_ROOT, bits);
		for (int i = 0; i < 2 && entry & SVAI_ENTRY_LITERAL; i++) {
			*out++ = (uint8_t)SVAI_ENTRY_VALUE(entry);
			bits >>= SVAI_ENTRY_BITS(entry);
			count -= SVAI_ENTRY_BITS(entry);
			entry = svai_huffman_lookup(ll, SVAI_LL_ROOT, bits);
		}
		if (count < CODE_BITS)
			continue; /* for more bits */
		if (entry & SVAI_ENTRY_LITERAL) {
			*out++ = (uint8_t)SVAI_ENTRY_VALUE(entry);
			bits >>= SVAI_ENTRY_BITS(entry);
			count -= SVAI_ENTRY_BITS(entry);
			continue;
		}
		if (entry & SVAI_ENTRY_SPECIAL)
			break;
		length = value_of(bits, entry, &used);
		entry = svai_huffman_lookup(d, SVAI_D_ROOT, bits >> used);
		if (entry & SVAI_ENTRY_BAD)
			break;
		distance = value_of(bits, entry, &used);
		if (check_distance(z, out, distance))
			break;
		bits >>= used;
		count -= used;
		out = copy(out, distance, length);
	}
	z->in.in = in;
	z->in.count = count;
	z->in.bits = bits & ((UINT64_C(1) << count) - 1); /* count is less than 64 */
	return out;
}

static unsigned int block(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	unsigned int end = 0;

	while (!end && z->state == SVA_IAX_STATE_TOKEN) {
		if (z->copy_length) {
			rest_of_match(z, out, limit);
			if (z->copy_length)
				return SVAI_INFLATE_ROOM;
		}
		if (z->in.pending_pos == z->pending_bits && z->in.count < 64 &&
		    z->in.end - z->in.in >= 8)
			*out = tokens(z, *out, limit);
		end = token(z, out, limit);
	}
	return end;
}

static unsigned int step(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	switch (z->state) {
	case SVA_IAX_STATE_HEADER:
		if (z->ended && z->stop && (z->final || !z->stop_at_final))
			return SVAI_INFLATE_EOB;
		return svai_inflate_header(z);
	case SVA_IAX_STATE_STORED:
		return stored(z, out, limit);
	default:
		return block(z, out, limit);
	}
}

unsigned int svai_inflate(struct svai_inflate *z, uint32_t room)
{
	uint8_t *const begin = z->window + SVA_IAX_HISTORY, *out = begin, *limit;
	unsigned int end = 0;

	z->history += z->chunk_size;
	if (z->history > SVA_IAX_HISTORY)
		z->history = SVA_IAX_HISTORY;
	memmove(begin - z->history, z->chunk + z->chunk_size - z->history, z->history);
	z->chunk = begin;
	limit = out + (room < SVAI_INFLATE_CHUNK ? room : SVAI_INFLATE_CHUNK);
	while (!end)
		end = step(z, &out, limit);
	z->chunk_size = (uint32_t)(out - begin);
	return end;
}
