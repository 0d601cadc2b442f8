/* SPDX-License-Identifier: MIT */
/* What was called, how much of it the device has done, and why not all: counted, and printed. */
#ifndef RUN_COUNT_H
#define RUN_COUNT_H

#include "settings.h"
#include "text.h"
#include "why.h"

#define RUN_SIZES 40 /* powers of 2; the last one has all that is larger */

struct run_count {
	uint64_t calls, bytes;
	uint64_t device_calls, device_bytes;
	uint64_t why[RUN_WHYS];
	uint64_t sizes[RUN_SIZES];
};

/* run_count - of any thread, at any time */
void run_count(enum run_function function, uint64_t bytes, uint64_t device_bytes, enum run_why why);

void run_count_reset(void);
uint64_t run_count_calls(void);
struct run_count run_count_of(enum run_function function);

/* run_count_text - tables; run_count_json - members of an object */
void run_count_text(struct run_text *to);
void run_count_json(struct run_text *to);

#endif
