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

int svai_refuse(struct sva_op *op, int err)
{
	op->desc.completion_addr = (uintptr_t)&op->record;
	op->record.status = SVA_STATUS_NOT_SUBMITTED;
	op->credit = NULL;
	return err;
}
