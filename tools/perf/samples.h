/* SPDX-License-Identifier: MIT */
/* Statistics of samples, and whether two sets of them differ. */
#ifndef PERF_SAMPLES_H
#define PERF_SAMPLES_H

#include <stddef.h>

#define SAMPLES_FEWEST 8 /* with which anything is claimed */

/* samples_median, samples_spread - the middle, and half of the distance of the quartiles; 0 of none
 */
double samples_median(const double *samples, size_t count);
double samples_spread(const double *samples, size_t count);

/*
 * samples_differ - by how much the median of @b is above that of @a, as a part of it; 0 if that may
 * be noise
 *
 * It is no noise if a Mann-Whitney test says so at 0.1 %, and the medians are 3 % apart. With fewer
 * than SAMPLES_FEWEST nothing is claimed.
 */
double samples_differ(const double *a, size_t count_a, const double *b, size_t count_b);

#endif
