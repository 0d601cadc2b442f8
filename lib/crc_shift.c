/* SPDX-License-Identifier: MIT */
/*
 * A CRC is linear: what comes before n bytes counts for the whole as its own CRC times x^(8n),
 * modulo the polynomial (RFC 3720, 12.1). ISA-L has no function for that.
 */
#include "bits.h"
#include "crc_shift.h"

static uint64_t times_x(uint64_t a, uint64_t polynomial)
{
	return a << 1 ^ (a >> 63 ? polynomial : 0);
}

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t polynomial)
{
	unsigned int width = 64 - (unsigned int)__builtin_ctzll(polynomial);
	uint64_t product = 0;

	for (unsigned int i = 0; i < width; i++) {
		product = times_x(product, polynomial);
		product ^= b >> (63 - i) & 1 ? a : 0;
	}
	return product;
}

uint64_t svai_crc_shift(uint64_t crc, uint64_t bytes, uint64_t polynomial)
{
	uint64_t power = polynomial & -polynomial; /* x^0 */

	if (!crc)
		return 0;
	for (unsigned int i = 0; i < 8; i++)
		power = times_x(power, polynomial);
	for (; bytes; bytes >>= 1, power = multiply(power, power, polynomial))
		if (bytes & 1)
			crc = multiply(crc, power, polynomial);
	return crc;
}

/* Out of line, so that a call of one part, of which most are, saves no registers for it. */
static __attribute__((noinline)) void append(uint32_t *crc, uint32_t next, uint64_t bytes,
					     uint32_t polynomial)
{
	uint64_t whole = svai_crc_shift(svai_reverse(*crc, 64), bytes, (uint64_t)polynomial << 32);

	*crc = next ^ (uint32_t)svai_reverse(whole, 64);
}

void svai_crc32_append(uint32_t *crc, uint32_t next, uint64_t bytes, uint32_t polynomial)
{
	if (*crc)
		append(crc, next, bytes, polynomial);
	else
		*crc = next;
}
