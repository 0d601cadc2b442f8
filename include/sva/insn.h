/* SPDX-License-Identifier: MIT */
/*
 * The instructions on which Shared Virtual Addressing is based, as one inline function each, and
 * the barriers that they need, named by purpose. All assembly of libsva is in this file.
 *
 * The file is freestanding: it needs no C library and no other header of libsva, so a kernel module
 * or a unikernel can use it alone. Opcodes are spelled out in bytes, so that assemblers that do not
 * know ENQCMD accept them.
 *
 * Source of the semantics: Intel 64 and IA-32 Software Developer's Manual, volume 2 (ENQCMD,
 * ENQCMDS, MOVDIR64B, UMONITOR, UMWAIT, TPAUSE, CLDEMOTE), and Linux
 * Documentation/arch/x86/sva.rst.
 */
#ifndef SVA_INSN_H
#define SVA_INSN_H

#ifndef __x86_64__
#error "libsva is for x86-64"
#endif

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* lib/ffi.c redefines this, so that libsva-ffi.so exports the inline functions. */
#ifndef SVA__INLINE
#define SVA__INLINE static inline
#endif

/* 64 bytes as one memory operand: what an instruction reads or writes, for the compiler. */
struct sva__line {
	unsigned char byte[64];
} __attribute__((may_alias));

/**
 * sva_submit_barrier - make earlier stores visible to the device before it gets a descriptor
 *
 * ENQCMD, ENQCMDS and MOVDIR64B are weakly ordered with respect to earlier stores to write-back
 * memory: without a store fence, the device could see the doorbell before the data.
 * sva_submit_barrier() must come before each of them. On the way back, only an acquire load of the
 * status byte of the completion record is needed (sva_record_status() in desc.h): the device writes
 * that byte last.
 */
SVA__INLINE void sva_submit_barrier(void)
{
	__asm__ volatile("sfence" : : : "memory");
}

/**
 * sva_enqcmd - submit 64 bytes to a shared work queue, from user space
 * @portal: portal of the queue, 64-byte aligned (else #GP)
 * @desc: 64 bytes; no alignment needed; bits 31:0 must be zero (else #GP), the hardware puts the
 *        PASID of the IA32_PASID MSR there
 *
 * Returns the ZF flag: false if the queue has accepted the descriptor, true if it has not and the
 * caller may retry. Raises SIGSEGV if the process has no PASID, and SIGILL if the CPU has no
 * ENQCMD. sva_submit_barrier() must come before it.
 */
SVA__INLINE bool sva_enqcmd(void *portal, const void *desc)
{
	bool retry;

	__asm__ volatile(".byte 0xf2, 0x0f, 0x38, 0xf8, 0x06 # enqcmd (%%rsi), %%rax"
			 : "=@ccz"(retry), "+m"(*(struct sva__line *)portal)
			 : "a"(portal), "S"(desc), "m"(*(const struct sva__line *)desc));
	return retry;
}

/**
 * sva_enqcmds - the supervisor form of ENQCMD, for ring-0 consumers only
 *
 * As sva_enqcmd(), but the PASID (bits 19:0) and the privilege bit (31) come from the descriptor;
 * bits 30:20 must be zero. CPL 0 only: in user space it faults with #GP. libsva never issues it.
 */
SVA__INLINE bool sva_enqcmds(void *portal, const void *desc)
{
	bool retry;

	__asm__ volatile(".byte 0xf3, 0x0f, 0x38, 0xf8, 0x06 # enqcmds (%%rsi), %%rax"
			 : "=@ccz"(retry), "+m"(*(struct sva__line *)portal)
			 : "a"(portal), "S"(desc), "m"(*(const struct sva__line *)desc));
	return retry;
}

/**
 * sva_movdir64b - submit 64 bytes to a dedicated work queue
 * @portal: portal of the queue, 64-byte aligned (else #GP)
 * @desc: 64 bytes; no alignment needed
 *
 * Posted: nothing reports that the queue was full, in which case the descriptor is lost; the caller
 * must count credits. sva_submit_barrier() must come before it.
 */
SVA__INLINE void sva_movdir64b(void *portal, const void *desc)
{
	__asm__ volatile(".byte 0x66, 0x0f, 0x38, 0xf8, 0x06 # movdir64b (%%rsi), %%rax"
			 : "+m"(*(struct sva__line *)portal)
			 : "a"(portal), "S"(desc), "m"(*(const struct sva__line *)desc));
}

/**
 * sva_umonitor - arm the monitor for the cache line at @addr
 *
 * Check the awaited value again afterwards: a store that came before the monitor was armed does not
 * wake the CPU.
 */
SVA__INLINE void sva_umonitor(const volatile void *addr)
{
	__asm__ volatile(".byte 0xf3, 0x0f, 0xae, 0xf0 # umonitor %%rax" : : "a"(addr) : "memory");
}

/* Power states of sva_umwait() and sva_tpause(). */
#define SVA_C02 0u /* deeper, slower to wake */
#define SVA_C01 1u /* lighter, faster to wake */

/**
 * sva_umwait - sleep until the monitored line is written or the TSC reaches @deadline
 * @state: SVA_C01 or SVA_C02
 * @deadline: absolute value of the time-stamp counter
 *
 * Returns the CF flag: true if the operating system's own limit (IA32_UMWAIT_CONTROL) ended it. It
 * may also return for no reason at all: always check the value itself.
 */
SVA__INLINE bool sva_umwait(uint32_t state, uint64_t deadline)
{
	bool os_limit;

	__asm__ volatile(".byte 0xf2, 0x0f, 0xae, 0xf1 # umwait %%ecx"
			 : "=@ccc"(os_limit)
			 : "c"(state), "a"((uint32_t)deadline), "d"((uint32_t)(deadline >> 32))
			 : "memory");
	return os_limit;
}

/* sva_tpause - sleep until the TSC reaches @deadline; as sva_umwait(), but without a monitor */
SVA__INLINE bool sva_tpause(uint32_t state, uint64_t deadline)
{
	bool os_limit;

	__asm__ volatile(".byte 0x66, 0x0f, 0xae, 0xf1 # tpause %%ecx"
			 : "=@ccc"(os_limit)
			 : "c"(state), "a"((uint32_t)deadline), "d"((uint32_t)(deadline >> 32))
			 : "memory");
	return os_limit;
}

/* sva_cldemote - hint to move the cache line at @addr to a more distant level; a NOP on old CPUs */
SVA__INLINE void sva_cldemote(const void *addr)
{
	__asm__ volatile(".byte 0x0f, 0x1c, 0x00 # cldemote (%%rax)" : : "a"(addr) : "memory");
}

/* sva_pause - tell the CPU that this is a spin loop */
SVA__INLINE void sva_pause(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* sva_rdtsc - the time-stamp counter, not serialised */
SVA__INLINE uint64_t sva_rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

struct sva_cpuid {
	uint32_t eax, ebx, ecx, edx;
};

/* sva_cpuid - the CPUID instruction; all zero for a leaf beyond the last one of the CPU */
SVA__INLINE struct sva_cpuid sva_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct sva_cpuid r;
	uint32_t max;

	__asm__ volatile("cpuid"
			 : "=a"(max), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(0), "c"(0));
	if (leaf > max) {
		r.eax = r.ebx = r.ecx = r.edx = 0;
		return r;
	}
	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

/* What the CPU supports, as a mask of bits. */
#define SVA_CPU_ENQCMD     (1u << 0)
#define SVA_CPU_MOVDIR64B  (1u << 1)
#define SVA_CPU_WAITPKG    (1u << 2) /* UMONITOR, UMWAIT, TPAUSE */
#define SVA_CPU_CLDEMOTE   (1u << 3)
#define SVA_CPU_CLFLUSHOPT (1u << 4)
#define SVA_CPU_AVX2       (1u << 5) /* with BMI1, BMI2, SSE4.2, PCLMULQDQ */
#define SVA_CPU_AVX512     (1u << 6) /* F, BW, DQ, VL, VBMI, VBMI2, GFNI, VPCLMULQDQ: Ice Lake */

/* Vector instructions are usable only if the operating system saves their registers. */
SVA__INLINE unsigned int sva__cpuid_vectors(struct sva_cpuid leaf7)
{
	/* PCLMULQDQ, SSE4.2, OSXSAVE, AVX */
	const uint32_t avx = 1u << 1 | 1u << 20 | 1u << 27 | 1u << 28;
	const uint32_t avx2 = 1u << 3 | 1u << 5 | 1u << 8;
	const uint32_t avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
	const uint32_t vbmi = 1u << 1 | 1u << 6 | 1u << 8 | 1u << 10;
	uint32_t saved, high;

	if ((leaf7.ebx & avx2) != avx2 || (sva_cpuid(1, 0).ecx & avx) != avx)
		return 0;
	__asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
	if ((saved & 0x06) != 0x06) /* XMM and YMM */
		return 0;
	if ((leaf7.ebx & avx512) != avx512 || (leaf7.ecx & vbmi) != vbmi || (saved & 0xe0) != 0xe0)
		return SVA_CPU_AVX2;
	return SVA_CPU_AVX2 | SVA_CPU_AVX512;
}

/*
 * What CPUID reports about the instructions in this file (leaf 7), and about vectors. It is slow,
 * and in a virtual machine very slow: sva_cpu_features() (wq.h) executes it once.
 */
SVA__INLINE unsigned int sva__cpuid_features(void)
{
	struct sva_cpuid leaf7 = sva_cpuid(7, 0);
	uint32_t ecx = leaf7.ecx;

	return (ecx >> 29 & 1 ? SVA_CPU_ENQCMD : 0) | (ecx >> 28 & 1 ? SVA_CPU_MOVDIR64B : 0) |
	       (ecx >> 5 & 1 ? SVA_CPU_WAITPKG : 0) | (ecx >> 25 & 1 ? SVA_CPU_CLDEMOTE : 0) |
	       (leaf7.ebx >> 23 & 1 ? SVA_CPU_CLFLUSHOPT : 0) | sva__cpuid_vectors(leaf7);
}

#ifdef __cplusplus
}
#endif

#endif
