/* SPDX-License-Identifier: MIT */
/*
 * What an operation costs when there are many threads, queues, or operations in flight:
 *
 *	scale ROW N ROUNDS	for ./scale, which counts the instructions
 *	scale bytes ROW N	print the memory of N operations in flight, in bytes for each
 *
 * With the instructions of portal.h; this program writes the records in place of the device.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "pool.h"
#include "ring.h"
#include "rows.h"

#define BURST  16
#define MOST   100000 /* in flight */
#define QUEUES SVAI_POOL_MAX
#define RINGS  (MOST / SVA_RING_MAX + 1)

static char portal[4096] __attribute__((aligned(4096)));
static char from[64], to[64];
static struct svai_handle queue, pool;
static struct svai_pool members;

static void require(bool fine)
{
	if (!fine)
		abort();
}

static void open_queue(struct svai_handle *h, enum sva_wq_mode mode)
{
	h->path = SVA_PATH_PORTAL;
	h->info.mode = mode;
	h->info.size = QUEUES;
	h->plain = true;
	h->drains.look_ns = INT64_MAX;
	h->limits.max_batch = 32;
	h->limits.max_transfer = SVAI_MAX_TRANSFER;
	sva_opmask_set(&h->limits.opcodes, SVA_OP_MEMMOVE);
	sva_opmask_set(&h->limits.opcodes, SVA_OP_BATCH);
	svai_handle_publish(h, portal);
}

static struct sva_wq *open_pool(unsigned int queues)
{
	members.near = SVA_POOL_NEAR_NONE;
	for (unsigned int i = 0; i < queues; i++) {
		struct svai_handle *h = svai_handle_new();

		require(h != NULL);
		open_queue(h, SVA_WQ_MODE_SHARED);
		members.members[i].h = h;
		members.members[i].weight = 1;
	}
	members.count = queues;
	pool.path = SVA_PATH_POOL;
	pool.retries = 1;
	pool.flags = SVA_OPEN_NO_CPU;
	pool.pool = &members;
	svai_pool_map(&members);
	svai_handle_publish(&pool, NULL);
	return &pool.head;
}

/* All of them in flight, and then all of them reaped. */
static void round_of(struct sva_wq *wq, struct sva_op *ops, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		sva_prep_memmove(&ops[i].desc, to, from, sizeof(to), 0);
		require(!sva_submit(wq, &ops[i]));
	}
	for (unsigned int i = 0; i < count; i++)
		__atomic_store_n(&ops[i].record.status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < count; i++)
		require(sva_poll(&ops[i]) == SVA_STATUS_SUCCESS);
}

static unsigned int rounds;

static void *submit_alone(void *wq)
{
	static _Thread_local struct sva_op op;

	for (unsigned int i = 0; i < rounds; i++)
		round_of(wq, &op, 1);
	return NULL;
}

static void with_threads(struct sva_wq *wq, unsigned int count)
{
	pthread_t threads[QUEUES];

	require(count <= QUEUES);
	for (unsigned int i = 0; i < count; i++)
		require(!pthread_create(&threads[i], NULL, submit_alone, wq));
	for (unsigned int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void threads_of_shared(unsigned int count)
{
	open_queue(&queue, SVA_WQ_MODE_SHARED);
	with_threads(&queue.head, count);
}

static void threads_of_dedicated(unsigned int count)
{
	open_queue(&queue, SVA_WQ_MODE_DEDICATED);
	with_threads(&queue.head, count);
}

static void queues_of_pool(unsigned int count)
{
	struct sva_op *ops = sva_op_alloc(BURST);
	struct sva_wq *wq = open_pool(count);

	require(ops != NULL);
	for (unsigned int i = 0; i < rounds; i++)
		round_of(wq, ops, BURST);
}

static void ops_in_flight(unsigned int count)
{
	struct sva_op *ops = sva_op_alloc(count);

	require(ops != NULL);
	open_queue(&queue, SVA_WQ_MODE_SHARED);
	for (unsigned int i = 0; i < rounds; i++)
		round_of(&queue.head, ops, count);
}

static void fill(struct sva_ring *ring, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct sva_op *op = sva_ring_get(ring);

		require(op != NULL);
		sva_prep_memmove(&op->desc, to, from, sizeof(to), 0);
	}
	require(sva_ring_submit(ring) == (int)count);
}

static void empty(struct sva_ring *ring, unsigned int count)
{
	struct svai_ring *r = svai_ring(ring);
	int result;

	for (uint32_t i = 0; i < r->count; i++)
		__atomic_store_n(&ring->ops[i].record.status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < r->chunk_count; i++)
		__atomic_store_n(&svai_chunk(r, i)->op.record.status, SVA_STATUS_SUCCESS,
				 __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < count; i++)
		require(sva_ring_reap(ring, &result) && !result);
}

/* In as few rings as possible. */
static void rings_in_flight(unsigned int count)
{
	struct sva_ring *rings[RINGS];
	unsigned int sizes[RINGS], n = 0;

	open_queue(&queue, SVA_WQ_MODE_SHARED);
	for (unsigned int left = count; left; left -= sizes[n++]) {
		sizes[n] = left < SVA_RING_MAX ? left : SVA_RING_MAX;
		require(!sva_ring_open(&rings[n], &queue.head, sizes[n], NULL));
	}
	for (unsigned int i = 0; i < rounds; i++) {
		for (unsigned int k = 0; k < n; k++)
			fill(rings[k], sizes[k]);
		for (unsigned int k = 0; k < n; k++)
			empty(rings[k], sizes[k]);
	}
}

static const struct {
	const char *name;
	void (*run)(unsigned int n);
	unsigned int most;
} rows[] = {
	{ "shared", threads_of_shared, QUEUES }, { "dedicated", threads_of_dedicated, QUEUES },
	{ "pool", queues_of_pool, QUEUES },      { "ops", ops_in_flight, MOST },
	{ "rings", rings_in_flight, MOST },
};

/* In memory, and not only asked for. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long size, pages;

	require(f && fscanf(f, "%ld %ld", &size, &pages) == 2);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static int usage(void)
{
	fprintf(stderr, "usage: scale [bytes] ROW N [ROUNDS]\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool bytes = argc == 4 && !strcmp(argv[1], "bytes");
	int n = argc == 4 ? atoi(argv[2 + bytes]) : 0;
	const char *name = argc == 4 ? argv[1 + bytes] : "";
	long before;

	rounds = bytes ? 1 : argc == 4 ? (unsigned int)atoi(argv[3]) : 0;
	/* A huge page for a few operations would be the kernel's own idea. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		if (n < 1 || (unsigned int)n > rows[i].most)
			return usage();
		before = resident();
		rows[i].run((unsigned int)n);
		if (bytes)
			printf("%ld\n", (resident() - before) / n);
		return 0;
	}
	return usage();
}
