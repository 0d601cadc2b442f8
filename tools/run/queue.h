/* SPDX-License-Identifier: MIT */
/* The queue of this process: opened when it is first needed, once, and anew in a forked child. */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include <signal.h>

#include "settings.h"
#include "why.h"

/* run_queue_start - remember what to open; opens nothing */
void run_queue_start(const struct run_settings *settings);

/* run_queue_forked - in the child: it has a copy of the handle, and may open it anew */
void run_queue_forked(void);

/**
 * run_queue_get - the queue, or NULL and the reason
 * @blocked: the signals that the program has blocked in this thread; now, all are
 *
 * The first caller opens it, the others do without it meanwhile. Opening allocates memory: not in
 * what may be a signal handler, since the code that it has interrupted may be allocating, too. A
 * handler with a stack of its own gets none either.
 */
struct sva_wq *run_queue_get(const sigset_t *blocked, enum run_why *why);

/* run_queue_is_open - or has the next call to open it, which takes long? */
bool run_queue_is_open(void);

/* run_queue_is_missing - has it turned out that there is none? */
bool run_queue_is_missing(void);

/* run_queue_stats - what it has done so far; false: none is open in this process */
bool run_queue_stats(struct sva_wq_stats *stats);

/* run_queue_text - one line about it, for a person */
const char *run_queue_text(void);

/* run_log - a line to standard error, if LIBSVA_LOG asks for its level; safe in signal handlers */
void run_log(enum sva_log_level level, const char *line);

#endif
