/* SPDX-License-Identifier: MIT */
/*
 * The C library's functions that open and map char devices, and those that say what a file is. All
 * of them do what they do for every other file.
 *
 * Not seen: system calls that the program makes itself, mremap() of a portal.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"
#include "next.h"
#include "paths.h"
#include "plain.h"
#include "process.h"
#include "sys.h"
#include "trap.h"

/*
 * open(). The process gets its PASID, and its engines, with the first device.
 */

static int opened(int fd)
{
	struct emu_device_file file;
	int err;

	if (fd < 0 || !emu_device_fd(fd, &file))
		return fd;
	err = emu_process_attach();
	if (!err && emu_machine()->plain)
		err = emu_plain_open(fd, &file);
	if (!err)
		return fd;
	emu_sys(SYS_close, fd);
	return (int)emu_result(err);
}

static mode_t mode_argument(int flags, va_list args)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? va_arg(args, mode_t) : 0;
}

/*
 * With the mode, when there is one. openat() is a cancellation point, and a sanitizer wants to know
 * of it, and of the mappings below: so they are called, not the kernel.
 */
static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	char own[EMU_PATH];
	EMU_NEXT(openat);

	path = emu_path_to_open(path, flags, own);
	return path ? opened(next(dir, path, flags, mode)) : -1;
}

#define DEFINE_OPEN(name, large)                                       \
	EMU_EXPORT int name(const char *path, int flags, ...)          \
	{                                                              \
		mode_t mode;                                           \
		va_list args;                                          \
                                                                       \
		va_start(args, flags);                                 \
		mode = mode_argument(flags, args);                     \
		va_end(args);                                          \
		return open_at(AT_FDCWD, path, flags | (large), mode); \
	}

#define DEFINE_OPENAT(name, large)                                     \
	EMU_EXPORT int name(int dir, const char *path, int flags, ...) \
	{                                                              \
		mode_t mode;                                           \
		va_list args;                                          \
                                                                       \
		va_start(args, flags);                                 \
		mode = mode_argument(flags, args);                     \
		va_end(args);                                          \
		return open_at(dir, path, flags | (large), mode);      \
	}

DEFINE_OPEN(open, 0)
DEFINE_OPEN(open64, O_LARGEFILE)
DEFINE_OPENAT(openat, 0)
DEFINE_OPENAT(openat64, O_LARGEFILE)

/* Streams. */

static FILE *stream_opened(FILE *stream)
{
	if (!stream || opened(fileno(stream)) >= 0)
		return stream;
	fclose(stream);
	return NULL;
}

static const char *path_of_stream(const char *path, const char *mode, char own[EMU_PATH])
{
	bool writes = mode[0] != 'r' || mode[1] == '+' || (mode[1] && mode[2] == '+');

	return emu_path_to_open(path, writes ? O_RDWR : O_RDONLY, own);
}

EMU_EXPORT FILE *fopen(const char *path, const char *mode)
{
	char own[EMU_PATH];
	EMU_NEXT(fopen);

	path = path_of_stream(path, mode, own);
	return path ? stream_opened(next(path, mode)) : NULL;
}

EMU_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

EMU_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	char own[EMU_PATH];
	EMU_NEXT(freopen);

	if (path && !(path = path_of_stream(path, mode, own)))
		return NULL;
	return stream_opened(next(path, mode, stream));
}

EMU_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	return freopen(path, mode, stream);
}

/* What the fortified ones call. */
EMU_EXPORT int __open_2(const char *path, int flags);
EMU_EXPORT int __open64_2(const char *path, int flags);
EMU_EXPORT int __openat_2(int dir, const char *path, int flags);
EMU_EXPORT int __openat64_2(int dir, const char *path, int flags);

EMU_EXPORT int __open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

EMU_EXPORT int __open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0);
}

EMU_EXPORT int __openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

EMU_EXPORT int __openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags | O_LARGEFILE, 0);
}

/*
 * mmap(), munmap().
 */

static void *map_device(void *addr, size_t length, int flags, int fd,
			const struct emu_device_file *file)
{
	void *page;
	int err = emu_portal_map(addr, length, flags, fd, file, &page);

	return emu_result(err) ? MAP_FAILED : page;
}

EMU_EXPORT void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	struct emu_device_file file;
	EMU_NEXT(mmap);

	if (flags & MAP_FIXED && emu_machine())
		emu_portal_unmap(addr, length);
	if (!(flags & MAP_ANONYMOUS) && emu_device_fd(fd, &file))
		return map_device(addr, length, flags, fd, &file);
	return next(addr, length, prot, flags, fd, offset);
}

/* The two are one on x86-64. */
EMU_EXPORT void *mmap64(void *addr, size_t length, int prot, int flags, int fd, off64_t offset)
{
	return mmap(addr, length, prot, flags, fd, offset);
}

EMU_EXPORT int munmap(void *addr, size_t length)
{
	EMU_NEXT(munmap);

	if (emu_machine())
		emu_portal_unmap(addr, length);
	return next(addr, length);
}

/*
 * stat(): the files of the emulator are no char devices, but for what is said of them.
 */

static bool is_device(int dir, const char *path, const struct stat *st,
		      struct emu_device_file *file)
{
	return S_ISSOCK(st->st_mode) && !*path ? emu_device_fd(dir, file)
					       : emu_device_stat(st->st_dev, st->st_ino, file);
}

static int stat_at(int dir, const char *path, struct stat *st, int flags)
{
	char own[EMU_PATH];
	struct emu_device_file file;
	int result = (int)emu_result(emu_sys(SYS_newfstatat, dir, emu_path(path, own), st, flags));

	if (result)
		return result;
	if (is_device(dir, path, st, &file)) {
		st->st_mode = (st->st_mode & ~(mode_t)S_IFMT) | S_IFCHR;
		st->st_rdev = emu_device_number(&file);
		emu_device_identity(&file, &st->st_dev, &st->st_ino);
	}
	return 0;
}

EMU_EXPORT int stat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

EMU_EXPORT int lstat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

EMU_EXPORT int fstat(int fd, struct stat *st)
{
	return stat_at(fd, "", st, AT_EMPTY_PATH);
}

EMU_EXPORT int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return stat_at(dir, path, st, flags);
}

/* The two structures are one on x86-64. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "struct stat64");

EMU_EXPORT int stat64(const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, 0);
}

EMU_EXPORT int lstat64(const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

EMU_EXPORT int fstat64(int fd, struct stat64 *st)
{
	return stat_at(fd, "", (struct stat *)st, AT_EMPTY_PATH);
}

EMU_EXPORT int fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
	return stat_at(dir, path, (struct stat *)st, flags);
}

/* What programs that were linked against a C library before 2.33 call. */
EMU_EXPORT int __xstat(int version, const char *path, struct stat *st);
EMU_EXPORT int __lxstat(int version, const char *path, struct stat *st);
EMU_EXPORT int __fxstat(int version, int fd, struct stat *st);
EMU_EXPORT int __xstat64(int version, const char *path, struct stat64 *st);
EMU_EXPORT int __lxstat64(int version, const char *path, struct stat64 *st);
EMU_EXPORT int __fxstat64(int version, int fd, struct stat64 *st);

EMU_EXPORT int __xstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, st, 0);
}

EMU_EXPORT int __lxstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

EMU_EXPORT int __fxstat(int version, int fd, struct stat *st)
{
	(void)version;
	return stat_at(fd, "", st, AT_EMPTY_PATH);
}

EMU_EXPORT int __xstat64(int version, const char *path, struct stat64 *st)
{
	return __xstat(version, path, (struct stat *)st);
}

EMU_EXPORT int __lxstat64(int version, const char *path, struct stat64 *st)
{
	return __lxstat(version, path, (struct stat *)st);
}

EMU_EXPORT int __fxstat64(int version, int fd, struct stat64 *st)
{
	return __fxstat(version, fd, (struct stat *)st);
}

EMU_EXPORT int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *stx)
{
	char own[EMU_PATH];
	struct stat st = { 0 };
	struct emu_device_file file;
	int result =
		(int)emu_result(emu_sys(SYS_statx, dir, emu_path(path, own), flags, mask, stx));

	if (result)
		return result;
	st.st_mode = stx->stx_mode;
	st.st_dev = makedev(stx->stx_dev_major, stx->stx_dev_minor);
	st.st_ino = stx->stx_ino;
	if (is_device(dir, path, &st, &file)) {
		dev_t number = emu_device_number(&file);

		emu_device_identity(&file, &st.st_dev, &st.st_ino);
		stx->stx_dev_major = major(st.st_dev);
		stx->stx_dev_minor = minor(st.st_dev);
		stx->stx_ino = st.st_ino;
		stx->stx_mode = (uint16_t)((stx->stx_mode & ~S_IFMT) | S_IFCHR);
		stx->stx_rdev_major = major(number);
		stx->stx_rdev_minor = minor(number);
	}
	return 0;
}

/*
 * syscall(), for what is above. It ends in the kernel, as it would: a function that another library
 * has put before the C library's may come by here.
 */

#define POINTER(number) ((void *)a[number]) /* NOLINT: an argument of any type */

static long call(long number, const long a[6])
{
	return emu_result(emu_sys_call(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

static long call_open(int dir, const char *path, int flags, mode_t mode)
{
	char own[EMU_PATH];
	const char *to = emu_path_to_open(path, flags, own);

	return to ? opened((int)emu_result(emu_sys(SYS_openat, dir, to, flags, mode))) : -1;
}

static long call_mmap(const long a[6])
{
	struct emu_device_file file;

	if (a[3] & MAP_ANONYMOUS || !emu_device_fd((int)a[4], &file))
		return call(SYS_mmap, a);
	return (long)map_device(POINTER(0), (size_t)a[1], (int)a[3], (int)a[4], &file);
}

EMU_EXPORT long syscall(long number, ...)
{
	long a[6];
	va_list list;

	va_start(list, number);
	for (unsigned int i = 0; i < 6; i++) /* however many there are, as for the kernel */
		a[i] = va_arg(list, long);
	va_end(list);
	switch (number) {
	case SYS_open:
		return call_open(AT_FDCWD, POINTER(0), (int)a[1], (mode_t)a[2]);
	case SYS_openat:
		return call_open((int)a[0], POINTER(1), (int)a[2], (mode_t)a[3]);
	case SYS_newfstatat:
		return stat_at((int)a[0], POINTER(1), POINTER(2), (int)a[3]);
	case SYS_mmap:
		return call_mmap(a);
	case SYS_munmap:
		if (emu_machine())
			emu_portal_unmap(POINTER(0), (size_t)a[1]);
		return call(number, a);
	default:
		return call(number, a);
	}
}
