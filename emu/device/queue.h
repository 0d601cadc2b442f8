/* SPDX-License-Identifier: MIT */
/*
 * A work queue: submission, dispatch, and what stands in it. Everything here is safe in signal
 * handlers and between processes: no lock, no allocation.
 */
#ifndef EMU_DEVICE_QUEUE_H
#define EMU_DEVICE_QUEUE_H

#include "state.h"

/* How a descriptor comes to the device. */
enum emu_portal { EMU_ENQUEUE, EMU_POSTED /* MOVDIR64B, or any 64-byte store */ };

enum emu_answer {
	EMU_TAKEN,
	EMU_BUSY,   /* EMU_ENQUEUE: ZF = 1 */
	EMU_LOST_IT /* EMU_POSTED: dropped; the error register says so */
};

/**
 * emu_queue_submit - what the portal of @lane's queue does with a descriptor
 *
 * The PASID and the privilege bit of @desc are those of the lane's process, whatever stands there.
 */
enum emu_answer emu_queue_submit(struct emu_state *state, unsigned int lane,
				 const struct sva_desc *desc, enum emu_portal how);

/* emu_queue_ready - whether a lane has a descriptor for emu_queue_dispatch() */
bool emu_queue_ready(const struct emu_state *state, unsigned int lane);

/**
 * emu_queue_dispatch - take the oldest descriptor of a lane out of the queue
 * @worker: the caller's; its lane and ticket say what it has until the caller sets the ticket to 0
 *
 * Returns false when there is none.
 */
bool emu_queue_dispatch(struct emu_state *state, unsigned int lane, struct emu_worker *worker,
			struct sva_desc *desc);

/**
 * emu_lane_settled - nothing of the lane that is older than @ticket waits or is executed
 * @ticket: UINT64_MAX for nothing at all
 */
bool emu_lane_settled(const struct emu_state *state, unsigned int lane, uint64_t ticket);

/* emu_queue_occupancy - how many slots are taken */
unsigned int emu_queue_occupancy(const struct emu_queue_live *queue);

/* emu_queue_discard - drop what stands in the queue, while others submit and dispatch */
void emu_queue_discard(struct emu_queue_live *queue);

/* emu_queue_forget - empty the slots of a lane whose process is gone, in whatever state it left
 * them
 */
void emu_queue_forget(struct emu_queue_live *queue, unsigned int lane);

/* emu_device_state - whether it works */
enum emu_device_state emu_device_state(const struct emu_state *state, unsigned int device);

/* emu_device_halt - drop what is in its queues, and refuse what comes; 0: for ever */
void emu_device_halt(struct emu_state *state, unsigned int device, uint32_t milliseconds);

/*
 * emu_process_ring - there is something to do for an engine of a process
 *
 * Wakes one that sleeps, where none watches. That one then watches until it has something to do or
 * sleeps again; it rings when it leaves more than it takes.
 */
void emu_process_ring(struct emu_process_live *process);

/* Errors that have no completion record (error register, 9.2.16). */
struct emu_error {
	unsigned int code;           /* with SVA_STATUS_WRITE for a fault of a write */
	int queue;                   /* EMU_NONE */
	const struct sva_desc *desc; /* NULL */
	uint32_t pasid;
	uint64_t address;
};

/* emu_device_error - note an error; the driver reads and clears each, so the latest one counts */
void emu_device_error(struct emu_device_live *device, const struct emu_error *err);

#endif
