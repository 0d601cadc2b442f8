/* SPDX-License-Identifier: MIT */
/* The turns: every configuration in each round, in a new order, until there are enough. */
#ifndef PERF_MEASURE_H
#define PERF_MEASURE_H

#include "memory.h"
#include "queues.h"

struct perf_settings {
	unsigned int turns;
	uint64_t turn_ns;        /* about as long as a turn is to last */
	unsigned int cpus;       /* in cpu[]; 0: threads are not pinned */
	int cpu[PERF_LIST * 16]; /* thread i runs on cpu[i % cpus] */
	bool progress;
	const volatile int *stop; /* set by a signal: end with what there is */
};

/**
 * perf_measure - measure all cells of a run
 *
 * What fails stands in the cells. Returns 0; -EINTR: stopped; -ETIMEDOUT: a device did not answer
 * for so long that nothing more can be measured.
 */
int perf_measure(struct perf_run *run, const struct perf_targets *targets,
		 const struct perf_settings *settings);

#endif
