/* SPDX-License-Identifier: MIT */
/* The size above which offloading pays off. */
#ifndef PERF_BREAKEVEN_H
#define PERF_BREAKEVEN_H

#include "run.h"

struct perf_breakeven {
	const struct perf_cell *cell; /* the smallest of the series */
	uint64_t least, most;         /* sizes that were measured */
	uint64_t faster_from; /* of these, the smallest from which on all are faster; 0: none */
	uint64_t threshold;   /* where the two curves meet, a multiple of 64; 0: none */
};

/**
 * perf_breakeven_find - for each series of sizes that went to a device, against its plain function
 * @found: gets at most @room
 *
 * Returns how many there are.
 */
unsigned int perf_breakeven_find(const struct perf_run *run, struct perf_breakeven *found,
				 unsigned int room);

/* perf_breakeven_text - what it says, and what to set */
void perf_breakeven_text(const struct perf_breakeven *found, char *text, size_t len);

#endif
