/* SPDX-License-Identifier: MIT */
/*
 * All interleavings of a few threads over the library's own code, or all with few preemptions.
 * Threads are coroutines; before each atomic operation and each lock the explorer decides who goes
 * on, and runs the whole anew until all decisions have been made. Memory is as if sequentially
 * consistent.
 *
 * Included before everything else when the library is built for this: atomics, locks and the
 * instructions become points of decision, or calls of the test.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "fake_insn.h"

/* explore_thread - one more thread of this run; a @daemon need not come to its end */
void explore_thread(void (*body)(void *arg), void *arg, bool daemon);

/* explore_point - others may go on here */
void explore_point(void);

/* explore_until - go on only when @ready says so */
void explore_until(bool (*ready)(void *arg), void *arg);

/* explore_rest - go on only when others have done something since this thread got a lock */
void explore_rest(void);

/* explore_pause - of a thread that spins: go on only when others have done something since */
void explore_pause(void);

/**
 * explore - run all interleavings
 * @begin: sets everything up, and makes the threads
 * @end: checks what has become of it
 * @most: preemptions in one run: how often a thread that could go on does not; UINT_MAX: any
 *
 * Returns the number of runs. A run in which nobody can go on fails the test.
 */
unsigned long explore(void (*begin)(void), void (*end)(void), unsigned int most);

/* The time stands still. */
int explore_clock(struct timespec *t);

int explore_lock(pthread_mutex_t *lock);
int explore_unlock(pthread_mutex_t *lock);
int explore_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock);
int explore_cond_rest(pthread_mutex_t *lock);
int explore_cond_signal(pthread_cond_t *cond);
int explore_create(pthread_t *thread, void *(*body)(void *arg), void *arg);
int explore_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#ifndef EXPLORE_PLAIN
#define pthread_mutex_lock(m)                  explore_lock(m)
#define pthread_mutex_unlock(m)                explore_unlock(m)
#define pthread_cond_wait(c, m)                explore_cond_wait(c, m)
#define pthread_cond_timedwait(c, m, t)        ((void)(t), explore_cond_rest(m))
#define pthread_cond_signal(c)                 explore_cond_signal(c)
#define pthread_create(t, attr, f, arg)        explore_create(t, f, arg)
#define pthread_atfork(before, parent, child)  explore_atfork(before, parent, child)
#define clock_gettime(clock, t)                explore_clock(t)
#define clock_nanosleep(clock, flags, t, left) ((void)(t), explore_rest(), 0)
#define __atomic_load_n(p, o)                  (explore_point(), __atomic_load_n(p, o))
#define __atomic_store_n(p, v, o)              (explore_point(), __atomic_store_n(p, v, o))
#define __atomic_fetch_add(p, v, o)            (explore_point(), __atomic_fetch_add(p, v, o))
#define __atomic_fetch_sub(p, v, o)            (explore_point(), __atomic_fetch_sub(p, v, o))
#define __atomic_exchange_n(p, v, o)           (explore_point(), __atomic_exchange_n(p, v, o))
#endif

#endif
