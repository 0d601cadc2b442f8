/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "access.h"
#include "queue.h"

/* Since the check of the memory came, only the process that has opened may use the file. */
bool emu_cdev_foreign(const struct emu_state *state, const struct emu_caller *caller,
		      unsigned int file)
{
	return state->profile.same_mm && caller->pid != state->file[file].pid;
}

int emu_cdev_portal(const struct emu_state *state, const struct emu_caller *caller,
		    unsigned int file, size_t length)
{
	const struct emu_file *f = &state->file[file];

	if (emu_cdev_foreign(state, caller, file))
		return -EPERM;
	if (state->no_mmap || (state->profile.mmap_privileged && !(state->rawio && caller->rawio)))
		return -EPERM;
	if (length > 4096)
		return -EINVAL;
	return caller->pid == f->pid && f->lane != EMU_NONE ? f->lane : (int)EMU_LANES;
}

static int submit(struct emu_state *state, unsigned int lane, const struct sva_desc *desc)
{
	const struct emu_dsa *dsa = emu_lane_device(state, lane);
	const struct emu_queue *queue = emu_lane_queue(state, lane);
	bool hidden =
		dsa->version == 0x100 ? state->profile.hides_batch : state->profile.hides_batch_2;

	/* Of an IAX device, the driver lets it pass: there is no such operation. */
	if (hidden && dsa->type == EMU_TYPE_DSA && sva_desc_opcode(desc) == SVA_OP_BATCH)
		return -EINVAL;
	if (desc->completion_addr % emu_record_size(dsa))
		return -EINVAL;
	if (queue->mode == EMU_WQ_DEDICATED) {
		emu_queue_submit(state, lane, desc, EMU_POSTED);
		return 0;
	}
	for (uint32_t tries = 0; tries <= queue->enqcmds_retries; tries++)
		if (emu_queue_submit(state, lane, desc, EMU_ENQUEUE) == EMU_TAKEN)
			return 0;
	return -EAGAIN;
}

ssize_t emu_cdev_write(struct emu_state *state, const struct emu_caller *caller, unsigned int file,
		       const void *buf, size_t len)
{
	const struct emu_file *f = &state->file[file];
	struct sva_desc desc;
	size_t done = 0;
	int err = 0;

	if (!state->profile.write)
		return -EINVAL; /* a file without write(): vfs_write() */
	if (emu_cdev_foreign(state, caller, file))
		return -EPERM;
	if (f->lane == EMU_NONE)
		return -ENODEV;
	for (; len - done >= sizeof(desc); done += sizeof(desc)) {
		memcpy(&desc, (const char *)buf + done, sizeof(desc));
		err = submit(state, (unsigned int)f->lane, &desc);
		if (err)
			break;
	}
	return done ? (ssize_t)done : err;
}
