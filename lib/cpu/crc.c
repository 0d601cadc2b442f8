/* SPDX-License-Identifier: MIT */
/*
 * CRC32C, and copy with it.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0),
 * 8.3.12 and appendix A; RFC 3720 for the CRC itself.
 */
#include <string.h>

#include "checksum.h"
#include "cpu.h"
#include "vector.h"

#define CHUNK 16384u /* stays in the first level cache from checksum to copy */
#define PIECE 4096u

static uint32_t reflect(uint32_t v)
{
	uint8_t bytes[4];

	memcpy(bytes, &v, sizeof(bytes));
	svai_vector()->reflect(bytes, bytes, sizeof(bytes));
	memcpy(&v, bytes, sizeof(bytes));
	return __builtin_bswap32(v);
}

/* As svai_crc32c(), for data whose bytes count from bit 7. */
static uint32_t update_unreflected(uint32_t reg, const uint8_t *src, size_t size)
{
	uint8_t reflected[PIECE];

	while (size) {
		size_t n = size < PIECE ? size : PIECE;

		svai_vector()->reflect(reflected, src, n);
		reg = svai_crc32c(reg, reflected, n);
		src += n;
		size -= n;
	}
	return reg;
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
	const bool bypass_reflect = desc->op_flags & SVA_FLAG_CRC_BYPASS_REFLECT;
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	const uint32_t seed = seed_of(desc);
	uint32_t reg = bypass_invert ? reflect(seed) : ~seed;
	size_t size = desc->xfer_size, most = dst ? CHUNK : size;

	for (size_t done = 0; done < size; done += most) {
		size_t n = size - done < most ? size - done : most;

		if (bypass_reflect)
			reg = update_unreflected(reg, src + done, n);
		else
			reg = svai_crc32c(reg, src + done, n);
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
