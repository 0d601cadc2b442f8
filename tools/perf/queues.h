/* SPDX-License-Identifier: MIT */
/* The queues of a run: opened by name and path, and described. */
#ifndef PERF_QUEUES_H
#define PERF_QUEUES_H

#include <sva/pool.h>

#include "run.h"

/* Where a configuration submits to: one queue, or several that the threads share among them. */
struct perf_target {
	struct sva_wq *wq[PERF_LIST];
	unsigned int count;
	uint64_t queue, path;   /* values of the axes */
	enum sva_dev_kind kind; /* of the operations that go there */
};

struct perf_targets {
	struct perf_target target[PERF_LIST];
	unsigned int count;
	struct sva_wq *cpu; /* for what the peers do, and to flush caches */
	struct {
		char name[PERF_WORD];
		uint64_t path;
		enum sva_dev_kind kind; /* that was asked for; SVA_DEV_KIND_ANY: a name says it */
		struct sva_wq *wq;
	} open[PERF_QUEUES];
	unsigned int open_count;
};

/**
 * perf_targets_open - open every queue of the lists on every path that they ask for
 *
 * Returns 0, or an error that was printed: with the queue, the reason, and the remedy.
 */
int perf_targets_open(struct perf_targets *targets, struct perf_lists *lists, struct perf_run *run);

void perf_targets_close(struct perf_targets *targets);

#endif
