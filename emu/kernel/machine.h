/* SPDX-License-Identifier: MIT */
/* The devices of a machine, as they are after power-up; and the kernels that can run on it. */
#ifndef EMU_KERNEL_MACHINE_H
#define EMU_KERNEL_MACHINE_H

#include "state.h"

/* What is said of a device by its name. */
struct emu_named_device {
	enum emu_type type;
	uint32_t id;
	int32_t numa_node;  /* EMU_NONE: nothing is said */
	uint64_t op_cap[4]; /* 0: nothing is said */
};

/* What --devices, --engines and so on say; 0: as Sapphire Rapids has it. */
struct emu_hardware {
	uint32_t devices;
	enum emu_type type[EMU_DEVICES]; /* of the device of that number */
	uint32_t engines, queues, groups, queue_size /* slots of a device */;
	uint32_t version[EMU_TYPES]; /* 0x100 or 0x200 */
	uint32_t nodes;              /* of NUMA */
	uint64_t op_cap[4];          /* of all DSA devices */

	/* Those that a configuration names; without --devices, there are no others. */
	uint32_t named_count;
	struct emu_named_device named[EMU_DEVICES];
};

/* emu_profile_find - NULL: none of that name */
const struct emu_profile *emu_profile_find(const char *name);
/* The @index-th, newest first; NULL behind the last one. */
const struct emu_profile *emu_profile_at(unsigned int index);

/**
 * emu_machine_init - devices without a configuration, driver loaded
 *
 * @state is zeroed memory with its profile set. Returns 0; -EINVAL where a number is more than a
 * device or a machine can have; or -EEXIST where a number is said to be that of two devices.
 */
int emu_machine_init(struct emu_state *state, const struct emu_hardware *hardware);

/* emu_machine_power_up - a device as the driver finds it */
void emu_machine_power_up(struct emu_dsa *dsa);

/* emu_machine_reset - what disabling leaves: limits of the device and driver names stay */
void emu_machine_reset(struct emu_dsa *dsa);

/* emu_queue_clear - a queue as disabling leaves it: size, group and driver name stay */
void emu_queue_clear(const struct emu_dsa *dsa, struct emu_queue *queue);

#endif
