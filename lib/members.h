/* SPDX-License-Identifier: MIT */
#ifndef SVAI_MEMBERS_H
#define SVAI_MEMBERS_H

#include "handle.h"

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

#endif
