/* SPDX-License-Identifier: MIT */
/*
 * The operations of an IAX device, one row each.
 *
 * Source: as iax.h says. Which flags of the descriptor an operation allows is that of DSA's
 * operations of the same kind (unverified).
 */
#include "cpu/iax.h"
#include "iax_opcode.h"

#define FLAGS_TO_READ  (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_ADDR1_TCS)
#define FLAGS_TO_WRITE (FLAGS_TO_READ | SVA_FLAG_STORD | SVA_FLAG_DRDBK | SVA_FLAG_ADDR2_TCS)
#define FLAGS_OF_AECS                                                               \
	(SVA_IAX_FLAG_SRC2_AECS | SVAI_IAX_AECS_WRITES | SVA_IAX_FLAG_AECS_TOGGLE | \
	 SVA_IAX_FLAG_CRC32C | SVA_FLAG_ADDR3_TCS)

/* Without 16-bit tokens and mini-blocks, of which too little is known. */
#define DECOMPRESSION (SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_IGNORE(15) | SVA_IAX_DECOMP_NO_OUTPUT)
#define COMPRESSION                                                              \
	(SVA_IAX_COMP_STATISTICS | SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB_FINAL | \
	 SVA_IAX_COMP_LITERALS | SVA_IAX_COMP_HEADER_FINAL)

/* A filter keeps nothing for a later job. */
#define FLAGS_OF_FILTERS \
	(FLAGS_TO_WRITE | SVA_IAX_FLAG_AECS_TOGGLE | SVA_IAX_FLAG_CRC32C | SVA_FLAG_ADDR3_TCS)

/* Format and width of the input, and of the output; which do not go together is in iax_fields.c. */
#define PACKED                                                                                   \
	(3u | SVA_IAX_FILTER_WIDTH(32) | SVA_IAX_FILTER_SRC2_WIDTH(32) | SVA_IAX_FILTER_OUT_32 | \
	 SVA_IAX_FILTER_OUT_BE | SVA_IAX_FILTER_INVERT | SVA_IAX_FILTER_ARRAY)
#define DROPS (SVA_IAX_FILTER_DROP_LOW(31) | SVA_IAX_FILTER_DROP_HIGH(31))

#define FILTER(title, function, src2, more)                                      \
	{                                                                        \
		.name = title, .flags = FLAGS_OF_FILTERS | (src2),               \
		.op_flags = DECOMPRESSION & ~SVA_IAX_DECOMP_NO_OUTPUT,           \
		.filter_flags = PACKED | (more), .reserved = SVAI_BYTES(36, 37), \
		.operand = { SVAI_IAX_SRC, SVAI_IAX_DST, SVAI_IAX_SRC2 },        \
		.fields = svai_iax_check_filter, .execute = svai_iax_##function, \
	}

#define CIPHER(title, function, flags_)                                                         \
	{                                                                                       \
		.name = title,                                                                  \
		.flags = FLAGS_TO_WRITE |                                                       \
			 (FLAGS_OF_AECS & ~(SVA_IAX_FLAG_AECS_OVERFLOW | SVA_IAX_FLAG_CRC32C)), \
		.op_flags = (flags_), .reserved = SVAI_BYTES(56, 63),                           \
		.operand = { SVAI_IAX_SRC, SVAI_IAX_DST, SVAI_IAX_SRC2 },                       \
		.fields = svai_iax_check_cipher, .execute = svai_iax_##function,                \
	}

/* The bytes of source 2, and all after the room at the destination. */
#define ZERO(title, direction)                                                                   \
	{                                                                                        \
		.name = title, .flags = FLAGS_TO_WRITE | SVA_IAX_FLAG_CRC32C,                    \
		.reserved = SVAI_BYTES(38, 47) | SVAI_BYTES(52, 63),                             \
		.operand = { SVAI_IAX_SRC, SVAI_IAX_DST },                                       \
		.fields = svai_iax_check_zero_##direction, .execute = svai_iax_zero_##direction, \
	}

const struct svai_iax_opcode svai_iax_opcodes[SVAI_IAX_OPCODES] = {
	[SVA_OP_NOOP] = {
		.name = "noop",
		.flags = SVA_FLAG_CC,
		.reserved = SVAI_BYTES(16, 35) | SVAI_BYTES(38, 63),
		.execute = svai_iax_nothing,
	},
	[SVA_OP_DRAIN] = {
		.name = "drain",
		.flags = SVA_FLAG_CC,
		.reserved = SVAI_BYTES(16, 35) | SVAI_BYTES(38, 63),
		.execute = svai_iax_nothing,
	},
	[SVA_OP_MEMMOVE] = {
		.name = "memmove",
		.flags = FLAGS_TO_WRITE,
		.reserved = SVAI_BYTES(38, 63),
		.operand = { SVAI_IAX_SRC, SVAI_IAX_SRC },
		.fields = svai_iax_check_memmove,
		.execute = svai_iax_memmove,
	},
	[SVA_IAX_OP_DECRYPT] = CIPHER("decrypt", decrypt, 0),
	[SVA_IAX_OP_ENCRYPT] = CIPHER("encrypt", encrypt, SVA_IAX_CIPHER_FLUSH_OUTPUT),
	[SVA_IAX_OP_DECOMPRESS] = {
		.name = "decompress",
		.flags = FLAGS_TO_WRITE | FLAGS_OF_AECS,
		.op_flags = DECOMPRESSION,
		.reserved = SVAI_BYTES(56, 63),
		.operand = { SVAI_IAX_SRC, SVAI_IAX_DST, SVAI_IAX_SRC2 },
		.fields = svai_iax_check_decompress,
		.execute = svai_iax_decompress,
	},
	[SVA_IAX_OP_COMPRESS] = {
		.name = "compress",
		.flags = FLAGS_TO_WRITE | (FLAGS_OF_AECS & ~SVA_IAX_FLAG_AECS_OVERFLOW),
		.op_flags = COMPRESSION,
		.reserved = SVAI_BYTES(56, 63),
		.operand = { SVAI_IAX_SRC, SVAI_IAX_DST, SVAI_IAX_SRC2 },
		.fields = svai_iax_check_compress,
		.execute = svai_iax_compress,
	},
	[SVA_IAX_OP_CRC64] = {
		.name = "CRC64",
		.flags = FLAGS_TO_READ,
		.op_flags = SVA_IAX_CRC64_INVERT | SVA_IAX_CRC64_REFLECT,
		.reserved = SVAI_BYTES(24, 31) | SVAI_BYTES(40, 55),
		.operand = { SVAI_IAX_SRC },
		.fields = svai_iax_check_crc64,
		.execute = svai_iax_crc64,
	},
	[SVA_IAX_OP_ZERO_DECOMPRESS_32] = ZERO("zero decompress, 32 bits", decompress),
	[SVA_IAX_OP_ZERO_DECOMPRESS_16] = ZERO("zero decompress, 16 bits", decompress),
	[SVA_IAX_OP_ZERO_DECOMPRESS_8] = ZERO("zero decompress, 8 bits", decompress),
	[SVA_IAX_OP_ZERO_COMPRESS_32] = ZERO("zero compress, 32 bits", compress),
	[SVA_IAX_OP_ZERO_COMPRESS_16] = ZERO("zero compress, 16 bits", compress),
	[SVA_IAX_OP_ZERO_COMPRESS_8] = ZERO("zero compress, 8 bits", compress),
	[SVA_IAX_OP_SCAN] = FILTER("scan", scan, SVA_IAX_FLAG_SRC2_AECS, 0),
	[SVA_IAX_OP_SET_MEMBERSHIP] = FILTER("set membership", set_membership, SVA_IAX_FLAG_SRC2_DATA, SVA_IAX_FILTER_SRC2_BE | DROPS),
	[SVA_IAX_OP_EXTRACT] = FILTER("extract", extract, SVA_IAX_FLAG_SRC2_AECS, 0),
	[SVA_IAX_OP_SELECT] = FILTER("select", select, SVA_IAX_FLAG_SRC2_DATA, SVA_IAX_FILTER_SRC2_BE),
	[SVA_IAX_OP_RLE_BURST] = FILTER("RLE burst", rle_burst, SVA_IAX_FLAG_SRC2_DATA, SVA_IAX_FILTER_SRC2_BE),
	[SVA_IAX_OP_FIND_UNIQUE] = FILTER("find unique", find_unique, SVA_IAX_FLAG_SRC2_AECS, DROPS),
	[SVA_IAX_OP_EXPAND] = FILTER("expand", expand, SVA_IAX_FLAG_SRC2_DATA, SVA_IAX_FILTER_SRC2_BE),
};

uint64_t svai_iax_operand_size(const struct sva_desc *desc, unsigned int i)
{
	switch (svai_iax_opcode(sva_desc_opcode(desc))->operand[i]) {
	case SVAI_IAX_SRC:
		return desc->xfer_size;
	case SVAI_IAX_DST:
		return desc->iax.max_dst_size;
	case SVAI_IAX_SRC2:
		return svai_iax_src2_bytes(desc);
	default:
		return 0;
	}
}

bool svai_iax_operand_written(const struct sva_desc *desc, unsigned int i)
{
	return i == 1 || (i == 2 && desc->op_flags & SVAI_IAX_AECS_WRITES);
}
