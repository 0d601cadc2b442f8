/* SPDX-License-Identifier: MIT */
/*
 * Stubs of what the inline functions leave to the library: no counted loop may reach them. In a
 * file of their own, so that the compiler does not see that they never return.
 */
#include <stdlib.h>

#include <sva/ops.h>

int sva__submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	(void)wq;
	(void)op;
	abort();
}

int sva__try_submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	(void)wq;
	(void)op;
	abort();
}

int sva__memmove_slow(struct sva_wq *wq, void *dst, const void *src, size_t size,
		      struct sva_outcome *outcome)
{
	(void)wq;
	(void)dst;
	(void)src;
	(void)size;
	(void)outcome;
	abort();
}
