/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <time.h>

#include "turns.h"

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct figure figure_of(const double *turns, const double *unit)
{
	double sorted[TURNS], median;

	for (int i = 0; i < TURNS; i++)
		sorted[i] = turns[i] / (unit ? unit[i] : 1);
	qsort(sorted, TURNS, sizeof(*sorted), by_value);
	median = sorted[TURNS / 2];
	return (struct figure){ median,
				(sorted[TURNS * 3 / 4] - sorted[TURNS / 4]) / 2 / median * 100 };
}
