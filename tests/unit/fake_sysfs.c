/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#include "fake_sysfs.h"

struct fake_tree {
	char root[64];
};

struct attr {
	const char *name, *value;
};

static const struct attr device_attrs[] = {
	{ "cdev_major", "241" },
	{ "clients", "0" },
	{ "cmd_status", "0" },
	{ "configurable", "1" },
	{ "errors", "00000000,00000000,00000000,00000000,00000000,00000000,00000000,00000000" },
	{ "gen_cap", "0x40915f0107" },
	{ "max_batch_size", "1024" },
	{ "max_engines", "4" },
	{ "max_groups", "4" },
	{ "max_read_buffers", "96" },
	{ "max_transfer_size", "2147483648" },
	{ "max_work_queues", "8" },
	{ "max_work_queues_size", "128" },
	{ "numa_node", "0" },
	{ "op_cap", "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03fd" },
	{ "pasid_enabled", "1" },
	{ "read_buffer_limit", "0" },
	{ "state", "enabled" },
	{ "version", "0x100" },
};

static const struct attr wq_attrs[] = {
	{ "ats_disable", "0" },     { "block_on_fault", "0" },
	{ "cdev_minor", "0" },      { "clients", "0" },
	{ "driver_name", "user" },  { "group_id", "0" },
	{ "max_batch_size", "32" }, { "max_transfer_size", "2097152" },
	{ "name", "app" },          { "occupancy", "0" },
	{ "priority", "10" },       { "size", "16" },
	{ "state", "enabled" },     { "threshold", "15" },
	{ "type", "user" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void make_dirs(const struct fake_tree *tree, const char *below)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", tree->root, below);
	for (char *slash = path + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	mkdir(path, 0755);
}

static void write_file(const struct fake_tree *tree, const char *below, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", tree->root, below);
	file = fopen(path, "we");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

struct fake_tree *fake_tree_new(void)
{
	struct fake_tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	strcpy(tree->root, "/tmp/libsva-test-XXXXXX");
	if (!mkdtemp(tree->root)) {
		free(tree);
		return NULL;
	}
	make_dirs(tree, "sys/bus/dsa/devices");
	make_dirs(tree, "sys/module/idxd");
	make_dirs(tree, "dev/dsa");
	make_dirs(tree, "dev/iax");
	return tree;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void fake_tree_free(struct fake_tree *tree)
{
	nftw(tree->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(tree);
}

void fake_tree_use(const struct fake_tree *tree)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/sys", tree->root);
	setenv("LIBSVA_SYSFS_PATH", path, 1);
	snprintf(path, sizeof(path), "%s/dev", tree->root);
	setenv("LIBSVA_DEV_PATH", path, 1);
}

const char *fake_tree_path(const struct fake_tree *tree)
{
	return tree->root;
}

void fake_attr(const struct fake_tree *tree, const char *object, const char *attr,
	       const char *value)
{
	char below[256], path[512];

	snprintf(below, sizeof(below), "sys/bus/dsa/devices/%s/%s", object, attr);
	if (value) {
		write_file(tree, below, value);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", tree->root, below);
	unlink(path);
}

static void object(const struct fake_tree *tree, const char *name, const struct attr *attrs,
		   size_t count)
{
	char text[128];

	snprintf(text, sizeof(text), "sys/bus/dsa/devices/%s", name);
	make_dirs(tree, text);
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s\n", attrs[i].value);
		fake_attr(tree, name, attrs[i].name, text);
	}
}

void fake_device(const struct fake_tree *tree, const char *name)
{
	object(tree, name, device_attrs, COUNT(device_attrs));
	if (strncmp(name, "iax", 3) == 0) {
		fake_attr(tree, name, "max_batch_size", NULL);
		fake_attr(tree, name, "gen_cap", "0x71f10901f0105\n");
	}
}

/* In sysfs a queue stands both on the bus and below its device. */
static void link_below(const struct fake_tree *tree, const char *kind, const char *wq)
{
	char link[512], target[64];

	snprintf(link, sizeof(link), "%s/sys/bus/dsa/devices/%s%d/%s", tree->root, kind,
		 atoi(wq + 2), wq);
	snprintf(target, sizeof(target), "../%s", wq);
	if (symlink(target, link) && errno != ENOENT && errno != EEXIST)
		abort();
}

void fake_wq(const struct fake_tree *tree, const char *name, const char *mode)
{
	link_below(tree, "dsa", name);
	link_below(tree, "iax", name);
	object(tree, name, wq_attrs, COUNT(wq_attrs));
	fake_attr(tree, name, "mode", mode);
}

void fake_node(const struct fake_tree *tree, const char *name)
{
	char below[128];

	snprintf(below, sizeof(below), "dev/%s", name);
	write_file(tree, below, "");
}

void fake_remove(const struct fake_tree *tree, const char *wq)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/dsa%d/%s", tree->root, atoi(wq + 2),
		 wq);
	unlink(path);
	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/%s", tree->root, wq);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_distance(const struct fake_tree *tree, int node, const char *distances)
{
	char below[128];

	snprintf(below, sizeof(below), "sys/devices/system/node/node%d", node);
	make_dirs(tree, below);
	strcat(below, "/distance");
	write_file(tree, below, distances);
}

void fake_file(const struct fake_tree *tree, const char *wq, int n, const char *attr,
	       const char *value)
{
	char below[256];

	snprintf(below, sizeof(below), "sys/bus/dsa/devices/%s/dsa!%s/file%d", wq, wq, n);
	make_dirs(tree, below);
	snprintf(below, sizeof(below), "dsa!%s/file%d/%s", wq, n, attr);
	fake_attr(tree, wq, below, value);
}

int fake_tree_setup(void **state)
{
	struct fake_tree *tree = fake_tree_new();

	*state = tree;
	if (tree)
		fake_tree_use(tree);
	return tree ? 0 : -1;
}

int fake_tree_teardown(void **state)
{
	fake_tree_free(*state);
	return 0;
}

struct sva_topology *discover_fake(void)
{
	struct sva_topology *topo;

	assert_int_equal(sva_topology_discover(&topo), 0);
	return topo;
}
