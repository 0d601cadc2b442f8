/* SPDX-License-Identifier: MIT */
/*
 * What the instructions do. Source: Intel 64 and IA-32 Software Developer's Manual, volume 2.
 */
#include <asm/prctl.h>
#include <stdatomic.h>
#include <string.h>

#include "decode.h"
#include "emulate.h"
#include "sys.h"
#include "thread.h"
#include "trap.h"

#define FLAG_CF     0x001
#define FLAG_ZF     0x040
#define FLAG_STATUS 0x8d5 /* CF, PF, AF, ZF, SF, OF */

#define TRAP_GP     13

/* The operating system's limit of UMWAIT and TPAUSE in TSC ticks: Linux' default. */
#define OS_LIMIT 100000u

static _Atomic(const struct emu_trap_ops *) current_ops;

void emu_trap_set_ops(const struct emu_trap_ops *ops)
{
	atomic_store_explicit(&current_ops, ops, memory_order_release);
}

static enum emu_trapped protection_fault(struct emu_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	fault->info.si_signo = SIGSEGV;
	fault->info.si_code = SI_KERNEL;
	fault->trapno = TRAP_GP;
	return EMU_FAULTED;
}

static enum emu_trapped copy_fault(struct emu_fault *fault)
{
	*fault = *emu_copy_fault();
	return EMU_FAULTED;
}

static void set_flags(ucontext_t *uc, greg_t flags)
{
	greg_t *eflags = &uc->uc_mcontext.gregs[REG_EFL];

	*eflags = (*eflags & ~FLAG_STATUS) | flags;
}

/* The kernel is asked for a segment's base only where an instruction uses it: it takes its time. */
static void read_regs(const ucontext_t *uc, enum emu_segment segment, struct emu_regs *regs)
{
	static const unsigned char place[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX,
						 REG_RSP, REG_RBP, REG_RSI, REG_RDI,
						 REG_R8,  REG_R9,  REG_R10, REG_R11,
						 REG_R12, REG_R13, REG_R14, REG_R15 };

	for (unsigned int i = 0; i < 16; i++)
		regs->reg[i] = (uint64_t)uc->uc_mcontext.gregs[place[i]];
	regs->rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
	regs->fs_base = regs->gs_base = 0;
	if (segment == EMU_SEG_FS)
		emu_sys(SYS_arch_prctl, ARCH_GET_FS, &regs->fs_base);
	else if (segment == EMU_SEG_GS)
		emu_sys(SYS_arch_prctl, ARCH_GET_GS, &regs->gs_base);
}

static enum emu_trapped enqcmd(ucontext_t *uc, void *portal, const unsigned char *desc,
			       struct emu_fault *fault)
{
	const struct emu_trap_ops *ops = atomic_load_explicit(&current_ops, memory_order_acquire);
	enum emu_verdict verdict;
	uint32_t pasid;

	memcpy(&pasid, desc, sizeof(pasid));
	if (pasid || !ops)
		return protection_fault(fault);
	verdict = ops->enqcmd(portal, desc);
	if (verdict != EMU_ACCEPTED && verdict != EMU_RETRY)
		return protection_fault(fault);
	set_flags(uc, verdict == EMU_RETRY ? FLAG_ZF : 0);
	return EMU_EXECUTED;
}

static enum emu_trapped movdir64b(void *dest, const unsigned char *desc, struct emu_fault *fault)
{
	const struct emu_trap_ops *ops = atomic_load_explicit(&current_ops, memory_order_acquire);
	enum emu_verdict verdict = ops ? ops->movdir64b(dest, desc) : EMU_MEMORY;

	if (verdict == EMU_FAULT)
		return protection_fault(fault);
	if (verdict == EMU_MEMORY && emu_copy(dest, desc, EMU_LINE))
		return copy_fault(fault);
	return EMU_EXECUTED;
}

static enum emu_trapped store(ucontext_t *uc, const struct emu_insn *insn,
			      const struct emu_regs *regs, struct emu_fault *fault)
{
	const void *src = (const void *)emu_address(insn, regs);
	void *dest = (void *)emu_destination(insn, regs);
	_Alignas(EMU_LINE) unsigned char desc[EMU_LINE];

	if (insn->opcode == EMU_ENQCMDS || (uintptr_t)dest % EMU_LINE)
		return protection_fault(fault);
	if (emu_copy(desc, src, EMU_LINE))
		return copy_fault(fault);
	if (insn->opcode == EMU_ENQCMD)
		return enqcmd(uc, dest, desc, fault);
	return movdir64b(dest, desc, fault);
}

static enum emu_trapped arm_monitor(const struct emu_insn *insn, const struct emu_regs *regs,
				    struct emu_fault *fault)
{
	const void *line = (const void *)(emu_address(insn, regs) & ~(uint64_t)(EMU_LINE - 1));

	emu_thread.monitor.line = NULL;
	if (emu_copy(emu_thread.monitor.content, line, EMU_LINE))
		return copy_fault(fault);
	emu_thread.monitor.line = line;
	return EMU_EXECUTED;
}

/* A line that is gone counts as changed: the program finds out when it looks at it. */
static bool monitor_triggered(void)
{
	unsigned char content[EMU_LINE];

	return !emu_thread.monitor.line || emu_copy(content, emu_thread.monitor.line, EMU_LINE) ||
	       memcmp(content, emu_thread.monitor.content, EMU_LINE);
}

/* UMWAIT and TPAUSE. Other threads run meanwhile: one of them may be the device. */
static enum emu_trapped wait(ucontext_t *uc, const struct emu_insn *insn,
			     const struct emu_regs *regs, struct emu_fault *fault)
{
	uint64_t deadline = regs->reg[2] << 32 | (uint32_t)regs->reg[0];
	uint64_t now = __builtin_ia32_rdtsc();
	uint64_t limit = now + OS_LIMIT;
	bool monitored = insn->opcode == EMU_UMWAIT;

	if ((uint32_t)regs->reg[insn->base] & ~1u)
		return protection_fault(fault);
	while (now < deadline && now < limit && !(monitored && monitor_triggered())) {
		emu_sys(SYS_sched_yield);
		now = __builtin_ia32_rdtsc();
	}
	if (monitored)
		emu_thread.monitor.line = NULL;
	set_flags(uc, now < deadline && now >= limit ? FLAG_CF : 0);
	return EMU_EXECUTED;
}

enum emu_trapped emu_emulate(ucontext_t *uc, struct emu_fault *fault)
{
	greg_t *rip = &uc->uc_mcontext.gregs[REG_RIP];
	unsigned char code[EMU_INSN_MAX];
	enum emu_trapped outcome;
	struct emu_insn insn;
	struct emu_regs regs;

	/* A jump to nowhere brings us here, too. */
	emu_decode(code, sizeof(code) - emu_copy(code, (const void *)*rip, sizeof(code)), &insn);
	if (insn.opcode == EMU_OTHER)
		return EMU_NOT_OURS;
	read_regs(uc, insn.segment, &regs);
	if (insn.opcode == EMU_UMONITOR)
		outcome = arm_monitor(&insn, &regs, fault);
	else if (insn.opcode == EMU_UMWAIT || insn.opcode == EMU_TPAUSE)
		outcome = wait(uc, &insn, &regs, fault);
	else
		outcome = store(uc, &insn, &regs, fault);
	if (outcome == EMU_EXECUTED)
		*rip += insn.length;
	return outcome;
}
