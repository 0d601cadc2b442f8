/* SPDX-License-Identifier: MIT */
/*
 * Which threads are the program's. The C library ends a process with its last thread; but it counts
 * the engines, too, which never end. So the program's own are counted here, and the last of them
 * ends the process.
 *
 * Not seen: threads that are made by system calls.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#include "local.h"
#include "process.h"
#include "trap.h"

static pthread_key_t counted;
static bool counting;

/* At the end of a thread, behind the program's own destructors: these may be called some times. */
static void end(void *round)
{
	if ((uintptr_t)round < PTHREAD_DESTRUCTOR_ITERATIONS)
		pthread_setspecific(counted, (void *)((uintptr_t)round + 1));
	else if (atomic_fetch_sub(&emu_local->other_threads, 1) == 0)
		exit(0);
}

static void count_this(void)
{
	pthread_setspecific(counted, (void *)1);
}

/* What a thread begins with; freed by the thread. */
struct begin {
	void *(*function)(void *);
	int (*c11)(void *);
	void *argument;
};

static struct begin take(void *argument)
{
	struct begin begin = *(struct begin *)argument;

	free(argument);
	count_this();
	return begin;
}

static void *start_posix(void *argument)
{
	struct begin begin = take(argument);

	return begin.function(begin.argument);
}

static int start_c11(void *argument)
{
	struct begin begin = take(argument);

	return begin.c11(begin.argument);
}

static struct begin *prepare(struct begin begin)
{
	struct begin *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = begin;
	atomic_fetch_add(&emu_local->other_threads, 1);
	return copy;
}

static void give_up(struct begin *begin)
{
	atomic_fetch_sub(&emu_local->other_threads, 1);
	free(begin);
}

int emu_thread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*function)(void *),
		      void *argument)
{
	static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (!next)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "pthread_create");
	return next(thread, attr, function, argument);
}

EMU_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			      void *(*function)(void *), void *argument)
{
	struct begin *begin;
	int err;

	if (!counting)
		return emu_thread_create(thread, attr, function, argument);
	begin = prepare((struct begin){ .function = function, .argument = argument });
	if (!begin)
		return EAGAIN;
	err = emu_thread_create(thread, attr, start_posix, begin);
	if (err)
		give_up(begin);
	return err;
}

EMU_EXPORT int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
	static int (*next)(thrd_t *, thrd_start_t, void *);
	struct begin *begin;
	int result;

	if (!next)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "thrd_create");
	if (!counting)
		return next(thread, function, argument);
	begin = prepare((struct begin){ .c11 = function, .argument = argument });
	if (!begin)
		return thrd_nomem;
	result = next(thread, start_c11, begin);
	if (result != thrd_success)
		give_up(begin);
	return result;
}

void emu_threads_start(void)
{
	if (pthread_key_create(&counted, end))
		return;
	count_this();
	counting = true;
}
