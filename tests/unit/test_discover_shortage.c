/* SPDX-License-Identifier: MIT */
/*
 * Discovery that runs out of descriptors or memory, at any point: an error, and never a snapshot in
 * which attributes seem to be missing.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sva/discover.h>

#include "fake_sysfs.h"

static int countdown; /* calls that succeed; then one fails; negative: none does */
static int failure;

static bool fails(void)
{
	if (countdown-- != 0)
		return false;
	errno = failure;
	return true;
}

int __real_openat(int dir, const char *path, int flags, ...);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
int __wrap_openat(int dir, const char *path, int flags, ...);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	return failure != ENOMEM && fails() ? -1 : __real_openat(dir, path, flags);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return failure == ENOMEM && fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return failure == ENOMEM && fails() ? NULL : __real_realloc(p, size);
}

static void machine(void **state)
{
	struct fake_tree *tree = fake_tree_new();

	assert_non_null(tree);
	fake_device(tree, "dsa0");
	fake_wq(tree, "wq0.0", "shared");
	fake_tree_use(tree);
	*state = tree;
}

/* A machine with one queue, discovered without want. */
static int setup(void **state)
{
	countdown = -1;
	machine(state);
	return 0;
}

/* The @n-th call fails: returns whether there was one, and the error of discovery. */
static bool fail_call(int n, int *err)
{
	struct sva_topology *topo = (struct sva_topology *)&countdown;
	bool failed;

	countdown = n;
	*err = sva_topology_discover(&topo);
	failed = countdown < 0;
	countdown = -1;
	if (*err)
		assert_null(topo);
	sva_topology_free(topo);
	return failed;
}

/* Returns how many calls there are that can fail. */
static int fail_each(int with)
{
	int n = 0, err;

	failure = with;
	while (fail_call(n, &err)) {
		assert_int_equal(err, -with);
		n++;
	}
	assert_int_equal(err, 0);
	return n;
}

static void without_descriptors(void **state)
{
	(void)state;
	/* The directory, and every attribute of a device and a queue. */
	assert_true(fail_each(EMFILE) > 30);
	assert_true(fail_each(ENFILE) > 30);
}

static void without_memory(void **state)
{
	(void)state;
	assert_int_equal(fail_each(ENOMEM), 4); /* snapshot, list, devices, queues */
}

/* The device's trouble is no reason to fail. */
static void another_error_is_tolerated(void **state)
{
	int err;

	(void)state;
	failure = EIO;
	for (int n = 0; fail_call(n, &err); n++)
		assert_int_equal(err, 0);
	assert_int_equal(err, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fake_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_descriptors),
		TEST(without_memory),
		TEST(another_error_is_tolerated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
