/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "reference.h"

const uint32_t ref_sizes[] = { 1,     7,     8,     9,     15,    16,    17,   63,
			       64,    65,    255,   256,   257,   511,   512,  513,
			       1023,  1024,  1025,  2047,  4095,  4096,  4097, 8191,
			       16383, 16384, 16385, 20001, 65535, 65536, 0 };

uint8_t *ref_buffer(size_t size)
{
	static uint32_t state = 1;
	uint8_t *buffer = malloc(size);

	if (!buffer)
		abort();
	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		buffer[i] = (uint8_t)(state >> 24);
	}
	return buffer;
}

uint8_t *ref_copy(const void *buffer, size_t size)
{
	return memcpy(ref_buffer(size), buffer, size);
}

static uint32_t reflect(uint32_t v, int bits)
{
	uint32_t r = 0;

	for (int i = 0; i < bits; i++)
		r |= (v >> i & 1) << (bits - 1 - i);
	return r;
}

uint32_t ref_crc32c(const uint8_t *src, size_t size, uint32_t seed, uint32_t flags)
{
	bool raw = flags & SVA_FLAG_CRC_BYPASS_INVERT;
	uint32_t reg = raw ? seed : reflect(~seed, 32);

	for (size_t i = 0; i < size; i++) {
		reg ^= (flags & SVA_FLAG_CRC_BYPASS_REFLECT ? src[i] : reflect(src[i], 8)) << 24;
		for (int bit = 0; bit < 8; bit++)
			reg = reg << 1 ^ (reg >> 31 ? 0x1edc6f41 : 0);
	}
	return raw ? reg : ~reflect(reg, 32);
}

uint16_t ref_crc16(const uint8_t *src, size_t size, uint16_t seed)
{
	unsigned int reg = seed;

	for (size_t i = 0; i < size; i++) {
		reg ^= (unsigned int)src[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			reg = (reg << 1 ^ (reg >> 15 ? 0x8bb7 : 0)) & 0xffff;
	}
	return (uint16_t)reg;
}

void ref_tuple(uint8_t *dst, uint16_t guard, uint16_t app_tag, uint32_t ref_tag)
{
	dst[0] = (uint8_t)(guard >> 8);
	dst[1] = (uint8_t)guard;
	dst[2] = (uint8_t)(app_tag >> 8);
	dst[3] = (uint8_t)app_tag;
	for (int i = 0; i < 4; i++)
		dst[4 + i] = (uint8_t)(ref_tag >> (24 - 8 * i));
}

unsigned int ref_run(struct sva_desc *desc, struct sva_record *comp)
{
	struct svai_limits limits;

	memset(comp, 0, sizeof(*comp));
	desc->completion_addr = (uintptr_t)comp;
	svai_cpu_limits(&limits);
	svai_cpu_execute(&limits, desc);
	return sva_record_status(comp);
}
