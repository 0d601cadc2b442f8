/* SPDX-License-Identifier: MIT */
/* ISA-L, and how its functions are left. */
#ifndef SVAI_ISAL_H
#define SVAI_ISAL_H

#include <immintrin.h>

#include <sva/wq.h>

#include "library.h"

/*
 * svai_isal_leave - to be called after its functions
 *
 * ISA-L 2.30 leaves the upper halves of the vectors as they are, after which each SSE instruction
 * of the caller takes many times as long.
 */
static __attribute__((target("avx"))) inline void svai_clear_upper_halves(void)
{
	_mm256_zeroupper();
}

static inline void svai_isal_leave(bool avx)
{
	if (avx)
		svai_clear_upper_halves();
}

#endif
