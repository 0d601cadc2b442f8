/* SPDX-License-Identifier: MIT */
/*
 * The checks and the software device for IAX, given any descriptor whose addresses point into one
 * block of memory, and any data: no crash, no access outside of it, and a record exactly where one
 * was asked for. The inflate has a target of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "cpu/iax.h"

#define SIZES 2048u /* of an operand */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Operands in the block one after the other, so that one that is overrun reaches the next or ends.
 */
static void confine(struct sva_desc *desc, uint8_t *arena)
{
	desc->xfer_size %= SIZES + 1;
	desc->src_addr = (uintptr_t)arena + SIZES - desc->xfer_size;
	if (sva_desc_opcode(desc) == SVA_OP_MEMMOVE) {
		desc->dst_addr = (uintptr_t)arena + SIZES;
		return;
	}
	desc->iax.max_dst_size %= SIZES + 1;
	desc->dst_addr = (uintptr_t)arena + SIZES;
	desc->iax.src2_size %= SIZES + 1;
	if (desc->op_flags & SVA_IAX_FLAG_SRC2_DATA)
		desc->iax.src2_addr = (uintptr_t)arena + 4 * SIZES - desc->iax.src2_size;
	else
		desc->iax.src2_addr = (uintptr_t)arena + 2 * SIZES;
	if (sva_desc_opcode(desc) != SVA_IAX_OP_CRC64)
		desc->iax.filter.elements %= 5000;
}

/* Fields that an operation does not have are reserved: let most inputs get past that. */
static void clear_unused(struct sva_desc *desc)
{
	const struct svai_iax_opcode *row = svai_iax_opcode(sva_desc_opcode(desc));
	uint8_t *bytes = (uint8_t *)desc;

	for (unsigned int i = 0; i < 64; i++)
		if (i > 15 && row->reserved >> i & 1)
			bytes[i] = 0;
	desc->tail.int_handle = 0;
	desc->op_flags &= 0xff000000u | row->flags | SVA_FLAG_CRAV | SVA_FLAG_RCR;
	if (row->reserved)
		desc->tail.iax_flags &= row->op_flags;
	if (row->filter_flags)
		desc->iax.filter.flags &= row->filter_flags;
	if (row->fields == svai_iax_check_cipher) { /* each refuses most inputs */
		desc->iax.src2_size = sizeof(struct sva_iax_cipher_aecs);
		desc->op_flags |= SVA_IAX_FLAG_SRC2_AECS;
		desc->tail.iax_flags = row->op_flags;
	}
}

/* The AECS that is read, as far as it must be so to be one. */
static void make_cipher(const struct sva_desc *desc)
{
	bool second = desc->op_flags & SVA_IAX_FLAG_AECS_TOGGLE;
	struct sva_iax_cipher_aecs *aecs =
		(struct sva_iax_cipher_aecs *)(desc->iax.aecs_addr +
					       (second ? desc->iax.src2_size : 0));

	aecs->algorithm = SVA_IAX_CIPHER_CFB;
	aecs->flags &= SVA_IAX_CIPHER_KEY_256 | SVA_IAX_CIPHER_FLUSH_INPUT;
	aecs->accumulator_sizes %= SVA_IAX_CIPHER_BLOCK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sva_iax_record comp[2];
	struct svai_finding finding = { 0 };
	struct svai_limits limits;
	struct sva_desc desc;
	unsigned int refusal;
	uint8_t *arena;

	if (size < sizeof(desc))
		return 0;
	memcpy(&desc, data, sizeof(desc));
	arena = aligned_alloc(64, 4 * SIZES);
	if (!arena)
		return 0;
	memset(arena, (int)size, 4 * SIZES);
	for (unsigned int i = 0; i < 4 && size > sizeof(desc); i++) {
		size_t n = size - sizeof(desc) < SIZES ? size - sizeof(desc) : SIZES;

		memcpy(arena + (size_t)i * SIZES + (i ? 0 : SIZES - n), data + sizeof(desc), n);
	}
	if (data[0] & 1)
		clear_unused(&desc);
	confine(&desc, arena);
	if (data[0] & 1)
		clear_unused(&desc);
	if (data[0] & 1 && svai_iax_opcode(sva_desc_opcode(&desc))->fields == svai_iax_check_cipher)
		make_cipher(&desc);
	if (sva_desc_flags(&desc) & SVA_FLAG_CRAV)
		desc.completion_addr = (uintptr_t)comp + (data[1] ? 0 : desc.completion_addr % 64);
	memset(comp, 0, sizeof(comp));
	svai_iax_limits(&limits);
	refusal = svai_iax_check(&limits, &desc, &finding);
	if (refusal && !finding.text)
		abort();
	svai_iax_execute(&limits, &desc);
	if (refusal && comp[0].status && comp[0].status != refusal)
		abort();
	if (!refusal && sva_desc_flags(&desc) & SVA_FLAG_RCR && !comp[0].status)
		abort();
	if (comp[0].status == SVA_STATUS_ANALYTICS && !comp[0].error_code)
		abort();
	if (comp[0].output_size > SIZES)
		abort();
	free(arena);
	return 0;
}
