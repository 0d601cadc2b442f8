/* SPDX-License-Identifier: MIT */
#ifndef SVAI_WAIT_H
#define SVAI_WAIT_H

#include <sva/wq.h>

#define SVAI_LOOK_NS 100000000 /* how often a long wait asks what has become of the operation */

/* svai_now_ns - CLOCK_MONOTONIC in nanoseconds */
int64_t svai_now_ns(void);

/* svai_deadline - the time @timeout_ns from now; negative: never (INT64_MAX) */
int64_t svai_deadline(int64_t timeout_ns);

/**
 * svai_wait_record - wait for the completion record and nothing else
 * @deadline: by svai_now_ns()
 *
 * Looks at no handle and no sysfs, and returns no credit. Returns the status, or -ETIMEDOUT.
 */
int svai_wait_record(const struct sva_record *record, int64_t deadline,
		     enum sva_wait_policy policy);

struct svai_handle;

/**
 * svai_wait_end - wait until the operation of a record has ended, with a record or without
 * @h: where it was submitted
 *
 * Returns the status, SVA_STATUS_LOST if none will come, -ENODEV likewise, since the queue is dead,
 * or -ETIMEDOUT. After the first three nothing writes to the operation's memory any more.
 */
int svai_wait_end(struct svai_handle *h, struct sva_record *record, int64_t deadline,
		  enum sva_wait_policy policy);

#endif
