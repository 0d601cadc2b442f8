/* SPDX-License-Identifier: MIT */
/*
 * threads [N]: copies and fills on the CPU queue by N threads (2), as the policy's cpu_threads has
 * it, and by one: the time of one, and the ratio of the others to it in the same turn. Both work
 * on the same memory, in turns.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#include "turns.h"

#define MIB ((size_t)1 << 20)

static char *dst, *src;

static void fail(const char *what, int err)
{
	fprintf(stderr, "threads: %s: %s\n", what, sva_strerror(err));
	exit(1);
}

static struct sva_wq *open_queue(uint32_t threads)
{
	struct sva_policy policy = { .size = sizeof(policy), .cpu_threads = threads };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, "cpu", NULL);

	if (!err)
		err = sva_wq_set_policy(wq, &policy);
	if (err)
		fail("the CPU queue", err);
	return wq;
}

static double copy(struct sva_wq *wq, size_t size)
{
	double begin = now();
	int err = sva_memcpy(wq, dst, src, size, NULL);

	if (err)
		fail("copy", err);
	return now() - begin;
}

static double fill(struct sva_wq *wq, size_t size)
{
	double begin = now();
	int err = sva_memset(wq, dst, 1, size, NULL);

	if (err)
		fail("fill", err);
	return now() - begin;
}

static void compare(const char *name, double (*run)(struct sva_wq *wq, size_t size),
		    struct sva_wq *one, struct sva_wq *several, size_t size)
{
	double alone[TURNS], shared[TURNS];
	struct figure ratio;

	for (int i = 0; i < TURNS; i++) {
		alone[i] = run(one, size);
		shared[i] = run(several, size);
	}
	ratio = figure_of(shared, alone);
	printf("%-5s %8zu %10.0f %8.2f %5.1f%%\n", name, size / MIB,
	       figure_of(alone, NULL).median / 1000, ratio.median, ratio.spread);
}

int main(int argc, char **argv)
{
	uint32_t threads = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2;
	struct sva_wq *one = open_queue(1), *several = open_queue(threads);
	const size_t most = 64 * MIB;

	dst = malloc(most);
	src = malloc(most);
	if (!dst || !src)
		fail("buffers", -ENOMEM);
	memset(dst, 1, most);
	memset(src, 2, most);
	printf("# what      MiB     one us    ratio\n");
	for (size_t size = 2 * MIB; size <= most; size *= 2) {
		compare("copy", copy, one, several, size);
		compare("fill", fill, one, several, size);
	}
	sva_wq_close(one);
	sva_wq_close(several);
	free(dst);
	free(src);
	return 0;
}
