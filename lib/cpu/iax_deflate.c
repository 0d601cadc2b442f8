/* SPDX-License-Identifier: MIT */
/* Tokens to symbols, and symbols to bits. */
#include "iax_deflate.h"

#include <string.h>

struct svai_symbol svai_length_symbol(uint32_t length)
{
	uint32_t n = length - 3, log;

	if (length == 258)
		return (struct svai_symbol){ 285, 0, 0 };
	if (n < 8)
		return (struct svai_symbol){ 257 + n, 0, 0 };
	log = 31 - (uint32_t)__builtin_clz(n); /* four symbols for each power of two */
	return (struct svai_symbol){ 257 + 4 * (log - 1) + (n >> (log - 2) & 3), log - 2,
				     n & ((1u << (log - 2)) - 1) };
}

struct svai_symbol svai_distance_symbol(uint32_t distance)
{
	uint32_t n = distance - 1, log;

	if (n < 4)
		return (struct svai_symbol){ n, 0, 0 };
	log = 31 - (uint32_t)__builtin_clz(n); /* two symbols for each */
	return (struct svai_symbol){ 2 * log + (n >> (log - 1) & 1), log - 1,
				     n & ((1u << (log - 1)) - 1) };
}

void svai_count(struct sva_iax_histogram *histogram, const svai_token *tokens, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!(tokens[i] & SVAI_TOKEN_MATCH)) {
			histogram->ll[tokens[i]]++;
			continue;
		}
		histogram->ll[svai_length_symbol(SVAI_TOKEN_LENGTH(tokens[i])).symbol]++;
		histogram->d[svai_distance_symbol(SVAI_TOKEN_DISTANCE(tokens[i])).symbol]++;
	}
}

void svai_put(struct svai_writer *w, uint32_t bits, unsigned int count)
{
	w->bits |= (uint64_t)bits << w->count; /* less than 32 are waiting */
	w->count += count;
	if (w->count < 32)
		return;
	if (w->end - w->to >= 4 && !w->full) {
		uint32_t word = (uint32_t)w->bits;

		memcpy(w->to, &word, sizeof(word));
		w->to += 4;
	} else {
		w->full = true;
	}
	w->bits >>= 32;
	w->count -= 32;
}

static bool put_match(struct svai_writer *w, const struct svai_codes *ll,
		      const struct svai_codes *d, svai_token token)
{
	struct svai_symbol length = svai_length_symbol(SVAI_TOKEN_LENGTH(token));
	struct svai_symbol distance = svai_distance_symbol(SVAI_TOKEN_DISTANCE(token));
	unsigned int l_bits = ll->length[length.symbol], d_bits = d->length[distance.symbol];

	if (!l_bits || !d_bits)
		return false;
	svai_put(w, ll->code[length.symbol] | length.extra << l_bits, l_bits + length.extra_bits);
	svai_put(w, d->code[distance.symbol] | distance.extra << d_bits,
		 d_bits + distance.extra_bits);
	return true;
}

bool svai_put_tokens(struct svai_writer *w, const struct svai_codes *ll, const struct svai_codes *d,
		     const svai_token *tokens, uint32_t count)
{
	for (uint32_t i = 0; i < count && !w->full; i++) {
		if (tokens[i] & SVAI_TOKEN_MATCH) {
			if (!put_match(w, ll, d, tokens[i]))
				return false;
			continue;
		}
		if (!ll->length[tokens[i]])
			return false;
		svai_put(w, ll->code[tokens[i]], ll->length[tokens[i]]);
	}
	return true;
}

/* The lengths of two codes as symbols of the code for lengths, with the numbers of repetitions. */
struct run {
	uint8_t symbol, extra;
};

static unsigned int repeats(uint8_t length, uint32_t n, struct run *run)
{
	if (!length && n >= 11) {
		n = n < 138 ? n : 138;
		*run = (struct run){ 18, (uint8_t)(n - 11) };
	} else if (!length && n >= 3) {
		*run = (struct run){ 17, (uint8_t)(n - 3) };
	} else {
		n = 1;
		*run = (struct run){ length, 0 };
	}
	return n;
}

/* One kind of code alone: a repetition that goes on into the other is not for all decoders. */
static uint32_t runs_of(const uint8_t *lengths, uint32_t count, struct run *runs)
{
	uint32_t to = 0;

	for (uint32_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && lengths[i + n] == lengths[i];)
			n++;
		if (i && lengths[i] && lengths[i - 1] == lengths[i] && n >= 3) {
			n = n < 6 ? n : 6;
			runs[to++] = (struct run){ 16, (uint8_t)(n - 3) };
		} else {
			n = repeats(lengths[i], n, &runs[to++]);
		}
	}
	return to;
}

static uint32_t used(const uint8_t *lengths, uint32_t count, uint32_t least)
{
	while (count > least && !lengths[count - 1])
		count--;
	return count;
}

static const uint8_t order[SVAI_CL_SYMBOLS] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						11, 4,  12, 3, 13, 2, 14, 1, 15 };

static void put_code_lengths(struct svai_writer *w, const struct run *runs, uint32_t count)
{
	static const uint8_t extra[SVAI_CL_SYMBOLS] = { [16] = 2, [17] = 3, [18] = 7 };
	uint32_t frequencies[SVAI_CL_SYMBOLS] = { 0 }, most = SVAI_CL_SYMBOLS;
	uint8_t lengths[SVAI_CL_SYMBOLS];
	uint16_t codes[SVAI_CL_SYMBOLS];

	for (uint32_t i = 0; i < count; i++)
		frequencies[runs[i].symbol]++;
	svai_huffman_lengths(frequencies, SVAI_CL_SYMBOLS, 7, lengths);
	svai_huffman_codes(lengths, SVAI_CL_SYMBOLS, codes);
	while (most > 4 && !lengths[order[most - 1]])
		most--;
	svai_put(w, most - 4, 4);
	for (uint32_t i = 0; i < most; i++)
		svai_put(w, lengths[order[i]], 3);
	for (uint32_t i = 0; i < count; i++) {
		svai_put(w, codes[runs[i].symbol], lengths[runs[i].symbol]);
		svai_put(w, runs[i].extra, extra[runs[i].symbol]);
	}
}

void svai_put_header(struct svai_writer *w, bool final, const struct svai_codes *ll,
		     const struct svai_codes *d)
{
	uint32_t lls = used(ll->length, SVA_IAX_LL, 257), ds = used(d->length, SVA_IAX_D, 1);
	struct run runs[SVA_IAX_LL + SVA_IAX_D];
	uint32_t count = runs_of(ll->length, lls, runs);

	count += runs_of(d->length, ds, runs + count);
	svai_put(w, 4u | final, 3);
	svai_put(w, lls - 257, 5);
	svai_put(w, ds - 1, 5);
	put_code_lengths(w, runs, count);
}
