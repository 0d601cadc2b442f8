/* SPDX-License-Identifier: MIT */
/*
 * Copying and comparing, for the library alone. A program may bring a memcpy() of its own, which
 * the linker would give to everybody: one that offloads would then wait in an engine for that
 * engine, and ThreadSanitizer would see what the device does. So these are not exported, and not
 * imported: the compiler's own calls come here, too.
 */
#include <stddef.h>
#include <stdint.h>

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN void *memcpy(void *restrict dst, const void *restrict src, size_t size);
HIDDEN void *memmove(void *dst, const void *src, size_t size);
HIDDEN void *memset(void *dst, int byte, size_t size);
HIDDEN int memcmp(const void *a, const void *b, size_t size);
HIDDEN size_t strlen(const char *text);

void *memcpy(void *restrict dst, const void *restrict src, size_t size)
{
	void *to = dst;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(src), "+c"(size) : : "memory");
	return dst;
}

/* Downwards the fast string instructions are slow: by words, which is what overlaps seldom need. */
static void copy_down(unsigned char *dst, const unsigned char *src, size_t size)
{
	while (size >= sizeof(uint64_t)) {
		uint64_t word;

		size -= sizeof(word);
		__builtin_memcpy(&word, src + size, sizeof(word));
		__builtin_memcpy(dst + size, &word, sizeof(word));
	}
	while (size-- > 0)
		dst[size] = src[size];
}

void *memmove(void *dst, const void *src, size_t size)
{
	if ((uintptr_t)dst - (uintptr_t)src >= size)
		return memcpy(dst, src, size);
	copy_down(dst, src, size);
	return dst;
}

void *memset(void *dst, int byte, size_t size)
{
	void *to = dst;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	size_t at = 0;

	for (; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
		uint64_t first, second;

		__builtin_memcpy(&first, x + at, sizeof(first));
		__builtin_memcpy(&second, y + at, sizeof(second));
		if (first != second)
			break;
	}
	for (; at < size; at++)
		if (x[at] != y[at])
			return x[at] < y[at] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}
