/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define FIRST 200 /* the least number for a file of ours */
#define KEPT  256 /* more than a pool of 64 members opens */

static struct {
	int fd; /* 0: free */
	dev_t dev;
	ino_t ino;
} kept[KEPT];

int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *data, size_t size);
int __real_close(int fd);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __wrap_close(int fd);

/* Its index; KEPT: none. @fd 0: a free one. */
static unsigned int find(int fd)
{
	unsigned int i = 0;

	while (i < KEPT && __atomic_load_n(&kept[i].fd, __ATOMIC_ACQUIRE) != fd)
		i++;
	return i;
}

/* Where to remember it: over what was there under its number, which the program has closed. */
static unsigned int place_for(int fd)
{
	unsigned int i = find(fd);

	return i < KEPT ? i : find(0);
}

int run_file_keep(int fd)
{
	struct stat st;
	unsigned int i;
	int high;

	if (fd < 0 || fstat(fd, &st))
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
	if (high >= 0) {
		__real_close(fd);
		fd = high;
	}
	i = place_for(fd);
	if (i == KEPT)
		return fd;
	kept[i].dev = st.st_dev;
	kept[i].ino = st.st_ino;
	__atomic_store_n(&kept[i].fd, fd, __ATOMIC_RELEASE);
	return fd;
}

static bool is_same(unsigned int i, int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_dev == kept[i].dev && st.st_ino == kept[i].ino;
}

bool run_file_is_ours(int fd)
{
	unsigned int i = fd > 0 ? find(fd) : KEPT;

	return i < KEPT && is_same(i, fd);
}

/* Devices and their states; what is closed at once anyway comes along. */
int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return run_file_keep(__real_open(path, flags, mode));
}

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	unsigned int i = fd > 0 ? find(fd) : KEPT;

	if (i == KEPT || is_same(i, fd))
		return __real_write(fd, data, size);
	errno = EBADF;
	return -1;
}

int __wrap_close(int fd)
{
	unsigned int i = fd > 0 ? find(fd) : KEPT;
	bool same;

	if (i == KEPT)
		return __real_close(fd);
	same = is_same(i, fd);
	__atomic_store_n(&kept[i].fd, 0, __ATOMIC_RELEASE);
	return same ? __real_close(fd) : 0;
}
