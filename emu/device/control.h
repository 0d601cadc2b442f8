/* SPDX-License-Identifier: MIT */
/* What the preloaded library and the kernel model say to each other. */
#ifndef EMU_DEVICE_CONTROL_H
#define EMU_DEVICE_CONTROL_H

#include <sys/ioctl.h>

#define EMU_STATE_PATH  "/dev/.sva-emu-state" /* a socket: share.h */
#define EMU_CONTROL_DIR "/dev/.sva-emu"       /* of the kernel model's own files: */
#define EMU_PROCESS_PATH \
	EMU_CONTROL_DIR "/process"                /* one open for each memory: struct emu_process */
#define EMU_TRACE_PATH  EMU_CONTROL_DIR "/trace"  /* lines for --trace */
#define EMU_MODULE_PATH EMU_CONTROL_DIR "/module" /* "load", "unload"; reads 0 or 1 */
#define EMU_DEV_PATH    "/dev/dsa"

/* What a program needs in its environment, besides the library: */
#define EMU_CPU_FEATURES "+enqcmd,+movdir64b,+waitpkg" /* LIBSVA_CPU, for libsva */
#define EMU_ASAN_OPTION  "verify_asan_link_order=0"    /* the library comes first */

/* On a process file: the index of the struct emu_process. */
#define EMU_IOC_PROCESS _IO(0xe5, 1)
/*
 * On a char device: what mmap(2) of so many bytes would do; the index of the lane, or EMU_LANES for
 * a portal in a process without a PASID.
 */
#define EMU_IOC_PORTAL _IO(0xe5, 2)

/* Inode numbers: the char devices are told by theirs. */
#define EMU_INO_KIND(ino)    ((ino) >> 56)
#define EMU_INO_SYSFS        1ull
#define EMU_INO_CDEV         2ull
#define EMU_INO_CONTROL      3ull
#define EMU_INO(kind, node)  ((kind) << 56 | (node))
#define EMU_CDEV_DEVICE(ino) ((unsigned int)((ino) >> 8 & 0xff))
#define EMU_CDEV_QUEUE(ino)  ((unsigned int)((ino)&0xff))

#endif
