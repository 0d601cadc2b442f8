/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "control.h"
#include "local.h"
#include "process.h"

/*
 * Without the emulator around it, the library does nothing but trap the instructions. Whoever needs
 * it earlier, in a constructor that runs before this one, has it from the functions themselves.
 */
__attribute__((constructor)) static void start(void)
{
	if (!emu_machine())
		return;
	emu_portals_start();
	setenv("LIBSVA_CPU", EMU_CPU_FEATURES, 0); /* of a parent that has given no environment */
}
