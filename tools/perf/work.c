/* SPDX-License-Identifier: MIT */
/*
 * The work of one thread: its memory, its operations, and the plain functions on the same memory.
 * Each operation in flight has buffers of its own, as far as there are enough.
 */
#include <errno.h>
#include <isa-l.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "perf.h"

#define PAGE       4096u
#define HUGE       ((size_t)2 << 20)
#define ALL_MEMORY ((size_t)256 << 20) /* of the buffers of one kind */
#define BYTE       0x5a
#define BYTES      0x5a5a5a5a5a5a5a5aull
#define MPOL_BIND  2

const char *const perf_op_names[PERF_OPS] = { "memmove", "fill",     "compare",
					      "crc",     "copy-crc", "dualcast" };
const char *const perf_mode_names[PERF_MODES] = { "op", "batch", "call", "ring" };

struct flight {
	uint64_t started;
	size_t slot;
	struct sva_batch batch; /* PERF_BATCH */
};

struct perf_work {
	const struct perf_options *options;
	const struct perf_cell *cell;
	unsigned char *memory, *src, *dst, *dst2;
	size_t bytes, stride, slots, next;
	struct sva_op *ops; /* one for each in flight */
	struct flight *flights;
	struct sva_desc *descs;
	struct sva_record *records;
	struct sva_ring *ring;
	struct histogram latency;
	uint64_t by_cpu;
	uint32_t crc;
	int order;
};

uint64_t perf_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static unsigned char *map(const struct perf_options *o, size_t bytes)
{
	unsigned long nodes[16] = { 0 };
	unsigned char *p = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, bytes + HUGE, o->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	if (o->node >= 0 && o->node < 1024) {
		nodes[o->node / 64] = 1ul << o->node % 64;
		syscall(SYS_mbind, p, bytes + HUGE, MPOL_BIND, nodes, 1025ul, 0u);
	}
	return p;
}

static bool make_buffers(struct perf_work *w)
{
	size_t in_flight = (size_t)w->cell->depth * w->cell->batch;

	w->stride = (w->cell->size + PAGE - 1) / PAGE * PAGE;
	w->slots = ALL_MEMORY / w->stride;
	if (w->slots > in_flight)
		w->slots = in_flight;
	if (!w->slots)
		w->slots = 1;
	w->bytes = w->slots * w->stride;
	w->memory = map(w->options, 3 * w->bytes);
	if (!w->memory)
		return false;
	w->src = (unsigned char *)(((uintptr_t)w->memory + HUGE - 1) & -(uintptr_t)HUGE);
	w->dst = w->src + w->bytes;
	w->dst2 = w->dst + w->bytes;
	for (size_t i = 0; i < w->bytes; i++)
		w->src[i] = (unsigned char)((i * 2654435761u + w->cell->op) >> 13);
	memset(w->dst, 0, 2 * w->bytes);
	if (w->cell->op == PERF_COMPARE)
		memcpy(w->dst, w->src, w->bytes);
	return true;
}

static bool make_operations(struct perf_work *w)
{
	unsigned int depth = w->cell->depth, batch = w->cell->batch;

	w->ops = sva_op_alloc(depth);
	w->flights = calloc(depth, sizeof(*w->flights));
	if (w->cell->mode == PERF_BATCH) {
		w->descs = aligned_alloc(64, (size_t)depth * batch * sizeof(*w->descs));
		w->records = aligned_alloc(64, (size_t)depth * (batch + 1) * sizeof(*w->records));
		if (!w->descs || !w->records)
			return false;
		for (unsigned int i = 0; w->flights && i < depth; i++)
			sva_batch_init(&w->flights[i].batch, w->descs + (size_t)i * batch,
				       w->records + (size_t)i * batch, batch, 0);
	}
	return w->ops && w->flights;
}

struct perf_work *perf_work_new(const struct perf_options *options, const struct perf_cell *cell)
{
	struct perf_work *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->options = options;
	w->cell = cell;
	if (make_buffers(w) && make_operations(w))
		return w;
	perf_work_free(w);
	return NULL;
}

void perf_work_free(struct perf_work *w)
{
	if (w->ring)
		sva_ring_close(w->ring);
	if (w->memory)
		munmap(w->memory, 3 * w->bytes + HUGE);
	sva_op_free(w->ops);
	free(w->flights);
	free(w->descs);
	free(w->records);
	free(w);
}

const struct histogram *perf_work_latency(const struct perf_work *w)
{
	return &w->latency;
}

uint64_t perf_work_by_cpu(const struct perf_work *w)
{
	return w->by_cpu;
}

static size_t take_slot(struct perf_work *w)
{
	size_t slot = w->next;

	w->next = (w->next + 1) % w->slots;
	return slot;
}

/* Out of the caches, before it is used. */
static void cool(const struct perf_work *w, size_t slot)
{
	unsigned char *at[] = { w->src, w->dst, w->dst2 };

	for (unsigned int k = 0; w->options->cold && k < 3; k++)
		for (size_t i = 0; i < w->cell->size; i += 64)
			__builtin_ia32_clflush(at[k] + slot * w->stride + i);
}

static void prepare(struct perf_work *w, struct sva_desc *desc, size_t slot)
{
	unsigned char *src = w->src + slot * w->stride, *dst = w->dst + slot * w->stride;
	unsigned char *dst2 = w->dst2 + slot * w->stride;
	uint32_t flags = w->options->desc_flags;
	size_t size = w->cell->size;

	switch (w->cell->op) {
	case PERF_FILL:
		sva_prep_fill(desc, dst, BYTES, size, flags);
		break;
	case PERF_COMPARE:
		sva_prep_compare(desc, src, dst, size, flags & SVA_FLAG_BOF);
		break;
	case PERF_CRC:
		sva_prep_crc(desc, src, size, 0, flags & SVA_FLAG_BOF);
		break;
	case PERF_COPY_CRC:
		sva_prep_copy_crc(desc, dst, src, size, 0, flags);
		break;
	case PERF_DUALCAST:
		sva_prep_dualcast(desc, dst, dst2, src, size, flags);
		break;
	default:
		sva_prep_memmove(desc, dst, src, size, flags);
	}
}

static int call(struct perf_work *w, struct sva_wq *wq, size_t slot)
{
	unsigned char *src = w->src + slot * w->stride, *dst = w->dst + slot * w->stride;
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	size_t size = w->cell->size;
	int err;

	switch (w->cell->op) {
	case PERF_FILL:
		err = sva_memset(wq, dst, BYTE, size, &outcome);
		break;
	case PERF_COMPARE:
		err = sva_memcmp(wq, src, dst, size, &w->order, &outcome);
		break;
	case PERF_CRC:
		w->crc = 0;
		err = sva_crc32c(wq, src, size, &w->crc, &outcome);
		break;
	case PERF_COPY_CRC:
		w->crc = 0;
		err = sva_copy_crc32c(wq, dst, src, size, &w->crc, &outcome);
		break;
	case PERF_DUALCAST:
		err = sva_dualcast(wq, dst, w->dst2 + slot * w->stride, src, size, &outcome);
		break;
	default:
		err = sva_memcpy(wq, dst, src, size, &outcome);
	}
	w->by_cpu += outcome.device_bytes < size;
	return err;
}

static int run_calls(struct perf_work *w, struct sva_wq *wq, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		size_t slot = take_slot(w);
		uint64_t started;
		int err;

		cool(w, slot);
		started = perf_now();
		err = call(w, wq, slot);
		if (err)
			return err;
		histogram_add(&w->latency, perf_now() - started);
	}
	return 0;
}

static int await(const struct perf_work *w, struct sva_op *op)
{
	int status;

	if (!w->options->spin)
		return sva_wait(op, -1, w->options->wait);
	for (unsigned int polls = 0; !(status = sva_poll(op)); polls++)
		if (polls % 100000 == 99999) /* has the device been reset? */
			return sva_wait(op, -1, SVA_WAIT_SPIN);
	return status;
}

/* To the end, over page faults: memory can be taken away at any time. */
static int finish(const struct perf_work *w, struct sva_wq *wq, struct sva_op *op)
{
	int status = await(w, op), err;

	while (status > 0 && sva_op_resume(op) == 1) {
		volatile unsigned char *at = (void *)(uintptr_t)op->record.fault_addr;

		if (status & SVA_STATUS_WRITE)
			__atomic_fetch_or(at, 0, __ATOMIC_RELAXED);
		else
			(void)*at;
		err = sva_submit(wq, op);
		if (err)
			return err;
		status = await(w, op);
	}
	if (status < 0)
		return status;
	return status == SVA_STATUS_SUCCESS ? 0 : sva_status_errno((unsigned int)status);
}

static int submit(struct perf_work *w, struct sva_wq *wq, unsigned int i)
{
	struct flight *f = &w->flights[i];

	if (w->cell->mode == PERF_BY_HAND) {
		f->slot = take_slot(w);
		cool(w, f->slot);
		prepare(w, &w->ops[i].desc, f->slot);
		f->started = perf_now();
		return sva_submit(wq, &w->ops[i]);
	}
	sva_batch_reset(&f->batch);
	for (unsigned int k = 0; k < w->cell->batch; k++) {
		f->slot = take_slot(w);
		cool(w, f->slot);
		prepare(w, sva_batch_add(&f->batch), f->slot);
	}
	f->started = perf_now();
	return sva_submit_batch(wq, &f->batch, &w->ops[i]);
}

/* As many in flight as wished, or as the queue takes; the oldest is waited for. */
static int run_by_hand(struct perf_work *w, struct sva_wq *wq, uint64_t count)
{
	uint64_t submitted = 0, ended = 0;
	int err = 0, failed = 0;

	while (ended < count && (ended < submitted || !failed)) {
		unsigned int i = (unsigned int)(ended % w->cell->depth);

		if (!failed && submitted < count && submitted - ended < w->cell->depth) {
			err = submit(w, wq, (unsigned int)(submitted % w->cell->depth));
			submitted += !err;
			if (!err)
				continue;
			if (err != -EAGAIN)
				failed = err;
			if (ended == submitted) {
				sched_yield(); /* other threads have filled the queue */
				continue;
			}
		}
		err = finish(w, wq, &w->ops[i]);
		histogram_add(&w->latency, perf_now() - w->flights[i].started);
		failed = failed ? failed : err;
		ended++;
	}
	return failed;
}

static int run_ring(struct perf_work *w, struct sva_wq *wq, uint64_t count)
{
	uint64_t submitted = 0, ended = 0;
	int err = w->ring ? 0 : sva_ring_open(&w->ring, wq, w->cell->depth, NULL), result;

	while (!err && ended < count) {
		struct sva_op *op;

		while (submitted < count && (op = sva_ring_get(w->ring))) {
			size_t slot = take_slot(w);

			cool(w, slot);
			prepare(w, &op->desc, slot);
			sva_ring_set_data(w->ring, op, (void *)(uintptr_t)perf_now());
			submitted++;
		}
		err = sva_ring_submit(w->ring);
		if (err < 0)
			break;
		op = sva_ring_wait(w->ring, -1, &result);
		if (!op)
			return -EIO;
		histogram_add(&w->latency,
			      perf_now() - (uint64_t)(uintptr_t)sva_ring_data(w->ring, op));
		err = result > 0 ? 0 : result;
		ended++;
	}
	return err;
}

int perf_work_run(struct perf_work *w, struct sva_wq *wq, uint64_t count)
{
	switch (w->cell->mode) {
	case PERF_CALL:
		return run_calls(w, wq, count);
	case PERF_RING:
		return run_ring(w, wq, count);
	case PERF_BATCH:
		return run_by_hand(w, wq, (count + w->cell->batch - 1) / w->cell->batch);
	default:
		return run_by_hand(w, wq, count);
	}
}

void perf_work_plain(struct perf_work *w, uint64_t count)
{
	size_t size = w->cell->size;

	for (uint64_t i = 0; i < count; i++) {
		size_t slot = take_slot(w);
		unsigned char *src = w->src + slot * w->stride, *dst = w->dst + slot * w->stride;

		cool(w, slot);
		if (w->cell->op == PERF_FILL)
			memset(dst, BYTE, size);
		else if (w->cell->op == PERF_COMPARE)
			w->order = memcmp(src, dst, size);
		else if (w->cell->op != PERF_CRC)
			memcpy(dst, src, size);
		if (w->cell->op == PERF_DUALCAST)
			memcpy(w->dst2 + slot * w->stride, src, size);
		if (w->cell->op == PERF_CRC || w->cell->op == PERF_COPY_CRC)
			w->crc = ~crc32_iscsi(src, (int)size, ~0u);
		__asm__ volatile("" : : "r"(dst) : "memory");
	}
}

/* One more of it, in memory that has been spoiled before. */
int perf_work_verify(struct perf_work *w, struct sva_wq *wq)
{
	size_t size = w->cell->size;
	bool compare = w->cell->op == PERF_COMPARE, fill = w->cell->op == PERF_FILL;
	bool crc = w->cell->op == PERF_CRC;
	struct sva_op *op = w->ops;
	int err;

	if (!compare)
		memset(w->dst, 0xa5, size);
	memset(w->dst2, 0xa5, size);
	w->crc = w->order = 0;
	if (w->cell->mode == PERF_CALL) {
		err = call(w, wq, 0);
	} else {
		prepare(w, &op->desc, 0);
		err = sva_submit(wq, op);
		err = err ? err : finish(w, wq, op);
		w->crc = op->record.crc;
		w->order = compare && op->record.result;
	}
	if (err)
		return err;
	if ((crc || w->cell->op == PERF_COPY_CRC) && w->crc != ~crc32_iscsi(w->src, (int)size, ~0u))
		return -EBADMSG;
	for (size_t i = 0; fill && i < size; i++)
		if (w->dst[i] != BYTE)
			return -EBADMSG;
	if (!fill && !crc && memcmp(w->dst, w->src, size) != 0)
		return -EBADMSG;
	if (w->cell->op == PERF_DUALCAST && memcmp(w->dst2, w->src, size) != 0)
		return -EBADMSG;
	return compare && w->order ? -EBADMSG : 0;
}
