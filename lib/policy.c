/* SPDX-License-Identifier: MIT */
/*
 * How calls use a queue. Each field of a policy stands for itself, so that a thread which reads
 * while another one writes may find some of the old and some of the new.
 */
#include <pthread.h>

#include "cpu/cpu.h"
#include "least.h"
#include "options.h"
#include "policy.h"
#include "populate.h"
#include "record.h"
#include "threshold.h"

#define DESC_FLAGS (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_STORD | SVA_FLAG_DRDBK)

int svai_policy_check(struct sva_policy *policy, const struct sva_policy *from)
{
	int err = svai_read_options(policy, sizeof(*policy), from,
				    offsetof(struct sva_policy, fault));

	if (err)
		return err;
	if (policy->flags & ~SVA_POLICY_NO_CPU || policy->fault > SVA_FAULT_REPORT ||
	    policy->wait > SVA_WAIT_SLEEP || policy->desc_flags & ~DESC_FLAGS ||
	    policy->timeout_ns < 0 || policy->cpu_threads > SVAI_THREADS_MAX || policy->reserved)
		return -EINVAL;
	return policy->flags & SVA_POLICY_NO_CPU && policy->fault == SVA_FAULT_CPU ? -EINVAL : 0;
}

int svai_policy_allowed(const struct svai_handle *h, const struct sva_policy *policy)
{
	bool bof = policy->desc_flags & SVA_FLAG_BOF && !h->limits.block_on_fault;
	bool cc = policy->desc_flags & SVA_FLAG_CC && !(h->limits.gen_cap & SVA_GENCAP_CC_MEMORY);
	bool readback = policy->desc_flags & SVA_FLAG_DRDBK &&
			!(h->limits.gen_cap & SVA_GENCAP_DST_READBACK);

	return bof || cc || readback ? -EOPNOTSUPP : 0;
}

#define SET(h, field, value) __atomic_store_n(&(h)->policy.field, (value), __ATOMIC_RELAXED)
#define GET(h, field)        __atomic_load_n(&(h)->policy.field, __ATOMIC_RELAXED)

int svai_policy_memory(const struct svai_handle *h, const void *at, uint64_t size, bool write)
{
	return GET(h, fault) == SVA_FAULT_REPORT ? svai_populate((uintptr_t)at, size, write) : 0;
}

int64_t svai_policy_deadline(const struct svai_handle *h)
{
	int64_t timeout_ns = GET(h, timeout_ns);

	return svai_deadline(timeout_ns ? timeout_ns : -1);
}

/* What the inline part of a call may leave to the CPU. */
static uint64_t cpu_below(const struct svai_handle *h)
{
	uint64_t below;

	if (GET(h, flags) & SVA_POLICY_NO_CPU || GET(h, fault) == SVA_FAULT_REPORT)
		return 0;
	if (h->path == SVA_PATH_CPU || h->iax)
		below = UINT64_MAX;
	else
		below = GET(h, threshold) ? GET(h, threshold)
					  : __atomic_load_n(&h->measured, __ATOMIC_RELAXED);
	return svai_cpu_threads(h) > 1 ? svai_least(below, SVAI_SHARED_MIN) : below;
}

void svai_policy_publish(struct svai_handle *h, const struct sva_policy *policy)
{
	pthread_mutex_lock(&h->policy_lock);
	if (policy) {
		SET(h, flags, policy->flags);
		SET(h, fault, policy->fault);
		SET(h, wait, policy->wait);
		SET(h, desc_flags, policy->desc_flags);
		SET(h, threshold, policy->threshold);
		SET(h, timeout_ns, policy->timeout_ns);
		SET(h, cpu_threads, policy->cpu_threads);
		__atomic_store_n(&h->plain, svai_policy_is_plain(policy), __ATOMIC_RELAXED);
	}
	__atomic_store_n(&h->head.cpu_below, cpu_below(h), __ATOMIC_RELAXED);
	pthread_mutex_unlock(&h->policy_lock);
}

/* One thread measures; who calls meanwhile does not wait for it. */
static uint64_t measured(struct svai_handle *h)
{
	uint64_t threshold = __atomic_load_n(&h->measured, __ATOMIC_RELAXED);

	if (threshold)
		return threshold;
	if (h->path == SVA_PATH_CPU || h->iax ||
	    __atomic_exchange_n(&h->measuring, true, __ATOMIC_RELAXED))
		return SVAI_THRESHOLD_DEFAULT;
	threshold = svai_threshold_measure(&h->head, GET(h, wait));
	if (!threshold) { /* another time, perhaps */
		__atomic_store_n(&h->measuring, false, __ATOMIC_RELAXED);
		return SVAI_THRESHOLD_DEFAULT;
	}
	__atomic_store_n(&h->measured, threshold, __ATOMIC_RELAXED);
	svai_policy_publish(h, NULL);
	svai_log(&h->log, SVA_LOG_INFO, "%s: calls of less than %llu bytes run on the CPU",
		 h->info.name, (unsigned long long)threshold);
	return threshold;
}

void svai_policy_now(const struct svai_handle *h, struct sva_policy *policy)
{
	policy->size = sizeof(*policy);
	policy->flags = GET(h, flags);
	policy->fault = GET(h, fault);
	policy->wait = GET(h, wait);
	policy->desc_flags = GET(h, desc_flags);
	policy->threshold = GET(h, threshold);
	policy->timeout_ns = GET(h, timeout_ns);
}

void svai_policy_read(struct svai_handle *h, struct sva_policy *policy)
{
	svai_policy_now(h, policy);
	if (!policy->threshold && !(policy->flags & SVA_POLICY_NO_CPU))
		policy->threshold = measured(h);
}

int sva_wq_set_policy(struct sva_wq *wq, const struct sva_policy *from)
{
	struct sva_policy policy;
	int err = svai_handle_state(wq);

	if (!err)
		err = from ? svai_policy_check(&policy, from) : -EINVAL;
	if (!err)
		err = svai_policy_allowed(svai_handle(wq), &policy);
	if (!err)
		svai_policy_publish(svai_handle(wq), &policy);
	return err;
}

int sva_wq_get_policy(const struct sva_wq *wq, struct sva_policy *policy)
{
	struct svai_handle *h = svai_handle(wq);
	struct sva_policy now;
	int err = svai_handle_state(wq);

	if (err)
		return err;
	if (!policy || policy->size < offsetof(struct sva_policy, fault))
		return -EINVAL;
	svai_policy_now(h, &now);
	now.cpu_threads = svai_cpu_threads(h);
	now.reserved = 0;
	if (!now.threshold)
		now.threshold = __atomic_load_n(&h->measured, __ATOMIC_RELAXED);
	svai_give_result(policy, &now, sizeof(now));
	return 0;
}
