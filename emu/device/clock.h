/* SPDX-License-Identifier: MIT */
/* Time: how long the device takes, where --timing asks for it. */
#ifndef EMU_DEVICE_CLOCK_H
#define EMU_DEVICE_CLOCK_H

#include "state.h"

/* emu_now - CLOCK_MONOTONIC in nanoseconds */
uint64_t emu_now(void);

/* emu_clock_wait - as long as an engine takes; the engines share the device's link */
void emu_clock_wait(struct emu_state *state, unsigned int lane, const struct sva_desc *desc);

#endif
