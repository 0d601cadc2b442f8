/* SPDX-License-Identifier: MIT */
/*
 * dead QUEUE COMMAND - calls on a queue that the command takes away. Each is right, and once the
 * first one has found out, the others do not ask the queue.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sva/sva.h>

#define SIZE  (1u << 20)
#define CALLS 100
#define BURST 8

static char src[SIZE], dst[SIZE];

static void check(bool good, const char *what, int got)
{
	if (good)
		return;
	fprintf(stderr, "dead: %s: %d: %s\n", what, got, sva_strresult(got));
	exit(1);
}

/* Returns why the CPU did some of it. */
static uint32_t copy(struct sva_wq *wq, int value)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	int err;

	memset(src, value, SIZE);
	err = sva_memcpy(wq, dst, src, SIZE, &outcome);
	check(!err, "sva_memcpy", err);
	check(!memcmp(dst, src, SIZE), "the copy", value);
	return outcome.why;
}

static void bursts(struct sva_wq *wq)
{
	struct sva_ring *ring;
	struct sva_op *op;
	int err = sva_ring_open(&ring, wq, BURST, NULL), result;

	check(!err, "sva_ring_open", err);
	for (int i = 0; i < CALLS; i++) {
		while ((op = sva_ring_get(ring)))
			sva_prep_memmove(&op->desc, dst, src, 4096, 0);
		check(sva_ring_submit(ring) == BURST, "sva_ring_submit", i);
		for (int n = 0; n < BURST; n++) {
			op = sva_ring_wait(ring, -1, &result);
			check(op && result == 0, "sva_ring_wait", result);
			check(sva_ring_why(op) == SVA_WHY_DEAD, "sva_ring_why", i);
		}
	}
	check(!sva_ring_close(ring), "sva_ring_close", 0);
}

int main(int argc, char **argv)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq;
	int err;

	if (argc != 3)
		return 2;
	err = sva_wq_open(&wq, argv[1], NULL);
	check(!err, "open", err);
	err = sva_wq_set_policy(wq, &policy);
	check(!err, "policy", err);
	check(!(copy(wq, 1) & SVA_WHY_DEAD), "it is dead", 0);
	check(!system(argv[2]), argv[2], 0);
	/* A copy that was slow may have made the library look; it does so again after 100 ms. */
	usleep(150000);
	for (int i = 0; i < CALLS; i++)
		check(copy(wq, i) & SVA_WHY_DEAD, "not dead", i);
	bursts(wq);
	policy.flags = SVA_POLICY_NO_CPU;
	check(!sva_wq_set_policy(wq, &policy), "policy", 0);
	err = sva_memcpy(wq, dst, src, SIZE, NULL);
	check(err == -ENODEV, "sva_memcpy", err);
	for (int i = 0; i < CALLS; i++) {
		static struct sva_op op;

		sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
		err = sva_submit(wq, &op);
		if (!err) /* MOVDIR64B does not say */
			err = sva_wait(&op, -1, SVA_WAIT_AUTO);
		check(err == -ENODEV, "an operation", err);
	}
	err = sva_wq_close(wq);
	check(!err, "close", err);
	return 0;
}
