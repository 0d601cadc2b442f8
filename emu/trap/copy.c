/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include "thread.h"

#define FLAG_DF 0x400

_Thread_local struct emu_thread emu_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

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

/* In the order of struct emu_guard: what a call leaves alone, and where it returns to. */
__asm__(".text\n"
	".globl emu_guard_here\n"
	".hidden emu_guard_here\n"
	".type emu_guard_here, @function\n"
	"emu_guard_here:\n"
	"	endbr64\n"
	"	mov %rbx, 0(%rdi)\n"
	"	mov %rbp, 8(%rdi)\n"
	"	mov %r12, 16(%rdi)\n"
	"	mov %r13, 24(%rdi)\n"
	"	mov %r14, 32(%rdi)\n"
	"	mov %r15, 40(%rdi)\n"
	"	lea 8(%rsp), %rax\n"
	"	mov %rax, 48(%rdi)\n"
	"	mov (%rsp), %rax\n"
	"	mov %rax, 56(%rdi)\n"
	"	xor %eax, %eax\n"
	"	ret\n"
	".size emu_guard_here, . - emu_guard_here\n");

const struct emu_fault *emu_copy_fault(void)
{
	return &emu_thread.fault;
}

bool emu_copy_caught(const siginfo_t *info, ucontext_t *uc)
{
	struct emu_fault *fault = &emu_thread.fault;
	greg_t *regs = uc->uc_mcontext.gregs;

	if (regs[REG_RIP] != (greg_t)emu_copy_insn || info->si_code <= 0)
		return false;
	fault->info = *info;
	fault->trapno = regs[REG_TRAPNO];
	fault->err = regs[REG_ERR];
	fault->cr2 = regs[REG_CR2];
	regs[REG_RIP] = (greg_t)emu_copy_end;
	return true;
}

void emu_guard_set(struct emu_guard *guard)
{
	emu_thread.guard = guard;
}

/* By the return of the handler, which brings back the mask, too. */
bool emu_guard_caught(const siginfo_t *info, ucontext_t *uc)
{
	const struct emu_guard *guard = emu_thread.guard;
	greg_t *regs = uc->uc_mcontext.gregs;

	if (!guard || info->si_code <= 0)
		return false;
	regs[REG_RBX] = (greg_t)guard->rbx;
	regs[REG_RBP] = (greg_t)guard->rbp;
	regs[REG_R12] = (greg_t)guard->r12;
	regs[REG_R13] = (greg_t)guard->r13;
	regs[REG_R14] = (greg_t)guard->r14;
	regs[REG_R15] = (greg_t)guard->r15;
	regs[REG_RSP] = (greg_t)guard->rsp;
	regs[REG_RIP] = (greg_t)guard->rip;
	regs[REG_RAX] = 1;
	regs[REG_EFL] &= ~FLAG_DF;
	return true;
}
