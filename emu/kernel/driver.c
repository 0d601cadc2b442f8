/* SPDX-License-Identifier: MIT */
/*
 * Source: drivers/dma/idxd/{device,cdev,dma}.c, and drivers/base/bus.c for the errno of a bind; the
 * codes of cmd_status are those of <linux/idxd.h>.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "driver.h"
#include "machine.h"
#include "queue.h"

#define DRAIN_LIMIT_NS UINT64_C(1000000000)

enum {
	SCMD_DEV_ENABLED = 0x80000010,
	SCMD_DEV_NOT_ENABLED = 0x80000020,
	SCMD_WQ_ENABLED = 0x80000021,
	SCMD_WQ_NO_GROUP = 0x80030000,
	SCMD_WQ_NO_NAME = 0x80040000,
	SCMD_WQ_NO_THRESHOLD = 0x80060000,
	SCMD_WQ_NONE_CONFIGURED = 0x800d0000,
	SCMD_WQ_NO_SIZE = 0x800e0000,
	SCMD_WQ_NO_DRIVER_NAME = 0x80200000,
};

const char *const emu_driver_name[EMU_DRIVERS] = { "idxd", "user", "dmaengine" };

static int refuse(struct emu_dsa *dsa, uint32_t status, int error)
{
	dsa->cmd_status = status;
	return error;
}

static int find(struct emu_state *state, const char *name, struct emu_dsa **dsa,
		struct emu_queue **queue)
{
	char own[32];
	uint32_t d, q;

	*queue = NULL;
	for (d = 0; d < state->device_count; d++) {
		*dsa = &state->device[d];
		snprintf(own, sizeof(own), "dsa%u", (*dsa)->id);
		if (!strcmp(own, name))
			return 0;
		for (q = 0; q < (*dsa)->queue_count; q++) {
			snprintf(own, sizeof(own), "wq%u.%u", (*dsa)->id, q);
			*queue = &(*dsa)->queue[q];
			if (!strcmp(own, name))
				return 0;
		}
		*queue = NULL;
	}
	return -ENODEV;
}

static int enable_device(struct emu_dsa *dsa)
{
	uint32_t i, configured = 0;

	if (atomic_load(&dsa->state) == EMU_DEV_ENABLED)
		return refuse(dsa, SCMD_DEV_ENABLED, -EBUSY);
	for (i = 0; i < dsa->queue_count; i++)
		configured += dsa->queue[i].group_id != EMU_NONE && dsa->queue[i].size > 0;
	if (!configured)
		return refuse(dsa, SCMD_WQ_NONE_CONFIGURED, -EINVAL);
	memset(dsa->error, 0, sizeof(dsa->error));
	atomic_store(&dsa->halted_until, 0);
	atomic_store(&dsa->state, EMU_DEV_ENABLED);
	return refuse(dsa, 0, 0);
}

/* Its configuration goes, but for size and group; what was submitted is drained by its processes.
 */
static void disable_queue(const struct emu_dsa *dsa, struct emu_queue *queue)
{
	atomic_store(&queue->state, EMU_WQ_DISABLED);
	emu_queue_clear(dsa, queue);
}

static void disable_device(struct emu_dsa *dsa)
{
	uint32_t i;

	for (i = 0; i < dsa->queue_count; i++)
		if (atomic_load(&dsa->queue[i].state) == EMU_WQ_ENABLED)
			disable_queue(dsa, &dsa->queue[i]);
	atomic_store(&dsa->state, EMU_DEV_DISABLED);
	emu_machine_reset(dsa);
}

/* The order is the driver's. */
static int enable_queue(struct emu_state *state, enum emu_driver driver, struct emu_dsa *dsa,
			struct emu_queue *queue)
{
	if (atomic_load(&queue->state) == EMU_WQ_ENABLED)
		return refuse(dsa, SCMD_WQ_ENABLED, -EBUSY);
	if (atomic_load(&dsa->state) != EMU_DEV_ENABLED)
		return refuse(dsa, SCMD_DEV_NOT_ENABLED, -ENXIO);
	if (state->profile.driver_name && strcmp(queue->driver_name, emu_driver_name[driver]))
		return refuse(dsa, SCMD_WQ_NO_DRIVER_NAME, -ENODEV);
	if (queue->group_id == EMU_NONE)
		return refuse(dsa, SCMD_WQ_NO_GROUP, -EINVAL);
	if (!queue->name[0])
		return refuse(dsa, SCMD_WQ_NO_NAME, -EINVAL);
	if (!queue->size)
		return refuse(dsa, SCMD_WQ_NO_SIZE, -EINVAL);
	if (queue->mode == EMU_WQ_SHARED && !queue->threshold)
		return refuse(dsa, SCMD_WQ_NO_THRESHOLD, -EINVAL);
	queue->type = driver == EMU_DRIVER_USER ? EMU_WQ_USER : EMU_WQ_KERNEL;
	atomic_store(&queue->state, EMU_WQ_ENABLED);
	return refuse(dsa, 0, 0);
}

static void give_minor(struct emu_state *state, struct emu_queue *queue)
{
	uint32_t d, q;

	for (queue->minor = 0;; queue->minor++) {
		bool taken = false;

		for (d = 0; d < state->device_count; d++)
			for (q = 0; q < state->device[d].queue_count; q++) {
				const struct emu_queue *other = &state->device[d].queue[q];

				taken |= other != queue && emu_driver_has(EMU_DRIVER_USER, other) &&
					 other->minor == queue->minor;
			}
		if (!taken)
			break;
	}
}

bool emu_driver_has(enum emu_driver driver, const struct emu_queue *queue)
{
	return atomic_load(&queue->state) == EMU_WQ_ENABLED &&
	       queue->type == (driver == EMU_DRIVER_USER ? EMU_WQ_USER : EMU_WQ_KERNEL);
}

int emu_driver_bind(struct emu_state *state, enum emu_driver driver, const char *name)
{
	struct emu_queue *queue;
	struct emu_dsa *dsa;
	int error = find(state, name, &dsa, &queue);

	if (error)
		return error;
	if (!queue != (driver == EMU_DRIVER_IDXD))
		return -ENODEV; /* not this driver's kind of device */
	if (!queue)
		return enable_device(dsa);
	error = enable_queue(state, driver, dsa, queue);
	if (!error)
		give_minor(state, queue);
	return error;
}

int emu_driver_unbind(struct emu_state *state, enum emu_driver driver, const char *name)
{
	struct emu_queue *queue;
	struct emu_dsa *dsa;
	int error = find(state, name, &dsa, &queue);

	if (error)
		return error;
	if (!queue && driver == EMU_DRIVER_IDXD && atomic_load(&dsa->state) != EMU_DEV_DISABLED)
		disable_device(dsa);
	else if (queue && driver != EMU_DRIVER_IDXD && emu_driver_has(driver, queue))
		disable_queue(dsa, queue);
	else
		return -ENODEV;
	return 0;
}

int emu_module_load(struct emu_state *state)
{
	state->loaded = true;
	return 0;
}

int emu_module_unload(struct emu_state *state)
{
	uint32_t d, q;

	for (d = 0; d < state->device_count; d++)
		for (q = 0; q < state->device[d].queue_count; q++)
			if (state->device[d].queue[q].clients)
				return -EBUSY;
	for (d = 0; d < state->device_count; d++)
		disable_device(&state->device[d]);
	state->loaded = false;
	return 0;
}
