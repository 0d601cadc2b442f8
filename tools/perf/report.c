/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "options.h"
#include "output.h"
#include "page.h"
#include "report.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REGRESSION = 3 };

static int read_run(const char *path, struct perf_run **run)
{
	char why[256] = "";
	int err = perf_json_read(path, run, why, sizeof(why));

	if (err)
		fprintf(stderr, "sva-perf: %s: %s: give a file that sva-perf --json has written\n",
			path, why);
	return err;
}

static int write_page(const char *path, const struct perf_run *a, const struct perf_run *b,
		      const struct perf_comparison *comparison)
{
	FILE *to = fopen(path, "we");
	int err = 0;

	if (to)
		perf_page(a, b, comparison, to);
	errno = to ? 0 : errno;
	if (!to || fflush(to) || ferror(to))
		err = errno ? -errno : -EIO;
	if (to && fclose(to) && !err)
		err = -errno;
	if (err)
		fprintf(stderr, "sva-perf: --output %s: %s: give a file that can be written\n",
			path, strerror(-err));
	return err;
}

static int report(const struct perf_report_options *options, const struct perf_run *a,
		  const struct perf_run *b)
{
	struct perf_comparison comparison = { .pairs = 0 };
	int code = 0;

	if (b && perf_compare(a, b, options->min_effect, options->max_regression, &comparison)) {
		fprintf(stderr, "sva-perf: no memory\n");
		return EXIT_FAILED;
	}
	if (b && !comparison.pairs) {
		fprintf(stderr,
			"sva-perf: %s and %s have no configuration in common: measure both with "
			"the same options\n",
			options->file[0], options->file[1]);
		code = EXIT_FAILED;
	} else if (b) {
		perf_comparison_text(&comparison, options->max_regression, stdout);
		code = comparison.regressions ? EXIT_REGRESSION : 0;
	} else if (!options->output) {
		perf_text(a, stdout);
	}
	if (options->output && write_page(options->output, a, b, &comparison))
		code = EXIT_FAILED;
	perf_comparison_free(&comparison);
	return code;
}

static bool is_input(const struct perf_report_options *options)
{
	struct stat output, input;

	if (!options->output || stat(options->output, &output))
		return false;
	for (unsigned int i = 0; i < 2 && options->file[i]; i++)
		if (!stat(options->file[i], &input) && input.st_dev == output.st_dev &&
		    input.st_ino == output.st_ino)
			return true;
	return false;
}

int perf_report(int argc, char **argv)
{
	struct perf_report_options options;
	struct perf_run *a = NULL, *b = NULL;
	int code = perf_report_options_parse(argc, argv, &options);

	if (code)
		return code < 0 ? EXIT_USAGE : 0;
	if (is_input(&options)) {
		fprintf(stderr, "sva-perf: --output %s: this is what it reads: give another file\n",
			options.output);
		return EXIT_USAGE;
	}
	code = EXIT_FAILED;
	if (!read_run(options.file[0], &a) && (!options.file[1] || !read_run(options.file[1], &b)))
		code = report(&options, a, b);
	if (a)
		perf_run_free(a);
	if (b)
		perf_run_free(b);
	return code;
}
