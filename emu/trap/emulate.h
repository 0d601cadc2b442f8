/* SPDX-License-Identifier: MIT */
#ifndef EMU_TRAP_EMULATE_H
#define EMU_TRAP_EMULATE_H

#include "copy.h"

enum emu_trapped {
	EMU_NOT_OURS, /* nothing has changed */
	EMU_EXECUTED, /* registers are those behind the instruction */
	EMU_FAULTED,  /* @fault is what the program has to get */
};

/* emu_emulate - execute the instruction that @uc stands at, when it is one of ours */
enum emu_trapped emu_emulate(ucontext_t *uc, struct emu_fault *fault);

#endif
