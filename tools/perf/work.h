/* SPDX-License-Identifier: MIT */
/*
 * The operations: how each is submitted, called, done by a plain function, and checked.
 *
 * What is right is computed here by plain C, byte by byte or word by word, with nothing of the
 * library and no function that is measured.
 */
#ifndef PERF_WORK_H
#define PERF_WORK_H

#include <sva/iax.h>
#include <sva/ops.h>

/* The buffers of one operation in flight, and what it has answered. */
struct perf_slot {
	uint8_t *in, *in2, *out, *out2;
	size_t size;    /* bytes of data, without the tuples of DIF */
	uint64_t seed;  /* of its contents: no two slots have the same */
	bool planted;   /* the input has a fault, in its last byte, which must be found */
	size_t room;    /* bytes at out that an operation with output of any size may use */
	size_t in_size; /* of what is at in, where that is not the data: a delta, a stream */
	uint64_t want_crc;

	/* The answer. */
	int status; /* SVA_STATUS_SUCCESS or SVA_STATUS_DIF_ERROR */
	uint64_t crc;
	uint32_t result; /* of a filter: the sum, or the number of 1 bits */
	uint64_t offset;
	size_t made; /* bytes of output: of a delta, a stream, a filter */
};

/* An operation. */
struct perf_work {
	const char *name;
	const char *peer; /* the plain function; NULL: the library's call on the CPU */
	unsigned int opcode;
	size_t unit, most; /* sizes are multiples of unit, and at most that; most 0: any */
	/* Bytes that a slot needs at each of its buffers; NULL: size, at in and out. */
	void (*room)(size_t size, size_t room[4]);
	void (*fill)(struct perf_slot *slot);  /* the inputs */
	void (*spoil)(struct perf_slot *slot); /* the outputs: a wrong answer must be seen */
	/* For a queue of a DSA device; or for one of an IAX device. */
	void (*prepare)(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags);
	void (*prepare_iax)(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags);
	int (*call)(struct sva_wq *wq, struct perf_slot *slot);
	void (*plain)(struct perf_slot *slot);
	/* NULL: right; else what is wrong. Answers count only where @answered. */
	const char *(*check)(const struct perf_slot *slot, bool answered);
	bool plants; /* fill() can plant a fault */
};

/* perf_work_at - the i-th operation, or NULL */
const struct perf_work *perf_work_at(unsigned int i);

/* perf_work_find - by name, or NULL */
const struct perf_work *perf_work_find(const char *name);

/* perf_work_room - bytes at in, in2, out and out2, each a multiple of 64 */
void perf_work_room(const struct perf_work *work, size_t size, size_t room[4]);

/* perf_work_kind - of the devices that can do it */
enum sva_dev_kind perf_work_kind(const struct perf_work *work);

/* perf_prepare - an operation of the work's kind: for IAX, that in a struct sva_iax_op */
void perf_prepare(const struct perf_work *work, struct sva_op *op, const struct perf_slot *slot,
		  uint32_t flags);

/* perf_take - the answer of a completion record */
void perf_take(const struct perf_work *work, const struct sva_desc *desc,
	       const struct sva_record *record, struct perf_slot *slot);

/* The tables that operations are collected from. */
extern const struct perf_work perf_work_copies[], perf_work_looks[], perf_work_deltas[],
	perf_work_difs[], perf_work_streams[], perf_work_filters[], perf_work_zeros[];

#endif
