/* SPDX-License-Identifier: MIT */
/* Closing: nothing in flight is left behind, and a closed handle is an error, not a crash. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "handle.h"

static struct sva_op op;

static void *complete_all(void *arg)
{
	unsigned int *n = arg;

	while (*n)
		*n -= fake_complete(1);
	return NULL;
}

/* Close waits for what is in flight, by a drain; after it the record is final. */
static void close_drains(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int left = 2; /* the operation and the drain */
		struct sva_wq *wq;
		pthread_t thread;

		fake.mmap_errno = i >= 2 ? EPERM : 0;
		wq = open_fake(queues[i % 2]);
		submit_held(wq, &op);
		assert_int_equal(pthread_create(&thread, NULL, complete_all, &left), 0);
		assert_int_equal(sva_wq_close(wq), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(sva_desc_opcode(&fake.last), SVA_OP_DRAIN);
		assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
		assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
		assert_int_equal(fake.opens, fake.closes);
		fake.hold = false;
	}
}

/* Even with all credits taken there is an entry for the drain. */
static void close_with_all_credits_taken(void **state)
{
	static struct sva_op ops[DEDICATED_SIZE];
	unsigned int left = DEDICATED_SIZE, n = 0;
	struct sva_wq *wq = open_fake("wq0.1");
	pthread_t thread;

	(void)state;
	fake.hold = true;
	fake.capacity = DEDICATED_SIZE;
	do {
		sva_prep_noop(&ops[n].desc, 0);
	} while (!sva_submit(wq, &ops[n]) && ++n);
	assert_int_equal(n, DEDICATED_SIZE - 1);
	assert_int_equal(pthread_create(&thread, NULL, complete_all, &left), 0);
	assert_int_equal(sva_wq_close(wq), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(fake.overflows, 0);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	fake.hold = false;
}

static void close_is_bounded(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20 };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	submit_held(wq, &op);
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT);
	assert_int_equal(fake.closes, 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_PORTAL); /* still open, still usable */
	fake.hold = false;
	fake_complete(UINT32_MAX);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_submit(wq, &op), 0);
	close_fake(wq);
}

static void *complete_two_once_somebody_waits(void *arg)
{
	unsigned int before = *(unsigned int *)arg;

	while (__atomic_load_n(&fake.umwaits, __ATOMIC_RELAXED) == before)
		sched_yield();
	fake_complete(2);
	return NULL;
}

/*
 * The drain of a close that timed out is waited for, not overtaken: its record says nothing of what
 * came after it.
 */
static void close_goes_on_where_it_timed_out(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 50 };
	static struct sva_op later;
	unsigned int waits;
	struct sva_wq *wq;
	pthread_t thread;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	submit_held(wq, &op);
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT);
	submit_held(wq, &later);
	waits = fake.umwaits;
	assert_int_equal(pthread_create(&thread, NULL, complete_two_once_somebody_waits, &waits),
			 0);
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT); /* the first operation and the old drain */
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sva_poll(&later), 0);
	fake_complete(UINT32_MAX);
	fake.hold = false;
	close_fake(wq);
	assert_int_equal(sva_poll(&later), SVA_STATUS_SUCCESS);
}

/* A drain that is lost, refused, or fails says nothing: close asks again. */
static void close_asks_again(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		struct sva_wq *wq;

		fake.mmap_errno = i >= 2 ? EPERM : 0;
		wq = open_fake(queues[i % 2]);
		fake.drains_lost = 2;
		close_fake(wq);
		assert_int_equal(fake.drains_lost, 0);
	}
}

static void close_with_a_drain_that_always_fails(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20 };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	fake.drain_status = SVA_STATUS_HW_WRITE;
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT);
	fake.drain_status = 0;
	close_fake(wq);
}

/* A dead queue is seen at once, not when the time is over. */
static void close_of_a_dead_queue_does_not_wait(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = UINT32_MAX };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	submit_held(wq, &op);
	fake_attr(tree, "wq0.0", "state", "disabled\n");
	close_fake(wq);
	assert_int_equal(fake_lose(), 1); /* no drain */
	fake.hold = false;
}

/* The only entry of a queue is not handed out while the drain has it, nor the other way round. */
static void a_queue_of_one_entry(void **state)
{
	unsigned int left = 2;
	struct sva_wq *wq;
	pthread_t thread;

	fake_attr(fixture_tree(state), "wq0.1", "size", "1\n");
	wq = open_fake("wq0.1");
	submit_held(wq, &op);
	fake.capacity = 1; /* the first drain is dropped, unless the operation is done by then */
	assert_int_equal(pthread_create(&thread, NULL, complete_all, &left), 0);
	assert_int_equal(sva_wq_close(wq), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	fake.hold = false;
}

static void *close_it(void *wq)
{
	return (void *)(intptr_t)sva_wq_close(wq);
}

/* Of two that close, one does. */
static void two_threads_close(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		struct sva_wq *wq = open_fake("wq0.0");
		pthread_t threads[2];
		void *results[2];

		for (int t = 0; t < 2; t++)
			assert_int_equal(pthread_create(&threads[t], NULL, close_it, wq), 0);
		for (int t = 0; t < 2; t++)
			assert_int_equal(pthread_join(threads[t], &results[t]), 0);
		assert_int_equal((intptr_t)results[0] + (intptr_t)results[1], -EBADF);
	}
	assert_int_equal(fake.opens, fake.closes);
}

/*
 * Operations that are reaped long after the close give their credits back to nobody, whoever has
 * the memory of the handle by then.
 */
static void credits_of_a_closed_handle(void **state)
{
	static struct sva_op ops[DEDICATED_SIZE - 1];
	struct sva_wq *closed = open_fake("wq0.1"), *wq;

	(void)state;
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++) {
		sva_prep_noop(&ops[i].desc, 0);
		assert_int_equal(sva_submit(closed, &ops[i]), 0);
	}
	close_fake(closed);
	while ((wq = open_fake("wq0.1")) != closed)
		close_fake(wq);
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	close_fake(wq);
}

/* By time, not by tries. */
static void close_is_bounded_however_many_tries(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20, .retries = UINT32_MAX };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	fake.retry = UINT32_MAX;
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT);
	fake.retry = 0;
	close_fake(wq);
}

/* Opens that fail leave nothing behind, and forget no closed handle. */
static void failed_opens_use_up_no_memory_of_closed_handles(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *closed = open_fake("wq0.0"), *wq;

	(void)state;
	close_fake(closed);
	fake.open_errno = EACCES;
	for (unsigned int i = 0; i < 300; i++)
		assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -EACCES);
	assert_int_equal(sva_wq_close(closed), -EBADF);
}

static void a_full_queue_delays_close(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20, .retries = 2 };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	fake.retry = UINT32_MAX;
	assert_int_equal(sva_wq_close(wq), -ETIMEDOUT);
	fake.retry = 50; /* more than one round of tries */
	close_fake(wq);
}

static void double_close(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	close_fake(wq);
	assert_int_equal(sva_wq_close(wq), -EBADF);
	assert_int_equal(sva_wq_close(wq), -EBADF);
	assert_int_equal(sva_wq_close(NULL), -EINVAL);
	assert_int_equal(sva_wq_reopen(wq), -EBADF);
	assert_int_equal(sva_wq_reopen(NULL), -EINVAL);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_NONE);
	assert_int_equal(sva_wq_path(NULL), SVA_PATH_NONE);
	assert_string_equal(sva_wq_why(wq), "not open");
	assert_string_equal(sva_wq_why(NULL), "not open");
	assert_null(sva_wq_info(wq));
	assert_null(sva_wq_info(NULL));
	assert_null(sva_wq_report(wq));
	assert_null(sva_wq_report(NULL));
	assert_int_equal(fake.closes, 1);
}

/* Bytes that are mapped. */
static unsigned long address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * 4096;
}

/* Closed handles are kept for a while: memory stays bounded, and recent ones are recognised. */
static void many_handles_one_after_the_other(void **state)
{
	struct sva_wq *recent[200];
	unsigned long before = address_space();

	(void)state;
	for (unsigned int i = 0; i < 2000; i++) {
		struct sva_wq *wq;

		assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
		assert_int_equal(sva_wq_close(wq), 0);
		recent[i % 200] = wq;
	}
	assert_true(address_space() - before < 500 * sizeof(struct svai_handle));
	for (unsigned int i = 0; i < 200; i++)
		assert_int_equal(sva_wq_close(recent[i]), -EBADF);
}

static void many_handles_at_once(void **state)
{
	struct sva_wq *wq[300];

	(void)state;
	for (unsigned int i = 0; i < 300; i++)
		assert_int_equal(sva_wq_open(&wq[i], "cpu", NULL), 0);
	for (unsigned int i = 0; i < 300; i += 2)
		assert_int_equal(sva_wq_close(wq[i]), 0);
	for (unsigned int i = 1; i < 300; i += 2)
		assert_int_equal(sva_wq_close(wq[i]), 0);
}

/* A device that is dead touches nothing any more: close does not wait for it. */
static void close_after_a_reset(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	assert_int_equal(sva_wq_reopen(wq), -EALREADY);
	submit_held(wq, &op);
	fake_attr(tree, "wq0.0", "state", "disabled\n");
	assert_int_equal(sva_wq_close(wq), 0);
	assert_int_equal(fake.opens, fake.closes);
	fake_complete(UINT32_MAX);
	fake.hold = false;
	fake_attr(tree, "wq0.0", "state", "enabled\n");
	close_fake(open_fake("wq0.0"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(close_drains),
		TEST(close_with_all_credits_taken),
		TEST(close_is_bounded),
		TEST(close_goes_on_where_it_timed_out),
		TEST(close_asks_again),
		TEST(close_with_a_drain_that_always_fails),
		TEST(close_of_a_dead_queue_does_not_wait),
		TEST(a_queue_of_one_entry),
		TEST(two_threads_close),
		TEST(credits_of_a_closed_handle),
		TEST(close_is_bounded_however_many_tries),
		TEST(failed_opens_use_up_no_memory_of_closed_handles),
		TEST(a_full_queue_delays_close),
		TEST(double_close),
		TEST(many_handles_one_after_the_other),
		TEST(many_handles_at_once),
		TEST(close_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
