/* SPDX-License-Identifier: MIT */
/* Plots as inline SVG, for a page that needs nothing from elsewhere. */
#ifndef PERF_PLOT_H
#define PERF_PLOT_H

#include <stdbool.h>
#include <stdio.h>

#define PERF_POINTS 64
#define PERF_SERIES 12 /* as many as there are colours */

struct perf_series {
	char name[256];
	unsigned int colour; /* below PERF_SERIES */
	bool dashed;
	unsigned int count;
	double x[PERF_POINTS], y[PERF_POINTS];
};

struct perf_plot {
	const char *title, *x_label, *y_label;
	/* The names of x = 0, 1, 2 ... up to NULL; without them x is bytes, on a log scale. */
	const char *const *x_names;
	bool times; /* y is nanoseconds */
	unsigned int count;
	const struct perf_series *series;
};

/* perf_plot_svg - y is on a log scale; what is not above 0 has no place there and is left out */
void perf_plot_svg(const struct perf_plot *plot, FILE *to);

/* perf_escape - text for HTML, and for an attribute's value */
void perf_escape(const char *text, FILE *to);

#endif
