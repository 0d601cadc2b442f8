/* SPDX-License-Identifier: MIT */
/*
 * Which files are char devices of the emulator. In a namespace they are told by their inode
 * numbers. Without one, a device has a plain file for its name, and an open queue is the socket
 * that EMU_ASK_OPEN has made of it.
 */
#ifndef EMU_PROCESS_DEVICE_H
#define EMU_PROCESS_DEVICE_H

#include <stdbool.h>
#include <sys/stat.h>

struct emu_device_file {
	unsigned int device, queue;
	int file; /* index of the struct emu_file, where it is a socket; else EMU_NONE */
};

bool emu_device_stat(dev_t dev, ino_t ino, struct emu_device_file *file);
bool emu_device_fd(int fd, struct emu_device_file *file);

/* The number of the char device, as stat() has it. */
dev_t emu_device_number(const struct emu_device_file *file);

/* An open queue has the identity of its name: a socket's own is changed to that. */
void emu_device_identity(const struct emu_device_file *file, dev_t *dev, ino_t *ino);

#endif
