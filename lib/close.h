/* SPDX-License-Identifier: MIT */
#ifndef SVAI_CLOSE_H
#define SVAI_CLOSE_H

#include "handle.h"

/* svai_queue_close - drain and close; 0, -EBADF: not open, or -ETIMEDOUT: still open */
int svai_queue_close(struct svai_handle *h);

#endif
