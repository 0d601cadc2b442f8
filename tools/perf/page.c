/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "breakeven.h"
#include "page.h"
#include "plot.h"

#define BREAKEVENS 256
#define CURVES     6 /* latency distributions in a plot: more cannot be told apart */

static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:15px/1.5 system-ui,sans-serif;max-width:1280px;margin:2em auto;padding:0 1em}"
	"h1{font-size:1.5em}h2{font-size:1.25em;margin-top:2em;border-bottom:1px solid #8888}"
	"table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}"
	"th,td{padding:.2em .7em;border-bottom:1px solid #8884;text-align:left;white-space:nowrap}"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
	".plots{display:flex;flex-wrap:wrap;gap:1em}"
	"figure{flex:1 1 420px;max-width:640px;margin:0}"
	"svg.plot{width:100%;height:auto}svg.plot text{font-size:12px;fill:currentColor}"
	"svg.plot text.title{font-size:14px;font-weight:600}"
	".grid{stroke:#8884;stroke-width:1}"
	".legend{list-style:none;margin:.3em "
	"0;padding:0;font-size:13px;display:flex;flex-wrap:wrap;gap:0 1.5em}"
	".warning{border-left:4px solid #e69f00;padding:.3em .8em;margin:.4em 0}"
	".bad{border-left:4px solid #d55e00;padding:.3em .8em;margin:.4em 0;font-weight:600}"
	".good{border-left:4px solid #009e73;padding:.3em .8em;margin:.4em 0;font-weight:600}";

static void put_element(const char *element, const char *text, FILE *to)
{
	fprintf(to, "<%s>", element);
	perf_escape(text, to);
	fprintf(to, "</%.*s>\n", (int)strcspn(element, " "), element);
}

static void put_number(double value, int digits, FILE *to)
{
	if (isfinite(value))
		fprintf(to, "<td class=\"n\">%.*f</td>", digits, value);
	else
		fputs("<td class=\"n\">-</td>", to);
}

static void put_time(double ns, FILE *to)
{
	char text[32];

	perf_time_text(ns, text, sizeof(text));
	put_element("td class=\"n\"", text, to);
}

static void put_warnings(const struct perf_run *run, FILE *to)
{
	for (unsigned int i = 0; i < run->warning_count; i++)
		put_element("p class=\"warning\"", run->warning[i], to);
	if (run->interrupted)
		put_element("p class=\"warning\"",
			    "The run was interrupted: the figures are of the turns until then.",
			    to);
	for (unsigned int i = 0; i < run->cell_count; i++) {
		char text[1024], label[512];

		if (!*run->cell[i].failed || run->cell[i].skipped)
			continue;
		perf_label(&run->cell[i], (1u << PERF_AXES) - 1, label, sizeof(label));
		snprintf(text, sizeof(text), "%s: %s", label, run->cell[i].failed);
		put_element("p class=\"bad\"", text, to);
	}
}

/* What two runs say of themselves, side by side. */
static void put_facts(const char *title, const struct perf_facts *a, const struct perf_facts *b,
		      FILE *to)
{
	if (!a->count)
		return;
	put_element("h3", title, to);
	fputs("<table>\n", to);
	for (unsigned int i = 0; i < a->count; i++) {
		fputs("<tr>", to);
		put_element("th", a->fact[i].key, to);
		put_element("td", a->fact[i].value, to);
		if (b)
			put_element("td", perf_fact_find(b, a->fact[i].key), to);
		fputs("</tr>\n", to);
	}
	fputs("</table>\n", to);
}

static const char *verdict_text(const struct perf_change *change)
{
	static const char *const texts[] = { "same", "faster", "slower", "noise" };

	return texts[change->verdict];
}

static void put_change(const struct perf_change *change, FILE *to)
{
	static const char *const metrics[] = { "time", "CPU time", "latency (p50)", "cycles" };
	char label[512];

	perf_label(change->a, (1u << PERF_AXES) - 1, label, sizeof(label));
	fputs("<tr>", to);
	put_element("td", label, to);
	put_element("td", metrics[change->metric], to);
	put_time(perf_median(change->a, change->metric), to);
	put_time(perf_median(change->b, change->metric), to);
	fprintf(to, "<td class=\"n\">%+.1f %%</td><td class=\"n\">%.2g</td>",
		100 * (change->ratio - 1), change->probability);
	put_element("td", verdict_text(change), to);
	fputs("</tr>\n", to);
}

static void put_comparison(const struct perf_comparison *comparison, FILE *to)
{
	char text[256];

	put_element("h2", "What has changed", to);
	snprintf(text, sizeof(text),
		 "%u configurations in both runs: %u figures slower, %u faster.", comparison->pairs,
		 comparison->slower, comparison->faster);
	if (!comparison->slower && !comparison->faster)
		snprintf(text, sizeof(text),
			 "%u configurations in both runs: no change beyond the noise.",
			 comparison->pairs);
	put_element(comparison->slower ? "p class=\"bad\"" : "p class=\"good\"", text, to);
	if (comparison->noise[PERF_TIME] > 1.05) {
		snprintf(text, sizeof(text),
			 "The plain functions have changed by up to %.0f %% (their median by %+.0f "
			 "%%): the "
			 "machine is not the same, or not as quiet; changes up to that count as "
			 "noise.",
			 100 * (comparison->noise[PERF_TIME] - 1),
			 100 * (comparison->plain_ratio - 1));
		put_element("p class=\"warning\"", text, to);
	}
	fputs("<table>\n<tr><th>configuration</th><th>figure</th><th class=\"n\">first</th>"
	      "<th class=\"n\">second</th><th class=\"n\">change</th><th class=\"n\">p</th>"
	      "<th>verdict</th></tr>\n",
	      to);
	for (unsigned int i = 0; i < comparison->count; i++)
		if (comparison->change[i].verdict == PERF_SLOWER ||
		    comparison->change[i].verdict == PERF_FASTER)
			put_change(&comparison->change[i], to);
	fputs("</table>\n", to);
}

/* The figures that are plotted by size. */
static double rate(const struct perf_cell *cell)
{
	return perf_rate(cell) / 1e9;
}

static double cpu_cost(const struct perf_cell *cell)
{
	return perf_median(cell, PERF_CPU) / (double)cell->value[PERF_SIZE];
}

static bool is_in_series(const struct perf_cell *cell, const struct perf_cell *first)
{
	return cell->turns && perf_same(cell, first, 1u << PERF_SIZE);
}

static void collect(const struct perf_run *run, const struct perf_cell *first,
		    double (*figure)(const struct perf_cell *cell), struct perf_series *series)
{
	series->count = 0;
	for (unsigned int i = 0; i < run->cell_count && series->count < PERF_POINTS; i++) {
		const struct perf_cell *cell = &run->cell[i];

		if (!is_in_series(cell, first))
			continue;
		series->x[series->count] = (double)cell->value[PERF_SIZE];
		series->y[series->count++] = figure(cell);
	}
}

static bool starts_series(const struct perf_run *run, const struct perf_cell *cell)
{
	for (const struct perf_cell *other = run->cell; other < cell; other++)
		if (is_in_series(other, cell))
			return false;
	return cell->turns > 0;
}

static void name_series(const struct perf_run *run, const struct perf_cell *cell,
			unsigned int except, const char *suffix, struct perf_series *series)
{
	unsigned int axes = perf_varying(run) | 1u << PERF_MODE;

	perf_label(cell, axes & ~(except | 1u << PERF_OP), series->name,
		   sizeof(series->name) - strlen(suffix));
	strcat(series->name, suffix);
}

static const char *const which[2] = { ", first", ", second" };

/* A plot by size, of one operation in one or two runs. Returns how many series had no room. */
static unsigned int put_by_size(const struct perf_run *a, const struct perf_run *b, const char *op,
				double (*figure)(const struct perf_cell *cell),
				struct perf_plot *plot, FILE *to)
{
	struct perf_series *series = calloc((size_t)PERF_SERIES * 2, sizeof(*series));
	const struct perf_run *const runs[2] = { a, b };
	unsigned int left_out = 0, colour = 0;

	plot->count = 0;
	plot->series = series;
	for (unsigned int i = 0; series && i < a->cell_count; i++) {
		const struct perf_cell *cell = &a->cell[i];

		if (strcmp(cell->text[PERF_OP], op) != 0 || !starts_series(a, cell))
			continue;
		if (colour == PERF_SERIES) {
			left_out++;
			continue;
		}
		for (unsigned int r = 0; r < 2 && runs[r]; r++) {
			struct perf_series *one = &series[plot->count++];

			collect(runs[r], cell, figure, one);
			name_series(a, cell, 1u << PERF_SIZE, b ? which[r] : "", one);
			one->colour = colour;
			one->dashed = r > 0;
		}
		colour++;
	}
	perf_plot_svg(plot, to);
	free(series);
	return left_out;
}

static const double percents[] = { 0, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100 };
static const char *const percent_names[] = { "min",  "10 %",   "25 %",    "50 %", "75 %", "90 %",
					     "99 %", "99.9 %", "99.99 %", "max",  NULL };
#define PERCENTS (sizeof(percents) / sizeof(*percents))

static void put_curve(const struct perf_cell *cell, struct perf_series *series)
{
	series->count = PERCENTS;
	for (unsigned int i = 0; i < PERCENTS; i++) {
		series->x[i] = i;
		series->y[i] = perf_percentile(cell->latency, percents[i]);
	}
}

static const struct perf_cell *same_in(const struct perf_run *run, const struct perf_cell *cell)
{
	for (unsigned int i = 0; run && i < run->cell_count; i++)
		if (run->cell[i].turns && perf_same(&run->cell[i], cell, 0))
			return &run->cell[i];
	return NULL;
}

/* Latencies of the size in the middle: one plot for all sizes would be a tangle. */
static uint64_t middle_size(const struct perf_run *run, const char *op)
{
	uint64_t sizes[PERF_LIST];
	unsigned int count = 0;

	for (unsigned int i = 0; i < run->cell_count && count < PERF_LIST; i++) {
		const struct perf_cell *cell = &run->cell[i];
		uint64_t size = cell->value[PERF_SIZE];

		if (!strcmp(cell->text[PERF_OP], op) && cell->turns &&
		    (!count || sizes[count - 1] != size))
			sizes[count++] = size;
	}
	return count ? sizes[count / 2] : 0;
}

static void put_latencies(const struct perf_run *a, const struct perf_run *b, const char *op,
			  FILE *to)
{
	struct perf_series *series = calloc((size_t)PERF_SERIES * 2, sizeof(*series));
	struct perf_plot plot = { .x_label = "share of the operations that took no longer",
				  .y_label = "latency",
				  .x_names = percent_names,
				  .times = true,
				  .series = series };
	uint64_t size = middle_size(a, op);
	unsigned int colour = 0;
	char title[128], bytes[24];

	perf_bytes_text(size, bytes, sizeof(bytes));
	snprintf(title, sizeof(title), "%s: latency at %s", op, bytes);
	plot.title = title;
	for (unsigned int i = 0; series && i < a->cell_count && colour < CURVES; i++) {
		const struct perf_cell *cell = &a->cell[i];
		const struct perf_cell *const cells[2] = { cell, same_in(b, cell) };

		if (strcmp(cell->text[PERF_OP], op) != 0 || cell->value[PERF_SIZE] != size ||
		    !cell->turns)
			continue;
		for (unsigned int r = 0; r < 2 && cells[r]; r++) {
			struct perf_series *one = &series[plot.count++];

			put_curve(cells[r], one);
			name_series(a, cell, 1u << PERF_SIZE, cells[1] ? which[r] : "", one);
			one->colour = colour;
			one->dashed = r > 0;
		}
		colour++;
	}
	perf_plot_svg(&plot, to);
	free(series);
}

static void put_operation(const struct perf_run *a, const struct perf_run *b, const char *op,
			  FILE *to)
{
	char title[2][128];
	struct perf_plot plot = { .title = title[0], .x_label = "size, bytes", .y_label = "GB/s" };
	unsigned int left_out;

	snprintf(title[0], sizeof(title[0]), "%s: throughput", op);
	snprintf(title[1], sizeof(title[1]), "%s: CPU time", op);
	put_element("h2", op, to);
	fputs("<div class=\"plots\">\n", to);
	left_out = put_by_size(a, b, op, rate, &plot, to);
	plot.title = title[1];
	plot.y_label = "ns of CPU time for a byte";
	put_by_size(a, b, op, cpu_cost, &plot, to);
	put_latencies(a, b, op, to);
	fputs("</div>\n", to);
	if (left_out)
		fprintf(to, "<p>%u more series are in the table only.</p>\n", left_out);
}

static void put_operations(const struct perf_run *a, const struct perf_run *b, FILE *to)
{
	for (unsigned int i = 0; i < a->cell_count; i++) {
		bool first = a->cell[i].turns > 0;

		for (unsigned int k = 0; k < i && first; k++)
			first = !a->cell[k].turns ||
				strcmp(a->cell[k].text[PERF_OP], a->cell[i].text[PERF_OP]) != 0;
		if (first)
			put_operation(a, b, a->cell[i].text[PERF_OP], to);
	}
}

static void put_breakeven(const struct perf_run *run, FILE *to)
{
	struct perf_breakeven found[BREAKEVENS];
	unsigned int count = perf_breakeven_find(run, found, BREAKEVENS);

	if (!count)
		return;
	put_element("h2", "Break-even, against the plain functions", to);
	fputs("<table>\n", to);
	for (unsigned int i = 0; i < count; i++) {
		char label[512], text[256];

		perf_label(found[i].cell, ((1u << PERF_AXES) - 1) & ~(1u << PERF_SIZE), label,
			   sizeof(label));
		perf_breakeven_text(&found[i], text, sizeof(text));
		fputs("<tr>", to);
		put_element("th", label, to);
		put_element("td", text, to);
		fputs("</tr>\n", to);
	}
	fputs("</table>\n", to);
}

static void put_results(const struct perf_run *run, const char *title, FILE *to)
{
	unsigned int axes = perf_varying(run) | 1u << PERF_OP | 1u << PERF_SIZE;

	put_element("h2", title, to);
	fputs("<table>\n<tr>", to);
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		if (axes >> axis & 1)
			put_element("th", perf_axis_name((enum perf_axis)axis), to);
	fputs("<th class=\"n\">GB/s</th><th class=\"n\">time</th><th class=\"n\">spread, %</th>"
	      "<th class=\"n\">p50</th><th class=\"n\">p99</th><th class=\"n\">p99.9</th>"
	      "<th class=\"n\">CPU ns/B</th><th class=\"n\">cycles/B</th>"
	      "<th class=\"n\">speed-up</th></tr>\n",
	      to);
	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i], *peer = perf_peer(run, cell);
		double time = perf_median(cell, PERF_TIME);

		if (!cell->turns)
			continue;
		fputs("<tr>", to);
		for (unsigned int axis = 0; axis < PERF_AXES; axis++)
			if (axes >> axis & 1)
				put_element("td",
					    axis == PERF_MODE && perf_is_plain(cell)
						    ? cell->peer
						    : cell->text[axis],
					    to);
		put_number(rate(cell), 2, to);
		put_time(time, to);
		put_number(100 * perf_spread(cell), 0, to);
		put_time(perf_percentile(cell->latency, 50), to);
		put_time(perf_percentile(cell->latency, 99), to);
		put_time(perf_percentile(cell->latency, 99.9), to);
		put_number(cpu_cost(cell), 3, to);
		put_number(perf_median(cell, PERF_CYCLES) / (double)cell->value[PERF_SIZE], 2, to);
		put_number(peer ? perf_median(peer, PERF_TIME) / time : NAN, 2, to);
		fputs("</tr>\n", to);
	}
	fputs("</table>\n", to);
}

static void put_about(const struct perf_run *a, const struct perf_run *b, FILE *to)
{
	put_element("h2", "Machine and method", to);
	put_facts("Machine", &a->machine, b ? &b->machine : NULL, to);
	for (unsigned int i = 0; i < a->queue_count; i++)
		put_facts("Queue", &a->queue[i], b && i < b->queue_count ? &b->queue[i] : NULL, to);
	put_facts("Options", &a->options, b ? &b->options : NULL, to);
	put_facts("Method", &a->method, b ? &b->method : NULL, to);
}

void perf_page(const struct perf_run *a, const struct perf_run *b,
	       const struct perf_comparison *comparison, FILE *to)
{
	char title[700];

	snprintf(title, sizeof(title), "sva-perf: %s, %s", perf_fact_find(&a->machine, "host"),
		 perf_fact_find(&a->machine, "cpu"));
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
	      to);
	put_element("title", title, to);
	fprintf(to, "<style>%s</style>\n</head>\n<body>\n", style);
	put_element("h1", title, to);
	snprintf(title, sizeof(title), "Run %s of %s%s%s%s%s", a->id, a->time,
		 b ? ", against run " : "", b ? b->id : "", b ? " of " : "", b ? b->time : "");
	put_element("p", title, to);
	put_warnings(a, to);
	if (b) {
		put_warnings(b, to);
		put_comparison(comparison, to);
	}
	put_operations(a, b, to);
	put_breakeven(b ? b : a, to);
	put_results(a, b ? "All figures of the first run" : "All figures", to);
	if (b)
		put_results(b, "All figures of the second run", to);
	put_about(a, b, to);
	fputs("</body>\n</html>\n", to);
}
