/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/sysmacros.h>

#include "control.h"
#include "device.h"
#include "local.h"
#include "process.h"
#include "sys.h"

static bool find_name(const struct emu_state *state, dev_t dev, ino_t ino,
		      struct emu_device_file *file)
{
	if (dev != state->files_dev)
		return false;
	for (unsigned int d = 0; d < state->device_count; d++)
		for (unsigned int q = 0; q < state->device[d].queue_count; q++)
			if (state->device[d].queue[q].ino == ino) {
				*file = (struct emu_device_file){ d, q, EMU_NONE };
				return true;
			}
	return false;
}

static bool find_socket(const struct emu_state *state, ino_t ino, struct emu_device_file *file)
{
	for (unsigned int i = 0; i < EMU_FILES; i++)
		if (state->file[i].used && state->file[i].ino == ino) {
			*file = (struct emu_device_file){ state->file[i].device,
							  state->file[i].queue, (int)i };
			return true;
		}
	return false;
}

bool emu_device_stat(dev_t dev, ino_t ino, struct emu_device_file *file)
{
	const struct emu_state *state = emu_machine();

	if (!state)
		return false;
	if (state->plain)
		return find_name(state, dev, ino, file);
	*file = (struct emu_device_file){ EMU_CDEV_DEVICE(ino), EMU_CDEV_QUEUE(ino), EMU_NONE };
	return dev == emu_devices && EMU_INO_KIND(ino) == EMU_INO_CDEV;
}

bool emu_device_fd(int fd, struct emu_device_file *file)
{
	const struct emu_state *state = emu_machine();
	struct statx st = { 0 };

	/* What is known of the file will do: its file system need not be asked. */
	if (!state || fd < 0 ||
	    emu_sys(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO,
		    &st))
		return false;
	if (state->plain && S_ISSOCK(st.stx_mode))
		return find_socket(state, st.stx_ino, file);
	return emu_device_stat(makedev(st.stx_dev_major, st.stx_dev_minor), st.stx_ino, file);
}

dev_t emu_device_number(const struct emu_device_file *file)
{
	const struct emu_state *state = emu_machine();

	const struct emu_dsa *dsa = &state->device[file->device];

	return makedev(state->major[dsa->type], dsa->queue[file->queue].minor);
}

void emu_device_identity(const struct emu_device_file *file, dev_t *dev, ino_t *ino)
{
	const struct emu_state *state = emu_machine();

	if (file->file == EMU_NONE)
		return;
	*dev = state->files_dev;
	*ino = state->device[file->device].queue[file->queue].ino;
}
