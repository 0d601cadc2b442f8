/* SPDX-License-Identifier: MIT */
#include "crc_library.h"

#include <isa-l.h>
#include <pthread.h>
#include <stdbool.h>

#include "isal.h"

#define MOST     (1u << 30) /* the size is an int */

#define POLY_32C 0x82f63b78u /* reflected */
#define POLY_32  0xedb88320u /* likewise */
#define POLY_16  0x8bb7u

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	__typeof__(crc32_iscsi) *crc32c;
	__typeof__(crc32_gzip_refl) *crc32;
	__typeof__(crc16_t10dif) *crc16;
	uint32_t table32c[256];
	uint32_t table32[256];
	uint16_t table16[256];
	bool avx;
} crc;

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is ISA-L's */
static unsigned int own_crc32c(unsigned char *src, int size, unsigned int reg)
{
	for (int i = 0; i < size; i++)
		reg = crc.table32c[(reg ^ src[i]) & 0xff] ^ reg >> 8;
	return reg;
}

static uint32_t own_crc32(uint32_t reg, const unsigned char *src, uint64_t size)
{
	reg = ~reg;
	for (uint64_t i = 0; i < size; i++)
		reg = crc.table32[(reg ^ src[i]) & 0xff] ^ reg >> 8;
	return ~reg;
}

static uint16_t own_crc16(uint16_t reg, const uint8_t *src, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		reg = (uint16_t)(crc.table16[reg >> 8 ^ src[i]] ^ reg << 8);
	return reg;
}

static void make_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t reg32c = byte, reg32 = byte, reg16 = byte << 8;

		for (int bit = 0; bit < 8; bit++) {
			reg32c = reg32c >> 1 ^ (reg32c & 1 ? POLY_32C : 0);
			reg32 = reg32 >> 1 ^ (reg32 & 1 ? POLY_32 : 0);
			reg16 = reg16 << 1 ^ (reg16 & 0x8000 ? POLY_16 : 0);
		}
		crc.table32c[byte] = reg32c;
		crc.table32[byte] = reg32;
		crc.table16[byte] = (uint16_t)reg16;
	}
	crc.crc32c = own_crc32c;
	crc.crc32 = own_crc32;
	crc.crc16 = own_crc16;
}

static void load(void)
{
	crc.avx = sva_cpu_features() & SVA_CPU_AVX2;
	if (!svai_library_find(SVAI_ISAL, "crc32_iscsi", &crc.crc32c) ||
	    !svai_library_find(SVAI_ISAL, "crc32_gzip_refl", &crc.crc32) ||
	    !svai_library_find(SVAI_ISAL, "crc16_t10dif", &crc.crc16))
		make_tables();
}

uint32_t svai_crc32c(uint32_t reg, const uint8_t *src, size_t size)
{
	pthread_once(&once, load);
	while (size > MOST) {
		reg = crc.crc32c((unsigned char *)(uintptr_t)src, MOST, reg);
		src += MOST;
		size -= MOST;
	}
	reg = crc.crc32c((unsigned char *)(uintptr_t)src, (int)size, reg);
	svai_isal_leave(crc.avx);
	return reg;
}

uint32_t svai_crc32(uint32_t reg, const uint8_t *src, size_t size)
{
	pthread_once(&once, load);
	reg = crc.crc32(reg, src, size);
	svai_isal_leave(crc.avx);
	return reg;
}

svai_crc16 *svai_crc16_t10dif(void)
{
	pthread_once(&once, load);
	return crc.crc16;
}

void svai_crc_leave(void)
{
	svai_isal_leave(crc.avx);
}
