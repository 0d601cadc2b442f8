/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef HW_MISC_IDXD_H
#define HW_MISC_IDXD_H

#include "system/memory.h"

/*
 * 64-byte stores (MOVDIR64B, ENQCMD, ENQCMDS) to memory-mapped registers: false if @mr is not a
 * portal. A store that is not posted has its answer in @retry. Set by the device, if there is one.
 */
extern bool (*idxd_portal_write64)(MemoryRegion *mr, hwaddr off, const uint64_t *desc,
				   bool nonposted, bool *retry);

#endif
