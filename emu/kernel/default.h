/* SPDX-License-Identifier: MIT */
#ifndef EMU_KERNEL_DEFAULT_H
#define EMU_KERNEL_DEFAULT_H

#include "state.h"

/* emu_machine_default - configure: the first device of each type has a shared and a dedicated user
 * queue, enabled
 */
int emu_machine_default(struct emu_state *state);

#endif
