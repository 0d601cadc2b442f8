/* SPDX-License-Identifier: MIT */
/*
 * DIF check, insert, strip and update, and DIX generate: blocks of data and the tuples of guard
 * (CRC16 T10-DIF), application tag and reference tag that protect them.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0),
 * 8.3.14 to 8.3.18 and appendix B.
 */
#include <string.h>

#include "cpu.h"
#include "crc_library.h"

/* What an operation does with each block. */
#define READ_TUPLE  1u /* it stands behind the block, and is checked */
#define WRITE_DATA  2u
#define WRITE_TUPLE 4u

/* The record's DIF status: which checks failed. */
#define BAD_GUARD   0x01u
#define BAD_APP_TAG 0x02u
#define BAD_REF_TAG 0x04u
#define ALL_F       0x08u

struct tuple {
	uint16_t guard, app_tag;
	uint32_t ref_tag;
};

/* As a number. */
static uint64_t join(struct tuple t)
{
	return (uint64_t)t.guard << 48 | (uint64_t)t.app_tag << 32 | t.ref_tag;
}

static struct tuple split(uint64_t t)
{
	return (struct tuple){ (uint16_t)(t >> 48), (uint16_t)(t >> 32), (uint32_t)t };
}

/* In memory the most significant byte comes first. */
static uint64_t load(const uint8_t *src)
{
	uint64_t t;

	memcpy(&t, src, sizeof(t));
	return __builtin_bswap64(t);
}

static void store(uint8_t *dst, uint64_t tuple)
{
	uint64_t t = __builtin_bswap64(tuple);

	memcpy(dst, &t, sizeof(t));
}

/* The tuple of a block with these tags. */
static uint64_t tuple_of(const struct sva_dif_tags *tags, uint16_t guard)
{
	return join(
		(struct tuple){ guard, tags->app_tag & (uint16_t)~tags->app_mask, tags->ref_tag });
}

/* Source and destination flags have these two bits in common. */
static void count_up(struct sva_dif_tags *tags, uint8_t flags)
{
	if (!(flags & SVA_DIF_SRC_REF_FIXED))
		tags->ref_tag++;
	if (flags & SVA_DIF_SRC_APP_INC)
		tags->app_tag++;
}

static bool all_f(struct tuple t)
{
	return join(t) == UINT64_MAX;
}

/* Tags of all F can mean that there is nothing to check. */
static bool is_unchecked(uint8_t flags, struct tuple t)
{
	return (flags & SVA_DIF_SRC_ALL_F_DETECT && all_f(t)) ||
	       (flags & SVA_DIF_SRC_APP_F_DETECT && t.app_tag == UINT16_MAX) ||
	       (flags & SVA_DIF_SRC_REF_F_DETECT && t.app_tag == UINT16_MAX &&
		t.ref_tag == UINT32_MAX);
}

/* Returns the DIF status, 0 if all is well. Out of line, because hardly any block needs it. */
static __attribute__((noinline)) uint8_t check(uint8_t flags, const struct sva_dif_tags *tags,
					       struct tuple found, uint16_t guard)
{
	const uint8_t error = SVA_DIF_SRC_ALL_F_ERROR | SVA_DIF_SRC_ALL_F_DETECT;
	uint8_t status = 0;

	if ((flags & error) == error && all_f(found))
		return ALL_F;
	if (is_unchecked(flags, found))
		return 0;
	if (!(flags & SVA_DIF_SRC_NO_GUARD) && found.guard != guard)
		status |= BAD_GUARD;
	if (tags->app_mask != UINT16_MAX && found.app_tag != (tags->app_tag & ~tags->app_mask))
		status |= BAD_APP_TAG;
	if (!(flags & SVA_DIF_SRC_NO_REF) && found.ref_tag != tags->ref_tag)
		status |= BAD_REF_TAG;
	return status;
}

/* All that a block needs; the compiler cannot know that no block changes the descriptor. */
struct walk {
	uint32_t block;
	uint16_t seed, invert; /* of the guard */
	svai_crc16 *crc16;     /* NULL: nobody is going to look at it */
	uint64_t compared;     /* bits of the source's tuple that count */
	uint64_t kept;         /* bits of it that the destination's keeps */
	uint8_t src_flags, dst_flags;
	struct sva_dif_tags src_tags, dst_tags; /* of the block at hand */
	const uint8_t *src;
	uint8_t *dst;
};

static void start(struct walk *w, const struct sva_desc *desc, unsigned int what)
{
	const uint8_t src_flags = desc->dif.src_flags, dst_flags = desc->dif.dst_flags;

	*w = (struct walk){
		.block = svai_dif_block(desc),
		.seed = desc->dif.flags & SVA_DIF_INVERT_SEED ? UINT16_MAX : 0,
		.invert = desc->dif.flags & SVA_DIF_INVERT_RESULT ? UINT16_MAX : 0,
		.src_flags = src_flags,
		.dst_flags = dst_flags,
		.src_tags = desc->dif.src,
		.dst_tags = desc->dif.dst,
		.src = (const uint8_t *)desc->src_addr,
		.dst = (uint8_t *)desc->dst_addr,
	};
	if (what & READ_TUPLE) {
		w->compared = join((struct tuple){
			.guard = src_flags & SVA_DIF_SRC_NO_GUARD ? 0 : UINT16_MAX,
			.app_tag = w->src_tags.app_mask == UINT16_MAX ? 0 : UINT16_MAX,
			.ref_tag = src_flags & SVA_DIF_SRC_NO_REF ? 0 : UINT32_MAX,
		});
		w->kept = join((struct tuple){
			.guard = dst_flags & SVA_DIF_DST_GUARD_PASS ? UINT16_MAX : 0,
			.app_tag = dst_flags & SVA_DIF_DST_APP_PASS ? UINT16_MAX : 0,
			.ref_tag = dst_flags & SVA_DIF_DST_REF_PASS ? UINT32_MAX : 0,
		});
	}
	if (split(w->compared).guard || (what & WRITE_TUPLE && !split(w->kept).guard))
		w->crc16 = svai_crc16_t10dif();
}

static uint16_t guard_of(const struct walk *w)
{
	return w->crc16 ? w->crc16(w->seed, w->src, w->block) ^ w->invert : 0;
}

/* So it is with nearly each block, whatever the flags say of other tuples. */
static bool is_right(const struct walk *w, uint64_t found, uint16_t guard)
{
	return !((found ^ tuple_of(&w->src_tags, guard)) & w->compared) && found != UINT64_MAX;
}

/* Returns the DIF status; of a block that fails nothing is written. */
static inline __attribute__((always_inline)) uint8_t do_block(struct walk *w, unsigned int what)
{
	uint16_t guard = guard_of(w);
	uint64_t found = 0;
	const uint8_t *src = w->src;

	w->src += w->block;
	if (what & READ_TUPLE) {
		uint8_t status = 0;

		found = load(w->src);
		if (!is_right(w, found, guard))
			status = check(w->src_flags, &w->src_tags, split(found), guard);
		if (status)
			return status;
		w->src += SVAI_DIF_TUPLE;
		count_up(&w->src_tags, w->src_flags);
	}
	if (what & WRITE_DATA) {
		memcpy(w->dst, src, w->block);
		w->dst += w->block;
	}
	if (what & WRITE_TUPLE) {
		store(w->dst, (tuple_of(&w->dst_tags, guard) & ~w->kept) | (found & w->kept));
		w->dst += SVAI_DIF_TUPLE;
		count_up(&w->dst_tags, w->dst_flags);
	}
	return 0;
}

/* Inline, so that each operation has a loop that does what it needs and asks for nothing else. */
static inline __attribute__((always_inline)) unsigned int
execute(const struct sva_desc *desc, struct sva_record *record, unsigned int what)
{
	const uint32_t step = svai_dif_block(desc) + (what & READ_TUPLE ? SVAI_DIF_TUPLE : 0);
	const uint32_t size = desc->xfer_size;
	uint32_t done = 0;
	uint8_t status = 0;
	struct walk w;

	start(&w, desc, what);
	for (; done < size && !status; done += status ? 0 : step)
		status = do_block(&w, what);
	if (w.crc16)
		svai_crc_leave();
	if (status) {
		record->result = status;
		record->bytes_completed = done;
		return SVA_STATUS_DIF_ERROR;
	}
	if (what & READ_TUPLE)
		record->dif_src = w.src_tags;
	if (what & WRITE_TUPLE)
		record->dif_dst = w.dst_tags;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_dif_check(const struct sva_desc *desc, struct sva_record *record)
{
	return execute(desc, record, READ_TUPLE);
}

unsigned int svai_cpu_dif_insert(const struct sva_desc *desc, struct sva_record *record)
{
	return execute(desc, record, WRITE_DATA | WRITE_TUPLE);
}

unsigned int svai_cpu_dif_strip(const struct sva_desc *desc, struct sva_record *record)
{
	return execute(desc, record, READ_TUPLE | WRITE_DATA);
}

unsigned int svai_cpu_dif_update(const struct sva_desc *desc, struct sva_record *record)
{
	return execute(desc, record, READ_TUPLE | WRITE_DATA | WRITE_TUPLE);
}

unsigned int svai_cpu_dix_generate(const struct sva_desc *desc, struct sva_record *record)
{
	return execute(desc, record, WRITE_TUPLE);
}
