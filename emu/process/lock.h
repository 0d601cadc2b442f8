/* SPDX-License-Identifier: MIT */
/*
 * A lock that is no function of the C library, for engines and for whoever waits for one. Zero is
 * its initial state.
 */
#ifndef EMU_PROCESS_LOCK_H
#define EMU_PROCESS_LOCK_H

#include <linux/futex.h>
#include <stdatomic.h>

#include "sys.h"

enum { EMU_LOCK_FREE, EMU_LOCK_HELD, EMU_LOCK_WANTED };

static inline void emu_lock(atomic_uint *lock)
{
	unsigned int expected = EMU_LOCK_FREE;

	if (atomic_compare_exchange_strong(lock, &expected, EMU_LOCK_HELD))
		return;
	while (atomic_exchange(lock, EMU_LOCK_WANTED) != EMU_LOCK_FREE)
		emu_sys(SYS_futex, lock, FUTEX_WAIT_PRIVATE, EMU_LOCK_WANTED, 0);
}

static inline void emu_unlock(atomic_uint *lock)
{
	if (atomic_exchange(lock, EMU_LOCK_FREE) == EMU_LOCK_WANTED)
		emu_sys(SYS_futex, lock, FUTEX_WAKE_PRIVATE, 1);
}

#endif
