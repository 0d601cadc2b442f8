/* SPDX-License-Identifier: MIT */
/*
 * What threads write about a queue while they use it: each into lines of its own, so that none
 * takes a cache line from another. Who wants to know adds them up.
 */
#ifndef SVAI_SHARD_H
#define SVAI_SHARD_H

#include <sva/ops.h>

#define SVAI_SHARDS 64 /* with more threads, some share */

struct svai_shard {
	struct sva_wq_stats stats; /* but size, and what is not counted here */
	/*
	 * In flight through a pool, in the form of credits: minus SVA__CREDIT for each. Where the
	 * queue counts no credits itself, operations give theirs back here.
	 */
	int32_t credit;
	int32_t elsewhere; /* operations of other threads' in flight, when this one last looked */
	uint32_t picks;    /* of a pool: members picked by this thread */
} __attribute__((aligned(64)));

/* svai_shard_number - of this thread */
unsigned int svai_shard_number(void);

/* svai_shards_used - numbers below it have been given to threads */
unsigned int svai_shards_used(void);

/* Count in this thread's shard of a handle. */
#define SVAI_COUNT(h, field, n)                                                       \
	((void)__atomic_fetch_add(&(h)->shards[svai_shard_number()].stats.field, (n), \
				  __ATOMIC_RELAXED))

/* svai_count_cpu - one that the CPU does, for the reason @why: one bit of SVA_WHY_* */
static inline void svai_count_cpu(struct svai_shard *shards, uint32_t why)
{
	struct sva_wq_stats *stats = &shards[svai_shard_number()].stats;

	__atomic_fetch_add(&stats->cpu_operations, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&stats->cpu_why[__builtin_ctz(why)], 1, __ATOMIC_RELAXED);
}

/* svai_shards_in_flight - by the credits of all shards but @except; SVAI_SHARDS: of all */
int64_t svai_shards_in_flight(const struct svai_shard *shards, unsigned int except);

/* svai_shards_add - add what all have counted to @stats */
void svai_shards_add(const struct svai_shard *shards, struct sva_wq_stats *stats);

#endif
