/* SPDX-License-Identifier: MIT */
#ifndef SVAI_RECORD_H
#define SVAI_RECORD_H

#include <sva/sva.h>

/* svai_now_ns - CLOCK_MONOTONIC in nanoseconds */
int64_t svai_now_ns(void);

/* svai_deadline - the time @timeout_ns from now; negative: never (INT64_MAX), and no clock is read
 */
int64_t svai_deadline(int64_t timeout_ns);

#define SVAI_OVERSLEPT_NS 5000 /* until it has been measured */

/**
 * svai_sleep_ns - how long to sleep before the next look at what nothing announces
 * @waited: so far
 * @overslept: how much too late the last sleep ended, or SVAI_OVERSLEPT_NS
 *
 * So that the end is noticed late by a tenth of the time that it took, and 10 us. 0: do not sleep
 * yet.
 */
int64_t svai_sleep_ns(int64_t waited, int64_t overslept);

/* svai_drop_slack - let the sleeps of this thread end in time; returns its timer slack before */
int svai_drop_slack(void);

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
