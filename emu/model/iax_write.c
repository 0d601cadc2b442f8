/* SPDX-License-Identifier: MIT */
/* Bits of a stream that is written. */
#include "iax.h"

static void put_bytes(struct emu_iax_writer *writer, unsigned int n)
{
	for (unsigned int i = 0; i < n && !writer->failed; i++)
		writer->failed = !emu_iax_put(&writer->out, (uint8_t)(writer->word >> i * 8));
	writer->word = 0;
	writer->bits = 0;
}

void emu_iax_write(struct emu_iax_writer *writer, uint32_t value, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++) {
		writer->word |= (uint64_t)(value >> i & 1) << writer->bits++;
		if (writer->bits == 64)
			put_bytes(writer, 8);
	}
}

void emu_iax_write_code(struct emu_iax_writer *writer, uint32_t code)
{
	for (unsigned int left = code >> 15 & 15; left > 0; left--)
		emu_iax_write(writer, code >> (left - 1) & 1, 1);
}

void emu_iax_write_out(struct emu_iax_writer *writer)
{
	put_bytes(writer, (writer->bits + 7) / 8);
}
