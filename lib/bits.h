/* SPDX-License-Identifier: MIT */
#ifndef SVAI_BITS_H
#define SVAI_BITS_H

#include <stdint.h>

/* svai_reverse - the lowest @count bits, 1 to 64, in the reverse order; those above are zero */
static inline uint64_t svai_reverse(uint64_t bits, unsigned int count)
{
	bits = (bits & 0x5555555555555555) << 1 | (bits >> 1 & 0x5555555555555555);
	bits = (bits & 0x3333333333333333) << 2 | (bits >> 2 & 0x3333333333333333);
	bits = (bits & 0x0f0f0f0f0f0f0f0f) << 4 | (bits >> 4 & 0x0f0f0f0f0f0f0f0f);
	return __builtin_bswap64(bits) >> (64 - count);
}

#endif
