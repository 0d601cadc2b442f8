/* SPDX-License-Identifier: MIT */
#ifndef EMU_CLI_NAMES_H
#define EMU_CLI_NAMES_H

/* emu_opcode_name - "memmove"; NULL: none */
const char *emu_opcode_name(unsigned int opcode);

#endif
