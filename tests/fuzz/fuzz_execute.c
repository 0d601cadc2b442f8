/* SPDX-License-Identifier: MIT */
/*
 * The checks and the software device, given any descriptor whose addresses point into one block of
 * memory: no crash, no access outside of it, and a record exactly where one was asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"

#define OFFSETS (32u << 10) /* where an operand may begin */
#define SIZES   (8u << 10)  /* how long it may be */
#define ARENA   (64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t into(const unsigned char *arena, uint64_t addr)
{
	return (uintptr_t)arena + addr % OFFSETS;
}

/* Keep what the input means to be, as far as it does not lead out of the arena. */
static void confine(struct sva_desc *desc, const unsigned char *arena)
{
	unsigned int opcode = sva_desc_opcode(desc);

	desc->xfer_size %= SIZES;
	if (opcode != SVA_OP_FILL)
		desc->src_addr = into(arena, desc->src_addr);
	if (opcode != SVA_OP_COMPARE_PATTERN)
		desc->dst_addr = into(arena, desc->dst_addr);
	if (opcode == SVA_OP_CREATE_DELTA) {
		desc->delta.delta_addr = into(arena, desc->delta.delta_addr);
		desc->delta.max_size %= SIZES;
	} else if (opcode == SVA_OP_APPLY_DELTA) {
		desc->delta.delta_size %= SIZES;
	} else if (opcode == SVA_OP_DUALCAST) {
		desc->dualcast.dst2_addr = into(arena, desc->dualcast.dst2_addr);
	} else if (opcode == SVA_OP_CRC || opcode == SVA_OP_COPY_CRC) {
		desc->crc.seed_addr = into(arena, desc->crc.seed_addr);
	} else if (opcode == SVA_OP_BATCH) {
		desc->desc_count = 0; /* its members would lead out */
	}
}

/* Fields that an operation does not have are reserved: let most inputs get past that. */
static void clear_unused(struct sva_desc *desc)
{
	switch (sva_desc_opcode(desc)) {
	case SVA_OP_NOOP:
	case SVA_OP_DRAIN:
		desc->src_addr = desc->dst_addr = 0;
		desc->xfer_size = 0;
		break;
	case SVA_OP_CRC:
	case SVA_OP_DIF_CHECK:
	case SVA_OP_TRANSLATION_FETCH:
		desc->dst_addr = 0;
		break;
	case SVA_OP_CACHE_FLUSH:
		desc->src_addr = 0;
		break;
	default:
		break;
	}
	desc->pasid_priv = 0;
	desc->tail.int_handle = 0;
	desc->tail.reserved = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sva_record comp[2];
	struct svai_finding finding;
	struct svai_limits limits;
	unsigned char *arena;
	struct sva_desc desc;
	unsigned int refusal;

	if (size < sizeof(desc))
		return 0;
	memcpy(&desc, data, sizeof(desc));
	arena = malloc(ARENA);
	if (!arena)
		return 0;
	memset(arena, (int)size, ARENA);
	memcpy(arena, data, size < ARENA ? size : ARENA);
	confine(&desc, arena);
	if (data[0] & 1)
		clear_unused(&desc);
	if (sva_desc_flags(&desc) & SVA_FLAG_CRAV)
		desc.completion_addr = (uintptr_t)comp + (data[1] ? 0 : desc.completion_addr % 32);
	comp[0].status = 0;
	svai_cpu_limits(&limits);
	refusal = svai_check(&limits, &desc, false, &finding);
	if (refusal && !finding.text)
		abort();
	svai_cpu_execute(&limits, &desc);
	if (refusal && comp[0].status && comp[0].status != refusal)
		abort();
	if (!refusal && sva_desc_flags(&desc) & SVA_FLAG_RCR && !comp[0].status)
		abort();
	free(arena);
	return 0;
}
