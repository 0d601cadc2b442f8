/* SPDX-License-Identifier: MIT */
#ifndef SVAI_RECORD_H
#define SVAI_RECORD_H

#include <sva/sva.h>

/* svai_now_ns - CLOCK_MONOTONIC in nanoseconds */
int64_t svai_now_ns(void);

/* svai_deadline - the time @timeout_ns from now; negative: never (INT64_MAX), and no clock is read
 */
int64_t svai_deadline(int64_t timeout_ns);

/**
 * svai_wait_record - wait for the completion record and nothing else
 * @since: when the wait began, by svai_now_ns(): the longer ago, the longer it may sleep
 * @deadline: likewise
 *
 * Looks at no handle and no sysfs, and returns no credit. Returns the status, or -ETIMEDOUT.
 */
int svai_wait_record(const struct sva_record *record, int64_t since, int64_t deadline,
		     enum sva_wait_policy policy);

#endif
