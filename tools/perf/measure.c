/* SPDX-License-Identifier: MIT */
/*
 * Each cell gets its turns one by one, and all cells in between: the operations, then the plain
 * function, by the same threads on the same memory, which is new in each turn. So what comes from
 * the machine's state or from where the memory happens to be is noise in the samples, and not a
 * difference between two runs.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "perf.h"

#define WARM_UP 8 /* part of a turn that is not measured */

enum phase { OPERATIONS, PLAIN, VERIFY, END };

struct team;

struct worker {
	pthread_t thread;
	struct team *team;
	struct perf_work *work;
	uint64_t ns, cpu_ns; /* of the last phase */
	int err;
};

struct team {
	struct perf_run *run;
	struct perf_cell *cell;
	pthread_barrier_t begin, end;
	enum phase phase;
	uint64_t count; /* operations of each worker */
	unsigned int workers;
	struct worker worker[PERF_THREADS];
};

static uint64_t cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void do_phase(struct worker *w)
{
	struct team *team = w->team;
	uint64_t cpu = cpu_now(), started = perf_now();

	w->err = 0;
	if (team->phase == OPERATIONS)
		w->err = perf_work_run(w->work, team->run->wq, team->count);
	else if (team->phase == PLAIN)
		perf_work_plain(w->work, team->count);
	else
		w->err = perf_work_verify(w->work, team->run->wq);
	w->ns = perf_now() - started;
	w->cpu_ns = cpu_now() - cpu;
}

static void *work(void *argument)
{
	struct worker *w = argument;

	for (;;) {
		pthread_barrier_wait(&w->team->begin);
		if (w->team->phase == END)
			return NULL;
		do_phase(w);
		pthread_barrier_wait(&w->team->end);
	}
}

/* All workers do it; the time of the slowest, or the first error. */
static int command(struct team *team, enum phase phase, uint64_t count, uint64_t *ns)
{
	int err = 0;

	team->phase = phase;
	team->count = count;
	*ns = 0;
	pthread_barrier_wait(&team->begin);
	if (phase == END)
		return 0;
	pthread_barrier_wait(&team->end);
	for (unsigned int i = 0; i < team->workers; i++) {
		err = err ? err : team->worker[i].err;
		if (team->worker[i].ns > *ns)
			*ns = team->worker[i].ns;
	}
	return err;
}

static void team_end(struct team *team)
{
	uint64_t ns;

	command(team, END, 0, &ns);
	for (unsigned int i = 0; i < team->workers; i++) {
		pthread_join(team->worker[i].thread, NULL);
		perf_work_free(team->worker[i].work);
	}
	pthread_barrier_destroy(&team->begin);
	pthread_barrier_destroy(&team->end);
}

/* Workers that cannot all be had are not begun with. */
static int team_start(struct team *team, struct perf_run *run, struct perf_cell *cell)
{
	unsigned int n = 0;

	*team = (struct team){ .run = run, .cell = cell, .workers = cell->threads };
	for (; n < cell->threads; n++) {
		team->worker[n].team = team;
		team->worker[n].work = perf_work_new(&run->options, cell);
		if (!team->worker[n].work)
			break;
	}
	if (n < cell->threads) {
		while (n--)
			perf_work_free(team->worker[n].work);
		return -ENOMEM;
	}
	pthread_barrier_init(&team->begin, NULL, cell->threads + 1);
	pthread_barrier_init(&team->end, NULL, cell->threads + 1);
	for (n = 0; n < cell->threads; n++)
		if (pthread_create(&team->worker[n].thread, NULL, work, &team->worker[n])) {
			fprintf(stderr, "sva-perf: cannot start %u threads\n", cell->threads);
			exit(1); /* those that run wait for the others */
		}
	return 0;
}

/* So many operations that a turn takes as long as wished. */
static int calibrate(struct team *team, uint64_t *count)
{
	uint64_t ns = 0;
	int err = 0;

	for (*count = team->cell->depth; !err; *count *= 2) {
		err = command(team, OPERATIONS, *count, &ns);
		if (ns * 2 >= team->run->options.turn_ns || *count > 1u << 26)
			break;
	}
	return err;
}

static int turn(struct team *team, uint64_t count)
{
	struct perf_cell *cell = team->cell;
	uint64_t ns, plain_ns;
	int err = command(team, OPERATIONS, count, &ns);

	if (err)
		return err;
	cell->operations += count * team->workers;
	for (unsigned int i = 0; i < team->workers; i++)
		cell->cpu_ns += (double)team->worker[i].cpu_ns;
	command(team, PLAIN, count, &plain_ns);
	cell->ns[cell->turns] = (double)ns / (double)(count * team->workers);
	cell->plain_ns[cell->turns++] = (double)plain_ns / (double)(count * team->workers);
	return 0;
}

static int pass(struct perf_run *run, struct perf_cell *cell)
{
	static struct team team;
	uint64_t ns;
	int err = team_start(&team, run, cell);

	if (err)
		return err;
	if (!cell->count)
		err = calibrate(&team, &cell->count);
	if (!err)
		err = command(&team, VERIFY, 0, &ns);
	if (!err)
		err = command(&team, OPERATIONS, cell->count / WARM_UP + cell->depth, &ns);
	if (!err)
		err = turn(&team, cell->count);
	for (unsigned int i = 0; i < team.workers; i++) {
		histogram_merge(cell->latency, perf_work_latency(team.worker[i].work));
		cell->by_cpu += perf_work_by_cpu(team.worker[i].work);
	}
	team_end(&team);
	return err;
}

static int allocate(struct perf_run *run)
{
	for (unsigned int i = 0; i < run->cells; i++) {
		struct perf_cell *cell = &run->cell[i];

		cell->ns = calloc(run->options.turns, sizeof(*cell->ns));
		cell->plain_ns = calloc(run->options.turns, sizeof(*cell->plain_ns));
		cell->latency = calloc(1, sizeof(*cell->latency));
		if (!cell->ns || !cell->plain_ns || !cell->latency)
			return -ENOMEM;
	}
	return 0;
}

static void show_progress(unsigned int done, unsigned int all, uint64_t started)
{
	double passed = (double)(perf_now() - started) / 1e9;

	if (!isatty(STDERR_FILENO))
		return;
	if (done == all)
		fprintf(stderr, "\r\033[K");
	else
		fprintf(stderr, "\r%3u %%, %.0f s to go \033[K", done * 100 / all,
			done ? passed / done * (all - done) : 0);
}

static int explain(const struct perf_cell *cell, int err)
{
	fprintf(stderr, "sva-perf: %s of %zu bytes: %s\n", perf_op_names[cell->op], cell->size,
		err == -EBADMSG ? "the result is wrong" : sva_strerror(err));
	return err;
}

int perf_measure(struct perf_run *run, const volatile int *stop)
{
	unsigned int all = run->options.turns * run->cells, done = 0;
	uint64_t started = perf_now();
	int err = allocate(run);

	for (unsigned int n = 0; !err && n < run->options.turns && !*stop; n++)
		for (unsigned int i = 0; !err && i < run->cells && !*stop; i++) {
			show_progress(done++, all, started);
			err = pass(run, &run->cell[i]);
			if (err)
				explain(&run->cell[i], err);
		}
	show_progress(all, all, started);
	return err;
}
