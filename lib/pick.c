/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "iax_opcode.h"
#include "pick.h"
#include "pool.h"

#define COMPARED   4 /* of those that are equally near; more do not spread the load much better */
#define LOOK_EVERY 8 /* picks between two looks at what other threads have in flight */

static int node_of_cpu(void)
{
	unsigned int cpu, node;

	return getcpu(&cpu, &node) ? -1 : (int)node;
}

/* A page that is not there yet has no node. Of a batch, the first member stands for all. */
static int node_of_data(const struct sva_desc *desc)
{
	bool batch = sva_desc_opcode(desc) == SVA_OP_BATCH;
	const struct sva_desc *d =
		batch ? (const struct sva_desc *)(uintptr_t)desc->desc_list_addr : desc;
	uint64_t addr = d->dst_addr ? d->dst_addr : d->src_addr;
	void *page = (void *)(addr & -(uint64_t)SVAI_PAGE);
	int node = -1;

	return syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) ? -1 : node;
}

bool svai_pool_is_empty(const struct svai_handle *h)
{
	unsigned int count = 0;

	if (h->path == SVA_PATH_POOL)
		count = __atomic_load_n(&h->pool->count, __ATOMIC_ACQUIRE);
	for (unsigned int i = 0; i < count; i++)
		if (__atomic_load_n(&h->pool->members[i].h, __ATOMIC_RELAXED))
			return false;
	return h->path == SVA_PATH_POOL;
}

uint32_t svai_pool_why(const struct svai_handle *h, int err)
{
	if (err == -EAGAIN)
		return SVA_WHY_FULL;
	return svai_pool_is_empty(h) ? SVA_WHY_NO_DEVICE : SVA_WHY_DEAD;
}

void svai_pick_begin(struct svai_pick *pick, struct svai_handle *pool, const struct sva_desc *desc)
{
	pick->desc = desc;
	pick->tried = 0;
	pick->node = -1;
	if (pool->pool->near == SVA_POOL_NEAR_DATA)
		pick->node = node_of_data(desc);
	if (pool->pool->near != SVA_POOL_NEAR_NONE && pick->node < 0)
		pick->node = node_of_cpu();
	if (pick->node >= SVAI_NODES)
		pick->node = -1;
}

/* Members differ only if the configuration has changed since the pool was opened. */
static bool accepts(const struct svai_handle *h, const struct sva_desc *desc)
{
	const struct svai_limits *limits = &h->limits;
	unsigned int opcode = sva_desc_opcode(desc);
	bool batch = opcode == SVA_OP_BATCH;
	uint32_t most = batch ? limits->max_batch : limits->max_transfer;

	if (desc->op_flags & SVA_FLAG_BOF && !limits->block_on_fault)
		return false;
	if ((batch || svai_has_size(opcode)) && desc->xfer_size > most)
		return false;
	return sva_opmask_has(&limits->opcodes, opcode);
}

/*
 * What is in flight there. Of other threads it is what was there a few picks ago, since reading
 * their lines takes them away from them; but who has nothing in flight has the time to look.
 */
static int64_t load_of(struct svai_handle *h, unsigned int shard, bool look)
{
	struct svai_shard *own = &h->shards[shard];
	int64_t mine;

	if (h->head.credit)
		return svai_handle_in_flight(h);
	mine = -__atomic_load_n(&own->credit, __ATOMIC_RELAXED) / SVA__CREDIT;
	if (look || mine <= 0)
		__atomic_store_n(&own->elsewhere, (int32_t)svai_shards_in_flight(h->shards, shard),
				 __ATOMIC_RELAXED);
	return mine + __atomic_load_n(&own->elsewhere, __ATOMIC_RELAXED);
}

struct candidate {
	struct svai_handle *h; /* NULL: none yet */
	unsigned int number;
	unsigned int distance;
	int64_t load; /* with the operation that is to come */
	uint32_t weight;
};

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	if (!b->h || a->distance != b->distance)
		return !b->h || a->distance < b->distance;
	return a->load * b->weight < b->load * a->weight;
}

/* The number @i as a candidate; false if it is none. */
static bool consider(const struct svai_pick *pick, const struct svai_pool *pool, unsigned int i,
		     struct candidate *c)
{
	const struct svai_member *m = &pool->members[i];

	c->number = i;
	c->h = __atomic_load_n(&m->h, __ATOMIC_ACQUIRE);
	c->weight = __atomic_load_n(&m->weight, __ATOMIC_RELAXED);
	if (!c->h || !c->weight || pick->tried >> i & 1)
		return false;
	c->distance =
		pick->node < 0 ? 0 : __atomic_load_n(&m->distance[pick->node], __ATOMIC_RELAXED);
	if (pool->strict && c->distance > 10)
		return false;
	return accepts(c->h, pick->desc) && !svai_in_quarantine(c->h);
}

/* Of @most that can be considered, each time beginning with another one; @all: not only near ones.
 */
static struct candidate best_of(const struct svai_pick *pick, const struct svai_pool *members,
				bool all, unsigned int most)
{
	const struct svai_near *near = &members->near_to[pick->node + 1];
	unsigned int count = all ? __atomic_load_n(&members->count, __ATOMIC_ACQUIRE)
				 : __atomic_load_n(&near->count, __ATOMIC_ACQUIRE);
	unsigned int at = count ? pick->picks % count : 0;
	struct candidate best = { .number = 0 };

	for (unsigned int n = 0; n < count && most; n++, at = at + 1 < count ? at + 1 : 0) {
		unsigned int i = all ? at : __atomic_load_n(&near->number[at], __ATOMIC_RELAXED);
		struct candidate c;

		if (!consider(pick, members, i, &c))
			continue;
		most--;
		c.load = load_of(c.h, pick->shard, pick->picks % LOOK_EVERY == 0) + 1;
		if (is_better(&c, &best))
			best = c;
	}
	return best;
}

struct svai_handle *svai_pick_next(struct svai_pick *pick, struct svai_handle *pool)
{
	struct candidate best;

	/* Each thread begins somewhere else each time: equals take turns. */
	pick->shard = svai_shard_number();
	pick->picks = __atomic_fetch_add(&pool->shards[pick->shard].picks, 1, __ATOMIC_RELAXED) +
		      pick->shard;
	best = best_of(pick, pool->pool, false, COMPARED);
	if (!best.h) /* those are full, or fail: any other, whatever it takes to find it */
		best = best_of(pick, pool->pool, true, SVAI_POOL_MAX);
	if (best.h)
		pick->tried |= 1ull << best.number;
	pick->number = best.number;
	return best.h;
}

bool svai_pick_is_member(const struct svai_pick *pick, const struct svai_handle *pool,
			 const struct svai_handle *member)
{
	return __atomic_load_n(&pool->pool->members[pick->number].h, __ATOMIC_SEQ_CST) == member;
}

/*
 * First count, then look whether it is still a member; who takes a member out does it the other way
 * round, so that one of the two sees the other. A credit that there is not counts as well.
 */
bool svai_pick_take(struct svai_pick *pick, struct svai_handle *pool, struct svai_handle *member,
		    struct sva_op *op)
{
	bool dedicated = op->credit != NULL;

	if (!dedicated)
		op->credit = &member->shards[svai_shard_number()].credit;
	pick->full =
		__atomic_fetch_sub(op->credit, SVA__CREDIT, __ATOMIC_SEQ_CST) <= 0 && dedicated;
	if (svai_pick_is_member(pick, pool, member))
		return true;
	__atomic_fetch_add(op->credit, SVA__CREDIT, __ATOMIC_RELAXED);
	op->credit = NULL;
	return false;
}
