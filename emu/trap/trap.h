/* SPDX-License-Identifier: MIT */
/*
 * The instruction trap: executes ENQCMD, ENQCMDS (which faults, as in ring 3), MOVDIR64B, UMONITOR,
 * UMWAIT and TPAUSE in the CPU's place, in any thread of the program that it is loaded into.
 *
 * It works from SIGILL where the CPU lacks the instruction, and from SIGSEGV where the CPU has it
 * and the portal is none. Faults that are not ours go to the program's own handlers: signals.c.
 */
#ifndef EMU_TRAP_TRAP_H
#define EMU_TRAP_TRAP_H

#define EMU_EXPORT __attribute__((visibility("default")))

enum emu_verdict {
	EMU_ACCEPTED,
	EMU_RETRY,  /* ENQCMD: ZF = 1 */
	EMU_FAULT,  /* the program gets SIGSEGV, as from #GP */
	EMU_MEMORY, /* MOVDIR64B: not a portal; the trap writes the 64 bytes there */
};

/*
 * The devices behind the portals. Called in a signal handler, with all signals blocked but those of
 * synchronous faults: only async-signal-safe functions, but locks are safe if nothing else takes
 * them outside. @desc is aligned to 64 bytes and valid during the call.
 */
struct emu_trap_ops {
	enum emu_verdict (*enqcmd)(void *portal, const void *desc);
	enum emu_verdict (*movdir64b)(void *portal, const void *desc);
};

/**
 * emu_trap_set_ops - plug the devices in
 * @ops: static memory; NULL, and before the first call: no device, so that every ENQCMD faults and
 *       every MOVDIR64B goes to memory
 */
EMU_EXPORT void emu_trap_set_ops(const struct emu_trap_ops *ops);

/* emu_trap_start - take the signals; the library's constructor does it, where nobody has before */
void emu_trap_start(void);

#endif
