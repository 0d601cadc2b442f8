/* SPDX-License-Identifier: MIT */
/* What is measured, how, and what came out. */
#ifndef PERF_PERF_H
#define PERF_PERF_H

#include <sva/sva.h>

#include "histogram.h"

#define PERF_TURNS   4096
#define PERF_CELLS   4096
#define PERF_THREADS 256
#define PERF_DEPTH   1024

enum perf_op {
	PERF_MEMMOVE,
	PERF_FILL,
	PERF_COMPARE,
	PERF_CRC,
	PERF_COPY_CRC,
	PERF_DUALCAST,
	PERF_OPS
};

/* By what operations go. */
enum perf_mode {
	PERF_BY_HAND, /* sva_submit() and sva_poll() */
	PERF_BATCH,   /* sva_submit_batch() */
	PERF_CALL,    /* sva_memcpy() and its sisters; a depth of one */
	PERF_RING,
	PERF_MODES
};

extern const char *const perf_op_names[PERF_OPS], *const perf_mode_names[PERF_MODES];

/* One combination of what is varied, and its results. */
struct perf_cell {
	enum perf_op op;
	enum perf_mode mode;
	size_t size;
	unsigned int depth, batch, threads;
	uint64_t count; /* operations of a thread in a turn; 0: not known yet */

	unsigned int turns;
	double *ns, *plain_ns;       /* of each turn: of an operation, and of the plain function */
	double cpu_ns;               /* CPU time of an operation, all threads and turns together */
	uint64_t operations, by_cpu; /* all, and those of calls that the CPU did */
	struct histogram *latency;   /* from submission to the end, as the program sees it */
};

struct perf_options {
	const char *queue; /* NULL: the best */
	bool pool;
	uint32_t open_flags; /* SVA_OPEN_* */
	uint32_t desc_flags; /* SVA_FLAG_* */
	enum sva_wait_policy wait;
	bool spin; /* poll, do not wait */
	bool cold; /* caches */
	bool huge; /* pages */
	int node;  /* NUMA node of the buffers; -1: any */
	unsigned int turns;
	uint64_t turn_ns; /* of a turn, about */
	bool breakeven;
};

struct perf_run {
	struct perf_options options;
	struct sva_wq *wq;
	unsigned int cells;
	struct perf_cell cell[PERF_CELLS];
	char warnings[8][160];
	unsigned int warning_count;
};

/* work.c */
struct perf_work;

/* perf_work_new - buffers of one thread, for operations of that size; NULL: no memory */
struct perf_work *perf_work_new(const struct perf_options *options, const struct perf_cell *cell);
void perf_work_free(struct perf_work *w);

/*
 * perf_work_run - @count operations; latencies go to the cell's histogram of this thread
 * perf_work_plain - so many times the plain function on the same memory
 * perf_work_verify - are the results of the last operations right?
 *
 * Return 0 or -errno; -EBADMSG: a wrong result.
 */
int perf_work_run(struct perf_work *w, struct sva_wq *wq, uint64_t count);
void perf_work_plain(struct perf_work *w, uint64_t count);
int perf_work_verify(struct perf_work *w, struct sva_wq *wq);
const struct histogram *perf_work_latency(const struct perf_work *w);
uint64_t perf_work_by_cpu(const struct perf_work *w);

/* measure.c: all cells, in turns, until they are done or @stop is set. 0 or -errno */
int perf_measure(struct perf_run *run, const volatile int *stop);

/* machine.c: what makes the figures of this machine worth less, into run->warnings */
void perf_warn(struct perf_run *run);
void perf_machine(char *cpu, size_t size, char *kernel, size_t kernel_size, unsigned int *cpus);

/* text.c */
void perf_text(const struct perf_run *run);
/* perf_breakeven - the size from which on operations beat the plain function; 0: none */
size_t perf_breakeven(const struct perf_run *run, enum perf_op op);

/* files.c; 0 or -errno */
int perf_csv(const struct perf_run *run, const char *file);
int perf_json(const struct perf_run *run, const char *file);

/* report.c: sva-perf report; an exit status */
int perf_report(int argc, char **argv);

uint64_t perf_now(void);

#endif
