/* SPDX-License-Identifier: MIT */
/*
 * The machine that this process runs on, and what is this memory's alone. By system calls: the
 * functions are ours, and need what is here.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control.h"
#include "local.h"
#include "process.h"
#include "share.h"

static struct emu_state *machine;
static dev_t devices; /* st_dev of the emulator's files */

struct emu_local *emu_local;

struct emu_state *emu_machine(void)
{
	return machine;
}

int emu_process_index(void)
{
	return atomic_load(&emu_local->attached) ? atomic_load(&emu_local->process) : EMU_NONE;
}

bool emu_is_device(dev_t device, ino_t ino)
{
	return machine && device == devices && EMU_INO_KIND(ino) == EMU_INO_CDEV;
}

/* What fork() must not take along is in a page that it wipes. */
static struct emu_local *map_local(void)
{
	struct emu_local *local =
		(struct emu_local *)syscall(SYS_mmap, NULL, sizeof(*local), PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);

	if (local == MAP_FAILED)
		return NULL;
	return madvise(local, sizeof(*local), MADV_WIPEONFORK) ? NULL : local;
}

bool emu_local_start(void)
{
	struct emu_state *state = emu_share_map(EMU_STATE_PATH);
	struct stat dev;

	emu_local = map_local();
	if (!state || !emu_local || state->magic != EMU_STATE_MAGIC ||
	    syscall(SYS_newfstatat, AT_FDCWD, EMU_DEV_PATH, &dev, 0))
		return false;
	devices = dev.st_dev;
	machine = state;
	return true;
}
