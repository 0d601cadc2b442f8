/* SPDX-License-Identifier: MIT */
/* The calls that the exported functions do not leave to the plain ones at once. */
#ifndef RUN_OFFLOAD_H
#define RUN_OFFLOAD_H

#include <stddef.h>

#include "settings.h"
#include "text.h"

/*
 * Calls of fewer bytes go to the plain function. 0 until this library has been initialized, and
 * where each call is counted or recorded; SIZE_MAX: all of them do.
 */
extern size_t run_gate[RUN_FUNCTIONS] __attribute__((visibility("hidden")));

void *run_copy(void *dst, const void *src, size_t size, enum run_function function,
	       const void *caller);
void *run_fill(void *dst, int c, size_t size, const void *caller);
int run_compare(const void *a, const void *b, size_t size, const void *caller);

/* run_offload_start - from here on calls are offloaded, counted or recorded, as the settings say */
void run_offload_start(const struct run_settings *settings);

/* run_offload_forked - in the child of a fork */
void run_offload_forked(void);

/* run_offload_end - the program has come to its end: all is plain from now on */
void run_offload_end(void);

/* run_offload_text - what was found out about sizes; run_offload_json - members of an object */
void run_offload_text(struct run_text *to);
void run_offload_json(struct run_text *to);

#endif
