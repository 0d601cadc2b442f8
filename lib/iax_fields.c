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
	if (!(limits->gen_cap & SVA_GENCAP_OVERLAP) &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* The status is that of a reserved value (unverified): the polynomial has no width. */
unsigned int svai_iax_check_crc64(const struct svai_limits *limits, const struct sva_desc *desc,
				  struct svai_finding *finding)
{
	(void)limits;
	if (!desc->iax.polynomial)
		return svai_find(finding, SVA_STATUS_RESERVED, "the polynomial is zero", 0, 0);
	return 0;
}
