/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "fixture.h"

#define MAJOR 241

/* Before main(), since the library asks for the CPU's features once. */
__attribute__((constructor)) static void a_cpu_with_everything(void)
{
	setenv("LIBSVA_CPU", "+enqcmd,+movdir64b,+waitpkg", 1);
}

void fixture_queue(struct fake_tree *tree, const char *name, const char *mode)
{
	char node[64];

	fake_wq(tree, name, mode);
	fake_attr(tree, name, "cdev_minor", "3\n");
	fake_attr(tree, name, "clients", "1\n"); /* those that the test opens */
	fake_attr(tree, name, "block_on_fault", "1\n");
	snprintf(node, sizeof(node), "dsa/%s", name);
	fake_node(tree, node);
}

void fixture_iax(struct fake_tree *tree, const char *max_transfer)
{
	fake_device(tree, "iax1");
	fake_attr(tree, "iax1", "cdev_major", "241\n");
	fixture_queue(tree, "wq1.0", "shared\n");
	fake_attr(tree, "wq1.0", "op_config",
		  "00000000,00000000,00000000,00000000,00000000,007f331c,00000000,0000000d\n");
	fake_attr(tree, "wq1.0", "max_transfer_size", max_transfer);
	fake_node(tree, "iax/wq1.0");
}

int fixture_setup(void **state)
{
	struct fake_tree *tree = fake_tree_new();
	char size[16];

	if (!tree)
		return -1;
	*state = tree;
	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "cdev_major", "241\n");
	fixture_queue(tree, "wq0.0", "shared");
	fixture_queue(tree, "wq0.1", "dedicated");
	snprintf(size, sizeof(size), "%d\n", DEDICATED_SIZE);
	fake_attr(tree, "wq0.1", "size", size);
	fake_tree_use(tree);
	fake_device_reset();
	fake.rdev_major = MAJOR;
	fake.rdev_minor = 3;
	return 0;
}

int fixture_teardown(void **state)
{
	assert_int_equal(fake.without_barrier, 0);
	fake_tree_free(*state);
	return 0;
}

void fixture_reset(void **state)
{
	fixture_teardown(state);
	assert_int_equal(fixture_setup(state), 0);
}

struct fake_tree *fixture_tree(void **state)
{
	return *state;
}

struct sva_wq *open_fake(const char *name)
{
	struct sva_wq *wq;

	assert_int_equal(sva_wq_open(&wq, name, NULL), 0);
	if (sva_wq_path(wq) == SVA_PATH_CPU)
		fail_msg("not the fake device: %s", sva_wq_why(wq));
	return wq;
}

void close_fake(struct sva_wq *wq)
{
	assert_int_equal(sva_wq_close(wq), 0);
}

void submit_held(struct sva_wq *wq, struct sva_op *op)
{
	fake.hold = true;
	memset(op, 0, sizeof(*op));
	sva_prep_noop(&op->desc, 0);
	assert_int_equal(sva_submit(wq, op), 0);
	assert_int_equal(sva_poll(op), 0);
}

void expect_good_end(pid_t child)
{
	int status;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}
