/* SPDX-License-Identifier: MIT */
/*
 * The loops whose instructions ./budget counts:
 *
 *	rows LOOP N	do N iterations of LOOP
 *
 * Each counted loop has an empty twin, which loads the same inputs and does nothing with them.
 */
#include "rows.h"

#include <stdio.h>
#include <string.h>

#define MAX_N 2000

static char portal[4096] __attribute__((aligned(4096)));
static struct sva_op ops[MAX_N];
static struct sva_desc descs[MAX_N];
static struct sva_record records[MAX_N];
static struct input inputs[MAX_N];
static struct sva_wq queue = { .portal = portal, .live = 1, .cpu_below = UINT64_MAX };
static int32_t credits;
static struct sva_batch members = { .next = descs,
				    .next_record = records,
				    .end = descs + MAX_N,
				    .descs = descs,
				    .records = records };

typedef void loop(const struct input *in, const struct input *end);

static void row_submit(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		sva_prep_memmove(&i.op->desc, i.dst, i.src, i.size, 0);
		if (sva_submit(i.wq, i.op))
			abort();
	}
}

static void row_batch(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);
		struct sva_desc *desc = sva_batch_add(i.batch);

		if (!desc)
			abort();
		sva_prep_memmove(desc, i.dst, i.src, i.size, 0);
	}
}

static void row_poll(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		if (sva_poll(i.op))
			abort();
	}
}

static void row_reap(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		if (sva_poll(i.op) != SVA_STATUS_SUCCESS)
			abort();
	}
}

static void row_call(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		if (sva_memcpy(i.wq, i.dst, i.src, i.size, NULL))
			abort();
	}
}

/* Its twin: what it costs without the library. */
static void plain_memcpy(const struct input *in, const struct input *end)
{
	for (; in < end; in++) {
		struct input i = load_input(in);

		memcpy(i.dst, i.src, i.size);
	}
}

static void empty(const struct input *in, const struct input *end)
{
	for (; in < end; in++)
		load_input(in);
}

/*
 * @dedicated: the queue counts credits, and operations hold one before the loop starts
 * @status: of all operations before the loop starts
 * @taken: credits that one iteration must take: proof that the right path was counted
 */
static const struct {
	const char *name;
	loop *run;
	bool dedicated;
	uint8_t status;
	int taken;
} loops[] = {
	{ "submit-dedicated", row_submit, true, SVA_STATUS_NONE, 1 },
	{ "submit-shared", row_submit, false, SVA_STATUS_NONE, 0 },
	{ "batch-add", row_batch, false, SVA_STATUS_NONE, 0 },
	{ "poll", row_poll, true, SVA_STATUS_NONE, 0 },
	{ "reap-dedicated", row_reap, true, SVA_STATUS_SUCCESS, -1 },
	{ "reap-shared", row_reap, false, SVA_STATUS_SUCCESS, 0 },
	{ "so-dedicated", row_so, true, SVA_STATUS_NONE, 0 },
	{ "so-shared", row_so, false, SVA_STATUS_NONE, 0 },
	{ "call-small", row_call, false, SVA_STATUS_NONE, 0 },
	{ "memcpy", plain_memcpy, false, SVA_STATUS_NONE, 0 },
	{ "empty", empty, false, SVA_STATUS_NONE, 0 },
	{ "empty-so", empty_so, false, SVA_STATUS_NONE, 0 },
};

/* The same work for every N, so that it cancels out. */
static void set_up(bool dedicated, uint8_t status)
{
	queue.credit = dedicated ? &credits : NULL;
	credits = MAX_N * SVA__CREDIT;
	for (size_t i = 0; i < MAX_N; i++) {
		sva__op_link(&ops[i], &queue);
		ops[i].record.status = status;
		inputs[i] = (struct input){ ops, descs, i + 1, &ops[i], &queue, &members };
	}
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;

	if (n < 1 || n > MAX_N) {
		fprintf(stderr, "usage: rows LOOP N (1 to %d)\n", MAX_N);
		return 2;
	}
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (strcmp(loops[i].name, argv[1]))
			continue;
		set_up(loops[i].dedicated, loops[i].status);
		loops[i].run(inputs, inputs + n);
		if (credits == (MAX_N - n * loops[i].taken) * SVA__CREDIT)
			return 0;
		fprintf(stderr, "rows: %s: not the credits that it must leave\n", argv[1]);
		return 1;
	}
	fprintf(stderr, "rows: no loop \"%s\"\n", argv[1]);
	return 2;
}
