/* SPDX-License-Identifier: MIT */
/*
 * comeback QUEUE COMMAND - a queue goes away under its operations, by the command, and comes back:
 * each operation ends; the handle works on, or says that it does not; close returns; and a new
 * handle works. Prints how many operations were lost, and what has become of the handle.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#define OPS    16
#define SIZE   4096
#define SECOND 1000000000ll

static char src[OPS][SIZE], dst[OPS][SIZE];
static struct sva_op ops[OPS];

static void check(bool good, const char *what, int got)
{
	if (good)
		return;
	fprintf(stderr, "comeback: %s: %d: %s\n", what, got, sva_strresult(got));
	exit(1);
}

static struct sva_wq *open_queue(const char *name)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, name, &opts);

	check(!err, "open", err);
	return wq;
}

/* How many were accepted. */
static unsigned int submit(struct sva_wq *wq, int *err)
{
	unsigned int n = 0;

	memset(dst, 0, sizeof(dst));
	for (; n < OPS; n++) {
		sva_prep_memmove(&ops[n].desc, dst[n], src[n], SIZE, 0);
		*err = sva_submit(wq, &ops[n]);
		if (*err)
			break;
	}
	return n;
}

/* All of them, each in its time; how many were lost. */
static unsigned int reap(unsigned int count)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < count; i++) {
		int status = sva_wait(&ops[i], 20 * SECOND, SVA_WAIT_AUTO);

		if (status == -ENODEV || status == SVA_STATUS_LOST) {
			check(sva_poll(&ops[i]) == SVA_STATUS_LOST, "poll", sva_poll(&ops[i]));
			lost++;
			continue;
		}
		check(status == SVA_STATUS_SUCCESS, "wait", status);
		check(!memcmp(dst[i], src[i], SIZE), "a copy", (int)i);
	}
	return lost;
}

/* Does the handle work, in the end? */
static bool works(struct sva_wq *wq)
{
	for (int i = 0; i < 3; i++) {
		int err;
		unsigned int n = submit(wq, &err), lost = reap(n);

		if (n == OPS && !lost)
			return true;
		check(!err || err == -EAGAIN || err == -ENODEV, "submit", err);
	}
	return false;
}

int main(int argc, char **argv)
{
	struct sva_wq *wq;
	unsigned int lost;
	bool good;
	int err;

	if (argc != 3)
		return 2;
	for (unsigned int i = 0; i < OPS; i++)
		memset(src[i], (int)i + 1, SIZE);
	wq = open_queue(argv[1]);
	lost = submit(wq, &err);
	check(lost == OPS, "submit", err);
	err = system(argv[2]);
	check(!err, argv[2], err);
	lost = reap(OPS);
	good = works(wq);
	err = sva_wq_close(wq);
	check(!err, "close", err);
	printf("%s: %u of %u lost, the handle %s\n", argv[1], lost, OPS,
	       good ? "works on" : "does not work any more");

	wq = open_queue(argv[1]);
	check(works(wq), "the new handle", 0);
	check(!sva_wq_close(wq), "close again", 0);
	return 0;
}
