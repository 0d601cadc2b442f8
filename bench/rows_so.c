/* SPDX-License-Identifier: MIT */
/* The row "through the .so": the functions that so.c exports, called through the PLT. */

/* The header's inline functions step aside, under other names. */
#define sva_prep_memmove inline_prep_memmove
#define sva_submit       inline_submit
#define sva_poll         inline_poll
#include "rows.h"
#undef sva_prep_memmove
#undef sva_submit
#undef sva_poll

void sva_prep_memmove(struct sva_desc *desc, void *dst, const void *src, size_t size,
		      uint32_t flags);
int sva_submit(struct sva_wq *wq, struct sva_op *op);
int sva_poll(struct sva_op *op);

/* What the device would do: not the library's instruction, and therefore in both loops. */
static inline void complete(struct sva_op *op)
{
	__atomic_store_n(&op->record.status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
}

void row_so(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		sva_prep_memmove(&i.op->desc, i.dst, i.src, i.size, 0);
		if (sva_submit(i.wq, i.op))
			abort();
		complete(i.op);
		if (sva_poll(i.op) != SVA_STATUS_SUCCESS)
			abort();
	}
}

void empty_so(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		complete(i.op);
	}
}
