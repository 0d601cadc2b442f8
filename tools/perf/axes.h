/* SPDX-License-Identifier: MIT */
/* The axes of the matrix: what a configuration consists of, and how the user writes it. */
#ifndef PERF_AXES_H
#define PERF_AXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum perf_axis {
	PERF_OP,
	PERF_MODE,
	PERF_QUEUE,
	PERF_PATH,
	PERF_SIZE,
	PERF_BATCH,
	PERF_DEPTH,
	PERF_THREADS,
	PERF_WAIT,
	PERF_FLAGS,
	PERF_NODE,
	PERF_PAGES,
	PERF_CACHE,
	PERF_AXES,
};

enum perf_mode { PERF_PLAIN, PERF_SUBMIT, PERF_CALL, PERF_RING };
enum perf_path { PERF_PATH_AUTO, PERF_PATH_PORTAL, PERF_PATH_WRITE, PERF_PATH_CPU, PERF_PATH_POOL };
enum perf_pages { PERF_PAGES_4K, PERF_PAGES_THP, PERF_PAGES_2M };
enum perf_cache { PERF_WARM, PERF_COLD };

#define PERF_NONE  UINT64_MAX /* the axis has no meaning for this configuration: "-" */
#define PERF_LIST  64         /* values of an axis */
#define PERF_WORD  64         /* bytes of a value as text */
#define PERF_NODES 1024

/* A node of the value of PERF_NODE: sources in the upper half, destinations in the lower one. */
#define PERF_NODE_ANY        UINT32_MAX
#define PERF_NODE_SRC(value) ((uint32_t)((value) >> 32))
#define PERF_NODE_DST(value) ((uint32_t)(value))

struct perf_list {
	unsigned int count;
	bool given; /* by the user, so that a preset leaves it alone */
	uint64_t value[PERF_LIST];
};

struct perf_lists {
	struct perf_list axis[PERF_AXES];
	char queue[PERF_LIST][PERF_WORD]; /* what a value of PERF_QUEUE counts */
};

/* perf_axis_name - "size": of the option, of the column, and of the JSON key */
const char *perf_axis_name(enum perf_axis axis);

/* perf_axis_is_number - in JSON */
bool perf_axis_is_number(enum perf_axis axis);

/* perf_axis_values - what may be given, for the help text and for error messages */
void perf_axis_values(enum perf_axis axis, char *text, size_t len);

/**
 * perf_axis_parse - one list, as in "4K,64K..1M"; it replaces what was there
 *
 * Returns 0, or -EINVAL: @why is a sentence.
 */
int perf_axis_parse(struct perf_lists *lists, enum perf_axis axis, const char *text, char *why,
		    size_t len);

/* perf_axis_text - a value as the user writes it */
void perf_axis_text(const struct perf_lists *lists, enum perf_axis axis, uint64_t value, char *text,
		    size_t len);

/* perf_bytes_text - 65536: "64K" */
void perf_bytes_text(uint64_t bytes, char *text, size_t len);

#endif
