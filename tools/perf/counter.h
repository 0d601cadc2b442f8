/* SPDX-License-Identifier: MIT */
/* CPU cycles of a thread, by perf_event_open(2), where that is allowed. */
#ifndef PERF_COUNTER_H
#define PERF_COUNTER_H

#include <stdint.h>

/* perf_counter_open - for the calling thread; -1: there is none. Kernel time too, if allowed. */
int perf_counter_open(void);
uint64_t perf_counter_read(int counter);
void perf_counter_close(int counter);

/* perf_counter_what - "user and kernel", "user" or "not available: ..." */
const char *perf_counter_what(void);

#endif
