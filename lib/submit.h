/* SPDX-License-Identifier: MIT */
#ifndef SVAI_SUBMIT_H
#define SVAI_SUBMIT_H

#include "handle.h"

/**
 * svai_submit_device - as sva_submit() or (@retry false) sva_try_submit(), and counted
 *
 * Of a pool, only to a device: the CPU does not stand in. -ENODEV: there is none that works.
 */
int svai_submit_device(struct sva_wq *wq, struct sva_op *op, bool retry);

#define SVAI_WRITE_MANY 32

/* svai_write_many - by one write(2) as many as there are entries; how many it took, or -errno */
int svai_write_many(struct svai_handle *h, struct sva_op *const ops[], unsigned int count);

#endif
