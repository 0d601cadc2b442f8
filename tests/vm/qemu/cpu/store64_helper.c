/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MOVDIR64B, ENQCMD and ENQCMDS.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2.
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "accel/tcg/cpu-ldst.h"
#include "accel/tcg/probe.h"
#include "exec/helper-proto.h"
#include "exec/target_page.h"
#include "exec/tlb-flags.h"
#include "hw/misc/idxd.h"
#include "system/address-spaces.h"
#include "tcg/helper-tcg.h"
#include "msr.h"

#define ENQCMD_RESERVED  0xffffffffu
#define ENQCMDS_RESERVED 0x7ff00000u

bool (*idxd_portal_write64)(MemoryRegion *mr, hwaddr off, const uint64_t *desc,
                            bool nonposted, bool *retry);

/* Is there a portal behind @full? If so, it takes the 64 bytes at once. */
static bool write_portal(CPUState *cs, const CPUTLBEntryFull *full,
                         target_ulong dst, const uint64_t *data, bool nonposted,
                         bool *retry)
{
    int asidx = cpu_asidx_from_attrs(cs, full->attrs);
    hwaddr addr = full->phys_addr | (dst & ~(target_ulong)TARGET_PAGE_MASK);
    hwaddr off, len = 64;
    MemoryRegion *mr;

    BQL_LOCK_GUARD();
    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(cpu_get_address_space(cs, asidx), addr, &off,
                                 &len, true, full->attrs);
    return idxd_portal_write64 &&
           idxd_portal_write64(mr, off, data, nonposted, retry);
}

/*
 * To what is not a portal, a posted store is eight ordinary ones, and one that
 * waits for an answer gets "retry". Returns that answer.
 */
static bool store64(CPUX86State *env, target_ulong dst, const uint64_t *data,
                    bool nonposted, uintptr_t ra)
{
    CPUState *cs = env_cpu(env);
    CPUTLBEntryFull *full;
    bool retry = true;
    void *host;
    int flags;

    flags =
        probe_access_full(env, dst, 64, MMU_DATA_STORE,
                          cpu_mmu_index(cs, false), false, &host, &full, ra);
    if ((flags & TLB_MMIO) &&
        write_portal(cs, full, dst, data, nonposted, &retry)) {
        return retry;
    }
    for (int i = 0; i < 8 && !nonposted; i++) {
        cpu_stq_le_data_ra(env, dst + 8 * i, data[i], ra);
    }
    return nonposted;
}

/* The source, which needs no alignment; the destination does. */
static void load64(CPUX86State *env, target_ulong dst, target_ulong src,
                   uint64_t *data, uint32_t reserved, uintptr_t ra)
{
    if (dst & 63) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    for (int i = 0; i < 8; i++) {
        data[i] = cpu_ldq_le_data_ra(env, src + 8 * i, ra);
    }
    if (data[0] & reserved) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
}

/* ZF is the answer, the other flags are cleared. */
static void enqueue(CPUX86State *env, target_ulong dst, const uint64_t *data,
                    uintptr_t ra)
{
    CC_SRC = store64(env, dst, data, true, ra) ? CC_Z : 0;
    CC_OP = CC_OP_EFLAGS;
}

void helper_movdir64b(CPUX86State *env, target_ulong dst, target_ulong src)
{
    uintptr_t ra = GETPC();
    uint64_t data[8];

    load64(env, dst, src, data, 0, ra);
    store64(env, dst, data, false, ra);
}

void helper_enqcmd(CPUX86State *env, target_ulong dst, target_ulong src)
{
    uintptr_t ra = GETPC();
    uint64_t data[8];

    if (!(env->pasid & MSR_IA32_PASID_VALID)) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, ra);
    }
    load64(env, dst, src, data, ENQCMD_RESERVED, ra);
    data[0] |= env->pasid & MSR_IA32_PASID_MASK;
    enqueue(env, dst, data, ra);
}

void helper_enqcmds(CPUX86State *env, target_ulong dst, target_ulong src)
{
    uintptr_t ra = GETPC();
    uint64_t data[8];

    load64(env, dst, src, data, ENQCMDS_RESERVED, ra);
    enqueue(env, dst, data, ra);
}
