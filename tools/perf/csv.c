/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "output.h"

static const double percents[] = { 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99 };
#define PERCENTS (sizeof(percents) / sizeof(*percents))

static void print_field(const char *text, FILE *to)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++)
		fprintf(to, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', to);
}

static void print_number(double value, FILE *to)
{
	if (isfinite(value))
		fprintf(to, ",%.6g", value);
	else
		fputc(',', to);
}

static void print_header(FILE *to)
{
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		fprintf(to, "%s,", perf_axis_name(axis));
	fprintf(to, "function,turns,operations,bytes_per_s,time_ns,time_q1_ns,time_q3_ns,cpu_ns,"
		    "cycles,speed_up,latency_min_ns");
	for (unsigned int i = 0; i < PERCENTS; i++)
		fprintf(to, ",latency_p%g_ns", percents[i]);
	fprintf(to, ",latency_max_ns,faults,full,by_cpu,failed\r\n");
}

static void print_cell(const struct perf_run *run, const struct perf_cell *cell, FILE *to)
{
	const struct perf_cell *peer = perf_peer(run, cell);
	const double *time = cell->sample[PERF_TIME];

	for (unsigned int axis = 0; axis < PERF_AXES; axis++) {
		if (axis == PERF_SIZE)
			fprintf(to, "%" PRIu64, cell->value[axis]);
		else
			print_field(cell->text[axis], to);
		fputc(',', to);
	}
	print_field(cell->peer, to);
	fprintf(to, ",%u,%" PRIu64, cell->turns, cell->operations);
	print_number(perf_rate(cell), to);
	print_number(perf_median(cell, PERF_TIME), to);
	print_number(perf_quantile(time, cell->turns, 0.25), to);
	print_number(perf_quantile(time, cell->turns, 0.75), to);
	print_number(perf_median(cell, PERF_CPU), to);
	print_number(perf_median(cell, PERF_CYCLES), to);
	print_number(peer ? perf_median(peer, PERF_TIME) / perf_median(cell, PERF_TIME) : NAN, to);
	print_number(cell->turns ? (double)cell->latency->min : NAN, to);
	for (unsigned int i = 0; i < PERCENTS; i++)
		print_number(cell->turns ? perf_percentile(cell->latency, percents[i]) : NAN, to);
	print_number(cell->turns ? (double)cell->latency->max : NAN, to);
	fprintf(to, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", cell->faults, cell->retries,
		cell->by_cpu);
	print_field(cell->failed, to);
	fputs("\r\n", to);
}

void perf_csv(const struct perf_run *run, FILE *to)
{
	print_header(to);
	for (unsigned int i = 0; i < run->cell_count; i++)
		print_cell(run, &run->cell[i], to);
}
