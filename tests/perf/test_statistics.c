/* SPDX-License-Identifier: MIT */
/* sva-perf's histogram and its comparison of samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "histogram.h"
#include "samples.h"

#define MANY 20000

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void percentiles(void **state)
{
	static const double percents[] = { 1, 50, 90, 99, 99.9, 100 };
	static uint64_t values[MANY];
	static struct histogram h, half;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < MANY; i++) {
		values[i] = (uint64_t)rand() >> rand() % 30;
		histogram_add(i % 2 ? &h : &half, values[i]);
	}
	histogram_merge(&h, &half);
	qsort(values, MANY, sizeof(*values), by_value);
	assert_int_equal(h.count, MANY);
	assert_int_equal(h.largest, values[MANY - 1]);
	for (unsigned int i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		uint64_t exact = values[(size_t)(MANY * percents[i] / 100) - 1];
		uint64_t got = histogram_percentile(&h, percents[i]);

		assert_in_range(got, exact, exact + exact / 60 + 1);
	}
}

static void all_values_have_a_bucket(void **state)
{
	static struct histogram h;

	(void)state;
	assert_int_equal(histogram_percentile(&h, 50), 0);
	for (unsigned int bit = 0; bit < 64; bit++)
		for (int d = -1; d <= 1; d++) {
			uint64_t value = (1ull << bit) + (uint64_t)d;

			memset(&h, 0, sizeof(h));
			histogram_add(&h, value);
			assert_int_equal(histogram_percentile(&h, 50), value);
		}
	for (unsigned int i = 1; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_value(i) > histogram_value(i - 1));
}

/* Around @middle, with a long tail, as times have it. */
static void sample(double *samples, size_t count, double middle)
{
	for (size_t i = 0; i < count; i++) {
		samples[i] = middle * (1 + (double)(rand() % 1000) / 20000);
		if (rand() % 10 == 0)
			samples[i] *= 1 + (double)(rand() % 100) / 50;
	}
}

static void medians(void **state)
{
	const double samples[] = { 5, 1, 4, 2, 3 };

	(void)state;
	assert_true(samples_median(samples, 5) == 3);
	assert_true(samples_median(samples, 4) == 3);
	assert_true(samples_median(samples, 1) == 5);
	assert_true(samples_median(samples, 0) == 0);
	assert_true(samples_spread(samples, 5) == 1);
}

/* At 0.1 %, of 500 comparisons of the same thing none is expected. */
static void the_same_is_no_change(void **state)
{
	double a[24], b[24];
	unsigned int claimed = 0;

	(void)state;
	srand(2);
	for (unsigned int i = 0; i < 500; i++) {
		sample(a, 24, 100);
		sample(b, 24, 100);
		claimed += samples_differ(a, 24, b, 24) != 0;
	}
	assert_int_equal(claimed, 0);
	assert_true(samples_differ(a, 24, a, 24) == 0);
}

/* Unless many of the samples happen to be from the tail. */
static void a_slowdown_is_found(void **state)
{
	double a[24], b[24];
	unsigned int found = 0;

	(void)state;
	srand(3);
	for (unsigned int i = 0; i < 500; i++) {
		double slower, faster;

		sample(a, 24, 100);
		sample(b, 24, 120);
		slower = samples_differ(a, 24, b, 24);
		faster = samples_differ(b, 24, a, 24);
		found += slower > 0.1 && slower < 0.3 && faster < -0.1 && faster > -0.3;
	}
	assert_in_range(found, 480, 500);
}

static void little_is_not_claimed(void **state)
{
	double a[24], b[24];

	(void)state;
	sample(a, 24, 100);
	sample(b, 24, 200);
	assert_true(samples_differ(a, 7, b, 24) == 0);
	assert_true(samples_differ(a, 24, b, 7) == 0);
	for (unsigned int i = 0; i < 24; i++) { /* sure, but too small to matter */
		a[i] = 100 + i * 0.001;
		b[i] = 102 + i * 0.001;
	}
	assert_true(samples_differ(a, 24, b, 24) == 0);
	memset(a, 0, sizeof(a));
	assert_true(samples_differ(a, 24, b, 24) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles),
		cmocka_unit_test(all_values_have_a_bucket),
		cmocka_unit_test(medians),
		cmocka_unit_test(the_same_is_no_change),
		cmocka_unit_test(a_slowdown_is_found),
		cmocka_unit_test(little_is_not_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
