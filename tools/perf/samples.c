/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

#define BEYOND  3.29 /* standard deviations: 0.1 %, both sides */
#define LEAST   0.03
#define QUARTER 0.25

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The value below which that part of the samples is. */
static double quantile(const double *samples, size_t count, double part)
{
	double *sorted = count ? malloc(count * sizeof(*sorted)) : NULL;
	double at = part * (double)(count ? count - 1 : 0), value = 0;
	size_t low = (size_t)at;

	if (!sorted)
		return 0;
	memcpy(sorted, samples, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_value);
	value = sorted[low];
	if (low + 1 < count)
		value += (sorted[low + 1] - value) * (at - (double)low);
	free(sorted);
	return value;
}

double samples_median(const double *samples, size_t count)
{
	return quantile(samples, count, 0.5);
}

double samples_spread(const double *samples, size_t count)
{
	return (quantile(samples, count, 1 - QUARTER) - quantile(samples, count, QUARTER)) / 2;
}

/* How far the count of pairs of which b's is larger is from half of them, in standard deviations.
 */
static double distance(const double *a, size_t n, const double *b, size_t m)
{
	double larger = 0, pairs = (double)n * (double)m;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			larger += b[j] > a[i] ? 1 : b[j] < a[i] ? 0 : 0.5;
	return (larger - pairs / 2) / sqrt(pairs * (double)(n + m + 1) / 12);
}

double samples_differ(const double *a, size_t count_a, const double *b, size_t count_b)
{
	double median = samples_median(a, count_a), change;

	if (count_a < SAMPLES_FEWEST || count_b < SAMPLES_FEWEST || median <= 0)
		return 0;
	change = samples_median(b, count_b) / median - 1;
	if (fabs(change) < LEAST || fabs(distance(a, count_a, b, count_b)) < BEYOND)
		return 0;
	return change;
}
