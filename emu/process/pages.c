/* SPDX-License-Identifier: MIT */
/*
 * The page tables, as far as a process can see its own: presence by /proc/self/pagemap, permission
 * by the memory area. A page of a private area that could still be another's (bit 56 clear: not
 * mapped exclusively; bit 61: of a file) is taken for read-only, since the first write will copy
 * it. Not seen: pages that are write-protected one by one, by userfaultfd or to track what is
 * dirty.
 *
 * Looking costs more than a small operation. What was found open is not looked up again before the
 * next operation: a batch is in flight from its first member to its last, so the device may have a
 * translation from any moment in between. What was found closed is always looked up again.
 *
 * With page requests, little has to be known: an access to the page is a request to the kernel, and
 * changes nothing. When that fails, the page tables say why.
 *
 * Source: Documentation/admin-guide/mm/pagemap.rst, Documentation/filesystems/proc.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "copy.h"
#include "process.h"
#include "sys.h"

#define PAGE_PRESENT   (1ull << 63)
#define PAGE_FILE      (1ull << 61)
#define PAGE_EXCLUSIVE (1ull << 56)

#define CHUNK          512u /* pages that are looked up at once */
#define TOUCHED        16u  /* pages that are touched at once; for more, it is cheaper to look */

/* PROCMAP_QUERY, since Linux 6.11: one memory area, without the text of all of them. */
struct area_query {
	uint64_t size, flags, addr;
	uint64_t start, end, area_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name_addr, build_id_addr;
};

#define QUERY_AREA _IOWR('f', 17, struct area_query)

/* 0 or -errno. */
static long query_area(int maps, uint64_t addr, struct emu_area *area)
{
	struct area_query query = { .size = sizeof(query), .addr = addr };
	long err = emu_sys(SYS_ioctl, maps, QUERY_AREA, &query);

	if (!err)
		*area = (struct emu_area){ query.start, query.end, .read = query.area_flags & 1,
					   .write = query.area_flags & 2,
					   .shared = query.area_flags & 8 };
	return err;
}

static const char *parse_hex(const char *text, uint64_t *value)
{
	for (*value = 0;; text++) {
		if (*text >= '0' && *text <= '9')
			*value = *value << 4 | (uint64_t)(*text - '0');
		else if (*text >= 'a' && *text <= 'f')
			*value = *value << 4 | (uint64_t)(*text - 'a' + 10);
		else
			return text;
	}
}

/* One line of /proc/self/maps, up to the permissions; not that of a path's second half. */
static bool parse_area(const char *line, uint64_t addr, struct emu_area *area)
{
	uint64_t start, end;
	const char *perms = parse_hex(line, &start);

	if (*perms != '-')
		return false;
	perms = parse_hex(perms + 1, &end);
	if (*perms++ != ' ' || addr < start || addr >= end)
		return false;
	*area = (struct emu_area){ start, end, .read = perms[0] == 'r', .write = perms[1] == 'w',
				   .shared = perms[3] == 's' };
	return true;
}

static char *line_end(char *line)
{
	while (*line && *line != '\n')
		line++;
	return *line ? line : NULL;
}

/* An older kernel: the whole text, in pieces, until the area is found. */
static bool search_area(int maps, uint64_t addr, struct emu_area *area)
{
	char text[4096 + 1];
	size_t held = 0;
	long n, at = 0;

	while ((n = emu_sys(SYS_pread64, maps, text + held, sizeof(text) - 1 - held, at)) > 0) {
		char *line = text, *end;

		at += n;
		text[held + (size_t)n] = '\0';
		for (; (end = line_end(line)); line = end + 1)
			if (parse_area(line, addr, area))
				return true;
		held = strlen(line);
		memmove(text, line, held);
		if (held == sizeof(text) - 1)
			held = 0; /* a path of that length: the line's begin was looked at */
	}
	return false;
}

static bool permits(const struct emu_area *area, bool write)
{
	return write ? area->write : area->read || area->write;
}

/* The area at @addr, if it permits the access: one of those that are known, or looked up. */
static const struct emu_area *find_area(struct emu_view *view, uint64_t addr, bool write)
{
	struct emu_area *area;
	long err;

	for (unsigned int i = 0; i < view->areas && i < EMU_KNOWN; i++) {
		area = &view->area[i];
		if (addr >= area->start && addr < area->end && permits(area, write))
			return area;
	}
	area = &view->area[view->areas++ % EMU_KNOWN];
	err = query_area(view->maps, addr, area);
	if (err && (err != -ENOTTY || !search_area(view->maps, addr, area)))
		*area = (struct emu_area){ 0 };
	return permits(area, write) ? area : NULL;
}

static bool page_open(uint64_t entry, const struct emu_area *area, bool write)
{
	if (!(entry & PAGE_PRESENT))
		return false;
	if (!write || area->shared)
		return true;
	return (entry & PAGE_EXCLUSIVE) && !(entry & PAGE_FILE);
}

/* How many of the first @count pages (at most CHUNK) of an area can be accessed. */
static size_t open_pages(const struct emu_view *view, uint64_t page, size_t count,
			 const struct emu_area *area, bool write)
{
	uint64_t entry[CHUNK];
	long got;
	size_t i;

	if (count > CHUNK)
		count = CHUNK;
	got = emu_sys(SYS_pread64, view->pagemap, entry, count * sizeof(*entry),
		      page * sizeof(*entry));
	if (got < 0)
		return 0;
	for (i = 0; i < (size_t)got / sizeof(*entry); i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): the kernel has filled it */
		if (!page_open(entry[i], area, write))
			break;
	return i;
}

/* Look at the pages from @addr to @end, and at those that a batch is likely to need next. */
static const struct emu_range *look(struct emu_view *view, uint64_t addr, uint64_t end, bool write)
{
	const struct emu_area *area = find_area(view, addr, write);
	struct emu_range *range = &view->range[view->ranges % EMU_KNOWN];
	uint64_t page = addr / EMU_PAGE, ahead = (page + view->ahead) * EMU_PAGE;
	size_t pages;

	if (!area)
		return NULL;
	end = end > ahead ? end : ahead;
	end = end < area->end ? end : area->end;
	pages = open_pages(view, page, (end - 1) / EMU_PAGE - page + 1, area, write);
	if (pages == 0)
		return NULL;
	view->ranges++;
	*range = (struct emu_range){ page * EMU_PAGE, (page + pages) * EMU_PAGE, write };
	return range;
}

static const struct emu_range *find_range(const struct emu_view *view, uint64_t addr, bool write)
{
	for (unsigned int i = 0; i < view->ranges && i < EMU_KNOWN; i++) {
		const struct emu_range *range = &view->range[i];

		if (addr >= range->start && addr < range->end && (range->write || !write))
			return range;
	}
	return NULL;
}

/* The end of what can be accessed from @addr on, at most @end. */
static uint64_t open_until(struct emu_view *view, uint64_t addr, uint64_t end, bool write)
{
	while (addr < end) {
		const struct emu_range *range = find_range(view, addr, write);

		if (!range)
			range = look(view, addr, end, write);
		if (!range)
			break;
		addr = range->end;
	}
	return addr < end ? addr : end;
}

size_t emu_pages_accessible(void *ctx, uint64_t addr, size_t len, bool write)
{
	struct emu_view *view = ctx;
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

/* A byte that the operation will read or write, so that nobody else does. */
static bool touch(uint64_t addr, bool write)
{
	char byte;

	return !emu_copy(&byte, emu_ptr(addr), 1) && (!write || !emu_copy(emu_ptr(addr), &byte, 1));
}

/* Of many pages, only those that a look at the page tables does not find. */
size_t emu_pages_request(void *view, uint64_t addr, size_t len, bool write)
{
	size_t most = (size_t)TOUCHED * EMU_PAGE - addr % EMU_PAGE;
	size_t found = len > most ? emu_pages_accessible(view, addr, len, write) : 0;
	uint64_t end = addr + (len < most ? len : most), at = addr;

	if (found > 0)
		return found;
	if (end <= addr) /* around the end of the address space */
		return 0;
	while (at < end && touch(at, write))
		at = (at | (EMU_PAGE - 1)) + 1;
	return (at < end ? at : end) - addr;
}

/* What the kernel does for a page request. An injected fault is one that is resolved. */
bool emu_pages_resolve(void *ctx, uint64_t addr, bool write)
{
	struct emu_view *view = ctx;
	uint64_t page = addr & ~(uint64_t)(EMU_PAGE - 1);

	if (page == view->forced_fault)
		view->forced_fault = 0;
	return !emu_sys(SYS_madvise, page, EMU_PAGE,
			write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

void emu_pages_forget(struct emu_view *view)
{
	view->areas = view->ranges = 0;
}

int emu_pages_open(struct emu_view *view)
{
	view->pagemap =
		(int)emu_sys(SYS_openat, AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	view->maps = (int)emu_sys(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (view->pagemap < 0)
		return view->pagemap;
	return view->maps < 0 ? view->maps : 0;
}
