/* SPDX-License-Identifier: MIT */
/*
 * What the rows of the opcodes cannot say: alignment, overlap, and sizes that depend on each other.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204,
 * revision 3.0), 5.4, 5.5 and 8.3.
 */
#include "opcode.h"

#define DELTA_ENTRY 10u
#define DELTA_MIN   80u /* the entries of one cache line */

/* Do two ranges, neither of them empty, have a byte in common? */
static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return b - a < a_size || a - b < b_size;
}

static unsigned int refuse_overlap(struct svai_finding *finding)
{
	return svai_find(finding, SVA_STATUS_OVERLAP, "a destination overlaps another buffer", 0,
			 0);
}

unsigned int svai_check_batch(const struct svai_limits *limits, const struct sva_desc *desc,
			      struct svai_finding *finding)
{
	uint32_t min = limits->gen_cap & SVAI_GENCAP_BATCH_OF_ONE ? 1 : 2;

	if (desc->desc_count < min)
		return svai_find(finding, SVA_STATUS_BAD_COUNT, "too few descriptors for a batch",
				 desc->desc_count, min);
	if (desc->desc_count > limits->max_batch)
		return svai_find(finding, SVA_STATUS_BAD_COUNT,
				 "more descriptors than the queue takes in a batch",
				 desc->desc_count, limits->max_batch);
	if (desc->desc_list_addr % sizeof(*desc))
		return svai_find(finding, SVA_STATUS_LIST_ALIGN,
				 "the descriptor list is not 64-byte aligned", desc->desc_list_addr,
				 0);
	return 0;
}

unsigned int svai_check_memmove(const struct svai_limits *limits, const struct sva_desc *desc,
				struct svai_finding *finding)
{
	if (!(limits->gen_cap & SVA_GENCAP_OVERLAP) &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* What creating and applying a delta have in common; @size is the record's. */
static unsigned int check_delta(const struct svai_limits *limits, const struct sva_desc *desc,
				uint32_t size, uint32_t min, struct svai_finding *finding)
{
	if (desc->dst_addr % 8)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the second address is not 8-byte aligned", desc->dst_addr, 0);
	if (desc->xfer_size % 8)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the transfer size is not a multiple of 8", desc->xfer_size, 0);
	if (size < min)
		return svai_find(finding, SVA_STATUS_BAD_DELTA_SIZE,
				 "the delta record is too small", size, min);
	if (size > limits->max_transfer)
		return svai_find(finding, SVA_STATUS_BAD_DELTA_SIZE,
				 "the delta record is larger than a transfer of the queue", size,
				 limits->max_transfer);
	return 0;
}

unsigned int svai_check_create_delta(const struct svai_limits *limits, const struct sva_desc *desc,
				     struct svai_finding *finding)
{
	uint64_t delta = desc->delta.delta_addr, size = desc->xfer_size;
	uint32_t max = desc->delta.max_size;

	if (desc->src_addr % 8)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the first address is not 8-byte aligned", desc->src_addr, 0);
	if (check_delta(limits, desc, max, DELTA_MIN, finding))
		return finding->status;
	if (overlap(delta, max, desc->src_addr, size) || overlap(delta, max, desc->src2_addr, size))
		return refuse_overlap(finding);
	return 0;
}

unsigned int svai_check_apply_delta(const struct svai_limits *limits, const struct sva_desc *desc,
				    struct svai_finding *finding)
{
	uint32_t size = desc->delta.delta_size;

	if (check_delta(limits, desc, size, DELTA_ENTRY, finding))
		return finding->status;
	/* The specification says "should": of part of an entry nothing can be made. */
	if (size % DELTA_ENTRY)
		return svai_find(finding, SVA_STATUS_BAD_DELTA_SIZE,
				 "the size of the delta record is not a multiple of 10", size, 0);
	if (overlap(desc->src_addr, size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

unsigned int svai_check_dualcast(const struct svai_limits *limits, const struct sva_desc *desc,
				 struct svai_finding *finding)
{
	uint64_t src = desc->src_addr, dst1 = desc->dst_addr, dst2 = desc->dualcast.dst2_addr;
	uint64_t size = desc->xfer_size;

	(void)limits;
	if ((dst1 ^ dst2) & 0xfff)
		return svai_find(finding, SVA_STATUS_DUALCAST_ALIGN,
				 "the destinations differ in bits 11:0 of their addresses",
				 dst1 ^ dst2, 0);
	if (overlap(src, size, dst1, size) || overlap(src, size, dst2, size) ||
	    overlap(dst1, size, dst2, size))
		return refuse_overlap(finding);
	return 0;
}

unsigned int svai_check_fetch(const struct svai_limits *limits, const struct sva_desc *desc,
			      struct svai_finding *finding)
{
	uint32_t stride = desc->fetch.stride;

	(void)limits;
	if (!desc->xfer_size)
		return svai_find(finding, SVA_STATUS_BAD_SIZE, "the size of the region is zero", 0,
				 0);
	if (desc->op_flags & SVA_FLAG_FETCH_STRIDE && (stride < 4096 || stride & (stride - 1)))
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the stride is not a power of two of at least 4096", stride, 0);
	return 0;
}

unsigned int svai_check_crc(const struct svai_limits *limits, const struct sva_desc *desc,
			    struct svai_finding *finding)
{
	uint64_t crc_size = desc->op_flags & SVAI_FLAG_CRC64 ? 8 : 4;

	(void)limits;
	if (desc->op_flags & SVA_FLAG_CRC_SEED_ADDR) {
		if (desc->op_words[0])
			return svai_find(finding, SVA_STATUS_RESERVED,
					 "there are two seeds, in the descriptor and in memory",
					 desc->op_words[0], 0);
		if (desc->crc.seed_addr % crc_size)
			return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
					 "the address of the seed is not aligned",
					 desc->crc.seed_addr, 0);
	}
	if (sva_desc_opcode(desc) == SVA_OP_COPY_CRC &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* Bytes of a block at the source and at the destination; 0: nothing is written there. */
static void dif_blocks(const struct sva_desc *desc, uint64_t *src, uint64_t *dst)
{
	uint64_t block = svai_dif_block(desc);

	*src = block + SVAI_DIF_TUPLE;
	*dst = *src;
	switch (sva_desc_opcode(desc)) {
	case SVA_OP_DIF_CHECK:
		*dst = 0;
		break;
	case SVA_OP_DIF_INSERT:
		*src = block;
		break;
	case SVA_OP_DIF_STRIP:
		*dst = block;
		break;
	case SVA_OP_DIX_GENERATE:
		*src = block;
		*dst = SVAI_DIF_TUPLE;
		break;
	default:
		break;
	}
}

unsigned int svai_check_dif(const struct svai_limits *limits, const struct sva_desc *desc,
			    struct svai_finding *finding)
{
	uint64_t size = desc->xfer_size, src, dst;

	(void)limits;
	if (desc->dif.flags & 0xf0 || desc->dif.dst_flags & 0x07)
		return svai_find(finding, SVA_STATUS_RESERVED, "a reserved DIF flag is set",
				 desc->dif.flags & 0xf0 ? desc->dif.flags : desc->dif.dst_flags, 0);
	dif_blocks(desc, &src, &dst);
	/* The specification says "should", and names no status. Part of a block has no tuple. */
	if (size % src)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the transfer size is not a whole number of blocks", size, 0);
	if (sva_desc_opcode(desc) == SVA_OP_DIX_GENERATE && desc->dst_addr % 8)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the destination is not 8-byte aligned", desc->dst_addr, 0);
	if (dst && overlap(desc->src_addr, size, desc->dst_addr, size / src * dst))
		return refuse_overlap(finding);
	return 0;
}
