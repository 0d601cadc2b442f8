/* SPDX-License-Identifier: MIT */
/* Many threads on one queue, every byte checked. Meant for ThreadSanitizer, too. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "fixture.h"

#define THREADS   8
#define ROUNDS    100
#define IN_FLIGHT 4
#define BYTES     256

struct worker {
	struct sva_wq *wq;
	pthread_t thread;
	unsigned int number;
	unsigned int bad;
	struct sva_op ops[IN_FLIGHT];
	unsigned char src[IN_FLIGHT][BYTES], dst[IN_FLIGHT][BYTES];
};

static void submit_one(struct worker *w, unsigned int i, unsigned int round)
{
	int err;

	memset(w->src[i], (int)(w->number * 31 + round * 7 + i), BYTES);
	memset(w->dst[i], 0, BYTES);
	sva_prep_memmove(&w->ops[i].desc, w->dst[i], w->src[i], BYTES, 0);
	for (;;) {
		err = sva_submit(w->wq, &w->ops[i]);
		if (err != -EAGAIN)
			break;
		/* What is complete holds its credit until it is reaped. */
		for (unsigned int j = 0; j < i; j++)
			sva_poll(&w->ops[j]);
		sched_yield();
	}
	w->bad += err != 0;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < IN_FLIGHT; i++)
			submit_one(w, i, round);
		for (unsigned int i = 0; i < IN_FLIGHT; i++) {
			w->bad += sva_wait(&w->ops[i], -1, SVA_WAIT_AUTO) != SVA_STATUS_SUCCESS;
			w->bad += memcmp(w->src[i], w->dst[i], BYTES) != 0;
		}
	}
	return NULL;
}

static bool stop;

static void *device(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		if (!fake_complete(3))
			sched_yield();
	return NULL;
}

static void run(struct sva_wq *wq)
{
	static struct worker workers[THREADS];
	pthread_t device_thread;

	stop = false;
	fake.overflows = 0;
	fake.hold = sva_wq_path(wq) != SVA_PATH_CPU;
	assert_int_equal(pthread_create(&device_thread, NULL, device, NULL), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i].wq = wq;
		workers[i].number = i;
		workers[i].bad = 0;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(device_thread, NULL), 0);
	if (wq->credit) {
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
		assert_int_equal(fake.overflows, 0);
	}
	fake.hold = false;
	close_fake(wq);
}

static void on_a_shared_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	fake.capacity = 8; /* often full */
	run(wq);
}

static void on_a_dedicated_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	fake.capacity = DEDICATED_SIZE;
	run(wq);
}

static void by_write(void **state)
{
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.0");
	fake.capacity = 8;
	run(wq);
	wq = open_fake("wq0.1");
	fake.capacity = DEDICATED_SIZE;
	run(wq);
}

static void on_the_cpu(void **state)
{
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
	run(wq);
}

static void *open_and_close(void *arg)
{
	unsigned int *bad = arg;

	for (unsigned int i = 0; i < 50; i++) {
		struct sva_wq *wq;

		*bad += sva_wq_open(&wq, "wq0.0", NULL) != 0;
		*bad += sva_wq_close(wq) != 0;
		*bad += sva_wq_close(wq) != -EBADF;
	}
	return NULL;
}

/* Opening and closing in many threads while others fork. */
static void open_close_and_fork(void **state)
{
	pthread_t threads[4];
	unsigned int bad[4] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, &bad[i]), 0);
	for (unsigned int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (!child)
			syscall(SYS_exit_group, 0); /* ThreadSanitizer misses the threads */
		assert_true(child > 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
	}
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(bad[i], 0);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_a_shared_queue), TEST(on_a_dedicated_queue), TEST(by_write),
		TEST(on_the_cpu),        TEST(open_close_and_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
