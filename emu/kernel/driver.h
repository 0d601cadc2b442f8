/* SPDX-License-Identifier: MIT */
/* The drivers of the bus: what bind and unbind do. Returns are 0 or the errno of the write. */
#ifndef EMU_KERNEL_DRIVER_H
#define EMU_KERNEL_DRIVER_H

#include "state.h"

enum emu_driver {
	EMU_DRIVER_IDXD,
	EMU_DRIVER_USER,
	EMU_DRIVER_DMAENGINE,
	EMU_DRIVER_CRYPTO, /* there while iaa_crypto is loaded */
	EMU_DRIVERS
};

extern const char *const emu_driver_name[EMU_DRIVERS];

int emu_driver_bind(struct emu_state *state, enum emu_driver driver, const char *name);
int emu_driver_unbind(struct emu_state *state, enum emu_driver driver, const char *name);

/* What a cmd_status says, in words. */
const char *emu_driver_reason(uint32_t cmd_status);

/* Whether an enabled queue is that driver's. */
bool emu_driver_has(enum emu_driver driver, const struct emu_queue *queue);

/* The PCI function: it gets its device dsa<N>, not configured; or loses it, with all that it has.
 */
void emu_driver_probe(struct emu_state *state, struct emu_dsa *dsa);
/* 0 or -EBUSY while a char device is open. */
int emu_driver_remove(struct emu_state *state, struct emu_dsa *dsa);

/* emu_driver_fits - may the driver have the function? driver_override can say no */
bool emu_driver_fits(const struct emu_dsa *dsa);

/*
 * Module: 0, or -EBUSY while a char device is open or iaa_crypto is loaded. Loading what is loaded
 * changes nothing.
 */
int emu_module_load(struct emu_state *state);
int emu_module_unload(struct emu_state *state);

/*
 * iaa_crypto: takes each IAX device that has no configuration, and what binds later. Loads idxd.
 * Unloading disables its queues, and leaves the devices enabled. 0, or -ENOENT on a kernel that has
 * not got it.
 */
int emu_crypto_load(struct emu_state *state);
int emu_crypto_unload(struct emu_state *state);

#endif
