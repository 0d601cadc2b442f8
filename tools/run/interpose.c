/* SPDX-License-Identifier: MIT */
/*
 * The functions of the C library that the program finds here. They have no version, so that they
 * stand for all: memcpy@GLIBC_2.2.5, too. Below the gate they cost four instructions.
 */
#include <string.h>
#include <strings.h>

#include "offload.h"
#include "plain.h"

#define EXPORT __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

static inline __attribute__((always_inline)) bool is_small(enum run_function function, size_t size)
{
	return __builtin_expect(size < __atomic_load_n(&run_gate[function], __ATOMIC_RELAXED), 1);
}

EXPORT void *memcpy(void *restrict dst, const void *restrict src, size_t size)
{
	if (is_small(RUN_MEMCPY, size))
		return run_plain.move(dst, src, size);
	return run_copy(dst, src, size, RUN_MEMCPY, CALLER);
}

EXPORT void *memmove(void *dst, const void *src, size_t size)
{
	if (is_small(RUN_MEMMOVE, size))
		return run_plain.move(dst, src, size);
	return run_copy(dst, src, size, RUN_MEMMOVE, CALLER);
}

EXPORT void *memset(void *dst, int c, size_t size)
{
	if (is_small(RUN_MEMSET, size))
		return run_plain.set(dst, c, size);
	return run_fill(dst, c, size, CALLER);
}

EXPORT int memcmp(const void *a, const void *b, size_t size)
{
	if (is_small(RUN_MEMCMP, size))
		return run_plain.compare(a, b, size);
	return run_compare(a, b, size, CALLER);
}

/*
 * Their variants.
 */

EXPORT void *mempcpy(void *restrict dst, const void *restrict src, size_t size)
{
	if (is_small(RUN_MEMCPY, size))
		return (char *)run_plain.move(dst, src, size) + size;
	return (char *)run_copy(dst, src, size, RUN_MEMCPY, CALLER) + size;
}

EXPORT void bcopy(const void *src, void *dst, size_t size)
{
	if (is_small(RUN_MEMMOVE, size))
		run_plain.move(dst, src, size);
	else
		run_copy(dst, src, size, RUN_MEMMOVE, CALLER);
}

EXPORT void bzero(void *dst, size_t size)
{
	if (is_small(RUN_MEMSET, size))
		run_plain.set(dst, 0, size);
	else
		run_fill(dst, 0, size, CALLER);
}

EXPORT int bcmp(const void *a, const void *b, size_t size)
{
	if (is_small(RUN_MEMCMP, size))
		return run_plain.compare(a, b, size);
	return run_compare(a, b, size, CALLER);
}

/*
 * What -D_FORTIFY_SOURCE makes of them. @room: bytes at @dst.
 */

_Noreturn void __chk_fail(void); /* the C library's; ends the program with its message */

EXPORT void *__memcpy_chk(void *dst, const void *src, size_t size, size_t room);
EXPORT void *__memmove_chk(void *dst, const void *src, size_t size, size_t room);
EXPORT void *__memset_chk(void *dst, int c, size_t size, size_t room);
EXPORT void *__mempcpy_chk(void *dst, const void *src, size_t size, size_t room);

EXPORT void *__memcpy_chk(void *dst, const void *src, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	if (is_small(RUN_MEMCPY, size))
		return run_plain.move(dst, src, size);
	return run_copy(dst, src, size, RUN_MEMCPY, CALLER);
}

EXPORT void *__memmove_chk(void *dst, const void *src, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	if (is_small(RUN_MEMMOVE, size))
		return run_plain.move(dst, src, size);
	return run_copy(dst, src, size, RUN_MEMMOVE, CALLER);
}

EXPORT void *__memset_chk(void *dst, int c, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	if (is_small(RUN_MEMSET, size))
		return run_plain.set(dst, c, size);
	return run_fill(dst, c, size, CALLER);
}

EXPORT void *__mempcpy_chk(void *dst, const void *src, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	if (is_small(RUN_MEMCPY, size))
		return (char *)run_plain.move(dst, src, size) + size;
	return (char *)run_copy(dst, src, size, RUN_MEMCPY, CALLER) + size;
}
