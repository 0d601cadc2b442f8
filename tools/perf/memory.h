/* SPDX-License-Identifier: MIT */
/* Memory for the buffers: of a kind of page, on a NUMA node, all present. */
#ifndef PERF_MEMORY_H
#define PERF_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct perf_arena {
	uint64_t pages; /* enum perf_pages */
	uint32_t node;  /* or PERF_NODE_ANY */
	uint8_t *base;
	size_t size;
};

/* Kept from turn to turn: its pages are brought in once. */
struct perf_memory {
	struct perf_arena arena[16];
	unsigned int count;
};

/**
 * perf_memory_get - at least @size bytes, aligned to a page; what they hold is not defined
 *
 * One piece for each kind and node: what was got before is not valid any more.
 *
 * Returns 0; or -errno, and @why says what is missing and how to get it.
 */
int perf_memory_get(struct perf_memory *memory, uint64_t pages, uint32_t node, size_t size,
		    uint8_t **base, char *why, size_t len);

void perf_memory_free(struct perf_memory *memory);

#endif
