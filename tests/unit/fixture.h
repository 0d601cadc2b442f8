/* SPDX-License-Identifier: MIT */
/*
 * What most tests of queues start from: a fake machine with dsa0, the shared queue wq0.0 and the
 * dedicated wq0.1, both enabled, on a CPU that has all instructions.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <sys/types.h>
#include <unistd.h>

#include "fake_device.h"

#define DEDICATED_SIZE 16

/* For cmocka_unit_test_setup_teardown(). */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* fixture_reset - as new, in the middle of a test */
void fixture_reset(void **state);

struct fake_tree *fixture_tree(void **state);

/* fixture_queue - one more queue that can be opened, of a device that there is */
void fixture_queue(struct fake_tree *tree, const char *name, const char *mode);

/* fixture_iax - iax1 with the shared queue wq1.0, of IAX 1.0; @max_transfer: bytes, as in sysfs */
void fixture_iax(struct fake_tree *tree, const char *max_transfer);

/* open_fake - open a queue of the fake machine; fails the test if it is not a device's */
struct sva_wq *open_fake(const char *name);

/* submit_held - have the fake device accept a NOOP and not complete it: see fake_complete() */
void submit_held(struct sva_wq *wq, struct sva_op *op);

/* close_fake - close it, and fail the test if that does not work */
void close_fake(struct sva_wq *wq);

/* In the child of a fork: exit with the line that failed. */
#define CHILD_CHECK(cond)                          \
	do {                                       \
		if (!(cond))                       \
			_exit(__LINE__ % 251 + 1); \
	} while (0)

/* expect_good_end - the child has exited, and all its checks have held */
void expect_good_end(pid_t child);

#endif
