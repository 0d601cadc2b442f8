/* SPDX-License-Identifier: MIT */
/* The members of a pool: opened, closed and opened again here; picked in pick.c. */
#ifndef SVAI_POOL_H
#define SVAI_POOL_H

#include <pthread.h>

#include <sva/pool.h>

#include "handle.h"

#define SVAI_POOL_MAX 64
#define SVAI_NODES    64 /* NUMA nodes that are told apart */

/* A queue keeps its place, whether it is a member or not just now. */
struct svai_member {
	struct svai_handle *h; /* NULL: not now. Changed under the lock, read without it */
	uint32_t weight;
	char name[32];
	uint8_t distance[SVAI_NODES]; /* from each node, as the kernel has it: 10 is the same one */
};

/* Those that are nearest to somewhere. Who reads it while it is written finds other members. */
struct svai_near {
	uint32_t count;
	uint8_t number[SVAI_POOL_MAX];
};

struct svai_pool {
	struct sva_wq_opts queues;
	enum sva_pool_near near;
	bool strict;
	pthread_mutex_t lock; /* members that join and leave */
	unsigned int count;   /* places taken so far */
	struct svai_member members[SVAI_POOL_MAX];
	struct svai_near near_to[SVAI_NODES + 1]; /* 1 + the node; 0: to no node, so all of them */
	/* Have left, and are closed once nothing of theirs is in flight. */
	struct svai_handle *left[SVAI_POOL_MAX];
	struct sva_wq_stats gone; /* what those had counted that are closed by now */
};

/* svai_pool_map - members have joined or left: who is nearest to each node? */
void svai_pool_map(struct svai_pool *pool);

int svai_pool_close(struct svai_handle *h);
int svai_pool_reopen(struct svai_handle *h);

/* svai_pool_has_portals - all members that there are */
bool svai_pool_has_portals(const struct svai_handle *h);

/* svai_pool_in_flight - at a member, what callers have */
int64_t svai_pool_in_flight(struct svai_handle *h);

/* svai_pool_stats - all that has been counted */
void svai_pool_stats(struct svai_handle *h, struct sva_wq_stats *stats);

#endif
