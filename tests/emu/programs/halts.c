/* SPDX-License-Identifier: MIT */
/*
 * halts QUEUE forever|deadline|poll|members|close - the device halts under operations, and may be
 * back before anybody looks: each of them ends, the queue works again, and close returns.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#define OPS  8
#define SIZE 4096

static char src[OPS][SIZE], dst[OPS][SIZE];
static struct sva_op ops[OPS];
static const char *how;

static void check(bool good, const char *what, int got)
{
	if (good)
		return;
	fprintf(stderr, "halts: %s: %d: %s\n", what, got, sva_strresult(got));
	exit(1);
}

static int deadline(struct sva_op *op)
{
	int status;

	do {
		status = sva_wait(op, 5000000, SVA_WAIT_AUTO);
	} while (status == -ETIMEDOUT);
	return status;
}

/* Polling looks at the record alone: what takes long is asked about by a wait of no time. */
static int poll(struct sva_op *op)
{
	int status;

	do {
		for (unsigned int i = 0; i < 1000; i++) {
			status = sva_poll(op);
			if (status)
				return status;
			sched_yield();
		}
		status = sva_wait(op, 0, SVA_WAIT_AUTO);
	} while (status == -ETIMEDOUT);
	return status;
}

static int end_of(struct sva_op *op)
{
	if (!strcmp(how, "deadline"))
		return deadline(op);
	if (!strcmp(how, "poll"))
		return poll(op);
	return sva_wait(op, -1, SVA_WAIT_AUTO);
}

/* Some are done, some are lost, and nothing else. Returns how many were lost. */
static unsigned int reap(unsigned int count)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < count; i++) {
		int status = end_of(&ops[i]), again = sva_poll(&ops[i]);

		if (status == -ENODEV || status == SVA_STATUS_LOST) {
			check(again == SVA_STATUS_LOST, "a lost operation", again);
			lost++;
			continue;
		}
		check(status == SVA_STATUS_SUCCESS && again == status, "an operation", status);
		check(!memcmp(dst[i], src[i], SIZE), "a copy", (int)i);
	}
	return lost;
}

static unsigned int copy_all(struct sva_wq *wq)
{
	unsigned int n = 0;
	int err = 0;

	memset(dst, 0, sizeof(dst));
	for (; n < OPS; n++) {
		sva_prep_memmove(&ops[n].desc, dst[n], src[n], SIZE, 0);
		err = sva_submit(wq, &ops[n]);
		if (err)
			break;
	}
	check(!err || err == -EAGAIN || err == -ENODEV, "submit", err);
	return reap(n) + (OPS - n);
}

static unsigned int copy_by_members(struct sva_wq *wq)
{
	static struct sva_desc descs[OPS] __attribute__((aligned(64)));
	static struct sva_record comps[OPS];
	struct sva_batch batch;
	unsigned int lost = 0;
	int status;

	sva_batch_init(&batch, descs, comps, OPS, 0);
	for (unsigned int i = 0; i < OPS; i++)
		sva_prep_memmove(sva_batch_add(&batch), dst[i], src[i], SIZE, 0);
	status = sva_submit_batch(wq, &batch, &ops[0]);
	if (status == -EAGAIN || status == -ENODEV)
		return OPS;
	check(!status, "submit a batch", status);
	status = sva_wait(&ops[0], -1, SVA_WAIT_AUTO);
	for (unsigned int i = 0; i < OPS; i++)
		lost += sva_record_status(&comps[i]) != SVA_STATUS_SUCCESS;
	check(status == (lost ? SVA_STATUS_BATCH_FAIL : SVA_STATUS_SUCCESS), "a batch", status);
	return lost;
}

int main(int argc, char **argv)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	unsigned int (*copy)(struct sva_wq *) = copy_all;
	struct sva_wq *wq;
	int err;

	if (argc != 3)
		return 2;
	how = argv[2];
	if (!strcmp(how, "members"))
		copy = copy_by_members;
	for (unsigned int i = 0; i < OPS; i++)
		memset(src[i], (int)i + 1, SIZE);
	memset(dst, 0, sizeof(dst));
	err = sva_wq_open(&wq, argv[1], &opts);
	check(!err, "open", err);
	if (strcmp(how, "close"))
		check(copy(wq) > 0, "nothing was lost", 0);
	while (copy(wq))
		; /* the device is not back yet */
	/* With every credit back, as often as one likes. */
	for (unsigned int i = 0; i < 50; i++)
		check(!copy(wq), "lost while the device works", (int)i);
	err = sva_wq_close(wq);
	check(!err, "close", err);
	return 0;
}
