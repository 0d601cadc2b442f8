/* SPDX-License-Identifier: MIT */
/* A ring, beyond what the inline functions see. */
#ifndef SVAI_RING_H
#define SVAI_RING_H

#include <sva/ring.h>

#include "finish.h"
#include "waiter.h"

#define SVAI_BATCH_MIN 4 /* fewer are not worth a batch */
#define SVAI_BATCH_MAX 64

enum svai_slot_state {
	SVAI_SLOT_PLAIN = 0, /* free, got or in flight, and nothing special has happened */
	SVAI_SLOT_AGAIN,     /* a rest that is to be submitted */
	SVAI_SLOT_ENDED,     /* to be reaped with the slot's error */
};

/* What is known of an operation beside itself. All zero as long as nothing special happens. */
struct svai_slot {
	enum svai_slot_state state;
	int error;      /* how it ends, unless it is done: cancelled, or its time over */
	uint32_t why;   /* SVA_WHY_*: what the CPU has done */
	uint32_t tries; /* of its rest, on a full queue */
	bool resumed;   /* original is what it was */
	uint8_t status; /* with which it stopped last, at a page fault */
	bool marked;
	uint64_t mark;    /* for svai_ended() */
	int64_t deadline; /* 0: none */
	struct svai_faults faults;
	struct sva_desc original;
};

/* A batch, and the list that the device reads. */
struct svai_chunk {
	struct sva_op op;
	struct sva_desc list[]; /* ring.group of them */
};

/* What a chunk is used for. */
struct svai_use {
	uint32_t size; /* members; 0: it is free */
	bool marked;
	uint64_t mark; /* for svai_ended() */
};

struct svai_ring {
	struct svai_handle *h;
	struct sva_wq_stats *stats; /* of the handle: a thread's, to count in */
	uint32_t generation;        /* of the handle */
	uint32_t count;             /* operations */
	uint32_t shift;             /* each takes the place of 1 << shift struct sva_op */
	uint32_t cursor;            /* where the search for what has ended goes on */
	uint32_t prepared; /* behind the last one that has been looked at before submission */
	bool avx;          /* of the CPU */
	bool armed;        /* the waiter looks; the inline functions see nothing */
	uint32_t hidden;   /* meanwhile: submitted, as it was */
	uint32_t group;    /* members of a batch at most; 0: no batches */
	uint32_t chunk_count;
	uint32_t next_chunk;
	unsigned int searches; /* for what has ended */
	uint64_t look_tsc;     /* when the clock was read for the last time */
	int64_t look_ns;       /* when to ask next what has become of the others */
	bool deadlines;        /* there are some */
	int32_t closely;       /* see svai_ring_look_closely() */
	struct sva_policy policy;
	struct svai_slot *slots;
	struct svai_use *uses; /* of each chunk */
	char *chunks;
	size_t chunk_size;
	void *memory;
	size_t memory_size;
	struct svai_waiting waiting; /* fd is -1 until it is asked for */
	struct sva_ring head;
};

static inline struct svai_ring *svai_ring(const struct sva_ring *ring)
{
	return (struct svai_ring *)((uintptr_t)ring - offsetof(struct svai_ring, head));
}

static inline struct sva_op **svai_ring_place(const struct svai_ring *r, uint32_t at)
{
	return &r->head.circle[at & r->head.mask];
}

static inline struct svai_slot *svai_slot(const struct svai_ring *r, const struct sva_op *op)
{
	return &r->slots[(op - r->head.ops) >> r->shift];
}

static inline bool svai_ring_is_awake(const struct svai_ring *r)
{
	return !r->armed && r->h->head.live && r->generation == r->h->generation;
}

/* svai_ring_awake - the thread of the ring is back; 0, or -ESTALE: it is not of this process */
int svai_ring_awake(struct svai_ring *r);

static inline struct svai_chunk *svai_chunk(const struct svai_ring *r, uint32_t i)
{
	return (struct svai_chunk *)(void *)(r->chunks + i * r->chunk_size);
}

/*
 * In sva_op.done, while it is a member of a batch: which one. The lower half is for what
 * sva_ring_why() returns.
 */
static inline uint32_t svai_chunk_tag(uint32_t number)
{
	return (number + 1) << 16;
}

/* svai_chunk_of - the batch that it was a member of; NULL: it went alone */
static inline struct svai_chunk *svai_chunk_of(const struct svai_ring *r, const struct sva_op *op)
{
	return svai_slot(r, op)->resumed || !(op->done >> 16) ? NULL
							      : svai_chunk(r, (op->done >> 16) - 1);
}

/*
 * svai_ring_look_closely - not to be reaped by the inline function: there is something in its slot
 *
 * That leaves alone what has a credit to give back; so here is one that nobody counts.
 */
static inline void svai_ring_look_closely(struct svai_ring *r, struct sva_op *op)
{
	if (!op->credit)
		op->credit = &r->closely;
}

/* svai_ring_set_error - how one that is in flight ends, unless it is done */
void svai_ring_set_error(struct svai_ring *r, struct sva_op *op, int error);

/* svai_ring_end - it has ended, and is to be reaped with that error, or 0 */
void svai_ring_end(struct svai_ring *r, struct sva_op *op, int error);

/* svai_ring_on_cpu - the CPU does what is left of it; @status: of the device, for SVA_WHY_ERROR */
void svai_ring_on_cpu(struct svai_ring *r, struct sva_op *op, uint32_t why, unsigned int status);

/* svai_ring_settle_chunk - if its batch has ended, the list is free again */
void svai_ring_settle_chunk(struct svai_ring *r, uint32_t number);

/* svai_ring_settle_chunks - the same for all; has one ended? */
bool svai_ring_settle_chunks(struct svai_ring *r);

/* svai_ring_settle - bring one that is in flight to its end; has it come there? */
bool svai_ring_settle(struct svai_ring *r, struct sva_op *op);

/* svai_ring_look - ask now and then about what takes long: deadlines, and whether it is lost */
void svai_ring_look(struct svai_ring *r);

#endif
