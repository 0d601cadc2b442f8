/* SPDX-License-Identifier: MIT */
#include "../bits.h"
#include "iax_huffman.h"

#include <string.h>

const uint16_t svai_length_base[29] = { 3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
					15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
					67, 83, 99, 115, 131, 163, 195, 227, 258 };
const uint8_t svai_length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
					2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
const uint16_t svai_distance_base[30] = { 1,    2,    3,    4,     5,     7,    9,    13,
					  17,   25,   33,   49,    65,    97,   129,  193,
					  257,  385,  513,  769,   1025,  1537, 2049, 3073,
					  4097, 6145, 8193, 12289, 16385, 24577 };
const uint8_t svai_distance_extra[30] = { 0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
					  6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13 };

static uint32_t entry(uint32_t value, unsigned int extra, uint32_t flags)
{
	return value << 16 | extra << 5 | flags;
}

static uint32_t bad(enum sva_iax_error error)
{
	return entry(error, 0, SVAI_ENTRY_SPECIAL | SVAI_ENTRY_BAD);
}

/* Which of the errors goes with which symbol is the obvious reading of their names (unverified). */
static uint32_t ll_entry(unsigned int symbol)
{
	if (symbol < SVAI_EOB)
		return entry(symbol, 0, SVAI_ENTRY_LITERAL);
	if (symbol == SVAI_EOB)
		return entry(0, 0, SVAI_ENTRY_SPECIAL | SVAI_ENTRY_EOB);
	symbol -= SVAI_EOB + 1;
	return symbol < 29 ? entry(svai_length_base[symbol], svai_length_extra[symbol], 0)
			   : bad(SVA_IAX_ERROR_LENGTH);
}

static uint32_t entry_of(enum svai_alphabet alphabet, unsigned int symbol)
{
	switch (alphabet) {
	case SVAI_LL:
		return ll_entry(symbol);
	case SVAI_D:
		return symbol < 30
			       ? entry(svai_distance_base[symbol], svai_distance_extra[symbol], 0)
			       : bad(SVA_IAX_ERROR_BAD_D);
	default:
		return entry(symbol, 0, 0);
	}
}

static const struct {
	unsigned int root;
	enum sva_iax_error missing;
} alphabets[] = {
	[SVAI_LL] = { SVAI_LL_ROOT, SVA_IAX_ERROR_BAD_LL },
	[SVAI_D] = { SVAI_D_ROOT, SVA_IAX_ERROR_BAD_D },
	[SVAI_CL] = { SVAI_CL_ROOT, SVA_IAX_ERROR_BAD_CL },
};

/* Symbols by length, and by number among those of one length; the codes come in this order. */
struct sorted {
	uint16_t count[SVAI_MAX_LENGTH + 1];
	uint16_t symbols[SVAI_LL_SYMBOLS];
};

static bool sort(struct sorted *s, const uint8_t *lengths, unsigned int symbols)
{
	uint16_t at[SVAI_MAX_LENGTH + 2] = { 0 };
	uint32_t used = 0;

	memset(s->count, 0, sizeof(s->count));
	for (unsigned int i = 0; i < symbols; i++)
		s->count[lengths[i]]++;
	s->count[0] = 0;
	for (unsigned int length = 1; length <= SVAI_MAX_LENGTH; length++) {
		at[length + 1] = at[length] + s->count[length];
		used += (uint32_t)s->count[length] << (SVAI_MAX_LENGTH - length);
	}
	for (unsigned int i = 0; i < symbols; i++)
		if (lengths[i])
			s->symbols[at[lengths[i]]++] = (uint16_t)i;
	return used <= 1u << SVAI_MAX_LENGTH;
}

static void fill(uint32_t *table, unsigned int size, uint32_t from, uint32_t step, uint32_t value)
{
	for (; from < size; from += step)
		table[from] = value;
}

/* The second level for the codes that begin like @code, the first of them, of @length bits. */
static unsigned int second_level_bits(const struct sorted *s, uint32_t code, unsigned int length,
				      unsigned int left, unsigned int root)
{
	uint32_t room = (1u << (length - root)) - (code & ((1u << (length - root)) - 1));
	unsigned int longest = length;

	/* The codes of a length follow each other; do they leave room for longer ones? */
	for (; longest < SVAI_MAX_LENGTH && left < room;) {
		room = (room - left) << 1;
		left = s->count[++longest];
	}
	return longest - root;
}

struct builder {
	uint32_t *table;
	uint32_t missing;
	uint32_t prefix; /* of the open second level */
	unsigned int root, used, at, bits;
};

static void add(struct builder *b, const struct sorted *s, uint32_t code, unsigned int length,
		unsigned int left, uint32_t value)
{
	uint32_t back = (uint32_t)svai_reverse(code, length);

	value |= length;
	if (length <= b->root) {
		fill(b->table, 1u << b->root, back, 1u << length, value);
		return;
	}
	if (b->prefix != code >> (length - b->root)) {
		b->prefix = code >> (length - b->root);
		b->bits = second_level_bits(s, code, length, left, b->root);
		b->at = b->used;
		b->used += 1u << b->bits;
		fill(b->table + b->at, 1u << b->bits, 0, 1, b->missing);
		b->table[back & ((1u << b->root) - 1)] =
			entry(b->at, b->bits, SVAI_ENTRY_SPECIAL | SVAI_ENTRY_LINK);
	}
	fill(b->table + b->at, 1u << b->bits, back >> b->root, 1u << (length - b->root), value);
}

bool svai_huffman_table(uint32_t *table, enum svai_alphabet alphabet, const uint8_t *lengths,
			unsigned int symbols)
{
	struct builder b = { table,
			     bad(alphabets[alphabet].missing) | SVAI_MAX_LENGTH,
			     UINT32_MAX,
			     alphabets[alphabet].root,
			     1u << alphabets[alphabet].root,
			     0,
			     0 };
	uint32_t code = 0, i = 0;
	struct sorted s;

	if (!sort(&s, lengths, symbols))
		return false;
	if (alphabet == SVAI_CL)
		b.missing = bad(SVA_IAX_ERROR_BAD_CL) | SVAI_CL_ROOT;
	fill(table, 1u << b.root, 0, 1, b.missing);
	for (unsigned int length = 1; length <= SVAI_MAX_LENGTH; length++, code <<= 1)
		for (unsigned int left = s.count[length]; left; left--, code++)
			add(&b, &s, code, length, left, entry_of(alphabet, s.symbols[i++]));
	return true;
}

void svai_huffman_fixed(uint8_t ll[SVAI_LL_SYMBOLS], uint8_t d[SVAI_D_SYMBOLS])
{
	memset(ll, 8, 144);
	memset(ll + 144, 9, 112);
	memset(ll + 256, 7, 24);
	memset(ll + 280, 8, 8);
	memset(d, 5, SVAI_D_SYMBOLS);
}
