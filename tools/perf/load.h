/* SPDX-License-Identifier: MIT */
/* A run, read from the file that --json has written. */
#ifndef PERF_LOAD_H
#define PERF_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct point {
	double value, count;
};

struct loaded_cell {
	char op[16], mode[16];
	uint64_t size, depth, batch, threads;
	double *ns, *plain_ns;
	size_t turns, plain_turns;
	double cpu_ns;
	struct point *latency;
	size_t points;
};

struct loaded {
	char run[64], date[32], library[32], cpu[128], kernel[128], queue[512];
	struct loaded_cell *cells;
	size_t count;
};

/* load - 0 or -errno; -EINVAL: no such file of sva-perf. load_free() it in any case. */
int load(struct loaded *l, const char *file);
void load_free(struct loaded *l);

/* load_percentile - of a cell's latencies, ns; 0 of none */
double load_percentile(const struct loaded_cell *cell, double percent);

/*
 * load_change - by how much the operations of @b take longer, as a part of @a's; 0 if that may be
 * noise
 *
 * Both the times and the times in units of the plain function, which was measured beside them, must
 * have changed: a machine that is slower as a whole is no change.
 */
double load_change(const struct loaded_cell *a, const struct loaded_cell *b);

/* load_same - the cell of another run with the same operation, or NULL */
const struct loaded_cell *load_same(const struct loaded *l, const struct loaded_cell *cell);

#endif
