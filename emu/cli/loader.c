/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader takes libraries from LD_PRELOAD, which a program may clear, and from a list in
 * /etc, which it may not. There mostly is no such list, and no way to add one that does not make a
 * copy of /etc; so the loader is what is covered, by one that reads its list elsewhere.
 *
 * Source: ld.so(8).
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "namespace.h"

#define LOADER   "/lib64/ld-linux-x86-64.so.2" /* of the x86-64 ABI */
#define ITS_LIST "/etc/ld.so.preload"
#define OUR_LIST "/dev/.sva-emu-load"
#define COPY     "/dev/.sva-emu-loader"

_Static_assert(sizeof(ITS_LIST) == sizeof(OUR_LIST), "one takes the place of the other");

/* The whole file; NULL: it cannot be read. */
static char *read_file(const char *path, size_t *size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	char *text = NULL;

	if (file < 0)
		return NULL;
	if (!fstat(file, &st))
		text = malloc((size_t)st.st_size + 1);
	if (text && read(file, text, (size_t)st.st_size) != st.st_size) {
		free(text);
		text = NULL;
	}
	close(file);
	*size = (size_t)st.st_size;
	return text;
}

static bool write_file(const char *path, mode_t mode, const char *text, size_t size)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool written = file >= 0 && !fchmod(file, mode) && write(file, text, size) == (ssize_t)size;

	if (file >= 0)
		close(file);
	return written;
}

/* Ours, and what is in the machine's own. */
static bool write_list(const char *library)
{
	size_t size = 0;
	char *old = read_file(ITS_LIST, &size), *text;
	int length = asprintf(&text, "%s\n%.*s", library, (int)size, old ? old : "");
	bool written = length > 0 && write_file(OUR_LIST, 0644, text, (size_t)length);

	if (length > 0)
		free(text);
	free(old);
	return written;
}

static bool write_loader(const char *path)
{
	size_t size = 0;
	char *loader = read_file(path, &size);
	char *name = loader ? memmem(loader, size, ITS_LIST, sizeof(ITS_LIST)) : NULL;
	bool written;

	if (name)
		memcpy(name, OUR_LIST, sizeof(OUR_LIST));
	/* In an emulator, the loader is such a copy already. */
	written = loader && memmem(loader, size, OUR_LIST, sizeof(OUR_LIST)) &&
		  write_file(COPY, 0755, loader, size);
	free(loader);
	return written;
}

void emu_loader_cover(const char *library)
{
	char path[PATH_MAX];

	if (realpath(LOADER, path) && write_list(library) && write_loader(path))
		mount(COPY, path, NULL, MS_BIND, NULL);
}
