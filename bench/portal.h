/* SPDX-License-Identifier: MIT */
/*
 * The two instructions that submit, each replaced by one store that any CPU (and valgrind) can do;
 * the rest of the public headers is as it is. Registers, flag output and memory operands are those
 * of the instruction, so that the compiler makes the same code around it.
 */
#ifndef BENCH_PORTAL_H
#define BENCH_PORTAL_H

#define sva_enqcmd    sva_insn_enqcmd
#define sva_movdir64b sva_insn_movdir64b
#include <sva/insn.h>
#undef sva_enqcmd
#undef sva_movdir64b

/* The one store that leaves ZF as ENQCMD does when the queue has accepted: clear. */
static inline bool sva_enqcmd(void *portal, const void *desc)
{
	bool retry;

	__asm__ volatile("orb $1, (%%rax)"
			 : "=@ccz"(retry), "+m"(*(struct sva__line *)portal)
			 : "a"(portal), "S"(desc), "m"(*(const struct sva__line *)desc));
	return retry;
}

static inline void sva_movdir64b(void *portal, const void *desc)
{
	__asm__ volatile("movq %%rsi, (%%rax)"
			 : "+m"(*(struct sva__line *)portal)
			 : "a"(portal), "S"(desc), "m"(*(const struct sva__line *)desc));
}

#endif
