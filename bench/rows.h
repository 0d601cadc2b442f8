/* SPDX-License-Identifier: MIT */
/* What one iteration of a counted loop gets, and how it gets it. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "portal.h"

#include <stdlib.h>

#include <sva/ops.h>

struct input {
	void *dst;
	const void *src;
	size_t size;
	struct sva_op *op;
	struct sva_wq *wq;
	struct sva_batch *batch;
};

/* The compiler knows nothing of @x from here on, but that it is in a register. */
#define OPAQUE(x) __asm__ volatile("" : "+r"(x))

/* The arguments of a call site that knows nothing of them, in registers. */
static inline struct input load_input(const struct input *in)
{
	struct input i = *in;

	OPAQUE(i.dst);
	OPAQUE(i.src);
	OPAQUE(i.size);
	OPAQUE(i.op);
	OPAQUE(i.wq);
	OPAQUE(i.batch);
	return i;
}

/* The counted loop and its empty twin of the row "through the .so": rows_so.c. */
void row_so(const struct input *in, const struct input *end);
void empty_so(const struct input *in, const struct input *end);

#endif
