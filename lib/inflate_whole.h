/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE on the CPU, by libdeflate, which is loaded when it is first needed. It inflates only
 * whole streams, and those faster than ISA-L (igzip.h).
 */
#ifndef SVAI_INFLATE_WHOLE_H
#define SVAI_INFLATE_WHOLE_H

#include "igzip.h"

/*
 * svai_inflate_whole - to the end of the stream
 *
 * Returns false, and has not moved @flow, if this library is missing or something is wrong with the
 * data or the room: ISA-L then says what. Of damaged data it takes some that ISA-L refuses; their
 * checksum decides.
 */
bool svai_inflate_whole(struct svai_flow *flow);

#endif
