/* SPDX-License-Identifier: MIT */
/*
 * Copying and comparing, for the library alone. A program may bring a memcpy() of its own, which
 * the linker would give to everybody: one that offloads would then wait in an engine for that
 * engine, and ThreadSanitizer would see what the device does. So these are not exported, and not
 * imported: the compiler's own calls come here, too.
 */
#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

#define LINE   64u
#define AHEAD  2048u      /* bytes: so much earlier a line is fetched */
#define STREAM (1u << 20) /* bytes: as much as the caches of one CPU seldom keep */

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN void *memcpy(void *restrict dst, const void *restrict src, size_t size);
HIDDEN void *memmove(void *dst, const void *src, size_t size);
HIDDEN void *memset(void *dst, int byte, size_t size);
HIDDEN int memcmp(const void *a, const void *b, size_t size);
HIDDEN int bcmp(const void *a, const void *b, size_t size); /* what clang makes of some memcmp() */
HIDDEN size_t strlen(const char *text);

static void copy_up(void *dst, const void *src, size_t size)
{
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(size) : : "memory");
}

/* Past the caches, as the device writes: what is to be overwritten is not read before. */
static void stream(unsigned char *dst, const unsigned char *src, size_t size)
{
	size_t head = -(uintptr_t)dst % LINE, i;

	copy_up(dst, src, head);
	for (dst += head, src += head, size -= head; size >= LINE; size -= LINE) {
		_mm_prefetch((const char *)src + AHEAD, _MM_HINT_T0);
		for (i = 0; i < LINE; i += sizeof(__m128i))
			_mm_stream_si128((__m128i *)(void *)(dst + i),
					 _mm_loadu_si128((const __m128i *)(const void *)(src + i)));
		dst += LINE;
		src += LINE;
	}
	copy_up(dst, src, size);
	_mm_sfence();
}

void *memcpy(void *restrict dst, const void *restrict src, size_t size)
{
	if (size < STREAM)
		copy_up(dst, src, size);
	else
		stream(dst, src, size);
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

int bcmp(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size);
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}
