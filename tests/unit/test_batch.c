/* SPDX-License-Identifier: MIT */
/* Batches: on a portal, on the CPU, and one by one where write(2) refuses them. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

#define MEMBERS 8

static struct sva_desc descs[MEMBERS];
static struct sva_record comps[MEMBERS];
static struct sva_batch batch;
static struct sva_op op __attribute__((aligned(64)));
static uint64_t src[MEMBERS], dst[MEMBERS];

static void start(uint32_t flags)
{
	memset(&op, 0, sizeof(op));
	memset(descs, 0, sizeof(descs));
	memset(comps, 0xff, sizeof(comps));
	memset(dst, 0, sizeof(dst));
	for (unsigned int i = 0; i < MEMBERS; i++)
		src[i] = 0x0101010101010101u * (i + 1);
	assert_int_equal(sva_batch_init(&batch, descs, comps, MEMBERS, flags), 0);
}

static void add_copy(unsigned int i, uint32_t flags)
{
	sva_prep_memmove(sva_batch_add(&batch), &dst[i], &src[i], sizeof(src[i]), flags);
}

/* A member that fails: no device copies nothing. */
static void add_bad(uint32_t flags)
{
	sva_prep_memmove(sva_batch_add(&batch), &dst[0], &src[0], 0, flags);
}

static struct sva_wq *open_by_path(enum sva_path path, const char *queue)
{
	struct sva_wq *wq;

	if (path == SVA_PATH_CPU) {
		assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
		return wq;
	}
	fake.mmap_errno = path == SVA_PATH_WRITE ? EPERM : 0;
	fake.write_no_batch = true;
	wq = open_fake(queue);
	assert_int_equal(sva_wq_path(wq), path);
	return wq;
}

static void everything_on(struct sva_wq *wq)
{
	/* All succeed. */
	start(0);
	for (unsigned int i = 0; i < MEMBERS; i++)
		add_copy(i, i == 4 ? SVA_FLAG_FENCE : 0);
	assert_null(sva_batch_add(&batch));
	assert_int_equal(sva_batch_count(&batch), MEMBERS);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.bytes_completed, MEMBERS);
	assert_memory_equal(dst, src, sizeof(dst));
	for (unsigned int i = 0; i < MEMBERS; i++)
		assert_int_equal(comps[i].status, SVA_STATUS_SUCCESS);

	/* One fails: without a fence the others are done all the same. */
	start(0);
	add_copy(0, 0);
	add_bad(0);
	add_copy(2, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(op.record.result, 0); /* reserved without batch continuation */
	assert_int_equal(op.record.bytes_completed, 3);
	assert_int_equal(comps[1].status, SVA_STATUS_BAD_SIZE);
	assert_int_equal(comps[2].status, SVA_STATUS_SUCCESS);
	assert_int_equal(dst[2], src[2]);

	/* With a fence behind it the rest is abandoned. */
	start(0);
	add_copy(0, 0);
	add_bad(0);
	add_copy(2, SVA_FLAG_FENCE);
	add_copy(3, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(op.record.bytes_completed, 2);
	assert_int_equal(comps[2].status, SVA_STATUS_NONE);
	assert_int_equal(comps[3].status, SVA_STATUS_NONE);
	assert_int_equal(dst[2], 0);

	/* A false predicate is a failure for the fence. */
	start(0);
	sva_prep_compare(sva_batch_add(&batch), &src[0], &src[1], 8, 0);
	sva_desc_set_expected(&descs[0], 0);
	add_copy(1, SVA_FLAG_FENCE);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(comps[0].status, SVA_STATUS_SUCCESS_PREDICATE);
	assert_int_equal(dst[1], 0);

	/* One member: devices refuse such a batch, so it is filled up. */
	start(0);
	add_copy(0, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(comps[0].status, SVA_STATUS_SUCCESS);
	assert_int_equal(dst[0], src[0]);

	/* Records of failures only; results need theirs. */
	start(SVA_BATCH_RECORD_FAILURES);
	add_copy(0, 0);
	add_bad(0);
	sva_prep_compare(sva_batch_add(&batch), &src[0], &src[0], 8, 0);
	sva_prep_crc(sva_batch_add(&batch), &src[0], 8, 0, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(comps[0].status, SVA_STATUS_NONE);
	assert_int_equal(dst[0], src[0]);
	assert_int_equal(comps[1].status, SVA_STATUS_BAD_SIZE);
	assert_int_equal(comps[2].status, SVA_STATUS_SUCCESS);
	assert_int_equal(comps[3].status, SVA_STATUS_SUCCESS);

	/* And once more with the same memory. */
	sva_batch_reset(&batch);
	assert_int_equal(sva_batch_count(&batch), 0);
	add_copy(5, 0);
	add_copy(6, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(dst[6], src[6]);
}

static void on_the_cpu(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_CPU, NULL);

	(void)state;
	everything_on(wq);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void on_a_portal(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_by_path(SVA_PATH_PORTAL, queues[i]);
		unsigned int before = fake.submissions;

		everything_on(wq);
		assert_int_equal(fake.submissions - before, 7); /* one each */
		close_fake(wq);
	}
}

static void one_by_one_where_write_refuses(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, queues[i]);

		everything_on(wq);
		if (wq->credit)
			assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
		close_fake(wq);
	}
}

static void a_kernel_that_takes_batches(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, "wq0.0");
	unsigned int before = fake.submissions;

	(void)state;
	fake.write_no_batch = false;
	everything_on(wq);
	assert_int_equal(fake.submissions - before, 7);
	close_fake(wq);
}

/* The refusal is remembered: the kernel is not asked again each time. */
static void the_refusal_is_remembered(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, "wq0.0");
	unsigned int before;

	(void)state;
	for (unsigned int round = 0; round < 2; round++) {
		before = fake.writes;
		start(0);
		add_copy(0, 0);
		add_copy(1, 0);
		assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	}
	assert_int_equal(fake.writes - before, 2);
	close_fake(wq);
}

static void *lose_two(void *arg)
{
	(void)arg;
	while (fake_held() < 2)
		sched_yield();
	fake_lose();
	fake_stop_holding();
	return NULL;
}

/* Members that a reset has taken: the batch fails, they are told apart, their credits come back. */
static void members_that_are_lost(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, queues[i]);
		pthread_t thread;

		fake.hold = true;
		start(0);
		add_copy(0, 0);
		add_copy(1, 0);
		add_copy(2, SVA_FLAG_FENCE);
		assert_int_equal(pthread_create(&thread, NULL, lose_two, NULL), 0);
		assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(sva_poll(&op), SVA_STATUS_BATCH_FAIL);
		assert_int_equal(op.record.bytes_completed, 2);
		assert_int_equal(comps[0].status, SVA_STATUS_LOST);
		assert_int_equal(comps[1].status, SVA_STATUS_LOST);
		assert_int_equal(comps[2].status, SVA_STATUS_NONE);
		if (wq->credit)
			assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
		everything_on(wq);
		close_fake(wq);
	}
}

/* Members that are alone on their way are members all the same. */
static void members_are_checked_as_members(void **state)
{
	static const enum sva_path on[] = { SVA_PATH_CPU, SVA_PATH_PORTAL, SVA_PATH_WRITE };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		struct sva_wq *wq = open_by_path(on[i], "wq0.0");

		start(0);
		add_copy(0, 0);
		sva_prep_drain(sva_batch_add(&batch), 0);
		sva_prep_batch(sva_batch_add(&batch), descs, 2, 0);
		add_copy(3, 0);
		descs[3].completion_addr += 16; /* nobody is told, but it is a failure */
		add_copy(4, 0);
		descs[4].op_flags &= ~(SVA_FLAG_CRAV | SVA_FLAG_RCR);
		descs[4].completion_addr = 0; /* nobody asks */
		add_copy(5, 0);
		assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
		assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
		assert_int_equal(op.record.bytes_completed, 6);
		assert_int_equal(comps[0].status, SVA_STATUS_SUCCESS);
		assert_int_equal(comps[1].status, SVA_STATUS_BAD_OPCODE);
		assert_int_equal(comps[2].status, SVA_STATUS_BAD_OPCODE);
		assert_int_equal(dst[3], 0);
		assert_int_equal(comps[4].status, SVA_STATUS_NONE);
		assert_int_equal(dst[4], src[4]);
		assert_int_equal(comps[5].status, SVA_STATUS_SUCCESS);
		close_fake(wq);
	}
}

/* A queue that others fill, or that a member leaves, is no reason to end a batch in the middle. */
static void a_full_queue_in_the_middle(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .retries = 2 };
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.write_no_batch = true;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	fake.write_full_after = 3; /* the batch, and two members */
	fake.write_eagain = 20;
	start(0);
	for (unsigned int i = 0; i < MEMBERS; i++)
		add_copy(i, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.bytes_completed, MEMBERS);
	assert_int_equal(fake.write_eagain, 0);
	assert_memory_equal(dst, src, sizeof(dst));
	close_fake(wq);
}

/* A queue that takes no batch at all takes a batch of one. */
static void one_member_on_a_queue_without_batches(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.0", "max_batch_size", "1\n");
	wq = open_by_path(SVA_PATH_PORTAL, "wq0.0");
	start(0);
	add_copy(0, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.bytes_completed, 1);
	assert_int_equal(comps[0].status, SVA_STATUS_SUCCESS);
	assert_int_equal(dst[0], src[0]);
	add_copy(1, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -E2BIG);
	close_fake(wq);
}

/* Executed in part is executed: a member that fails to be submitted must not run the rest again. */
static void a_batch_never_runs_twice(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, "wq0.1");
	char shift[] = "123456789";

	(void)state;
	start(0);
	sva_prep_memmove(sva_batch_add(&batch), shift + 1, shift, 8, 0);
	sva_prep_noop(sva_batch_add(&batch), SVA_FLAG_FENCE);
	fake.fail_write = 3; /* the batch itself, member 0, and then an error */
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(op.record.bytes_completed, 1);
	assert_int_equal(comps[1].status, SVA_STATUS_NONE);
	assert_string_equal(shift, "112345678");
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);

	start(0); /* and with the first one still in flight */
	add_copy(0, 0);
	add_copy(1, 0);
	fake.fail_write = 2;
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	close_fake(wq);
}

/* A full queue is tried a bounded number of times, not its square. */
static void a_queue_that_stays_full(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .retries = 50 };
	struct sva_wq *wq;
	unsigned int before;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.write_no_batch = true;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	start(0);
	add_copy(0, 0);
	add_copy(1, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0); /* the refusal is known now */
	before = fake.writes;
	fake.write_eagain = UINT32_MAX;
	start(0);
	add_copy(0, 0);
	add_copy(1, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -EAGAIN);
	assert_int_equal(fake.writes - before, 50);
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
	fake.write_eagain = 0;
	close_fake(wq);
}

/* What a device would refuse about the batch itself is refused here, too. */
static void a_bad_batch_by_hand(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_WRITE, "wq0.0");

	(void)state;
	start(0);
	sva_prep_batch(&op.desc, descs, 1, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_BAD_COUNT);
	sva_prep_batch(&op.desc, (struct sva_desc *)((char *)descs + 32), 2, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_LIST_ALIGN);
	add_copy(0, 0);
	add_copy(1, 0);
	sva_prep_batch(&op.desc, descs, 2, SVA_FLAG_FENCE);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_BAD_FLAGS);
	close_fake(wq);
}

/* A queue with room for little: members wait for each other. */
static void more_members_than_credits(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.1", "size", "2\n");
	wq = open_by_path(SVA_PATH_WRITE, "wq0.1");
	assert_int_equal(*wq->credit, SVA__CREDIT);
	everything_on(wq);
	assert_int_equal(*wq->credit, SVA__CREDIT);
	close_fake(wq);
}

static void bad_arguments(void **state)
{
	struct sva_wq *wq = open_by_path(SVA_PATH_CPU, NULL);
	struct sva_desc *odd = (struct sva_desc *)((char *)descs + 32);

	(void)state;
	assert_int_equal(sva_batch_init(NULL, descs, comps, 8, 0), -EINVAL);
	assert_int_equal(sva_batch_init(&batch, NULL, comps, 8, 0), -EINVAL);
	assert_int_equal(sva_batch_init(&batch, descs, NULL, 8, 0), -EINVAL);
	assert_int_equal(sva_batch_init(&batch, odd, comps, 4, 0), -EINVAL);
	assert_int_equal(
		sva_batch_init(&batch, descs, (struct sva_record *)((char *)comps + 16), 4, 0),
		-EINVAL);
	assert_int_equal(sva_batch_init(&batch, descs, comps, 1, 0), -EINVAL);
	assert_int_equal(sva_batch_init(&batch, descs, comps, 8, 2), -EINVAL);
	start(0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -EINVAL); /* empty */
	add_copy(0, 0);
	assert_int_equal(sva_submit_batch(wq, NULL, &op), -EINVAL);
	assert_int_equal(sva_submit_batch(wq, &batch, NULL), -EINVAL);
	assert_int_equal(sva_submit_batch(NULL, &batch, &op), -EINVAL);
	assert_int_equal(sva_wq_close(wq), 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -EBADF);
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
}

/* DPDK: a batch may exceed the queue's max_batch_size. */
static void more_members_than_the_queue_takes(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.0", "max_batch_size", "4\n");
	wq = open_by_path(SVA_PATH_PORTAL, "wq0.0");
	start(0);
	for (unsigned int i = 0; i < 5; i++)
		add_copy(i, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -E2BIG);
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(fake.submissions, 0);
	close_fake(wq);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_the_cpu),
		TEST(on_a_portal),
		TEST(one_by_one_where_write_refuses),
		TEST(a_kernel_that_takes_batches),
		TEST(the_refusal_is_remembered),
		TEST(members_that_are_lost),
		TEST(members_are_checked_as_members),
		TEST(a_full_queue_in_the_middle),
		TEST(one_member_on_a_queue_without_batches),
		TEST(a_batch_never_runs_twice),
		TEST(a_queue_that_stays_full),
		TEST(a_bad_batch_by_hand),
		TEST(more_members_than_credits),
		TEST(bad_arguments),
		TEST(more_members_than_the_queue_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
