/* SPDX-License-Identifier: MIT */
/*
 * Pools: all suitable queues of a machine, used as one.
 *
 * A pool is a queue: whatever takes a struct sva_wq takes a pool, with the exceptions below. Each
 * submission goes to one member: to the nearest of those that accept the operation, and among
 * several at the same distance to the least loaded (if there are more than four, four are compared
 * in turn). If that member is full, the next one is tried at once. A member that fails gets no more
 * operations until an operation of the library's own has shown that it works again. If no member
 * accepts the operation, the CPU does it, unless SVA_OPEN_NO_CPU forbids that.
 *
 * sva_wq_path() returns SVA_PATH_POOL. sva_wq_info() returns the limits that every member accepted
 * when the pool was opened. A batch goes to one member as a whole. The order of operations is not
 * preserved: a DRAIN and a fence apply to one member only. sva_wq_close() and sva_wq_reopen() close
 * and reopen all members.
 *
 * The load is the number of operations in flight through this pool, which each thread counts in its
 * own memory: an operation counts until its status has been returned.
 */
#ifndef SVA_POOL_H
#define SVA_POOL_H

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which members count as near. */
enum sva_pool_near {
	SVA_POOL_NEAR_CPU = 0, /* near the CPU that the caller runs on */
	SVA_POOL_NEAR_DATA,    /* near the destination; for an operation without one, the source.
				  Costs a system call for each submission */
	SVA_POOL_NEAR_NONE,    /* all members are equally near */
};

/* sva_pool_opts.flags */
#define SVA_POOL_STRICT (1u << 0) /* never a member on another NUMA node */

/**
 * struct sva_pool_opts - how to open a pool; all zero except size is the default
 */
struct sva_pool_opts {
	size_t size; /* sizeof(struct sva_pool_opts) */
	uint32_t flags;
	enum sva_pool_near near;
	/*
	 * Which queues to open, and how, as for sva_wq_open(); NULL: the default. SVA_OPEN_NO_CPU
	 * and the policy apply to the pool. Copied; the topology is not needed later.
	 */
	const struct sva_wq_opts *queues;
};

/**
 * sva_pool_open - open all queues that meet the options, as one
 * @pool: receives the handle; NULL on error
 * @opts: NULL: the default
 *
 * Dedicated queues in the pool are not available to other processes: use SVA_WQ_MODE_SHARED to
 * leave them alone. A pool has at most 64 members. Without members it runs on the CPU, until
 * sva_pool_refresh() has found some.
 *
 * Returns 0; -EINVAL or -E2BIG: bad options; -ENOMEM; or with SVA_OPEN_NO_CPU, if no queue can be
 * used, the reason as for sva_wq_open(). sva_wq_report() lists the queues that were not used.
 */
int sva_pool_open(struct sva_wq **pool, const struct sva_pool_opts *opts);

/**
 * sva_pool_refresh - let queues join and leave
 *
 * Queues that meet the options and can be opened join. Members that are dead or in quarantine
 * leave, and rejoin if they can be reopened. Other threads may use the pool meanwhile; not for the
 * hot path. Call it when the configuration has changed (udev reports this), or from time to time.
 * The limits of the pool do not change: members with lower ones get only what they accept.
 *
 * Returns the number of members; -EINVAL: NULL, or not a pool; -EBADF: closed; -ESTALE: inherited
 * across a fork; or -ENOMEM, -EMFILE and the like.
 */
int sva_pool_refresh(struct sva_wq *pool);

/**
 * sva_pool_member - the i-th member, for sva_wq_info(), sva_wq_why() and sva_wq_stats()
 *
 * Numbers do not change while the pool is open; for a member that has left, it returns NULL until
 * the queue comes back. The handle belongs to the pool: do not close it, and do not use it after
 * the next sva_pool_refresh().
 */
const struct sva_wq *sva_pool_member(const struct sva_wq *pool, unsigned int i);

/* sva_pool_count - one more than the highest number of a member so far; 0 if it is not a pool */
unsigned int sva_pool_count(const struct sva_wq *pool);

/**
 * sva_pool_set_weight - how much a member gets, compared with the others
 * @queue: its name, "wq0.0"
 * @weight: initially 1; 2: twice as many operations in flight; 0: no new ones; at most 1000
 *
 * The pool remembers the weight if the queue leaves and comes back.
 *
 * Returns 0; -ENOENT: there has been no such member; -EINVAL, -EBADF, -ESTALE.
 */
int sva_pool_set_weight(struct sva_wq *pool, const char *queue, unsigned int weight);

#ifdef __cplusplus
}
#endif

#endif
