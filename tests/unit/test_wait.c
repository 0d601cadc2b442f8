/* SPDX-License-Identifier: MIT */
/* Waiting: every policy, deadlines, and devices that die meanwhile. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "fixture.h"
#include "wait.h"

static const enum sva_wait_policy policies[] = {
	SVA_WAIT_AUTO, SVA_WAIT_SPIN, SVA_WAIT_PAUSE, SVA_WAIT_UMWAIT, SVA_WAIT_SLEEP,
};

static struct sva_op op;

static void *complete_later(void *arg)
{
	(void)arg;
	while (!fake_complete(1))
		sched_yield();
	return NULL;
}

static void completion_by_another_thread(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		pthread_t thread;

		submit_held(wq, &op);
		assert_int_equal(pthread_create(&thread, NULL, complete_later, NULL), 0);
		assert_int_equal(sva_wait(&op, -1, policies[i]), SVA_STATUS_SUCCESS);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(wq->credits, (DEDICATED_SIZE - 1) * SVA_CREDIT);
	}
	fake.hold = false;
	close_fake(wq);
}

/* A time-out leaves the operation in flight: its credit is still taken, and it can be waited for.
 */
static void a_deadline(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		int64_t before;

		submit_held(wq, &op);
		before = svai_now_ns();
		assert_int_equal(sva_wait(&op, 3000000, policies[i]), -ETIMEDOUT);
		assert_true(svai_now_ns() - before >= 3000000);
		assert_int_equal(wq->credits, (DEDICATED_SIZE - 2) * SVA_CREDIT);
		assert_int_equal(sva_wait(&op, 0, policies[i]), -ETIMEDOUT);
		assert_int_equal(fake_complete(1), 1);
		assert_int_equal(sva_wait(&op, 0, policies[i]), SVA_STATUS_SUCCESS);
		assert_int_equal(wq->credits, (DEDICATED_SIZE - 1) * SVA_CREDIT);
	}
	fake.hold = false;
	close_fake(wq);
}

/* A store between the last look and UMONITOR wakes nobody: DTO does not look again. */
static void a_record_written_before_the_monitor_is_armed(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	submit_held(wq, &op);
	fake.complete_in_umonitor = true;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_UMWAIT), SVA_STATUS_SUCCESS);
	assert_int_equal(fake.umwaits, 0);
	fake.hold = false;
	close_fake(wq);
}

/* accel-config's dsa_test takes the TSC for 3 GHz: one UMWAIT is 100 us by the true frequency. */
static void umwait_by_the_true_frequency(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	int64_t ns = svai_now_ns();
	uint64_t tsc = sva_rdtsc(), ticks;

	(void)state;
	submit_held(wq, &op);
	assert_int_equal(sva_wait(&op, 5000000, SVA_WAIT_AUTO), -ETIMEDOUT);
	ticks = (sva_rdtsc() - tsc) * 100000 / (uint64_t)(svai_now_ns() - ns);
	assert_true(fake.umwaits > 0);
	assert_in_range(fake.umwait_ticks, ticks / 2, ticks * 2);
	fake_complete(1);
	fake.hold = false;
	close_fake(wq);
}

/* Closing a dead device does not complete what it had. */
static void a_record_that_never_comes(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	submit_held(wq, &op);
	fake_attr(tree, "dsa0", "state", "halted\n");
	close_fake(wq);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -EBADF);
}

static void a_device_that_dies(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	submit_held(wq, &op);
	fake_attr(tree, "dsa0", "state", "halted\n");
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -ENODEV); /* no deadline, and no hang */
	fake_attr(tree, "dsa0", "state", "enabled\n");
	fake_complete(1);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	fake.hold = false;
	close_fake(wq);
}

static void bad_arguments(void **state)
{
	(void)state;
	memset(&op, 0, sizeof(op));
	assert_int_equal(sva_wait(NULL, -1, SVA_WAIT_AUTO), -EINVAL);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -EINVAL); /* never submitted */
	assert_int_equal(sva_submit(NULL, &op), -EINVAL);
}

/* DML: a job whose submission failed reports "being processed" for ever. */
static void a_refused_operation_is_not_pending(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	memset(&op, 0, sizeof(op));
	sva_prep_noop(&op.desc, 0);
	fake.retry = UINT32_MAX;
	assert_int_equal(sva_submit(wq, &op), -EAGAIN);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_NOT_SUBMITTED);
	fake.retry = 0;
	close_fake(wq);
}

static void deadlines_do_not_overflow(void **state)
{
	(void)state;
	assert_true(svai_deadline(-1) == INT64_MAX);
	assert_true(svai_deadline(INT64_MIN) == INT64_MAX);
	assert_true(svai_deadline(INT64_MAX) == INT64_MAX);
	assert_true(svai_deadline(0) <= svai_now_ns());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(completion_by_another_thread),
		TEST(a_deadline),
		TEST(a_record_written_before_the_monitor_is_armed),
		TEST(umwait_by_the_true_frequency),
		TEST(a_record_that_never_comes),
		TEST(a_device_that_dies),
		TEST(bad_arguments),
		TEST(a_refused_operation_is_not_pending),
		TEST(deadlines_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
