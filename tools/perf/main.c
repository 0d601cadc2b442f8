/* SPDX-License-Identifier: MIT */
/* sva-perf: measures what queues can do, beside what the CPU does by itself. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uuid.h>

#include "cells.h"
#include "counter.h"
#include "machine.h"
#include "measure.h"
#include "options.h"
#include "output.h"
#include "report.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

static volatile int stop;

/* Once: what was measured is reported. Twice: the signal ends the program as usual. */
static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* What one reading of the clock costs: the smallest of many. */
static uint64_t clock_cost(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 1000; i++) {
		struct timespec from, to;
		uint64_t cost;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (unsigned int k = 0; k < 16; k++)
			clock_gettime(CLOCK_MONOTONIC, &to);
		cost = ((uint64_t)(to.tv_sec - from.tv_sec) * 1000000000u +
			(uint64_t)(to.tv_nsec - from.tv_nsec)) /
		       16;
		least = cost < least ? cost : least;
	}
	return least;
}

static void describe_run(struct perf_run *run, const struct perf_options *options, int argc,
			 char **argv)
{
	char command[256] = "sva-perf";
	time_t now = time(NULL);
	struct tm utc;
	uuid_t id;

	uuid_generate(id);
	uuid_unparse_lower(id, run->id);
	if (gmtime_r(&now, &utc))
		strftime(run->time, sizeof(run->time), "%Y-%m-%dT%H:%M:%SZ", &utc);
	for (int i = 1; i < argc; i++) {
		size_t used = strlen(command);

		snprintf(command + used, sizeof(command) - used, " %s", argv[i]);
	}
	perf_fact(&run->options, "command", "%s", command);
	perf_fact(&run->options, "preset", "%s", options->preset ? options->preset : "");
	perf_fact_number(&run->options, "turns", options->settings.turns);
	perf_fact_number(&run->options, "turn_ns", options->settings.turn_ns);
	perf_fact_number(&run->options, "pinned_threads", options->settings.cpus);
	perf_fact(&run->method, "clock", "CLOCK_MONOTONIC");
	perf_fact_number(&run->method, "clock_cost_ns", clock_cost());
	perf_fact(&run->method, "cpu_clock", "CLOCK_THREAD_CPUTIME_ID");
	perf_fact(&run->method, "cycles", "%s", perf_counter_what());
	perf_fact(&run->method, "histogram",
		  "every latency counted, log-linear, to within 1/256; below 256 ns exact");
	perf_fact(&run->method, "turns",
		  "round robin over all configurations, in a new order each round; medians");
}

/* Opened before anything is measured, and not emptied before there is something to write. */
static int open_output(const char *option, const char *path, int *fd)
{
	*fd = -1;
	if (!path)
		return 0;
	*fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666)
				: fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (*fd >= 0)
		return 0;
	fprintf(stderr, "sva-perf: --%s %s: %s: give a file that can be written\n", option, path,
		strerror(errno));
	return -errno;
}

/* Not of a terminal or a pipe, which may well take both. */
static bool is_same_file(int a, int b)
{
	struct stat first, second;

	return a >= 0 && b >= 0 && !fstat(a, &first) && !fstat(b, &second) &&
	       S_ISREG(first.st_mode) && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

static int write_json(const struct perf_run *run, FILE *to)
{
	return perf_json_write(run, to);
}

static int write_csv(const struct perf_run *run, FILE *to)
{
	perf_csv(run, to);
	return 0;
}

static int write_to(int fd, const struct perf_run *run,
		    int (*write_run)(const struct perf_run *run, FILE *to))
{
	FILE *to = fdopen(fd, "w");
	int err = to ? 0 : -errno;

	if (!to) {
		close(fd);
		return err;
	}
	if (lseek(fd, 0, SEEK_CUR) == 0 && ftruncate(fd, 0) && errno != EINVAL)
		err = -errno;
	errno = 0;
	if (!err)
		err = write_run(run, to);
	if ((fflush(to) || ferror(to)) && !err)
		err = errno ? -errno : -EIO;
	if (fclose(to) && !err)
		err = -errno;
	return err;
}

/* A measurement that took an hour is not lost because a disk is full. */
static void rescue(const struct perf_run *run)
{
	const char *folder = getenv("TMPDIR");
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/sva-perf-%s.json", folder ? folder : "/tmp", run->id);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0 && !write_to(fd, run, write_json))
		fprintf(stderr, "sva-perf: everything that was measured is in %s\n", path);
	else
		fprintf(stderr, "sva-perf: nor could it be kept in %s\n", path);
}

static int write_file(const char *option, const char *path, int fd, const struct perf_run *run,
		      int (*write_run)(const struct perf_run *run, FILE *to))
{
	int err = fd < 0 ? 0 : write_to(fd, run, write_run);

	if (err)
		fprintf(stderr, "sva-perf: --%s %s: %s: make room, or give another file\n", option,
			path, strerror(-err));
	return err;
}

static int write_text(const struct perf_run *run)
{
	perf_text(run, stdout);
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	fprintf(stderr, "sva-perf: cannot write to standard output: %s\n", strerror(errno));
	return -EIO;
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

static int write_all(const struct perf_options *options, const struct perf_run *run, int json,
		     int csv)
{
	int err = write_file("json", options->json, json, run, write_json);
	int csv_err = write_file("csv", options->csv, csv, run, write_csv);
	bool table = !is_stdout(options->json) && !is_stdout(options->csv);
	int text_err = table && (!options->quiet || err || csv_err) ? write_text(run) : 0;

	for (unsigned int i = 0; (!table || options->quiet) && i < run->warning_count; i++)
		fprintf(stderr, "sva-perf: warning: %s\n", run->warning[i]);
	if ((err || csv_err || text_err) && (err || json < 0))
		rescue(run);
	return err ? err : csv_err ? csv_err : text_err;
}

static void print_reason(const char *what, const struct perf_cell *cell)
{
	fprintf(stderr, "sva-perf: %s%s %s %s: %s\n", what, cell->text[PERF_OP],
		cell->text[PERF_MODE], cell->text[PERF_SIZE], cell->failed);
}

/* Something that should have been measured was not, or was wrong. */
static int count_failed(const struct perf_run *run)
{
	const struct perf_cell *skipped = NULL;
	int failed = 0, measured = 0;

	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i];

		measured += cell->turns && !perf_is_plain(cell);
		if (cell->skipped && !perf_is_plain(cell) && !skipped)
			skipped = cell;
		if (!*cell->failed || cell->skipped)
			continue;
		if (!failed++)
			print_reason("", cell);
	}
	if (measured || failed || !skipped)
		return failed;
	print_reason("nothing was measured: ", skipped);
	return 1;
}

static int measure(struct perf_options *options, struct perf_run *run, struct perf_targets *targets,
		   int json, int csv)
{
	int err = perf_targets_open(targets, &options->lists, run);

	if (!err)
		err = perf_cells_make(run, &options->lists, targets, !options->no_plain,
				      options->settings.turns);
	if (err)
		return EXIT_FAILED;
	catch_signals();
	err = perf_measure(run, targets, &options->settings);
	perf_machine_judge(run);
	if (write_all(options, run, json, csv) || (err && err != -EINTR) || count_failed(run))
		return EXIT_FAILED;
	return run->interrupted ? EXIT_INTERRUPTED : 0;
}

static int run_measurement(int argc, char **argv, struct perf_options *options,
			   struct perf_run *run, struct perf_targets *targets)
{
	int json = -1, csv = -1, code = perf_options_parse(argc, argv, options);

	if (code)
		return code < 0 ? EXIT_USAGE : 0;
	if (open_output("json", options->json, &json) || open_output("csv", options->csv, &csv))
		return EXIT_FAILED;
	if (is_same_file(json, csv)) {
		fprintf(stderr, "sva-perf: --csv %s: --json writes this file: give another one\n",
			options->csv);
		return EXIT_USAGE;
	}
	options->settings.stop = &stop;
	options->settings.progress = !options->quiet && isatty(STDERR_FILENO);
	perf_machine_describe(run);
	describe_run(run, options, argc, argv);
	code = measure(options, run, targets, json, csv);
	perf_targets_close(targets);
	return code;
}

/* A run is large: not for the stack. */
static int run_with_memory(int argc, char **argv)
{
	struct perf_run *run = calloc(1, sizeof(*run));
	struct perf_targets *targets = calloc(1, sizeof(*targets));
	struct perf_options *options = calloc(1, sizeof(*options));
	int code = EXIT_FAILED;

	if (run && targets && options)
		code = run_measurement(argc, argv, options, run, targets);
	else
		fprintf(stderr, "sva-perf: no memory\n");
	if (run)
		perf_run_free(run);
	free(targets);
	free(options);
	return code;
}

int main(int argc, char **argv)
{
	int code;

	if (argc > 1 && !strcmp(argv[1], "report"))
		code = perf_report(argc - 1, argv + 1);
	else
		code = run_with_memory(argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "sva-perf: cannot write to standard output: %s\n", strerror(errno));
		code = code ? code : EXIT_FAILED;
	}
	return code;
}
