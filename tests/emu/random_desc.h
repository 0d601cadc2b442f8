/* SPDX-License-Identifier: MIT */
/*
 * Random descriptors, valid and invalid, over one arena of memory; and the comparison of what two
 * executions of one have left there.
 */
#ifndef RANDOM_DESC_H
#define RANDOM_DESC_H

#include <stdbool.h>

#include <sva/sva.h>

#include "check.h"
#include "op.h"

#define MAX_TRANSFER 0x4000u
#define MAX_BATCH    8u
#define DATA_SIZE    0xc000u
/* The largest operand: MAX_TRANSFER and the tuples that DIF insert adds. */
#define ROOM (MAX_TRANSFER + MAX_TRANSFER / 512 * 8)

struct arena {
	struct sva_record records[MAX_BATCH + 1]; /* the last one is the direct descriptor's */
	struct sva_desc list[MAX_BATCH];
	uint8_t data[DATA_SIZE] __attribute__((aligned(4096)));
};

/* Before the descriptor, and after it by the CPU and by a device. */
extern struct arena before, arena, modelled;

/*
 * What the two take. Valid descriptors have the sizes above; what is to be refused for its size is
 * beyond these limits.
 */
extern struct svai_limits limits;
extern struct emu_device device;

/* begin_round - an arena of its own for each seed, so that one round can be repeated alone */
void begin_round(uint64_t seed);

/* make_any - a descriptor or a batch, whose record is the last one of the arena; fills `before` */
void make_any(struct sva_desc *desc);

/*
 * compare_all - do `arena` and `modelled` have the same records and memory? Prints what differs.
 * Where a device may look for faults in any order, any status that the model can justify is
 * accepted.
 */
bool compare_all(const struct sva_desc *desc);

#endif
