/* SPDX-License-Identifier: MIT */
/*
 * Sapphire Rapids, as published: about 1 us from submission to completion of a small operation, and
 * 30 GB/s for all engines of a device together (DTO's README; intel/DML issue 25). That an engine
 * alone reaches the whole rate is (unverified).
 */
#include <time.h>

#include "clock.h"
#include "sys.h"

#define LATENCY_NS   1000u
#define BYTES_PER_NS 30u

uint64_t emu_now(void)
{
	struct timespec now = { 0 };

	emu_sys(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The time at which @clock will be free again after another @ns, not before now. */
static uint64_t reserve(atomic_uint_fast64_t *clock, uint64_t now, uint64_t ns)
{
	uint64_t free_at = atomic_load(clock), until;

	do
		until = (free_at > now ? free_at : now) + ns;
	while (!atomic_compare_exchange_weak(clock, &free_at, until));
	return until;
}

void emu_clock_wait(struct emu_state *state, unsigned int lane, const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	bool moves = opcode > SVA_OP_DRAIN; /* the members of a batch are not counted */
	uint64_t ns = moves ? desc->xfer_size / BYTES_PER_NS : 0;
	uint64_t until = reserve(&emu_lane_device_live(state, lane)->busy_until, emu_now(), ns);

	while (emu_now() < until + LATENCY_NS)
		emu_sys(SYS_sched_yield);
}
