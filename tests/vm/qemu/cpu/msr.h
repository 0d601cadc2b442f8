/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IA32_XSS, IA32_PASID and IA32_UMWAIT_CONTROL. */
#ifndef I386_TCG_SVA_MSR_H
#define I386_TCG_SVA_MSR_H

#define MSR_IA32_PASID       0xd93
#define MSR_IA32_PASID_VALID (1u << 31)
#define MSR_IA32_PASID_MASK  0xfffffu

/* False: #GP. */
bool sva_wrmsr(CPUX86State *env, uint32_t msr, uint64_t val);
uint64_t sva_rdmsr(const CPUX86State *env, uint32_t msr);

#endif
