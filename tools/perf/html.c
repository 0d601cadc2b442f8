/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "html.h"
#include "samples.h"

#define WIDTH  760.0
#define HEIGHT 340.0
#define LEFT   70.0
#define BOTTOM 40.0
#define SERIES 12u /* that a plot shows */

static const char *const colours[] = { "#1b6ca8", "#d1495b", "#2e8b57", "#8e5ea2",
				       "#c98a00", "#3aa6a6", "#7a5230", "#555555" };

static void escaped(FILE *f, const char *text)
{
	for (; *text; text++)
		if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
			fprintf(f, "&#%d;", *text);
		else
			fputc(*text, f);
}

/* What a plot shows of a cell. */
typedef double measure(const struct loaded_cell *cell);

static double throughput(const struct loaded_cell *cell)
{
	double ns = samples_median(cell->ns, cell->turns);

	return ns > 0 ? (double)cell->size / ns : 0;
}

static double plain_throughput(const struct loaded_cell *cell)
{
	double ns = samples_median(cell->plain_ns, cell->plain_turns);

	return ns > 0 ? (double)cell->size / ns : 0;
}

static double cpu_cost(const struct loaded_cell *cell)
{
	return cell->cpu_ns / (double)cell->size;
}

/* A plot's axes are logarithmic, from the least to the largest value of all that it shows. */
struct axes {
	double left, right, bottom, top;
};

static void widen(double *low, double *high, double value)
{
	if (value <= 0)
		return;
	if (*low == 0 || value < *low)
		*low = value;
	if (value > *high)
		*high = value;
}

static double place(double value, double low, double high, double from, double to)
{
	if (value <= 0 || high <= low)
		return from;
	return from + (log(value) - log(low)) / (log(high) - log(low)) * (to - from);
}

static double x_of(const struct axes *a, double value)
{
	return place(value, a->left, a->right, LEFT, WIDTH - 10);
}

static double y_of(const struct axes *a, double value)
{
	return place(value, a->bottom, a->top, HEIGHT - BOTTOM, 10);
}

static void size_text(double size, char text[32])
{
	if (size >= 1 << 20)
		snprintf(text, 32, "%.4g MiB", size / (1 << 20));
	else if (size >= 1024)
		snprintf(text, 32, "%.4g KiB", size / 1024);
	else
		snprintf(text, 32, "%.4g", size);
}

static void draw_axes(FILE *f, const struct axes *a, const char *unit, bool sizes)
{
	char text[32];

	fprintf(f, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", WIDTH, HEIGHT);
	for (double v = pow(2, ceil(log2(a->bottom))); v <= a->top && v > 0; v *= 4)
		fprintf(f,
			"<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/>"
			"<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>\n",
			LEFT, y_of(a, v), WIDTH - 10, LEFT - 6, y_of(a, v) + 4, v);
	for (double v = pow(2, ceil(log2(a->left))); sizes && v <= a->right && v > 0; v *= 4) {
		size_text(v, text);
		fprintf(f, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%s</text>\n",
			x_of(a, v), HEIGHT - BOTTOM + 16, text);
	}
	fprintf(f, "<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", LEFT, HEIGHT - 6, unit);
}

static bool same_series(const struct loaded_cell *a, const struct loaded_cell *b)
{
	return !strcmp(a->op, b->op) && !strcmp(a->mode, b->mode) && a->depth == b->depth &&
	       a->batch == b->batch && a->threads == b->threads;
}

static bool is_first(const struct loaded *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_series(&l->cells[k], &l->cells[i]))
			return false;
	return true;
}

static void draw_line(FILE *f, const struct axes *a, const struct loaded *l,
		      const struct loaded_cell *series, measure *what, const char *style)
{
	char step = 'M';

	fprintf(f, "<path %s d=\"", style);
	for (size_t i = 0; i < l->count; i++)
		if (same_series(&l->cells[i], series) && what(&l->cells[i]) > 0) {
			fprintf(f, "%c%.1f %.1f", step, x_of(a, (double)l->cells[i].size),
				y_of(a, what(&l->cells[i])));
			step = 'L';
		}
	fprintf(f, "\"/>\n");
}

static void span(struct axes *a, const struct loaded *l, measure *what)
{
	for (size_t i = 0; l && what && i < l->count; i++) {
		widen(&a->left, &a->right, (double)l->cells[i].size);
		widen(&a->bottom, &a->top, what(&l->cells[i]));
	}
}

static void name_of(const struct loaded_cell *c, char *text, size_t size)
{
	snprintf(text, size, "%s, %s, depth %llu, batch %llu, %llu threads", c->op, c->mode,
		 (unsigned long long)c->depth, (unsigned long long)c->batch,
		 (unsigned long long)c->threads);
}

static void legend(FILE *f, const struct loaded *l, const char *text)
{
	char name[160];
	unsigned int n = 0;

	fprintf(f, "<p class=\"legend\">");
	for (size_t i = 0; i < l->count && n < SERIES; i++) {
		if (!is_first(l, i))
			continue;
		name_of(&l->cells[i], name, sizeof(name));
		fprintf(f, "<span style=\"color:%s\">&#9632;</span> ", colours[n++ % 8]);
		escaped(f, name);
		fprintf(f, "<br>");
	}
	fprintf(f, "%s</p>\n", text);
}

/* By size: each series of A, dashed the plain function or B. */
static void plot(FILE *f, const char *title, const char *unit, const struct loaded *a,
		 const struct loaded *b, measure *what, measure *plain)
{
	const struct loaded *other = b ? b : plain ? a : NULL;
	struct axes axes = { 0 };
	char style[160];
	unsigned int n = 0;

	span(&axes, a, what);
	span(&axes, other, b ? what : plain);
	fprintf(f, "<h2>%s</h2>\n", title);
	draw_axes(f, &axes, unit, true);
	for (size_t i = 0; i < a->count && n < SERIES; i++) {
		if (!is_first(a, i))
			continue;
		snprintf(style, sizeof(style), "class=\"line\" stroke=\"%s\"", colours[n % 8]);
		draw_line(f, &axes, a, &a->cells[i], what, style);
		snprintf(style, sizeof(style),
			 "class=\"line\" stroke=\"%s\" stroke-dasharray=\"5 4\"", colours[n++ % 8]);
		if (other)
			draw_line(f, &axes, other, &a->cells[i], b ? what : plain, style);
	}
	fprintf(f, "</svg>\n");
	legend(f, a, b ? "dashed: the second run" : plain ? "dashed: the plain function" : "");
}

/* From 0 to 99.99 %, each nine as wide as the one before. */
static double percent_at(unsigned int step)
{
	return 100 * (1 - pow(10, -(double)step / 10));
}

static void plot_latency(FILE *f, const struct loaded *a)
{
	struct axes axes = { .left = 1, .right = 41 };
	char name[160];

	for (size_t i = 0; i < a->count && i < SERIES; i++) {
		widen(&axes.bottom, &axes.top, load_percentile(&a->cells[i], 1));
		widen(&axes.bottom, &axes.top, load_percentile(&a->cells[i], 99.99));
	}
	fprintf(f, "<h2>Latency</h2>\n");
	draw_axes(f, &axes, "ns; from left to right 0, 90, 99, 99.9, 99.99 % of the operations",
		  false);
	for (size_t i = 0; i < a->count && i < SERIES; i++) {
		fprintf(f, "<path class=\"line\" stroke=\"%s\" d=\"", colours[i % 8]);
		for (unsigned int step = 0; step <= 40; step++)
			fprintf(f, "%c%.1f %.1f", step ? 'L' : 'M',
				LEFT + (WIDTH - 10 - LEFT) * step / 40,
				y_of(&axes, load_percentile(&a->cells[i], percent_at(step))));
		fprintf(f, "\"/>\n");
	}
	fprintf(f, "</svg>\n<p class=\"legend\">");
	for (size_t i = 0; i < a->count && i < SERIES; i++) {
		name_of(&a->cells[i], name, sizeof(name));
		fprintf(f, "<span style=\"color:%s\">&#9632;</span> %llu bytes, ", colours[i % 8],
			(unsigned long long)a->cells[i].size);
		escaped(f, name);
		fprintf(f, "<br>");
	}
	fprintf(f, "</p>\n");
}

static void row(FILE *f, const struct loaded_cell *c, const struct loaded_cell *other)
{
	double change = other ? load_change(c, other) : 0;
	char name[160];

	name_of(c, name, sizeof(name));
	fprintf(f, "<tr><td>");
	escaped(f, name);
	fprintf(f, "<td>%llu<td>%.2f<td>%.2f<td>%.0f<td>%.0f<td>%.0f<td>%.4f",
		(unsigned long long)c->size, throughput(c), plain_throughput(c),
		load_percentile(c, 50), load_percentile(c, 99), load_percentile(c, 99.9),
		cpu_cost(c));
	if (other && change != 0)
		fprintf(f, "<td class=\"%s\">%+.1f %%", change > 0 ? "worse" : "better",
			100 * change);
	else if (other)
		fprintf(f, "<td>none");
	fprintf(f, "</tr>\n");
}

static void table(FILE *f, const struct loaded *a, const struct loaded *b)
{
	fprintf(f,
		"<h2>Figures</h2>\n<table><tr><th>operation<th>bytes<th>GB/s<th>plain GB/s<th>p50 "
		"ns"
		"<th>p99 ns<th>p99.9 ns<th>CPU ns/byte%s</tr>\n",
		b ? "<th>change of time beyond noise" : "");
	for (size_t i = 0; i < a->count; i++)
		row(f, &a->cells[i], b ? load_same(b, &a->cells[i]) : NULL);
	fprintf(f, "</table>\n");
}

static void head(FILE *f, const struct loaded *l)
{
	const char *const values[] = { l->run, l->date, l->library, l->cpu, l->kernel, l->queue };
	static const char *const names[] = { "run", "date", "libsva", "CPU", "Linux", "queue" };

	fprintf(f, "<p>");
	for (unsigned int i = 0; i < 6; i++) {
		fprintf(f, "%s%s ", i ? ", " : "", names[i]);
		escaped(f, values[i]);
	}
	fprintf(f, "</p>\n");
}

static void page(FILE *f, const struct loaded *a, const struct loaded *b)
{
	fprintf(f, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		   "<title>sva-perf</title><style>\n"
		   "body{font:14px sans-serif;max-width:900px;margin:2em auto;padding:0 1em}\n"
		   "svg{width:100%%;font:12px sans-serif}.grid{stroke:#ddd}\n"
		   ".line{fill:none;stroke-width:2}.legend{font-size:12px}\n"
		   "table{border-collapse:collapse}td,th{padding:2px 8px;text-align:right}\n"
		   "td:first-child,th:first-child{text-align:left}tr:nth-child(even){background:#"
		   "f4f4f4}\n"
		   ".worse{color:#b00020}.better{color:#006b2d}\n"
		   "</style></head><body>\n<h1>sva-perf</h1>\n");
	head(f, a);
	if (b)
		head(f, b);
	plot(f, "Throughput", "GB/s by bytes of an operation", a, b, throughput, plain_throughput);
	plot_latency(f, a);
	plot(f, "CPU time", "ns of CPU time for a byte, by bytes of an operation", a, b, cpu_cost,
	     NULL);
	table(f, a, b);
	fprintf(f, "</body></html>\n");
}

int html_write(const char *file, const struct loaded *a, const struct loaded *b)
{
	FILE *f = fopen(file, "we");
	int err = 0;

	if (!f)
		return -errno;
	page(f, a, b);
	if (ferror(f))
		err = -EIO;
	if (fclose(f))
		err = -errno;
	return err;
}
