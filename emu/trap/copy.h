/* SPDX-License-Identifier: MIT */
/*
 * Access to the program's memory from a signal handler: a fault in it ends the copy, not the
 * program. The handler of SIGSEGV and SIGBUS must show every fault to emu_copy_caught() first.
 */
#ifndef EMU_TRAP_COPY_H
#define EMU_TRAP_COPY_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

/* A fault, as a signal handler gets to see it. */
struct emu_fault {
	siginfo_t info;
	greg_t trapno, err, cr2;
};

/**
 * emu_copy - copy @size bytes, as far as both sides can be accessed
 *
 * Returns the number of bytes that were not copied; where it is not zero, emu_copy_fault() says
 * why.
 */
size_t emu_copy(void *dst, const void *src, size_t size);

/* emu_copy_fault - the last fault of emu_copy() in this thread */
const struct emu_fault *emu_copy_fault(void);

/* emu_copy_caught - whether a fault came from emu_copy(); then it goes on when the handler
 * returns */
bool emu_copy_caught(const siginfo_t *info, ucontext_t *uc);

/* Code that works on the program's memory at length: a fault in it jumps out. */
struct emu_guard {
	uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
};

/**
 * emu_guard_here - the place that a fault jumps to, as setjmp()
 *
 * Returns 0; and once more, 1, at a fault while emu_guard_set() is in force.
 */
int emu_guard_here(struct emu_guard *guard) __attribute__((returns_twice));

/* emu_guard_set - guard the calling thread, or end that with NULL */
void emu_guard_set(struct emu_guard *guard);

/* emu_guard_caught - whether a fault is guarded; then the handler's return jumps to the guard */
bool emu_guard_caught(const siginfo_t *info, ucontext_t *uc);

#endif
