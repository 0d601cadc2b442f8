/* SPDX-License-Identifier: MIT */
/* What IAX has of DSA's operations. */
#include <string.h>

#include "iax.h"

unsigned int svai_iax_nothing(const struct sva_desc *desc, struct sva_iax_record *record)
{
	(void)desc;
	(void)record;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_iax_memmove(const struct sva_desc *desc, struct sva_iax_record *record)
{
	(void)record;
	memmove((void *)desc->dst_addr, (const void *)desc->src_addr, desc->xfer_size);
	return SVA_STATUS_SUCCESS;
}
