/* SPDX-License-Identifier: MIT */
/* Which member of a pool gets an operation. */
#ifndef SVAI_PICK_H
#define SVAI_PICK_H

#include "handle.h"

/* One submission's way through the members. */
struct svai_pick {
	const struct sva_desc *desc;
	uint64_t tried;      /* bit i: number i, in vain */
	unsigned int shard;  /* of this thread */
	uint32_t picks;      /* so many before this one */
	int node;            /* near which; -1: it does not matter */
	unsigned int number; /* of the member that was picked last */
	bool full;           /* it has no entry */
};

/* svai_pool_is_empty - a pool, of which no queue is a member just now */
bool svai_pool_is_empty(const struct svai_handle *h);

/* svai_pool_why - SVA_WHY_*: why the CPU stands in, where a queue or all members have said @err */
uint32_t svai_pool_why(const struct svai_handle *h, int err);

void svai_pick_begin(struct svai_pick *pick, struct svai_handle *pool, const struct sva_desc *desc);

/* svai_pick_next - the best one that has not been tried; NULL: none is left */
struct svai_handle *svai_pick_next(struct svai_pick *pick, struct svai_handle *pool);

/**
 * svai_pick_take - count an operation that is about to be submitted there
 * @op: linked to it
 *
 * From here on, until its credit is given back, the member is not closed. It may have no entry for
 * the operation: pick->full. Returns false: it has just left, and must not be touched.
 */
bool svai_pick_take(struct svai_pick *pick, struct svai_handle *pool, struct svai_handle *member,
		    struct sva_op *op);

/* svai_pick_is_member - is what was picked last still one? It has not left before this. */
bool svai_pick_is_member(const struct svai_pick *pick, const struct svai_handle *pool,
			 const struct svai_handle *member);

#endif
