/* SPDX-License-Identifier: MIT */
/* CRC of any width up to 64 bits. */
#include "iax.h"

static uint64_t reverse(uint64_t value)
{
	uint64_t reversed = 0;

	for (unsigned int i = 0; i < 64; i++)
		reversed |= (value >> i & 1) << (63 - i);
	return reversed;
}

/* The polynomial is in the upper bits, and as wide as the zeros behind it leave. */
unsigned int emu_iax_crc64(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	struct sva_iax_record *record = emu_iax_record(run);
	uint64_t poly = desc->iax.polynomial;
	uint64_t ones = ~0ull << __builtin_ctzll(poly);
	uint64_t invert = desc->tail.iax_flags & SVA_IAX_CRC64_INVERT ? ones : 0;
	bool reflect = desc->tail.iax_flags & SVA_IAX_CRC64_REFLECT;
	struct emu_iax_source source;
	uint64_t reg = invert;

	emu_iax_source_init(&source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	for (uint32_t i = 0; i < desc->xfer_size; i++) {
		int value = emu_iax_byte(&source, i);
		uint8_t byte = (uint8_t)value;

		if (value < 0)
			return run->fault;
		reg = emu_crc_bytes(reg, poly, &byte, 1, reflect);
	}
	reg ^= invert;
	if (reflect)
		reg = reverse(reg);
	record->max_last = (uint32_t)reg;
	record->sum_count = (uint32_t)(reg >> 32);
	return SVA_STATUS_SUCCESS;
}
