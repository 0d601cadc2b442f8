/* SPDX-License-Identifier: MIT */
/* Bits and prefix codes of a DEFLATE stream (RFC 1951). */
#include <string.h>

#include "iax.h"

static int bit_at(struct emu_iax_bits *bits, uint64_t pos)
{
	int byte;

	if (pos < bits->acc_bits)
		return bits->acc[pos / 8] >> pos % 8 & 1;
	pos -= bits->acc_bits;
	byte = emu_iax_byte(&bits->source, (uint32_t)(pos / 8));
	return byte < 0 ? byte : byte >> pos % 8 & 1;
}

int emu_iax_bit(struct emu_iax_bits *bits)
{
	int bit = bits->pos < bits->end ? bit_at(bits, bits->pos) : -1;

	bits->pos += bit >= 0;
	return bit;
}

int32_t emu_iax_take(struct emu_iax_bits *bits, unsigned int n)
{
	int32_t value = 0;

	for (unsigned int i = 0; i < n; i++) {
		int bit = emu_iax_bit(bits);

		if (bit < 0)
			return bit;
		value |= bit << i;
	}
	return value;
}

/* Are there more code words of these lengths than fit? */
static bool oversubscribed(const struct emu_iax_code *code)
{
	int left = 1;

	for (unsigned int len = 1; len <= EMU_IAX_BITS && left >= 0; len++)
		left = left * 2 - code->count[len];
	return left < 0;
}

bool emu_iax_code_init(struct emu_iax_code *code, const uint8_t *lengths, unsigned int n)
{
	uint16_t next[EMU_IAX_BITS + 2] = { 0 };

	memset(code, 0, sizeof(*code));
	for (unsigned int i = 0; i < n; i++)
		code->count[lengths[i]]++;
	code->count[0] = 0;
	for (unsigned int len = 1; len <= EMU_IAX_BITS; len++) {
		next[len + 1] = (uint16_t)(next[len] + code->count[len]);
		if (code->count[len])
			code->longest = len;
	}
	for (unsigned int i = 0; i < n; i++)
		if (lengths[i])
			code->symbol[next[lengths[i]]++] = (uint16_t)i;
	return !oversubscribed(code);
}

/* The code words of a length follow those of the length before it. */
int emu_iax_decode(struct emu_iax_bits *bits, const struct emu_iax_code *code)
{
	unsigned int word = 0, first = 0, index = 0;

	for (unsigned int len = 1; len <= code->longest; len++) {
		int bit = emu_iax_bit(bits);

		if (bit < 0)
			return EMU_IAX_NO_BITS;
		word |= (unsigned int)bit;
		if (word - first < code->count[len])
			return code->symbol[index + word - first];
		index += code->count[len];
		first = (first + code->count[len]) << 1;
		word <<= 1;
	}
	return EMU_IAX_BAD_CODE;
}
