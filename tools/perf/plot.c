/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdint.h>

#include "plot.h"
#include "run.h"

/* Of the picture, in its own units; the browser scales it. */
#define WIDTH  600.0
#define HEIGHT 340.0
#define LEFT   84.0
#define RIGHT  16.0
#define TOP    34.0
#define BOTTOM 48.0

/* After Okabe and Ito, who chose them for people who see few colours; then darker ones. */
static const char *const colours[PERF_SERIES] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
						  "#e69f00", "#56b4e9", "#7f7f00", "#7f4fbf",
						  "#8c564b", "#2f4f4f", "#b00040", "#4c9a2a" };

struct scale {
	double x_least, x_most, y_least, y_most; /* logarithms, but for x with names */
};

void perf_escape(const char *text, FILE *to)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '<')
			fputs("&lt;", to);
		else if (c == '>')
			fputs("&gt;", to);
		else if (c == '&')
			fputs("&amp;", to);
		else if (c == '"')
			fputs("&quot;", to);
		else
			fputc(c < ' ' || c == 0x7f ? ' ' : c, to);
	}
}

static bool is_shown(const struct perf_series *series, unsigned int i)
{
	return isfinite(series->y[i]) && series->y[i] > 0;
}

static double x_value(const struct perf_plot *plot, double x)
{
	return plot->x_names ? x : log2(x);
}

/* To whole decades, so that the ends of the axis have names. */
static struct scale find_scale(const struct perf_plot *plot)
{
	struct scale scale = { INFINITY, -INFINITY, INFINITY, -INFINITY };

	for (unsigned int s = 0; s < plot->count; s++)
		for (unsigned int i = 0; i < plot->series[s].count; i++) {
			double x = x_value(plot, plot->series[s].x[i]), y;

			if (!is_shown(&plot->series[s], i))
				continue;
			y = log10(plot->series[s].y[i]);
			scale.x_least = fmin(scale.x_least, x);
			scale.x_most = fmax(scale.x_most, x);
			scale.y_least = fmin(scale.y_least, y);
			scale.y_most = fmax(scale.y_most, y);
		}
	scale.y_least = floor(scale.y_least);
	scale.y_most = fmax(ceil(scale.y_most), scale.y_least + 1);
	if (scale.x_most - scale.x_least < 1) {
		scale.x_least -= 0.5;
		scale.x_most += 0.5;
	}
	return scale;
}

static double x_place(const struct scale *scale, double x)
{
	return LEFT +
	       (x - scale->x_least) / (scale->x_most - scale->x_least) * (WIDTH - LEFT - RIGHT);
}

static double y_place(const struct scale *scale, double y)
{
	return HEIGHT - BOTTOM -
	       (y - scale->y_least) / (scale->y_most - scale->y_least) * (HEIGHT - TOP - BOTTOM);
}

static void put_text(double x, double y, const char *anchor, const char *text, FILE *to)
{
	fprintf(to, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	perf_escape(text, to);
	fputs("</text>\n", to);
}

static void put_grid(double x1, double y1, double x2, double y2, FILE *to)
{
	fprintf(to, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x1,
		y1, x2, y2);
}

static void put_y_axis(const struct perf_plot *plot, const struct scale *scale, FILE *to)
{
	char text[32];

	for (int decade = (int)scale->y_least; decade <= (int)scale->y_most; decade++) {
		double y = y_place(scale, decade);

		put_grid(LEFT, y, WIDTH - RIGHT, y, to);
		if (plot->times)
			perf_time_text(pow(10, decade), text, sizeof(text));
		else
			snprintf(text, sizeof(text), "%g", pow(10, decade));
		put_text(LEFT - 6, y + 4, "end", text, to);
	}
	fprintf(to, "<text transform=\"translate(14 %.1f) rotate(-90)\" text-anchor=\"middle\">",
		(TOP + HEIGHT - BOTTOM) / 2);
	perf_escape(plot->y_label, to);
	fputs("</text>\n", to);
}

/* At most about eight names of sizes: every power of 2, or every second one, and so on. */
static void put_x_axis(const struct perf_plot *plot, const struct scale *scale, FILE *to)
{
	int first = (int)ceil(scale->x_least), last = (int)floor(scale->x_most);
	int step = plot->x_names ? 1 : (last - first) / 9 + 1;
	char text[32];

	for (int x = first; x <= last; x += step) {
		double place = x_place(scale, x);

		put_grid(place, TOP, place, HEIGHT - BOTTOM, to);
		if (plot->x_names)
			snprintf(text, sizeof(text), "%s", plot->x_names[x]);
		else
			perf_bytes_text(UINT64_C(1) << x, text, sizeof(text));
		put_text(place, HEIGHT - BOTTOM + 16, "middle", text, to);
	}
	put_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "middle", plot->x_label, to);
}

static void put_series(const struct perf_plot *plot, const struct scale *scale,
		       const struct perf_series *series, FILE *to)
{
	const char *colour = colours[series->colour % PERF_SERIES];

	fputs("<g>\n<title>", to);
	perf_escape(series->name, to);
	fprintf(to,
		"</title>\n<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s points=\"",
		colour, series->dashed ? " stroke-dasharray=\"6 4\"" : "");
	for (unsigned int i = 0; i < series->count; i++)
		if (is_shown(series, i))
			fprintf(to, "%.1f,%.1f ", x_place(scale, x_value(plot, series->x[i])),
				y_place(scale, log10(series->y[i])));
	fputs("\"/>\n", to);
	for (unsigned int i = 0; i < series->count; i++)
		if (is_shown(series, i))
			fprintf(to, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
				x_place(scale, x_value(plot, series->x[i])),
				y_place(scale, log10(series->y[i])), colour);
	fputs("</g>\n", to);
}

static void put_legend(const struct perf_plot *plot, FILE *to)
{
	fputs("<ul class=\"legend\">\n", to);
	for (unsigned int s = 0; s < plot->count; s++) {
		fprintf(to,
			"<li><svg width=\"26\" height=\"10\" aria-hidden=\"true\"><line x1=\"0\" "
			"y1=\"5\" "
			"x2=\"26\" y2=\"5\" stroke=\"%s\" stroke-width=\"3\"%s/></svg> ",
			colours[plot->series[s].colour % PERF_SERIES],
			plot->series[s].dashed ? " stroke-dasharray=\"6 4\"" : "");
		perf_escape(plot->series[s].name, to);
		fputs("</li>\n", to);
	}
	fputs("</ul>\n", to);
}

void perf_plot_svg(const struct perf_plot *plot, FILE *to)
{
	struct scale scale = find_scale(plot);

	if (!isfinite(scale.x_least) || !isfinite(scale.y_least))
		return; /* nothing to draw */
	fprintf(to,
		"<figure>\n<svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		"aria-label=\"",
		WIDTH, HEIGHT);
	perf_escape(plot->title, to);
	fputs("\">\n", to);
	fprintf(to, "<text class=\"title\" x=\"%.0f\" y=\"20\" text-anchor=\"middle\">", WIDTH / 2);
	perf_escape(plot->title, to);
	fputs("</text>\n", to);
	put_y_axis(plot, &scale, to);
	put_x_axis(plot, &scale, to);
	for (unsigned int s = 0; s < plot->count; s++)
		put_series(plot, &scale, &plot->series[s], to);
	fputs("</svg>\n<figcaption>\n", to);
	put_legend(plot, to);
	fputs("</figcaption>\n</figure>\n", to);
}
