/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MOVDIR64B, ENQCMD, ENQCMDS, UMONITOR, UMWAIT and TPAUSE.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "exec/helper-proto.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "system/address-spaces.h"
#include "system/memory.h"
#include "accel/tcg/cpu-ldst.h"
#include "accel/tcg/probe.h"
#include "exec/target_page.h"
#include "exec/tlb-flags.h"
#include "hw/misc/idxd.h"
#include "tcg/helper-tcg.h"

#define WAIT_STEP_US         10u /* between two looks at a monitored line */
#define ENQCMDS_MUST_BE_ZERO 0x7ff00000u

bool (*idxd_portal_write64)(MemoryRegion *mr, hwaddr off, const uint64_t *desc, bool nonposted,
			    bool *retry);

static void general_protection(CPUX86State *env, uintptr_t ra)
{
	raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
}

/* Is there a portal behind @full? If so it takes the 64 bytes at once. */
static bool write_portal(CPUState *cs, const CPUTLBEntryFull *full, target_ulong dst,
			 const uint64_t *data, bool nonposted, bool *retry)
{
	hwaddr xlat, len = 64;
	hwaddr pa = full->phys_addr | (dst & ~(target_ulong)TARGET_PAGE_MASK);
	AddressSpace *as = cpu_get_address_space(cs, cpu_asidx_from_attrs(cs, full->attrs));
	MemoryRegion *mr;

	BQL_LOCK_GUARD();
	RCU_READ_LOCK_GUARD();
	mr = address_space_translate(as, pa, &xlat, &len, true, full->attrs);
	return idxd_portal_write64 && idxd_portal_write64(mr, xlat, data, nonposted, retry);
}

/*
 * To what is not a portal, posted stores are ordinary ones, and others are answered "retry".
 * Returns true for "retry".
 */
static bool store64(CPUX86State *env, target_ulong dst, const uint64_t *data, bool nonposted,
		    uintptr_t ra)
{
	CPUState *cs = env_cpu(env);
	CPUTLBEntryFull *full;
	bool retry = true;
	void *host;
	int flags;

	flags = probe_access_full(env, dst, 64, MMU_DATA_STORE, cpu_mmu_index(cs, false), false,
				  &host, &full, ra);
	if ((flags & TLB_MMIO) && write_portal(cs, full, dst, data, nonposted, &retry)) {
		return retry;
	}
	for (int i = 0; i < 8 && !nonposted; i++) {
		cpu_stq_le_data_ra(env, dst + 8 * i, data[i], ra);
	}
	return nonposted;
}

static void load64(CPUX86State *env, target_ulong src, uint64_t *data, uintptr_t ra)
{
	for (int i = 0; i < 8; i++) {
		data[i] = cpu_ldq_le_data_ra(env, src + 8 * i, ra);
	}
}

void helper_movdir64b(CPUX86State *env, target_ulong dst, target_ulong src)
{
	uintptr_t ra = GETPC();
	uint64_t data[8];

	if (dst & 63) {
		general_protection(env, ra);
	}
	load64(env, src, data, ra);
	store64(env, dst, data, false, ra);
}

/* ZF is the answer; CF, PF, AF, OF and SF are cleared. */
static void enqueue(CPUX86State *env, target_ulong dst, const uint64_t *data, uintptr_t ra)
{
	CC_SRC = store64(env, dst, data, true, ra) ? CC_Z : 0;
	CC_OP = CC_OP_EFLAGS;
}

void helper_enqcmd(CPUX86State *env, target_ulong dst, target_ulong src)
{
	uintptr_t ra = GETPC();
	uint64_t data[8];

	if ((dst & 63) || !(env->pasid & MSR_IA32_PASID_VALID)) {
		general_protection(env, ra);
	}
	load64(env, src, data, ra);
	if ((uint32_t)data[0]) {
		general_protection(env, ra);
	}
	data[0] |= env->pasid & 0xfffff;
	enqueue(env, dst, data, ra);
}

void helper_enqcmds(CPUX86State *env, target_ulong dst, target_ulong src)
{
	uintptr_t ra = GETPC();
	uint64_t data[8];

	if (dst & 63) {
		general_protection(env, ra);
	}
	load64(env, src, data, ra);
	if (data[0] & ENQCMDS_MUST_BE_ZERO) {
		general_protection(env, ra);
	}
	enqueue(env, dst, data, ra);
}

/* The line is remembered with its contents: what has changed it is found, however early it came. */
void helper_umonitor(CPUX86State *env, target_ulong addr)
{
	CPUState *cs = env_cpu(env);
	void *host = probe_access(env, addr & ~(target_ulong)63, 64, MMU_DATA_LOAD,
				  cpu_mmu_index(cs, false), GETPC());

	env->monitor = host;
	if (host) {
		memcpy(env->monitor_line, host, 64);
	}
}

/* Has the time come that the operating system allows (IA32_UMWAIT_CONTROL)? */
static bool limit_reached(const CPUX86State *env, uint64_t start, uint64_t now)
{
	uint32_t limit = env->umwait & ~3u;

	return limit && now - start >= limit;
}

void helper_umwait(CPUX86State *env, target_ulong control, uint32_t monitored)
{
	uint64_t deadline = (uint64_t)(uint32_t)env->regs[R_EDX] << 32 | (uint32_t)env->regs[R_EAX];
	CPUState *cs = env_cpu(env);
	uint64_t start, now;

	if ((uint32_t)control & ~1u) {
		general_protection(env, GETPC());
	}
	start = now = cpu_get_tsc(env) + env->tsc_offset;
	while (now < deadline && !limit_reached(env, start, now) && !cpu_loop_exit_requested(cs) &&
	       !(monitored && (!env->monitor || memcmp(env->monitor, env->monitor_line, 64)))) {
		g_usleep(WAIT_STEP_US);
		now = cpu_get_tsc(env) + env->tsc_offset;
	}
	env->monitor = NULL;
	CC_SRC = now < deadline && limit_reached(env, start, now) ? CC_C : 0;
	CC_OP = CC_OP_EFLAGS;
}
