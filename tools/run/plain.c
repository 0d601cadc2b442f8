/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <stdint.h>

#include "plain.h"

struct run_plain run_plain;

void *run_early_move(void *dst, const void *src, size_t size)
{
	char *to = dst;

	if ((uintptr_t)dst - (uintptr_t)src >= size) {
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(src), "+c"(size) : : "memory");
		return dst;
	}
	to += size - 1;
	src = (const char *)src + size - 1;
	__asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(src), "+c"(size) : : "memory");
	return dst;
}

void *run_early_set(void *dst, int c, size_t size)
{
	void *to = dst;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(c) : "memory");
	return dst;
}

int run_early_compare(const void *a, const void *b, size_t size)
{
	const volatile unsigned char *x = a, *y = b; /* no call of memcmp() instead of the loop */

	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void run_plain_find(void)
{
	struct run_plain found;

	found.move = (void *(*)(void *, const void *, size_t))dlsym(RTLD_NEXT, "memmove");
	found.set = (void *(*)(void *, int, size_t))dlsym(RTLD_NEXT, "memset");
	found.compare = (int (*)(const void *, const void *, size_t))dlsym(RTLD_NEXT, "memcmp");
	run_plain.move = found.move ? found.move : run_early_move;
	run_plain.set = found.set ? found.set : run_early_set;
	run_plain.compare = found.compare ? found.compare : run_early_compare;
}

/* What the linker leads our own calls to. */
void *__wrap_memcpy(void *dst, const void *src, size_t size);
void *__wrap_memmove(void *dst, const void *src, size_t size);
void *__wrap_memset(void *dst, int c, size_t size);
int __wrap_memcmp(const void *a, const void *b, size_t size);
/* The same, with _FORTIFY_SOURCE. */
void *__wrap___memcpy_chk(void *dst, const void *src, size_t size, size_t room);
void *__wrap___memmove_chk(void *dst, const void *src, size_t size, size_t room);
void *__wrap___memset_chk(void *dst, int c, size_t size, size_t room);
_Noreturn void __chk_fail(void); /* the C library's; ends the program with its message */

void *__wrap_memcpy(void *dst, const void *src, size_t size)
{
	return run_plain.move(dst, src, size);
}

void *__wrap_memmove(void *dst, const void *src, size_t size)
{
	return run_plain.move(dst, src, size);
}

void *__wrap_memset(void *dst, int c, size_t size)
{
	return run_plain.set(dst, c, size);
}

int __wrap_memcmp(const void *a, const void *b, size_t size)
{
	return run_plain.compare(a, b, size);
}

void *__wrap___memcpy_chk(void *dst, const void *src, size_t size, size_t room)
{
	return __wrap___memmove_chk(dst, src, size, room);
}

void *__wrap___memmove_chk(void *dst, const void *src, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	return run_plain.move(dst, src, size);
}

void *__wrap___memset_chk(void *dst, int c, size_t size, size_t room)
{
	if (room < size)
		__chk_fail();
	return run_plain.set(dst, c, size);
}
