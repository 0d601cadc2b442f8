/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "breakeven.h"
#include "output.h"

#define BREAKEVENS 256

static void print_setting(const struct perf_run *run, unsigned int varying, FILE *to)
{
	char label[512];
	const struct perf_cell *cell = run->cell;

	while (cell < run->cell + run->cell_count - 1 && perf_is_plain(cell))
		cell++;
	perf_label(cell, ~varying & ((1u << PERF_AXES) - 1), label, sizeof(label));
	fprintf(to, "%s, %s\n", perf_fact_find(&run->machine, "cpu"),
		perf_fact_find(&run->machine, "kernel"));
	fprintf(to, "%s; run %s, %s\n", perf_fact_find(&run->machine, "library"), run->id,
		run->time);
	for (unsigned int i = 0; i < run->queue_count; i++)
		fprintf(to, "queue %s: %s\n", perf_fact_find(&run->queue[i], "queue"),
			perf_fact_find(&run->queue[i], "why"));
	if (*label)
		fprintf(to, "all: %s\n", label);
}

/* What one line says of an axis: the plain function stands in place of the mode. */
static const char *shown(const struct perf_cell *cell, unsigned int axis)
{
	return axis == PERF_MODE && perf_is_plain(cell) ? cell->peer : cell->text[axis];
}

static int width(const struct perf_run *run, unsigned int axis)
{
	size_t most = strlen(perf_axis_name(axis));

	for (unsigned int i = 0; i < run->cell_count; i++) {
		size_t length = strlen(shown(&run->cell[i], axis));

		most = length > most ? length : most;
	}
	return (int)most;
}

static void print_number(double value, int digits, int columns, FILE *to)
{
	if (isfinite(value))
		fprintf(to, "  %*.*f", columns, digits, value);
	else
		fprintf(to, "  %*s", columns, "-");
}

static void print_time(double ns, FILE *to)
{
	char text[32];

	perf_time_text(ns, text, sizeof(text));
	fprintf(to, "  %8s", text);
}

static void print_figures(const struct perf_run *run, const struct perf_cell *cell, FILE *to)
{
	const struct perf_cell *peer = perf_peer(run, cell);
	double size = (double)cell->value[PERF_SIZE], time = perf_median(cell, PERF_TIME);

	print_number(perf_rate(cell) / 1e9, 2, 7, to);
	print_time(time, to);
	print_number(100 * perf_spread(cell), 0, 3, to);
	print_time(perf_percentile(cell->latency, 50), to);
	print_time(perf_percentile(cell->latency, 99), to);
	print_time(perf_percentile(cell->latency, 99.9), to);
	print_number(perf_median(cell, PERF_CPU) / size, 3, 8, to);
	print_number(perf_median(cell, PERF_CYCLES) / size, 2, 6, to);
	print_number(peer ? perf_median(peer, PERF_TIME) / time : NAN, 2, 8, to);
	if (cell->by_cpu && strcmp(cell->text[PERF_PATH], "cpu") != 0)
		fprintf(to, "  %" PRIu64 " by CPU", cell->by_cpu);
	if (cell->faults)
		fprintf(to, "  %" PRIu64 " faults", cell->faults);
	if (cell->retries)
		fprintf(to, "  full %" PRIu64 " times", cell->retries);
}

static void print_table(const struct perf_run *run, unsigned int varying, FILE *to)
{
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		if (varying >> axis & 1)
			fprintf(to, "%-*s  ", width(run, axis), perf_axis_name(axis));
	fprintf(to, "%9s  %8s  %3s  %8s  %8s  %8s  %8s  %6s  %8s\n", "GB/s", "time", "+-%", "p50",
		"p99", "p99.9", "CPU ns/B", "cyc/B", "speed-up");
	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i];

		if (!cell->turns)
			continue;
		for (unsigned int axis = 0; axis < PERF_AXES; axis++)
			if (varying >> axis & 1)
				fprintf(to, "%-*s  ", width(run, axis), shown(cell, axis));
		print_figures(run, cell, to);
		fputc('\n', to);
	}
}

/* Configurations that failed for one reason are named once, with their number. */
static void print_failed(const struct perf_run *run, bool skipped, const char *what, FILE *to)
{
	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i];
		unsigned int more = 0;
		bool seen = false;
		char label[512];

		/* A plain function is only left out with what it belongs to. */
		if (!*cell->failed || cell->skipped != skipped || (skipped && perf_is_plain(cell)))
			continue;
		for (unsigned int k = 0; k < run->cell_count; k++) {
			bool same = !strcmp(run->cell[k].failed, cell->failed);

			seen |= same && k < i;
			more += same && k > i;
		}
		if (seen)
			continue;
		perf_label(cell, perf_varying(run) | 1u << PERF_OP | 1u << PERF_SIZE, label,
			   sizeof(label));
		fprintf(to, "%s: %s: %s", what, label, cell->failed);
		if (more)
			fprintf(to, " (and %u more)", more);
		fputc('\n', to);
	}
}

static void print_breakeven(const struct perf_run *run, FILE *to)
{
	struct perf_breakeven found[BREAKEVENS];
	unsigned int count = perf_breakeven_find(run, found, BREAKEVENS);
	unsigned int axes = perf_varying(run) | 1u << PERF_OP | 1u << PERF_MODE;

	if (!count)
		return;
	fprintf(to, "\nBreak-even, against the plain function (sva_policy.threshold, "
		    "sva_wq_set_policy()):\n");
	for (unsigned int i = 0; i < count; i++) {
		char label[512], text[256];

		perf_label(found[i].cell, axes & ~(1u << PERF_SIZE), label, sizeof(label));
		perf_breakeven_text(&found[i], text, sizeof(text));
		fprintf(to, "  %s: %s\n", label, text);
	}
}

void perf_text(const struct perf_run *run, FILE *to)
{
	unsigned int varying = perf_varying(run);

	print_setting(run, varying, to);
	fputc('\n', to);
	print_table(run, varying, to);
	print_breakeven(run, to);
	fputc('\n', to);
	print_failed(run, true, "left out", to);
	print_failed(run, false, "failed", to);
	if (run->interrupted)
		fprintf(to, "interrupted: the figures are of the turns until then\n");
	for (unsigned int i = 0; i < run->warning_count; i++)
		fprintf(to, "warning: %s\n", run->warning[i]);
}
