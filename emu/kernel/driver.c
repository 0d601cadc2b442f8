/* SPDX-License-Identifier: MIT */
/*
 * Source: drivers/dma/idxd/{device,cdev,dma}.c, drivers/crypto/intel/iaa/iaa_crypto_main.c, and
 * drivers/base/bus.c for the errno of a bind; the codes of cmd_status are those of <linux/idxd.h>.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "clock.h"
#include "driver.h"
#include "machine.h"
#include "queue.h"

#define DRAIN_LIMIT_NS UINT64_C(1000000000)
#define DEFAULT_SIZE   16u /* of a queue that has a type and no size */

/*
 * Those that the driver sets; and, below 0x100, what the device answers to a command, by the names
 * in the driver's registers.h and the words that libaccel-config has for them.
 */
enum {
	CMDSTS_SIZE_SUM = 0x14,
	CMDSTS_GROUP = 0x15,
	CMDSTS_NO_SIZE = 0x22,
	CMDSTS_NO_PRIORITY = 0x23,
	SCMD_WQ_NO_GROUP = 0x80030000,
	SCMD_WQ_NO_NAME = 0x80040000,
	SCMD_WQ_NO_THRESHOLD = 0x80060000,
	SCMD_WQ_NO_SHARED = 0x800c0000,
	SCMD_WQ_NONE_CONFIGURED = 0x800d0000,
	SCMD_WQ_NO_DRIVER_NAME = 0x80200000,
};

const char *const emu_driver_name[EMU_DRIVERS] = { "idxd", "user", "dmaengine", "crypto" };

/* In the words of <linux/idxd.h> and the driver's registers.h. */
const char *emu_driver_reason(uint32_t cmd_status)
{
	static const struct {
		uint32_t status;
		const char *words;
	} reasons[] = {
		{ CMDSTS_SIZE_SUM, "the sizes of the queues are more than the device has" },
		{ CMDSTS_GROUP, "a group has queues and no engine, or engines and no queue" },
		{ CMDSTS_NO_SIZE, "the queue has no size" },
		{ CMDSTS_NO_PRIORITY, "the queue has no priority" },
		{ SCMD_WQ_NO_GROUP, "the queue is in no group" },
		{ SCMD_WQ_NO_NAME, "the queue has no name" },
		{ SCMD_WQ_NO_THRESHOLD, "the queue is shared and has no threshold" },
		{ SCMD_WQ_NO_SHARED, "a queue is shared and has no type" },
		{ SCMD_WQ_NONE_CONFIGURED, "no queue is in a group" },
		{ SCMD_WQ_NO_DRIVER_NAME, "the queue names another driver, or none" },
	};

	for (unsigned int i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == cmd_status)
			return reasons[i].words;
	return cmd_status ? "for a reason that is not known here"
			  : "the driver gives no reason; a group needs an engine";
}

static int refuse(struct emu_dsa *dsa, uint32_t status, int err)
{
	dsa->cmd_status = status;
	return err;
}

static int find(struct emu_state *state, const char *name, struct emu_dsa **dsa,
		struct emu_queue **queue)
{
	char own[EMU_DEVICE_NAME];

	*queue = NULL;
	for (uint32_t d = 0; d < state->device_count; d++) {
		*dsa = &state->device[d];
		if (!(*dsa)->bound)
			continue;
		emu_device_name(*dsa, own);
		if (!strcmp(own, name))
			return 0;
		for (uint32_t q = 0; q < (*dsa)->queue_count; q++) {
			snprintf(own, sizeof(own), "wq%u.%u", (*dsa)->id, q);
			*queue = &(*dsa)->queue[q];
			if (!strcmp(own, name))
				return 0;
		}
		*queue = NULL;
	}
	return -ENODEV;
}

static struct emu_device_live *live_of(struct emu_state *state, const struct emu_dsa *dsa)
{
	return &state->live.device[dsa - state->device];
}

/* What the device says to the command that enables it; 0: yes. */
static uint32_t device_answer(const struct emu_dsa *dsa)
{
	uint32_t i, size = 0, queues = 0, engines = 0; /* sets of groups */

	for (i = 0; i < dsa->queue_count; i++) {
		size += dsa->queue[i].group_id == EMU_NONE ? 0 : dsa->queue[i].size;
		queues |= dsa->queue[i].group_id == EMU_NONE ? 0 : 1u << dsa->queue[i].group_id;
	}
	for (i = 0; i < dsa->engine_count; i++)
		engines |= dsa->engine[i].group_id == EMU_NONE ? 0 : 1u << dsa->engine[i].group_id;
	if (size > dsa->max_queue_size)
		return CMDSTS_SIZE_SUM;
	return queues != engines ? CMDSTS_GROUP : 0;
}

static bool has_engine(const struct emu_dsa *dsa)
{
	for (uint32_t i = 0; i < dsa->engine_count; i++)
		if (dsa->engine[i].group_id != EMU_NONE)
			return true;
	return false;
}

/* Whether a queue can be shared, the driver asks by its type, and of all that are in groups. */
static bool has_untyped_shared(const struct emu_dsa *dsa)
{
	for (uint32_t i = 0; i < dsa->queue_count; i++) {
		const struct emu_queue *queue = &dsa->queue[i];

		if (queue->group_id != EMU_NONE && queue->mode == EMU_WQ_SHARED &&
		    queue->type == EMU_WQ_NONE)
			return true;
	}
	return false;
}

static int enable_device(struct emu_state *state, struct emu_dsa *dsa)
{
	struct emu_device_live *live = live_of(state, dsa);
	uint32_t configured = 0, answer;

	if (atomic_load(&dsa->enabled))
		return -EBUSY; /* is bound: the driver is not even asked */
	if (has_untyped_shared(dsa))
		return refuse(dsa, SCMD_WQ_NO_SHARED, -ENXIO);
	for (uint32_t i = 0; i < dsa->queue_count; i++)
		configured += dsa->queue[i].group_id != EMU_NONE;
	if (!configured)
		return refuse(dsa, SCMD_WQ_NONE_CONFIGURED, -ENXIO);
	if (!has_engine(dsa))
		return -ENXIO;
	for (uint32_t i = 0; i < dsa->queue_count; i++) {
		struct emu_queue *queue = &dsa->queue[i];

		if (queue->group_id != EMU_NONE && queue->type != EMU_WQ_NONE && !queue->size)
			queue->size = DEFAULT_SIZE;
	}
	answer = device_answer(dsa);
	if (answer)
		return refuse(dsa, answer, -ENXIO);
	memset(live->error, 0, sizeof(live->error));
	atomic_store(&live->halted_until, 0);
	atomic_store(&dsa->enabled, true);
	return refuse(dsa, 0, 0);
}

/* What was submitted is done by the engines of its processes; these may be gone, or stopped. */
static void drain(struct emu_queue_live *queue)
{
	uint64_t limit = emu_now() + DRAIN_LIMIT_NS;

	while (emu_queue_occupancy(queue) && emu_now() < limit)
		sched_yield();
	emu_queue_discard(queue);
}

/* Its configuration goes, but for size and group. */
static void disable_queue(struct emu_state *state, struct emu_dsa *dsa, struct emu_queue *queue)
{
	atomic_store(&queue->state, EMU_WQ_DISABLED);
	drain(&live_of(state, dsa)->queue[queue - dsa->queue]);
	emu_queue_clear(dsa, queue);
	dsa->cmd_status = 0;
}

static void disable_device(struct emu_state *state, struct emu_dsa *dsa)
{
	for (uint32_t i = 0; i < dsa->queue_count; i++)
		if (atomic_load(&dsa->queue[i].state) == EMU_WQ_ENABLED)
			disable_queue(state, dsa, &dsa->queue[i]);
	atomic_store(&dsa->enabled, false);
	emu_machine_reset(dsa);
	dsa->cmd_status = 0;
}

/* The driver looks at as many letters as its own name has. */
static bool names_driver(const struct emu_queue *queue, enum emu_driver driver)
{
	return !strncmp(queue->driver_name, emu_driver_name[driver],
			strlen(emu_driver_name[driver]));
}

bool emu_driver_has(enum emu_driver driver, const struct emu_queue *queue)
{
	if (atomic_load(&queue->state) != EMU_WQ_ENABLED)
		return false;
	if (queue->type == EMU_WQ_USER)
		return driver == EMU_DRIVER_USER;
	return driver ==
	       (names_driver(queue, EMU_DRIVER_CRYPTO) ? EMU_DRIVER_CRYPTO : EMU_DRIVER_DMAENGINE);
}

/* The least that no other queue of such a device has. */
static void give_minor(struct emu_state *state, enum emu_type type, struct emu_queue *queue)
{
	for (queue->minor = 0;; queue->minor++) {
		bool taken = false;

		for (uint32_t d = 0; d < state->device_count; d++)
			for (uint32_t q = 0; q < state->device[d].queue_count; q++) {
				const struct emu_queue *other = &state->device[d].queue[q];

				taken |= other != queue && state->device[d].type == type &&
					 emu_driver_has(EMU_DRIVER_USER, other) &&
					 other->minor == queue->minor;
			}
		if (!taken)
			break;
	}
}

/* The driver's questions, in its order; the last two are the device's. */
static int check_queue(struct emu_dsa *dsa, const struct emu_queue *queue)
{
	if (queue->group_id == EMU_NONE)
		return refuse(dsa, SCMD_WQ_NO_GROUP, -ENXIO);
	if (!queue->name[0])
		return refuse(dsa, SCMD_WQ_NO_NAME, -ENXIO);
	if (queue->mode == EMU_WQ_SHARED && !queue->threshold)
		return refuse(dsa, SCMD_WQ_NO_THRESHOLD, -ENXIO);
	if (has_untyped_shared(dsa))
		return refuse(dsa, SCMD_WQ_NO_SHARED, -EINVAL);
	if (!has_engine(dsa))
		return -EINVAL;
	if (!queue->size)
		return refuse(dsa, CMDSTS_NO_SIZE, -ENXIO);
	if (!queue->priority)
		return refuse(dsa, CMDSTS_NO_PRIORITY, -ENXIO);
	return refuse(dsa, 0, 0);
}

static int enable_queue(struct emu_state *state, enum emu_driver driver, struct emu_dsa *dsa,
			struct emu_queue *queue)
{
	int err;

	if (atomic_load(&queue->state) == EMU_WQ_ENABLED)
		return -EBUSY; /* is bound, as above */
	if (emu_device_state(state, (unsigned int)(dsa - state->device)) != EMU_DEV_ENABLED)
		return -ENXIO;
	if (driver == EMU_DRIVER_CRYPTO && dsa->type != EMU_TYPE_IAX)
		return -ENODEV;
	if (state->profile.driver_name && !names_driver(queue, driver)) {
		if (driver != EMU_DRIVER_USER)
			queue->type = EMU_WQ_NONE;
		return refuse(dsa, SCMD_WQ_NO_DRIVER_NAME, -ENODEV);
	}
	queue->type = driver == EMU_DRIVER_USER ? EMU_WQ_USER : EMU_WQ_KERNEL;
	err = check_queue(dsa, queue);
	if (err) {
		queue->type = EMU_WQ_NONE;
		return driver == EMU_DRIVER_USER ? err : -ENXIO;
	}
	queue->clients = 0;
	queue->times_enabled++;
	if (driver == EMU_DRIVER_USER)
		give_minor(state, dsa->type, queue);
	atomic_store(&queue->state, EMU_WQ_ENABLED);
	return 0;
}

int emu_driver_bind(struct emu_state *state, enum emu_driver driver, const char *name)
{
	struct emu_queue *queue;
	struct emu_dsa *dsa;
	int err = find(state, name, &dsa, &queue);

	if (err)
		return err;
	if (!queue != (driver == EMU_DRIVER_IDXD))
		return -ENODEV; /* not this driver's kind of device */
	return queue ? enable_queue(state, driver, dsa, queue) : enable_device(state, dsa);
}

int emu_driver_unbind(struct emu_state *state, enum emu_driver driver, const char *name)
{
	struct emu_queue *queue;
	struct emu_dsa *dsa;
	int err = find(state, name, &dsa, &queue);

	if (err)
		return err;
	if (!queue && driver == EMU_DRIVER_IDXD && atomic_load(&dsa->enabled))
		disable_device(state, dsa);
	else if (queue && driver != EMU_DRIVER_IDXD && emu_driver_has(driver, queue))
		disable_queue(state, dsa, queue);
	else
		return -ENODEV;
	return 0;
}

/* The least number that is free; another that may come gets what this one had. */
static void take_id(struct emu_state *state, struct emu_dsa *dsa)
{
	for (uint32_t d = 0; d < state->device_count; d++) {
		struct emu_dsa *other = &state->device[d];
		uint32_t id = other->id;

		if (other->bound || id > dsa->id)
			continue;
		other->id = dsa->id;
		dsa->id = id;
	}
}

/* A queue to have the device alone, as Linux 7.3 shows it (tests/vm). */
static void configure_crypto(struct emu_dsa *dsa)
{
	struct emu_queue *queue = &dsa->queue[0];

	queue->group_id = 0;
	queue->mode = EMU_WQ_DEDICATED;
	queue->type = EMU_WQ_KERNEL;
	queue->size = dsa->max_queue_size;
	queue->priority = 10;
	snprintf(queue->name, sizeof(queue->name), "iaa_crypto");
	snprintf(queue->driver_name, sizeof(queue->driver_name), "%s",
		 emu_driver_name[EMU_DRIVER_CRYPTO]);
	for (uint32_t i = 0; i < dsa->engine_count; i++)
		dsa->engine[i].group_id = 0;
}

static void take_for_crypto(struct emu_state *state, struct emu_dsa *dsa)
{
	if (!state->crypto || dsa->type != EMU_TYPE_IAX || !dsa->bound || dsa->enabled)
		return;
	for (uint32_t i = 0; i < dsa->queue_count; i++)
		if (dsa->queue[i].group_id != EMU_NONE)
			return; /* somebody is about to configure it */
	configure_crypto(dsa);
	if (!enable_device(state, dsa))
		enable_queue(state, EMU_DRIVER_CRYPTO, dsa, &dsa->queue[0]);
}

void emu_driver_probe(struct emu_state *state, struct emu_dsa *dsa)
{
	emu_machine_power_up(dsa);
	memset(live_of(state, dsa)->error, 0, sizeof(live_of(state, dsa)->error));
	take_id(state, dsa);
	dsa->bound = true;
	take_for_crypto(state, dsa);
}

static bool is_open(const struct emu_dsa *dsa)
{
	for (uint32_t q = 0; q < dsa->queue_count; q++)
		if (dsa->queue[q].clients)
			return true;
	return false;
}

/* The driver would not refuse; but what an open file then has is not known here. */
int emu_driver_remove(struct emu_state *state, struct emu_dsa *dsa)
{
	if (is_open(dsa))
		return -EBUSY;
	disable_device(state, dsa);
	dsa->bound = false;
	return 0;
}

bool emu_driver_fits(const struct emu_dsa *dsa)
{
	return !dsa->driver_override[0] || !strcmp(dsa->driver_override, "idxd");
}

int emu_module_load(struct emu_state *state)
{
	for (uint32_t d = 0; d < state->device_count && !state->loaded; d++)
		if (emu_driver_fits(&state->device[d]))
			emu_driver_probe(state, &state->device[d]);
	state->loaded = true;
	return 0;
}

int emu_module_unload(struct emu_state *state)
{
	if (state->crypto)
		return -EBUSY;
	for (uint32_t d = 0; d < state->device_count; d++)
		if (is_open(&state->device[d]))
			return -EBUSY;
	for (uint32_t d = 0; d < state->device_count; d++)
		emu_driver_remove(state, &state->device[d]);
	state->loaded = false;
	return 0;
}

int emu_crypto_load(struct emu_state *state)
{
	if (!state->profile.iaa_crypto)
		return -ENOENT;
	emu_module_load(state);
	state->crypto = true;
	for (uint32_t d = 0; d < state->device_count; d++)
		take_for_crypto(state, &state->device[d]);
	return 0;
}

int emu_crypto_unload(struct emu_state *state)
{
	for (uint32_t d = 0; d < state->device_count; d++) {
		struct emu_dsa *dsa = &state->device[d];

		for (uint32_t q = 0; q < dsa->queue_count; q++)
			if (emu_driver_has(EMU_DRIVER_CRYPTO, &dsa->queue[q]))
				disable_queue(state, dsa, &dsa->queue[q]);
	}
	state->crypto = false;
	return 0;
}
