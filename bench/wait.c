/* SPDX-License-Identifier: MIT */
/*
 * What each way of waiting costs: how late the end of an operation is noticed, and how much CPU
 *time the wait takes, by policy and by the time that the operation takes.
 *
 *	wait [POLICY...]	auto, spin, pause, umwait, sleep; all if not given
 *
 * No device is needed: a second thread plays one. It spins on the clock and completes the record
 *when the time is over, so two CPUs must be free.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sva/sva.h>

#define BUDGET_NS   500000000 /* for the waits of one row, */
#define WAITS_MOST  1000      /* but not more than so many, */
#define WAITS_LEAST 20        /* and not fewer */
#define CALLS       1000000   /* for an operation that is complete */

static const char *const names[] = { "auto", "spin", "pause", "umwait", "sleep" };
static const int64_t lengths[] = { 1000, 5000, 20000, 100000, 1000000, 5000000, 50000000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sva_op op;
static int64_t due_ns;   /* when the operation is to end; 0: there is none; -1: no more of them */
static int64_t ended_ns; /* when it did */

static int64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void *device(void *unused)
{
	int64_t due;

	(void)unused;
	while ((due = __atomic_load_n(&due_ns, __ATOMIC_ACQUIRE)) >= 0) {
		if (!due)
			continue;
		do
			ended_ns = now_ns(CLOCK_MONOTONIC);
		while (ended_ns < due);
		__atomic_store_n(&due_ns, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&op.record.status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Ten per cent more or less at most: no sleep always ends just before the operation, or after. */
static int64_t spread(int64_t length, size_t i)
{
	return length / 100 * (int64_t)(90 + i * 8 % 21);
}

/* Returns how late it was. */
static int64_t wait_once(int64_t length, enum sva_wait_policy policy)
{
	__atomic_store_n(&op.record.status, SVA_STATUS_NONE, __ATOMIC_RELAXED);
	__atomic_store_n(&due_ns, now_ns(CLOCK_MONOTONIC) + length, __ATOMIC_RELEASE);
	if (sva_wait(&op, -1, policy) != SVA_STATUS_SUCCESS)
		abort();
	return now_ns(CLOCK_MONOTONIC) - ended_ns;
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void row(int64_t length, enum sva_wait_policy policy)
{
	static int64_t late[WAITS_MOST];
	int64_t cpu, spent = 0;
	size_t n = (size_t)(BUDGET_NS / length);

	n = n > WAITS_MOST ? WAITS_MOST : n < WAITS_LEAST ? WAITS_LEAST : n;
	wait_once(length, policy); /* warms up */
	cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
	for (size_t i = 0; i < n; i++) {
		late[i] = wait_once(spread(length, i), policy);
		spent += spread(length, i);
	}
	cpu = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	qsort(late, n, sizeof(late[0]), compare);
	printf("%-7s %9.0f %10.1f %10.1f %10.1f %6.0f%%\n", names[policy], (double)length / 1e3,
	       (double)late[n / 2] / 1e3, (double)late[n * 9 / 10] / 1e3,
	       (double)(length / 10 + 10000) / 1e3, 100.0 * (double)cpu / (double)spent);
}

/* What is complete already */
static void finished(void)
{
	int64_t start = now_ns(CLOCK_MONOTONIC), between;

	for (int i = 0; i < CALLS; i++)
		if (!sva_poll(&op))
			abort();
	between = now_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < CALLS; i++)
		if (!sva_wait(&op, -1, SVA_WAIT_AUTO))
			abort();
	printf("# an operation that is complete: sva_poll %.1f ns, sva_wait %.1f ns\n",
	       (double)(between - start) / CALLS,
	       (double)(now_ns(CLOCK_MONOTONIC) - between) / CALLS);
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc <= 1;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	struct sva_wq *wq;

	if (sva_wq_open(&wq, "cpu", NULL))
		return 1;
	/* The CPU completes it at once; from then on the thread completes its record. */
	sva_prep_noop(&op.desc, 0);
	if (sva_submit(wq, &op) || pthread_create(&thread, NULL, device, NULL))
		return 1;
	finished();
	if (!(sva_cpu_features() & SVA_CPU_WAITPKG))
		printf("# this CPU lacks UMWAIT: umwait is pause, and auto is sleep\n");
	printf("#     operation, us   late, us: median, 90 %%, goal  CPU time\n");
	for (size_t policy = 0; policy < COUNT(names); policy++)
		for (size_t i = 0; i < COUNT(lengths) && is_wanted(names[policy], argc, argv); i++)
			row(lengths[i], (enum sva_wait_policy)policy);
	__atomic_store_n(&due_ns, -1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return sva_wq_close(wq) ? 1 : 0;
}
