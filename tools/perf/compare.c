/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define EXACT 40u /* samples together, up to which probabilities are counted, not approximated */

struct ranked {
	double value;
	bool is_b;
};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;

	return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* U of B: how often a sample of B is above one of A, ties half. @ties: the sum of t^3 - t. */
static double statistic(struct ranked *all, unsigned int count, unsigned int b_count, double *ties)
{
	double ranks = 0;

	*ties = 0;
	qsort(all, count, sizeof(*all), by_value);
	for (unsigned int i = 0, end; i < count; i = end) {
		double tied;

		for (end = i; end < count && all[end].value <= all[i].value; end++)
			;
		tied = end - i;
		*ties += tied * tied * tied - tied;
		for (unsigned int k = i; k < end; k++)
			if (all[k].is_b)
				ranks += (i + 1 + end) / 2.0;
	}
	return ranks - b_count * (b_count + 1) / 2.0;
}

/*
 * Of all ways to arrange the samples, the share with a U of at most @u: the number of ways with
 * each U, by the recurrence over the largest sample, which is one of A or one of B. One row of the
 * table for each number of A's.
 */
static double exact(unsigned int a_count, unsigned int b_count, double u)
{
	const size_t width = (size_t)a_count * b_count + 1;
	double *ways = calloc(width, ((size_t)a_count + 1) * sizeof(*ways));
	double below = 0, all = 0;

	if (!ways)
		return 1; /* nothing is claimed */
	for (unsigned int a = 0; a <= a_count; a++)
		ways[a * width] = 1; /* without a B there is one way */
	for (unsigned int b = 1; b <= b_count; b++)
		for (unsigned int a = 1; a <= a_count; a++)
			for (size_t i = width; i--;)
				/* The largest is of B, above all A's; or of A, which adds nothing.
				 */
				ways[a * width + i] = (i >= a ? ways[a * width + i - a] : 0) +
						      ways[(a - 1) * width + i];
	for (size_t i = 0; i < width; i++) {
		double here = ways[a_count * width + i];

		all += here;
		below += (double)i <= u ? here : 0;
	}
	free(ways);
	return below / all;
}

double perf_mann_whitney(const double *a, unsigned int a_count, const double *b,
			 unsigned int b_count)
{
	unsigned int count = a_count + b_count;
	struct ranked *all = calloc(count ? count : 1, sizeof(*all));
	double u, ties, mean, variance, probability;

	if (!all || !a_count || !b_count) {
		free(all);
		return 1;
	}
	for (unsigned int i = 0; i < count; i++)
		all[i] = (struct ranked){ i < a_count ? a[i] : b[i - a_count], i >= a_count };
	u = statistic(all, count, b_count, &ties);
	free(all);
	mean = (double)a_count * b_count / 2;
	if (u > mean)
		u = 2 * mean - u;
	if (count <= EXACT && ties <= 0)
		return fmin(1, 2 * exact(a_count, b_count, u));
	variance = mean / 6 * (count + 1 - ties / ((double)count * (count - 1)));
	if (variance <= 0)
		return 1; /* all are equal */
	probability = erfc((mean - u - 0.5) / sqrt(variance) / sqrt(2));
	return fmin(1, probability);
}

double perf_shift(const double *a, unsigned int a_count, const double *b, unsigned int b_count)
{
	size_t count = (size_t)a_count * b_count;
	double *ratio = calloc(count ? count : 1, sizeof(*ratio)), shift;

	if (!ratio || !count) {
		free(ratio);
		return NAN;
	}
	for (unsigned int i = 0; i < a_count; i++)
		for (unsigned int k = 0; k < b_count; k++)
			ratio[(size_t)i * b_count + k] = a[i] > 0   ? b[k] / a[i]
							 : b[k] > 0 ? 1e9
								    : 1;
	qsort(ratio, count, sizeof(*ratio), by_double);
	shift = count % 2 ? ratio[count / 2] : (ratio[count / 2 - 1] + ratio[count / 2]) / 2;
	free(ratio);
	return shift;
}

static const struct perf_cell *find(const struct perf_run *run, const struct perf_cell *like)
{
	for (unsigned int i = 0; i < run->cell_count; i++)
		if (run->cell[i].turns && perf_same(&run->cell[i], like, 0))
			return &run->cell[i];
	return NULL;
}

/* Cycles say what the CPU's clock makes of time: the three others are judged. */
static void add_pair(struct perf_comparison *comparison, const struct perf_cell *a,
		     const struct perf_cell *b)
{
	for (unsigned int m = 0; m < PERF_CYCLES; m++) {
		struct perf_change *change = &comparison->change[comparison->count];

		if (!a->sample[m] || !b->sample[m])
			continue;
		*change = (struct perf_change){ .a = a, .b = b, .metric = (enum perf_metric)m };
		change->ratio = perf_shift(a->sample[m], a->turns, b->sample[m], b->turns);
		change->probability = 1;
		comparison->count++;
	}
}

/* That it is chance that the change, either way, is by more than a factor of @limit. */
static double beyond(const struct perf_change *change, double limit)
{
	const struct perf_cell *low = change->ratio > 1 ? change->a : change->b;
	const struct perf_cell *high = change->ratio > 1 ? change->b : change->a;
	double granted[PERF_TURNS];

	if (fmax(change->ratio, 1 / change->ratio) <= limit)
		return 1;
	for (unsigned int i = 0; i < low->turns; i++)
		granted[i] = low->sample[change->metric][i] * limit;
	return perf_mann_whitney(granted, low->turns, high->sample[change->metric], high->turns);
}

static double least_effect(const struct perf_comparison *comparison, enum perf_metric metric,
			   double percent)
{
	return fmax(1 + percent / 100, comparison->noise[metric]);
}

/* What the machine has done to the plain functions, one metric. */
static void judge_machine(struct perf_comparison *comparison, enum perf_metric metric)
{
	double *ratio = calloc(comparison->count + 1, sizeof(*ratio));
	unsigned int count = 0;

	comparison->noise[metric] = 1;
	for (unsigned int i = 0; ratio && i < comparison->count; i++)
		if (perf_is_plain(comparison->change[i].a) &&
		    comparison->change[i].metric == metric && comparison->change[i].ratio > 0)
			ratio[count++] = comparison->change[i].ratio;
	if (count) {
		qsort(ratio, count, sizeof(*ratio), by_double);
		if (metric == PERF_TIME)
			comparison->plain_ratio = ratio[count / 2];
		for (unsigned int i = 0; i < count; i++)
			ratio[i] = fmax(ratio[i], 1 / ratio[i]);
		qsort(ratio, count, sizeof(*ratio), by_double);
		comparison->noise[metric] = ratio[(9 * count + 9) / 10 - 1];
	}
	free(ratio);
}

static int by_probability(const void *a, const void *b)
{
	const struct perf_change *x = *(struct perf_change *const *)a;
	const struct perf_change *y = *(struct perf_change *const *)b;

	return (x->probability > y->probability) - (x->probability < y->probability);
}

/* Holm: the smallest of n probabilities counts n times, the next one n - 1 times, and so on. */
static int correct(struct perf_comparison *comparison)
{
	struct perf_change **sorted = calloc(comparison->count + 1, sizeof(*sorted));
	unsigned int tests = 0;
	double least = 0;

	if (!sorted)
		return -ENOMEM;
	for (unsigned int i = 0; i < comparison->count; i++)
		if (!perf_is_plain(comparison->change[i].a))
			sorted[tests++] = &comparison->change[i];
	if (tests)
		qsort(sorted, tests, sizeof(*sorted), by_probability);
	for (unsigned int i = 0; i < tests; i++) {
		least = fmax(least, fmin(1, sorted[i]->probability * (tests - i)));
		sorted[i]->probability = least;
	}
	free(sorted);
	return 0;
}

static void judge(struct perf_comparison *comparison, struct perf_change *change, double min_effect,
		  double max_regression)
{
	double limit = least_effect(comparison, change->metric, min_effect);
	double bound = least_effect(comparison, change->metric, max_regression);

	if (perf_is_plain(change->a) || fmax(change->ratio, 1 / change->ratio) <= limit)
		return;
	if (change->probability > PERF_ALPHA) {
		change->verdict = PERF_NOISE;
		return;
	}
	change->verdict = change->ratio > 1 ? PERF_SLOWER : PERF_FASTER;
	comparison->slower += change->verdict == PERF_SLOWER;
	comparison->faster += change->verdict == PERF_FASTER;
	if (change->verdict == PERF_FASTER ||
	    beyond(change, bound) * comparison->count > PERF_ALPHA)
		return;
	comparison->regressions++;
	if (change->ratio > comparison->worst.ratio)
		comparison->worst = *change;
}

int perf_compare(const struct perf_run *a, const struct perf_run *b, double min_effect,
		 double max_regression, struct perf_comparison *comparison)
{
	memset(comparison, 0, sizeof(*comparison));
	comparison->change =
		calloc((size_t)a->cell_count * PERF_METRICS + 1, sizeof(*comparison->change));
	if (!comparison->change)
		return -ENOMEM;
	for (unsigned int i = 0; i < a->cell_count; i++) {
		const struct perf_cell *cell = &a->cell[i];
		const struct perf_cell *other = cell->turns ? find(b, cell) : NULL;

		comparison->pairs += other != NULL;
		comparison->only_a += cell->turns && !other;
		if (other)
			add_pair(comparison, cell, other);
	}
	for (unsigned int i = 0; i < b->cell_count; i++)
		comparison->only_b += b->cell[i].turns && !find(a, &b->cell[i]);
	comparison->plain_ratio = NAN;
	for (unsigned int m = 0; m < PERF_METRICS; m++)
		judge_machine(comparison, (enum perf_metric)m);
	for (unsigned int i = 0; i < comparison->count; i++)
		if (!perf_is_plain(comparison->change[i].a))
			comparison->change[i].probability = beyond(
				&comparison->change[i],
				least_effect(comparison, comparison->change[i].metric, min_effect));
	if (correct(comparison)) {
		perf_comparison_free(comparison);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < comparison->count; i++)
		judge(comparison, &comparison->change[i], min_effect, max_regression);
	return 0;
}

void perf_comparison_free(struct perf_comparison *comparison)
{
	free(comparison->change);
	comparison->change = NULL;
	comparison->count = 0;
}

static void print_change(const struct perf_change *change, FILE *to)
{
	static const char *const metrics[] = { "time", "CPU time", "latency (p50)", "cycles" };
	char label[512], before[32], after[32];

	perf_label(change->a, (1u << PERF_AXES) - 1, label, sizeof(label));
	perf_time_text(perf_median(change->a, change->metric), before, sizeof(before));
	perf_time_text(perf_median(change->b, change->metric), after, sizeof(after));
	fprintf(to, "  %+6.1f %%  %s: %s -> %s  (p = %.2g)  %s\n", 100 * (change->ratio - 1),
		metrics[change->metric], before, after, change->probability, label);
}

static void print_changes(const struct perf_comparison *comparison, enum perf_verdict verdict,
			  const char *title, FILE *to)
{
	bool first = true;

	for (unsigned int i = 0; i < comparison->count; i++) {
		const struct perf_change *change = &comparison->change[i];

		if (change->verdict != verdict || perf_is_plain(change->a))
			continue;
		if (first)
			fprintf(to, "%s:\n", title);
		first = false;
		print_change(change, to);
	}
}

void perf_comparison_text(const struct perf_comparison *comparison, double max_regression, FILE *to)
{
	fprintf(to, "%u configurations in both runs", comparison->pairs);
	if (comparison->only_a || comparison->only_b)
		fprintf(to, ", %u only in the first, %u only in the second", comparison->only_a,
			comparison->only_b);
	fputc('\n', to);
	print_changes(comparison, PERF_SLOWER, "Slower", to);
	print_changes(comparison, PERF_FASTER, "Faster", to);
	if (!comparison->slower && !comparison->faster)
		fprintf(to, "no change beyond the noise\n");
	if (comparison->noise[PERF_TIME] > 1.05)
		fprintf(to,
			"warning: the plain functions have changed by up to %.0f %% (their median "
			"by "
			"%+.0f %%): the machine is not the same, or not as quiet; changes up to "
			"that "
			"count as noise\n",
			100 * (comparison->noise[PERF_TIME] - 1),
			100 * (comparison->plain_ratio - 1));
	if (comparison->regressions)
		fprintf(to,
			"REGRESSION: %u figures are more than %g %% worse, at most by %.1f %%\n",
			comparison->regressions, max_regression,
			100 * (comparison->worst.ratio - 1));
}
