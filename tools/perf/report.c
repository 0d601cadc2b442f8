/* SPDX-License-Identifier: MIT */
/* sva-perf report: a page of one run or of two, and what has changed between them. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "perf.h"

#define REGRESSION 5.0 /* per cent */

struct report {
	const char *files[2], *out;
	double bound; /* a part */
};

static int wrong(const char *what)
{
	fprintf(stderr, "sva-perf: report: %s\n", what);
	return -EINVAL;
}

static int take_options(int argc, char **argv, struct report *r)
{
	static const struct option long_options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "max-regression", required_argument, NULL, 'm' },
		{ 0 },
	};
	static char name[] = "sva-perf: report";
	double percent = REGRESSION;
	char *end = NULL;
	int option;

	argv[0] = name; /* in messages */
	while ((option = getopt_long(argc, argv, "o:", long_options, NULL)) >= 0) {
		if (option == 'o')
			r->out = optarg;
		else if (option == 'm')
			percent = strtod(optarg, &end);
		else
			return -EINVAL;
		if (option == 'm' && (end == optarg || *end || !(percent >= 0 && percent <= 1000)))
			return wrong("--max-regression: give per cent, from 0 to 1000");
	}
	if (argc - optind < 1 || argc - optind > 2)
		return wrong("give one file of --json, or two to compare");
	r->files[0] = argv[optind];
	r->files[1] = argv[optind + 1];
	r->bound = percent / 100;
	return 0;
}

static int read_file(struct loaded *l, const char *file)
{
	int err = load(l, file);

	if (err)
		fprintf(stderr, "sva-perf: %s: %s\n", file,
			err == -EINVAL ? "not a file that sva-perf --json has written"
				       : strerror(-err));
	return err;
}

static void show_change(const struct loaded_cell *c, double change, double bound)
{
	printf("%s %s, %llu bytes, depth %llu, batch %llu, %llu threads: %.1f %% %s%s\n", c->op,
	       c->mode, (unsigned long long)c->size, (unsigned long long)c->depth,
	       (unsigned long long)c->batch, (unsigned long long)c->threads,
	       100 * (change > 0 ? change : -change), change > 0 ? "slower" : "faster",
	       change > bound ? ", a regression" : "");
}

/* How many regressions there are. */
static unsigned int compare(const struct loaded *a, const struct loaded *b, double bound)
{
	unsigned int compared = 0, changed = 0, regressions = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct loaded_cell *c = &a->cells[i], *other = load_same(b, c);
		double change;

		if (!other)
			continue;
		compared++;
		change = load_change(c, other);
		if (change == 0)
			continue;
		changed++;
		regressions += change > bound;
		show_change(c, change, bound);
	}
	printf("%u of %u combinations changed beyond the noise, %u of them for the worse by more "
	       "than "
	       "%.1f %%\n",
	       changed, compared, regressions, 100 * bound);
	return regressions;
}

int perf_report(int argc, char **argv)
{
	struct report r = { .out = NULL };
	struct loaded a = { .count = 0 }, b = { .count = 0 };
	unsigned int regressions = 0;
	int err = take_options(argc, argv, &r);

	if (err)
		return 2;
	err = read_file(&a, r.files[0]);
	if (!err && r.files[1])
		err = read_file(&b, r.files[1]);
	if (!err && r.files[1])
		regressions = compare(&a, &b, r.bound);
	if (!err && (r.out || !r.files[1])) {
		const char *out = r.out ? r.out : "sva-perf.html";

		err = html_write(out, &a, r.files[1] ? &b : NULL);
		if (err)
			fprintf(stderr, "sva-perf: %s: %s\n", out, strerror(-err));
	}
	load_free(&a);
	load_free(&b);
	return err ? 2 : regressions ? 1 : 0;
}
