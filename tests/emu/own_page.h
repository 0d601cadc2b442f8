/* SPDX-License-Identifier: MIT */
#ifndef OWN_PAGE_H
#define OWN_PAGE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/*
 * Is it a page that no other process has? One that was only read is mostly the page of zeroes,
 * which all share; but some kernels give each process a page of its own at once.
 */
static inline bool is_own_page(const void *page)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;
	bool read = pread(pagemap, &entry, sizeof(entry),
			  (off_t)((uintptr_t)page / 4096 * sizeof(entry))) == sizeof(entry);

	close(pagemap);
	return read && entry >> 56 & 1; /* mapped exclusively */
}

#endif
