/* SPDX-License-Identifier: MIT */
/*
 * A device for the tests of the trap: one portal, on a page that nobody may touch, so that the CPU
 * traps whether it has the instruction or not. Accepted descriptors are counted by their last byte.
 */
#ifndef TRAP_DEVICE_H
#define TRAP_DEVICE_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ucontext.h>
#include <cmocka.h>

#include <sva/insn.h>

#include "trap.h"

struct line {
	_Alignas(64) unsigned char byte[64];
};

static struct {
	char *portal; /* a page */
	bool full;
	bool no_pasid;
	atomic_uint accepted[256]; /* by the last byte of the descriptor */
	void *last_portal;
	struct line last;
} device;

static enum emu_verdict take(void *portal, const void *desc)
{
	size_t offset = (size_t)((char *)portal - device.portal);

	if (offset >= 4096)
		return EMU_MEMORY;
	if (device.no_pasid)
		return EMU_FAULT;
	errno = EIO;
	if (device.full)
		return EMU_RETRY;
	device.last_portal = portal;
	memcpy(&device.last, desc, sizeof(device.last));
	device.accepted[((const struct line *)desc)->byte[63]]++; /* last is any thread's */
	return EMU_ACCEPTED;
}

static int device_setup(void **state)
{
	static const struct emu_trap_ops ops = { .enqcmd = take, .movdir64b = take };

	(void)state;
	if (!device.portal)
		device.portal = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (device.portal == MAP_FAILED)
		return -1;
	device.full = device.no_pasid = false;
	memset(&device.last, 0, sizeof(device.last));
	memset(device.accepted, 0, sizeof(device.accepted));
	emu_trap_set_ops(&ops);
	return 0;
}

/* A descriptor whose bytes 31:0 are zero, as ENQCMD wants them. */
static inline struct line numbered_line(unsigned char last)
{
	struct line line = { { 0 } };
	unsigned int i;

	for (i = 4; i < 63; i++)
		line.byte[i] = (unsigned char)(i * 7);
	line.byte[63] = last;
	return line;
}

/*
 * Signals of the program: the test's handler notes the fault and leaves it.
 */
static struct {
	sigjmp_buf jump;
	siginfo_t info;
	greg_t rip, trapno;
} caught;

static inline void jump_out(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	caught.info = *info;
	caught.rip = regs[REG_RIP];
	caught.trapno = regs[REG_TRAPNO];
	siglongjmp(caught.jump, sig);
}

static inline void set_action(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction act = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	assert_int_equal(sigaction(sig, &act, NULL), 0);
}

/* The signal that a statement raises, or 0. */
#define SIGNAL_OF(statement)                          \
	({                                            \
		int sig_ = sigsetjmp(caught.jump, 1); \
		if (!sig_) {                          \
			statement;                    \
		}                                     \
		sig_;                                 \
	})

/* In a child with the default actions: the status that wait() has for it. */
#define STATUS_OF(statement)                                        \
	({                                                          \
		int status_ = -1;                                   \
		pid_t pid_ = fork();                                \
		if (!pid_) {                                        \
			signal(SIGILL, SIG_DFL);                    \
			signal(SIGSEGV, SIG_DFL);                   \
			statement;                                  \
			_exit(0);                                   \
		}                                                   \
		assert_int_equal(waitpid(pid_, &status_, 0), pid_); \
		status_;                                            \
	})

#define assert_killed_by(status, sig)                     \
	do {                                              \
		int killed_ = (status);                   \
		assert_true(WIFSIGNALED(killed_));        \
		assert_int_equal(WTERMSIG(killed_), sig); \
	} while (0)

#endif
