/* SPDX-License-Identifier: MIT */
#include "local.h"
#include "process.h"

/* Without the emulator around it, the library does nothing but trap the instructions. */
__attribute__((constructor)) static void start(void)
{
	if (!emu_local_start())
		return;
	emu_portals_start();
	emu_threads_start();
}
