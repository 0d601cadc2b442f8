/* SPDX-License-Identifier: MIT */
/*
 * Is one run slower than another, beyond the noise?
 *
 * Configurations are paired, and for each pair and metric the samples of the turns are compared by
 * the Mann-Whitney U test, which assumes nothing about their distribution. What is tested is not
 * whether there is a difference: two runs always differ a little, in where their memory lies, say.
 * It is whether the difference is larger than the least that counts. That is what the user says, or
 * what the plain functions have changed by, which are the same code in both runs: what the machine
 * did to them it may have done to any other figure.
 *
 * Of many tests some come out by chance: the probabilities are corrected by Holm's method. The size
 * of a change is the Hodges-Lehmann estimate of the ratio (the median of all ratios of a sample of
 * B to one of A).
 */
#ifndef PERF_COMPARE_H
#define PERF_COMPARE_H

#include "run.h"

#define PERF_ALPHA 0.01 /* chance that a comparison of equals finds any change at all */

enum perf_verdict { PERF_SAME, PERF_FASTER, PERF_SLOWER, PERF_NOISE };

struct perf_change {
	const struct perf_cell *a, *b;
	enum perf_metric metric;
	double ratio;       /* of B to A: above 1 is slower */
	double probability; /* corrected: that it is chance that it is beyond the least effect */
	enum perf_verdict verdict; /* PERF_NOISE: large enough, but it may be chance */
};

struct perf_comparison {
	unsigned int pairs, only_a, only_b; /* configurations */
	unsigned int slower, faster, regressions;
	/* Of the plain functions: the median ratio of their time, NAN for none; ... */
	double plain_ratio;
	/* ... and by what nine of ten of them have changed at most, as a ratio above 1. */
	double noise[PERF_METRICS];
	struct perf_change worst;
	unsigned int count;
	struct perf_change *change; /* in the order of A's configurations */
};

/* perf_mann_whitney - the probability, of both sides, that the samples come from one distribution
 */
double perf_mann_whitney(const double *a, unsigned int a_count, const double *b,
			 unsigned int b_count);

/* perf_shift - the median of all b[j] / a[i] */
double perf_shift(const double *a, unsigned int a_count, const double *b, unsigned int b_count);

/**
 * perf_compare - @min_effect and @max_regression are per cent
 *
 * Plain functions are no part of the verdict: they say what the machine has done.
 *
 * Returns 0 or -ENOMEM. perf_comparison_free() it.
 */
int perf_compare(const struct perf_run *a, const struct perf_run *b, double min_effect,
		 double max_regression, struct perf_comparison *comparison);

void perf_comparison_free(struct perf_comparison *comparison);

/* perf_comparison_text - what has changed, in words */
void perf_comparison_text(const struct perf_comparison *comparison, double max_regression,
			  FILE *to);

#endif
