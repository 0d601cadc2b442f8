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

#endif
