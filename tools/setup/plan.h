/* SPDX-License-Identifier: MIT */
/* A configuration of devices and their queues: what there is, and what it is to be. */
#ifndef SETUP_PLAN_H
#define SETUP_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "queue_config.h"

#define PLAN_DEVICES 64
#define PLAN_QUEUES  16
#define PLAN_ENGINES 16

struct plan_device {
	char name[16]; /* "dsa0", "iax1" */
	bool enabled;
	int numa_node;
	uint32_t entries;   /* of all queues together */
	uint32_t max_batch; /* 0: an IAX device */
	uint64_t max_transfer;
	bool can_block;    /* on faults */
	bool names_driver; /* queues have driver_name: Linux 6.7 */
	unsigned int queues, engines;
	struct queue_config queue[PLAN_QUEUES];
	int engine[PLAN_ENGINES]; /* its group; -1: none */
};

struct plan {
	unsigned int devices;
	struct plan_device device[PLAN_DEVICES];
};

enum preset {
	PRESET_NONE,
	PRESET_SHARED,    /* one queue that all programs share */
	PRESET_DEDICATED, /* queues for one program each */
	PRESET_PER_NODE,  /* one shared queue on each NUMA node */
	PRESET_STORAGE,   /* one shared queue that does not block on faults */
};

/*
 * plan_preset - the configuration that a preset stands for
 * @now: what there is
 * @queues: how many of PRESET_DEDICATED
 * @which: a device; or "dsa" or "iax": the first one of that kind, or, for PRESET_PER_NODE, the
 *         first of each node
 *
 * Returns 0 and @result, with the devices that change; or -ENODEV: there is no such device;
 * -EINVAL: more queues than a device has.
 */
int plan_preset(const struct plan *now, enum preset preset, unsigned int queues, const char *which,
		struct plan *result);

/* plan_find - the device of that name, or NULL */
const struct plan_device *plan_find(const struct plan *plan, const char *name);

/* plan_in_use - the first device of @plan that has clients in @now; NULL: none */
const struct plan_device *plan_in_use(const struct plan *plan, const struct plan *now);

/* plan_show - as the commands of accel-config that do the same */
void plan_show(const struct plan *plan, const struct plan *now);

/* plan_text - as accel-config(1) saves it; the caller frees it; NULL: no memory */
char *plan_text(const struct plan *plan);

/*
 * plan_write, plan_read - to and from a file of accel-config(1); 0 or -errno. Of plan_read, -ENODEV
 * is a device that is not in @now, -EEXIST one device or queue twice, -EINVAL anything else.
 */
int plan_write(const struct plan *plan, const char *file);
int plan_read(struct plan *plan, const char *file, const struct plan *now);

#endif
