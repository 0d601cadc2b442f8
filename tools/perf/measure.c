/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sva/status.h>

#include "counter.h"
#include "engine.h"
#include "measure.h"

#define CALIBRATIONS 6
#define MOST_TIMED   (1u << 16) /* latencies of a turn and thread */

/* A thread of a turn. */
struct worker {
	pthread_t thread;
	struct perf_engine engine;
	struct perf_histogram latency;
	uint64_t count, timed; /* operations of the two passes */
	int cpu;               /* -1: any */
	bool planted;
	pthread_barrier_t *barrier;

	uint64_t start, end, cpu_ns, cycles;
	bool counted; /* cycles */
	int err;
	const char *wrong;
};

/* What a whole turn has come to. */
struct turn {
	uint64_t ns, cpu_ns, cycles, operations;
	bool counted;
	int err;
	bool abandoned;
};

struct measurement {
	struct perf_run *run;
	const struct perf_targets *targets;
	const struct perf_settings *settings;
	struct perf_memory memory;
	struct worker *worker;
	unsigned int room; /* of worker */
	uint64_t *count;   /* operations of a turn and thread, for each cell; 0: not known */
	uint64_t began, turns_done, turns_wanted, shown;
};

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* the options were checked */
}

static void fill_slots(struct worker *worker)
{
	struct perf_engine *engine = &worker->engine;

	for (unsigned int i = 0; i < engine->slots; i++) {
		engine->slot[i].planted = worker->planted && engine->work->plants;
		engine->work->fill(&engine->slot[i]);
		engine->work->spoil(&engine->slot[i]);
	}
}

/* The pass whose time counts; nothing else is between the clock's two readings. */
static void run_timed(struct worker *worker)
{
	struct perf_engine *engine = &worker->engine;
	int counter = perf_counter_open();
	uint64_t cycles = perf_counter_read(counter), cpu = perf_cpu_now();

	worker->start = perf_now();
	worker->err = perf_engine_run(engine, worker->count, NULL);
	worker->end = perf_now();
	worker->cpu_ns = perf_cpu_now() - cpu;
	worker->cycles = perf_counter_read(counter) - cycles;
	worker->counted = counter >= 0 && !engine->cold;
	perf_counter_close(counter);
	if (engine->cold) {
		worker->end = worker->start + engine->cold_ns;
		worker->cpu_ns = engine->cold_cpu_ns;
	}
}

/* After the first pass, what was written; after the second, the answers too. */
static void check_slots(struct worker *worker, bool answered)
{
	struct perf_engine *engine = &worker->engine;

	for (unsigned int i = 0; i < engine->slots && !worker->wrong; i++) {
		worker->wrong = engine->work->check(&engine->slot[i], answered);
		if (!answered)
			engine->work->spoil(&engine->slot[i]);
	}
}

static void *run_worker(void *arg)
{
	struct worker *worker = arg;
	struct perf_engine *engine = &worker->engine;

	pin(worker->cpu);
	fill_slots(worker);
	worker->err = perf_engine_open(engine);
	pthread_barrier_wait(worker->barrier);
	if (!worker->err)
		run_timed(worker);
	pthread_barrier_wait(worker->barrier);
	if (!worker->err) {
		check_slots(worker, false);
		worker->err = perf_engine_run(engine, worker->timed, &worker->latency);
	}
	if (!worker->err)
		check_slots(worker, true);
	perf_engine_close(engine);
	return NULL;
}

/* Buffers of one kind stand in a row, so that destinations of a dualcast agree in bits 11:0. */
static int lay_out(struct measurement *measurement, const struct perf_cell *cell,
		   const struct perf_work *work, char *why, size_t len)
{
	uint64_t node = cell->value[PERF_NODE], pages = cell->value[PERF_PAGES];
	size_t slots = (size_t)perf_slots(cell), threads = (size_t)cell->value[PERF_THREADS];
	uint32_t from = PERF_NODE_SRC(node), to = PERF_NODE_DST(node);
	size_t room[4], at[4], size[2] = { 0, 0 };
	uint8_t *base[2];
	int err;

	perf_work_room(work, (size_t)cell->value[PERF_SIZE], room);
	for (unsigned int b = 0; b < 4; b++) {
		size_t *used = &size[b >= 2 && from != to];

		at[b] = *used;
		*used += (threads * slots * room[b] + 4095) & ~(size_t)4095;
	}
	err = perf_memory_get(&measurement->memory, pages, from, size[0], &base[0], why, len);
	base[1] = base[0];
	if (!err && from != to)
		err = perf_memory_get(&measurement->memory, pages, to, size[1], &base[1], why, len);
	for (size_t i = 0; i < threads * slots && !err; i++) {
		struct perf_slot *slot = &measurement->worker[i / slots].engine.slot[i % slots];

		*slot = (struct perf_slot){ .size = (size_t)cell->value[PERF_SIZE],
					    .seed = (uint64_t)i << 32,
					    .in = base[0] + at[0] + i * room[0],
					    .in2 = base[0] + at[1] + i * room[1],
					    .out = base[1] + at[2] + i * room[2],
					    .out2 = base[1] + at[3] + i * room[3] };
	}
	return err;
}

static const struct perf_target *target_of(const struct perf_targets *targets,
					   const struct perf_cell *cell)
{
	const struct perf_work *work = perf_work_at((unsigned int)cell->value[PERF_OP]);

	for (unsigned int i = 0; i < targets->count; i++)
		if (targets->target[i].queue == cell->value[PERF_QUEUE] &&
		    targets->target[i].path == cell->value[PERF_PATH] &&
		    targets->target[i].kind == perf_work_kind(work))
			return &targets->target[i];
	return NULL;
}

/* Can the queue do it at all? If not, that is no failure. */
static int check_descriptor(struct perf_cell *cell, const struct perf_work *work,
			    struct perf_slot *slot, const struct sva_wq *wq)
{
	struct sva_iax_op op = { 0 };
	char why[300];

	if (cell->value[PERF_MODE] == PERF_CALL)
		return 0;
	work->fill(slot);
	op.op.desc.completion_addr = (uintptr_t)&op.op.record;
	perf_prepare(work, &op.op, slot, (uint32_t)cell->value[PERF_FLAGS]);
	cell->skipped = true;
	if (sva_desc_check(wq, &op.op.desc, why, sizeof(why))) {
		perf_fail(cell, "%s", why);
		return -EOPNOTSUPP;
	}
	if (cell->value[PERF_BATCH] > 1 &&
	    cell->value[PERF_BATCH] > sva_wq_info(wq)->max_batch_size) {
		perf_fail(cell, "the queue takes batches of at most %u",
			  sva_wq_info(wq)->max_batch_size);
		return -EOPNOTSUPP;
	}
	cell->skipped = false;
	return 0;
}

static int set_policy(struct perf_cell *cell, const struct perf_target *target)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .desc_flags = (uint32_t)cell->value[PERF_FLAGS] };
	int err = 0;

	if (target->path != PERF_PATH_CPU) {
		policy.wait = (enum sva_wait_policy)cell->value[PERF_WAIT];
		policy.threshold = 1; /* nothing is too small: that is what is to be found out */
	}
	for (unsigned int i = 0; i < target->count && !err; i++)
		err = sva_wq_set_policy(target->wq[i], &policy);
	if (!err)
		return 0;
	cell->skipped = err == -EOPNOTSUPP;
	perf_fail(cell, "policy of the queue: %s", sva_strerror(err));
	return err;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static void set_worker(struct measurement *measurement, const struct perf_cell *cell,
		       unsigned int i, uint64_t count, bool planted)
{
	const struct perf_settings *settings = measurement->settings;
	struct worker *worker = &measurement->worker[i];
	unsigned int slots = (unsigned int)perf_slots(cell);
	uint64_t timed = count / 2 < MOST_TIMED ? count / 2 : MOST_TIMED;
	struct perf_slot *slot = calloc(slots, sizeof(*slot));

	memset(worker, 0, sizeof(*worker));
	perf_histogram_clear(&worker->latency);
	worker->count = round_up(count, slots);
	worker->timed = round_up(timed ? timed : 1, slots);
	worker->cpu = settings->cpus ? settings->cpu[i % settings->cpus] : -1;
	worker->planted = planted;
	worker->engine = (struct perf_engine){
		.work = perf_work_at((unsigned int)cell->value[PERF_OP]),
		.mode = (enum perf_mode)cell->value[PERF_MODE],
		.cpu = measurement->targets->cpu,
		.wait = cell->value[PERF_WAIT] == PERF_NONE
				? SVA_WAIT_AUTO
				: (enum sva_wait_policy)cell->value[PERF_WAIT],
		.flags = cell->value[PERF_FLAGS] == PERF_NONE ? 0
							      : (uint32_t)cell->value[PERF_FLAGS],
		.cold = cell->value[PERF_CACHE] == PERF_COLD,
		.depth = (unsigned int)cell->value[PERF_DEPTH],
		.batch = (unsigned int)cell->value[PERF_BATCH],
		.slots = slots,
		.slot = slot,
		.stop = settings->stop,
	};
}

static int make_room(struct measurement *measurement, unsigned int threads)
{
	struct worker *worker;

	if (threads <= measurement->room)
		return 0;
	worker = realloc(measurement->worker, threads * sizeof(*worker));
	if (!worker)
		return -ENOMEM;
	measurement->worker = worker;
	measurement->room = threads;
	return 0;
}

static int prepare_turn(struct measurement *measurement, struct perf_cell *cell, uint64_t count,
			bool planted)
{
	const struct perf_work *work = perf_work_at((unsigned int)cell->value[PERF_OP]);
	const struct perf_target *target = target_of(measurement->targets, cell);
	unsigned int threads = (unsigned int)cell->value[PERF_THREADS];
	char why[256] = "no memory";
	int err = make_room(measurement, threads);

	for (unsigned int i = 0; i < threads && !err; i++) {
		set_worker(measurement, cell, i, count, planted);
		if (!measurement->worker[i].engine.slot)
			err = -ENOMEM;
		if (target)
			measurement->worker[i].engine.wq = target->wq[i % target->count];
	}
	if (!err)
		err = lay_out(measurement, cell, work, why, sizeof(why));
	if (err) {
		perf_fail(cell, "%s", why);
		cell->skipped = true;
		return err;
	}
	if (!target)
		return 0;
	err = set_policy(cell, target);
	return err ? err
		   : check_descriptor(cell, work, measurement->worker[0].engine.slot,
				      target->wq[0]);
}

/* Signals are the main thread's, which waits meanwhile. */
static int start_threads(struct measurement *measurement, unsigned int threads,
			 pthread_barrier_t *barrier)
{
	sigset_t all, before;
	int err = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned int i = 0; i < threads; i++) {
		struct worker *worker = &measurement->worker[i];

		worker->barrier = barrier;
		while ((err = pthread_create(&worker->thread, NULL, run_worker, worker)) == EAGAIN)
			sched_yield();
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void add_up(struct measurement *measurement, struct perf_cell *cell, struct turn *turn,
		   struct perf_histogram *latency)
{
	uint64_t start = UINT64_MAX, end = 0;

	perf_histogram_clear(latency);
	turn->counted = true;
	for (unsigned int i = 0; i < cell->value[PERF_THREADS]; i++) {
		struct worker *worker = &measurement->worker[i];
		struct perf_engine *engine = &worker->engine;

		start = worker->start < start ? worker->start : start;
		end = worker->end > end ? worker->end : end;
		turn->operations += worker->count;
		turn->cpu_ns += worker->cpu_ns;
		turn->cycles += worker->cycles;
		turn->counted &= worker->counted;
		turn->abandoned |= engine->abandoned;
		cell->faults += engine->faults;
		cell->retries += engine->retries;
		perf_histogram_merge(latency, &worker->latency);
		if (worker->err && !turn->err)
			perf_fail(cell, "%s", engine->failed);
		if (!worker->err && worker->wrong && !turn->err)
			perf_fail(cell, "WRONG RESULT: %s", worker->wrong);
		turn->err = turn->err       ? turn->err
			    : worker->err   ? worker->err
			    : worker->wrong ? -EBADMSG
					    : 0;
	}
	turn->ns = end - start;
}

static uint64_t by_cpu(const struct perf_target *target, uint64_t *faults)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; target && i < target->count; i++) {
		struct sva_wq_stats stats = { .size = sizeof(stats) };

		if (sva_wq_stats(target->wq[i], &stats))
			continue;
		sum += stats.cpu_operations;
		*faults += stats.read_faults + stats.write_faults;
	}
	return sum;
}

static void free_slots(struct measurement *measurement, unsigned int threads)
{
	for (unsigned int i = 0; i < threads && i < measurement->room; i++)
		if (!measurement->worker[i].engine.abandoned)
			free(measurement->worker[i].engine.slot);
}

/* All threads of a configuration, once. What is wrong stands in the cell. */
static int run_turn(struct measurement *measurement, struct perf_cell *cell, uint64_t count,
		    bool planted, struct turn *turn, struct perf_histogram *latency)
{
	const struct perf_target *target = target_of(measurement->targets, cell);
	unsigned int threads = (unsigned int)cell->value[PERF_THREADS];
	uint64_t faults = 0, faults_before = 0, before = by_cpu(target, &faults_before);
	pthread_barrier_t barrier;

	memset(turn, 0, sizeof(*turn));
	turn->err = prepare_turn(measurement, cell, count, planted);
	if (!turn->err) {
		pthread_barrier_init(&barrier, NULL, threads);
		turn->err = start_threads(measurement, threads, &barrier);
		for (unsigned int i = 0; i < threads; i++)
			pthread_join(measurement->worker[i].thread, NULL);
		pthread_barrier_destroy(&barrier);
		add_up(measurement, cell, turn, latency);
		cell->by_cpu += by_cpu(target, &faults) - before;
		cell->faults += faults - faults_before;
	}
	free_slots(measurement, threads);
	return turn->err;
}

/* How many operations last as long as a turn should? Their results are checked, not kept. */
static int calibrate(struct measurement *measurement, struct perf_cell *cell, uint64_t *count,
		     struct perf_histogram *latency)
{
	uint64_t wanted = measurement->settings->turn_ns;
	struct turn turn;
	int err = run_turn(measurement, cell, 1, true, &turn, latency);

	*count = perf_slots(cell);
	for (unsigned int i = 0; i < CALIBRATIONS && !err && !*measurement->settings->stop; i++) {
		uint64_t more = 32;

		err = run_turn(measurement, cell, *count, false, &turn, latency);
		if (turn.abandoned || turn.ns > wanted / 2)
			break;
		if (turn.ns && wanted / turn.ns < more)
			more = wanted / turn.ns;
		*count = round_up(*count * more, perf_slots(cell));
	}
	cell->faults = cell->retries = cell->by_cpu = 0;
	return turn.abandoned ? -ETIMEDOUT : err;
}

static void keep(struct perf_cell *cell, const struct turn *turn,
		 const struct perf_histogram *latency)
{
	double operations = (double)turn->operations;
	unsigned int i = cell->turns++;

	cell->operations = turn->operations;
	cell->sample[PERF_TIME][i] = (double)turn->ns / operations;
	cell->sample[PERF_CPU][i] = (double)turn->cpu_ns / operations;
	cell->sample[PERF_LATENCY][i] = perf_percentile(latency, 50);
	perf_histogram_merge(cell->latency, latency);
	if (turn->counted) {
		cell->sample[PERF_CYCLES][i] = (double)turn->cycles / operations;
	} else {
		free(cell->sample[PERF_CYCLES]);
		cell->sample[PERF_CYCLES] = NULL;
	}
}

static void show_progress(struct measurement *measurement, const struct perf_cell *cell)
{
	uint64_t now = perf_now(), done = measurement->turns_done, all = measurement->turns_wanted;
	unsigned int bar = (unsigned int)(30 * done / all);
	char label[128];
	uint64_t left;

	if (!measurement->settings->progress || now - measurement->shown < 100000000)
		return;
	measurement->shown = now;
	left = done ? (now - measurement->began) / done * (all - done) / 1000000000 : 0;
	perf_label(cell, 1u << PERF_OP | 1u << PERF_MODE | 1u << PERF_SIZE, label, sizeof(label));
	fprintf(stderr, "\r[%.*s%*s] %3u %%  %02u:%02u left  %-32.32s", (int)bar,
		"##############################", (int)(30 - bar), "",
		(unsigned int)(100 * done / all), (unsigned int)(left / 60),
		(unsigned int)(left % 60), label);
}

static void end_progress(const struct measurement *measurement)
{
	if (measurement->settings->progress && measurement->shown)
		fprintf(stderr, "\r%80s\r", "");
}

/* What no configuration is compared with, because all that would be were left out, can be long. */
static bool is_needed(const struct perf_run *run, const struct perf_cell *cell)
{
	for (unsigned int i = 0; i < run->cell_count; i++)
		if (perf_is_peer(cell, &run->cell[i]) && !run->cell[i].skipped)
			return true;
	return !perf_is_plain(cell);
}

/* One turn of one configuration; the first one is preceded by the calibration. */
static int measure_cell(struct measurement *measurement, unsigned int i,
			struct perf_histogram *latency)
{
	struct perf_cell *cell = &measurement->run->cell[i];
	struct turn turn = { .err = 0 };
	int err = 0;

	show_progress(measurement, cell);
	measurement->turns_done++;
	if (!measurement->count[i] && !*cell->failed && !is_needed(measurement->run, cell)) {
		perf_fail(cell, "the configurations that it belongs to were left out");
		cell->skipped = true;
	}
	if (*cell->failed)
		return 0;
	if (!measurement->count[i])
		err = calibrate(measurement, cell, &measurement->count[i], latency);
	if (err || *measurement->settings->stop)
		return err == -ETIMEDOUT ? err : 0;
	err = run_turn(measurement, cell, measurement->count[i], false, &turn, latency);
	if (!err)
		keep(cell, &turn, latency);
	return turn.abandoned ? -ETIMEDOUT : 0;
}

/* A new order for each round: no configuration always has the same one before it. */
static void shuffle(unsigned int *order, unsigned int count, uint64_t *random)
{
	for (unsigned int i = count; i > 1; i--) {
		unsigned int other, kept = order[i - 1];

		*random ^= *random << 13;
		*random ^= *random >> 7;
		*random ^= *random << 17;
		other = (unsigned int)(*random % i);
		order[i - 1] = order[other];
		order[other] = kept;
	}
}

/* The first round has an order of its own: whether a plain function is needed is known in the end.
 */
static void first_order(const struct perf_run *run, unsigned int *order)
{
	unsigned int at = 0;

	for (unsigned int plain = 0; plain < 2; plain++)
		for (unsigned int i = 0; i < run->cell_count; i++)
			if (perf_is_plain(&run->cell[i]) == plain)
				order[at++] = i;
}

static int run_rounds(struct measurement *measurement, unsigned int *order,
		      struct perf_histogram *latency)
{
	unsigned int cells = measurement->run->cell_count;
	uint64_t random = 0x9e3779b97f4a7c15u;
	int err = 0;

	first_order(measurement->run, order);
	for (unsigned int round = 0; round < measurement->settings->turns; round++) {
		if (round)
			shuffle(order, cells, &random);
		for (unsigned int i = 0; i < cells && !err && !*measurement->settings->stop; i++)
			err = measure_cell(measurement, order[i], latency);
	}
	return err ? err : *measurement->settings->stop ? -EINTR : 0;
}

int perf_measure(struct perf_run *run, const struct perf_targets *targets,
		 const struct perf_settings *settings)
{
	struct measurement measurement = { .run = run, .targets = targets, .settings = settings };
	unsigned int *order = calloc(run->cell_count, sizeof(*order));
	struct perf_histogram *latency = malloc(sizeof(*latency));
	int err = -ENOMEM;

	measurement.count = calloc(run->cell_count, sizeof(*measurement.count));
	measurement.turns_wanted = (uint64_t)run->cell_count * settings->turns;
	measurement.began = perf_now();
	if (order && latency && measurement.count)
		err = run_rounds(&measurement, order, latency);
	end_progress(&measurement);
	run->interrupted = err == -EINTR;
	if (err != -ETIMEDOUT) /* else the device may still write there */
		perf_memory_free(&measurement.memory);
	free(measurement.worker);
	free(measurement.count);
	free(latency);
	free(order);
	return err;
}
