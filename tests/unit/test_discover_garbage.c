/* SPDX-License-Identifier: MIT */
/* Discovery of what no kernel writes, of more than any machine has, and of nothing readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#include "fake_sysfs.h"
#include "sysfs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* No attribute at all: neither a number nor a mask nor a word. */
static const char *const garbage[] = {
	"",
	"\n",
	"-",
	"-5\n",
	"-2147483649\n",
	"+1\n",
	"0x\n",
	"0x-1\n",
	"1\n2\n",
	"99999999999999999999999\n",
	"0x1ffffffffffffffffffffff\n",
	"abc\n",
	"12 34\n",
	"12,34\n",
	"0x0 0x0 0x0\n",
	"0x0 0x0 0x0 0x0 0x0\n",
	"0x0 0x0 0x0 0x0 \n",
	"0x0 0x0 0x0 0x00000000000000001\n",
	"0,0,0,0,0,0,0\n",
	"0,0,0,0,0,0,0,0,0\n",
	"0,0,0,0,0,0,0,\n",
	"0,0,0,0,0,0,0,000000001\n",
	"0x0,0,0,0,0,0,0,0\n",
	"enabled disabled\n",
	"sharedd\n",
	" 1\n",
	"\377\376\n",
};

static const char *const dev_attrs[] = {
	"clients",
	"cmd_status",
	"errors",
	"gen_cap",
	"cdev_major",
	"max_batch_size",
	"max_transfer_size",
	"op_cap",
	"pasid_enabled",
	"numa_node",
	"state",
	"version",
	"max_groups",
	"max_engines",
	"max_work_queues",
	"event_log_size",
	"max_work_queues_size",
};

static const char *const wq_attrs[] = {
	"cdev_minor", "clients",   "group_id",    "max_batch_size", "max_transfer_size",
	"mode",       "op_config", "priority",    "size",           "state",
	"threshold",  "type",      "ats_disable", "prs_disable",    "block_on_fault",
	"occupancy",
};

#define UNKNOWN_DEV                                                                        \
	(SVA_ATTR_OP_CAP | SVA_ATTR_ERRORS | SVA_ATTR_CMD_STATUS | SVA_ATTR_MAX_TRANSFER | \
	 SVA_ATTR_MAX_BATCH | SVA_ATTR_GEN_CAP | SVA_ATTR_VERSION | SVA_ATTR_CDEV |        \
	 SVA_ATTR_CLIENTS | SVA_ATTR_PASID_ENABLED | SVA_ATTR_NUMA_NODE)
#define UNKNOWN_WQ                                                                         \
	(SVA_ATTR_OP_CONFIG | SVA_ATTR_MAX_TRANSFER | SVA_ATTR_MAX_BATCH | SVA_ATTR_SIZE | \
	 SVA_ATTR_OCCUPANCY | SVA_ATTR_CDEV | SVA_ATTR_CLIENTS | SVA_ATTR_THRESHOLD)

/* Zero but for the names, and for what says that it is unknown. */
static void is_all_unknown(const struct sva_topology *topo)
{
	const struct sva_dev_info *dev = sva_topology_next_dev(topo, NULL);
	const struct sva_wq_info *wq = sva_topology_next_wq(topo, NULL);
	struct sva_dev_info no_dev;
	struct sva_wq_info no_wq;

	memset(&no_dev, 0, sizeof(no_dev));
	strcpy(no_dev.name, "dsa0");
	no_dev.kind = SVA_DEV_KIND_DSA;
	no_dev.unknown = UNKNOWN_DEV;
	no_dev.numa_node = -1;
	assert_non_null(dev);
	assert_memory_equal(dev, &no_dev, sizeof(no_dev));

	memset(&no_wq, 0, sizeof(no_wq));
	strcpy(no_wq.name, "wq0.0");
	strcpy(no_wq.device, "dsa0");
	snprintf(no_wq.devnode, sizeof(no_wq.devnode), "%s/dsa/wq0.0", getenv("LIBSVA_DEV_PATH"));
	assert_non_null(wq);
	strcpy(no_wq.label, wq->label);
	strcpy(no_wq.driver, wq->driver);
	no_wq.kind = SVA_DEV_KIND_DSA;
	no_wq.unknown = UNKNOWN_WQ;
	no_wq.numa_node = no_wq.group_id = -1;
	assert_memory_equal(wq, &no_wq, sizeof(no_wq));
}

static void set_all(const struct fake_tree *tree, const char *value)
{
	for (size_t i = 0; i < COUNT(dev_attrs); i++)
		fake_attr(tree, "dsa0", dev_attrs[i], value);
	for (size_t i = 0; i < COUNT(wq_attrs); i++)
		fake_attr(tree, "wq0.0", wq_attrs[i], value);
}

static void one_of_each(const struct fake_tree *tree)
{
	fake_device(tree, "dsa0");
	fake_wq(tree, "wq0.0", "shared");
}

static void garbage_is_unknown(void **state)
{
	struct fake_tree *tree = *state;

	one_of_each(tree);
	for (size_t i = 0; i < COUNT(garbage); i++) {
		struct sva_topology *topo;

		set_all(tree, garbage[i]);
		topo = discover_fake();
		is_all_unknown(topo);
		sva_topology_free(topo);
	}
}

/* Numbers as such, but beyond what the attribute can be. */
static void out_of_range_is_unknown(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_dev_info *dev;
	struct sva_topology *topo;

	one_of_each(tree);
	fake_attr(tree, "dsa0", "version", "4294967296\n");
	fake_attr(tree, "dsa0", "clients", "4294967295\n");
	fake_attr(tree, "dsa0", "pasid_enabled", "2\n");
	fake_attr(tree, "dsa0", "numa_node", "2147483648\n");
	fake_attr(tree, "dsa0", "gen_cap", "0xffffffffffffffff\n");
	fake_attr(tree, "dsa0", "max_transfer_size", "18446744073709551616\n");
	topo = discover_fake();
	dev = sva_topology_next_dev(topo, NULL);
	assert_int_equal(dev->unknown, SVA_ATTR_VERSION | SVA_ATTR_PASID_ENABLED |
					       SVA_ATTR_NUMA_NODE | SVA_ATTR_MAX_TRANSFER);
	assert_int_equal(dev->clients, UINT32_MAX);
	assert_true(dev->gen_cap == UINT64_MAX);
	assert_false(dev->pasid_enabled);
	assert_int_equal(dev->numa_node, -1);
	sva_topology_free(topo);
}

static void nothing_but_directories(void **state)
{
	struct fake_tree *tree = *state;
	struct sva_topology *topo;

	one_of_each(tree);
	set_all(tree, NULL);
	topo = discover_fake();
	is_all_unknown(topo);
	sva_topology_free(topo);
}

static void path_of(char path[PATH_MAX], const struct fake_tree *tree, const char *attr)
{
	snprintf(path, PATH_MAX, "%s/sys/bus/dsa/devices/%s", fake_tree_path(tree), attr);
}

static void write_bytes(const struct fake_tree *tree, const char *attr, const void *bytes, size_t n)
{
	char path[PATH_MAX];
	FILE *file;

	path_of(path, tree, attr);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	fclose(file);
}

static void binary_is_unknown(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_wq_info *wq;
	struct sva_topology *topo;

	one_of_each(tree);
	write_bytes(tree, "wq0.0/size", "1\0006", 3);
	write_bytes(tree, "wq0.0/threshold", "15\n\0", 4);
	write_bytes(tree, "wq0.0/name", "a\0b", 3);
	topo = discover_fake();
	wq = sva_topology_next_wq(topo, NULL);
	assert_true(wq->unknown & SVA_ATTR_SIZE && wq->unknown & SVA_ATTR_THRESHOLD);
	assert_int_equal(wq->size + wq->threshold, 0);
	assert_string_equal(wq->label, "");
	sva_topology_free(topo);
}

/* A number that goes on behind the page would be another number. */
static void longer_than_a_page_is_unknown(void **state)
{
	static char huge[100000];
	struct fake_tree *tree = *state;
	struct sva_topology *topo;

	memset(huge, '0', sizeof(huge));
	huge[4000] = '7';
	one_of_each(tree);
	write_bytes(tree, "dsa0/version", huge, sizeof(huge));
	write_bytes(tree, "dsa0/op_cap", huge, sizeof(huge));
	write_bytes(tree, "wq0.0/name", huge, sizeof(huge));
	topo = discover_fake();
	assert_int_equal(sva_topology_next_dev(topo, NULL)->unknown,
			 SVA_ATTR_VERSION | SVA_ATTR_OP_CAP);
	assert_string_equal(sva_topology_next_wq(topo, NULL)->label, "");
	sva_topology_free(topo);
}

static void a_long_name_is_cut(void **state)
{
	const struct sva_wq_info *wq;
	struct sva_topology *topo;
	char name[1000] = "";

	memset(name, 'x', sizeof(name) - 1);
	one_of_each(*state);
	fake_attr(*state, "wq0.0", "name", name);
	fake_attr(*state, "wq0.0", "driver_name", name);
	topo = discover_fake();
	wq = sva_topology_next_wq(topo, NULL);
	assert_int_equal(strlen(wq->label), sizeof(wq->label) - 1);
	assert_int_equal(strlen(wq->driver), sizeof(wq->driver) - 1);
	sva_topology_free(topo);
}

/* A FIFO in place of an attribute, which a blocking open would wait for; and worse. */
static void other_things_than_files(void **state)
{
	struct fake_tree *tree = *state;
	const struct sva_dev_info *dev;
	struct sva_topology *topo;
	char path[PATH_MAX];

	one_of_each(tree);
	set_all(tree, NULL);
	path_of(path, tree, "dsa0/version");
	assert_int_equal(mkfifo(path, 0600), 0);
	path_of(path, tree, "dsa0/state");
	assert_int_equal(mkdir(path, 0700), 0);
	path_of(path, tree, "dsa0/op_cap");
	assert_int_equal(symlink("op_cap", path), 0);
	path_of(path, tree, "wq0.0/size");
	assert_int_equal(symlink("/nonexistent", path), 0);
	write_bytes(tree, "dsa1", "", 0);
	topo = discover_fake();
	is_all_unknown(topo);
	dev = sva_topology_find_dev(topo, "dsa1");
	assert_non_null(dev);
	assert_int_equal(dev->unknown, UNKNOWN_DEV);
	sva_topology_free(topo);
}

static void names_that_mean_nothing(void **state)
{
	static const char *const names[] = { "dsa",     "dsa01",          "dsa0x",
					     "wq0",     "wq0.",           "wq.0",
					     "wq0.0.0", "group0.0",       "engine0.0",
					     "iax-1",   "dsa99999999999", "wq0.9999999999" };
	struct fake_tree *tree = *state;
	struct sva_topology *topo;

	fake_device(tree, "dsa0");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fake_device(tree, names[i]);
	topo = discover_fake();
	assert_non_null(sva_topology_next_dev(topo, NULL));
	assert_null(sva_topology_next_dev(topo, sva_topology_next_dev(topo, NULL)));
	assert_null(sva_topology_next_wq(topo, NULL));
	sva_topology_free(topo);
}

/* As in sysfs, what stands on the bus are links. */
static void link_device(const struct fake_tree *tree, const char *target, const char *format,
			unsigned int number)
{
	char name[32], path[PATH_MAX];

	snprintf(name, sizeof(name), format, number);
	path_of(path, tree, name);
	assert_int_equal(symlink(target, path), 0);
}

static void a_thousand_devices(void **state)
{
	struct fake_tree *tree = *state;
	struct sva_topology *topo;
	unsigned int devs = 0, wqs = 0;
	struct sva_wq *wq;
	char name[32];

	one_of_each(tree);
	for (unsigned int i = 1; i < 1000; i++) {
		link_device(tree, "dsa0", i % 2 ? "iax%u" : "dsa%u", i);
		link_device(tree, "wq0.0", "wq%u.0", i);
	}
	topo = discover_fake();
	sva_topology_foreach_dev (topo, dev) {
		snprintf(name, sizeof(name), devs % 2 ? "iax%u" : "dsa%u", devs);
		assert_string_equal(dev->name, name);
		assert_ptr_equal(sva_topology_find_dev(topo, name), dev);
		devs++;
	}
	sva_topology_foreach_wq (topo, each) {
		snprintf(name, sizeof(name), "wq%u.0", wqs++);
		assert_string_equal(each->name, name);
		assert_int_equal(each->unknown, SVA_ATTR_OP_CONFIG);
	}
	assert_int_equal(devs, 1000);
	assert_int_equal(wqs, 1000);
	sva_topology_free(topo);
	/* None has a node: each is tried, each reason is kept, and the CPU does the work. */
	assert_int_equal(sva_wq_open(&wq, NULL, NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_report_count(sva_wq_report(wq)), 1000);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void names_do_not_lead_astray(void **state)
{
	static const char *const names[] = {
		"",
		".",
		"..",
		"/",
		"dsa0/",
		"./dsa0",
		"../devices/dsa0",
		"dsa0/../dsa0",
		"/sys/bus/dsa/devices/dsa0",
	};
	struct fake_tree *tree = *state;
	struct sva_topology *topo;

	fake_device(tree, "dsa0");
	fake_attr(tree, "dsa0", "mode", "shared\n");
	fake_attr(tree, ".", "mode", "shared\n");
	fake_attr(tree, "..", "mode", "shared\n");
	topo = discover_fake();
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(svai_sysfs_mode(names[i]), SVA_WQ_MODE_ANY);
		assert_null(sva_topology_find_dev(topo, names[i]));
	}
	sva_topology_free(topo);
}

static void a_name_of_any_length(void **state)
{
	char name[10000] = "";

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(svai_sysfs_mode(name), SVA_WQ_MODE_ANY);
}

/* Half of the path of wq0.10 is the path of wq0.1: better none. */
static void a_node_too_far_away_has_no_path(void **state)
{
	struct sva_topology *topo;
	char path[300] = "";

	one_of_each(*state);
	memset(path, 'x', sizeof(((struct sva_wq_info *)NULL)->devnode) - strlen("/dsa/wq0.0"));
	setenv("LIBSVA_DEV_PATH", path, 1);
	topo = discover_fake();
	assert_string_equal(sva_topology_next_wq(topo, NULL)->devnode, "");
	sva_topology_free(topo);
	path[strlen(path) - 1] = '\0';
	setenv("LIBSVA_DEV_PATH", path, 1);
	topo = discover_fake();
	assert_int_equal(strlen(sva_topology_next_wq(topo, NULL)->devnode), 255);
	sva_topology_free(topo);
}

static void is_empty_because(const char *reason)
{
	struct sva_topology *topo = discover_fake();

	assert_null(sva_topology_next_dev(topo, NULL));
	assert_non_null(strstr(sva_topology_why(topo), reason));
	sva_topology_free(topo);
}

static void a_path_of_any_length(void **state)
{
	char path[2 * PATH_MAX] = "";

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	setenv("LIBSVA_SYSFS_PATH", path, 1);
	is_empty_because("no device: xxx");
}

static void an_unreadable_directory(void **state)
{
	const uid_t nobody = 65534, self = geteuid();
	char path[PATH_MAX];

	one_of_each(*state);
	path_of(path, *state, "");
	assert_int_equal(chmod(fake_tree_path(*state), 0755), 0);
	assert_int_equal(chmod(path, 0), 0);
	if (!self && seteuid(nobody)) /* root may read all */
		skip();
	is_empty_because("cannot be read: permission denied");
	assert_int_equal(seteuid(self), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_tree_setup, fake_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(garbage_is_unknown),
		TEST(out_of_range_is_unknown),
		TEST(nothing_but_directories),
		TEST(binary_is_unknown),
		TEST(longer_than_a_page_is_unknown),
		TEST(a_long_name_is_cut),
		TEST(other_things_than_files),
		TEST(names_that_mean_nothing),
		TEST(a_thousand_devices),
		TEST(names_do_not_lead_astray),
		TEST(a_name_of_any_length),
		TEST(a_node_too_far_away_has_no_path),
		TEST(a_path_of_any_length),
		TEST(an_unreadable_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
