/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "axes.h"
#include "memory.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MAP_HUGE_2MB
#define MAP_HUGE_2MB (21 << 26)
#endif
#define HUGE_PAGE ((size_t)2 << 20)

static int bind_to(void *base, size_t size, uint32_t node)
{
	unsigned long mask[PERF_NODES / (8 * sizeof(unsigned long))] = { 0 };
	const unsigned int bits = 8 * sizeof(unsigned long);

	mask[node / bits] = 1ul << node % bits;
	return syscall(SYS_mbind, base, size, MPOL_BIND, mask, PERF_NODES + 1, 0) ? -errno : 0;
}

static void bring_in(uint8_t *base, size_t size)
{
	long page = sysconf(_SC_PAGESIZE);

	if (!madvise(base, size, MADV_POPULATE_WRITE))
		return;
	for (size_t i = 0; i < size; i += (size_t)page)
		((volatile uint8_t *)base)[i] = 0;
}

/* Does the mapping that begins at @base consist of huge pages? */
static bool is_huge(const uint8_t *base, size_t size)
{
	char line[256], start[32];
	unsigned long huge = 0;
	bool here = false;
	FILE *smaps = fopen("/proc/self/smaps", "re");

	snprintf(start, sizeof(start), "%lx-", (unsigned long)(uintptr_t)base);
	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (!strncmp(line, start, strlen(start)))
			here = true;
		if (here && !strncmp(line, "AnonHugePages:", 14)) {
			huge = strtoul(line + 14, NULL, 10);
			break;
		}
	}
	if (smaps)
		fclose(smaps);
	return huge * 1024 >= size;
}

/* A mapping that begins at a huge page: one that is too large, cut to size. */
static uint8_t *map_aligned(size_t size)
{
	uint8_t *whole = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *at;

	if (whole == MAP_FAILED)
		return whole;
	at = whole + (-(uintptr_t)whole & (HUGE_PAGE - 1));
	if (at > whole)
		munmap(whole, (size_t)(at - whole));
	munmap(at + size, HUGE_PAGE - (size_t)(at - whole));
	return at;
}

static int map(struct perf_arena *arena, char *why, size_t len)
{
	int err;

	if (arena->pages == PERF_PAGES_2M)
		arena->base = mmap(NULL, arena->size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
	else
		arena->base = map_aligned(arena->size);
	if (arena->base == MAP_FAILED) {
		err = -errno;
		arena->base = NULL;
		snprintf(why, len, "%zu MiB of memory: %s%s", arena->size >> 20, strerror(-err),
			 arena->pages == PERF_PAGES_2M
				 ? ": reserve huge pages in /proc/sys/vm/nr_hugepages"
				 : ": give smaller sizes, or less depth");
		return err;
	}
	if (arena->node != PERF_NODE_ANY) {
		err = bind_to(arena->base, arena->size, arena->node);
		if (err) {
			snprintf(why, len,
				 "memory on NUMA node %u: %s: give a node of this machine",
				 arena->node, strerror(-err));
			return err;
		}
	}
	if (arena->pages != PERF_PAGES_2M)
		(void)madvise(arena->base, arena->size,
			      arena->pages == PERF_PAGES_THP ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	bring_in(arena->base, arena->size);
	if (arena->pages == PERF_PAGES_THP && !is_huge(arena->base, arena->size)) {
		snprintf(why, len,
			 "the kernel gave no transparent huge pages: see "
			 "/sys/kernel/mm/transparent_hugepage/enabled");
		return -ENOMEM;
	}
	return 0;
}

/* More than the machine has would bring it down, not fail. */
static int is_there(size_t size, char *why, size_t len)
{
	uint64_t free = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	if (size <= free / 2)
		return 0;
	snprintf(why, len,
		 "the buffers take %zu MiB, more than half of the free memory (%" PRIu64 " MiB): "
		 "give smaller sizes, or less depth, batch or threads",
		 size >> 20, free >> 20);
	return -ENOMEM;
}

static void unmap(struct perf_arena *arena)
{
	if (arena->base)
		munmap(arena->base, arena->size);
	arena->base = NULL;
	arena->size = 0;
}

int perf_memory_get(struct perf_memory *memory, uint64_t pages, uint32_t node, size_t size,
		    uint8_t **base, char *why, size_t len)
{
	const unsigned int room = sizeof(memory->arena) / sizeof(*memory->arena);
	struct perf_arena *arena = memory->arena;
	int err;

	size = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	while (arena < memory->arena + memory->count &&
	       (arena->pages != pages || arena->node != node))
		arena++;
	if (arena == memory->arena + room) {
		snprintf(why, len,
			 "more than %u kinds of memory in one run: give fewer of --node "
			 "and --pages",
			 room);
		return -E2BIG;
	}
	if (arena == memory->arena + memory->count) {
		memory->count++;
		*arena = (struct perf_arena){ .pages = pages, .node = node };
	}
	*base = arena->base;
	if (arena->size >= size)
		return 0;
	unmap(arena);
	err = is_there(size, why, len);
	if (err)
		return err;
	arena->size = size;
	err = map(arena, why, len);
	if (err)
		unmap(arena);
	*base = arena->base;
	return err;
}

void perf_memory_free(struct perf_memory *memory)
{
	for (unsigned int i = 0; i < memory->count; i++)
		unmap(&memory->arena[i]);
}
