/* SPDX-License-Identifier: MIT */
/*
 * What a device refuses about a descriptor: one opinion, used by sva_desc_check() and by the
 * software device.
 */
#ifndef SVAI_CHECK_H
#define SVAI_CHECK_H

#include "opcode.h"

/**
 * svai_check - look for what the device would refuse
 * @member: the descriptor is a member of a batch
 * @finding: filled, if there is something
 *
 * Does not touch any memory but the descriptor: neither buffers nor lists. A device may look in any
 * order, so that of several faults it may report another one. An opcode that the queue executes and
 * that the specification does not describe is left to the device.
 *
 * Returns 0 or the status.
 */
unsigned int svai_check(const struct svai_limits *limits, const struct sva_desc *desc, bool member,
			struct svai_finding *finding);

/**
 * svai_check_owner - does the descriptor leave PASID and privilege to the hardware?
 *
 * ENQCMD faults if not. No device looks at them: the queue, the CPU or the batch gives them
 * (specification, 8.1.1). Returns 0 or a status, for which @finding is filled.
 */
unsigned int svai_check_owner(const struct sva_desc *desc, struct svai_finding *finding);

#endif
