/* SPDX-License-Identifier: MIT */
/*
 * rows_library LOOP N: N operations through a ring, in bursts of 16, with the instructions of
 * portal.h; or on the CPU path. Submission is not inline there, so that this is a program of its
 * own, with the library in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"
#include "rows.h"

#define BURST 16
#define SLOTS 64
#define MAX_N 2000

static char portal[4096] __attribute__((aligned(4096)));
static struct svai_handle handle;
static struct input inputs[MAX_N];

/* What the device would do; therefore in both loops. */
static void complete_all(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);

	for (uint32_t i = 0; i < r->count; i++)
		__atomic_store_n(&ring->ops[i].record.status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < r->chunk_count; i++)
		__atomic_store_n(&svai_chunk(r, i)->op.record.status, SVA_STATUS_SUCCESS,
				 __ATOMIC_RELEASE);
}

static void burst(struct sva_ring *ring, const struct input *in)
{
	for (int k = 0; k < BURST; k++) {
		struct input i = load_input(in + k);
		struct sva_op *op = sva_ring_get(ring);

		if (!op)
			abort();
		sva_prep_memmove(&op->desc, i.dst, i.src, i.size, 0);
	}
	if (sva_ring_submit(ring) != BURST)
		abort();
	complete_all(ring);
	for (int k = 0; k < BURST; k++) {
		int result;

		if (!sva_ring_reap(ring, &result) || result)
			abort();
	}
}

static void empty_burst(struct sva_ring *ring, const struct input *in)
{
	for (int k = 0; k < BURST; k++)
		load_input(in + k);
	complete_all(ring);
	for (int k = 0; k < BURST; k++)
		OPAQUE(ring);
}

#define SMALL 64

static struct sva_op op;
static char to[SMALL], from[SMALL];

static void cpu_path(struct sva_wq *wq, struct input i)
{
	sva_prep_memmove(&op.desc, i.dst, i.src, i.size, 0);
	if (sva_submit(wq, &op) || sva_poll(&op) != SVA_STATUS_SUCCESS)
		abort();
}

static int cpu_loop(int n, bool plain)
{
	struct input input = { .dst = to, .src = from, .size = SMALL };
	struct sva_wq *wq;

	if (sva_wq_open(&wq, "cpu", NULL))
		return 1;
	for (int i = 0; i < n; i++) {
		struct input in = load_input(&input);

		plain ? (void)memcpy(in.dst, in.src, in.size) : cpu_path(wq, in);
	}
	return 0;
}

static int ring_loop(int n, bool empty)
{
	struct sva_ring *ring;

	handle.head.portal = portal;
	handle.head.live = 1;
	handle.path = SVA_PATH_PORTAL;
	handle.plain = true;
	handle.limits.max_batch = 32;
	sva_opmask_set(&handle.limits.opcodes, SVA_OP_BATCH);
	if (sva_ring_open(&ring, &handle.head, SLOTS, NULL))
		return 1;
	for (size_t i = 0; i < MAX_N; i++)
		inputs[i] = (struct input){ .dst = portal, .src = portal, .size = i + 1 };
	for (int i = 0; i + BURST <= n; i += BURST)
		empty ? empty_burst(ring, inputs + i) : burst(ring, inputs + i);
	return 0;
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;

	if (n < 1 || n > MAX_N)
		return 2;
	if (!strncmp(argv[1], "cpu", 3))
		return cpu_loop(n, !strcmp(argv[1], "cpu-memcpy"));
	return ring_loop(n, !strcmp(argv[1], "empty-ring"));
}
