/* SPDX-License-Identifier: MIT */
/* Submission: full queues, credits, write(2), many at once, and everything that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static struct sva_op ops[64];

static struct sva_op *noop(unsigned int i)
{
	memset(&ops[i], 0, sizeof(ops[i]));
	ops[i].user_data = 1000 + i;
	sva_prep_noop(&ops[i].desc, 0);
	return &ops[i];
}

static void accepted_at_once(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	assert_int_equal(sva_submit(wq, noop(0)), 0);
	assert_int_equal(fake.submissions, 1);
	assert_int_equal(fake.last.pasid_priv, 0);
	assert_int_equal(fake.last.completion_addr, (uintptr_t)&ops[0].record);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_int_equal(ops[0].user_data, 1000);
	close_fake(wq);
}

/* A full shared queue: bounded tries, then -EAGAIN, and nothing is pending. */
static void a_full_shared_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	fake.retry = 5;
	assert_int_equal(sva_submit(wq, noop(0)), 0);
	assert_int_equal(fake.retry, 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);

	fake.retry = UINT32_MAX;
	assert_int_equal(sva_submit(wq, noop(0)), -EAGAIN);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(fake.submissions, 1);

	fake.retry = 2; /* one try is one */
	assert_int_equal(sva_try_submit(wq, noop(0)), -EAGAIN);
	assert_int_equal(fake.retry, 1);
	fake.retry = 0;
	close_fake(wq);
}

static void the_number_of_tries_is_the_callers(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .retries = 10 };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	fake.retry = 1000;
	assert_int_equal(sva_submit(wq, noop(0)), -EAGAIN);
	assert_int_equal(fake.retry, 1000 - 10);
	assert_true(fake.pauses >= 9); /* in between the others have their turn */
	fake.retry = 0;
	close_fake(wq);
}

/* Full or dead is told apart, once the tries are used up. */
static void a_dead_queue_is_not_a_full_one(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	fake.retry = UINT32_MAX;
	fake_attr(tree, "wq0.0", "state", "disabled\n");
	assert_int_equal(sva_submit(wq, noop(0)), -ENODEV);
	fake_attr(tree, "wq0.0", "state", "enabled\n");
	fake_attr(tree, "dsa0", "state", "halted\n");
	assert_int_equal(sva_submit(wq, noop(0)), -ENODEV);
	assert_int_equal(sva_wq_close(wq), 0); /* a dead device touches nothing any more */
}

/* A program that only submits and polls is told, too, whatever the queue. */
static void a_dead_queue_is_told_without_a_wait(void **state)
{
	struct fake_tree *tree = fixture_tree(state);

	for (unsigned int i = 0; i < 4; i++) {
		struct sva_wq *wq;
		unsigned int n = 0;

		fake.mmap_errno = i >= 2 ? EPERM : 0;
		wq = open_fake(i % 2 ? "wq0.1" : "wq0.0");
		fake.hold = true;
		fake.capacity = DEDICATED_SIZE;
		while (!sva_try_submit(wq, noop(n)))
			n++;
		fake_attr(tree, "wq0.0", "state", "disabled\n");
		fake_attr(tree, "wq0.1", "state", "disabled\n");
		while (sva_try_submit(wq, noop(n)) == -EAGAIN)
			; /* the last look may be of a moment ago */
		assert_int_equal(sva_try_submit(wq, noop(n)), -ENODEV);
		assert_int_equal(sva_submit(wq, noop(n)), -ENODEV);
		for (unsigned int j = 0; j < n; j++) {
			assert_int_equal(sva_wait(&ops[j], 0, SVA_WAIT_AUTO), -ENODEV);
			assert_int_equal(sva_poll(&ops[j]), SVA_STATUS_LOST);
		}
		assert_int_equal(sva_wq_close(wq), 0);
		fake_lose();
		fake.hold = false;
		fake_attr(tree, "wq0.0", "state", "enabled\n");
		fake_attr(tree, "wq0.1", "state", "enabled\n");
	}
}

/* Never more in flight than the queue has room for, and each credit comes back exactly once. */
static void credits_of_a_dedicated_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	unsigned int n = 0;

	(void)state;
	fake.hold = true;
	fake.capacity = DEDICATED_SIZE;
	while (!sva_submit(wq, noop(n)))
		n++;
	assert_int_equal(n, DEDICATED_SIZE - 1);
	assert_int_equal(sva_submit(wq, noop(n)), -EAGAIN);
	assert_int_equal(sva_try_submit(wq, noop(n)), -EAGAIN);
	assert_int_equal(sva_poll(&ops[n]), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(*wq->credit, 0);

	assert_int_equal(sva_poll(&ops[0]), 0);
	assert_int_equal(fake_complete(1), 1);
	assert_int_equal(*wq->credit, 0); /* reaping gives it back, not the completion */
	for (int i = 0; i < 5; i++)
		assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_int_equal(*wq->credit, SVA__CREDIT);
	assert_int_equal(sva_submit(wq, noop(n)), 0);
	assert_int_equal(*wq->credit, 0);

	fake_complete(UINT32_MAX);
	for (unsigned int i = 0; i <= n; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	assert_int_equal(fake.overflows, 0);
	fake.hold = false;
	close_fake(wq);
}

/* The lines of a dedicated portal take turns. */
static void portal_lines_rotate(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	fake.hold = true;
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++)
		assert_int_equal(sva_submit(wq, noop(i)), 0);
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++) {
		assert_int_equal(fake.portal_offsets[i] % 64, 0);
		for (unsigned int j = 0; j < i; j++)
			assert_int_not_equal(fake.portal_offsets[i], fake.portal_offsets[j]);
	}
	fake_complete(UINT32_MAX);
	fake.hold = false;
	close_fake(wq);
}

static void by_write(void **state)
{
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.0");
	assert_int_equal(sva_submit(wq, noop(0)), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);

	fake.write_eintr = 3;
	assert_int_equal(sva_submit(wq, noop(0)), 0);
	fake.write_eagain = 7;
	assert_int_equal(sva_submit(wq, noop(0)), 0);
	assert_int_equal(fake.write_eagain, 0);
	fake.write_eagain = UINT32_MAX;
	assert_int_equal(sva_try_submit(wq, noop(0)), -EAGAIN);
	assert_int_equal(sva_submit(wq, noop(0)), -EAGAIN);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	fake.write_eagain = 0;

	fake.write_errno = EPERM; /* the file was opened by another process */
	assert_int_equal(sva_submit(wq, noop(0)), -EPERM);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	fake.write_errno = 0;
	close_fake(wq);
}

/* psm3's retry of write(2) writes 0 bytes and reports success. */
static void a_write_of_nothing_is_no_success(void **state)
{
	struct sva_wq *wq;
	unsigned int before;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.0");
	before = fake.submissions;
	fake.write_zero = true;
	assert_int_equal(sva_submit(wq, noop(0)), -EIO);
	assert_int_equal(fake.submissions, before);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	fake.write_zero = false;
	close_fake(wq);
}

/* The kernel gives no back-pressure for a dedicated queue: the credits do. */
static void credits_count_for_write_too(void **state)
{
	struct sva_wq *wq;
	unsigned int n = 0;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.1");
	fake.hold = true;
	while (!sva_submit(wq, noop(n)))
		n++;
	assert_int_equal(n, DEDICATED_SIZE - 1);
	fake_complete(UINT32_MAX);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	fake.hold = false;
	fake.write_errno = EIO;
	assert_int_equal(sva_submit(wq, noop(0)), -EIO);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	fake.write_errno = 0;
	close_fake(wq);
}

static void many(const char *queue, unsigned int expected)
{
	struct sva_wq *wq = open_fake(queue);
	unsigned int before = fake.submissions;

	for (unsigned int i = 0; i < 64; i++)
		noop(i);
	assert_int_equal(sva_submit_many(wq, ops, 64), expected);
	assert_int_equal(fake.submissions - before, expected);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(sva_poll(&ops[i]),
				 i < expected ? SVA_STATUS_SUCCESS : SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(sva_submit_many(wq, ops, 0), 0);
	assert_int_equal(sva_submit_many(wq, NULL, 1), -EINVAL);
	close_fake(wq);
}

static void many_by_every_path(void **state)
{
	(void)state;
	many("wq0.0", 64);
	many("wq0.1", DEDICATED_SIZE - 1); /* unreaped operations keep their credits */
	fake.mmap_errno = EPERM;
	many("wq0.0", 64);
	many("wq0.1", DEDICATED_SIZE - 1);
	fake.write_most = 5; /* partial acceptance */
	many("wq0.0", 64);
}

static void one_write_for_many(void **state)
{
	struct sva_wq *wq;
	unsigned int before;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.0");
	before = fake.writes;
	for (unsigned int i = 0; i < 32; i++)
		noop(i);
	assert_int_equal(sva_submit_many(wq, ops, 32), 32);
	assert_int_equal(fake.writes - before, 1);
	close_fake(wq);
}

/* What write(2) does not take has no credit, and what it takes gives it back. */
static void many_in_pieces_keep_the_credits_right(void **state)
{
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.1");
	fake.write_most = 5;
	for (unsigned int i = 0; i < 12; i++)
		noop(i);
	assert_int_equal(sva_submit_many(wq, ops, 12), 12);
	for (unsigned int i = 0; i < 12; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	close_fake(wq);
}

static void many_of_which_none_is_accepted(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	fake.retry = UINT32_MAX;
	noop(0);
	noop(1);
	assert_int_equal(sva_submit_many(wq, ops, 2), -EAGAIN);
	assert_int_equal(sva_poll(&ops[1]), SVA_STATUS_NOT_SUBMITTED);
	fake.retry = 0;
	close_fake(wq);
}

static void bad_arguments(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_op *misaligned = (struct sva_op *)((char *)&ops[0] + 32);

	(void)state;
	assert_int_equal(sva_submit(NULL, noop(0)), -EINVAL);
	assert_int_equal(sva_submit(wq, NULL), -EINVAL);
	assert_int_equal(sva_submit(wq, misaligned), -EINVAL);
	assert_int_equal(sva_try_submit(wq, misaligned), -EINVAL);
	assert_int_equal(sva_try_submit(NULL, NULL), -EINVAL);
	assert_int_equal(sva_submit_many(NULL, ops, 1), -EINVAL);
	assert_int_equal(fake.submissions, 0);
	close_fake(wq);
}

static void memory_for_operations(void **state)
{
	(void)state;
	for (size_t count = 1; count < 100; count++) {
		struct sva_op *array = sva_op_alloc(count);

		assert_non_null(array);
		assert_int_equal((uintptr_t)array % 64, 0);
		for (size_t i = 0; i < count * sizeof(*array); i++)
			assert_int_equal(((char *)array)[i], 0);
		sva_op_free(array);
	}
	assert_null(sva_op_alloc(0));
	assert_null(sva_op_alloc(SIZE_MAX / sizeof(struct sva_op) + 2)); /* not cut to one */
	sva_op_free(NULL);
}

static void a_closed_handle(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	close_fake(wq);
	assert_int_equal(sva_submit(wq, noop(0)), -EBADF);
	assert_int_equal(sva_try_submit(wq, noop(0)), -EBADF);
	assert_int_equal(sva_submit_many(wq, ops, 2), -EBADF);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
}

static void on_the_cpu(void **state)
{
	char src[100] = "a few bytes", dst[100] = "";
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
	sva_prep_memmove(&noop(0)->desc, dst, src, sizeof(src), 0);
	assert_int_equal(sva_submit(wq, &ops[0]), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_string_equal(dst, src);
	assert_int_equal(sva_wq_close(wq), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accepted_at_once),
		TEST(a_full_shared_queue),
		TEST(the_number_of_tries_is_the_callers),
		TEST(a_dead_queue_is_not_a_full_one),
		TEST(a_dead_queue_is_told_without_a_wait),
		TEST(credits_of_a_dedicated_queue),
		TEST(portal_lines_rotate),
		TEST(by_write),
		TEST(a_write_of_nothing_is_no_success),
		TEST(credits_count_for_write_too),
		TEST(many_by_every_path),
		TEST(one_write_for_many),
		TEST(many_in_pieces_keep_the_credits_right),
		TEST(many_of_which_none_is_accepted),
		TEST(bad_arguments),
		TEST(memory_for_operations),
		TEST(a_closed_handle),
		TEST(on_the_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
