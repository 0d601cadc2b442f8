/* SPDX-License-Identifier: MIT */
/* The devices of a machine, as they are after power-up; and the kernels that can run on it. */
#ifndef EMU_KERNEL_MACHINE_H
#define EMU_KERNEL_MACHINE_H

#include "state.h"

/* What --devices, --engines and so on say; 0: as Sapphire Rapids has it. */
struct emu_hardware {
	uint32_t devices, engines, queues, groups, queue_size /* slots of a device */;
	uint32_t version; /* 0x100 or 0x200 */
};

/* emu_profile_find - NULL: none of that name */
const struct emu_profile *emu_profile_find(const char *name);
/* The @index-th, newest first; NULL behind the last one. */
const struct emu_profile *emu_profile_at(unsigned int index);

/**
 * emu_machine_init - devices without a configuration, driver loaded
 *
 * @state is zeroed memory with its profile set. Returns 0 or -EINVAL where a number is more than
 * a device can have.
 */
int emu_machine_init(struct emu_state *state, const struct emu_hardware *hardware);

/* emu_machine_power_up - a device as the driver finds it */
void emu_machine_power_up(struct emu_dsa *dsa);

/* emu_machine_reset - what disabling leaves: limits of the device and driver names stay */
void emu_machine_reset(struct emu_dsa *dsa);

/* emu_queue_clear - a queue as disabling leaves it: size, group and driver name stay */
void emu_queue_clear(const struct emu_dsa *dsa, struct emu_queue *queue);

#endif
