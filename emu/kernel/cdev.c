/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cdev.h"
#include "queue.h"

#define CAP_RAWIO 17
#define PASIDS    (1u << 20)

int emu_caller_of(pid_t thread, struct emu_caller *caller)
{
	char path[32], line[128];
	unsigned long long caps = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	status = fopen(path, "re");
	if (!status)
		return -ESRCH;
	caller->pid = 0;
	while (fgets(line, sizeof(line), status)) {
		sscanf(line, "Tgid: %d", &caller->pid);
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	}
	fclose(status);
	caller->rawio = caps >> CAP_RAWIO & 1;
	return caller->pid ? 0 : -ESRCH;
}

static bool is_user_queue(const struct emu_queue *queue)
{
	return atomic_load(&queue->state) == EMU_WQ_ENABLED && queue->type == EMU_WQ_USER;
}

int emu_cdev_find(const struct emu_state *state, enum emu_type type, const char *name,
		  unsigned int *device, unsigned int *queue)
{
	char own[32];

	if (!state->loaded)
		return -ENOENT;
	for (*device = 0; *device < state->device_count; (*device)++) {
		const struct emu_dsa *dsa = &state->device[*device];

		for (*queue = 0; dsa->type == type && *queue < dsa->queue_count; (*queue)++) {
			snprintf(own, sizeof(own), "wq%u.%u", dsa->id, *queue);
			if (!strcmp(own, name))
				return is_user_queue(&dsa->queue[*queue]) ? 0 : -ENOENT;
		}
	}
	return -ENOENT;
}

/*
 * Processes and lanes.
 */

static int find_process(const struct emu_state *state, pid_t pid)
{
	for (unsigned int i = 0; i < EMU_PROCESSES; i++)
		if (atomic_load(&state->process[i].pid) == pid)
			return (int)i;
	return EMU_NONE;
}

static void forget_faults(struct emu_lane_live *lane)
{
	atomic_store(&lane->cr_faults, 0);
	atomic_store(&lane->cr_fault_failures, 0);
}

/* The process' lane to a queue, made when there is none. */
static int get_lane(struct emu_state *state, unsigned int process, unsigned int device,
		    unsigned int queue)
{
	struct emu_process *p = &state->process[process];
	unsigned int i, lanes = atomic_load(&p->lane_count);

	for (i = 0; i < lanes; i++) {
		const struct emu_lane *lane = &state->lane[p->lane[i]];

		if (lane->device == device && lane->queue == queue)
			return p->lane[i];
	}
	for (i = 0; i < EMU_LANES; i++) {
		struct emu_lane *lane = &state->lane[i];

		if (atomic_load(&lane->process) != EMU_NONE)
			continue;
		lane->device = (uint16_t)device;
		lane->queue = (uint16_t)queue;
		forget_faults(&state->live.lane[i]);
		atomic_store(&lane->process, (int)process);
		p->lane[lanes] = (uint16_t)i;
		atomic_store(&p->lane_count, lanes + 1);
		return (int)i;
	}
	return -ENOSPC;
}

static void attach_files(struct emu_state *state, unsigned int process)
{
	for (unsigned int i = 0; i < EMU_FILES; i++) {
		struct emu_file *file = &state->file[i];

		if (file->used && file->lane == EMU_NONE &&
		    file->pid == atomic_load(&state->process[process].pid))
			file->lane = get_lane(state, process, file->device, file->queue);
	}
}

int emu_process_open(struct emu_state *state, pid_t pid)
{
	static uint32_t pasids;
	int index = find_process(state, 0);
	struct emu_process *process;

	if (index == EMU_NONE || pid == 0)
		return -ENOSPC;
	process = &state->process[index];
	memset(process, 0, sizeof(*process));
	memset(&state->live.process[index], 0, sizeof(state->live.process[index]));
	process->pasid = ++pasids % PASIDS;
	atomic_store(&process->pid, pid);
	attach_files(state, (unsigned int)index);
	return index;
}

void emu_process_close(struct emu_state *state, unsigned int process)
{
	struct emu_process *p = &state->process[process];

	for (unsigned int i = 0; i < EMU_FILES; i++) {
		struct emu_file *file = &state->file[i];

		if (file->used && file->lane != EMU_NONE &&
		    atomic_load(&state->lane[file->lane].process) == (int)process) {
			file->lane = EMU_NONE;
			file->pid = 0; /* after exec(), the same process is another memory */
		}
	}
	for (unsigned int i = 0; i < atomic_load(&p->lane_count); i++) {
		emu_queue_forget(emu_lane_queue_live(state, p->lane[i]), p->lane[i]);
		atomic_store(&state->lane[p->lane[i]].process, EMU_NONE);
	}
	atomic_store(&p->pid, 0);
}

/*
 * Files.
 */

static uint32_t file_number(const struct emu_state *state, const struct emu_file *self)
{
	uint32_t number = 0;

	for (unsigned int i = 0; i < EMU_FILES; i++)
		if (&state->file[i] != self && state->file[i].used &&
		    state->file[i].number >= number)
			number = state->file[i].number + 1;
	return number;
}

int emu_cdev_open(struct emu_state *state, const struct emu_caller *caller, unsigned int device,
		  unsigned int queue)
{
	struct emu_queue *wq = &state->device[device].queue[queue];
	struct emu_file *file;
	int process, index;

	if (!is_user_queue(wq))
		return -ENXIO;
	if (wq->mode == EMU_WQ_DEDICATED && wq->clients > 0)
		return -EBUSY;
	if (!state->profile.sva)
		return -EOPNOTSUPP;
	for (index = 0; index < (int)EMU_FILES && state->file[index].used; index++)
		;
	if (index == (int)EMU_FILES)
		return -ENFILE;
	file = &state->file[index];
	*file = (struct emu_file){ .used = true,
				   .lane = EMU_NONE,
				   .pid = caller->pid,
				   .device = (uint16_t)device,
				   .queue = (uint16_t)queue };
	file->number = file_number(state, file);
	process = find_process(state, caller->pid);
	if (process != EMU_NONE)
		file->lane = get_lane(state, (unsigned int)process, device, queue);
	wq->clients++;
	return index;
}

static bool in_use(const struct emu_state *state, int lane)
{
	for (unsigned int i = 0; i < EMU_FILES; i++)
		if (state->file[i].used && state->file[i].lane == lane)
			return true;
	return false;
}

void emu_cdev_close(struct emu_state *state, unsigned int file)
{
	struct emu_file *f = &state->file[file];
	struct emu_queue *queue = &state->device[f->device].queue[f->queue];

	if (queue->clients) /* a queue that was enabled anew begins with none */
		queue->clients--;
	f->used = false;
	if (f->lane != EMU_NONE && !in_use(state, f->lane))
		forget_faults(&state->live.lane[f->lane]); /* the next open() counts from nothing */
}

bool emu_cdev_unknown(const struct emu_state *state, unsigned int file)
{
	return state->file[file].lane == EMU_NONE && state->file[file].pid;
}

bool emu_cdev_settled(const struct emu_state *state, unsigned int file)
{
	int lane = state->file[file].lane;

	return lane == EMU_NONE || emu_lane_settled(state, (unsigned int)lane, UINT64_MAX);
}

unsigned int emu_cdev_poll(const struct emu_state *state, const struct emu_caller *caller,
			   unsigned int file)
{
	const struct emu_file *f = &state->file[file];

	if (emu_cdev_foreign(state, caller, file))
		return POLLNVAL; /* which poll(2) does not pass on */
	return state->live.device[f->device].error[0] & 1 ? POLLIN | POLLRDNORM : 0;
}
