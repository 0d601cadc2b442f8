/* SPDX-License-Identifier: MIT */
/* A machine with an IAX device that lib/cpu is: see tests/unit/fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "sides.h"

static void *tree;

static void remove_tree(void)
{
	fake_tree_free(tree);
}

struct sva_wq *queue_open(const char *name)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq;

	working_on("queue %s", name);
	if (fixture_setup(&tree))
		give_up("no machine could be made");
	atexit(remove_tree);
	fake_device(tree, "iax1");
	fake_attr(tree, "iax1", "cdev_major", "241\n");
	fixture_queue(tree, "wq1.0", "shared\n");
	fake_attr(tree, "wq1.0", "op_config",
		  "00000000,00000000,00000000,00000000,00000000,007f331c,00000000,0000000d\n");
	fake_attr(tree, "wq1.0", "max_transfer_size", "262144\n");
	fake_node(tree, "iax/wq1.0");
	if (sva_wq_open(&wq, name, &opts) || sva_wq_set_policy(wq, &policy))
		give_up("it cannot be opened");
	return wq;
}
