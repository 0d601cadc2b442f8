/* SPDX-License-Identifier: MIT */
/* What the rows of IAX operations cannot say: sizes and fields that depend on each other. */
#include "iax_opcode.h"

/* Do two ranges have a byte in common? */
static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && (b - a < a_size || a - b < b_size);
}

static unsigned int refuse_overlap(struct svai_finding *finding)
{
	return svai_find(finding, SVA_STATUS_OVERLAP, "a destination overlaps another buffer", 0,
			 0);
}

unsigned int svai_iax_check_memmove(const struct svai_limits *limits, const struct sva_desc *desc,
				    struct svai_finding *finding)
{
	if (!desc->xfer_size)
		return svai_find(finding, SVA_STATUS_BAD_SIZE, "the transfer size is zero", 0, 0);
	if (!(limits->gen_cap & SVA_GENCAP_OVERLAP) &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* That a polynomial of no width is refused as a reserved value is unverified; so is the other. */
unsigned int svai_iax_check_crc64(const struct svai_limits *limits, const struct sva_desc *desc,
				  struct svai_finding *finding)
{
	(void)limits;
	if (!desc->iax.polynomial)
		return svai_find(finding, SVA_STATUS_RESERVED, "the polynomial is zero", 0, 0);
	if (!desc->xfer_size)
		return svai_find(finding, SVA_STATUS_BAD_INPUT_SIZE, "there is no input", 0, 0);
	return 0;
}

#define DECOMPRESS_AECS 1088u /* bytes, without history */
#define AECS_UNIT       32u

static unsigned int check_aecs(const struct sva_desc *desc, uint32_t min,
			       struct svai_finding *finding)
{
	uint32_t size = desc->iax.src2_size;

	if (!(desc->op_flags & (SVA_IAX_FLAG_SRC2_AECS | SVAI_IAX_AECS_WRITES)))
		return 0;
	if (desc->iax.aecs_addr % AECS_UNIT)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN, "the AECS is not 32-byte aligned",
				 desc->iax.aecs_addr, 0);
	if (size % AECS_UNIT)
		return svai_find(finding, SVA_STATUS_ADDR_ALIGN,
				 "the size of the AECS is not a multiple of 32", size, 0);
	if (size < min)
		return svai_find(finding, SVA_STATUS_BAD_SIZE, "the AECS is too small", size, min);
	return 0;
}

/* What is written against what is read. */
static unsigned int check_overlaps(const struct sva_desc *desc, uint64_t dst_size,
				   struct svai_finding *finding)
{
	uint64_t src2 = desc->iax.src2_addr, src2_size = svai_iax_src2_bytes(desc);
	bool writes = desc->op_flags & SVAI_IAX_AECS_WRITES;

	if (overlap(desc->dst_addr, dst_size, desc->src_addr, desc->xfer_size) ||
	    overlap(desc->dst_addr, dst_size, src2, src2_size) ||
	    (writes && overlap(src2, src2_size, desc->src_addr, desc->xfer_size)))
		return refuse_overlap(finding);
	return 0;
}

/* Flags of decompression, alone and in front of a filter. */
static unsigned int check_decompression(const struct svai_limits *limits,
					const struct sva_desc *desc, struct svai_finding *finding)
{
	uint32_t flags = desc->tail.iax_flags, fourth = SVA_IAX_DECOMP_IGNORE(8);

	if (flags && !(flags & SVA_IAX_DECOMP_ENABLE))
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "decompression is not enabled, and has flags", flags, 0);
	if (flags & fourth && !(limits->iaa_cap & SVA_IAACAP_AECS_FORMAT_2))
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "an operation flag needs a capability that the device lacks",
				 flags & fourth, 0);
	return 0;
}

unsigned int svai_iax_check_decompress(const struct svai_limits *limits,
				       const struct sva_desc *desc, struct svai_finding *finding)
{
	uint32_t flags = desc->tail.iax_flags, max = desc->iax.max_dst_size;

	if (!(flags & SVA_IAX_DECOMP_ENABLE))
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS, "decompression is not enabled",
				 flags, 0);
	if (check_decompression(limits, desc, finding))
		return finding->status;
	if (!desc->xfer_size && !max)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "there is neither input nor room for output", 0, 0);
	if (check_aecs(desc, DECOMPRESS_AECS, finding))
		return finding->status;
	return check_overlaps(desc, flags & SVA_IAX_DECOMP_NO_OUTPUT ? 0 : max, finding);
}

static unsigned int check_generated_header(const struct svai_limits *limits,
					   const struct sva_desc *desc,
					   struct svai_finding *finding)
{
	uint32_t flags = desc->tail.iax_flags;

	if (!(limits->iaa_cap & SVA_IAACAP_HEADER))
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "an operation flag needs a capability that the device lacks",
				 flags & SVA_IAX_COMP_HEADER_FINAL, 0);
	if (!(flags & SVA_IAX_COMP_HEADER) || flags & SVA_IAX_COMP_STATISTICS)
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "there is no such way to generate a header", flags, 0);
	if (desc->xfer_size > SVAI_HEADER_INPUT)
		return svai_find(finding, SVA_STATUS_BAD_INPUT_SIZE,
				 "the input is larger than a header can be generated for",
				 desc->xfer_size, SVAI_HEADER_INPUT);
	return 0;
}

static unsigned int check_reads_aecs(const struct sva_desc *desc, const char *text,
				     struct svai_finding *finding)
{
	if (desc->op_flags & SVA_IAX_FLAG_SRC2_AECS)
		return 0;
	*finding = (struct svai_finding){ SVA_STATUS_BAD_FLAGS, SVA_IAX_FLAG_SRC2_AECS, text,
					  SVA_IAX_FLAG_SRC2_AECS, 0 };
	return finding->status;
}

unsigned int svai_iax_check_compress(const struct svai_limits *limits, const struct sva_desc *desc,
				     struct svai_finding *finding)
{
	uint32_t flags = desc->tail.iax_flags, max = desc->iax.max_dst_size;
	bool statistics = flags & SVA_IAX_COMP_STATISTICS;

	if (flags & SVA_IAX_COMP_HEADER_FINAL) {
		if (check_generated_header(limits, desc, finding))
			return finding->status;
	} else if (!statistics &&
		   check_reads_aecs(desc, "the tables come from an AECS, which is not read",
				    finding)) {
		return finding->status;
	}
	if (statistics && max < sizeof(struct sva_iax_histogram))
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the destination is too small for a histogram", max,
				 sizeof(struct sva_iax_histogram));
	if (check_aecs(desc, sizeof(struct sva_iax_compress_aecs), finding))
		return finding->status;
	return check_overlaps(desc, max, finding);
}

/* Which status has which reason is unverified; so is that buffers may not overlap. */
unsigned int svai_iax_check_cipher(const struct svai_limits *limits, const struct sva_desc *desc,
				   struct svai_finding *finding)
{
	uint32_t flags = desc->tail.iax_flags, max = desc->iax.max_dst_size;

	if (!(limits->iaa_cap & SVA_IAACAP_CFB))
		return svai_find(finding, SVA_STATUS_BAD_OPCODE,
				 "the operation needs AES-CFB, which the device lacks",
				 limits->iaa_cap, SVA_IAACAP_CFB);
	if (sva_desc_opcode(desc) == SVA_IAX_OP_ENCRYPT && !(flags & SVA_IAX_CIPHER_FLUSH_OUTPUT))
		return svai_find(finding, SVA_STATUS_BAD_OP_FLAGS,
				 "encryption has to write all of its output", flags,
				 SVA_IAX_CIPHER_FLUSH_OUTPUT);
	if (check_reads_aecs(desc, "the key comes from an AECS, which is not read", finding) ||
	    check_aecs(desc, sizeof(struct sva_iax_cipher_aecs), finding))
		return finding->status;
	if (!desc->xfer_size && !max)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "there is neither input nor room for output", 0, 0);
	return check_overlaps(desc, max, finding);
}

/* Part of a word has no bit of its own. The status is the obvious one (unverified). */
unsigned int svai_iax_check_zero_compress(const struct svai_limits *limits,
					  const struct sva_desc *desc, struct svai_finding *finding)
{
	uint32_t word = sva_desc_opcode(desc) == SVA_IAX_OP_ZERO_COMPRESS_32   ? 4
			: sva_desc_opcode(desc) == SVA_IAX_OP_ZERO_COMPRESS_16 ? 2
									       : 1;

	(void)limits;
	if (!desc->xfer_size || desc->xfer_size % word)
		return svai_find(finding, SVA_STATUS_BAD_INPUT_SIZE,
				 "the input is not a whole number of words, and at least one",
				 desc->xfer_size, 0);
	return check_overlaps(desc, desc->iax.max_dst_size, finding);
}

unsigned int svai_iax_check_zero_decompress(const struct svai_limits *limits,
					    const struct sva_desc *desc,
					    struct svai_finding *finding)
{
	(void)limits;
	if (!desc->xfer_size)
		return svai_find(finding, SVA_STATUS_BAD_INPUT_SIZE, "there is no input", 0, 0);
	return check_overlaps(desc, desc->iax.max_dst_size, finding);
}

/* Filters. */

#define SRC1_WIDTH(flags) (((flags) >> 2 & 31) + 1)
#define SRC2_WIDTH(flags) (((flags) >> 7 & 31) + 1)
#define DROPPED(flags)    (((flags) >> 17 & 31) + ((flags) >> 22 & 31))
#define MAX_SET           15u /* bits of an element of a set: that of version 1.0 */

static bool is_set_operation(unsigned int opcode)
{
	return opcode == SVA_IAX_OP_SET_MEMBERSHIP || opcode == SVA_IAX_OP_FIND_UNIQUE;
}

static unsigned int bad_width(struct svai_finding *finding, const char *text, uint32_t width)
{
	return svai_find(finding, SVA_STATUS_BAD_WIDTH, text, width, 0);
}

static unsigned int bad_filter_flags(struct svai_finding *finding, const char *text, uint32_t flags)
{
	return svai_find(finding, SVA_STATUS_BAD_FILTER_FLAGS, text, flags, 0);
}

static unsigned int check_src1_width(unsigned int opcode, uint32_t flags,
				     struct svai_finding *finding)
{
	uint32_t width = SRC1_WIDTH(flags);

	if ((flags & 3) == SVA_IAX_FILTER_RLE)
		return width == 1 ? 0 : bad_width(finding, "RLE has its width in the data", width);
	if (opcode == SVA_IAX_OP_RLE_BURST && width != 8 && width != 16 && width != 32)
		return bad_width(finding, "counts have 8, 16 or 32 bits", width);
	if (!is_set_operation(opcode))
		return 0;
	if (DROPPED(flags) >= width)
		return bad_width(finding, "no bits are left of an element", width);
	if (width - DROPPED(flags) > MAX_SET)
		return bad_width(finding, "a set has elements of at most 15 bits",
				 width - DROPPED(flags));
	return 0;
}

static unsigned int check_src2_width(unsigned int opcode, uint32_t flags,
				     struct svai_finding *finding)
{
	if (opcode != SVA_IAX_OP_RLE_BURST && SRC2_WIDTH(flags) != 1)
		return bad_width(finding, "the second source is not one of elements",
				 SRC2_WIDTH(flags));
	return 0;
}

static unsigned int check_filter_flags(const struct svai_limits *limits, unsigned int opcode,
				       uint32_t flags, struct svai_finding *finding)
{
	bool vector = opcode == SVA_IAX_OP_SCAN || is_set_operation(opcode);

	if ((flags & 3) == 3)
		return bad_filter_flags(finding, "there is no such format of the first source",
					flags);
	if (opcode == SVA_IAX_OP_RLE_BURST && (flags & 3) == SVA_IAX_FILTER_RLE)
		return bad_filter_flags(finding, "counts are not in RLE", flags);
	if (flags & SVA_IAX_FILTER_INVERT && !vector)
		return svai_find(finding, SVA_STATUS_BAD_INVERT,
				 "the output is not a bit vector, and cannot be inverted", flags,
				 0);
	if (!(flags & SVA_IAX_FILTER_ARRAY))
		return 0;
	if (!(limits->iaa_cap & SVA_IAACAP_FORCE_ARRAY))
		return bad_filter_flags(
			finding, "a filter flag needs a capability that the device lacks", flags);
	if (!vector || !(flags & SVA_IAX_FILTER_OUT_32))
		return bad_filter_flags(finding, "there is no array to force", flags);
	return 0;
}

/* Which source 2: an AECS for limits, or data. */
static unsigned int check_src2(const struct sva_desc *desc, struct svai_finding *finding)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t needs = SVA_IAX_FLAG_SRC2_DATA;

	if (opcode == SVA_IAX_OP_SCAN || opcode == SVA_IAX_OP_EXTRACT)
		needs = SVA_IAX_FLAG_SRC2_AECS;
	if (opcode == SVA_IAX_OP_FIND_UNIQUE || desc->op_flags & needs)
		return check_aecs(desc, sizeof(struct sva_iax_filter_aecs), finding);
	*finding = (struct svai_finding){ SVA_STATUS_BAD_FLAGS, needs,
					  "the operation needs a second source", needs, 0 };
	return finding->status;
}

unsigned int svai_iax_check_filter(const struct svai_limits *limits, const struct sva_desc *desc,
				   struct svai_finding *finding)
{
	uint32_t flags = desc->iax.filter.flags;
	unsigned int opcode = sva_desc_opcode(desc);

	if (check_decompression(limits, desc, finding) ||
	    check_filter_flags(limits, opcode, flags, finding) ||
	    check_src1_width(opcode, flags, finding) || check_src2_width(opcode, flags, finding) ||
	    check_src2(desc, finding))
		return finding->status;
	if (!desc->xfer_size)
		return svai_find(finding, SVA_STATUS_BAD_INPUT_SIZE, "there is no input", 0, 0);
	if (!desc->iax.filter.elements)
		return svai_find(finding, SVA_STATUS_BAD_ELEMENTS, "the number of elements is zero",
				 0, 0);
	return check_overlaps(desc, desc->iax.max_dst_size, finding);
}
