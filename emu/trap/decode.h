/* SPDX-License-Identifier: MIT */
/*
 * Decoder of the instructions that the emulator executes in the CPU's place, in 64-bit mode. No
 * allocation, no state: it may be called from a signal handler.
 *
 * Source: Intel 64 and IA-32 Software Developer's Manual, volume 2, chapter 2 (instruction format)
 * and the pages of the instructions.
 */
#ifndef EMU_TRAP_DECODE_H
#define EMU_TRAP_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMU_INSN_MAX 15 /* bytes of the longest instruction */

enum emu_opcode {
	EMU_OTHER, /* none of ours, or not valid, or cut off */
	EMU_ENQCMD,
	EMU_ENQCMDS,
	EMU_MOVDIR64B,
	EMU_UMONITOR,
	EMU_UMWAIT,
	EMU_TPAUSE,
};

/* What stands in the place of a register besides 0 (RAX) to 15 (R15). */
#define EMU_REG_NONE 16
#define EMU_REG_RIP  17 /* base only: the end of the instruction */

enum emu_segment { EMU_SEG_NONE, EMU_SEG_FS, EMU_SEG_GS }; /* the others have the base 0 */

struct emu_insn {
	enum emu_opcode opcode;
	enum emu_segment segment;
	unsigned char length;
	bool addr32;         /* 32-bit addresses (prefix 67) */
	unsigned char dest;  /* ENQCMD, ENQCMDS, MOVDIR64B: register that holds the destination */
	unsigned char base;  /* their memory operand; the register operand of the others */
	unsigned char index; /* EMU_REG_NONE with all the others */
	unsigned char scale; /* 1, 2, 4 or 8 */
	int32_t disp;
};

struct emu_regs {
	uint64_t reg[16]; /* in the order of their encoding: RAX RCX RDX RBX RSP RBP RSI RDI R8 ...
			   */
	uint64_t rip;     /* of the instruction's first byte */
	uint64_t fs_base;
	uint64_t gs_base;
};

/**
 * emu_decode - decode the instruction at @code, of which @size bytes are readable
 *
 * Never looks at a byte beyond @size, nor at more than EMU_INSN_MAX. @insn is filled; where the
 * opcode is EMU_OTHER, everything else in it is zero.
 */
void emu_decode(const unsigned char *code, size_t size, struct emu_insn *insn);

/* emu_address - of the memory operand; of the line to be monitored for UMONITOR */
uint64_t emu_address(const struct emu_insn *insn, const struct emu_regs *regs);

/* emu_destination - where ENQCMD, ENQCMDS and MOVDIR64B write to: no segment applies to it */
uint64_t emu_destination(const struct emu_insn *insn, const struct emu_regs *regs);

#endif
