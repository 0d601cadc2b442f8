/* SPDX-License-Identifier: MIT */
/*
 * What the library knows of each operation of an IAX device: one row of a table, which the checks,
 * the software device and the names read. The rows of DSA operations are in opcode.h.
 */
#ifndef SVAI_IAX_OPCODE_H
#define SVAI_IAX_OPCODE_H

#include "opcode.h"

/*
 * One operation, already checked, on the CPU. Fills @record (zero before) but its status, and
 * returns the status.
 */
typedef unsigned int svai_iax_op(const struct sva_desc *desc, struct sva_iax_record *record);

/* How many bytes of memory an operand has. */
enum svai_iax_operand {
	SVAI_IAX_NO_OPERAND,
	SVAI_IAX_SRC,  /* the size of the first source */
	SVAI_IAX_DST,  /* the room at the destination */
	SVAI_IAX_SRC2, /* the size of the second source; of an AECS that is written, twice that */
};

struct svai_iax_opcode {
	const char *name;
	uint32_t flags;        /* of the descriptor, besides those of all */
	uint16_t op_flags;     /* bytes 39:38 */
	uint32_t filter_flags; /* bytes 59:56 */
	uint64_t reserved;     /* bytes that must be zero; none: it is not known */
	enum svai_iax_operand operand[SVAI_OPERANDS]; /* source 1, destination, source 2 */
	svai_field_check *fields;                     /* NULL: the row says all */
	svai_iax_op *execute;                         /* NULL: not on the CPU */
};

#define SVAI_IAX_OPCODES 0x58u /* the last row is nobody's */
extern const struct svai_iax_opcode svai_iax_opcodes[SVAI_IAX_OPCODES];

static inline const struct svai_iax_opcode *svai_iax_opcode(unsigned int opcode)
{
	return &svai_iax_opcodes[opcode < SVAI_IAX_OPCODES ? opcode : SVAI_IAX_OPCODES - 1];
}

/* svai_has_size - does its descriptor have a transfer size, whichever device it is for? */
static inline bool svai_has_size(unsigned int opcode)
{
	return svai_opcode(opcode)->max_size || svai_iax_opcode(opcode)->operand[0];
}

/* svai_iax_operand_size - bytes of the @i-th operand: source 1, destination, source 2 */
uint64_t svai_iax_operand_size(const struct sva_desc *desc, unsigned int i);

/* svai_iax_operand_written - does the operation write the @i-th operand? */
bool svai_iax_operand_written(const struct sva_desc *desc, unsigned int i);

#define SVAI_HEADER_INPUT    4096u /* bytes of input for which a block header is generated */

#define SVAI_IAX_AECS_WRITES (SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW)

/* svai_iax_src2_bytes - of the second source, as far as the operation touches it */
static inline uint64_t svai_iax_src2_bytes(const struct sva_desc *desc)
{
	uint64_t copies =
		desc->op_flags & (SVAI_IAX_AECS_WRITES | SVA_IAX_FLAG_AECS_TOGGLE) ? 2 : 1;

	if (desc->op_flags & SVA_IAX_FLAG_SRC2_DATA)
		return desc->iax.src2_size;
	return desc->op_flags & (SVA_IAX_FLAG_SRC2_AECS | SVAI_IAX_AECS_WRITES)
		       ? copies * desc->iax.src2_size
		       : 0;
}

/* svai_iax_ignored_bits - of flags of decompression: bits at the end of the input */
static inline unsigned int svai_iax_ignored_bits(uint32_t flags)
{
	return (flags >> 6 & 7) | (flags >> 14 & 1) << 3;
}

/* iax_fields.c */
svai_field_check svai_iax_check_memmove, svai_iax_check_crc64, svai_iax_check_decompress;
svai_field_check svai_iax_check_compress, svai_iax_check_zero_compress;
svai_field_check svai_iax_check_zero_decompress, svai_iax_check_filter, svai_iax_check_cipher;

/* svai_iax_is_full - has the operation ended because its destination is full? */
static inline bool svai_iax_is_full(const struct sva_iax_record *record)
{
	return record->status == SVA_STATUS_OUTPUT_OVERFLOW ||
	       (record->status == SVA_STATUS_ANALYTICS &&
		record->error_code == SVA_IAX_ERROR_OVERFLOW);
}

#endif
