/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "histogram.h"

void perf_histogram_clear(struct perf_histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
	histogram->min = UINT64_MAX;
}

void perf_histogram_merge(struct perf_histogram *to, const struct perf_histogram *from)
{
	to->total += from->total;
	if (from->max > to->max)
		to->max = from->max;
	if (from->min < to->min)
		to->min = from->min;
	for (unsigned int i = 0; i < PERF_BUCKETS; i++)
		to->count[i] += from->count[i];
}

uint64_t perf_bucket_low(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < 2u << PERF_SUB_BITS)
		return bucket;
	shift = (bucket >> PERF_SUB_BITS) - 1;
	return (uint64_t)((bucket & ((1u << PERF_SUB_BITS) - 1)) | 1u << PERF_SUB_BITS) << shift;
}

/* The middle of the bucket is at most half its width away from any value in it. */
static double middle(unsigned int bucket)
{
	uint64_t low = perf_bucket_low(bucket);

	return (double)low + (double)(perf_bucket_low(bucket + 1) - low - 1) / 2;
}

double perf_percentile(const struct perf_histogram *histogram, double percent)
{
	uint64_t rank = (uint64_t)ceil(percent / 100 * (double)histogram->total), seen = 0;
	double value;

	if (!histogram->total)
		return 0;
	if (rank <= 1)
		return (double)histogram->min;
	if (rank >= histogram->total)
		return (double)histogram->max;
	for (unsigned int i = 0; i < PERF_BUCKETS; i++) {
		seen += histogram->count[i];
		if (seen < rank)
			continue;
		value = middle(i);
		return fmin(fmax(value, (double)histogram->min), (double)histogram->max);
	}
	return (double)histogram->max;
}
