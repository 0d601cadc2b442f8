/* SPDX-License-Identifier: MIT */
/*
 * Portals. Nobody may access their pages, so that what is no enqueue faults, and the instruction
 * traps on a CPU that has it, too. The mapping keeps the file open, as the kernel's does, and is
 * not there in a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "clock.h"
#include "control.h"
#include "local.h"
#include "plain.h"
#include "process.h"
#include "queue.h"
#include "sys.h"
#include "trap.h"

#define UNMAP_LIMIT_NS UINT64_C(1000000000)
#define KEPT_FILES     512 /* numbers from here on, out of the program's way */

static int add(uintptr_t page, unsigned int lane, int kept)
{
	for (unsigned int i = 0; i < EMU_PORTALS; i++) {
		uintptr_t empty = 0;

		/* The lane is set behind the page: a portal is nobody's before mmap() returns. */
		if (atomic_compare_exchange_strong(&emu_local->portal[i].page, &empty, page)) {
			atomic_store(&emu_local->portal[i].kept, kept);
			atomic_store(&emu_local->portal[i].lane, lane);
			return 0;
		}
	}
	return -ENOMEM;
}

static struct emu_mapping *find(const void *addr)
{
	uintptr_t page = (uintptr_t)addr & ~(uintptr_t)(EMU_PAGE - 1);

	for (unsigned int i = 0; i < EMU_PORTALS; i++)
		if (atomic_load_explicit(&emu_local->portal[i].page, memory_order_acquire) == page)
			return &emu_local->portal[i];
	return NULL;
}

/*
 * The instructions, in the handler of the trap.
 */

/*
 * Where no engine is awake, one may need this CPU to begin, and more so where the queue is full:
 * the thread that submits would else keep it, to ask again and again. A posted write asks for no
 * answer: the CPU goes on, and a program that writes faster than the engines work loses
 * descriptors.
 */
static enum emu_answer submit(unsigned int lane, const void *desc, enum emu_portal how)
{
	struct emu_state *state = emu_machine();
	const struct emu_process_live *process = &state->live.process[emu_process_index()];
	bool watched = atomic_load(&process->watch) == EMU_WATCHED;
	enum emu_answer answer = emu_queue_submit(state, lane, desc, how);

	if (how == EMU_ENQUEUE && (!watched || answer != EMU_TAKEN))
		emu_sys(SYS_sched_yield);
	return answer;
}

static enum emu_verdict enqcmd(void *portal, const void *desc)
{
	const struct emu_mapping *mapping = find(portal);
	unsigned int lane;

	/* Without a PASID it faults wherever it goes; with one, memory is no enqueue register. */
	if (emu_process_index() == EMU_NONE)
		return EMU_FAULT;
	if (!mapping)
		return EMU_RETRY;
	lane = atomic_load(&mapping->lane);
	if (lane >= EMU_LANES)
		return EMU_FAULT;
	return submit(lane, desc, EMU_ENQUEUE) == EMU_TAKEN ? EMU_ACCEPTED : EMU_RETRY;
}

static enum emu_verdict movdir64b(void *portal, const void *desc)
{
	const struct emu_mapping *mapping = find(portal);
	unsigned int lane;

	if (!mapping)
		return EMU_MEMORY;
	lane = atomic_load(&mapping->lane);
	if (lane < EMU_LANES)
		submit(lane, desc, EMU_POSTED);
	return EMU_ACCEPTED;
}

void emu_portals_start(void)
{
	static const struct emu_trap_ops ops = { .enqcmd = enqcmd, .movdir64b = movdir64b };

	emu_trap_set_ops(&ops);
	emu_trap_start();
}

/*
 * Mappings.
 */

/* What stands for the portal. Where the file cannot be mapped, a copy of it is kept open. */
static long map_page(void *addr, int flags, int fd, int kept)
{
	int how = (flags & MAP_FIXED) | MAP_PRIVATE | (kept < 0 ? 0 : MAP_ANONYMOUS);

	return emu_sys(SYS_mmap, addr, EMU_PAGE, PROT_NONE, how, kept < 0 ? fd : -1, 0);
}

static long keep_open(int fd)
{
	long kept = emu_sys(SYS_fcntl, fd, F_DUPFD_CLOEXEC, KEPT_FILES);

	return kept < 0 ? emu_sys(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0) : kept;
}

static long lane_of(int fd, const struct emu_device_file *file, size_t length)
{
	return file->file == EMU_NONE ? emu_sys(SYS_ioctl, fd, EMU_IOC_PORTAL, length)
				      : emu_plain_portal(file, length);
}

int emu_portal_map(void *addr, size_t length, int flags, int fd, const struct emu_device_file *file,
		   void **result)
{
	long lane = lane_of(fd, file, length), page, kept = -1;
	int err = 0;

	/* Without a PASID: the program has made the system call open() itself. */
	if (lane == EMU_LANES && emu_process_index() == EMU_NONE && !(err = emu_process_attach()))
		lane = lane_of(fd, file, length);
	if (err)
		return err;
	if (lane < 0)
		return (int)lane;
	emu_portals_start();
	if (file->file != EMU_NONE && (kept = keep_open(fd)) < 0)
		return (int)kept;
	page = map_page(addr, flags, fd, (int)kept);
	err = page < 0 && page > -4096 ? (int)page : 0;
	if (!err)
		err = (int)emu_sys(SYS_madvise, page, EMU_PAGE, MADV_DONTFORK);
	if (!err)
		err = add((uintptr_t)page, (unsigned int)lane, (int)kept);
	*result = (void *)page; /* NOLINT: the kernel's answer */
	if (err && kept >= 0)
		emu_sys(SYS_close, kept);
	return err;
}

/* The kernel would drain at the last reference: here, before the memory can go away. */
void emu_portal_settle(unsigned int lane)
{
	struct emu_state *state = emu_machine();
	uint64_t limit = emu_now() + UNMAP_LIMIT_NS;

	while (lane < EMU_LANES && !emu_lane_settled(state, lane, UINT64_MAX) && emu_now() < limit)
		emu_sys(SYS_sched_yield);
}

void emu_portal_unmap(const void *addr, size_t length)
{
	uintptr_t start = (uintptr_t)addr;

	for (unsigned int i = 0; i < EMU_PORTALS; i++) {
		uintptr_t page = atomic_load(&emu_local->portal[i].page);

		if (page && page - start < length) {
			int kept = atomic_load(&emu_local->portal[i].kept);

			emu_portal_settle(atomic_load(&emu_local->portal[i].lane));
			atomic_store(&emu_local->portal[i].page, 0);
			if (kept >= 0)
				emu_sys(SYS_close, kept);
		}
	}
}
