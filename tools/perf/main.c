/* SPDX-License-Identifier: MIT */
/* sva-perf: what offloading costs and gains on this machine. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "perf.h"

#define LIST 64

/* A list of numbers from an option. */
struct list {
	unsigned int count;
	uint64_t value[LIST];
};

static struct list ops, sizes, depths, batches, threads, modes;
static const char *csv, *json;
static volatile sig_atomic_t stopped;
static volatile int stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
	stopped = 1;
}

static int wrong(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "sva-perf: --%s %s: %s\n", option, value, expected);
	return -EINVAL;
}

/* "64", "4k", "1M"; false: something else, or not from @least to @most */
static bool number(const char *text, uint64_t least, uint64_t most, uint64_t *result)
{
	static const char units[] = "kmg";
	const char *unit;
	char *end;

	errno = 0;
	*result = strtoull(text, &end, 10);
	if (errno || *text < '0' || *text > '9')
		return false;
	unit = *end ? strchr(units, *end | 0x20) : NULL;
	if (unit) {
		if (*result > UINT64_MAX >> 30)
			return false;
		*result <<= 10 * (unit - units + 1);
		end++;
	}
	return !*end && *result >= least && *result <= most;
}

static int numbers(const char *option, const char *value, uint64_t least, uint64_t most,
		   struct list *list)
{
	char copy[512], expected[96], *rest = copy, *word;

	snprintf(expected, sizeof(expected), "give numbers from %llu to %llu, with commas between",
		 (unsigned long long)least, (unsigned long long)most);
	list->count = 0;
	if (strlen(value) >= sizeof(copy))
		return wrong(option, value, expected);
	strcpy(copy, value);
	while ((word = strsep(&rest, ",")))
		if (list->count == LIST || !number(word, least, most, &list->value[list->count++]))
			return wrong(option, value, expected);
	return 0;
}

static int words(const char *option, const char *value, const char *const *known,
		 unsigned int count, struct list *list)
{
	char copy[512], expected[160] = "give, with commas between:", *rest = copy, *word;

	for (unsigned int i = 0; i < count; i++)
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), " %s",
			 known[i]);
	list->count = 0;
	snprintf(copy, sizeof(copy), "%s", value);
	while ((word = strsep(&rest, ","))) {
		unsigned int i = 0;

		while (i < count && strcmp(word, known[i]) != 0)
			i++;
		if (i == count || list->count == LIST)
			return wrong(option, value, expected);
		list->value[list->count++] = i;
	}
	return 0;
}

static int wait_policy(const char *value, struct perf_options *o)
{
	static const char *const policies[] = {
		"auto", "spin", "pause", "umwait", "sleep", "poll"
	};
	struct list list;
	int err = words("wait", value, policies, 6, &list);

	o->spin = !err && list.value[0] == 5;
	o->wait = !err && !o->spin ? (enum sva_wait_policy)list.value[0] : SVA_WAIT_AUTO;
	return err;
}

static int path(const char *value, struct perf_options *o)
{
	static const char *const paths[] = { "portal", "write", "cpu" };
	struct list list;
	int err = words("path", value, paths, 3, &list);

	if (!err && list.value[0] == 0)
		o->open_flags = SVA_OPEN_NO_CPU | SVA_OPEN_NO_WRITE;
	else if (!err && list.value[0] == 1)
		o->open_flags = SVA_OPEN_NO_CPU | SVA_OPEN_NO_PORTAL;
	else if (!err)
		o->queue = "cpu";
	return err;
}

static int flags(const char *value, struct perf_options *o)
{
	static const char *const names[] = { "bof", "cc" };
	static const uint32_t values[] = { SVA_FLAG_BOF, SVA_FLAG_CC };
	struct list list;
	int err = words("flags", value, names, 2, &list);

	for (unsigned int i = 0; !err && i < list.count; i++)
		o->desc_flags |= values[list.value[i]];
	return err;
}

static void preset(struct list *list, unsigned int count, const uint64_t *values)
{
	list->count = count;
	memcpy(list->value, values, count * sizeof(*values));
}

#define PRESET(list, ...)                                                             \
	preset(&(list), sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
	       (const uint64_t[]){ __VA_ARGS__ })

/* What is given behind a preset changes it. */
static void breakeven(struct perf_options *o)
{
	o->breakeven = true;
	PRESET(ops, PERF_MEMMOVE, PERF_FILL, PERF_COMPARE, PERF_CRC);
	PRESET(sizes, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144,
	       1048576);
	PRESET(depths, 1);
}

static void saturate(void)
{
	PRESET(sizes, 4096, 65536, 1048576);
	PRESET(depths, 1, 4, 16, 32);
	PRESET(threads, 1, 2, 4);
}

static void quick(struct perf_options *o)
{
	PRESET(ops, PERF_MEMMOVE, PERF_CRC);
	PRESET(sizes, 4096, 65536);
	PRESET(depths, 1, 8);
	o->turns = 12;
	o->turn_ns = 2000000;
}

static void print_help(void)
{
	printf("usage: sva-perf [OPTION...]\n"
	       "       sva-perf report A.json [B.json] [-o OUT.html] [--max-regression PERCENT]\n"
	       "Measure operations beside the plain functions, in one run. Lists have commas.\n\n"
	       "  --quick, --breakeven, --saturate   a look; where offloading begins to pay; the "
	       "most\n"
	       "  --ops LIST       memmove fill compare crc copy-crc dualcast; memmove\n"
	       "  --sizes LIST     bytes, as 4k or 1M; 4k,64k,1M\n"
	       "  --depth LIST     operations in flight; 1,16\n"
	       "  --batch LIST     members of a batch, with --mode batch; 16\n"
	       "  --threads LIST   1\n"
	       "  --mode LIST      op batch call ring; op\n"
	       "  --queue NAME     a queue, a device or cpu; the best one\n"
	       "  --pool           all queues as one\n"
	       "  --path PATH      portal, write or cpu, and no other\n"
	       "  --wait HOW       auto spin pause umwait sleep poll; poll\n"
	       "  --flags LIST     bof cc: block on fault, cache control\n"
	       "  --cold           buffers out of the caches\n"
	       "  --huge           huge pages\n"
	       "  --node N         NUMA node of the buffers\n"
	       "  --turns N        of each combination; 24\n"
	       "  --turn-ms N      how long one takes, about; 5\n"
	       "  --csv FILE, --json FILE\n"
	       "  --help, --version\n\n"
	       "sva-perf(1) explains the method.\n");
}

enum {
	OPT_QUICK = 256,
	OPT_BREAKEVEN,
	OPT_SATURATE,
	OPT_OPS,
	OPT_SIZES,
	OPT_DEPTH,
	OPT_BATCH,
	OPT_THREADS,
	OPT_MODE,
	OPT_QUEUE,
	OPT_POOL,
	OPT_PATH,
	OPT_WAIT,
	OPT_FLAGS,
	OPT_COLD,
	OPT_HUGE,
	OPT_NODE,
	OPT_TURNS,
	OPT_TURN_MS,
	OPT_CSV,
	OPT_JSON,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "quick", no_argument, NULL, OPT_QUICK },
	{ "breakeven", no_argument, NULL, OPT_BREAKEVEN },
	{ "saturate", no_argument, NULL, OPT_SATURATE },
	{ "ops", required_argument, NULL, OPT_OPS },
	{ "sizes", required_argument, NULL, OPT_SIZES },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "pool", no_argument, NULL, OPT_POOL },
	{ "path", required_argument, NULL, OPT_PATH },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "flags", required_argument, NULL, OPT_FLAGS },
	{ "cold", no_argument, NULL, OPT_COLD },
	{ "huge", no_argument, NULL, OPT_HUGE },
	{ "node", required_argument, NULL, OPT_NODE },
	{ "turns", required_argument, NULL, OPT_TURNS },
	{ "turn-ms", required_argument, NULL, OPT_TURN_MS },
	{ "csv", required_argument, NULL, OPT_CSV },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static int one_number(const char *option, const char *value, uint64_t least, uint64_t most,
		      uint64_t *result)
{
	struct list list;
	int err = numbers(option, value, least, most, &list);

	if (!err && list.count != 1)
		err = wrong(option, value, "give one number");
	*result = err ? 0 : list.value[0];
	return err;
}

/* Those that have a number. */
static int take_number(int option, struct perf_options *o)
{
	uint64_t n;
	int err;

	switch (option) {
	case OPT_NODE:
		err = one_number("node", optarg, 0, 1023, &n);
		o->node = (int)n;
		return err;
	case OPT_TURNS:
		err = one_number("turns", optarg, 1, PERF_TURNS, &n);
		o->turns = (unsigned int)n;
		return err;
	default:
		err = one_number("turn-ms", optarg, 1, 10000, &n);
		o->turn_ns = n * 1000000;
		return err;
	}
}

static int take_list(int option, struct perf_options *o)
{
	switch (option) {
	case OPT_OPS:
		return words("ops", optarg, perf_op_names, PERF_OPS, &ops);
	case OPT_SIZES:
		return numbers("sizes", optarg, 1, (uint64_t)1 << 30, &sizes);
	case OPT_DEPTH:
		return numbers("depth", optarg, 1, PERF_DEPTH, &depths);
	case OPT_BATCH:
		return numbers("batch", optarg, 2, 4096, &batches);
	case OPT_THREADS:
		return numbers("threads", optarg, 1, PERF_THREADS, &threads);
	case OPT_MODE:
		return words("mode", optarg, perf_mode_names, PERF_MODES, &modes);
	case OPT_PATH:
		return path(optarg, o);
	case OPT_WAIT:
		return wait_policy(optarg, o);
	case OPT_FLAGS:
		return flags(optarg, o);
	default:
		return take_number(option, o);
	}
}

static int take_option(int option, struct perf_options *o)
{
	switch (option) {
	case OPT_QUICK:
		quick(o);
		return 0;
	case OPT_BREAKEVEN:
		breakeven(o);
		return 0;
	case OPT_SATURATE:
		saturate();
		return 0;
	case OPT_QUEUE:
		o->queue = optarg;
		return 0;
	case OPT_POOL:
		o->pool = true;
		return 0;
	case OPT_COLD:
		o->cold = true;
		return 0;
	case OPT_HUGE:
		o->huge = true;
		return 0;
	case OPT_CSV:
		csv = optarg;
		return 0;
	case OPT_JSON:
		json = optarg;
		return 0;
	case OPT_HELP:
		print_help();
		exit(0);
	case OPT_VERSION:
		printf("sva-perf %s\n", sva_version());
		exit(0);
	case '?': /* getopt_long() has said what is wrong */
		return -EINVAL;
	default:
		return take_list(option, o);
	}
}

static int take_options(int argc, char **argv, struct perf_options *o)
{
	int option, err;

	*o = (struct perf_options){ .node = -1, .turns = 24, .turn_ns = 5000000, .spin = true };
	PRESET(ops, PERF_MEMMOVE);
	PRESET(sizes, 4096, 65536, 1048576);
	PRESET(depths, 1, 16);
	PRESET(batches, 16);
	PRESET(threads, 1);
	PRESET(modes, PERF_BY_HAND);
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		err = take_option(option, o);
		if (err)
			return err;
	}
	if (optind < argc) {
		fprintf(stderr, "sva-perf: %s: there are only options, and report\n", argv[optind]);
		return -EINVAL;
	}
	return 0;
}

static int add_cell(struct perf_run *run, const struct perf_cell *cell)
{
	if (run->cells == PERF_CELLS) {
		fprintf(stderr, "sva-perf: more than %d combinations\n", PERF_CELLS);
		return -EINVAL;
	}
	run->cell[run->cells++] = *cell;
	return 0;
}

/* Calls have one in flight, and only batches have members. */
static int make_cells_of(struct perf_run *run, struct perf_cell *cell)
{
	unsigned int depth_count = cell->mode == PERF_CALL ? 1 : depths.count;
	unsigned int batch_count = cell->mode == PERF_BATCH ? batches.count : 1;
	int err = 0;

	for (unsigned int d = 0; d < depth_count; d++)
		for (unsigned int b = 0; b < batch_count; b++)
			for (unsigned int t = 0; !err && t < threads.count; t++) {
				cell->depth =
					cell->mode == PERF_CALL ? 1 : (unsigned int)depths.value[d];
				cell->batch = cell->mode == PERF_BATCH
						      ? (unsigned int)batches.value[b]
						      : 1;
				cell->threads = (unsigned int)threads.value[t];
				err = add_cell(run, cell);
			}
	return err;
}

static int make_cells(struct perf_run *run)
{
	struct perf_cell cell = { 0 };
	int err = 0;

	for (unsigned int o = 0; o < ops.count; o++)
		for (unsigned int m = 0; m < modes.count; m++)
			for (unsigned int s = 0; !err && s < sizes.count; s++) {
				cell.op = (enum perf_op)ops.value[o];
				cell.mode = (enum perf_mode)modes.value[m];
				cell.size = (size_t)sizes.value[s];
				err = make_cells_of(run, &cell);
			}
	return err;
}

static uint64_t largest(const struct list *list)
{
	uint64_t most = 0;

	for (unsigned int i = 0; i < list->count; i++)
		most = list->value[i] > most ? list->value[i] : most;
	return most;
}

/* Calls split what is too large; on the CPU all sizes go. No threshold: all is to be measured. */
static int open_queue(struct perf_run *run)
{
	bool calls_only = modes.count == 1 && modes.value[0] == PERF_CALL;
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = run->options.open_flags,
				    .min_transfer = calls_only ? 0 : largest(&sizes),
				    .policy = &policy };
	struct sva_pool_opts pool = { .size = sizeof(pool), .queues = &opts };
	int err = run->options.pool ? sva_pool_open(&run->wq, &pool)
				    : sva_wq_open(&run->wq, run->options.queue, &opts);

	if (err)
		fprintf(stderr, "sva-perf: %s: %s; sva-info says why\n",
			run->options.queue ? run->options.queue : "no queue", sva_strerror(err));
	return err;
}

static int write_files(const struct perf_run *run)
{
	int csv_err = csv ? perf_csv(run, csv) : 0, json_err = json ? perf_json(run, json) : 0;

	if (csv_err)
		fprintf(stderr, "sva-perf: %s: %s\n", csv, strerror(-csv_err));
	if (json_err)
		fprintf(stderr, "sva-perf: %s: %s\n", json, strerror(-json_err));
	return csv_err ? csv_err : json_err;
}

/* What was measured is shown, whatever ended it. */
static int measure(struct perf_run *run)
{
	struct sigaction action = { .sa_handler = on_signal };
	int err = open_queue(run), files_err;

	if (err)
		return err;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	perf_warn(run);
	err = perf_measure(run, &stop);
	perf_text(run);
	if (stopped)
		printf("stopped: what was measured until then\n");
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "sva-perf: the output: %s\n", strerror(errno));
		err = err ? err : -EIO;
	}
	files_err = write_files(run);
	sva_wq_close(run->wq);
	return err ? err : files_err;
}

int main(int argc, char **argv)
{
	static struct perf_run run;

	if (argc > 1 && !strcmp(argv[1], "report"))
		return perf_report(argc - 1, argv + 1);
	if (take_options(argc, argv, &run.options) || make_cells(&run))
		return 2;
	return measure(&run) ? 1 : 0;
}
