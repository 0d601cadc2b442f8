/* SPDX-License-Identifier: MIT */
/*
 * libsva: memory operations on an accelerator, through Shared Virtual Addressing.
 *
 * This is the umbrella header. Conventions of the whole library:
 *  - functions return 0, a count or a status (positive), or -errno; sva_strerror() explains it;
 *  - sizes are in bytes, times in the unit that the name says;
 *  - a function is safe in any thread unless its text says otherwise.
 */
#ifndef SVA_SVA_H
#define SVA_SVA_H

#include <sva/cipher.h>
#include <sva/deflate.h>
#include <sva/desc.h>
#include <sva/discover.h>
#include <sva/filter.h>
#include <sva/iax.h>
#include <sva/insn.h>
#include <sva/ops.h>
#include <sva/pool.h>
#include <sva/ring.h>
#include <sva/status.h>
#include <sva/version.h>
#include <sva/wq.h>

#endif
