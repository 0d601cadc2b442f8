/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "work.h"

static enum sva_dev_kind kind_of(const uint64_t value[PERF_AXES])
{
	return perf_work_kind(perf_work_at((unsigned int)value[PERF_OP]));
}

/* What a configuration does not have is written "-", so that it is made only once. */
static void without_meaning(uint64_t value[PERF_AXES])
{
	uint64_t depth = value[PERF_DEPTH];

	if (kind_of(value) == SVA_DEV_KIND_IAX)
		value[PERF_BATCH] = 1; /* it has none */
	switch (value[PERF_MODE]) {
	case PERF_PLAIN: /* on as many buffers as the others have */
		value[PERF_QUEUE] = value[PERF_PATH] = value[PERF_WAIT] = value[PERF_FLAGS] =
			PERF_NONE;
		value[PERF_DEPTH] = depth * value[PERF_BATCH];
		value[PERF_BATCH] = 1;
		return;
	case PERF_CALL:
		value[PERF_DEPTH] = value[PERF_BATCH] = 1;
		break;
	case PERF_RING:
		if (value[PERF_BATCH] > depth)
			value[PERF_BATCH] = depth;
		break;
	default:
		break;
	}
	if (value[PERF_PATH] == PERF_PATH_CPU)
		value[PERF_WAIT] = PERF_NONE; /* it has ended when it is submitted */
}

static bool is_possible(const uint64_t value[PERF_AXES])
{
	const struct perf_work *work = perf_work_at((unsigned int)value[PERF_OP]);

	if (value[PERF_SIZE] % work->unit || (work->most && value[PERF_SIZE] > work->most))
		return false;
	if (value[PERF_MODE] == PERF_PLAIN || value[PERF_MODE] == PERF_CALL)
		return work->call != NULL;
	return true;
}

static int add_cell(struct perf_run *run, const struct perf_lists *lists,
		    const uint64_t wanted[PERF_AXES], unsigned int turns)
{
	struct perf_cell *cell = &run->cell[run->cell_count];
	const struct perf_work *work = perf_work_at((unsigned int)wanted[PERF_OP]);

	if (!is_possible(wanted))
		return 0;
	if (run->cell_count == PERF_CELLS) {
		fprintf(stderr, "sva-perf: more than %d configurations: give shorter lists\n",
			PERF_CELLS);
		return -E2BIG;
	}
	memset(cell, 0, sizeof(*cell));
	memcpy(cell->value, wanted, sizeof(cell->value));
	without_meaning(cell->value);
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		perf_axis_text(lists, axis, cell->value[axis], cell->text[axis], PERF_WORD);
	for (unsigned int i = 0; i < run->cell_count; i++)
		if (perf_same(cell, &run->cell[i], 0))
			return 0;
	if (perf_is_plain(cell) && work->peer)
		snprintf(cell->peer, sizeof(cell->peer), "%s", work->peer);
	else if (perf_is_plain(cell))
		snprintf(cell->peer, sizeof(cell->peer), "call on the CPU");
	run->cell_count++;
	return perf_cell_room(cell, turns);
}

/* For each configuration the plain function first: with the buffers that it has. */
static int add_with_peer(struct perf_run *run, const struct perf_lists *lists,
			 uint64_t value[PERF_AXES], bool plain, unsigned int turns)
{
	uint64_t peer[PERF_AXES];
	int err = 0;

	memcpy(peer, value, sizeof(peer));
	if (plain) {
		without_meaning(peer);
		if (peer[PERF_MODE] == PERF_RING)
			peer[PERF_BATCH] = 1;
		peer[PERF_MODE] = PERF_PLAIN;
		err = add_cell(run, lists, peer, turns);
	}
	return err ? err : add_cell(run, lists, value, turns);
}

/* Count through all axes, the last one fastest; queue and path are one: the target. */
static bool next(unsigned int at[PERF_AXES], const struct perf_lists *lists, unsigned int targets)
{
	for (unsigned int axis = PERF_AXES; axis--;) {
		unsigned int count = axis == PERF_QUEUE  ? targets
				     : axis == PERF_PATH ? 1
							 : lists->axis[axis].count;

		if (++at[axis] < count)
			return true;
		at[axis] = 0;
	}
	return false;
}

/* As the tables have them: what belongs together stands together, the plain function first. */
static int by_order(const void *a, const void *b)
{
	static const enum perf_axis order[] = { PERF_OP,    PERF_SIZE,  PERF_THREADS, PERF_NODE,
						PERF_PAGES, PERF_CACHE, PERF_MODE,    PERF_QUEUE,
						PERF_PATH,  PERF_DEPTH, PERF_BATCH,   PERF_WAIT,
						PERF_FLAGS };
	const struct perf_cell *x = a, *y = b;

	for (unsigned int i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (x->value[order[i]] != y->value[order[i]])
			return x->value[order[i]] < y->value[order[i]] ? -1 : 1;
	return 0;
}

int perf_cells_make(struct perf_run *run, const struct perf_lists *lists,
		    const struct perf_targets *targets, bool plain, unsigned int turns)
{
	unsigned int at[PERF_AXES] = { 0 };
	uint64_t value[PERF_AXES];
	int err = 0;

	run->cell = calloc(PERF_CELLS + 1, sizeof(*run->cell));
	if (!run->cell) {
		fprintf(stderr, "sva-perf: no memory for the configurations\n");
		return -ENOMEM;
	}
	do {
		for (unsigned int axis = 0; axis < PERF_AXES; axis++)
			if (axis != PERF_QUEUE && axis != PERF_PATH)
				value[axis] = lists->axis[axis].value[at[axis]];
		value[PERF_QUEUE] = targets->target[at[PERF_QUEUE]].queue;
		value[PERF_PATH] = targets->target[at[PERF_QUEUE]].path;
		if (targets->target[at[PERF_QUEUE]].kind == kind_of(value))
			err = add_with_peer(run, lists, value, plain, turns);
	} while (!err && next(at, lists, targets->count));
	if (err == -ENOMEM)
		fprintf(stderr, "sva-perf: no memory for so many configurations and turns\n");
	qsort(run->cell, run->cell_count, sizeof(*run->cell), by_order);
	if (err || run->cell_count)
		return err;
	fprintf(stderr,
		"sva-perf: no configuration is left: deltas take multiples of 8 bytes up to "
		"512K, DIF multiples of 512, and there is no call for a noop\n");
	return -EINVAL;
}
