/* SPDX-License-Identifier: MIT */
#include <accel-config/libaccel_config.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accel.h"

#define GEN_CAP_BLOCK_ON_FAULT 1u

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

/* What is not known is negative, or all ones. */
static uint32_t known(long long value)
{
	return value < 0 || value >= UINT32_MAX ? 0 : (uint32_t)value;
}

static void read_queue(struct accfg_wq *wq, bool can_block, struct queue_config *q)
{
	enum accfg_wq_state state = accfg_wq_get_state(wq);

	q->group = accfg_wq_get_group_id(wq);
	q->dedicated = accfg_wq_get_mode(wq) == ACCFG_WQ_DEDICATED;
	q->enabled = state == ACCFG_WQ_ENABLED || state == ACCFG_WQ_LOCKED;
	q->size = known((long long)accfg_wq_get_size(wq));
	q->threshold = known(accfg_wq_get_threshold(wq));
	q->priority = known(accfg_wq_get_priority(wq));
	q->max_batch = known((int)accfg_wq_get_max_batch_size(wq));
	q->max_transfer = accfg_wq_get_max_transfer_size(wq);
	q->can_block = can_block;
	q->block_on_fault = accfg_wq_get_block_on_fault(wq) == 1;
	q->clients = known(accfg_wq_get_clients(wq));
	copy(q->name, sizeof(q->name), accfg_wq_get_type_name(wq));
	copy(q->driver, sizeof(q->driver), accfg_wq_get_driver_name(wq));
	copy(q->type, sizeof(q->type),
	     accfg_wq_get_type(wq) == ACCFG_WQT_USER     ? "user"
	     : accfg_wq_get_type(wq) == ACCFG_WQT_KERNEL ? "kernel"
							 : "none");
	if (!q->size)
		q->group = -1;
}

static void read_device(struct accfg_device *device, struct plan_device *dev)
{
	struct accfg_engine *engine;
	struct accfg_wq *wq;
	char path[64];

	copy(dev->name, sizeof(dev->name), accfg_device_get_devname(device));
	dev->enabled = accfg_device_get_state(device) == ACCFG_DEVICE_ENABLED;
	dev->numa_node = accfg_device_get_numa_node(device);
	dev->entries = accfg_device_get_max_work_queues_size(device);
	dev->max_batch = known((int)accfg_device_get_max_batch_size(device));
	dev->max_transfer = accfg_device_get_max_transfer_size(device);
	dev->can_block = accfg_device_get_gen_cap(device) & GEN_CAP_BLOCK_ON_FAULT;
	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/wq%s.0/driver_name", dev->name + 3);
	dev->names_driver = !access(path, F_OK);
	accfg_wq_foreach (device, wq)
		if (dev->queues < PLAN_QUEUES)
			read_queue(wq, dev->can_block, &dev->queue[dev->queues++]);
	accfg_engine_foreach (device, engine)
		if (dev->engines < PLAN_ENGINES)
			dev->engine[dev->engines++] = accfg_engine_get_group_id(engine);
}

int accel_read(struct plan *plan)
{
	struct accfg_device *device;
	struct accfg_ctx *ctx;
	int err = accfg_new(&ctx);

	memset(plan, 0, sizeof(*plan));
	if (err < 0)
		return err;
	accfg_device_foreach (ctx, device)
		if (plan->devices < PLAN_DEVICES)
			read_device(device, &plan->device[plan->devices++]);
	accfg_unref(ctx);
	return 0;
}

/* One step, which has to succeed. */
struct step {
	struct accfg_ctx *ctx;
	char *why;
	size_t size;
	int err;
};

static bool done(struct step *s, int result, const char *object, const char *what)
{
	const char *text =
		accfg_ctx_get_last_error(s->ctx) ? accfg_ctx_get_last_error_str(s->ctx) : NULL;

	if (result >= 0)
		return true;
	s->err = result;
	snprintf(s->why, s->size, "%s: %s: %s%s%s", object, what, strerror(-result),
		 text ? ": " : "", text ? text : "");
	return false;
}

static bool configure_queue(struct step *s, struct accfg_wq *wq, const struct queue_config *q)
{
	const char *name = accfg_wq_get_devname(wq);

	return done(s, accfg_wq_set_group_id(wq, q->group), name, "group_id") &&
	       done(s, accfg_wq_set_str_mode(wq, q->dedicated ? "dedicated" : "shared"), name,
		    "mode") &&
	       done(s, accfg_wq_set_size(wq, (int)q->size), name, "size") &&
	       (q->dedicated || !q->threshold ||
		done(s, accfg_wq_set_threshold(wq, (int)q->threshold), name, "threshold")) &&
	       done(s, accfg_wq_set_priority(wq, (int)q->priority), name, "priority") &&
	       done(s, accfg_wq_set_str_type(wq, q->type), name, "type") &&
	       done(s, accfg_wq_set_str_name(wq, q->name), name, "name") &&
	       (!*q->driver ||
		done(s, accfg_wq_set_str_driver_name(wq, q->driver), name, "driver_name")) &&
	       (!q->max_batch || done(s, accfg_wq_set_max_batch_size(wq, (int)q->max_batch), name,
				      "max_batch_size")) &&
	       done(s, accfg_wq_set_max_transfer_size(wq, q->max_transfer), name,
		    "max_transfer_size") &&
	       (!(q->can_block || q->block_on_fault) ||
		done(s, accfg_wq_set_block_on_fault(wq, q->block_on_fault), name,
		     "block_on_fault"));
}

/* The queues of a disabled device keep their entries, which others are to have. */
static bool free_entries(struct step *s, struct accfg_device *device)
{
	struct accfg_wq *wq;

	accfg_wq_foreach (device, wq)
		if (accfg_wq_get_size(wq) &&
		    (!done(s, accfg_wq_set_size(wq, 0), accfg_wq_get_devname(wq), "size") ||
		     !done(s, accfg_wq_set_group_id(wq, -1), accfg_wq_get_devname(wq), "group_id")))
			return false;
	return true;
}

static bool configure_device(struct step *s, struct accfg_device *device,
			     const struct plan_device *dev)
{
	struct accfg_engine *engine;
	unsigned int i = 0;
	struct accfg_wq *wq;

	accfg_engine_foreach (device, engine) {
		int group = i < dev->engines ? dev->engine[i++] : -1;

		if (accfg_engine_get_group_id(engine) != group &&
		    !done(s, accfg_engine_set_group_id(engine, group),
			  accfg_engine_get_devname(engine), "group_id"))
			return false;
	}
	i = 0;
	accfg_wq_foreach (device, wq) {
		const struct queue_config *q = &dev->queue[i];

		if (i++ < dev->queues && q->group >= 0 && !configure_queue(s, wq, q))
			return false;
	}
	return true;
}

static bool enable_device(struct step *s, struct accfg_device *device,
			  const struct plan_device *dev)
{
	unsigned int i = 0;
	struct accfg_wq *wq;

	if (!dev->enabled)
		return true;
	if (!done(s, accfg_device_enable(device), dev->name, "enable"))
		return false;
	accfg_wq_foreach (device, wq)
		if (i++ < dev->queues && dev->queue[i - 1].enabled &&
		    !done(s, accfg_wq_enable(wq), accfg_wq_get_devname(wq), "enable"))
			return false;
	return true;
}

static void apply_to(struct step *s, struct accfg_device *device, const struct plan_device *dev)
{
	bool enabled = accfg_device_get_state(device) == ACCFG_DEVICE_ENABLED;

	/* Disabling a device erases its whole configuration. */
	if ((enabled ? done(s, accfg_device_disable(device, false), dev->name, "disable")
		     : free_entries(s, device)) &&
	    configure_device(s, device, dev))
		enable_device(s, device, dev);
}

int accel_apply(const struct plan *plan, char *why, size_t size)
{
	struct step s = { .why = why, .size = size };
	int err = accfg_new(&s.ctx);

	*why = '\0';
	if (err < 0)
		return err;
	for (unsigned int i = 0; !s.err && i < plan->devices; i++) {
		struct accfg_device *device =
			accfg_ctx_device_get_by_name(s.ctx, plan->device[i].name);

		if (done(&s, device ? 0 : -ENODEV, plan->device[i].name, "look-up"))
			apply_to(&s, device, &plan->device[i]);
	}
	accfg_unref(s.ctx);
	return s.err;
}
