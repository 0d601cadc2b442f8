/* SPDX-License-Identifier: MIT */
/*
 * Portals. Nobody may access their pages, so that what is no enqueue faults, and the instruction
 * traps on a CPU that has it, too. The mapping keeps the file open, as the kernel's does, and is
 * not there in a child.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "clock.h"
#include "control.h"
#include "local.h"
#include "process.h"
#include "queue.h"
#include "sys.h"
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
	emu_trap_start();
}

/*
 * Mappings.
 */

int emu_portal_map(void *addr, size_t length, int flags, int fd, void **result)
{
	long lane = emu_sys(SYS_ioctl, fd, EMU_IOC_PORTAL, length), page;
	int err;

	if (lane < 0)
		return (int)lane;
	emu_portals_start();
	page = emu_sys(SYS_mmap, addr, EMU_PAGE, PROT_NONE, (flags & MAP_FIXED) | MAP_PRIVATE, fd,
		       0);
	if (page < 0 && page > -4096)
		return (int)page;
	err = (int)emu_sys(SYS_madvise, page, EMU_PAGE, MADV_DONTFORK);
	if (!err)
		err = add((uintptr_t)page, (unsigned int)lane);
	if (err)
		emu_sys(SYS_munmap, page, EMU_PAGE);
	*result = (void *)page; /* NOLINT: the kernel's answer */
	return err;
}

/* The kernel would drain at the last reference: here, before the memory can go away. */
static void settle(unsigned int lane)
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
			settle(atomic_load(&emu_local->portal[i].lane));
			atomic_store(&emu_local->portal[i].page, 0);
		}
	}
}
