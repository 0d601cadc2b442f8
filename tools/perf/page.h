/* SPDX-License-Identifier: MIT */
/* The HTML page of a report. */
#ifndef PERF_PAGE_H
#define PERF_PAGE_H

#include "compare.h"

/**
 * perf_page - one self-contained page: no script, nothing from elsewhere
 * @b: NULL, or the run that is compared; then @comparison is there too
 */
void perf_page(const struct perf_run *a, const struct perf_run *b,
	       const struct perf_comparison *comparison, FILE *to);

#endif
