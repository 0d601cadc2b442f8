/* SPDX-License-Identifier: MIT */
/* Source of the polynomials: RFC 3720 (CRC32C), T10 SBC-3 (guards). */
#include <dlfcn.h>
#include <isa-l.h>
#include <pthread.h>

#include "checksum.h"
#include "vector.h"

#define ISAL      "libisal.so.2"
#define ISAL_MOST ((size_t)1 << 30) /* it takes an int */
#define CRC32C    0x82f63b78u       /* reflected */
#define T10DIF    0x8bb7u

static uint32_t slow_crc32c(uint32_t reg, const uint8_t *src, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		reg ^= src[i];
		for (unsigned int bit = 0; bit < 8; bit++)
			reg = reg >> 1 ^ (reg & 1 ? CRC32C : 0);
	}
	return reg;
}

static uint16_t slow_t10dif(uint16_t reg, const uint8_t *src, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		reg ^= (uint16_t)(src[i] << 8);
		for (unsigned int bit = 0; bit < 8; bit++)
			reg = (uint16_t)(reg << 1 ^ (reg & 0x8000 ? T10DIF : 0));
	}
	return reg;
}

static struct {
	__typeof__(&crc32_iscsi) crc32c; /* NULL: there is none */
	__typeof__(&crc16_t10dif) t10dif;
} isal;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
	void *library = dlopen(ISAL, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return;
	/* As POSIX has it: ISO C knows no such conversion. */
	*(void **)&isal.crc32c = dlsym(library, "crc32_iscsi");
	*(void **)&isal.t10dif = dlsym(library, "crc16_t10dif");
}

uint32_t svai_crc32c(uint32_t reg, const uint8_t *src, size_t size)
{
	pthread_once(&once, load);
	if (!isal.crc32c)
		return slow_crc32c(reg, src, size);
	for (size_t n; size; src += n, size -= n) {
		n = size < ISAL_MOST ? size : ISAL_MOST;
		reg = isal.crc32c((unsigned char *)(uintptr_t)src, (int)n, reg);
	}
	svai_vector()->clear_upper();
	return reg;
}

uint16_t svai_crc16_t10dif(uint16_t seed, const uint8_t *src, size_t size)
{
	pthread_once(&once, load);
	if (!isal.t10dif)
		return slow_t10dif(seed, src, size);
	seed = isal.t10dif(seed, src, size);
	svai_vector()->clear_upper();
	return seed;
}
