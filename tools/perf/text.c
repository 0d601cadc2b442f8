/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "perf.h"
#include "samples.h"

static bool beats_plain(const struct perf_cell *cell)
{
	return samples_median(cell->ns, cell->turns) < samples_median(cell->plain_ns, cell->turns);
}

/* Slower, and not by noise, as far as that can be told. */
static bool loses(const struct perf_cell *cell)
{
	if (cell->turns < SAMPLES_FEWEST)
		return !beats_plain(cell);
	return samples_differ(cell->plain_ns, cell->turns, cell->ns, cell->turns) > 0;
}

/* One operation at a time, in one thread: what a program has that waits for each. */
static bool counts(const struct perf_cell *cell, enum perf_op op)
{
	return cell->op == op && cell->turns && cell->depth == 1 && cell->threads == 1 &&
	       cell->mode != PERF_BATCH;
}

size_t perf_breakeven(const struct perf_run *run, enum perf_op op)
{
	size_t lost = 0, from = 0;

	for (unsigned int i = 0; i < run->cells; i++)
		if (counts(&run->cell[i], op) && loses(&run->cell[i]) && run->cell[i].size > lost)
			lost = run->cell[i].size;
	for (unsigned int i = 0; i < run->cells; i++)
		if (counts(&run->cell[i], op) && run->cell[i].size > lost &&
		    beats_plain(&run->cell[i]) && (!from || run->cell[i].size < from))
			from = run->cell[i].size;
	return from;
}

static void show_cell(const struct perf_cell *cell)
{
	double ns = samples_median(cell->ns, cell->turns);
	double plain = samples_median(cell->plain_ns, cell->turns);

	printf("%-8s %-5s %9zu %5u %5u %7u %8.2f %5.1f%% %9.0f %8.2f %6.2f",
	       perf_op_names[cell->op], perf_mode_names[cell->mode], cell->size, cell->depth,
	       cell->batch, cell->threads, ns > 0 ? (double)cell->size / ns : 0,
	       ns > 0 ? 100 * samples_spread(cell->ns, cell->turns) / ns : 0, ns > 0 ? 1e6 / ns : 0,
	       plain > 0 ? (double)cell->size / plain : 0, ns > 0 ? plain / ns : 0);
	printf(" %8llu %8llu %8llu %8llu %7.3f\n",
	       (unsigned long long)histogram_percentile(cell->latency, 50),
	       (unsigned long long)histogram_percentile(cell->latency, 99),
	       (unsigned long long)histogram_percentile(cell->latency, 99.9),
	       (unsigned long long)cell->latency->largest,
	       cell->operations ? cell->cpu_ns / (double)cell->operations / (double)cell->size : 0);
}

static void show_breakeven(const struct perf_run *run)
{
	for (enum perf_op op = 0; op < PERF_OPS; op++) {
		size_t from = perf_breakeven(run, op);
		bool measured = false;

		for (unsigned int i = 0; i < run->cells; i++)
			measured |= counts(&run->cell[i], op);
		if (measured && from)
			printf("%s: faster than the plain function from %zu bytes on: set the "
			       "threshold "
			       "to that\n",
			       perf_op_names[op], from);
		else if (measured)
			printf("%s: not faster than the plain function at any of these sizes\n",
			       perf_op_names[op]);
	}
}

void perf_text(const struct perf_run *run)
{
	for (unsigned int i = 0; i < run->warning_count; i++)
		printf("warning: %s\n", run->warnings[i]);
	printf("%s\n", sva_wq_why(run->wq));
	printf("%-8s %-5s %9s %5s %5s %7s %8s %6s %9s %8s %6s %8s %8s %8s %8s %7s\n", "op", "mode",
	       "bytes", "depth", "batch", "threads", "GB/s", "+-", "k ops/s", "plain", "ratio",
	       "p50 ns", "p99 ns", "p99.9 ns", "max ns", "CPU");
	for (unsigned int i = 0; i < run->cells; i++)
		if (run->cell[i].turns)
			show_cell(&run->cell[i]);
	printf("plain: GB/s of the plain function; ratio: to that; CPU: ns of CPU time a byte\n");
	if (run->options.breakeven)
		show_breakeven(run);
}
