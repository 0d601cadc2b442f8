/* SPDX-License-Identifier: MIT */
/* What machine this is, and what about it makes figures worthless. */
#ifndef PERF_MACHINE_H
#define PERF_MACHINE_H

#include "run.h"

/* perf_machine_describe - facts and warnings, before the measurement */
void perf_machine_describe(struct perf_run *run);

/* perf_machine_judge - warnings that depend on what is, or has been, measured */
void perf_machine_judge(struct perf_run *run);

/* perf_machine_cpus - CPUs that this process may use */
unsigned int perf_machine_cpus(void);

#endif
