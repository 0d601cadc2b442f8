/* SPDX-License-Identifier: MIT */
#ifndef SVAI_SUBMIT_H
#define SVAI_SUBMIT_H

#include "handle.h"

/* svai_submit_desc - one try, by whatever path, without a look at credits; 0 or -errno */
int svai_submit_desc(struct svai_handle *h, const struct sva_desc *desc);

/**
 * svai_submit_members - execute the members of a batch that the queue does not take as a whole
 * @op: the batch; its record is written
 *
 * Returns when all have ended: 0; or the error of the first one's submission, -EAGAIN: the queue is
 * full, and nothing was done.
 */
int svai_submit_members(struct svai_handle *h, struct sva_op *op);

/* svai_execute_members - the same for a batch that was checked, and of one member, too */
int svai_execute_members(struct svai_handle *h, struct sva_op *op);

/* svai_take_credit - one, if there is one; a shared queue (NULL) counts none */
/* NOLINTNEXTLINE(readability-non-const-parameter): the builtins write to it */
static inline bool svai_take_credit(int32_t *credit)
{
	if (!credit || __atomic_fetch_sub(credit, SVA__CREDIT, __ATOMIC_RELAXED) > 0)
		return true;
	__atomic_fetch_add(credit, SVA__CREDIT, __ATOMIC_RELAXED);
	return false;
}

/* svai_refuse - mark an operation as never in flight, so that polling it ends; returns @err */
int svai_refuse(struct sva_op *op, int err);

/* svai_write - one write(2) of descriptors: how many the kernel took, or -errno if none */
int svai_write(const struct svai_handle *h, const struct sva_desc *descs, unsigned int count);

/* svai_back_off - pause before the try after @tries failed ones: longer each time, never equal */
void svai_back_off(unsigned int tries);

#endif
