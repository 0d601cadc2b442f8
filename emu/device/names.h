/* SPDX-License-Identifier: MIT */
/* Words for numbers, where people read them. */
#ifndef EMU_DEVICE_NAMES_H
#define EMU_DEVICE_NAMES_H

#include "state.h"

/* Before the number of a device: "dsa", "iax". Also the folder of its queues in /dev. */
extern const char *const emu_type_name[EMU_TYPES];

/* emu_opcode_name - "memmove"; NULL: none. No opcode has another meaning on a device of another
 * type.
 */
const char *emu_opcode_name(unsigned int opcode);

#endif
