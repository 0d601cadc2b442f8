/* SPDX-License-Identifier: MIT */
/* Memory for operations, aligned as the builders and the portal need it. */
#include <stdlib.h>
#include <string.h>

#include "operation.h"

struct sva_op *sva_op_alloc(size_t count)
{
	struct sva_op *ops;

	if (!count || count > SIZE_MAX / sizeof(*ops))
		return NULL;
	ops = aligned_alloc(_Alignof(struct sva_op), count * sizeof(*ops));
	if (ops)
		memset(ops, 0, count * sizeof(*ops));
	return ops;
}

void sva_op_free(struct sva_op *ops)
{
	free(ops);
}

void svai_link_iax(struct svai_handle *h, struct sva_op *op)
{
	sva__op_link(op, &h->head);
	op->desc.completion_addr = (uintptr_t)(op + 1);
	svai_record(op)->status = SVA_STATUS_NONE;
}

int svai_refuse(const struct sva_wq *wq, struct sva_op *op, int err)
{
	const struct svai_handle *h = svai_handle(wq);

	if (!h || !h->iax || !svai_fits(h, op))
		op->desc.completion_addr = (uintptr_t)&op->record;
	svai_record(op)->status = SVA_STATUS_NOT_SUBMITTED;
	op->credit = NULL;
	return err;
}

void svai_prep_noop(struct svai_handle *h)
{
	if (h->iax)
		sva_iax_prep_noop(&h->probe, 0);
	else
		sva_prep_noop(&h->probe.op.desc, 0);
	svai_link(h, &h->probe.op);
}
