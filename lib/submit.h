/* SPDX-License-Identifier: MIT */
#ifndef SVAI_SUBMIT_H
#define SVAI_SUBMIT_H

#include "handle.h"

/**
 * svai_submit_uncounted - one try to submit without taking a credit, by whatever path
 *
 * For the library's own drain, for which an entry of the queue is kept back. 0 or -errno.
 */
int svai_submit_uncounted(struct svai_handle *h, struct sva_op *op);

/**
 * svai_submit_members - execute the members of a batch that write(2) does not take
 * @op: the batch; its record is written
 *
 * Returns when all have completed: 0, -EAGAIN, -ETIMEDOUT, -EINVAL: a member without a record.
 */
int svai_submit_members(struct svai_handle *h, struct sva_op *op);

/* svai_take_credit - one, if there is one; a shared queue (NULL) counts none */
/* NOLINTNEXTLINE(readability-non-const-parameter): the builtins write to it */
static inline bool svai_take_credit(int32_t *credit)
{
	if (!credit || __atomic_fetch_sub(credit, SVA_CREDIT, __ATOMIC_RELAXED) > 0)
		return true;
	__atomic_fetch_add(credit, SVA_CREDIT, __ATOMIC_RELAXED);
	return false;
}

/* svai_refuse - mark an operation as never in flight, so that polling it ends; returns @err */
int svai_refuse(struct sva_op *op, int err);

/* svai_write - one write(2) of descriptors: how many the kernel took, or -errno if none */
int svai_write(const struct svai_handle *h, const struct sva_desc *descs, unsigned int count);

/* svai_back_off - pause before the try after @tries failed ones: longer each time, never equal */
void svai_back_off(unsigned int tries);

#endif
