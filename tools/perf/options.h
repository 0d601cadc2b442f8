/* SPDX-License-Identifier: MIT */
/* What the command line says. */
#ifndef PERF_OPTIONS_H
#define PERF_OPTIONS_H

#include "axes.h"
#include "measure.h"

struct perf_options {
	struct perf_lists lists;
	struct perf_settings settings;
	const char *preset;     /* its name, or NULL */
	const char *json, *csv; /* files, "-" for standard output; or NULL */
	bool no_plain, quiet;
};

/* For "sva-perf report". */
struct perf_report_options {
	const char *file[2]; /* the second one: NULL, or the run that is compared with the first */
	const char *output;  /* HTML, or NULL */
	double max_regression, min_effect; /* per cent */
};

/**
 * perf_options_parse - read the command line
 *
 * Returns 0; or, when there is nothing more to do, 1 (help and version were printed) or -EINVAL
 * (the option, the reason and the remedy were printed).
 */
int perf_options_parse(int argc, char **argv, struct perf_options *options);

/* perf_report_options_parse - likewise; argv[0] is "report" */
int perf_report_options_parse(int argc, char **argv, struct perf_report_options *options);

#endif
