/* SPDX-License-Identifier: MIT */
/* fork(2) and exec(3): the child has no PASID, and is told so instead of killed. */
#include <dirent.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"

static struct sva_op op;

static void use_stale(struct sva_wq *wq)
{
	struct sva_batch batch;
	static struct sva_desc descs[2];
	static struct sva_record comps[2];
	char why[100];

	sva_prep_noop(&op.desc, 0);
	CHILD_CHECK(sva_submit(wq, &op) == -ESTALE);
	CHILD_CHECK(sva_try_submit(wq, &op) == -ESTALE);
	CHILD_CHECK(sva_poll(&op) == SVA_STATUS_NOT_SUBMITTED);
	CHILD_CHECK(sva_submit_many(wq, &op, 1) == -ESTALE);
	CHILD_CHECK(!sva_batch_init(&batch, descs, comps, 2, 0));
	sva_prep_noop(sva_batch_add(&batch), 0);
	CHILD_CHECK(sva_submit_batch(wq, &batch, &op) == -ESTALE);
	CHILD_CHECK(sva_desc_check(wq, &op.desc, why, sizeof(why)) == -ESTALE);
	CHILD_CHECK(sva_wq_path(wq) == SVA_PATH_NONE);
	CHILD_CHECK(strstr(sva_wq_why(wq), "sva_wq_reopen"));
}

/* raw: by clone(2) itself, which no atfork handler sees. */
static pid_t fork_by(bool raw)
{
	return raw ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();
}

static void the_child_is_told(struct sva_wq *wq, bool raw)
{
	pid_t child = fork_by(raw);

	if (!child) {
		use_stale(wq);
		CHILD_CHECK(sva_wq_close(wq) == 0);
		CHILD_CHECK(sva_submit(wq, &op) == -EBADF);
		_exit(0);
	}
	expect_good_end(child);
	/* The parent goes on. */
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
}

static void on_every_path(void **state)
{
	struct sva_wq *wq;

	(void)state;
	for (int raw = 0; raw < 2; raw++) {
		the_child_is_told(wq = open_fake("wq0.0"), raw);
		close_fake(wq);
		the_child_is_told(wq = open_fake("wq0.1"), raw);
		close_fake(wq);
		fake.mmap_errno = EPERM;
		the_child_is_told(wq = open_fake("wq0.0"), raw);
		close_fake(wq);
		fake.mmap_errno = 0;
		assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
		the_child_is_told(wq, raw);
		close_fake(wq);
	}
}

static void the_child_reopens(void **state)
{
	struct sva_wq *wq;
	pid_t child;

	(void)state;
	for (int raw = 0; raw < 2; raw++) {
		wq = open_fake("wq0.0");
		child = fork_by(raw);
		if (!child) {
			CHILD_CHECK(sva_wq_reopen(wq) == 0);
			CHILD_CHECK(sva_wq_reopen(wq) == -EALREADY);
			CHILD_CHECK(sva_wq_path(wq) == SVA_PATH_PORTAL);
			sva_prep_noop(&op.desc, 0);
			CHILD_CHECK(sva_submit(wq, &op) == 0);
			CHILD_CHECK(sva_poll(&op) == SVA_STATUS_SUCCESS);
			/* and its own child */
			child = fork();
			if (!child) {
				use_stale(wq);
				CHILD_CHECK(sva_wq_reopen(wq) == 0);
				CHILD_CHECK(sva_wq_close(wq) == 0);
				_exit(0);
			}
			CHILD_CHECK(waitpid(child, &raw, 0) == child && !raw);
			CHILD_CHECK(sva_wq_close(wq) == 0);
			_exit(0);
		}
		expect_good_end(child);
		close_fake(wq);
	}
}

/*
 * What completed in the parent and was not reaped gives no credit to the child's queue: more would
 * be in flight than it has entries.
 */
static void credits_of_the_parent(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	pid_t child;

	(void)state;
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	child = fork();
	if (!child) {
		CHILD_CHECK(sva_wq_reopen(wq) == 0);
		CHILD_CHECK(*wq->credit == (DEDICATED_SIZE - 1) * SVA__CREDIT);
		CHILD_CHECK(sva_poll(&op) == SVA_STATUS_SUCCESS);
		CHILD_CHECK(*wq->credit == (DEDICATED_SIZE - 1) * SVA__CREDIT);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

/* Reopen asks for what the open asked for. */
static void options_outlive_the_fork(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_PORTAL };
	struct sva_wq *wq;
	pid_t child;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	child = fork();
	if (!child) {
		CHILD_CHECK(sva_wq_reopen(wq) == 0);
		CHILD_CHECK(sva_wq_path(wq) == SVA_PATH_WRITE);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

/* A queue that was made shared meanwhile must not get MOVDIR64B: the device would drop it. */
static void a_queue_that_changed_its_mode(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.1");
	pid_t child = fork();

	if (!child) {
		fake_attr(tree, "wq0.1", "mode", "shared\n");
		CHILD_CHECK(sva_wq_reopen(wq) == 0);
		CHILD_CHECK(!wq->credit);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

/* On a kernel that cannot wipe, the fork handler does it. */
static void without_wipe_on_fork(void **state)
{
	struct sva_wq *wq;
	pid_t child;

	(void)state;
	fake.no_wipe_on_fork = true;
	wq = open_fake("wq0.0");
	child = fork();
	if (!child) {
		use_stale(wq);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

/* While the parent has a dedicated queue open, the child cannot. */
static void the_child_of_a_dedicated_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	pid_t child;

	(void)state;
	fake.open_errno = EBUSY;
	child = fork();
	if (!child) {
		CHILD_CHECK(sva_wq_reopen(wq) == -EBUSY);
		use_stale(wq);
		CHILD_CHECK(sva_wq_close(wq) == 0);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

static void the_cpu_reopens_too(void **state)
{
	struct sva_wq *wq;
	pid_t child;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
	child = fork();
	if (!child) {
		CHILD_CHECK(sva_wq_reopen(wq) == 0);
		sva_prep_noop(&op.desc, 0);
		CHILD_CHECK(sva_submit(wq, &op) == 0);
		CHILD_CHECK(sva_poll(&op) == SVA_STATUS_SUCCESS);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

/* The record of the parent's operation never changes in the child: waiting there is an error. */
static void the_parents_operation(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	pid_t child;

	(void)state;
	fake.hold = true;
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	child = fork();
	if (!child) {
		CHILD_CHECK(sva_wait(&op, -1, SVA_WAIT_AUTO) == -ESTALE);
		_exit(0);
	}
	expect_good_end(child);
	fake_complete(1);
	fake.hold = false;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	close_fake(wq);
}

/*
 * The kernel drains at the last reference only: a forked child must not keep the file open, or the
 * parent's close drains nothing.
 */
static void the_child_holds_no_file(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	int fd = fake.fd;
	pid_t child = fork();

	(void)state;
	if (!child) {
		char buf;

		CHILD_CHECK(read(fd, &buf, 0) < 0 && errno == EBADF);
		_exit(0);
	}
	expect_good_end(child);
	close_fake(wq);
}

static void exec_leaks_no_fd(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	char command[100];
	pid_t child;

	(void)state;
	snprintf(command, sizeof(command), "! test -e /proc/self/fd/%d", fake.fd);
	child = vfork(); /* no atfork handler: close-on-exec must do it */
	if (!child) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	expect_good_end(child);
	close_fake(wq);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_every_path),
		TEST(the_child_reopens),
		TEST(credits_of_the_parent),
		TEST(options_outlive_the_fork),
		TEST(a_queue_that_changed_its_mode),
		TEST(without_wipe_on_fork),
		TEST(the_child_of_a_dedicated_queue),
		TEST(the_cpu_reopens_too),
		TEST(the_parents_operation),
		TEST(the_child_holds_no_file),
		TEST(exec_leaks_no_fd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
