/* SPDX-License-Identifier: MIT */
/* A snapshot of the machine's devices and queues. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sva/wq.h>

#include "discover.h"
#include "env.h"
#include "sysfs.h"

/* Objects by number, each once. */
struct list {
	struct svai_object *items;
	size_t count, capacity;
	int err;
};

struct sva_topology {
	struct sva_dev_info *devs;
	struct sva_wq_info *wqs;
	size_t dev_count, wq_count;
	enum svai_depth depth;
	char why[512];
};

static void add(struct list *list, const char *name)
{
	struct svai_object o;

	if (list->err || !svai_object_parse(&o, name))
		return;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		struct svai_object *items = realloc(list->items, capacity * sizeof(*items));

		if (!items) {
			list->err = -ENOMEM;
			return;
		}
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = o;
}

/* Devices first, then queues, each by number. */
static int by_number(const void *a, const void *b)
{
	const struct svai_object *x = a, *y = b;

	if (!x->kind != !y->kind)
		return x->kind ? -1 : 1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->queue < y->queue ? -1 : x->queue > y->queue;
}

static void sort_and_drop_duplicates(struct list *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_number);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || by_number(&list->items[kept - 1], &list->items[i]))
			list->items[kept++] = list->items[i];
	list->count = kept;
}

static int list_directory(int devices, struct list *list)
{
	int fd = openat(devices, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(dir)))
		add(list, entry->d_name);
	closedir(dir);
	return list->err;
}

static int compare_dev(const void *key, const void *item)
{
	const struct svai_object *wanted = key;
	const struct sva_dev_info *dev = item;
	struct svai_object o;

	svai_object_parse(&o, dev->name);
	if (!wanted->kind)
		o.kind = SVA_DEV_KIND_ANY;
	return by_number(wanted, &o);
}

/* Numbers of devices come from one pool: a queue's device is the one with its number. */
static const struct sva_dev_info *find_dev(const struct sva_topology *topo, enum sva_dev_kind kind,
					   unsigned int number)
{
	struct svai_object wanted = { .kind = kind, .device = number };

	if (!topo->dev_count)
		return NULL;
	return bsearch(&wanted, topo->devs, topo->dev_count, sizeof(*topo->devs), compare_dev);
}

static int fill_dev(struct sva_dev_info *dev, int devices, const struct svai_object *o,
		    enum svai_depth depth)
{
	dev->kind = o->kind;
	snprintf(dev->name, sizeof(dev->name), "%s%u", o->kind == SVA_DEV_KIND_DSA ? "dsa" : "iax",
		 o->device);
	return svai_sysfs_read_dev(devices, dev, depth);
}

/* Where its node is; "" if that is too long, since half a path may be another queue's. */
static void set_path(struct sva_wq_info *wq)
{
	int len = snprintf(wq->devnode, sizeof(wq->devnode), "%s/%s/%s", svai_dev_path(),
			   wq->kind == SVA_DEV_KIND_DSA ? "dsa" : "iax", wq->name);

	if (len >= (int)sizeof(wq->devnode))
		*wq->devnode = '\0';
}

static void name_wq(struct sva_wq_info *wq, const struct svai_object *o,
		    const struct sva_dev_info *dev)
{
	wq->kind = dev->kind;
	wq->numa_node = dev->numa_node;
	snprintf(wq->device, sizeof(wq->device), "%s", dev->name);
	snprintf(wq->name, sizeof(wq->name), "wq%u.%u", o->device, o->queue);
	set_path(wq);
}

/* @name: what is to be opened; NULL: all is of interest. */
static int fill(struct sva_topology *topo, int devices, const struct list *list,
		const struct svai_name *name)
{
	int err = 0;

	if (!list->count)
		return 0;
	topo->devs = calloc(list->count, sizeof(*topo->devs));
	topo->wqs = calloc(list->count, sizeof(*topo->wqs));
	if (!topo->devs || !topo->wqs)
		return -ENOMEM;
	for (size_t i = 0; i < list->count && !err; i++) {
		const struct svai_object *o = &list->items[i];
		const struct sva_dev_info *dev = find_dev(topo, SVA_DEV_KIND_ANY, o->device);
		struct sva_wq_info *wq = &topo->wqs[topo->wq_count];

		if (o->kind && (!name || svai_name_means(name, o)))
			err = fill_dev(&topo->devs[topo->dev_count++], devices, o, topo->depth);
		if (o->kind || !dev)
			continue;
		name_wq(wq, o, dev);
		if (name && !svai_name_means_queue(name, wq))
			continue;
		topo->wq_count++;
		err = svai_sysfs_read_wq(devices, wq, topo->depth);
	}
	return err;
}

static bool has_module(void)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/module/idxd", svai_sysfs_path());
	return !stat(path, &st);
}

/* What is wrong with the directory of devices, and what to do about it. */
static const char *absence(int err)
{
	bool missing = !err || err == -ENOENT || err == -ENOTDIR;

	if (missing && !has_module() && !(sva_cpu_features() & SVA_CPU_MOVDIR64B))
		return "has none: this CPU has no MOVDIR64B, without which the idxd driver does "
		       "not "
		       "load";
	if (!err && has_module())
		return "lists none: the idxd driver is loaded and has found no device that it can "
		       "drive; try: dmesg | grep idxd";
	if (!err)
		return "lists none: the idxd driver is not loaded; try: modprobe idxd";
	if (missing && has_module())
		return "does not exist: the idxd driver is loaded, but its devices are not visible "
		       "here; in a container: mount /sys from the host";
	if (missing)
		return "does not exist: the idxd driver is not loaded, or this machine has no such "
		       "device; try: modprobe idxd";
	if (err == -EACCES || err == -EPERM)
		return "cannot be read: permission denied; run as root, or lift what hides sysfs "
		       "from this user";
	return "cannot be read; is sysfs mounted?";
}

static void explain_absence(struct sva_topology *topo, int err)
{
	snprintf(topo->why, sizeof(topo->why), "no device: %s/bus/dsa/devices %s",
		 svai_sysfs_path(), absence(err));
}

static void clear(struct sva_topology *topo)
{
	free(topo->devs);
	free(topo->wqs);
	memset(topo, 0, sizeof(*topo));
}

/* Devices come first. */
static bool has_device(const struct list *list)
{
	return list->count && list->items[0].kind;
}

static int take_snapshot(struct sva_topology *topo, const struct svai_name *name)
{
	int devices = svai_sysfs_devices(), err = devices;
	struct list list = { 0 };

	if (devices >= 0) {
		err = list_directory(devices, &list);
		sort_and_drop_duplicates(&list);
		if (!err)
			err = fill(topo, devices, &list, name);
		close(devices);
	}
	if (!has_device(&list))
		explain_absence(topo, err);
	free(list.items);
	return svai_is_shortage(err) ? err : 0;
}

int svai_discover(struct sva_topology **out, const struct svai_name *name, enum svai_depth depth)
{
	struct sva_topology *topo = calloc(1, sizeof(*topo));
	int err = -ENOMEM;

	if (topo) {
		topo->depth = depth;
		err = take_snapshot(topo, name);
	}
	*out = topo;
	if (err) {
		sva_topology_free(topo);
		*out = NULL;
	}
	return err;
}

int sva_topology_discover(struct sva_topology **out)
{
	return out ? svai_discover(out, NULL, SVAI_READ_ALL) : -EINVAL;
}

int svai_discover_rest(const struct sva_topology *topo, struct sva_dev_info *dev,
		       struct sva_wq_info *wq)
{
	return topo->depth == SVAI_READ_ORDER ? svai_sysfs_read_rest(dev, wq) : 0;
}

void sva_topology_free(struct sva_topology *topo)
{
	if (topo)
		clear(topo);
	free(topo);
}

const char *sva_topology_why(const struct sva_topology *topo)
{
	return topo ? topo->why : "no snapshot";
}

const struct sva_dev_info *sva_topology_next_dev(const struct sva_topology *topo,
						 const struct sva_dev_info *prev)
{
	size_t next;

	if (!topo)
		return NULL;
	next = prev ? (size_t)(prev - topo->devs) + 1 : 0;
	return next < topo->dev_count ? &topo->devs[next] : NULL;
}

const struct sva_wq_info *sva_topology_next_wq(const struct sva_topology *topo,
					       const struct sva_wq_info *prev)
{
	size_t next;

	if (!topo)
		return NULL;
	next = prev ? (size_t)(prev - topo->wqs) + 1 : 0;
	return next < topo->wq_count ? &topo->wqs[next] : NULL;
}

const struct sva_dev_info *sva_topology_find_dev(const struct sva_topology *topo, const char *name)
{
	struct svai_object o;

	if (!topo || !name || !svai_object_parse(&o, name) || !o.kind)
		return NULL;
	return find_dev(topo, o.kind, o.device);
}
