/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model-specific registers of SVA and of UMWAIT.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 4.
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "msr.h"

#define UMWAIT_CONTROL_MASK 0xfffffffdu /* bit 1 is reserved */

/* What may be written; 0 in a register that this CPU does not have. */
static uint64_t writable(const CPUX86State *env, uint32_t msr)
{
    uint32_t features = env->features[FEAT_7_0_ECX];

    switch (msr) {
    case MSR_IA32_XSS:
        return (uint64_t)env->features[FEAT_XSAVE_XSS_HI] << 32 |
               env->features[FEAT_XSAVE_XSS_LO];
    case MSR_IA32_PASID:
        return features & CPUID_7_0_ECX_ENQCMD ?
                   MSR_IA32_PASID_VALID | MSR_IA32_PASID_MASK :
                   0;
    case MSR_IA32_UMWAIT_CONTROL:
        return features & CPUID_7_0_ECX_WAITPKG ? UMWAIT_CONTROL_MASK : 0;
    default:
        g_assert_not_reached();
    }
}

bool sva_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val)
{
    if (val & ~writable(env, msr)) {
        return false;
    }
    switch (msr) {
    case MSR_IA32_XSS:
        env->xss = val;
        break;
    case MSR_IA32_PASID:
        env->pasid = val;
        break;
    case MSR_IA32_UMWAIT_CONTROL:
        env->umwait = val;
        break;
    }
    return true;
}

uint64_t sva_rdmsr(const CPUX86State *env, uint32_t msr)
{
    switch (msr) {
    case MSR_IA32_XSS:
        return env->xss;
    case MSR_IA32_PASID:
        return env->pasid;
    default:
        return env->umwait;
    }
}
