/* SPDX-License-Identifier: MIT */
/*
 * rows_ring LOOP N: N operations through a ring, in bursts of 16, with the instructions of
 * portal.h. Submission is not inline, so that this is a program of its own, with the library in it.
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

int main(int argc, char **argv)
{
	struct sva_ring *ring;
	int n = argc == 3 ? atoi(argv[2]) : 0;
	bool empty = argc == 3 && !strcmp(argv[1], "empty-ring");

	if (n < 1 || n > MAX_N)
		return 2;
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
