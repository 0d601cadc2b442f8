/* SPDX-License-Identifier: MIT */
/* Symbols of lengths and distances (RFC 1951, 3.2.5). */
#include "iax.h"

const uint16_t emu_iax_length_base[EMU_IAX_LENGTHS] = { 3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
							15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
							67, 83, 99, 115, 131, 163, 195, 227, 258 };
const uint8_t emu_iax_length_extra[EMU_IAX_LENGTHS] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
							2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
const uint16_t emu_iax_distance_base[SVA_IAX_D] = {
	1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
	193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577
};

unsigned int emu_iax_distance_extra(unsigned int symbol)
{
	return symbol < 2 ? 0 : symbol / 2 - 1;
}

/* The last of @n symbols whose values do not begin beyond @value. */
static unsigned int symbol_of(const uint16_t *base, unsigned int n, unsigned int value)
{
	unsigned int symbol = n - 1;

	while (base[symbol] > value)
		symbol--;
	return symbol;
}

void emu_iax_symbols(const struct emu_iax_token *token, struct emu_iax_symbols *symbols)
{
	unsigned int length, d;

	*symbols = (struct emu_iax_symbols){ .ll = token->literal };
	if (!token->length)
		return;
	length = symbol_of(emu_iax_length_base, EMU_IAX_LENGTHS, token->length);
	d = symbol_of(emu_iax_distance_base, SVA_IAX_D, token->distance);
	symbols->ll = 257 + length;
	symbols->ll_extra = emu_iax_length_extra[length];
	symbols->ll_bits = token->length - emu_iax_length_base[length];
	symbols->match = true;
	symbols->d = d;
	symbols->d_extra = emu_iax_distance_extra(d);
	symbols->d_bits = token->distance - emu_iax_distance_base[d];
}
