/* SPDX-License-Identifier: MIT */
/*
 * Latencies, all of them: counts in buckets that are exact below 128 ns and at most 1/64 wide
 * above, so that a percentile is wrong by less than 1.6 %.
 */
#ifndef PERF_HISTOGRAM_H
#define PERF_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 3712

struct histogram {
	uint64_t count, largest;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);
void histogram_merge(struct histogram *to, const struct histogram *from);

/* histogram_percentile - the least value that so many per cent do not exceed; 0 of none */
uint64_t histogram_percentile(const struct histogram *h, double percent);

/* histogram_value - the largest value of a bucket */
uint64_t histogram_value(unsigned int bucket);

#endif
