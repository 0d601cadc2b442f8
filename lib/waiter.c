/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "drain.h"
#include "record.h"
#include "waiter.h"

#define PAUSES_PER_LOOK 32
#define RETRY_NS        100000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;     /* by CLOCK_MONOTONIC */
static struct svai_waiting *armed; /* the last one first */
static bool running;
static unsigned int forks; /* which process this is */

static void disarm(struct svai_waiting *w)
{
	for (struct svai_waiting **at = &armed; *at; at = &(*at)->next) {
		if (*at != w)
			continue;
		*at = w->next;
		break;
	}
	w->armed = false;
}

/*
 * An operation that takes long has to be looked at otherwise: the device may be dead. And a queue
 * that was full may have room.
 */
static bool is_due(struct svai_waiting *w, int64_t now)
{
	return now - w->since_ns >= (w->submits ? RETRY_NS : SVAI_LOOK_NS) || w->has_ended(w);
}

static void look_at_all(void)
{
	int64_t now = svai_now_ns();
	const uint64_t one = 1;

	for (struct svai_waiting *w = armed, *next; w; w = next) {
		next = w->next;
		if (!is_due(w, now))
			continue;
		disarm(w);
		w->fired = write(w->fd, &one, sizeof(one)) == sizeof(one);
	}
}

/*
 * As long as who has waited for the shortest time needs it. Whoever arms meanwhile ends it. The
 * caller has the lock.
 */
static void rest(int64_t *overslept)
{
	int64_t now = svai_now_ns(), ns = svai_sleep_ns(now - armed->since_ns, *overslept);
	struct timespec t = { .tv_sec = (now + ns) / 1000000000,
			      .tv_nsec = (now + ns) % 1000000000 };

	if (!ns) {
		pthread_mutex_unlock(&lock);
		for (int i = 0; i < PAUSES_PER_LOOK; i++)
			sva_pause();
		pthread_mutex_lock(&lock);
		return;
	}
	if (pthread_cond_timedwait(&changed, &lock, &t))
		*overslept = svai_now_ns() - now - ns;
}

static void *run(void *unused)
{
	int64_t overslept = SVAI_OVERSLEPT_NS;

	(void)unused;
	svai_drop_slack();
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!armed)
			pthread_cond_wait(&changed, &lock);
		look_at_all();
		if (armed)
			rest(&overslept);
	}
	return NULL;
}

/* The program's signals are for its own threads. */
static int start(void)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, &attr, run, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	running = !err;
	return -err;
}

static void init_condition(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
}

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

/* The child has neither the thread nor anything in flight. */
static void after_fork_in_child(void)
{
	while (armed)
		disarm(armed);
	running = false;
	forks++;
	init_condition();
	pthread_mutex_unlock(&lock);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init(void)
{
	init_condition();
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

int svai_waiter_arm(struct svai_waiting *w)
{
	int err = 0;

	pthread_once(&once, init);
	pthread_mutex_lock(&lock);
	if (!running)
		err = start();
	if (!err && !w->armed) {
		w->armed = true;
		w->forks = forks;
		w->since_ns = svai_now_ns();
		w->next = armed;
		armed = w;
		pthread_cond_signal(&changed);
	}
	pthread_mutex_unlock(&lock);
	return err;
}

void svai_waiter_withdraw(struct svai_waiting *w)
{
	uint64_t count;

	pthread_mutex_lock(&lock);
	if (w->armed)
		disarm(w);
	if (w->forks != forks)
		w->fired = false; /* for the parent, who shares the eventfd */
	pthread_mutex_unlock(&lock);
	if (w->fired && read(w->fd, &count, sizeof(count)) < 0)
		w->fired = errno != EAGAIN; /* somebody else has read it: let it be */
	w->fired = false;
}
