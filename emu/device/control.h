/* SPDX-License-Identifier: MIT */
/* What the preloaded library and the kernel model say to each other. */
#ifndef EMU_DEVICE_CONTROL_H
#define EMU_DEVICE_CONTROL_H

#include <stdint.h>
#include <sys/ioctl.h>

#include <sva/iax.h>

#define EMU_STATE_PATH "/dev/.sva-emu-state" /* a socket: share.h */
/* A file for each module: takes "load" and "unload", and reads 0 or 1. */
#define EMU_CONTROL_DIR "/dev/.sva-emu"
#define EMU_DSA_PATH    "/dev/dsa"
#define EMU_IAX_PATH    "/dev/iax"

/*
 * At EMU_STATE_PATH, a request for each connection, and its answer; where files come with that, the
 * first of them. A connection that stays open is what was asked for, and its end is noticed.
 */
#define EMU_ASK_PATH 256

enum emu_ask {
	EMU_ASK_MACHINE, /* both files of struct emu_state; the connection is of no more use */
	EMU_ASK_PROCESS, /* the engines of a memory; the result: index of the struct emu_process */
	EMU_ASK_OPEN,    /* a queue; the result: index of the struct emu_file */
	EMU_ASK_REFRESH, /* an attribute's plain file is about to be read: update it */
};

struct emu_request {
	uint32_t ask;
	uint32_t device, queue;  /* EMU_ASK_OPEN: indices */
	uint64_t ino;            /* EMU_ASK_OPEN: of the asker's end, by which it is found again */
	char path[EMU_ASK_PATH]; /* EMU_ASK_REFRESH: without the folder */
};

struct emu_reply {
	int32_t result;   /* or -errno */
	uint32_t follows; /* another message: the device of the queue has an error */
};

/* A completion record of a device of either type. */
union emu_record {
	struct sva_record dsa;
	struct sva_iax_record iax;
};

/* On the connection of EMU_ASK_PROCESS, under --trace: an operation that has ended. */
struct emu_trace {
	uint64_t time; /* CLOCK_MONOTONIC nanoseconds */
	int32_t pid;
	uint32_t device, queue; /* of its name: wq<device>.<queue> */
	uint32_t type;          /* of the device */
	uint32_t status;
	union emu_record record;
	struct sva_desc desc;
};

/* What a program needs in its environment, besides the library: */
#define EMU_CPU_FEATURES "+enqcmd,+movdir64b,+waitpkg" /* LIBSVA_CPU, for libsva */
#define EMU_ASAN_OPTION  "verify_asan_link_order=0"    /* the library comes first */

/*
 * On a char device: what mmap(2) of so many bytes would do; the index of the lane, or EMU_LANES for
 * a portal in a process without a PASID.
 */
#define EMU_IOC_PORTAL _IO(0xe5, 1)

/* Inode numbers: the char devices are told by theirs. */
#define EMU_INO_KIND(ino)    ((ino) >> 56)
#define EMU_INO_SYSFS        1ull
#define EMU_INO_CDEV         2ull
#define EMU_INO_CONTROL      3ull
#define EMU_INO(kind, node)  ((kind) << 56 | (node))
#define EMU_CDEV_DEVICE(ino) ((unsigned int)((ino) >> 8 & 0xff))
#define EMU_CDEV_QUEUE(ino)  ((unsigned int)((ino)&0xff))

#endif
