/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "copy.h"

/* A fault leaves in RCX what is still to be copied, and RIP at the instruction. */
__asm__(".text\n"
	".globl emu_copy\n"
	".hidden emu_copy\n"
	".type emu_copy, @function\n"
	"emu_copy:\n"
	"	endbr64\n"
	"	mov %rdx, %rcx\n"
	"emu_copy_insn:\n"
	"	rep movsb\n"
	"emu_copy_end:\n"
	"	mov %rcx, %rax\n"
	"	ret\n"
	".size emu_copy, . - emu_copy\n");

extern const char emu_copy_insn[] __attribute__((visibility("hidden")));
extern const char emu_copy_end[] __attribute__((visibility("hidden")));

/* initial-exec: the dynamic model may allocate at the first access, which a handler must not. */
static _Thread_local struct emu_fault last_fault __attribute__((tls_model("initial-exec")));

const struct emu_fault *emu_copy_fault(void)
{
	return &last_fault;
}

bool emu_copy_caught(const siginfo_t *info, ucontext_t *uc)
{
	greg_t *regs = uc->uc_mcontext.gregs;

	if (regs[REG_RIP] != (greg_t)emu_copy_insn || info->si_code <= 0)
		return false;
	last_fault.info = *info;
	last_fault.trapno = regs[REG_TRAPNO];
	last_fault.err = regs[REG_ERR];
	last_fault.cr2 = regs[REG_CR2];
	regs[REG_RIP] = (greg_t)emu_copy_end;
	return true;
}

static _Thread_local struct emu_guard *guard __attribute__((tls_model("initial-exec")));

void emu_guard_set(struct emu_guard *g)
{
	guard = g;
}

void emu_guard_caught(const siginfo_t *info, const ucontext_t *uc)
{
	if (!guard || info->si_code <= 0)
		return;
	/* The handler's own mask blocks what setuid() in another thread waits for. */
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &uc->uc_sigmask, NULL, sizeof(uint64_t));
	siglongjmp(guard->jump, 1);
}
