/* SPDX-License-Identifier: MIT */
/* Queues where there are no char devices: what open, mmap and write do there. */
#ifndef EMU_PROCESS_PLAIN_H
#define EMU_PROCESS_PLAIN_H

#include <sys/types.h>

#include "device.h"

/* Put a socket in the place of @fd, the name's plain file; 0 or -errno. */
int emu_plain_open(int fd, const struct emu_device_file *file);

/* What EMU_IOC_PORTAL answers elsewhere. */
int emu_plain_portal(const struct emu_device_file *file, size_t length);

/* Bytes, or -errno. */
ssize_t emu_plain_write(const struct emu_device_file *file, const void *buf, size_t size);

#endif
