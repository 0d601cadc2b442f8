/* SPDX-License-Identifier: MIT */
/*
 * Calls that are left to the CPU as a whole, and whose caller does not ask what was done: one
 * operation, executed on the spot. There are no parts, no policy and no clock, and nothing is
 * counted.
 */
#ifndef SVAI_SMALL_H
#define SVAI_SMALL_H

#include <sva/ops.h>

#include "cpu/cpu.h"

/* svai_is_small - is it such a call? Then @wq can be used, and there is something to do. */
static inline bool svai_is_small(const struct sva_wq *wq, size_t size,
				 const struct sva_outcome *outcome)
{
	return size - 1 < SVAI_MAX_TRANSFER && sva__call_is_small(wq, size, outcome);
}

/* svai_run_small - execute @desc, which a device would not refuse; @record is filled */
static inline int svai_run_small(svai_cpu_op *op, const struct sva_desc *desc,
				 struct sva_record *record)
{
	unsigned int status;

	*record = (struct sva_record){ 0 };
	status = op(desc, record);
	return SVA__LIKELY(status == SVA_STATUS_SUCCESS) ? 0 : sva_status_errno(status);
}

#endif
