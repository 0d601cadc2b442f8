/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"

const struct plan_device *plan_find(const struct plan *plan, const char *name)
{
	for (unsigned int i = 0; i < plan->devices; i++)
		if (!strcmp(plan->device[i].name, name))
			return &plan->device[i];
	return NULL;
}

const struct plan_device *plan_in_use(const struct plan *plan, const struct plan *now)
{
	for (unsigned int i = 0; i < plan->devices; i++) {
		const struct plan_device *dev = plan_find(now, plan->device[i].name);

		for (unsigned int q = 0; dev && q < dev->queues; q++)
			if (dev->queue[q].clients)
				return dev;
	}
	return NULL;
}

/* Queue @number of @count that have the device's entries in equal shares. */
static void preset_queue(struct plan_device *dev, unsigned int number, unsigned int count,
			 enum preset preset)
{
	struct queue_config *q = &dev->queue[number];
	bool dedicated = preset == PRESET_DEDICATED;
	uint32_t size = dev->entries / count;

	*q = (struct queue_config){
		.group = 0,
		.dedicated = dedicated,
		.enabled = true,
		.size = size,
		.threshold = dedicated ? 0 : size,
	};
	queue_config_usual(q, dev->max_batch, dev->max_transfer, dev->can_block);
	q->block_on_fault &= preset != PRESET_STORAGE;
	snprintf(q->driver, sizeof(q->driver), "%s", dev->names_driver ? "user" : "");
	snprintf(q->name, sizeof(q->name), "%s%u", dedicated ? "dedicated" : "shared", number);
}

/* One group with all engines: each queue can have all of the device. */
static void preset_device(struct plan_device *dev, enum preset preset, unsigned int queues)
{
	dev->enabled = true;
	for (unsigned int e = 0; e < dev->engines; e++)
		dev->engine[e] = 0;
	for (unsigned int q = 0; q < dev->queues; q++) {
		dev->queue[q] = (struct queue_config){ .group = -1 };
		if (q < queues)
			preset_queue(dev, q, queues, preset);
	}
}

static bool has_node(const struct plan *plan, int node)
{
	for (unsigned int i = 0; i < plan->devices; i++)
		if (plan->device[i].numa_node == node)
			return true;
	return false;
}

int plan_preset(const struct plan *now, enum preset preset, unsigned int queues, const char *which,
		struct plan *result)
{
	bool kind = !strcmp(which, "dsa") || !strcmp(which, "iax");
	unsigned int count = preset == PRESET_DEDICATED ? queues : 1;

	memset(result, 0, sizeof(*result));
	for (unsigned int i = 0; i < now->devices; i++) {
		const struct plan_device *dev = &now->device[i];

		if (strncmp(dev->name, which, kind ? 3 : sizeof(dev->name)) != 0)
			continue;
		if (result->devices &&
		    (preset != PRESET_PER_NODE || has_node(result, dev->numa_node)))
			continue;
		if (count > dev->queues || count > dev->entries)
			return -EINVAL;
		result->device[result->devices] = *dev;
		preset_device(&result->device[result->devices++], preset, count);
	}
	return result->devices ? 0 : -ENODEV;
}

/* Disabling a device erases its configuration; what a disabled one has is in the way. */
static void show_erasing(const struct plan_device *now)
{
	if (now->enabled)
		printf("accel-config disable-device %s\n", now->name);
	for (unsigned int q = 0; q < now->queues && !now->enabled; q++)
		if (now->queue[q].size)
			printf("accel-config config-wq %s/wq%s.%u --wq-size=0 --group-id=-1\n",
			       now->name, now->name + 3, q);
}

static void show_device(const struct plan_device *dev, const struct plan_device *now)
{
	char name[32], text[1024];

	show_erasing(now);
	for (unsigned int e = 0; e < dev->engines; e++)
		if (dev->engine[e] != (now->enabled ? -1 : now->engine[e]))
			printf("accel-config config-engine %s/engine%s.%u --group-id=%d\n",
			       dev->name, dev->name + 3, e, dev->engine[e]);
	for (unsigned int q = 0; q < dev->queues; q++) {
		if (dev->queue[q].group < 0)
			continue;
		snprintf(name, sizeof(name), "wq%s.%u", dev->name + 3, q);
		queue_config_commands(&dev->queue[q], dev->name, name, text, sizeof(text));
		fputs(text, stdout);
	}
	if (dev->enabled)
		printf("accel-config enable-device %s\n", dev->name);
	for (unsigned int q = 0; q < dev->queues; q++)
		if (dev->enabled && dev->queue[q].enabled)
			printf("accel-config enable-wq %s/wq%s.%u\n", dev->name, dev->name + 3, q);
}

void plan_show(const struct plan *plan, const struct plan *now)
{
	for (unsigned int i = 0; i < plan->devices; i++) {
		const struct plan_device *there = plan_find(now, plan->device[i].name);

		if (there)
			show_device(&plan->device[i], there);
	}
}
