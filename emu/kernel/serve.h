/* SPDX-License-Identifier: MIT */
/*
 * The file system of the emulator. One mount has it all; its folders are then bound where programs
 * look for them.
 */
#ifndef EMU_KERNEL_SERVE_H
#define EMU_KERNEL_SERVE_H

#include "share.h"
#include "state.h"

#define EMU_MOUNTPOINT "/dev/.sva-emu-mount" /* of a file system */

/* What stands in the mount. */
#define EMU_SERVE_BUS     "bus"        /* for /sys/bus/dsa */
#define EMU_SERVE_MODULE  "module"     /* for /sys/module/idxd */
#define EMU_SERVE_CRYPTO  "iaa_crypto" /* while it is there: for /sys/module/iaa_crypto */
#define EMU_SERVE_PCI     "pci"        /* its folders: for /sys/devices */
#define EMU_SERVE_DRIVER  "driver"     /* for /sys/bus/pci/drivers/idxd */
#define EMU_SERVE_DSA     "dsa"        /* for /dev/dsa */
#define EMU_SERVE_IAX     "iax"        /* for /dev/iax */
#define EMU_SERVE_MAGIC   0x65735546   /* the type of the mount, as of all of FUSE */
#define EMU_SERVE_CONTROL "control"    /* for EMU_CONTROL_DIR */

struct emu_server;

/**
 * emu_server_start - mount, and serve from a thread
 * @mountpoint: NULL: there is no file system, and only @share is served
 * @share: what is given to programs that ask for the machine; the server's from now on
 *
 * Returns 0 or -errno. The mount needs /dev/fuse, and CAP_SYS_ADMIN over the mount namespace.
 */
int emu_server_start(struct emu_state *state, const char *mountpoint, struct emu_share *share,
		     struct emu_server **server);

/*
 * emu_server_link - have /sys/module/iaa_crypto lead to the folder of iaa_crypto while it is loaded
 *
 * Returns 0 or -errno.
 */
int emu_server_link(const struct emu_state *state);

/* emu_server_stop - unmount, and end the thread; programs that still run lose the devices */
void emu_server_stop(struct emu_server *server);

#endif
