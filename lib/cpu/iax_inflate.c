/* SPDX-License-Identifier: MIT */
#include "iax_inflate.h"

#include <pthread.h>
#include <string.h>

#define MATCH     258u /* the longest */
#define CODE_BITS 48u  /* of a length and a distance with their extra bits */

void svai_inflate_begin(struct svai_inflate *z, const uint8_t *src, size_t size,
			unsigned int ignore)
{
	size_t whole = ignore / 8 < size ? ignore / 8 : size;

	memset(z, 0, offsetof(struct svai_inflate, pending));
	z->begin = src;
	z->in.in = src;
	z->in.end = src + size - whole;
	if (ignore % 8 && z->in.in < z->in.end) {
		z->in.end--;
		z->in.tail_bits = (uint8_t)(8 - ignore % 8);
		z->in.tail = (uint8_t)(*z->in.end & 0xff >> ignore % 8);
	}
	z->state = SVA_IAX_STATE_HEADER;
	z->chunk = z->window + SVA_IAX_HISTORY;
}

bool svai_inflate_push(struct svai_inflate *z, uint64_t bits, unsigned int count)
{
	if (z->pending_bits + count > 8 * SVAI_PENDING_BYTES)
		return false;
	for (unsigned int i = 0; i < count; i++, z->pending_bits++) {
		uint8_t *byte = &z->pending[z->pending_bits / 8];

		*byte = (uint8_t)((z->pending_bits % 8 ? *byte : 0) |
				  (bits >> i & 1) << z->pending_bits % 8);
	}
	return true;
}

/* Input. */

static unsigned int next_pending(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int pos = z->in.pending_pos, n = 8 - pos % 8, left = z->pending_bits - pos;

	if (n > left)
		n = left;
	*bits = (uint8_t)(z->pending[pos / 8] >> pos % 8 & ((1u << n) - 1));
	z->in.pending_pos += n;
	return n;
}

/* The next bits that are not in the buffer: 8, or less where a byte is not whole; 0 at the end. */
static unsigned int next_bits(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int n = 8;

	if (z->in.pending_pos < z->pending_bits)
		return next_pending(z, bits);
	if (z->in.in < z->in.end) {
		*bits = *z->in.in++;
		return n;
	}
	n = z->in.tail_bits;
	*bits = z->in.tail;
	z->in.missing = n ? (uint8_t)(8 - n) : z->in.missing;
	z->in.tail_bits = 0;
	return n;
}

/* As many bits as there are, and at least CODE_BITS if there are that many. */
static void refill(struct svai_inflate *z)
{
	while (z->in.count <= 56) {
		uint8_t bits = 0;
		unsigned int n = next_bits(z, &bits);

		if (!n)
			break;
		z->in.bits |= (uint64_t)bits << z->in.count;
		z->in.count += n;
	}
}

static void consume(struct svai_inflate *z, unsigned int n)
{
	z->in.bits >>= n;
	z->in.count -= n;
}

unsigned int svai_inflate_next(struct svai_inflate *z, uint8_t *bits)
{
	unsigned int n = z->in.count < 8 ? z->in.count : 8;

	if (!n)
		return next_bits(z, bits);
	*bits = (uint8_t)(z->in.bits & ((1u << n) - 1));
	consume(z, n);
	return n;
}

/* At most 16 bits; false if there are not so many. */
static bool take(struct svai_inflate *z, unsigned int n, uint32_t *value)
{
	refill(z);
	if (z->in.count < n)
		return false;
	*value = (uint32_t)z->in.bits & ((1u << n) - 1);
	consume(z, n);
	return true;
}

uint64_t svai_inflate_unread(const struct svai_inflate *z)
{
	return z->in.count + (z->pending_bits - z->in.pending_pos) +
	       8 * (uint64_t)(z->in.end - z->in.in) + z->in.tail_bits;
}

uint32_t svai_inflate_give_back(struct svai_inflate *z)
{
	unsigned int tail = z->in.missing ? 8u - z->in.missing : 0;

	if (tail && z->in.count < tail) /* it is in use */
		return (uint32_t)(z->in.end + 1 - z->begin);
	if (tail) {
		z->in.count -= tail;
		z->in.tail_bits = (uint8_t)tail;
		z->in.missing = 0;
	}
	for (; z->in.count >= 8 && z->in.in > z->begin; z->in.in--)
		z->in.count -= 8;
	if (z->in.count < 64)
		z->in.bits &= (UINT64_C(1) << z->in.count) - 1;
	return (uint32_t)(z->in.in - z->begin);
}

void svai_inflate_drop(struct svai_inflate *z)
{
	z->in.in = z->in.end;
	z->in.tail_bits = 0;
}

void svai_inflate_keep(struct svai_inflate *z, unsigned int n)
{
	refill(z);
	z->in.bits &= (1u << n) - 1;
	z->in.count = n;
	z->in.pending_pos = z->pending_bits;
	svai_inflate_drop(z);
}

/* Block headers. */

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

	refill(z);
	unread = z->in.count + (z->pending_bits - z->in.pending_pos) + z->in.missing;
	if (!take(z, unread % 8, &pad) || !take(z, 16, &length) || !take(z, 16, &complement))
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
		if (!take(z, 3, &length))
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

	refill(z);
	entry = svai_huffman_lookup(table, SVAI_CL_ROOT, z->in.bits);
	if (SVAI_ENTRY_BITS(entry) > z->in.count)
		return SVAI_INFLATE_INPUT;
	if (entry & SVAI_ENTRY_BAD)
		return SVAI_ENTRY_VALUE(entry);
	consume(z, SVAI_ENTRY_BITS(entry));
	*symbol = SVAI_ENTRY_VALUE(entry);
	*repeat = 1;
	if (*symbol < 16)
		return 0;
	if (!take(z, repeats[*symbol - 16].extra, repeat))
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

	if (!take(z, 5, &ll) || !take(z, 5, &d) || !take(z, 4, &cl))
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
static unsigned int header(struct svai_inflate *z)
{
	const struct svai_bits before = z->in;
	uint32_t bits;
	unsigned int end = 0;

	if (!take(z, 3, &bits)) {
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

/* Blocks. @out: where output goes on, @limit: where it ends. */

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
			refill(z);
		if (z->in.count >= 8 && n) {
			*(*out)++ = (uint8_t)z->in.bits;
			consume(z, 8);
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
	consume(z, used);
	z->copy_length = length;
	z->copy_distance = distance;
	rest_of_match(z, out, limit);
	return 0;
}

/* One literal, match, or end of block; at any distance from the ends of input and output. */
static unsigned int token(struct svai_inflate *z, uint8_t **out, const uint8_t *limit)
{
	uint32_t entry;

	refill(z);
	entry = svai_huffman_lookup(z->ll, SVAI_LL_ROOT, z->in.bits);
	if (SVAI_ENTRY_BITS(entry) > z->in.count)
		return SVAI_INFLATE_INPUT;
	if (entry & SVAI_ENTRY_BAD)
		return SVAI_ENTRY_VALUE(entry);
	if (entry & SVAI_ENTRY_EOB) {
		consume(z, SVAI_ENTRY_BITS(entry));
		return end_of_block(z);
	}
	if (!(entry & SVAI_ENTRY_LITERAL))
		return match(z, entry, out, limit);
	if (*out == limit)
		return SVAI_INFLATE_ROOM;
	*(*out)++ = (uint8_t)SVAI_ENTRY_VALUE(entry);
	consume(z, SVAI_ENTRY_BITS(entry));
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
		return header(z);
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
