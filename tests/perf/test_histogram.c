/* SPDX-License-Identifier: MIT */
/* The histogram: percentiles against a sorted array, and nothing lost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "histogram.h"

#define COUNT 20000u

static struct perf_histogram histogram, other;
static uint64_t value[COUNT];

static uint64_t next(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void every_value_is_in_its_bucket(void **state)
{
	(void)state;
	for (unsigned int i = 0; i + 1 < PERF_BUCKETS; i++) {
		uint64_t low = perf_bucket_low(i), above = perf_bucket_low(i + 1);

		assert_true(low < above);
		assert_int_equal(perf_bucket(low), i);
		assert_int_equal(perf_bucket(above - 1), i);
	}
	assert_int_equal(perf_bucket(PERF_MOST), PERF_BUCKETS - 1);
	assert_int_equal(perf_bucket(UINT64_MAX), PERF_BUCKETS - 1);
}

static void percentiles_are_those_of_a_sorted_array(void **state)
{
	static const double percents[] = { 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100 };

	(void)state;
	for (unsigned int shift = 24; shift < 64; shift += 8) {
		perf_histogram_clear(&histogram);
		for (unsigned int i = 0; i < COUNT; i++) {
			value[i] = (next() >> shift) & PERF_MOST;
			perf_histogram_add(&histogram, value[i]);
		}
		qsort(value, COUNT, sizeof(*value), by_value);
		for (unsigned int i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
			unsigned int rank = (unsigned int)ceil(percents[i] / 100 * COUNT);
			double exact = (double)value[rank - 1];

			assert_true(fabs(perf_percentile(&histogram, percents[i]) - exact) <=
				    exact / 256);
		}
		assert_int_equal(histogram.total, COUNT);
		assert_int_equal(histogram.min, value[0]);
		assert_int_equal(histogram.max, value[COUNT - 1]);
	}
}

static void a_merge_is_both(void **state)
{
	uint64_t sum = 0;

	(void)state;
	perf_histogram_clear(&histogram);
	perf_histogram_clear(&other);
	for (unsigned int i = 0; i < 1000; i++) {
		perf_histogram_add(&histogram, i);
		perf_histogram_add(&other, 1000000 + i);
	}
	perf_histogram_merge(&histogram, &other);
	for (unsigned int i = 0; i < PERF_BUCKETS; i++)
		sum += histogram.count[i];
	assert_int_equal(sum, 2000);
	assert_int_equal(histogram.total, 2000);
	assert_int_equal(histogram.min, 0);
	assert_int_equal(histogram.max, 1000999);
	assert_true(perf_percentile(&histogram, 50) <= 1000);
	assert_true(perf_percentile(&histogram, 50.1) >= 999000);
}

static void without_values_there_is_none(void **state)
{
	(void)state;
	perf_histogram_clear(&histogram);
	assert_true(perf_percentile(&histogram, 50) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_in_its_bucket),
		cmocka_unit_test(percentiles_are_those_of_a_sorted_array),
		cmocka_unit_test(a_merge_is_both),
		cmocka_unit_test(without_values_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
