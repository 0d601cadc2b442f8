/* SPDX-License-Identifier: MIT */
#ifndef SVAI_POPULATE_H
#define SVAI_POPULATE_H

#include <sva/desc.h>

/**
 * svai_populate - bring the pages of a range in, as reading or writing it would, and change nothing
 *
 * Returns 0, or -EFAULT: some of it is not mapped, or may not be accessed so.
 */
int svai_populate(uint64_t addr, uint64_t size, bool write);

/* svai_populate_operands - the same for all memory that a descriptor reads and writes */
int svai_populate_operands(const struct sva_desc *desc);

/**
 * svai_populate_fault - bring in the page that a device has missed, and some of the operand's next
 * @desc: the rest of the operation
 */
int svai_populate_fault(const struct sva_desc *desc, uint64_t addr, bool write);

#endif
