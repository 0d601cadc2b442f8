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

#define CHUNK 16384u /* stays in the first level cache from checksum to copy */

/* Bit 0 becomes bit 7, in each byte. */
static uint64_t reflect_bytes(uint64_t v)
{
	v = (v >> 1 & 0x5555555555555555) | (v & 0x5555555555555555) << 1;
	v = (v >> 2 & 0x3333333333333333) | (v & 0x3333333333333333) << 2;
	return (v >> 4 & 0x0f0f0f0f0f0f0f0f) | (v & 0x0f0f0f0f0f0f0f0f) << 4;
}

static uint32_t reflect(uint32_t v)
{
	return __builtin_bswap32((uint32_t)reflect_bytes(v));
}

/* The register of the reflected CRC, without any inversion. */
static uint32_t update(uint32_t reg, const uint8_t *src, size_t size)
{
	return svai_crc32c(reg, src, size);
}

/* The same for data whose bytes count from bit 7. */
static uint32_t update_unreflected(uint32_t reg, const uint8_t *src, size_t size)
{
	uint64_t words[64];

	while (size) {
		size_t n = size < sizeof(words) ? size : sizeof(words);

		memcpy(words, src, n);
		for (size_t i = 0; i < (n + 7) / 8; i++)
			words[i] = reflect_bytes(words[i]);
		reg = update(reg, (const uint8_t *)words, n);
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
	size_t size = desc->xfer_size;

	for (size_t done = 0; done < size; done += CHUNK) {
		size_t n = size - done < CHUNK ? size - done : CHUNK;

		if (bypass_reflect)
			reg = update_unreflected(reg, src + done, n);
		else
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
