/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

const char *perf_metric_name(enum perf_metric metric)
{
	static const char *const names[] = { "time_ns", "cpu_ns", "latency_ns", "cycles" };

	return names[metric];
}

void perf_fact(struct perf_facts *facts, const char *key, const char *format, ...)
{
	struct perf_fact *fact;
	va_list args;

	if (facts->count == PERF_FACTS)
		return;
	fact = &facts->fact[facts->count++];
	fact->number = false;
	snprintf(fact->key, sizeof(fact->key), "%s", key);
	va_start(args, format);
	vsnprintf(fact->value, sizeof(fact->value), format, args);
	va_end(args);
}

void perf_fact_number(struct perf_facts *facts, const char *key, uint64_t value)
{
	unsigned int i = facts->count;

	perf_fact(facts, key, "%" PRIu64, value);
	if (i < PERF_FACTS)
		facts->fact[i].number = true;
}

const char *perf_fact_find(const struct perf_facts *facts, const char *key)
{
	for (unsigned int i = 0; i < facts->count; i++)
		if (!strcmp(facts->fact[i].key, key))
			return facts->fact[i].value;
	return "";
}

void perf_warn(struct perf_run *run, const char *format, ...)
{
	char text[sizeof(run->warning[0])];
	va_list args;

	if (run->warning_count == PERF_WARNINGS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (unsigned int i = 0; i < run->warning_count; i++)
		if (!strcmp(run->warning[i], text))
			return;
	snprintf(run->warning[run->warning_count++], sizeof(text), "%s", text);
}

void perf_fail(struct perf_cell *cell, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(cell->failed, sizeof(cell->failed), format, args);
	va_end(args);
}

int perf_cell_room(struct perf_cell *cell, unsigned int turns)
{
	for (unsigned int m = 0; m < PERF_METRICS; m++) {
		cell->sample[m] = calloc(turns ? turns : 1, sizeof(double));
		if (!cell->sample[m])
			return -ENOMEM;
	}
	cell->latency = malloc(sizeof(*cell->latency));
	if (!cell->latency)
		return -ENOMEM;
	perf_histogram_clear(cell->latency);
	return 0;
}

void perf_run_free(struct perf_run *run)
{
	for (unsigned int i = 0; i < run->cell_count; i++) {
		for (unsigned int m = 0; m < PERF_METRICS; m++)
			free(run->cell[i].sample[m]);
		free(run->cell[i].latency);
	}
	free(run->cell);
	free(run);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double perf_quantile(const double *sample, unsigned int count, double share)
{
	double sorted[PERF_TURNS], at;
	unsigned int low;

	if (!sample || !count || count > PERF_TURNS)
		return NAN;
	memcpy(sorted, sample, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_value);
	at = share * (count - 1);
	low = (unsigned int)at;
	if (low + 1 >= count)
		return sorted[count - 1];
	return sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]);
}

double perf_median(const struct perf_cell *cell, enum perf_metric metric)
{
	return perf_quantile(cell->sample[metric], cell->turns, 0.5);
}

double perf_spread(const struct perf_cell *cell)
{
	const double *sample = cell->sample[PERF_TIME];

	return (perf_quantile(sample, cell->turns, 0.75) -
		perf_quantile(sample, cell->turns, 0.25)) /
	       perf_median(cell, PERF_TIME);
}

double perf_rate(const struct perf_cell *cell)
{
	return (double)cell->value[PERF_SIZE] / perf_median(cell, PERF_TIME) * 1e9;
}

bool perf_is_plain(const struct perf_cell *cell)
{
	return cell->value[PERF_MODE] == PERF_PLAIN;
}

uint64_t perf_slots(const struct perf_cell *cell)
{
	return cell->value[PERF_DEPTH] *
	       (cell->value[PERF_MODE] == PERF_SUBMIT ? cell->value[PERF_BATCH] : 1);
}

bool perf_same(const struct perf_cell *a, const struct perf_cell *b, unsigned int except)
{
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		if (!(except >> axis & 1) && strcmp(a->text[axis], b->text[axis]) != 0)
			return false;
	return true;
}

bool perf_is_peer(const struct perf_cell *plain, const struct perf_cell *cell)
{
	const unsigned int own = 1u << PERF_MODE | 1u << PERF_QUEUE | 1u << PERF_PATH |
				 1u << PERF_BATCH | 1u << PERF_DEPTH | 1u << PERF_WAIT |
				 1u << PERF_FLAGS;

	return perf_is_plain(plain) && !perf_is_plain(cell) &&
	       perf_slots(plain) == perf_slots(cell) && perf_same(cell, plain, own);
}

const struct perf_cell *perf_peer(const struct perf_run *run, const struct perf_cell *cell)
{
	for (unsigned int i = 0; i < run->cell_count; i++)
		if (run->cell[i].turns && perf_is_peer(&run->cell[i], cell))
			return &run->cell[i];
	return NULL;
}

unsigned int perf_varying(const struct perf_run *run)
{
	const struct perf_cell *first[2] = { NULL, NULL };
	unsigned int axes = 0;

	/* What has no meaning for plain functions does not vary because of them. */
	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i], **like = &first[perf_is_plain(cell)];

		for (unsigned int axis = 0; *like && axis < PERF_AXES; axis++)
			if (strcmp(cell->text[axis], (*like)->text[axis]) != 0)
				axes |= 1u << axis;
		if (!*like)
			*like = cell;
	}
	if (first[0] && first[1])
		axes |= 1u << PERF_MODE;
	return axes;
}

void perf_label(const struct perf_cell *cell, unsigned int axes, char *text, size_t len)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned int axis = 0; axis < PERF_AXES && used < len; axis++) {
		const char *value = cell->text[axis], *space = used ? " " : "";

		if (!(axes >> axis & 1) || !strcmp(value, "-"))
			continue;
		if (axis == PERF_MODE && perf_is_plain(cell))
			value = cell->peer;
		if (axis <= PERF_SIZE)
			used += (size_t)snprintf(text + used, len - used, "%s%s", space, value);
		else
			used += (size_t)snprintf(text + used, len - used, "%s%s=%s", space,
						 perf_axis_name(axis), value);
	}
}

void perf_time_text(double ns, char *text, size_t len)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	unsigned int unit = 0;

	if (!isfinite(ns)) {
		snprintf(text, len, "-");
		return;
	}
	while (fabs(ns) >= 1000 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	snprintf(text, len, "%.*f %s", fabs(ns) < 10 ? 2 : fabs(ns) < 100 ? 1 : 0, ns, units[unit]);
}
