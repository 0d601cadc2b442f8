/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/version.h>

#include "machine.h"
#include "options.h"

enum {
	OPT_AXIS = 256, /* and PERF_AXES numbers from here on */
	OPT_CPUS = OPT_AXIS + PERF_AXES,
	OPT_TURNS,
	OPT_TURN_MS,
	OPT_JSON,
	OPT_CSV,
	OPT_NO_PLAIN,
	OPT_QUIET,
	OPT_QUICK,
	OPT_BREAKEVEN,
	OPT_SATURATE,
	OPT_MAX_REGRESSION,
	OPT_MIN_EFFECT,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option own_options[] = {
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "turns", required_argument, NULL, OPT_TURNS },
	{ "turn-ms", required_argument, NULL, OPT_TURN_MS },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "csv", required_argument, NULL, OPT_CSV },
	{ "no-plain", no_argument, NULL, OPT_NO_PLAIN },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "quick", no_argument, NULL, OPT_QUICK },
	{ "breakeven", no_argument, NULL, OPT_BREAKEVEN },
	{ "saturate", no_argument, NULL, OPT_SATURATE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
};
#define OWN (sizeof(own_options) / sizeof(*own_options))

static const struct option report_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "max-regression", required_argument, NULL, OPT_MAX_REGRESSION },
	{ "min-effect", required_argument, NULL, OPT_MIN_EFFECT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

/* What is measured where the user does not say; the first one is that of no preset. */
static const struct preset {
	const char *name;
	const char *axis[PERF_AXES];
	unsigned int turns, turn_ms;
} presets[] = {
	{ NULL,
	  { "memmove,fill,compare,crc", "submit,call", "auto", "auto", "64,512,4K,64K,1M", "1", "1",
	    "1", "auto", "none", "any", "4k", "warm" },
	  21,
	  3 },
	{ "quick",
	  { "memmove,fill,compare,crc", "submit,call", "auto", "auto", "4K,64K,1M", "1", "1", "1",
	    "auto", "none", "any", "4k", "warm" },
	  11,
	  1 },
	{ "breakeven",
	  { "memmove,fill,compare,compare-pattern,crc,copy-crc,dualcast", "submit,call", "auto",
	    "auto", "256..2M", "1", "1", "1", "auto", "none", "any", "4k", "warm" },
	  15,
	  2 },
	{ "saturate",
	  { "memmove", "submit,ring", "auto", "auto", "4K,64K", "1,16", "1,4,16,64", NULL, "auto",
	    "none", "any", "4k", "warm" },
	  11,
	  3 },
};

static void print_help(void)
{
	char values[512];

	printf("usage: sva-perf [OPTION...]\n"
	       "       sva-perf report A.json [B.json] [-o FILE.html] [OPTION...]\n"
	       "Measure the queues of this machine, and compare them with memcpy() and similar\n"
	       "functions.\n\n"
	       "  --quick              find out in seconds whether offloading is worthwhile\n"
	       "  --breakeven          find the size above which offloading pays off, for each\n"
	       "                       operation\n"
	       "  --saturate           find out what it takes to keep a queue busy\n\n"
	       "Comma-separated lists, of which all combinations are measured:\n");
	for (unsigned int axis = 0; axis < PERF_AXES; axis++) {
		perf_axis_values(axis, values, sizeof(values));
		printf("  --%-8s LIST      %s\n", perf_axis_name(axis), values);
	}
	printf("\n  --cpus LIST          pin the threads to these CPUs, one after the other\n"
	       "  --turns N            turns of each configuration, 3 to %d\n"
	       "  --turn-ms N          approximate length of a turn in milliseconds, 1 to 10000\n"
	       "  --no-plain           leave out memcpy() and similar functions\n"
	       "  --json FILE          write all samples to FILE; - is standard output\n"
	       "  --csv FILE           write a line for each configuration to FILE\n"
	       "  --quiet              print no progress and no table\n"
	       "  --help               print this help\n"
	       "  --version            print the version\n\n"
	       "sva-perf report compares B with A, or draws A. Defaults are in brackets.\n\n"
	       "  -o, --output FILE    write an HTML page with plots to FILE\n"
	       "  --max-regression P   exit with 3 if something is more than P %% slower [10]\n"
	       "  --min-effect P       treat a change of less than P %% as no change [3]\n\n"
	       "See sva-perf(1) for details and for the method.\n",
	       PERF_TURNS);
}

static int wrong(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "sva-perf: --%s %s: %s\n", option, value, expected);
	return -EINVAL;
}

static int number(const char *option, const char *value, unsigned int least, unsigned int most,
		  unsigned int *result)
{
	char expected[64], *end;
	unsigned long parsed;

	errno = 0;
	parsed = strtoul(value, &end, 10);
	if (!errno && isdigit((unsigned char)*value) && !*end && parsed >= least &&
	    parsed <= most) {
		*result = (unsigned int)parsed;
		return 0;
	}
	snprintf(expected, sizeof(expected), "give a number from %u to %u", least, most);
	return wrong(option, value, expected);
}

static int percent(const char *option, const char *value, double *result)
{
	char *end;

	*result = strtod(value, &end);
	if (isdigit((unsigned char)*value) && !*end && *result <= 1000)
		return 0;
	return wrong(option, value, "give per cent, a number from 0 to 1000");
}

/* "0-3,8": only CPUs that this process may use. */
static int cpus(const char *value, struct perf_settings *settings)
{
	const unsigned int room = sizeof(settings->cpu) / sizeof(*settings->cpu);
	const char *at = value;
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		CPU_ZERO(&allowed);
	for (settings->cpus = 0;; at++) {
		char *end;
		unsigned long first = strtoul(at, &end, 10), last = first;

		if (!isdigit((unsigned char)*at))
			break;
		if (*end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && last < CPU_SETSIZE; first++) {
			if (!CPU_ISSET(first, &allowed) || settings->cpus == room)
				return wrong("cpus", value,
					     "one of them is not ours: see taskset -p");
			settings->cpu[settings->cpus++] = (int)first;
		}
		at = end;
		if (!*at && first > last)
			return 0;
		if (*at != ',' || first <= last)
			break;
	}
	return wrong("cpus", value, "give a list of CPUs, as in 0-3,8");
}

static int axis(struct perf_options *options, enum perf_axis which, const char *value)
{
	char why[600];

	if (perf_axis_parse(&options->lists, which, value, why, sizeof(why)))
		return wrong(perf_axis_name(which), value, why);
	options->lists.axis[which].given = true;
	return 0;
}

static int apply(int option, const char *value, struct perf_options *options, unsigned int *turn_ms)
{
	switch (option) {
	case OPT_CPUS:
		return cpus(value, &options->settings);
	case OPT_TURNS:
		return number("turns", value, 3, PERF_TURNS, &options->settings.turns);
	case OPT_TURN_MS:
		return number("turn-ms", value, 1, 10000, turn_ms);
	case OPT_JSON:
		options->json = value;
		return 0;
	case OPT_CSV:
		options->csv = value;
		return 0;
	case OPT_NO_PLAIN:
		options->no_plain = true;
		return 0;
	case OPT_QUIET:
		options->quiet = true;
		return 0;
	case OPT_QUICK:
	case OPT_BREAKEVEN:
	case OPT_SATURATE:
		if (options->preset) {
			fprintf(stderr, "sva-perf: --%s and another preset: give one of them\n",
				options->preset);
			return -EINVAL;
		}
		options->preset = presets[option - OPT_QUICK + 1].name;
		return 0;
	default:
		if (option >= OPT_AXIS && option < OPT_AXIS + PERF_AXES)
			return axis(options, (enum perf_axis)(option - OPT_AXIS), value);
		fprintf(stderr,
			"sva-perf: --help lists the options\n"); /* getopt has said the rest */
		return -EINVAL;
	}
}

/* What the user has not said. The lists of the presets are right: a test sees to it. */
static void use_preset(struct perf_options *options, unsigned int turn_ms)
{
	const struct preset *preset = presets;
	char why[600], threads[32];

	for (unsigned int i = 1; options->preset && i < sizeof(presets) / sizeof(*presets); i++)
		if (!strcmp(options->preset, presets[i].name))
			preset = &presets[i];
	snprintf(threads, sizeof(threads), "1..%u", perf_machine_cpus());
	for (unsigned int i = 0; i < PERF_AXES; i++)
		if (!options->lists.axis[i].given)
			(void)perf_axis_parse(&options->lists, i,
					      preset->axis[i] ? preset->axis[i] : threads, why,
					      sizeof(why));
	if (!options->settings.turns)
		options->settings.turns = preset->turns;
	options->settings.turn_ns = (turn_ms ? turn_ms : preset->turn_ms) * UINT64_C(1000000);
}

static int print_version(void)
{
	printf("sva-perf %s\n", sva_version());
	return 1;
}

int perf_options_parse(int argc, char **argv, struct perf_options *options)
{
	struct option all[PERF_AXES + OWN + 1] = { 0 };
	unsigned int turn_ms = 0;
	int option, err;

	memset(options, 0, sizeof(*options));
	for (int i = 0; i < PERF_AXES; i++)
		all[i] = (struct option){ perf_axis_name((enum perf_axis)i), required_argument,
					  NULL, OPT_AXIS + i };
	memcpy(all + PERF_AXES, own_options, sizeof(own_options));
	optind = 1;
	while ((option = getopt_long(argc, argv, "", all, NULL)) != -1) {
		if (option == OPT_HELP) {
			print_help();
			return 1;
		}
		if (option == OPT_VERSION)
			return print_version();
		err = apply(option, optarg, options, &turn_ms);
		if (err)
			return err;
	}
	if (optind < argc) {
		fprintf(stderr,
			"sva-perf: %s: neither an option nor \"report\": --help lists them\n",
			argv[optind]);
		return -EINVAL;
	}
	if (options->json && options->csv && !strcmp(options->json, "-") &&
	    !strcmp(options->csv, "-"))
		return wrong("csv", "-", "standard output is taken by --json: give a file");
	use_preset(options, turn_ms);
	return 0;
}

int perf_report_options_parse(int argc, char **argv, struct perf_report_options *options)
{
	int option, err;

	*options = (struct perf_report_options){ .max_regression = 10, .min_effect = 3 };
	optind = 1;
	while ((option = getopt_long(argc, argv, "o:", report_options, NULL)) != -1) {
		err = 0;
		switch (option) {
		case 'o':
			options->output = optarg;
			break;
		case OPT_MAX_REGRESSION:
			err = percent("max-regression", optarg, &options->max_regression);
			break;
		case OPT_MIN_EFFECT:
			err = percent("min-effect", optarg, &options->min_effect);
			break;
		case OPT_HELP:
			print_help();
			return 1;
		case OPT_VERSION:
			return print_version();
		default:
			fprintf(stderr, "sva-perf: --help lists the options\n");
			err = -EINVAL;
		}
		if (err)
			return err;
	}
	for (unsigned int i = 0; i < 2 && optind < argc; i++)
		options->file[i] = argv[optind++];
	if (options->file[0] && optind == argc)
		return 0;
	fprintf(stderr, "sva-perf: report takes one or two files that --json has written\n");
	return -EINVAL;
}
