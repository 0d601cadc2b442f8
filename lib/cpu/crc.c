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
static __attribute__((noinline)) uint32_t reflect(uint32_t v)
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

/* The register of a reflected CRC before the first byte, and the CRC after the last one. */
static uint32_t begin(const struct sva_desc *desc)
{
	uint32_t seed = seed_of(desc);

	return desc->op_flags & SVA_FLAG_CRC_BYPASS_INVERT ? reflect(seed) : ~seed;
}

static uint32_t end(const struct sva_desc *desc, uint32_t reg)
{
	return desc->op_flags & SVA_FLAG_CRC_BYPASS_INVERT ? reflect(reg) : ~reg;
}

static uint32_t update(const struct sva_desc *desc, uint32_t reg, const uint8_t *src, size_t size)
{
	if (SVA__UNLIKELY(desc->op_flags & SVA_FLAG_CRC_BYPASS_REFLECT))
		return svai_kernels()->crc_unreflected(reg, src, size);
	return svai_crc32c(reg, src, size);
}

unsigned int svai_cpu_crc(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;

	record->crc = end(desc, update(desc, begin(desc), src, desc->xfer_size));
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_copy_crc(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	uint8_t *dst = (uint8_t *)desc->dst_addr;
	uint32_t reg = begin(desc);

	for (size_t left = desc->xfer_size, n; left; left -= n, src += n, dst += n) {
		n = left < CHUNK ? left : CHUNK;
		reg = update(desc, reg, src, n);
		memcpy(dst, src, n);
	}
	record->crc = end(desc, reg);
	return SVA_STATUS_SUCCESS;
}
