/* SPDX-License-Identifier: MIT */
/* Block headers, and the tables that they give. */
#include <pthread.h>
#include <string.h>

#include "iax_inflate.h"

static struct {
	pthread_once_t once;
	uint8_t lengths[SVAI_LL_SYMBOLS + SVAI_D_SYMBOLS];
	uint32_t ll[SVAI_LL_TABLE], d[SVAI_D_TABLE];
} fixed = { .once = PTHREAD_ONCE_INIT };

static void make_fixed(void)
{
	svai_huffman_fixed(fixed.lengths, fixed.lengths + SVAI_LL_SYMBOLS);
	svai_huffman_table(fixed.ll, SVAI_LL, fixed.lengths, SVAI_LL_SYMBOLS);
	svai_huffman_table(fixed.d, SVAI_D, fixed.lengths + SVAI_LL_SYMBOLS, SVAI_D_SYMBOLS);
}

static void use_fixed(struct svai_inflate *z)
{
	pthread_once(&fixed.once, make_fixed);
	memcpy(z->lengths, fixed.lengths, sizeof(z->lengths));
	z->ll = fixed.ll;
	z->d = fixed.d;
	z->state = SVA_IAX_STATE_TOKEN;
}

unsigned int svai_inflate_codes(struct svai_inflate *z)
{
	if (!svai_huffman_table(z->ll_table, SVAI_LL, z->lengths, SVAI_LL_SYMBOLS))
		return SVA_IAX_ERROR_LL_LENGTHS;
	if (!svai_huffman_table(z->d_table, SVAI_D, z->lengths + SVAI_LL_SYMBOLS, SVAI_D_SYMBOLS))
		return SVA_IAX_ERROR_D_LENGTHS;
	z->ll = z->ll_table;
	z->d = z->d_table;
	z->state = SVA_IAX_STATE_TOKEN;
	return 0;
}

static unsigned int stored_header(struct svai_inflate *z)
{
	uint32_t pad, length, complement;
	unsigned int unread;

	svai_inflate_refill(z);
	unread = z->in.count + (z->pending_bits - z->in.pending_pos) + z->in.missing;
	if (!svai_inflate_take(z, unread % 8, &pad) || !svai_inflate_take(z, 16, &length) ||
	    !svai_inflate_take(z, 16, &complement))
		return SVAI_INFLATE_INPUT;
	if ((length ^ complement) != 0xffff)
		return SVA_IAX_ERROR_STORED_LENGTH;
	z->stored_left = length;
	z->state = SVA_IAX_STATE_STORED;
	return 0;
}

/* The code in which the lengths of the codes are written. */
static unsigned int code_lengths_code(struct svai_inflate *z, uint32_t count,
				      uint32_t table[SVAI_CL_TABLE])
{
	static const uint8_t order[SVAI_CL_SYMBOLS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
							11, 4,  12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[SVAI_CL_SYMBOLS] = { 0 };

	for (uint32_t i = 0, length; i < count; i++) {
		if (!svai_inflate_take(z, 3, &length))
			return SVAI_INFLATE_INPUT;
		lengths[order[i]] = (uint8_t)length;
	}
	if (!svai_huffman_table(table, SVAI_CL, lengths, SVAI_CL_SYMBOLS))
		return SVA_IAX_ERROR_CL_LENGTHS;
	return 0;
}

/* One symbol of that code: a length, or how often one is repeated. */
static unsigned int code_length(struct svai_inflate *z, const uint32_t *table, uint32_t *symbol,
				uint32_t *repeat)
{
	static const struct {
		uint8_t base, extra;
	} repeats[] = { { 3, 2 }, { 3, 3 }, { 11, 7 } };
	uint32_t entry;

	svai_inflate_refill(z);
	entry = svai_huffman_lookup(table, SVAI_CL_ROOT, z->in.bits);
	if (SVAI_ENTRY_BITS(entry) > z->in.count)
		return SVAI_INFLATE_INPUT;
	if (entry & SVAI_ENTRY_BAD)
		return SVAI_ENTRY_VALUE(entry);
	svai_inflate_consume(z, SVAI_ENTRY_BITS(entry));
	*symbol = SVAI_ENTRY_VALUE(entry);
	*repeat = 1;
	if (*symbol < 16)
		return 0;
	if (!svai_inflate_take(z, repeats[*symbol - 16].extra, repeat))
		return SVAI_INFLATE_INPUT;
	*repeat += repeats[*symbol - 16].base;
	return 0;
}

/*
 * As one sequence, as RFC 1951 has it: a repetition may go on from the one kind of codes into the
 * other (unverified). Only one that is the first of a kind is an error of its own.
 */
static unsigned int code_lengths(struct svai_inflate *z, const uint32_t *table, uint32_t ll,
				 uint32_t d, uint8_t *to)
{
	uint32_t i = 0, symbol = 0, repeat = 0;

	while (i < ll + d) {
		unsigned int error = code_length(z, table, &symbol, &repeat);
		uint8_t length = 0;

		if (error)
			return error;
		if (symbol == 16 && (i == 0 || i == ll))
			return i ? SVA_IAX_ERROR_FIRST_D : SVA_IAX_ERROR_FIRST_LL;
		if (repeat > ll + d - i)
			return i < ll ? SVA_IAX_ERROR_LL_COUNT : SVA_IAX_ERROR_D_COUNT;
		if (symbol <= 16)
			length = symbol == 16 ? to[i - 1] : (uint8_t)symbol;
		memset(to + i, length, repeat);
		i += repeat;
	}
	return 0;
}

static bool all_zero(const uint8_t *lengths, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (lengths[i])
			return false;
	return true;
}

static unsigned int dynamic_header(struct svai_inflate *z)
{
	uint8_t lengths[SVAI_LL_SYMBOLS + SVAI_D_SYMBOLS] = { 0 };
	uint32_t table[SVAI_CL_TABLE], ll, d, cl;
	unsigned int error;

	if (!svai_inflate_take(z, 5, &ll) || !svai_inflate_take(z, 5, &d) ||
	    !svai_inflate_take(z, 4, &cl))
		return SVAI_INFLATE_INPUT;
	ll += 257;
	d += 1;
	if (ll > SVA_IAX_LL)
		return SVA_IAX_ERROR_MANY_LL;
	if (d > SVA_IAX_D)
		return SVA_IAX_ERROR_MANY_D;
	error = code_lengths_code(z, cl + 4, table);
	if (!error)
		error = code_lengths(z, table, ll, d, lengths);
	if (error)
		return error;
	if (all_zero(lengths, ll))
		return SVA_IAX_ERROR_NO_LL;
	memset(z->lengths, 0, sizeof(z->lengths));
	memcpy(z->lengths, lengths, ll);
	memcpy(z->lengths + SVAI_LL_SYMBOLS, lengths + ll, d);
	return svai_inflate_codes(z);
}

/* What is not whole stays where it is: its bits are read again, together with those to come. */
unsigned int svai_inflate_header(struct svai_inflate *z)
{
	const struct svai_bits before = z->in;
	uint32_t bits;
	unsigned int end = 0;

	if (!svai_inflate_take(z, 3, &bits)) {
		end = SVAI_INFLATE_INPUT;
	} else if (bits >> 1 == 0) {
		end = stored_header(z);
	} else if (bits >> 1 == 1) {
		use_fixed(z);
	} else {
		end = bits >> 1 == 2 ? dynamic_header(z) : SVA_IAX_ERROR_BLOCK_TYPE;
	}
	if (end == SVAI_INFLATE_INPUT)
		z->in = before;
	if (end)
		return end;
	z->final = bits & 1;
	z->ended = false;
	return 0;
}
