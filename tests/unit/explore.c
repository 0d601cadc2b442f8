/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#include "explore.h"

#define THREADS   6
#define STACK     (256u << 10)
#define DECISIONS 4096
#define LOCKS     8

/*
 * It enters its body by setcontext(), and from then on goes and comes by longjmp(), which, other
 * than swapcontext(), makes no system call: there are some 10^8 switches.
 */
struct thread {
	ucontext_t entry;
	jmp_buf at;
	bool entered;
	void (*body)(void *arg);
	void *arg;
	bool daemon, done;
	bool (*ready)(void *arg); /* NULL: always */
	void *ready_arg;
	unsigned long own;  /* steps */
	unsigned long seen; /* steps of others, when it got a lock: what it looks at is newer */
};

static char stacks[THREADS][STACK] __attribute__((aligned(64)));
static struct thread threads[THREADS];
static unsigned int count;
static struct thread *running, *last;
static unsigned int preemptions;
static jmp_buf scheduler;
static unsigned long steps;

/* One decision each: which of those that could go on. */
static struct {
	unsigned char chosen, choices;
} path[DECISIONS];
static unsigned int depth, length;

static pthread_mutex_t *locked[LOCKS];
static void (*children[4])(void);
static unsigned int child_count;

static void leave(void)
{
	if (!_setjmp(running->at))
		_longjmp(scheduler, 1);
}

static void enter(void)
{
	running->body(running->arg);
	running->done = true;
	leave();
}

static void go_on(void)
{
	if (_setjmp(scheduler))
		return;
	if (running->entered)
		_longjmp(running->at, 1);
	running->entered = true;
	setcontext(&running->entry);
}

void explore_thread(void (*body)(void *arg), void *arg, bool daemon)
{
	struct thread *t = &threads[count];

	assert_true(count < THREADS);
	*t = (struct thread){ .body = body, .arg = arg, .daemon = daemon };
	getcontext(&t->entry);
	t->entry.uc_stack.ss_sp = stacks[count];
	t->entry.uc_stack.ss_size = STACK;
	makecontext(&t->entry, enter, 0);
	count++;
}

void explore_until(bool (*ready)(void *arg), void *arg)
{
	if (!running)
		return;
	running->ready = ready;
	running->ready_arg = arg;
	leave();
	running->ready = NULL;
}

void explore_point(void)
{
	explore_until(NULL, NULL);
}

static bool others_have_moved(void *arg)
{
	const struct thread *t = arg;

	return t->seen != steps - t->own;
}

void explore_rest(void)
{
	if (!running)
		return;
	explore_until(others_have_moved, running);
}

void explore_pause(void)
{
	if (running && !running->daemon)
		running->seen = steps - running->own;
	explore_rest();
}

static unsigned int decide(unsigned int choices)
{
	assert_true(depth < DECISIONS);
	if (depth == length) {
		path[depth].chosen = 0;
		path[depth].choices = (unsigned char)choices;
		length++;
	}
	if (path[depth].choices != choices)
		fail_msg("not the same twice, at decision %u", depth);
	return path[depth++].chosen;
}

static void print_path(void)
{
	fprintf(stderr, "decisions:");
	for (unsigned int i = 0; i < length; i++)
		fprintf(stderr, " %u/%u", path[i].chosen, path[i].choices);
	fprintf(stderr, "\n");
}

static bool is_able(const struct thread *t)
{
	return t && !t->done && (!t->ready || t->ready(t->ready_arg));
}

/* Those that can go on; first the one that has just run. */
static unsigned int find_able(struct thread *able[THREADS])
{
	unsigned int n = 0;

	if (is_able(last))
		able[n++] = last;
	for (unsigned int i = 0; i < count; i++)
		if (&threads[i] != last && is_able(&threads[i]))
			able[n++] = &threads[i];
	return n;
}

static bool is_busy(void)
{
	for (unsigned int i = 0; i < count; i++)
		if (!threads[i].done && !threads[i].daemon)
			return true;
	return false;
}

/* Returns false when all have come to their end. */
static bool step(unsigned int most)
{
	struct thread *able[THREADS];
	unsigned int n = find_able(able), chosen = 0;
	bool preempts = n && able[0] == last;

	if (!is_busy())
		return false;
	if (!n) {
		print_path();
		fail_msg("nobody can go on");
	}
	if (n > 1 && !(preempts && preemptions == most))
		chosen = decide(n);
	preemptions += preempts && chosen;
	running = last = able[chosen];
	steps++;
	running->own++;
	go_on();
	running = NULL;
	return true;
}

/* The last decision that can be made otherwise; false: there is none. */
static bool next_path(void)
{
	while (length) {
		if (++path[length - 1].chosen < path[length - 1].choices)
			return true;
		length--;
	}
	return false;
}

unsigned long explore(void (*begin)(void), void (*end)(void), unsigned int most)
{
	unsigned long runs = 0;

	length = 0;
	do {
		count = depth = preemptions = 0;
		steps = 0;
		last = NULL;
		memset(locked, 0, sizeof(locked));
		for (unsigned int i = 0; i < child_count; i++)
			children[i]();
		memset(locked, 0, sizeof(locked));
		begin();
		while (step(most))
			;
		end();
		runs++;
	} while (next_path());
	return runs;
}

static bool is_free(void *lock)
{
	for (unsigned int i = 0; i < LOCKS; i++)
		if (locked[i] == lock)
			return false;
	return true;
}

int explore_lock(pthread_mutex_t *lock)
{
	explore_until(is_free, lock);
	if (running)
		running->seen = steps - running->own;
	for (unsigned int i = 0; i < LOCKS; i++) {
		if (locked[i])
			continue;
		locked[i] = lock;
		return 0;
	}
	fail_msg("too many locks");
	return 0;
}

int explore_unlock(pthread_mutex_t *lock)
{
	for (unsigned int i = 0; i < LOCKS; i++)
		if (locked[i] == lock)
			locked[i] = NULL;
	return 0;
}

/* Woken by a signal that comes after it has begun to wait, and without one never. */
static unsigned long signals;

static bool is_signalled(void *seen)
{
	return *(unsigned long *)seen != signals;
}

int explore_cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock)
{
	unsigned long seen = signals;

	(void)cond;
	explore_unlock(lock);
	explore_until(is_signalled, &seen);
	return explore_lock(lock);
}

int explore_cond_rest(pthread_mutex_t *lock)
{
	explore_unlock(lock);
	explore_rest();
	return explore_lock(lock);
}

int explore_cond_signal(pthread_cond_t *cond)
{
	(void)cond;
	signals++;
	return 0;
}

int explore_create(pthread_t *thread, void *(*body)(void *arg), void *arg)
{
	(void)thread;
	explore_thread((void (*)(void *))(void *)body, arg, true);
	return 0;
}

int explore_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
	(void)prepare;
	(void)parent;
	assert_true(child_count < sizeof(children) / sizeof(children[0]));
	children[child_count++] = child;
	return 0;
}

int explore_clock(struct timespec *t)
{
	*t = (struct timespec){ .tv_sec = 1 };
	return 0;
}
