/* SPDX-License-Identifier: MIT */
/*
 * The page tables, as far as a process can see its own: presence by /proc/self/pagemap, permission
 * by the memory area. A page of a private area that could still be another's (bit 56 clear: not
 * mapped exclusively; bit 61: of a file) is taken for read-only, since the first write will copy
 * it. Not seen: pages that are write-protected one by one, by userfaultfd or to track what is
 * dirty.
 *
 * Source: Documentation/admin-guide/mm/pagemap.rst, Documentation/filesystems/proc.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "process.h"

#define PAGE_PRESENT   (1ull << 63)
#define PAGE_FILE      (1ull << 61)
#define PAGE_EXCLUSIVE (1ull << 56)

#define CHUNK          512u /* pages that are looked up at once */

/* PROCMAP_QUERY, since Linux 6.11: one memory area, without the text of all of them. */
struct area_query {
	uint64_t size, flags, addr;
	uint64_t start, end, area_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name_addr, build_id_addr;
};

#define QUERY_AREA _IOWR('f', 17, struct area_query)

struct area {
	uint64_t end;
	bool read, write, shared;
};

static bool query_area(int maps, uint64_t addr, struct area *area)
{
	struct area_query query = { .size = sizeof(query), .addr = addr };

	if (ioctl(maps, QUERY_AREA, &query))
		return false;
	area->end = query.end;
	area->read = query.area_flags & 1;
	area->write = query.area_flags & 2;
	area->shared = query.area_flags & 8;
	return true;
}

/* One line of /proc/self/maps, up to the permissions. */
static bool parse_area(const char *line, uint64_t addr, struct area *area)
{
	unsigned long long start, end;
	char perms[5];

	if (sscanf(line, "%llx-%llx %4s", &start, &end, perms) != 3 || addr < start || addr >= end)
		return false;
	area->end = end;
	area->read = perms[0] == 'r';
	area->write = perms[1] == 'w';
	area->shared = perms[3] == 's';
	return true;
}

/* An older kernel: the whole text, in pieces, until the area is found. */
static bool search_area(int maps, uint64_t addr, struct area *area)
{
	char text[4096 + 1];
	size_t held = 0;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(maps, text + held, sizeof(text) - 1 - held, at)) > 0) {
		char *line = text, *end;

		at += n;
		text[held + (size_t)n] = '\0';
		for (; (end = strchr(line, '\n')); line = end + 1)
			if (parse_area(line, addr, area))
				return true;
		held = strlen(line);
		memmove(text, line, held);
		if (held == sizeof(text) - 1)
			held = 0; /* a path of that length: the line's begin was looked at */
	}
	return false;
}

static bool find_area(const struct emu_view *view, uint64_t addr, struct area *area)
{
	if (query_area(view->maps, addr, area))
		return true;
	return errno == ENOTTY && search_area(view->maps, addr, area);
}

static bool page_open(uint64_t entry, const struct area *area, bool write)
{
	if (!(entry & PAGE_PRESENT))
		return false;
	if (!write || area->shared)
		return true;
	return (entry & PAGE_EXCLUSIVE) && !(entry & PAGE_FILE);
}

/* How many of the first @count pages (at most CHUNK) of an area can be accessed. */
static size_t open_pages(const struct emu_view *view, uint64_t page, size_t count,
			 const struct area *area, bool write)
{
	uint64_t entry[CHUNK];
	ssize_t got;
	size_t i;

	if (count > CHUNK)
		count = CHUNK;
	got = pread(view->pagemap, entry, count * sizeof(*entry), (off_t)(page * sizeof(*entry)));
	if (got < 0)
		return 0;
	for (i = 0; i < (size_t)got / sizeof(*entry); i++)
		if (!page_open(entry[i], area, write))
			break;
	return i;
}

/* The end of what can be accessed from @addr on, at most @end. */
static uint64_t open_until(const struct emu_view *view, uint64_t addr, uint64_t end, bool write)
{
	struct area area = { 0 };

	while (addr < end) {
		uint64_t page = addr / EMU_PAGE, until;
		size_t pages;

		if (addr >= area.end && !find_area(view, addr, &area))
			break;
		if (write ? !area.write : !area.read && !area.write)
			break;
		until = end < area.end ? end : area.end;
		pages = open_pages(view, page, (until - 1) / EMU_PAGE - page + 1, &area, write);
		if (pages == 0)
			break;
		addr = (page + pages) * EMU_PAGE;
	}
	return addr < end ? addr : end;
}

size_t emu_pages_accessible(void *ctx, uint64_t addr, size_t len, bool write)
{
	const struct emu_view *view = ctx;
	uint64_t end = addr + len;

	if (view->forced_fault && addr < view->forced_fault + EMU_PAGE &&
	    end > view->forced_fault) {
		if (addr >= view->forced_fault)
			return 0;
		end = view->forced_fault;
	}
	if (end <= addr) /* around the end of the address space */
		return 0;
	if (!view->page_check)
		return end - addr;
	return open_until(view, addr, end, write) - addr;
}

/* What the kernel does for a page request. An injected fault is one that is resolved. */
bool emu_pages_resolve(void *ctx, uint64_t addr, bool write)
{
	struct emu_view *view = ctx;
	uint64_t page = addr & ~(uint64_t)(EMU_PAGE - 1);

	if (page == view->forced_fault)
		view->forced_fault = 0;
	return !madvise(emu_ptr(page), EMU_PAGE, write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

int emu_pages_open(struct emu_view *view)
{
	view->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	view->maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	return view->pagemap < 0 || view->maps < 0 ? -errno : 0;
}
