/* SPDX-License-Identifier: MIT */
/* What a descriptor of an IAX device says, for the checks and the operations. */
#include "iax.h"

struct emu_iax_elements emu_iax_elements(const struct sva_desc *desc)
{
	static const uint8_t widths[] = { 0, 8, 16, 32 };
	uint32_t flags = desc->iax.filter.flags;

	return (struct emu_iax_elements){
		.format = flags & 3,
		.width = (flags >> 2 & 31) + 1,
		.src2_width = (flags >> 7 & 31) + 1,
		.src2_be = flags & SVA_IAX_FILTER_SRC2_BE,
		.out_width = widths[flags >> 13 & 3],
		.out_be = flags & SVA_IAX_FILTER_OUT_BE,
		.invert = flags & SVA_IAX_FILTER_INVERT,
		.drop_low = flags >> 17 & 31,
		.drop_high = flags >> 22 & 31,
	};
}

int emu_iax_set_bits(const struct emu_iax_elements *elements)
{
	return (int)elements->width - (int)elements->drop_low - (int)elements->drop_high;
}

unsigned int emu_iax_max_set(const struct emu_device *dev, bool decompressed)
{
	unsigned int bits = (dev->gen_cap >> (decompressed ? 42 : 47) & 31) + 1;

	return bits < EMU_IAX_SET_MAX ? bits : EMU_IAX_SET_MAX;
}

bool emu_iax_bit_vector(unsigned int opcode)
{
	return opcode == SVA_IAX_OP_SCAN || opcode == SVA_IAX_OP_SET_MEMBERSHIP ||
	       opcode == SVA_IAX_OP_FIND_UNIQUE;
}

unsigned int emu_iax_zero_word(unsigned int opcode)
{
	return 4u >> (opcode & 3);
}
