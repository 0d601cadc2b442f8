/* SPDX-License-Identifier: MIT */
/* What an IAX device refuses about a descriptor. */
#ifndef SVAI_IAX_CHECK_H
#define SVAI_IAX_CHECK_H

#include "iax_opcode.h"

/**
 * svai_iax_check - look for what the device would refuse
 * @finding: filled unless NULL
 *
 * As svai_check() (check.h); there are no batches. Returns 0 or the status.
 */
unsigned int svai_iax_check(const struct svai_limits *limits, const struct sva_desc *desc,
			    struct svai_finding *finding);

#endif
