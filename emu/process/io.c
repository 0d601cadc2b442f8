/* SPDX-License-Identifier: MIT */
/*
 * What a char device answers that has open, mmap, write and poll, and no more. In a namespace, the
 * file system answers most of it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "device.h"
#include "local.h"
#include "next.h"
#include "plain.h"
#include "process.h"
#include "trap.h"

/* A queue of a machine without char devices: nothing but this library knows what it is. */
static bool is_plain(int fd, struct emu_device_file *file)
{
	return emu_root[0] && emu_device_fd(fd, file) && file->file != EMU_NONE;
}

EMU_EXPORT ssize_t write(int fd, const void *buf, size_t size)
{
	struct emu_device_file file;
	EMU_NEXT(write);

	return is_plain(fd, &file) ? emu_result(emu_plain_write(&file, buf, size))
				   : next(fd, buf, size);
}

EMU_EXPORT ssize_t pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	struct emu_device_file file;
	EMU_NEXT(pwrite);

	return is_plain(fd, &file) ? emu_result(emu_plain_write(&file, buf, size))
				   : next(fd, buf, size, offset);
}

EMU_EXPORT ssize_t pwrite64(int fd, const void *buf, size_t size, off64_t offset)
{
	return pwrite(fd, buf, size, offset);
}

/* A driver that has write() alone gets the parts one by one, until one is not taken as a whole. */
EMU_EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
	struct emu_device_file file;
	ssize_t done = 0, result = 0;
	EMU_NEXT(writev);

	if (count < 1 || !emu_device_fd(fd, &file))
		return next(fd, parts, count);
	for (int i = 0; i < count; i++) {
		result = write(fd, parts[i].iov_base, parts[i].iov_len);
		if (result > 0)
			done += result;
		if (result < 0 || (size_t)result < parts[i].iov_len)
			break;
	}
	return done ? done : result;
}

EMU_EXPORT ssize_t read(int fd, void *buf, size_t size)
{
	struct emu_device_file file;
	EMU_NEXT(read);

	return is_plain(fd, &file) ? emu_result(-EINVAL) : next(fd, buf, size);
}

EMU_EXPORT ssize_t pread(int fd, void *buf, size_t size, off_t offset)
{
	struct emu_device_file file;
	EMU_NEXT(pread);

	return is_plain(fd, &file) ? emu_result(-EINVAL) : next(fd, buf, size, offset);
}

EMU_EXPORT ssize_t pread64(int fd, void *buf, size_t size, off64_t offset)
{
	return pread(fd, buf, size, offset);
}

EMU_EXPORT off_t lseek(int fd, off_t offset, int whence)
{
	struct emu_device_file file;
	EMU_NEXT(lseek);

	return emu_device_fd(fd, &file) ? emu_result(-ESPIPE) : next(fd, offset, whence);
}

EMU_EXPORT off64_t lseek64(int fd, off64_t offset, int whence)
{
	return lseek(fd, offset, whence);
}

/* It returns when the device has done what came by this file. */
EMU_EXPORT int close(int fd)
{
	struct emu_device_file file;
	EMU_NEXT(close);

	if (is_plain(fd, &file) && emu_machine()->file[file.file].lane != EMU_NONE)
		emu_portal_settle((unsigned int)emu_machine()->file[file.file].lane);
	return next(fd);
}
