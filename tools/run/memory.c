/* SPDX-License-Identifier: MIT */
/*
 * Memory for libsva. A queue may be opened when an allocator copies or fills, with its locks held:
 * so nothing that is called then may come by the program's allocator. The linker (--wrap) leads
 * libsva's calls here: those of the allocator, and those for which the C library allocates.
 *
 * Each block is a mapping of its own: there are a few of them, when a queue is opened.
 */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGNMENT 64u /* of blocks; as much stands before them */

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *block);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir(DIR *dir);
int __wrap_closedir(DIR *dir);
void __wrap_qsort_r(void *base, size_t count, size_t size,
		    int (*compare)(const void *, const void *, void *), void *context);
void __wrap_qsort(void *base, size_t count, size_t size,
		  int (*compare)(const void *, const void *));

static size_t *length_of(void *block)
{
	return (size_t *)(void *)((char *)block - ALIGNMENT);
}

void *__wrap_malloc(size_t size)
{
	size_t length;
	char *start;

	if (__builtin_add_overflow(size, ALIGNMENT, &length))
		return NULL;
	start = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	*(size_t *)(void *)start = length;
	return start + ALIGNMENT;
}

void *__wrap_calloc(size_t count, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(count, size, &all) ? NULL : __wrap_malloc(all);
}

void *__wrap_realloc(void *old, size_t size)
{
	void *block = __wrap_malloc(size);
	size_t before = old ? *length_of(old) - ALIGNMENT : 0;

	if (!block || !old)
		return block;
	memcpy(block, old, before < size ? before : size);
	__wrap_free(old);
	return block;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return alignment <= ALIGNMENT ? __wrap_malloc(size) : NULL;
}

void __wrap_free(void *block)
{
	if (block)
		munmap(length_of(block), *length_of(block));
}

/*
 * Folders.
 */

struct folder {
	int fd;
	ssize_t at, end;
	_Alignas(struct dirent) char entries[8192];
};

DIR *__wrap_fdopendir(int fd)
{
	struct folder *folder = __wrap_malloc(sizeof(*folder));

	if (folder)
		folder->fd = fd;
	return (DIR *)(void *)folder;
}

struct dirent *__wrap_readdir(DIR *dir)
{
	struct folder *folder = (struct folder *)(void *)dir;
	struct dirent *entry;

	if (folder->at == folder->end) {
		folder->at = 0;
		folder->end = getdents64(folder->fd, folder->entries, sizeof(folder->entries));
	}
	if (folder->end <= 0) {
		folder->end = 0;
		return NULL;
	}
	entry = (struct dirent *)(void *)(folder->entries + folder->at);
	folder->at += entry->d_reclen;
	return entry;
}

int __wrap_closedir(DIR *dir)
{
	int fd = ((struct folder *)(void *)dir)->fd;

	__wrap_free(dir);
	return close(fd);
}

/*
 * Sorting: a few names.
 */

static void swap(char *a, char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

void __wrap_qsort_r(void *base, size_t count, size_t size,
		    int (*compare)(const void *, const void *, void *), void *context)
{
	for (size_t i = 1; i < count; i++) {
		char *at = (char *)base + i * size;

		for (; at > (char *)base && compare(at - size, at, context) > 0; at -= size)
			swap(at - size, at, size);
	}
}

static int without_context(const void *a, const void *b, void *compare)
{
	return (*(int (**)(const void *, const void *))compare)(a, b);
}

void __wrap_qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	__wrap_qsort_r(base, count, size, without_context, &compare);
}
