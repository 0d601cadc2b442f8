/* SPDX-License-Identifier: MIT */
/*
 * Source of the rules: Intel DSA Architecture Specification (341204, revision 3.0), 3.2, 3.3 and
 * 9.2.16.
 */
#include <linux/futex.h>
#include <stddef.h>

#include "clock.h"
#include "inject.h"
#include "queue.h"
#include "sys.h"

#define ERROR_QUEUE_OVERFLOW 0x53u /* of a dedicated queue */

/*
 * A slot's word: 0 is free. The ticket makes two uses of a slot differ. Whoever fills or empties a
 * slot has it to himself until he says so: a discard only marks what is being filled.
 */
enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_READY, SLOT_LEAVING, SLOT_DISCARDED };

#define STATE_MASK   0xffull
#define LANE_SHIFT   8
#define LANE_MASK    0xffffull
#define TICKET_SHIFT 24

static uint64_t slot_word(enum slot_state state, unsigned int lane, uint64_t ticket)
{
	return state | (uint64_t)lane << LANE_SHIFT | ticket << TICKET_SHIFT;
}

static enum slot_state word_state(uint64_t word)
{
	return (enum slot_state)(word & STATE_MASK);
}

static unsigned int word_lane(uint64_t word)
{
	return (unsigned int)(word >> LANE_SHIFT & LANE_MASK);
}

static uint64_t word_ticket(uint64_t word)
{
	return word >> TICKET_SHIFT;
}

static void count(atomic_uint_fast64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

unsigned int emu_queue_occupancy(const struct emu_queue_live *queue)
{
	unsigned int taken = 0;

	for (unsigned int i = 0; i < EMU_SLOTS; i++)
		taken += atomic_load_explicit(&queue->slot[i].word, memory_order_relaxed) != 0;
	return taken;
}

/* A free slot among the first @limit, begun at the ticket's; EMU_NONE: the queue is full. */
static int claim(struct emu_queue_live *queue, unsigned int lane, uint32_t limit, uint64_t *ticket)
{
	uint64_t word, number = atomic_fetch_add(&queue->ticket, 1);

	*ticket = number + 1; /* 0 stands for none */
	for (uint32_t i = 0; i < limit; i++) {
		unsigned int slot = (unsigned int)((number + i) % limit);

		word = 0;
		if (!atomic_load_explicit(&queue->slot[slot].word, memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&queue->slot[slot].word, &word,
						   slot_word(SLOT_FILLING, lane, *ticket)))
			return (int)slot;
	}
	return EMU_NONE;
}

/* What ENQCMD and the kernel put into the first four bytes. */
static void fill(struct emu_queue_live *queue, unsigned int slot, const struct sva_desc *desc,
		 uint32_t pasid)
{
	queue->desc[slot] = *desc;
	queue->desc[slot].pasid_priv = pasid;
}

static void count_accepted(const struct emu_state *state, struct emu_queue_live *queue,
			   const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);

	count(&queue->counters.accepted);
	count(&queue->counters.opcode[opcode < EMU_OPCODES ? opcode : EMU_OPCODES - 1]);
	if (state->statistics)
		count(&queue->counters.occupancy[emu_queue_occupancy(queue)]);
}

/* An enqueue that is not accepted, or a posted write that is dropped. */
static enum emu_answer refuse(struct emu_queue_live *queue, enum emu_portal how)
{
	count(how == EMU_ENQUEUE ? &queue->counters.retried : &queue->counters.dropped);
	return how == EMU_ENQUEUE ? EMU_BUSY : EMU_LOST_IT;
}

/* After a halt of limited time the driver has reset the device, and brought its queues back. */
enum emu_device_state emu_device_state(const struct emu_state *state, unsigned int device)
{
	uint64_t until = atomic_load(&state->live.device[device].halted_until);

	if (!atomic_load(&state->device[device].enabled))
		return EMU_DEV_DISABLED;
	return until && emu_now() < until ? EMU_DEV_HALTED : EMU_DEV_ENABLED;
}

void emu_device_halt(struct emu_state *state, unsigned int device, uint32_t milliseconds)
{
	struct emu_device_live *live = &state->live.device[device];

	atomic_store(&live->halted_until,
		     milliseconds ? emu_now() + milliseconds * UINT64_C(1000000) : UINT64_MAX);
	for (unsigned int i = 0; i < EMU_QUEUES; i++)
		emu_queue_discard(&live->queue[i]);
}

/*
 * 3.3: portals answer only what fits the queue's mode; a posted write is dropped in silence. A
 * dedicated queue that was enabled again has no PASID before it is opened again.
 */
static bool portal_open(struct emu_state *state, unsigned int lane, enum emu_portal how)
{
	const struct emu_queue *queue = emu_lane_queue(state, lane);
	enum emu_queue_mode mode = how == EMU_ENQUEUE ? EMU_WQ_SHARED : EMU_WQ_DEDICATED;

	return emu_device_state(state, state->lane[lane].device) == EMU_DEV_ENABLED &&
	       atomic_load(&queue->state) == EMU_WQ_ENABLED && queue->mode == mode &&
	       (mode == EMU_WQ_SHARED || queue->clients);
}

/* The threshold may be left from before the queue was made smaller. */
static uint32_t enqueue_limit(const struct emu_queue *queue)
{
	return queue->threshold < queue->size ? queue->threshold : queue->size;
}

/* False: taken by the device and lost with all that stood in the queue, meanwhile. */
static bool make_ready(struct emu_slot *slot, unsigned int lane, uint64_t ticket)
{
	uint64_t filling = slot_word(SLOT_FILLING, lane, ticket);

	if (atomic_compare_exchange_strong(&slot->word, &filling,
					   slot_word(SLOT_READY, lane, ticket)))
		return true;
	atomic_store(&slot->word, 0);
	return false;
}

enum emu_answer emu_queue_submit(struct emu_state *state, unsigned int lane,
				 const struct sva_desc *desc, enum emu_portal how)
{
	const struct emu_queue *config = emu_lane_queue(state, lane);
	struct emu_queue_live *queue = emu_lane_queue_live(state, lane);
	int process = atomic_load(&state->lane[lane].process);
	uint32_t pasid = state->process[process].pasid;
	uint64_t ticket;
	int slot;

	count(&queue->counters.submitted);
	if (!portal_open(state, lane, how) || emu_inject_refuses(state, lane, desc))
		return refuse(queue, how);
	slot = claim(queue, lane, how == EMU_ENQUEUE ? enqueue_limit(config) : config->size,
		     &ticket);
	if (slot == EMU_NONE) {
		if (how == EMU_POSTED)
			emu_device_error(emu_lane_device_live(state, lane),
					 &(struct emu_error){ .code = ERROR_QUEUE_OVERFLOW,
							      .queue = state->lane[lane].queue,
							      .desc = desc,
							      .pasid = pasid });
		return refuse(queue, how);
	}
	fill(queue, (unsigned int)slot, desc, pasid);
	count_accepted(state, queue, desc);
	if (make_ready(&queue->slot[slot], lane, ticket))
		emu_process_ring(&state->live.process[process]);
	return EMU_TAKEN;
}

/*
 * The lane's oldest slot, ready or still being filled; its word is 0 when there is none. What
 * leaves is an engine's already, and what is discarded is nobody's.
 */
static uint64_t oldest(const struct emu_state *state, unsigned int lane, unsigned int *slot)
{
	const struct emu_lane *l = &state->lane[lane];
	const struct emu_queue_live *queue = &state->live.device[l->device].queue[l->queue];
	unsigned int size = state->device[l->device].queue[l->queue].size;
	uint64_t best = 0;

	for (unsigned int i = 0; i < size; i++) {
		uint64_t word = atomic_load(&queue->slot[i].word);

		if ((word_state(word) == SLOT_FILLING || word_state(word) == SLOT_READY) &&
		    word_lane(word) == lane && (!best || word_ticket(word) < word_ticket(best))) {
			best = word;
			*slot = i;
		}
	}
	return best;
}

bool emu_queue_ready(const struct emu_state *state, unsigned int lane)
{
	unsigned int slot;

	return word_state(oldest(state, lane, &slot)) == SLOT_READY;
}

bool emu_queue_dispatch(struct emu_state *state, unsigned int lane, struct emu_worker *worker,
			struct sva_desc *desc)
{
	struct emu_queue_live *queue = emu_lane_queue_live(state, lane);
	unsigned int slot = 0;
	uint64_t word;

	atomic_store(&worker->lane, (int)lane);
	for (word = oldest(state, lane, &slot); word_state(word) == SLOT_READY;
	     word = oldest(state, lane, &slot)) {
		/* First, so that a descriptor is always to be seen, here or there. */
		atomic_store(&worker->ticket, word_ticket(word));
		if (!atomic_compare_exchange_strong(
			    &queue->slot[slot].word, &word,
			    slot_word(SLOT_LEAVING, lane, word_ticket(word))))
			continue;
		*desc = queue->desc[slot];
		atomic_store(&queue->slot[slot].word, 0);
		return true;
	}
	atomic_store(&worker->ticket, 0);
	return false;
}

bool emu_lane_settled(const struct emu_state *state, unsigned int lane, uint64_t ticket)
{
	const struct emu_process_live *process =
		&state->live.process[atomic_load(&state->lane[lane].process)];
	unsigned int slot;
	uint64_t word = oldest(state, lane, &slot);

	if (word && word_ticket(word) < ticket)
		return false;
	for (unsigned int i = 0; i < EMU_WORKERS; i++) {
		uint64_t begun = atomic_load(&process->worker[i].ticket);

		if (begun && begun < ticket && atomic_load(&process->worker[i].lane) == (int)lane)
			return false;
	}
	return true;
}

static void discard(struct emu_slot *slot)
{
	uint64_t word = atomic_load(&slot->word), next;

	do {
		if (word_state(word) == SLOT_READY)
			next = 0;
		else if (word_state(word) == SLOT_FILLING)
			next = slot_word(SLOT_DISCARDED, word_lane(word), word_ticket(word));
		else
			return;
	} while (!atomic_compare_exchange_weak(&slot->word, &word, next));
}

void emu_queue_discard(struct emu_queue_live *queue)
{
	for (unsigned int i = 0; i < EMU_SLOTS; i++)
		discard(&queue->slot[i]);
}

void emu_queue_forget(struct emu_queue_live *queue, unsigned int lane)
{
	for (unsigned int i = 0; i < EMU_SLOTS; i++)
		if (atomic_load(&queue->slot[i].word) &&
		    word_lane(atomic_load(&queue->slot[i].word)) == lane)
			atomic_store(&queue->slot[i].word, 0);
}

void emu_process_ring(struct emu_process_live *process)
{
	enum emu_watch nobody = EMU_UNWATCHED;

	atomic_fetch_add(&process->bell, 1);
	if (!atomic_load(&process->sleepers) ||
	    !atomic_compare_exchange_strong(&process->watch, &nobody, EMU_WOKEN))
		return;
	if (emu_sys(SYS_futex, &process->bell, FUTEX_WAKE, 1) <= 0)
		atomic_store(&process->watch, EMU_UNWATCHED);
}

/* 9.2.16, first word. */
static uint64_t error_word(const struct emu_error *err)
{
	uint64_t word = 1 | (uint64_t)SVA_STATUS_CODE(err->code) << 8;

	if (err->code & SVA_STATUS_WRITE)
		word |= 1ull << 5;
	if (err->queue != EMU_NONE)
		word |= 1ull << 3 | (uint64_t)err->queue << 16;
	if (err->desc)
		word |= 1ull << 2 | (uint64_t)sva_desc_opcode(err->desc) << 32 |
			(uint64_t)err->pasid << 40;
	return word;
}

void emu_device_error(struct emu_device_live *device, const struct emu_error *err)
{
	/* The driver reads each error and clears the register; one at the same moment is lost. */
	if (atomic_exchange(&device->error_lock, true))
		return;
	device->error[1] = 0;
	device->error[2] = err->address;
	device->error[3] = 0;
	device->error[0] = error_word(err);
	atomic_store(&device->error_lock, false);
}
