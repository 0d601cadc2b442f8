/* SPDX-License-Identifier: MIT */
/*
 * Data integrity fields (8.3.14 to 8.3.18, appendix B), block by block. A block is done when all of
 * it is: a page fault in the middle of one leaves it to the next attempt.
 */
#include <string.h>

#include "op.h"

#define POLY_T10 (0x8bb7ull << 48)

/* What failed in a block: the result of the completion record. */
#define DIF_GUARD 0x01u
#define DIF_APP   0x02u
#define DIF_REF   0x04u
#define DIF_ALL_F 0x08u

#define DIF_MAX   (4104u + EMU_TUPLE) /* bytes: the largest block with its tuple */

struct tuple {
	uint16_t guard;
	uint16_t app;
	uint32_t ref;
};

uint32_t emu_dif_block(const struct sva_desc *desc)
{
	switch (desc->dif.flags & 3) {
	case SVA_DIF_BLOCK_512:
		return 512;
	case SVA_DIF_BLOCK_520:
		return 520;
	case SVA_DIF_BLOCK_4096:
		return 4096;
	default:
		return 4104;
	}
}

static uint16_t guard_of(const struct sva_desc *desc, const uint8_t *block)
{
	uint64_t seed = desc->dif.flags & SVA_DIF_INVERT_SEED ? 0xffffull << 48 : 0;
	uint64_t reg = emu_crc_bytes(seed, POLY_T10, block, emu_dif_block(desc), false);
	uint16_t guard = (uint16_t)(reg >> 48);

	return desc->dif.flags & SVA_DIF_INVERT_RESULT ? (uint16_t)~guard : guard;
}

/* Tuples are big-endian in memory. */
static struct tuple read_tuple(const uint8_t *p)
{
	return (struct tuple){
		.guard = (uint16_t)(p[0] << 8 | p[1]),
		.app = (uint16_t)(p[2] << 8 | p[3]),
		.ref = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7],
	};
}

static void write_tuple(uint8_t *p, struct tuple tuple)
{
	for (unsigned int i = 0; i < 2; i++) {
		p[i] = (uint8_t)(tuple.guard >> (8 - 8 * i));
		p[2 + i] = (uint8_t)(tuple.app >> (8 - 8 * i));
	}
	for (unsigned int i = 0; i < 4; i++)
		p[4 + i] = (uint8_t)(tuple.ref >> (24 - 8 * i));
}

/* What is wrong with the source block at @block, behind which its tuple stands. */
static uint8_t check_block(const struct sva_desc *desc, const uint8_t *block,
			   const struct sva_dif_tags *tags)
{
	struct tuple found = read_tuple(block + emu_dif_block(desc));
	uint8_t flags = desc->dif.src_flags;
	bool app_f = found.app == 0xffff;
	bool ref_f = app_f && found.ref == 0xffffffff;
	uint8_t wrong = 0;

	if ((flags & SVA_DIF_SRC_ALL_F_DETECT) && ref_f && found.guard == 0xffff)
		return flags & SVA_DIF_SRC_ALL_F_ERROR ? DIF_ALL_F : 0;
	if (((flags & SVA_DIF_SRC_APP_F_DETECT) && app_f) ||
	    ((flags & SVA_DIF_SRC_REF_F_DETECT) && ref_f))
		return 0;
	if (!(flags & SVA_DIF_SRC_NO_GUARD) && found.guard != guard_of(desc, block))
		wrong |= DIF_GUARD;
	if (tags->app_mask != 0xffff && found.app != (tags->app_tag & ~tags->app_mask))
		wrong |= DIF_APP;
	if (!(flags & SVA_DIF_SRC_NO_REF) && found.ref != tags->ref_tag)
		wrong |= DIF_REF;
	return wrong;
}

/* For the next block; the flags have the same bits in source and destination. */
static void advance(struct sva_dif_tags *tags, uint8_t flags)
{
	if (!(flags & SVA_DIF_SRC_REF_FIXED))
		tags->ref_tag++;
	if (flags & SVA_DIF_SRC_APP_INC)
		tags->app_tag++;
}

static struct tuple new_tuple(const struct sva_desc *desc, const uint8_t *block,
			      const struct sva_dif_tags *tags)
{
	return (struct tuple){
		.guard = guard_of(desc, block),
		.app = tags->app_tag & (uint16_t)~tags->app_mask,
		.ref = tags->ref_tag,
	};
}

/* The tuple of an update: what passes through stays as the source has it. */
static struct tuple updated_tuple(const struct sva_desc *desc, const uint8_t *block,
				  const struct sva_dif_tags *tags)
{
	struct tuple tuple = new_tuple(desc, block, tags);
	struct tuple found = read_tuple(block + emu_dif_block(desc));
	uint8_t flags = desc->dif.dst_flags;

	if (flags & SVA_DIF_DST_GUARD_PASS)
		tuple.guard = found.guard;
	if (flags & SVA_DIF_DST_APP_PASS)
		tuple.app = found.app;
	if (flags & SVA_DIF_DST_REF_PASS)
		tuple.ref = found.ref;
	return tuple;
}

/* What an operation reads and writes for each block. */
struct dif_shape {
	bool src_tuple; /* read and check */
	bool data;      /* write the block */
	bool dst_tuple; /* write a tuple */
};

/* What is written, made of the source block: the block, its tuple, or both. */
static void make_output(const struct sva_desc *desc, const struct dif_shape *shape,
			const uint8_t *src, uint8_t *out, const struct sva_dif_tags *tags)
{
	uint32_t block = emu_dif_block(desc);

	if (shape->data)
		memcpy(out, src, block);
	if (shape->dst_tuple)
		write_tuple(out + (shape->data ? block : 0),
			    shape->src_tuple ? updated_tuple(desc, src, tags)
					     : new_tuple(desc, src, tags));
}

static unsigned int dif_run(struct emu_run *run, const struct dif_shape *shape)
{
	const struct sva_desc *desc = run->desc;
	uint32_t block = emu_dif_block(desc);
	uint32_t step = block + (shape->src_tuple ? EMU_TUPLE : 0);
	uint32_t dst_step = (shape->data ? block : 0) + (shape->dst_tuple ? EMU_TUPLE : 0);
	struct sva_dif_tags *src_tags = &run->comp->dif_src;
	struct sva_dif_tags *dst_tags = &run->comp->dif_dst;
	uint64_t dst = desc->dst_addr;

	if (shape->src_tuple)
		*src_tags = desc->dif.src;
	if (shape->dst_tuple)
		*dst_tags = desc->dif.dst;
	for (uint32_t done = 0; done < desc->xfer_size; done += step, dst += dst_step) {
		uint8_t src[DIF_MAX], out[DIF_MAX];

		if (!emu_load(run, src, desc->src_addr + done, step, EMU_SRC))
			return emu_stop(run, done);
		if (shape->src_tuple)
			run->comp->result = check_block(desc, src, src_tags);
		if (run->comp->result) {
			run->comp->bytes_completed = done;
			return SVA_STATUS_DIF_ERROR;
		}
		make_output(desc, shape, src, out, dst_tags);
		if (dst_step > 0 && (!emu_reach_all(run, dst, dst_step, EMU_DST) ||
				     !emu_store(run, dst, out, dst_step, EMU_DST)))
			return emu_stop(run, done);
		if (shape->src_tuple)
			advance(src_tags, desc->dif.src_flags);
		if (shape->dst_tuple)
			advance(dst_tags, desc->dif.dst_flags);
	}
	return SVA_STATUS_SUCCESS;
}

unsigned int emu_dif_check(struct emu_run *run)
{
	return dif_run(run, &(struct dif_shape){ .src_tuple = true });
}

unsigned int emu_dif_insert(struct emu_run *run)
{
	return dif_run(run, &(struct dif_shape){ .data = true, .dst_tuple = true });
}

unsigned int emu_dif_strip(struct emu_run *run)
{
	return dif_run(run, &(struct dif_shape){ .src_tuple = true, .data = true });
}

unsigned int emu_dif_update(struct emu_run *run)
{
	return dif_run(run,
		       &(struct dif_shape){ .src_tuple = true, .data = true, .dst_tuple = true });
}

unsigned int emu_dix_generate(struct emu_run *run)
{
	return dif_run(run, &(struct dif_shape){ .dst_tuple = true });
}
