/* SPDX-License-Identifier: MIT */
/* Words for numbers, where people read them. */
#ifndef EMU_DEVICE_NAMES_H
#define EMU_DEVICE_NAMES_H

/* emu_opcode_name - "memmove"; NULL: none */
const char *emu_opcode_name(unsigned int opcode);

#endif
