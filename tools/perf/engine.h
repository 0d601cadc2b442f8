/* SPDX-License-Identifier: MIT */
/* One thread of a turn: so many operations, in the way that the configuration says. */
#ifndef PERF_ENGINE_H
#define PERF_ENGINE_H

#include <sva/ring.h>

#include "run.h"
#include "work.h"

/* A submission in flight: an operation, or a batch of them. */
struct perf_lane {
	struct sva_op *op;
	struct sva_batch batch;
	struct perf_slot *slot; /* the first of as many as a batch has */
	uint64_t start;
};

struct perf_engine {
	const struct perf_work *work;
	enum perf_mode mode;
	struct sva_wq *wq, *cpu;
	enum sva_wait_policy wait;
	uint32_t flags;
	bool cold;
	unsigned int depth, batch, slots;
	struct perf_slot *slot;
	struct perf_lane *lane;
	struct sva_op *ops;         /* for a DSA device, */
	struct sva_iax_op *iax_ops; /* or for an IAX device */
	struct sva_desc *descs;
	struct sva_record *records;
	struct sva_ring *ring;
	unsigned int ring_slots; /* that have an operation of the ring */
	const volatile int *stop;

	uint64_t faults, retries;
	/* Cold: the sum of the bursts, without the flushing in between. */
	uint64_t cold_ns, cold_cpu_ns;
	bool abandoned;   /* a device may still write: the buffers are lost */
	char failed[400]; /* why */
};

/* perf_now - CLOCK_MONOTONIC, ns; perf_cpu_now - CLOCK_THREAD_CPUTIME_ID */
uint64_t perf_now(void);
uint64_t perf_cpu_now(void);

/* perf_engine_open - for one turn, after the slots are there; on an error, failed says why */
int perf_engine_open(struct perf_engine *engine);

/**
 * perf_engine_run - @count operations, a multiple of the slots
 * @latency: NULL, or the time of each; then each slot has an answer in the end
 *
 * Returns 0, or -errno; failed says why. Nothing is in flight then, unless abandoned is set.
 */
int perf_engine_run(struct perf_engine *engine, uint64_t count, struct perf_histogram *latency);

void perf_engine_close(struct perf_engine *engine);

#endif
