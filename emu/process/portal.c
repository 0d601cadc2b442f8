/* SPDX-License-Identifier: MIT */
/*
 * Portals. Nobody may access their pages, so that what is no enqueue faults, and the instruction
 * traps on a CPU that has it, too. The mapping keeps the file open, as the kernel's does, and is
 * not there in a child.
 */
#include <errno.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"
#include "local.h"
#include "process.h"
#include "queue.h"
#include "trap.h"

#define UNMAP_LIMIT_NS UINT64_C(1000000000)

static int add(uintptr_t page, unsigned int lane)
{
	for (unsigned int i = 0; i < EMU_PORTALS; i++) {
		uintptr_t empty = 0;

		/* The lane is set behind the page: a portal is nobody's before mmap() returns. */
		if (atomic_compare_exchange_strong(&emu_local->portal[i].page, &empty, page)) {
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

void *emu_portal_map(void *addr, size_t length, int flags, int fd)
{
	int lane = ioctl(fd, EMU_IOC_PORTAL, length), err;
	void *page;

	if (lane < 0)
		return MAP_FAILED;
	/* The system calls: the functions are ours. */
	page = (void *)syscall(SYS_mmap, addr, EMU_PAGE, PROT_NONE,
			       (flags & MAP_FIXED) | MAP_PRIVATE, fd, 0L);
	if (page == MAP_FAILED)
		return MAP_FAILED;
	err = madvise(page, EMU_PAGE, MADV_DONTFORK) ? -errno
						     : add((uintptr_t)page, (unsigned int)lane);
	if (!err)
		return page;
	syscall(SYS_munmap, page, EMU_PAGE);
	errno = -err;
	return MAP_FAILED;
}

/* The kernel would drain at the last reference: here, before the memory can go away. */
static void settle(unsigned int lane)
{
	struct emu_state *state = emu_machine();
	uint64_t limit = emu_now() + UNMAP_LIMIT_NS;

	while (lane < EMU_LANES && !emu_lane_settled(state, lane, UINT64_MAX) && emu_now() < limit)
		sched_yield();
}

void emu_portal_unmap(const void *addr, size_t length)
{
	uintptr_t start = (uintptr_t)addr;

	for (unsigned int i = 0; i < EMU_PORTALS; i++) {
		uintptr_t page = atomic_load(&emu_local->portal[i].page);

		if (page && page - start < length) {
			settle(atomic_load(&emu_local->portal[i].lane));
			atomic_store(&emu_local->portal[i].page, 0);
		}
	}
}

/*
 * The instructions, in the handler of the trap.
 */

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
	return emu_queue_submit(emu_machine(), lane, desc, EMU_ENQUEUE) == EMU_TAKEN ? EMU_ACCEPTED
										     : EMU_RETRY;
}

static enum emu_verdict movdir64b(void *portal, const void *desc)
{
	const struct emu_mapping *mapping = find(portal);
	unsigned int lane;

	if (!mapping)
		return EMU_MEMORY;
	lane = atomic_load(&mapping->lane);
	if (lane < EMU_LANES)
		emu_queue_submit(emu_machine(), lane, desc, EMU_POSTED);
	return EMU_ACCEPTED;
}

void emu_portals_start(void)
{
	static const struct emu_trap_ops ops = { .enqcmd = enqcmd, .movdir64b = movdir64b };

	emu_trap_set_ops(&ops);
}
