/* SPDX-License-Identifier: MIT */
/* How a run is shown and kept. */
#ifndef PERF_OUTPUT_H
#define PERF_OUTPUT_H

#include "run.h"

/* perf_text - the table, the break-even sizes, the warnings */
void perf_text(const struct perf_run *run, FILE *to);

/* perf_csv - a line for each configuration; RFC 4180, with a header */
void perf_csv(const struct perf_run *run, FILE *to);

/* perf_json_write - everything; 0, -ENOMEM, or why it could not be written */
int perf_json_write(const struct perf_run *run, FILE *to);

/**
 * perf_json_read - what perf_json_write() has written, perhaps another version, perhaps damaged
 * @why: what is wrong with the file, a sentence
 *
 * Returns 0, -EINVAL or -ENOMEM, or why the file cannot be read.
 */
int perf_json_read(const char *path, struct perf_run **run, char *why, size_t len);

#endif
