/* SPDX-License-Identifier: MIT */
#ifndef SVAI_SUBMIT_H
#define SVAI_SUBMIT_H

#include "probe.h"

/* svai_submit - sva_submit() or (@retry false) sva_try_submit(), with their probes */
static inline int svai_submit(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	if (sva__submit_is_fast(wq, op)) {
		uint32_t opcode = sva_desc_opcode(&op->desc);
		uint32_t size = op->desc.xfer_size;

		if (SVA__LIKELY(sva__submit_portal(wq, op))) {
			svai_probe_submit(svai_handle(wq), op, opcode, size);
			return 0;
		}
	}
	return retry ? sva__submit_slow(wq, op) : sva__try_submit_slow(wq, op);
}

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
