/* SPDX-License-Identifier: MIT */
/*
 * The state between jobs of decompression: into the AECS and out of it. What no client sets or
 * reads is in the reserved part, in a form of our own.
 */
#ifndef SVAI_IAX_AECS_H
#define SVAI_IAX_AECS_H

#include "iax_inflate.h"

/* Bytes of output that wait for a whole word. */
struct svai_held {
	uint8_t bytes[8];
	uint32_t count;
};

/*
 * svai_aecs_first - the copy that a job reads if it reads an AECS; svai_aecs_read - that, or NULL;
 * svai_aecs_written - the one that it writes
 */
static inline const void *svai_aecs_first(const struct sva_desc *desc)
{
	bool second = desc->op_flags & SVA_IAX_FLAG_AECS_TOGGLE;

	return (const uint8_t *)desc->iax.aecs_addr + (second ? desc->iax.src2_size : 0);
}

static inline const void *svai_aecs_read(const struct sva_desc *desc)
{
	return desc->op_flags & SVA_IAX_FLAG_SRC2_AECS ? svai_aecs_first(desc) : NULL;
}

static inline void *svai_aecs_written(const struct sva_desc *desc)
{
	bool second = !(desc->op_flags & SVA_IAX_FLAG_AECS_TOGGLE);

	return (uint8_t *)desc->iax.aecs_addr + (second ? desc->iax.src2_size : 0);
}

/* svai_aecs_load - go on with @z, which has begun, where @aecs of @size bytes says; 0 or an error
 */
unsigned int svai_aecs_load(const struct sva_iax_decompress_aecs *aecs, uint32_t size,
			    struct svai_inflate *z, struct svai_held *held);

/*
 * svai_aecs_save - the state of @z, all input that is left included, but for what a client sets:
 * filter and format
 */
void svai_aecs_save(struct sva_iax_decompress_aecs *aecs, uint32_t size, struct svai_inflate *z,
		    const struct svai_held *held);

#endif
