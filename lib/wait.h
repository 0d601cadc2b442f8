/* SPDX-License-Identifier: MIT */
#ifndef SVAI_WAIT_H
#define SVAI_WAIT_H

#include <sva/wq.h>

struct svai_handle;

/* svai_wait_op - sva_wait(), without its probes */
int svai_wait_op(struct sva_op *op, int64_t timeout_ns, enum sva_wait_policy policy);

/**
 * svai_wait_end - wait until the operation of a record has ended, with a record or without
 * @h: where it was submitted
 *
 * Returns the status, SVA_STATUS_LOST if none will come, -ENODEV likewise, since the queue is dead,
 * or -ETIMEDOUT. After the first three nothing writes to the operation's memory any more.
 */
int svai_wait_end(struct svai_handle *h, struct sva_record *record, int64_t deadline,
		  enum sva_wait_policy policy);

/* svai_end_as_lost - nobody will write the record any more; its status, if somebody just has */
int svai_end_as_lost(struct sva_record *record);

#endif
