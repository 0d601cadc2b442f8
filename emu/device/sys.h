/* SPDX-License-Identifier: MIT */
/*
 * System calls without the C library, for what runs in the program's place: an engine, or the
 * handler of the trap. Each function of the C library may be one that the program has replaced, or
 * whose lock it holds. errno stays the program's.
 */
#ifndef EMU_DEVICE_SYS_H
#define EMU_DEVICE_SYS_H

#include <sys/syscall.h>

static inline long emu_sys_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* emu_sys(SYS_name, up to six arguments of any type) - the result, or -errno */
#define emu_sys(...) EMU_SYS_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define EMU_SYS_PADDED(number, a, b, c, d, e, f, ...) \
	emu_sys_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
