/* SPDX-License-Identifier: MIT */
/* What a run consists of, measured here or read from a file. */
#ifndef PERF_RUN_H
#define PERF_RUN_H

#include <stdio.h>

#include "axes.h"
#include "histogram.h"

#define PERF_FACTS    32
#define PERF_WARNINGS 64
#define PERF_QUEUES   64
#define PERF_CELLS    4096
#define PERF_TURNS    1000

/* A key and a value, as the reports show them. */
struct perf_fact {
	char key[32], value[256];
	bool number; /* in JSON */
};

struct perf_facts {
	unsigned int count;
	struct perf_fact fact[PERF_FACTS];
};

/* One turn of a configuration; per operation. */
enum perf_metric { PERF_TIME, PERF_CPU, PERF_LATENCY, PERF_CYCLES, PERF_METRICS };

/* A configuration, and what was measured of it. */
struct perf_cell {
	uint64_t value[PERF_AXES];
	char text[PERF_AXES][PERF_WORD];
	char failed[400];             /* why it was not measured to the end; "" */
	bool skipped;                 /* the queue cannot do this, or the machine: not an error */
	char peer[32];                /* of a plain one: the function */
	unsigned int turns;           /* that were measured */
	uint64_t operations;          /* of one turn, of all threads together */
	double *sample[PERF_METRICS]; /* ns, or cycles; NULL: not measured */
	struct perf_histogram *latency;
	uint64_t faults, retries, by_cpu; /* in all turns */
};

struct perf_run {
	char id[40], time[40];
	bool interrupted;
	struct perf_facts machine, options, method;
	unsigned int queue_count;
	struct perf_facts queue[PERF_QUEUES];
	unsigned int warning_count;
	char warning[PERF_WARNINGS][512];
	unsigned int cell_count;
	struct perf_cell *cell;
};

/* perf_metric_name - "time_ns": the JSON key */
const char *perf_metric_name(enum perf_metric metric);

/* perf_fact, perf_fact_number - add one; what does not fit is left out */
void perf_fact(struct perf_facts *facts, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void perf_fact_number(struct perf_facts *facts, const char *key, uint64_t value);

/* perf_fact_find - its value, or "" */
const char *perf_fact_find(const struct perf_facts *facts, const char *key);

/* perf_warn - add a warning, once */
void perf_warn(struct perf_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* perf_fail - a configuration ends here, and why */
void perf_fail(struct perf_cell *cell, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* perf_cell_room - memory for its samples; 0 or -ENOMEM */
int perf_cell_room(struct perf_cell *cell, unsigned int turns);

void perf_run_free(struct perf_run *run);

/* perf_quantile - of @count samples in any order, at @share from 0 to 1; NAN for none */
double perf_quantile(const double *sample, unsigned int count, double share);

/* perf_median - of one metric of a cell, per operation; NAN where there is none */
double perf_median(const struct perf_cell *cell, enum perf_metric metric);

/* perf_spread - half of the turns lie in a range of so much of the median */
double perf_spread(const struct perf_cell *cell);

/* perf_rate - bytes per second */
double perf_rate(const struct perf_cell *cell);

/* perf_peer - the plain function on the same buffers, or NULL */
const struct perf_cell *perf_peer(const struct perf_run *run, const struct perf_cell *cell);

/* perf_is_peer - is @plain the plain function on the buffers that @cell has? */
bool perf_is_peer(const struct perf_cell *plain, const struct perf_cell *cell);

/* perf_is_plain - a function of the C library, or the library's on the CPU */
bool perf_is_plain(const struct perf_cell *cell);

/* perf_slots - operations that have buffers of their own in each thread */
uint64_t perf_slots(const struct perf_cell *cell);

/* perf_same - two cells of one configuration, but for the axes in @except (bits) */
bool perf_same(const struct perf_cell *a, const struct perf_cell *b, unsigned int except);

/* perf_varying - the axes (bits) in which the cells of a run differ */
unsigned int perf_varying(const struct perf_run *run);

/* perf_label - the values of some axes, as in "submit wq0.0 depth=8" */
void perf_label(const struct perf_cell *cell, unsigned int axes, char *text, size_t len);

/* perf_time_text - nanoseconds for people: "1.23 us" */
void perf_time_text(double ns, char *text, size_t len);

#endif
