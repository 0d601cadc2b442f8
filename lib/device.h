/* SPDX-License-Identifier: MIT */
/*
 * From a char device to a usable path: open(2), verify, mmap(2) or a write(2) that was probed.
 */
#ifndef SVAI_DEVICE_H
#define SVAI_DEVICE_H

#include "handle.h"

/* What svai_device_open() brings. */
struct svai_device {
	void *portal; /* NULL: write(2) */
	enum sva_path path;
	char no_portal[160]; /* why not the portal; "" if it is */
};

/**
 * svai_device_open - open the queue of h->info
 * @flags: SVA_OPEN_*
 * @dev: the device of the queue
 * @rejection: filled on failure, but its queue
 *
 * Sets h->fd, and uses h->probe for the proof of write(2). Returns 0 or -errno, with nothing left
 * open.
 */
int svai_device_open(struct svai_handle *h, uint32_t flags, const struct sva_dev_info *dev,
		     struct svai_device *device, struct sva_rejection *rejection);

/* svai_device_close - take the portal away, unmap it, close the file; the kernel drains */
void svai_device_close(struct svai_handle *h);

#endif
