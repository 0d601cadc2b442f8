/* SPDX-License-Identifier: MIT */
/*
 * Pools: all suitable queues of a machine, used as one.
 *
 * A pool is a queue: whatever takes a struct sva_wq takes a pool, with the exceptions below. Each
 * submission goes to one member: of those that take the operation the nearest, of these the least
 * loaded (of more than four, of four in turn), the next one at once when that one is full. A member
 * that fails gets nothing more until an operation of the library's own has proved that it works
 * again. Where no member takes the operation, the CPU does it, unless SVA_OPEN_NO_CPU forbids that.
 *
 * sva_wq_path() is SVA_PATH_POOL. Limits are what every member accepted when the pool was opened:
 * sva_wq_info(). A batch goes to one member as a whole. Order between operations is not kept: a
 * DRAIN and a fence speak for one member only. sva_wq_close() and sva_wq_reopen() are those of all
 * members.
 *
 * Load is what is in flight through this pool, counted by each thread in memory of its own: an
 * operation counts until it is polled to its end.
 */
#ifndef SVA_POOL_H
#define SVA_POOL_H

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a member has to be near to. */
enum sva_pool_near {
	SVA_POOL_NEAR_CPU = 0, /* the CPU that the caller runs on */
	SVA_POOL_NEAR_DATA,    /* the destination; for an operation without one, the source. Costs a
				  system call for each submission */
	SVA_POOL_NEAR_NONE,    /* all members are equal */
};

/* sva_pool_opts.flags */
#define SVA_POOL_STRICT (1u << 0) /* never a member on another NUMA node */

/**
 * struct sva_pool_opts - how to open a pool; all zero but size is the default
 */
struct sva_pool_opts {
	size_t size; /* sizeof(struct sva_pool_opts) */
	uint32_t flags;
	enum sva_pool_near near;
	/*
	 * Which queues, and the rest, as sva_wq_open() takes it; NULL: its default. SVA_OPEN_NO_CPU
	 * is meant of the pool, and so is the policy. Copied, but the topology is not needed later.
	 */
	const struct sva_wq_opts *queues;
};

/**
 * sva_pool_open - open all queues that fit, as one
 * @pool: gets the handle; NULL on error
 * @opts: NULL: the default
 *
 * Dedicated queues are then taken from all other processes: say SVA_WQ_MODE_SHARED to leave them.
 * A pool has at most 64 members. Without any it runs on the CPU, until sva_pool_refresh() has found
 * some.
 *
 * Returns 0; -EINVAL or -E2BIG: bad options; -ENOMEM; or with SVA_OPEN_NO_CPU, where no queue can
 * be used, the reason as sva_wq_open() says it. sva_wq_report() has the queues that were not taken.
 */
int sva_pool_open(struct sva_wq **pool, const struct sva_pool_opts *opts);

/**
 * sva_pool_refresh - let queues join and leave
 *
 * Queues that fit and can be opened join; members that are dead or in quarantine leave, and come
 * back if they can be opened anew. Others may use the pool meanwhile; off the hot path. Call it
 * when the configuration has changed (udev tells), or now and then. Limits do not change: members
 * with lower ones are passed over for what they do not take.
 *
 * Returns the number of members; -EINVAL: NULL, or not a pool; -EBADF: closed; -ESTALE: forked; or
 * -ENOMEM, -EMFILE and the like.
 */
int sva_pool_refresh(struct sva_wq *pool);

/**
 * sva_pool_member - the i-th member, for sva_wq_info(), sva_wq_why() and sva_wq_stats()
 *
 * Numbers do not change while the pool is open; a member that has left is NULL until its queue
 * comes back. The handle is the pool's: not to be closed, and valid until sva_pool_refresh().
 */
const struct sva_wq *sva_pool_member(const struct sva_wq *pool, unsigned int i);

/* sva_pool_count - one more than the highest number of a member so far; 0 if it is no pool */
unsigned int sva_pool_count(const struct sva_wq *pool);

/**
 * sva_pool_set_weight - what a member gets, in comparison to the others
 * @queue: its name, "wq0.0"
 * @weight: 1 at first; 2: twice as much in flight; 0: nothing new; at most 1000
 *
 * It stays with the name when the queue leaves and comes back.
 *
 * Returns 0; -ENOENT: there has been no such member; -EINVAL, -EBADF, -ESTALE.
 */
int sva_pool_set_weight(struct sva_wq *pool, const char *queue, unsigned int weight);

#ifdef __cplusplus
}
#endif

#endif
