/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "breakeven.h"

/* A size, with the times of the device and of the plain function. */
struct point {
	uint64_t size;
	double device, plain;
};

static bool is_offloaded(const struct perf_run *run, const struct perf_cell *cell)
{
	return !perf_is_plain(cell) && cell->turns && perf_peer(run, cell) &&
	       strcmp(cell->text[PERF_PATH], "cpu") != 0;
}

static bool is_first(const struct perf_run *run, const struct perf_cell *cell)
{
	for (const struct perf_cell *other = run->cell; other < cell; other++)
		if (is_offloaded(run, other) && perf_same(cell, other, 1u << PERF_SIZE))
			return false;
	return true;
}

static void insert(struct point *points, unsigned int count, struct point point)
{
	while (count && points[count - 1].size > point.size) {
		points[count] = points[count - 1];
		count--;
	}
	points[count] = point;
}

static unsigned int collect(const struct perf_run *run, const struct perf_cell *first,
			    struct point *points)
{
	unsigned int count = 0;

	for (const struct perf_cell *cell = first; cell < run->cell + run->cell_count; cell++) {
		struct point point = { .size = cell->value[PERF_SIZE] };

		if (count == PERF_LIST || !is_offloaded(run, cell) ||
		    !perf_same(cell, first, 1u << PERF_SIZE))
			continue;
		point.device = perf_median(cell, PERF_TIME);
		point.plain = perf_median(perf_peer(run, cell), PERF_TIME);
		insert(points, count++, point);
	}
	return count;
}

/* Between two sizes the ratio is taken for a straight line, on logarithmic scales. */
static uint64_t crossing(const struct point *slower, const struct point *faster)
{
	double from = log(slower->device / slower->plain), to = log(faster->device / faster->plain);
	double share = from / (from - to);
	double size = exp(log((double)slower->size) +
			  share * log((double)faster->size / (double)slower->size));
	uint64_t rounded = ((uint64_t)size + 63) / 64 * 64;

	return rounded < faster->size ? rounded : faster->size;
}

static void find(const struct point *points, unsigned int count, struct perf_breakeven *found)
{
	unsigned int first = count;

	while (first && points[first - 1].device < points[first - 1].plain)
		first--;
	found->least = points[0].size;
	found->most = points[count - 1].size;
	if (first == count)
		return;
	found->faster_from = points[first].size;
	found->threshold = first ? crossing(&points[first - 1], &points[first]) : points[0].size;
}

unsigned int perf_breakeven_find(const struct perf_run *run, struct perf_breakeven *found,
				 unsigned int room)
{
	struct point points[PERF_LIST + 1];
	unsigned int count = 0;

	for (unsigned int i = 0; i < run->cell_count && count < room; i++) {
		const struct perf_cell *cell = &run->cell[i];
		unsigned int sizes;

		if (!is_offloaded(run, cell) || !is_first(run, cell))
			continue;
		sizes = collect(run, cell, points);
		if (sizes < 2)
			continue;
		found[count] = (struct perf_breakeven){ .cell = cell };
		find(points, sizes, &found[count++]);
	}
	return count;
}

void perf_breakeven_text(const struct perf_breakeven *found, char *text, size_t len)
{
	char least[24], most[24], from[24];

	perf_bytes_text(found->least, least, sizeof(least));
	perf_bytes_text(found->most, most, sizeof(most));
	perf_bytes_text(found->faster_from, from, sizeof(from));
	if (!found->faster_from)
		snprintf(text, len,
			 "not faster at %s, the largest size: set the threshold above %llu", most,
			 (unsigned long long)found->most);
	else if (found->faster_from == found->least)
		snprintf(text, len,
			 "faster at every size from %s on: set the threshold to %llu or less",
			 least, (unsigned long long)found->least);
	else
		snprintf(text, len, "faster from %s on: set the threshold to %llu", from,
			 (unsigned long long)found->threshold);
}
