/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#define LINEAR 128u /* values that have a bucket each */
#define HALF   64u  /* buckets of each power of two behind */

static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < LINEAR)
		return (unsigned int)value;
	shift = 63u - 6u - (unsigned int)__builtin_clzll(value); /* six bits behind the first */
	return LINEAR + (shift - 1) * HALF + (unsigned int)((value >> shift) - HALF);
}

uint64_t histogram_value(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < LINEAR)
		return bucket;
	shift = (bucket - LINEAR) / HALF + 1;
	return ((uint64_t)((bucket - LINEAR) % HALF + HALF + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->bucket[bucket_of(value)]++;
	h->count++;
	if (value > h->largest)
		h->largest = value;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
	to->count += from->count;
	if (from->largest > to->largest)
		to->largest = from->largest;
}

uint64_t histogram_percentile(const struct histogram *h, double percent)
{
	double wanted = (double)h->count * percent / 100;
	uint64_t seen = 0;

	for (unsigned int i = 0; h->count && i < HISTOGRAM_BUCKETS; i++) {
		seen += h->bucket[i];
		if ((double)seen >= wanted && seen)
			return histogram_value(i) < h->largest ? histogram_value(i) : h->largest;
	}
	return h->largest;
}
