/* SPDX-License-Identifier: MIT */
/*
 * An allocator that fills all memory it gives, by large calls of memset(), with its lock held:
 * whoever needs memory to do that waits for ever.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define EACH (64u << 10)
#define ALL  (512u << 20)

static char *memory;
static size_t used;
static bool locked;

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *old);

static void *take(size_t size)
{
	size_t room = (size + 64 + EACH - 1) & -(size_t)EACH;
	char *start = NULL;

	while (__atomic_exchange_n(&locked, true, __ATOMIC_ACQUIRE))
		;
	if (!memory)
		memory = mmap(NULL, ALL, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory != MAP_FAILED && used + room <= ALL) {
		start = memory + used;
		used += room;
		memset(start, 0xaa, room);
		*(size_t *)(void *)start = size;
	}
	__atomic_store_n(&locked, false, __ATOMIC_RELEASE);
	return start ? start + 64 : NULL;
}

void *malloc(size_t size)
{
	return take(size);
}

void *calloc(size_t count, size_t size)
{
	void *start = take(count * size);

	return start ? memset(start, 0, count * size) : NULL;
}

void *realloc(void *old, size_t size)
{
	void *start = take(size);
	size_t before = old ? *(size_t *)(void *)((char *)old - 64) : 0;

	return start && old ? memcpy(start, old, before < size ? before : size) : start;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return alignment <= 64 ? take(size) : NULL;
}

void free(void *old)
{
	(void)old;
}
