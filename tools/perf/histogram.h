/* SPDX-License-Identifier: MIT */
/*
 * Latencies: a histogram that counts every value.
 *
 * The buckets are linear within each power of two, 128 to one, so that a value is known to within
 * 1/256 of itself; values below 256 ns, the smallest and the largest one are exact.
 */
#ifndef PERF_HISTOGRAM_H
#define PERF_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define PERF_SUB_BITS 7
#define PERF_MOST                                                                      \
	(((uint64_t)1 << 42) - 1) /* ns, more than an hour; what is longer counts here \
				   */
#define PERF_BUCKETS ((42 - PERF_SUB_BITS) * 128 + 128)

struct perf_histogram {
	uint64_t total, min, max;
	uint64_t count[PERF_BUCKETS];
};

static inline unsigned int perf_bucket(uint64_t value)
{
	unsigned int shift;

	if (value > PERF_MOST)
		value = PERF_MOST;
	if (value < 1u << PERF_SUB_BITS)
		return (unsigned int)value;
	shift = 63u - (unsigned int)__builtin_clzll(value) - PERF_SUB_BITS;
	return (shift << PERF_SUB_BITS) + (unsigned int)(value >> shift);
}

static inline void perf_histogram_add(struct perf_histogram *histogram, uint64_t value)
{
	histogram->count[perf_bucket(value)]++;
	histogram->total++;
	if (value > histogram->max)
		histogram->max = value;
	if (value < histogram->min)
		histogram->min = value;
}

/* perf_histogram_clear - no values; the smallest one is then the largest number there is */
void perf_histogram_clear(struct perf_histogram *histogram);

/* perf_histogram_merge - add all values of another one */
void perf_histogram_merge(struct perf_histogram *to, const struct perf_histogram *from);

/* perf_bucket_low - the smallest value that falls into a bucket */
uint64_t perf_bucket_low(unsigned int bucket);

/* perf_percentile - the value that @percent per cent of all values do not exceed; 0 for none */
double perf_percentile(const struct perf_histogram *histogram, double percent);

#endif
