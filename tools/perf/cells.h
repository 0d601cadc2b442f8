/* SPDX-License-Identifier: MIT */
/* The matrix: from lists of values to configurations. */
#ifndef PERF_CELLS_H
#define PERF_CELLS_H

#include "queues.h"

/**
 * perf_cells_make - all combinations that mean something, each once, and the plain functions
 * @plain: with these
 *
 * Returns 0; or an error that was printed: -E2BIG, -ENOMEM, -EINVAL if nothing is left.
 */
int perf_cells_make(struct perf_run *run, const struct perf_lists *lists,
		    const struct perf_targets *targets, bool plain, unsigned int turns);

#endif
