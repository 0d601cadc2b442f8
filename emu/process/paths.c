/* SPDX-License-Identifier: MIT */
/*
 * The emulator's files, where they are in a folder of their own and not where programs look for
 * them: each function of the C library that takes a path gets one into that folder.
 *
 * Not seen: system calls that the program makes itself, paths that reach there by way of "..", a
 * link or the folder above, glob(), wordexp(), fts_open(), and what is not in the list below.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ask.h"
#include "control.h"
#include "local.h"
#include "next.h"
#include "paths.h"
#include "process.h"
#include "sys.h"
#include "trap.h"

static bool below(const char *path, const char *folder)
{
	while (*folder && *path == *folder)
		path++, folder++;
	return !*folder && (!*path || *path == '/');
}

/* Of the PCI buses in /sys/devices, some are: two digits in hexadecimal. */
static bool is_bus(const char *path)
{
	static const char before[] = "/sys/devices/pci0000:", digits[] = "0123456789abcdef";
	const struct emu_state *state = emu_machine();
	size_t length = sizeof(before) - 1;

	for (size_t i = 0; i < length; i++)
		if (path[i] != before[i])
			return false;
	for (unsigned int d = 0; d < state->device_count; d++) {
		uint32_t bus = state->device[d].bus;

		if (path[length] == digits[bus >> 4 & 15] && path[length + 1] == digits[bus & 15] &&
		    (!path[length + 2] || path[length + 2] == '/'))
			return true;
	}
	return false;
}

static bool is_ours(const char *path)
{
	static const char *const folders[] = { "/sys/bus/dsa",     "/sys/bus/pci",
					       "/sys/module/idxd", "/sys/module/iaa_crypto",
					       EMU_DSA_PATH,       EMU_IAX_PATH };

	for (unsigned int i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (below(path, folders[i]))
			return true;
	return is_bus(path);
}

const char *emu_path(const char *path, char own[EMU_PATH])
{
	size_t length, root;

	if (!path || path[0] != '/' || !emu_machine() || !emu_machine()->plain || !is_ours(path))
		return path;
	length = strlen(path);
	root = strlen(emu_root);
	if (root + length >= EMU_PATH)
		return path;
	memcpy(own, emu_root, root);
	memcpy(own + root, path, length + 1);
	return own;
}

static void explain(const char *path)
{
	const char *const words[] = { "sva-emu: ", path,
				      ": cannot be written to without a namespace (",
				      emu_machine()->without,
				      "): configure the devices with --config\n" };

	for (unsigned int i = 0; i < sizeof(words) / sizeof(*words); i++)
		emu_sys(SYS_write, 2, words[i], strlen(words[i]));
}

/* The path within the folder, also when it was found by realpath(); NULL: not of sysfs. */
static const char *attribute(const char *path)
{
	path = below(path, emu_root) ? path + strlen(emu_root) : "";
	return below(path, "/sys") ? path : NULL;
}

static bool is_relative_attribute(const char *path)
{
	char cwd[EMU_PATH];

	return path[0] != '/' && emu_sys(SYS_getcwd, cwd, sizeof(cwd)) > 0 && attribute(cwd);
}

/* What the file says is of the moment at which it was written. */
static void refresh(const char *path)
{
	struct emu_request request = { .ask = EMU_ASK_REFRESH };
	size_t length = strlen(path);
	int connection;

	if (length >= sizeof(request.path))
		return;
	memcpy(request.path, path, length);
	connection = emu_ask_connect(emu_root);
	if (connection < 0)
		return;
	emu_ask(connection, &request, NULL);
	emu_sys(SYS_close, connection);
}

const char *emu_path_to_open(const char *path, int flags, char own[EMU_PATH])
{
	const char *to = emu_path(path, own), *name;

	if (!to || !emu_root[0])
		return to;
	name = attribute(to);
	if ((flags & O_ACCMODE) == O_RDONLY) {
		if (name)
			refresh(name);
		return to;
	}
	if (!name && !is_relative_attribute(to))
		return to;
	explain(path);
	errno = EROFS;
	return NULL;
}

/* A function that does what it does with the path. */
#define WITH_PATH(type, name, parameters, ...) \
	EMU_EXPORT type name parameters        \
	{                                      \
		char own[EMU_PATH];            \
		EMU_NEXT(name);                \
                                               \
		return next(__VA_ARGS__);      \
	}

#define PATH emu_path(path, own)

char *__realpath_chk(const char *path, char *to, size_t size);
ssize_t __readlink_chk(const char *path, char *to, size_t length, size_t size);
ssize_t __readlinkat_chk(int dir, const char *path, char *to, size_t length, size_t size);

WITH_PATH(int, access, (const char *path, int mode), PATH, mode)
WITH_PATH(int, eaccess, (const char *path, int mode), PATH, mode)
WITH_PATH(int, euidaccess, (const char *path, int mode), PATH, mode)
WITH_PATH(int, faccessat, (int dir, const char *path, int mode, int flags), dir, PATH, mode, flags)
WITH_PATH(ssize_t, readlink, (const char *path, char *to, size_t size), PATH, to, size)
WITH_PATH(ssize_t, readlinkat, (int dir, const char *path, char *to, size_t size), dir, PATH, to,
	  size)
WITH_PATH(ssize_t, __readlink_chk, (const char *path, char *to, size_t length, size_t size), PATH,
	  to, length, size)
WITH_PATH(ssize_t, __readlinkat_chk,
	  (int dir, const char *path, char *to, size_t length, size_t size), dir, PATH, to, length,
	  size)
WITH_PATH(char *, realpath, (const char *path, char *to), PATH, to)
WITH_PATH(char *, __realpath_chk, (const char *path, char *to, size_t size), PATH, to, size)
WITH_PATH(char *, canonicalize_file_name, (const char *path), PATH)
WITH_PATH(DIR *, opendir, (const char *path), PATH)
WITH_PATH(int, scandir,
	  (const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	   int (*compare)(const struct dirent **, const struct dirent **)),
	  PATH, list, filter, compare)
WITH_PATH(int, scandir64,
	  (const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
	   int (*compare)(const struct dirent64 **, const struct dirent64 **)),
	  PATH, list, filter, compare)
WITH_PATH(int, nftw, (const char *path, __nftw_func_t visit, int files, int flags), PATH, visit,
	  files, flags)
WITH_PATH(int, nftw64, (const char *path, __nftw64_func_t visit, int files, int flags), PATH, visit,
	  files, flags)
WITH_PATH(int, chdir, (const char *path), PATH)
WITH_PATH(int, chmod, (const char *path, mode_t mode), PATH, mode)
WITH_PATH(int, fchmodat, (int dir, const char *path, mode_t mode, int flags), dir, PATH, mode,
	  flags)
WITH_PATH(int, chown, (const char *path, uid_t uid, gid_t gid), PATH, uid, gid)
WITH_PATH(int, lchown, (const char *path, uid_t uid, gid_t gid), PATH, uid, gid)
WITH_PATH(int, fchownat, (int dir, const char *path, uid_t uid, gid_t gid, int flags), dir, PATH,
	  uid, gid, flags)
WITH_PATH(int, statfs, (const char *path, struct statfs *st), PATH, st)
WITH_PATH(int, statfs64, (const char *path, struct statfs64 *st), PATH, st)
WITH_PATH(ssize_t, getxattr, (const char *path, const char *name, void *value, size_t size), PATH,
	  name, value, size)
WITH_PATH(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t size), PATH,
	  name, value, size)
WITH_PATH(ssize_t, listxattr, (const char *path, char *list, size_t size), PATH, list, size)
WITH_PATH(ssize_t, llistxattr, (const char *path, char *list, size_t size), PATH, list, size)
WITH_PATH(int, inotify_add_watch, (int fd, const char *path, uint32_t mask), fd, PATH, mask)
