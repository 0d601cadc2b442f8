/* SPDX-License-Identifier: MIT */
/* Failures on demand: the rules of --inject. */
#ifndef EMU_DEVICE_INJECT_H
#define EMU_DEVICE_INJECT_H

#include "state.h"

/* Whether a rule has this submission refused. */
bool emu_inject_refuses(struct emu_state *state, unsigned int lane, const struct sva_desc *desc);

/* The rule that decides how an operation ends; NULL: as the device has it. */
const struct emu_rule *emu_inject_outcome(struct emu_state *state, unsigned int lane,
					  const struct sva_desc *desc);

#endif
