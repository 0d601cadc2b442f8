/* SPDX-License-Identifier: MIT */
/* ISA-L, which is loaded when something of it is needed: most programs need nothing. */
#ifndef SVAI_ISAL_H
#define SVAI_ISAL_H

#include <immintrin.h>

#include <sva/wq.h>

/* svai_isal_find - the function of this name; NULL: it, or the library, is missing */
void *svai_isal_find(const char *name);

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
