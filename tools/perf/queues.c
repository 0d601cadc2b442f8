/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include <sva/status.h>

#include "queues.h"
#include "work.h"

static void print_reason(const char *name, int err, const struct sva_report *report)
{
	const struct sva_rejection *why = sva_report_get(report, 0);

	fprintf(stderr, "sva-perf: --queue %s: %s\n", name, why ? why->reason : sva_strerror(err));
	if (why && *why->remedy)
		fprintf(stderr, "sva-perf: %s\n", why->remedy);
	if (!why)
		fprintf(stderr, "sva-perf: --queue cpu measures without a device\n");
}

/* A queue that was named is wanted itself; "auto" and "pool" are content with the CPU. */
static uint32_t open_flags(const char *name, uint64_t path)
{
	bool any = !strcmp(name, "auto") || !strcmp(name, "pool");

	switch (path) {
	case PERF_PATH_PORTAL:
		return SVA_OPEN_NO_CPU | SVA_OPEN_NO_WRITE;
	case PERF_PATH_WRITE:
		return SVA_OPEN_NO_CPU | SVA_OPEN_NO_PORTAL;
	default:
		return any ? 0 : SVA_OPEN_NO_CPU;
	}
}

static int open_queue(const char *name, uint64_t path, enum sva_dev_kind kind, struct sva_wq **wq)
{
	struct sva_report *report = NULL;
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = open_flags(name, path),
				    .report = &report,
				    .kind = kind };
	struct sva_pool_opts pool = { .size = sizeof(pool), .queues = &opts };
	int err;

	if (!strcmp(name, "cpu") || path == PERF_PATH_CPU) {
		opts.flags = 0;
		err = sva_wq_open(wq, "cpu", &opts);
	} else if (!strcmp(name, "pool")) {
		err = sva_pool_open(wq, &pool);
	} else {
		err = sva_wq_open(wq, strcmp(name, "auto") ? name : NULL, &opts);
	}
	if (err)
		print_reason(name, err, report);
	sva_report_free(report);
	return err;
}

static void describe(struct perf_run *run, const char *name, const struct sva_wq *wq)
{
	const struct sva_wq_info *info = sva_wq_info(wq);
	struct perf_facts *facts = &run->queue[run->queue_count];

	if (run->queue_count == PERF_QUEUES || !info)
		return;
	run->queue_count++;
	perf_fact(facts, "queue", "%s", name);
	perf_fact(facts, "path", "%s", sva_path_name(sva_wq_path(wq)));
	perf_fact(facts, "why", "%s", sva_wq_why(wq));
	perf_fact(facts, "name", "%s", info->name);
	perf_fact(facts, "device", "%s", info->device);
	perf_fact(facts, "kind", "%s",
		  info->kind == SVA_DEV_KIND_IAX   ? "iax"
		  : info->kind == SVA_DEV_KIND_DSA ? "dsa"
						   : "cpu");
	perf_fact(facts, "mode", "%s",
		  info->mode == SVA_WQ_MODE_SHARED      ? "shared"
		  : info->mode == SVA_WQ_MODE_DEDICATED ? "dedicated"
							: "-");
	perf_fact_number(facts, "entries", info->size);
	perf_fact_number(facts, "threshold", info->threshold);
	perf_fact_number(facts, "priority", info->priority);
	perf_fact_number(facts, "max_batch", info->max_batch_size);
	perf_fact_number(facts, "max_transfer", info->max_transfer_size);
	perf_fact(facts, "block_on_fault", "%s", info->block_on_fault ? "yes" : "no");
	perf_fact(facts, "numa_node", "%d", info->numa_node);
	for (unsigned int i = 0; i < sva_pool_count(wq); i++)
		if (sva_pool_member(wq, i))
			describe(run, "member of the pool", sva_pool_member(wq, i));
}

/* Each queue is opened once for a path: a dedicated one has a single client. */
static int get_queue(struct perf_targets *targets, struct perf_run *run, const char *name,
		     uint64_t path, enum sva_dev_kind kind, struct sva_wq **wq)
{
	int err;

	for (unsigned int i = 0; i < targets->open_count; i++)
		if (!strcmp(targets->open[i].name, name) && targets->open[i].path == path &&
		    targets->open[i].kind == kind) {
			*wq = targets->open[i].wq;
			return 0;
		}
	if (targets->open_count == PERF_QUEUES) {
		fprintf(stderr, "sva-perf: --queue: at most %d different ones\n", PERF_QUEUES);
		return -E2BIG;
	}
	err = open_queue(name, path, kind, wq);
	if (err)
		return err;
	describe(run, name, *wq);
	snprintf(targets->open[targets->open_count].name, PERF_WORD, "%s", name);
	targets->open[targets->open_count].path = path;
	targets->open[targets->open_count].kind = kind;
	targets->open[targets->open_count++].wq = *wq;
	return 0;
}

static uint64_t path_of(const struct sva_wq *wq)
{
	switch (sva_wq_path(wq)) {
	case SVA_PATH_PORTAL:
		return PERF_PATH_PORTAL;
	case SVA_PATH_WRITE:
		return PERF_PATH_WRITE;
	case SVA_PATH_POOL:
		return PERF_PATH_POOL;
	default:
		return PERF_PATH_CPU;
	}
}

/* A queue that is named is of one kind; the others are opened for what is to be done. */
static bool is_named(const char *name, uint64_t path)
{
	return strcmp(name, "auto") != 0 && strcmp(name, "pool") != 0 && strcmp(name, "cpu") != 0 &&
	       path != PERF_PATH_CPU;
}

static int add_queue(struct perf_targets *targets, struct perf_run *run, const char *name,
		     uint64_t path, struct perf_target *target)
{
	bool named = is_named(name, path);
	struct sva_wq *wq;
	int err = get_queue(targets, run, name, path, named ? SVA_DEV_KIND_ANY : target->kind, &wq);

	if (err)
		return err;
	target->wq[target->count++] = wq;
	return named && sva_wq_info(wq)->kind != target->kind ? -EOPNOTSUPP : 0;
}

/* For the operations of one kind; returns 0, -EOPNOTSUPP if the queue is of the other one, or
 * -errno. */
static int add_target(struct perf_targets *targets, struct perf_lists *lists, struct perf_run *run,
		      uint64_t queue, uint64_t path, enum sva_dev_kind kind)
{
	struct perf_target *target = &targets->target[targets->count];
	char names[PERF_WORD], *rest = names, *name;
	int err = 0;

	if (targets->count == PERF_LIST) {
		fprintf(stderr, "sva-perf: --queue and --path: at most %d pairs\n", PERF_LIST);
		return -E2BIG;
	}
	snprintf(names, sizeof(names), "%s", lists->queue[queue]);
	*target = (struct perf_target){ .queue = queue, .kind = kind };
	while (!err && (name = strsep(&rest, "+")))
		err = add_queue(targets, run, name, path, target);
	if (err)
		return err;
	target->path = path_of(target->wq[0]);
	targets->count++;
	return 0;
}

static bool is_wanted(const struct perf_lists *lists, enum sva_dev_kind kind)
{
	const struct perf_list *works = &lists->axis[PERF_OP];

	for (unsigned int i = 0; i < works->count; i++)
		if (perf_work_kind(perf_work_at((unsigned int)works->value[i])) == kind)
			return true;
	return false;
}

/* The CPU is one target, by whatever name it was asked for. */
static void name_the_cpu(const struct perf_targets *targets, unsigned int first,
			 struct perf_lists *lists, uint64_t queue)
{
	for (unsigned int i = first; i < targets->count; i++)
		if (targets->target[i].path != PERF_PATH_CPU || targets->target[i].count != 1)
			return;
	snprintf(lists->queue[queue], PERF_WORD, "cpu");
}

/* A target for each kind of operations that there are and that the queue can do. */
static int add_targets(struct perf_targets *targets, struct perf_lists *lists, struct perf_run *run,
		       uint64_t queue, uint64_t path)
{
	static const enum sva_dev_kind kinds[] = { SVA_DEV_KIND_DSA, SVA_DEV_KIND_IAX };
	unsigned int first = targets->count;
	int err = 0;

	for (unsigned int i = 0; i < 2 && (!err || err == -EOPNOTSUPP); i++)
		if (is_wanted(lists, kinds[i]))
			err = add_target(targets, lists, run, queue, path, kinds[i]);
	if (err && err != -EOPNOTSUPP)
		return err;
	if (first == targets->count) {
		fprintf(stderr,
			"sva-perf: --queue %s: none of the operations is for its device: see --op, "
			"and join queues of one kind only\n",
			lists->queue[queue]);
		return -EOPNOTSUPP;
	}
	if (path == PERF_PATH_AUTO)
		name_the_cpu(targets, first, lists, queue);
	return 0;
}

/* The CPU has one path, and that path has one queue. */
static bool is_same_cpu(const struct perf_lists *lists, uint64_t queue, uint64_t path)
{
	return !strcmp(lists->queue[queue], "cpu") &&
	       (path == PERF_PATH_PORTAL || path == PERF_PATH_WRITE);
}

int perf_targets_open(struct perf_targets *targets, struct perf_lists *lists, struct perf_run *run)
{
	const struct perf_list *queues = &lists->axis[PERF_QUEUE], *paths = &lists->axis[PERF_PATH];
	int err = sva_wq_open(&targets->cpu, "cpu", NULL);

	for (unsigned int q = 0; q < queues->count && !err; q++)
		for (unsigned int p = 0; p < paths->count && !err; p++)
			if (!is_same_cpu(lists, queues->value[q], paths->value[p]))
				err = add_targets(targets, lists, run, queues->value[q],
						  paths->value[p]);
	if (!err && !targets->count) {
		fprintf(stderr, "sva-perf: --path: the CPU has neither a portal nor write(2)\n");
		err = -EINVAL;
	}
	return err;
}

void perf_targets_close(struct perf_targets *targets)
{
	for (unsigned int i = 0; i < targets->open_count; i++)
		(void)sva_wq_close(targets->open[i].wq);
	(void)sva_wq_close(targets->cpu);
}
