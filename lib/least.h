/* SPDX-License-Identifier: MIT */
#ifndef SVAI_LEAST_H
#define SVAI_LEAST_H

#include <stdint.h>

static inline uint64_t svai_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
