/* SPDX-License-Identifier: MIT */
#ifndef SVAI_POLICY_H
#define SVAI_POLICY_H

#include "handle.h"

/* svai_policy_check - take over a caller's policy; 0, -EINVAL or -E2BIG */
int svai_policy_check(struct sva_policy *policy, const struct sva_policy *from);

/* svai_policy_allowed - 0, or -EOPNOTSUPP: the queue takes no such descriptor flags */
int svai_policy_allowed(const struct svai_handle *h, const struct sva_policy *policy);

/* svai_policy_publish - let calls follow @policy, or the one that the handle has (NULL) */
void svai_policy_publish(struct svai_handle *h, const struct sva_policy *policy);

/* svai_policy_now - all of it but cpu_threads, as it was set; measures no threshold, so 0 stays 0
 */
void svai_policy_now(const struct svai_handle *h, struct sva_policy *policy);

/* svai_policy_read - the same of an open handle, its threshold measured */
void svai_policy_read(struct svai_handle *h, struct sva_policy *policy);

/* svai_policy_deadline - when the time of a call is over that begins now */
int64_t svai_policy_deadline(const struct svai_handle *h);

/*
 * svai_policy_memory - memory that the CPU accesses outside operations
 *
 * Returns 0, or -EFAULT: it is bad, and the policy wants to have that reported.
 */
int svai_policy_memory(const struct svai_handle *h, const void *at, uint64_t size, bool write);

/* svai_cpu_threads - asked for only where there is much to do */
static inline uint32_t svai_cpu_threads(const struct svai_handle *h)
{
	return __atomic_load_n(&h->policy.cpu_threads, __ATOMIC_RELAXED);
}

/*
 * svai_policy_is_plain - nothing has to be seen to before an operation is submitted. In the handle
 * it says the same of its own.
 */
static inline bool svai_policy_is_plain(const struct sva_policy *policy)
{
	return !policy->desc_flags && !policy->threshold && !policy->timeout_ns &&
	       policy->fault != SVA_FAULT_POPULATE;
}

static inline bool svai_policy_stays_plain(const struct svai_handle *h)
{
	return __atomic_load_n(&h->plain, __ATOMIC_RELAXED);
}

#endif
