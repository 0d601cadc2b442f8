/* SPDX-License-Identifier: MIT */
/* Discovery: every attribute, in the formats of old and new kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#include "discover.h"
#include "fake_sysfs.h"
#include "sysfs.h"

static void every_attribute(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_dev_info *dev;
	const struct sva_wq_info *wq;
	struct sva_topology *topo;
	char path[300];

	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "event_log_size", "64\n");
	fake_attr(tree, "dsa0", "cmd_status", "0x80110000\n");
	fake_attr(tree, "dsa0", "clients", "3\n");
	fake_wq(tree, "wq0.5", "shared");
	fake_attr(tree, "wq0.5", "block_on_fault", "1\n");
	fake_attr(tree, "wq0.5", "ats_disable", "1\n");
	fake_attr(tree, "wq0.5", "prs_disable", "1\n");
	fake_attr(tree, "wq0.5", "occupancy", "7\n");
	fake_attr(tree, "wq0.5", "cdev_minor", "9\n");
	topo = discover_fake();
	assert_string_equal(sva_topology_why(topo), "");

	dev = sva_topology_next_dev(topo, NULL);
	assert_non_null(dev);
	assert_null(sva_topology_next_dev(topo, dev));
	assert_string_equal(dev->name, "dsa0");
	assert_int_equal(dev->kind, SVA_DEV_KIND_DSA);
	assert_int_equal(dev->state, SVA_DEV_STATE_ENABLED);
	assert_int_equal(dev->unknown, 0);
	assert_int_equal(dev->version, 0x100);
	assert_int_equal(dev->numa_node, 0);
	assert_true(dev->pasid_enabled);
	assert_int_equal(dev->clients, 3);
	assert_int_equal(dev->max_work_queues, 8);
	assert_int_equal(dev->max_work_queues_size, 128);
	assert_int_equal(dev->max_groups, 4);
	assert_int_equal(dev->max_engines, 4);
	assert_int_equal(dev->max_batch_size, 1024);
	assert_int_equal(dev->cdev_major, 241);
	assert_int_equal(dev->cmd_status, 0x80110000);
	assert_int_equal(dev->event_log_size, 64);
	assert_true(dev->max_transfer_size == 1ull << 31);
	assert_true(dev->gen_cap == 0x40915f0107);
	assert_true(dev->op_cap.bits[0] == 0x1003f03fd);
	assert_false(sva_opmask_has(&dev->op_cap, SVA_OP_BATCH));
	assert_true(sva_opmask_has(&dev->op_cap, SVA_OP_CACHE_FLUSH));

	wq = sva_topology_next_wq(topo, NULL);
	assert_non_null(wq);
	assert_null(sva_topology_next_wq(topo, wq));
	assert_string_equal(wq->name, "wq0.5");
	assert_string_equal(wq->device, "dsa0");
	assert_ptr_equal(sva_topology_find_dev(topo, wq->device), dev);
	snprintf(path, sizeof(path), "%s/dev/dsa/wq0.5", fake_tree_path(tree));
	assert_string_equal(wq->devnode, path);
	assert_string_equal(wq->label, "app");
	assert_string_equal(wq->driver, "user");
	assert_int_equal(wq->mode, SVA_WQ_MODE_SHARED);
	assert_int_equal(wq->type, SVA_WQ_TYPE_USER);
	assert_int_equal(wq->state, SVA_DEV_STATE_ENABLED);
	assert_int_equal(wq->unknown, SVA_ATTR_OP_CONFIG); /* hidden without the capability */
	assert_int_equal(wq->group_id, 0);
	assert_int_equal(wq->size, 16);
	assert_int_equal(wq->threshold, 15);
	assert_int_equal(wq->priority, 10);
	assert_int_equal(wq->occupancy, 7);
	assert_int_equal(wq->max_batch_size, 32);
	assert_true(wq->max_transfer_size == 2 << 20);
	assert_int_equal(wq->cdev_minor, 9);
	assert_true(wq->block_on_fault && wq->ats_disable && wq->prs_disable);
	sva_topology_free(topo);
}

/* Of kernels since 6.0, since 5.13, before; neither generation of libaccel-config reads all. */
static void all_formats_of_masks(void **state)
{
	static const char *const texts[] = {
		"00000000,00000000,00000000,00000000,00000000,00000000,0000007b,00bf07ff\n",
		"0x7b00bf07ff 0x0 0x0 0x0\n",
		"0x0000007b00bf07ff 0x0000000000000000 0x0000000000000000 0x0000000000000000\n",
		"0x7b00bf07ff\n",
		"0x7b00bf07ff 0x0 0x0 0x0", /* no newline */
	};
	struct fake_tree *tree = *state;

	fake_device(tree, "dsa0");
	fake_wq(tree, "wq0.0", "shared");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct sva_dev_info *dev;
		const struct sva_wq_info *wq;
		struct sva_topology *topo;

		fake_attr(tree, "dsa0", "op_cap", texts[i]);
		fake_attr(tree, "dsa0", "errors", texts[i]);
		fake_attr(tree, "wq0.0", "op_config", texts[i]);
		topo = discover_fake();
		dev = sva_topology_next_dev(topo, NULL);
		wq = sva_topology_next_wq(topo, NULL);
		assert_int_equal(dev->unknown | wq->unknown, 0);
		assert_true(dev->op_cap.bits[0] == 0x7b00bf07ff && !dev->op_cap.bits[3]);
		assert_true(dev->errors.bits[0] == 0x7b00bf07ff && !dev->errors.bits[3]);
		assert_true(wq->op_config.bits[0] == 0x7b00bf07ff && !wq->op_config.bits[3]);
		sva_topology_free(topo);
	}
}

/* With commas the most significant word comes first, with spaces the least significant one. */
static void words_of_a_mask_are_in_order(void **state)
{
	struct sva_opmask mask;

	(void)state;
	assert_true(svai_parse_bitmap("8,7,6,5,4,3,2,1", &mask));
	assert_true(mask.bits[0] == 0x200000001 && mask.bits[1] == 0x400000003);
	assert_true(mask.bits[2] == 0x600000005 && mask.bits[3] == 0x800000007);
	assert_true(svai_parse_bitmap("0x1 0x2 0x3 0xffffffffffffffff", &mask));
	assert_true(mask.bits[0] == 1 && mask.bits[1] == 2);
	assert_true(mask.bits[2] == 3 && mask.bits[3] == UINT64_MAX);
	assert_true(svai_parse_bitmap("0x5", &mask));
	assert_true(mask.bits[0] == 5 && !mask.bits[1] && !mask.bits[2] && !mask.bits[3]);
}

static void in_the_order_of_numbers(void **state)
{
	static const char *const expected[] = { "wq0.0", "wq0.2", "wq0.10", "wq2.0", "wq10.1" };
	struct fake_tree *tree = *state;
	struct sva_topology *topo;
	unsigned int i = 0;

	fake_device(tree, "dsa10");
	fake_device(tree, "dsa2");
	fake_device(tree, "dsa0");
	for (i = 5; i-- > 0;)
		fake_wq(tree, expected[i], "shared");
	fake_wq(tree, "wq7.0", "shared"); /* of no device */
	topo = discover_fake();
	i = 0;
	sva_topology_foreach_wq (topo, wq)
		assert_string_equal(wq->name, expected[i++]);
	assert_int_equal(i, 5);
	i = 0;
	sva_topology_foreach_dev (topo, dev)
		i++;
	assert_int_equal(i, 3);
	sva_topology_free(topo);
}

/* Device numbers come from one pool: the number says whose a queue is. */
static void iax_devices(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_dev_info *dev;
	const struct sva_wq_info *wq;
	struct sva_topology *topo;

	fake_device(tree, "dsa0");
	fake_device(tree, "iax1");
	fake_wq(tree, "wq1.0", "dedicated");
	fake_attr(tree, "wq1.0", "max_batch_size", NULL);
	topo = discover_fake();
	wq = sva_topology_next_wq(topo, NULL);
	assert_int_equal(wq->kind, SVA_DEV_KIND_IAX);
	assert_string_equal(wq->device, "iax1");
	assert_non_null(strstr(wq->devnode, "/dev/iax/wq1.0"));
	assert_int_equal(wq->mode, SVA_WQ_MODE_DEDICATED);
	assert_true(wq->unknown & SVA_ATTR_MAX_BATCH);
	dev = sva_topology_find_dev(topo, "iax1");
	assert_non_null(dev);
	assert_true(dev->unknown & SVA_ATTR_MAX_BATCH);
	assert_null(sva_topology_find_dev(topo, "dsa1"));
	assert_null(sva_topology_find_dev(topo, "wq1.0"));
	assert_null(sva_topology_find_dev(topo, "nonsense"));
	sva_topology_free(topo);
}

/* -1 is how the kernel says "none", which is not "unknown". */
static void no_node_and_no_group(void **state)
{
	struct fake_tree *tree = *state;
	struct sva_topology *topo;

	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "numa_node", "-1\n");
	fake_wq(tree, "wq0.0", "shared");
	fake_attr(tree, "wq0.0", "group_id", "-1\n");
	topo = discover_fake();
	assert_int_equal(sva_topology_next_dev(topo, NULL)->numa_node, -1);
	assert_int_equal(sva_topology_next_dev(topo, NULL)->unknown, 0);
	assert_int_equal(sva_topology_next_wq(topo, NULL)->group_id, -1);
	sva_topology_free(topo);
}

static void missing_files(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_wq_info *wq;
	struct sva_topology *topo;

	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "numa_node", NULL);
	fake_wq(tree, "wq0.0", "shared");
	fake_attr(tree, "wq0.0", "mode", NULL);
	fake_attr(tree, "wq0.0", "driver_name", NULL);
	fake_attr(tree, "wq0.0", "max_batch_size", NULL); /* libaccel-config calls this -2 */
	topo = discover_fake();
	assert_int_equal(sva_topology_next_dev(topo, NULL)->numa_node, -1);
	wq = sva_topology_next_wq(topo, NULL);
	assert_int_equal(wq->mode, SVA_WQ_MODE_ANY);
	assert_string_equal(wq->driver, "");
	assert_int_equal(wq->max_batch_size, 0);
	assert_true(wq->unknown & SVA_ATTR_MAX_BATCH);
	assert_int_equal(wq->numa_node, -1);
	sva_topology_free(topo);
}

static void nothing_is_written(void **state)
{
	struct fake_tree *tree = *state;
	char path[300], text[32] = "";
	struct sva_topology *topo;
	FILE *file;

	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "cmd_status", "0x80110000\n");
	topo = discover_fake();
	sva_topology_free(topo);
	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/dsa0/cmd_status",
		 fake_tree_path(tree));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "0x80110000\n");
}

static void is_without_devices(const char *expected)
{
	struct sva_topology *topo = discover_fake();

	assert_non_null(strstr(sva_topology_why(topo), expected));
	assert_null(sva_topology_next_dev(topo, NULL));
	assert_null(sva_topology_next_wq(topo, NULL));
	sva_topology_free(topo);
}

static void remove_directory(const struct fake_tree *tree, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", fake_tree_path(tree), name);
	assert_int_equal(rmdir(path), 0);
}

/* Four situations, four remedies. */
static void why_there_is_nothing(void **state)
{
	struct fake_tree *tree = *state;
	char expected[300];

	is_without_devices("lists none: the idxd driver is loaded");
	remove_directory(tree, "sys/module/idxd");
	is_without_devices("lists none: the idxd driver is not loaded; try: modprobe idxd");
	remove_directory(tree, "sys/bus/dsa/devices");
	snprintf(expected, sizeof(expected),
		 "no device: %s/sys/bus/dsa/devices does not exist: the idxd driver is not loaded, "
		 "or this machine has no such device; try: modprobe idxd",
		 fake_tree_path(tree));
	is_without_devices(expected);
	remove_directory(tree, "sys/module");
	is_without_devices("modprobe idxd");
}

static void a_loaded_driver_that_is_hidden(void **state)
{
	remove_directory(*state, "sys/bus/dsa/devices");
	is_without_devices("does not exist: the idxd driver is loaded");
}

static struct sva_topology *discover_for(const char *text, enum svai_depth depth)
{
	struct sva_topology *topo;
	struct svai_name name;

	assert_int_equal(svai_name_parse(&name, text), 0);
	assert_int_equal(svai_discover(&topo, &name, depth), 0);
	return topo;
}

/* What is in a snapshot for an open, and of which of them there is more than why they are no use.
 */
static void assert_found_at(enum svai_depth depth, const char *text, const char *expected)
{
	struct sva_topology *topo = discover_for(text, depth);
	char found[128] = "";

	sva_topology_foreach_dev (topo, dev)
		sprintf(found + strlen(found), "%s%s ", dev->name, dev->version ? "+" : "");
	sva_topology_foreach_wq (topo, wq)
		sprintf(found + strlen(found), "%s%s ", wq->name, wq->size ? "+" : "");
	assert_string_equal(found, expected);
	assert_string_equal(sva_topology_why(topo), "");
	sva_topology_free(topo);
}

static void assert_found(const char *text, const char *expected)
{
	assert_found_at(SVAI_READ_OPEN, text, expected);
}

static void to_open_one_not_all_is_read(void **state)
{
	struct fake_tree *tree = *state;
	char path[300];

	fake_device(tree, "dsa0");
	fake_device(tree, "dsa2");
	fake_device(tree, "iax1");
	fake_attr(tree, "dsa2", "state", "disabled\n");
	fake_wq(tree, "wq0.0", "shared");
	fake_wq(tree, "wq0.1", "shared");
	fake_attr(tree, "wq0.1", "state", "disabled\n");
	fake_wq(tree, "wq0.2", "shared");
	fake_attr(tree, "wq0.2", "type", "kernel\n");
	fake_wq(tree, "wq1.0", "shared");
	assert_found(NULL, "dsa0+ iax1+ dsa2 wq0.0+ wq0.1 wq0.2 wq1.0+ ");
	assert_found_at(SVAI_READ_ORDER, NULL, "dsa0 iax1 dsa2 wq0.0 wq0.1 wq0.2 wq1.0 ");
	assert_found("dsa0", "dsa0+ wq0.0+ wq0.1 wq0.2 ");
	assert_found("dsa1", "");
	assert_found("wq0.1", "dsa0+ wq0.1 ");
	assert_found("wq1.0", "iax1+ wq1.0+ ");
	assert_found("dsa0/wq1.0", "");
	assert_found("wq3.0", "");
	snprintf(path, sizeof(path), "%s/dev/dsa/wq0.0", fake_tree_path(tree));
	assert_found(path, "dsa0+ wq0.0+ ");
	assert_found("/dev/dsa/wq0.0", "dsa0+ "); /* it is not where the nodes are */
}

static void arguments(void **state)
{
	(void)state;
	assert_int_equal(sva_topology_discover(NULL), -EINVAL);
	sva_topology_free(NULL);
	assert_null(sva_topology_next_dev(NULL, NULL));
	assert_null(sva_topology_next_wq(NULL, NULL));
	assert_null(sva_topology_find_dev(NULL, "dsa0"));
	assert_non_null(sva_topology_why(NULL));
}

static void assert_state(int fd, struct fake_tree *tree, const char *text, bool disabled)
{
	fake_attr(tree, "dsa0", "state", text);
	assert_int_equal(svai_sysfs_is_disabled(fd), disabled);
}

/* The state of now, for telling a full queue from a dead one. What is unknown is not dead. */
static void the_state_of_now(void **state)
{
	struct fake_tree *tree = *state;
	int fd;

	fake_device(tree, "dsa0");
	fd = svai_sysfs_open_state("dsa0");
	assert_true(fd >= 0);
	assert_state(fd, tree, "enabled\n", false);
	assert_state(fd, tree, "halted\n", true);
	assert_state(fd, tree, "disabled\n", true);
	assert_state(fd, tree, "what\n", false);
	assert_state(fd, tree, "", false);
	close(fd);
	assert_false(svai_sysfs_is_disabled(fd));
	assert_int_equal(svai_sysfs_open_state("dsa1"), -ENOENT);
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	assert_int_equal(svai_sysfs_open_state("dsa0"), -ENOENT);
}

static void the_mode_of_now(void **state)
{
	struct fake_tree *tree = *state;

	fake_device(tree, "dsa0");
	fake_wq(tree, "wq0.0", "dedicated");
	assert_int_equal(svai_sysfs_mode("wq0.0"), SVA_WQ_MODE_DEDICATED);
	fake_attr(tree, "wq0.0", "mode", "shared\n");
	assert_int_equal(svai_sysfs_mode("wq0.0"), SVA_WQ_MODE_SHARED);
	fake_attr(tree, "wq0.0", "mode", "what\n");
	assert_int_equal(svai_sysfs_mode("wq0.0"), SVA_WQ_MODE_ANY);
	assert_int_equal(svai_sysfs_mode("wq0.1"), SVA_WQ_MODE_ANY);
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	assert_int_equal(svai_sysfs_mode("wq0.0"), SVA_WQ_MODE_ANY);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_tree_setup, fake_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_attribute),
		TEST(all_formats_of_masks),
		TEST(words_of_a_mask_are_in_order),
		TEST(in_the_order_of_numbers),
		TEST(iax_devices),
		TEST(no_node_and_no_group),
		TEST(missing_files),
		TEST(nothing_is_written),
		TEST(why_there_is_nothing),
		TEST(a_loaded_driver_that_is_hidden),
		TEST(to_open_one_not_all_is_read),
		TEST(arguments),
		TEST(the_state_of_now),
		TEST(the_mode_of_now),
	};

	setenv("LIBSVA_CPU", "+movdir64b", 1); /* a CPU with which the driver loads */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
