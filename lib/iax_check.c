/* SPDX-License-Identifier: MIT */
/*
 * A descriptor of IAX against the row of its opcode.
 *
 * Source: the statuses as iax.h says; the order of the checks is that of DSA (unverified).
 */
#include <string.h>

#include "iax_check.h"

#define FLAGS_OF_ALL    (SVA_FLAG_CRAV | SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
#define NEED_A_RECORD   (SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
#define SRC2            (SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA)
#define ALWAYS_RESERVED SVAI_BYTES(36, 37) /* int_handle: flag RCI is reserved */

static unsigned int refuse_flags(struct svai_finding *finding, uint32_t flags, const char *text)
{
	*finding = (struct svai_finding){ SVA_STATUS_BAD_FLAGS, flags, text, flags, 0 };
	return SVA_STATUS_BAD_FLAGS;
}

static unsigned int check_flags(const struct svai_limits *limits, const struct svai_iax_opcode *row,
				uint32_t flags, struct svai_finding *finding)
{
	uint32_t unknown = flags & ~(FLAGS_OF_ALL | row->flags);

	if (unknown)
		return refuse_flags(finding, unknown, "the operation has no such flags");
	if ((flags & SRC2) == SRC2 || (flags & SVAI_IAX_AECS_WRITES) == SVAI_IAX_AECS_WRITES)
		return refuse_flags(finding, flags & (SRC2 | SVAI_IAX_AECS_WRITES),
				    "two flags contradict each other");
	if (flags & SVA_FLAG_BOF && !limits->block_on_fault)
		return refuse_flags(finding, SVA_FLAG_BOF, "the queue does not block on faults");
	if (!(flags & SVA_FLAG_CRAV) && flags & NEED_A_RECORD)
		return refuse_flags(finding, flags & NEED_A_RECORD,
				    "a flag has no meaning without another one");
	return 0;
}

static unsigned int check_reserved(const struct sva_desc *desc, uint64_t reserved,
				   struct svai_finding *finding)
{
	const uint8_t *bytes = (const uint8_t *)desc;

	for (unsigned int i = 8; i < sizeof(*desc); i++)
		if (reserved >> i & 1 && bytes[i])
			return svai_find(finding, SVA_STATUS_RESERVED,
					 "a reserved field is not zero", bytes[i], 0);
	return 0;
}

/* Flags of the operation, in the middle of the descriptor and at its end. */
static unsigned int check_operation_flags(const struct svai_iax_opcode *row,
					  const struct sva_desc *desc, struct svai_finding *finding)
{
	if (!(row->reserved & SVAI_BYTES(38, 39)) && desc->tail.iax_flags & ~row->op_flags)
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "the operation has no such operation flags", desc->tail.iax_flags,
				 row->op_flags);
	if (row->filter_flags && desc->iax.filter.flags & ~row->filter_flags)
		return svai_find(finding, SVA_STATUS_BAD_FILTER_FLAGS,
				 "the operation has no such filter flags", desc->iax.filter.flags,
				 row->filter_flags);
	return 0;
}

static unsigned int check_size(const struct svai_limits *limits, const struct svai_iax_opcode *row,
			       const struct sva_desc *desc, struct svai_finding *finding)
{
	if (row->operand[0] && desc->xfer_size > limits->max_transfer)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the size of the first source is more than the queue takes",
				 desc->xfer_size, limits->max_transfer);
	if (row->operand[1] == SVAI_IAX_DST && desc->iax.max_dst_size > limits->max_transfer)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the room at the destination is more than the queue takes",
				 desc->iax.max_dst_size, limits->max_transfer);
	return 0;
}

static unsigned int check(const struct svai_limits *limits, const struct svai_iax_opcode *row,
			  const struct sva_desc *desc, struct svai_finding *finding)
{
	uint32_t flags = sva_desc_flags(desc);

	if (flags & SVA_FLAG_CRAV && desc->completion_addr % sizeof(struct sva_iax_record))
		return svai_find(finding, SVA_STATUS_CR_ALIGN,
				 "the completion record is not 64-byte aligned",
				 desc->completion_addr, 0);
	if (!sva_opmask_has(&limits->opcodes, sva_desc_opcode(desc)))
		return svai_find(finding, SVA_STATUS_BAD_OPCODE, "the queue has no such operation",
				 sva_desc_opcode(desc), 0);
	if (!row->reserved)
		return 0; /* of a later version: the device knows */
	if (check_flags(limits, row, flags, finding) ||
	    check_reserved(desc, row->reserved | ALWAYS_RESERVED, finding) ||
	    check_operation_flags(row, desc, finding) || check_size(limits, row, desc, finding))
		return finding->status;
	return row->fields ? row->fields(limits, desc, finding) : 0;
}

unsigned int svai_iax_check(const struct svai_limits *limits, const struct sva_desc *desc,
			    struct svai_finding *finding)
{
	struct svai_finding unwanted;

	return check(limits, svai_iax_opcode(sva_desc_opcode(desc)), desc,
		     finding ? finding : &unwanted);
}
