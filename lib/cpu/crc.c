/* SPDX-License-Identifier: MIT */
/*
 * CRC32C, and copy with it.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0),
 * 8.3.12 and appendix A; RFC 3720 for the CRC itself.
 */
#include <string.h>

#include "cpu.h"
#include "crc_library.h"
#include "kernels.h"

#define CHUNK 16384u /* stays in the first level cache from checksum to copy */

/* Bit 0 becomes bit 31. */
static uint32_t reflect(uint32_t v)
{
	v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
	v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
	v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(v);
}

static uint32_t seed_of(const struct sva_desc *desc)
{
	uint32_t seed = desc->crc.seed;

	if (desc->op_flags & SVA_FLAG_CRC_SEED_ADDR)
		memcpy(&seed, (const void *)desc->crc.seed_addr, sizeof(seed));
	return seed;
}

/* @dst: NULL, or where the data go as well */
static unsigned int crc(const struct sva_desc *desc, struct sva_record *record, uint8_t *dst)
{
	const bool bypass_invert = desc->op_flags & SVA_FLAG_CRC_BYPASS_INVERT;
	uint32_t (*update)(uint32_t reg, const uint8_t *src, size_t size) =
		desc->op_flags & SVA_FLAG_CRC_BYPASS_REFLECT ? svai_kernels()->crc_unreflected
							     : svai_crc32c;
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	const uint32_t seed = seed_of(desc);
	uint32_t reg = bypass_invert ? reflect(seed) : ~seed;
	size_t size = desc->xfer_size, chunk = dst ? CHUNK : size;

	for (size_t done = 0; done < size; done += chunk) {
		size_t n = size - done < chunk ? size - done : chunk;

		reg = update(reg, src + done, n);
		if (dst)
			memcpy(dst + done, src + done, n);
	}
	record->crc = bypass_invert ? reflect(reg) : ~reg;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_crc(const struct sva_desc *desc, struct sva_record *record)
{
	return crc(desc, record, NULL);
}

unsigned int svai_cpu_copy_crc(const struct sva_desc *desc, struct sva_record *record)
{
	return crc(desc, record, (uint8_t *)desc->dst_addr);
}
