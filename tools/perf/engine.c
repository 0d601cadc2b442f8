/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include <sva/status.h>

#include "engine.h"

#define SECOND   INT64_C(1000000000)
#define PATIENCE 30 /* seconds, for a device or for a queue that stays full */

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t perf_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t perf_cpu_now(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

/* Of either device. */
static const struct sva_record *record_of(const struct sva_op *op)
{
	return (const struct sva_record *)(uintptr_t)op->desc.completion_addr;
}

static int fail(struct perf_engine *engine, const char *what, int err)
{
	const char *remedy = "";

	if (err == -ENODEV)
		remedy = ": enable the queue again (accel-config enable-wq), and repeat the run";
	else if (err == -ETIMEDOUT)
		remedy = ": the device does not answer: reset it, and repeat the run";
	snprintf(engine->failed, sizeof(engine->failed), "%s: %s%s", what, sva_strerror(err),
		 remedy);
	return err;
}

/*
 * Bring in the page that an operation has missed. Not a byte changes, also where the device writes
 * for another operation at the same time: hence the atomic instruction.
 */
static void touch(const struct sva_result *result)
{
	uint8_t *at = (uint8_t *)(uintptr_t)result->fault_addr;

	if (result->write_fault)
		(void)__atomic_fetch_or(at, 0, __ATOMIC_RELAXED);
	else
		(void)__atomic_load_n(at, __ATOMIC_RELAXED);
}

static int wait_for(struct perf_engine *engine, struct sva_op *op)
{
	int status = sva_poll(op);

	for (unsigned int i = 0; !status || status == -ETIMEDOUT; i++) {
		if (i == PATIENCE || (i && *engine->stop)) {
			engine->abandoned = true;
			break;
		}
		status = sva_wait(op, SECOND, engine->wait);
	}
	return status;
}

static int submit_again(struct perf_engine *engine, struct sva_op *op)
{
	uint64_t start = perf_now();
	int err;

	while ((err = sva_submit(engine->wq, op)) == -EAGAIN &&
	       perf_now() - start < PATIENCE * (uint64_t)SECOND)
		sched_yield();
	return err ? err : wait_for(engine, op);
}

/* An operation that did not just succeed: the rest after page faults, or the reason. */
static int finish_slowly(struct perf_engine *engine, struct sva_op *op, int status)
{
	struct sva_result result = { .size = sizeof(result) };
	char why[300];
	int rest = 0;

	while (status > 0) {
		(void)sva_decode(&op->desc, record_of(op), &result);
		rest = sva_op_resume(op);
		if (rest <= 0)
			break;
		engine->faults++;
		touch(&result);
		status = submit_again(engine, op);
	}
	if (status < 0 || rest < 0)
		return fail(engine, sva_opcode_name(sva_desc_opcode(&op->desc)),
			    status < 0 ? status : rest);
	if (!result.error || result.code == SVA_STATUS_DIF_ERROR ||
	    result.code == SVA_STATUS_BATCH_FAIL)
		return 0;
	sva_explain(&op->desc, record_of(op), why, sizeof(why));
	snprintf(engine->failed, sizeof(engine->failed), "%s", why);
	return result.error;
}

/* A member of a batch that failed, or was not executed: by itself. */
static int finish_member(struct perf_engine *engine, struct perf_lane *lane, uint32_t i)
{
	struct sva_record *record = &lane->batch.records[i];
	struct sva_op *op = &engine->ops[engine->depth];
	struct sva_result result = { .size = sizeof(result) };
	int status;

	op->desc = lane->batch.descs[i];
	(void)sva_decode(&op->desc, record, &result);
	if (result.code == SVA_STATUS_SUCCESS || result.code == SVA_STATUS_DIF_ERROR)
		return 0;
	if (result.partial) {
		engine->faults++;
		touch(&result);
	}
	status = submit_again(engine, op);
	if (status != SVA_STATUS_SUCCESS && (status = finish_slowly(engine, op, status)))
		return status;
	*record = op->record;
	return 0;
}

static int finish(struct perf_engine *engine, struct perf_lane *lane)
{
	int status = wait_for(engine, lane->op), err;

	if (status == SVA_STATUS_SUCCESS)
		return 0;
	err = finish_slowly(engine, lane->op, status);
	for (uint32_t i = 0; engine->batch > 1 && !err && i < engine->batch; i++)
		err = finish_member(engine, lane, i);
	return err;
}

static int submit(struct perf_engine *engine, struct perf_lane *lane)
{
	if (engine->batch == 1) {
		perf_prepare(engine->work, lane->op, lane->slot, engine->flags);
		return sva_submit(engine->wq, lane->op);
	}
	sva_batch_reset(&lane->batch);
	for (unsigned int i = 0; i < engine->batch; i++)
		engine->work->prepare(sva_batch_add(&lane->batch), &lane->slot[i], engine->flags);
	return sva_submit_batch(engine->wq, &lane->batch, lane->op);
}

static void take_answers(struct perf_engine *engine, struct perf_lane *lane)
{
	if (engine->batch == 1)
		perf_take(engine->work, &lane->op->desc, record_of(lane->op), lane->slot);
	for (unsigned int i = 0; engine->batch > 1 && i < engine->batch; i++)
		perf_take(engine->work, &lane->batch.descs[i], &lane->batch.records[i],
			  &lane->slot[i]);
}

/* As many submissions in flight as there are lanes; the oldest one is waited for. */
static int run_submit(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency)
{
	uint64_t wanted = count / engine->batch, submitted = 0, done = 0, full_since = 0;
	unsigned int head = 0, tail = 0;
	int err = 0;

	while (done < (err ? submitted : wanted)) {
		while (!err && submitted < wanted && submitted - done < engine->depth) {
			struct perf_lane *lane = &engine->lane[tail];

			if (latency)
				lane->start = perf_now();
			err = submit(engine, lane);
			if (err)
				break;
			full_since = 0;
			submitted++;
			tail = tail + 1 == engine->depth ? 0 : tail + 1;
		}
		if (err == -EAGAIN) {
			engine->retries++;
			if (!full_since)
				full_since = perf_now();
			if (perf_now() - full_since < PATIENCE * (uint64_t)SECOND && !*engine->stop)
				err = 0;
			if (submitted == done)
				sched_yield();
		}
		if (err && !*engine->failed)
			fail(engine, "submission", err);
		if (done < submitted) {
			int failed = finish(engine, &engine->lane[head]);

			if (engine->abandoned)
				return failed;
			err = err ? err : failed;
			if (latency) {
				perf_histogram_add(latency, perf_now() - engine->lane[head].start);
				take_answers(engine, &engine->lane[head]);
			}
			done++;
			head = head + 1 == engine->depth ? 0 : head + 1;
		}
	}
	return err;
}

static int run_call(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency)
{
	struct perf_slot *slot = engine->slot, *end = slot + engine->slots;
	struct sva_wq *wq = engine->mode == PERF_PLAIN ? engine->cpu : engine->wq;
	void (*plain)(struct perf_slot *) = engine->mode == PERF_PLAIN ? engine->work->plain : NULL;

	while (count--) {
		uint64_t start = latency ? perf_now() : 0;
		int err = 0;

		if (plain)
			plain(slot);
		else
			err = engine->work->call(wq, slot);
		if (err)
			return fail(engine, "call", err);
		if (latency)
			perf_histogram_add(latency, perf_now() - start);
		if (++slot == end)
			slot = engine->slot;
	}
	return 0;
}

/* An operation of the ring keeps its slot: what it is given at first. */
static struct perf_lane *lane_of(struct perf_engine *engine, const struct sva_op *op)
{
	struct perf_lane *lane = sva_ring_data(engine->ring, op);

	if (!lane) {
		lane = &engine->lane[engine->ring_slots++];
		sva_ring_set_data(engine->ring, op, lane);
	}
	return lane;
}

static int reaped(struct perf_engine *engine, const struct sva_op *op, int result,
		  struct perf_histogram *latency)
{
	struct perf_lane *lane = sva_ring_data(engine->ring, op);
	char why[300];

	if (latency) {
		perf_histogram_add(latency, perf_now() - lane->start);
		perf_take(engine->work, &op->desc, record_of(op), lane->slot);
	}
	if (!result || result == -EBADMSG)
		return 0;
	sva_explain(&op->desc, record_of(op), why, sizeof(why));
	snprintf(engine->failed, sizeof(engine->failed), "%s; %s", sva_strerror(result), why);
	return result;
}

static int fill_ring(struct perf_engine *engine, uint64_t *left, bool timed)
{
	struct sva_op *op;
	int n;

	while (*left && (op = sva_ring_get(engine->ring))) {
		struct perf_lane *lane = lane_of(engine, op);

		if (timed)
			lane->start = perf_now();
		perf_prepare(engine->work, op, lane->slot, engine->flags);
		--*left;
	}
	n = sva_ring_submit(engine->ring);
	if (n == -EAGAIN)
		engine->retries++;
	return n < 0 && n != -EAGAIN ? n : 0;
}

static int run_ring(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency)
{
	uint64_t left = count, done = 0;
	unsigned int waited = 0;
	int err = 0, result;

	while (done < count) {
		struct sva_op *op;

		err = fill_ring(engine, &left, latency != NULL);
		if (err)
			return fail(engine, "ring", err);
		op = sva_ring_wait(engine->ring, SECOND, &result);
		if (!op && result == -ENOENT) {
			sched_yield(); /* the queue is full with the operations of others */
			continue;
		}
		if (!op && (++waited == PATIENCE || *engine->stop)) {
			engine->abandoned = true;
			return fail(engine, "ring", -ETIMEDOUT);
		}
		for (; op; op = sva_ring_reap(engine->ring, &result)) {
			waited = 0;
			done++;
			err = reaped(engine, op, result, latency);
			if (err)
				return err; /* closing the ring ends the others */
		}
	}
	return 0;
}

static int run(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency)
{
	switch (engine->mode) {
	case PERF_SUBMIT:
		return run_submit(engine, count, latency);
	case PERF_RING:
		return run_ring(engine, count, latency);
	default:
		return run_call(engine, count, latency);
	}
}

static void flush(struct perf_engine *engine)
{
	size_t room[4];

	perf_work_room(engine->work, engine->slot->size, room);
	for (unsigned int i = 0; i < engine->slots; i++) {
		uint8_t *const buffer[4] = { engine->slot[i].in, engine->slot[i].in2,
					     engine->slot[i].out, engine->slot[i].out2 };

		for (unsigned int b = 0; b < 4; b++)
			if (room[b])
				(void)sva_cache_flush(engine->cpu, buffer[b], room[b], NULL);
	}
}

int perf_engine_run(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency)
{
	int err = 0;

	if (!engine->cold)
		return run(engine, count, latency);
	for (uint64_t done = 0; done < count && !err; done += engine->slots) {
		uint64_t start, cpu;

		flush(engine);
		cpu = perf_cpu_now();
		start = perf_now();
		err = run(engine, engine->slots, latency);
		engine->cold_ns += perf_now() - start;
		engine->cold_cpu_ns += perf_cpu_now() - cpu;
	}
	return err;
}

static int open_ring(struct perf_engine *engine)
{
	struct sva_ring_opts opts = { .size = sizeof(opts), .batch = engine->batch };
	int err = sva_ring_open(&engine->ring, engine->wq, engine->depth, &opts);

	return err ? fail(engine, "ring", err) : 0;
}

static int open_batches(struct perf_engine *engine)
{
	size_t members = (size_t)engine->depth * engine->batch;
	int err = 0;

	engine->descs = aligned_alloc(64, members * sizeof(*engine->descs));
	engine->records = aligned_alloc(64, (members + 1) / 2 * 64);
	if (!engine->descs || !engine->records)
		return fail(engine, "batches", -ENOMEM);
	for (unsigned int i = 0; i < engine->depth && !err; i++)
		err = sva_batch_init(&engine->lane[i].batch,
				     engine->descs + (size_t)i * engine->batch,
				     engine->records + (size_t)i * engine->batch, engine->batch, 0);
	return err ? fail(engine, "batch", err) : 0;
}

int perf_engine_open(struct perf_engine *engine)
{
	engine->lane = calloc(engine->depth, sizeof(*engine->lane));
	if (perf_work_kind(engine->work) == SVA_DEV_KIND_IAX)
		engine->iax_ops = sva_iax_op_alloc(engine->depth);
	else
		engine->ops = sva_op_alloc(engine->depth + 1); /* one for members of a batch */
	if (!engine->lane || !(engine->ops || engine->iax_ops))
		return fail(engine, "operations", -ENOMEM);
	for (unsigned int i = 0; i < engine->depth; i++) {
		engine->lane[i].op = engine->ops ? &engine->ops[i] : &engine->iax_ops[i].op;
		engine->lane[i].slot = &engine->slot[(size_t)i * (engine->slots / engine->depth)];
	}
	if (engine->mode == PERF_RING)
		return open_ring(engine);
	if (engine->mode == PERF_SUBMIT && engine->batch > 1)
		return open_batches(engine);
	return 0;
}

void perf_engine_close(struct perf_engine *engine)
{
	if (engine->ring && sva_ring_close(engine->ring))
		engine->abandoned = true;
	if (engine->abandoned)
		return;
	free(engine->lane);
	free(engine->descs);
	free(engine->records);
	sva_op_free(engine->ops);
	sva_iax_op_free(engine->iax_ops);
}
