/* SPDX-License-Identifier: MIT */
/* The calls that are one descriptor, of any size. Others: ops_crc.c, ops_delta.c, ops_iov.c. */
#include "job.h"
#include "opcode.h"
#include "resume.h"
#include "small.h"

#define OVERLAP_MIN 4096u /* a shorter distance is not worth an operation for each */

/*
 * Buffers that overlap. Parts no longer than the distance do not, each for itself, if they go in
 * the right order, one at a time: so that one which the device loses can be done again.
 */
static void set_overlap(struct svai_job *job, uintptr_t dst, uintptr_t src)
{
	uint64_t distance = dst > src ? dst - src : src - dst;
	uint64_t most = job->h->limits.max_transfer;

	job->lines = false;
	job->backward = dst > src;
	job->window = 1;
	job->part_max = distance < most ? distance : most;
	if (distance >= OVERLAP_MIN)
		return;
	job->cpu = SVA_WHY_OVERLAP;
	job->part_max = SVAI_MAX_TRANSFER;
}

int sva__memmove_slow(struct sva_wq *wq, void *dst, const void *src, size_t size,
		      struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_begin(&job, wq, size, outcome);

	if (err)
		return err;
	if (!svai_is_range(dst, size) || !svai_is_range(src, size))
		return -EINVAL;
	sva_prep_memmove(&job.desc, dst, src, 0, 0);
	job.lines = true;
	if (svai_overlap(dst, size, src, size))
		set_overlap(&job, (uintptr_t)dst, (uintptr_t)src);
	return svai_job_run(&job, outcome);
}

static int fill(struct sva_wq *wq, void *dst, uint64_t pattern, const uint64_t *high, size_t size,
		struct sva_outcome *outcome)
{
	struct sva_record record;
	struct sva_desc desc;
	struct svai_job job;
	int err;

	if (!svai_is_range(dst, size))
		return svai_invalid(wq);
	if (high)
		sva_prep_fill16(&desc, dst, pattern, *high, size, 0);
	else
		sva_prep_fill(&desc, dst, pattern, size, 0);
	if (svai_is_small(wq, size, outcome))
		return svai_run_small(svai_cpu_fill, &desc, &record);
	err = svai_job_of(&job, wq, &desc, size, outcome);
	if (err)
		return err;
	job.lines = true;
	return svai_job_run(&job, outcome);
}

int sva__memset_slow(struct sva_wq *wq, void *dst, int c, size_t size, struct sva_outcome *outcome)
{
	return fill(wq, dst, (uint8_t)c * 0x0101010101010101u, NULL, size, outcome);
}

int sva_fill(struct sva_wq *wq, void *dst, uint64_t pattern, size_t size,
	     struct sva_outcome *outcome)
{
	return fill(wq, dst, pattern, NULL, size, outcome);
}

int sva_fill16(struct sva_wq *wq, void *dst, uint64_t pattern, uint64_t pattern_high, size_t size,
	       struct sva_outcome *outcome)
{
	return fill(wq, dst, pattern, &pattern_high, size, outcome);
}

/*
 * Comparing.
 */

struct difference {
	const uint8_t *a, *b; /* b: NULL: a pattern */
	uint64_t pattern;
	bool found;
	int order;
};

static int order_at(const struct difference *d, uint64_t offset)
{
	uint8_t expected = d->b ? d->b[offset] : (uint8_t)(d->pattern >> offset % 8 * 8);

	return (int)d->a[offset] - (int)expected;
}

/* A device may name an offset somewhat before the difference. */
static void collect_difference(struct svai_job *job, struct svai_part *part)
{
	struct difference *d = job->collect_context;
	uint64_t end = part->offset + part->bytes;
	uint64_t offset = part->offset + part->op.record.bytes_completed;

	if (part->op.record.result != 1)
		return;
	while (offset < end && !order_at(d, offset))
		offset++;
	job->stop = true;
	job->outcome.bytes = job->outcome.offset = offset;
	d->found = offset < end;
	d->order = d->found ? order_at(d, offset) : 0;
}

static int compare(struct svai_job *job, struct difference *d, struct sva_outcome *outcome)
{
	job->unit = 8; /* each part begins with the beginning of a pattern */
	job->collect = collect_difference;
	job->collect_context = d;
	return svai_job_run(job, outcome);
}

int sva__memcmp_slow(struct sva_wq *wq, const void *a, const void *b, size_t size, int *order,
		     struct sva_outcome *outcome)
{
	struct difference d = { .a = a, .b = b };
	struct svai_job job;
	int err = svai_job_begin(&job, wq, size, outcome);

	if (err)
		return err;
	if (!order || !svai_is_range(a, size) || !svai_is_range(b, size))
		return -EINVAL;
	sva_prep_compare(&job.desc, a, b, 0, 0);
	err = compare(&job, &d, outcome);
	if (!err)
		*order = d.order;
	return err;
}

int sva_compare_pattern(struct sva_wq *wq, const void *src, uint64_t pattern, size_t size,
			bool *equal, struct sva_outcome *outcome)
{
	struct difference d = { .a = src, .pattern = pattern };
	struct sva_record record;
	struct sva_desc desc;
	struct svai_job job;
	int err;

	if (!equal || !svai_is_range(src, size))
		return svai_invalid(wq);
	sva_prep_compare_pattern(&desc, src, pattern, size, 0);
	if (svai_is_small(wq, size, outcome)) {
		err = svai_run_small(svai_cpu_compare_pattern, &desc, &record);
		*equal = !record.result;
		return err;
	}
	err = svai_job_of(&job, wq, &desc, size, outcome);
	if (err)
		return err;
	err = compare(&job, &d, outcome);
	if (!err)
		*equal = !d.found;
	return err;
}

/*
 * Two destinations.
 */

struct two {
	struct sva_desc rest; /* dualcast, whether the queue has it or not */
	bool second;          /* the part to come is that of the second destination */
};

/* A part to each, in turn; the bytes count with the second. */
static void next_of_two(struct svai_job *job, struct svai_part *part)
{
	struct two *two = job->next_context;
	uint64_t bytes = job->left < job->part_max ? job->left : job->part_max;
	struct sva_desc *rest = &two->rest;

	part->bytes = two->second ? bytes : 0;
	sva_prep_memmove(&part->desc,
			 (void *)(two->second ? rest->dualcast.dst2_addr : rest->dst_addr),
			 (const void *)rest->src_addr, bytes, 0);
	if (two->second)
		svai_advance(rest, &part->op.record, (uint32_t)bytes);
	two->second = !two->second;
}

int sva_dualcast(struct sva_wq *wq, void *dst1, void *dst2, const void *src, size_t size,
		 struct sva_outcome *outcome)
{
	struct sva_record record;
	struct svai_job job;
	struct two two;
	int err;

	if (!svai_is_range(dst1, size) || !svai_is_range(dst2, size) || !svai_is_range(src, size) ||
	    svai_overlap(dst1, size, src, size) || svai_overlap(dst2, size, src, size) ||
	    svai_overlap(dst1, size, dst2, size))
		return svai_invalid(wq);
	sva_prep_dualcast(&two.rest, dst1, dst2, src, size, 0);
	if (svai_is_small(wq, size, outcome))
		return svai_run_small(svai_cpu_dualcast, &two.rest, &record);
	err = svai_job_of(&job, wq, &two.rest, size, outcome);
	if (err)
		return err;
	job.lines = true;
	if (((uintptr_t)dst1 ^ (uintptr_t)dst2) % 4096 ||
	    !sva_opmask_has(&job.h->limits.opcodes, SVA_OP_DUALCAST)) {
		two.second = false;
		job.next = next_of_two;
		job.next_context = &two;
	}
	return svai_job_run(&job, outcome);
}

/*
 * DIF and DIX.
 */

static void prep_dif(struct sva_desc *desc, unsigned int opcode, void *dst, const void *src,
		     size_t size, const struct sva_desc_dif *dif)
{
	switch (opcode) {
	case SVA_OP_DIF_CHECK:
		sva_prep_dif_check(desc, src, size, dif->flags, dif->src_flags, dif->src, 0);
		break;
	case SVA_OP_DIF_INSERT:
		sva_prep_dif_insert(desc, dst, src, size, dif->flags, dif->dst_flags, dif->dst, 0);
		break;
	case SVA_OP_DIF_STRIP:
		sva_prep_dif_strip(desc, dst, src, size, dif->flags, dif->src_flags, dif->src, 0);
		break;
	case SVA_OP_DIF_UPDATE:
		sva_prep_dif_update(desc, dst, src, size, dif->flags, dif->src_flags, dif->src,
				    dif->dst_flags, dif->dst, 0);
		break;
	default:
		sva_prep_dix_generate(desc, dst, src, size, dif->flags, dif->dst_flags, dif->dst,
				      0);
		break;
	}
}

/* At the destination, for each block of the source. */
static uint32_t bytes_per_block(unsigned int opcode, uint32_t block)
{
	switch (opcode) {
	case SVA_OP_DIF_CHECK:
		return 0;
	case SVA_OP_DIF_STRIP:
		return block;
	case SVA_OP_DIX_GENERATE:
		return SVAI_DIF_TUPLE;
	default:
		return block + SVAI_DIF_TUPLE;
	}
}

/* Flags and tags are the caller's. */
static int run_small_dif(struct sva_desc *desc)
{
	struct svai_finding finding;
	struct sva_record record;
	unsigned int status;

	desc->completion_addr = 0; /* no builder sets it, and none is needed */
	status = svai_check(&svai_cpu_any_size, desc, false, &finding);
	if (status)
		return sva_status_errno(status);
	return svai_run_small(svai_opcodes[sva_desc_opcode(desc)].execute, desc, &record);
}

static int run_dif(struct sva_wq *wq, unsigned int opcode, void *dst, const void *src, size_t size,
		   const struct sva_desc_dif *dif, struct sva_outcome *outcome)
{
	bool plain = opcode == SVA_OP_DIF_INSERT || opcode == SVA_OP_DIX_GENERATE;
	uint32_t block, per_block, unit;
	struct sva_desc desc;
	struct svai_job job;
	uint64_t dst_size;
	int err;

	if (!dif)
		return svai_invalid(wq);
	prep_dif(&desc, opcode, dst, src, size, dif);
	block = svai_dif_block(&desc);
	per_block = bytes_per_block(opcode, block);
	unit = plain ? block : block + SVAI_DIF_TUPLE;
	if (size % unit || !svai_is_range(src, size) ||
	    __builtin_mul_overflow(size / unit, per_block, &dst_size) ||
	    (per_block &&
	     (!svai_is_range(dst, dst_size) || svai_overlap(src, size, dst, dst_size))))
		return svai_invalid(wq);
	if (svai_is_small(wq, size, outcome))
		return run_small_dif(&desc);
	err = svai_job_of(&job, wq, &desc, size, outcome);
	if (err)
		return err;
	job.unit = unit;
	return svai_job_run(&job, outcome);
}

int sva_dif_check(struct sva_wq *wq, const void *src, size_t size, const struct sva_desc_dif *dif,
		  struct sva_outcome *outcome)
{
	return run_dif(wq, SVA_OP_DIF_CHECK, NULL, src, size, dif, outcome);
}

int sva_dif_insert(struct sva_wq *wq, void *dst, const void *src, size_t size,
		   const struct sva_desc_dif *dif, struct sva_outcome *outcome)
{
	return run_dif(wq, SVA_OP_DIF_INSERT, dst, src, size, dif, outcome);
}

int sva_dif_strip(struct sva_wq *wq, void *dst, const void *src, size_t size,
		  const struct sva_desc_dif *dif, struct sva_outcome *outcome)
{
	return run_dif(wq, SVA_OP_DIF_STRIP, dst, src, size, dif, outcome);
}

int sva_dif_update(struct sva_wq *wq, void *dst, const void *src, size_t size,
		   const struct sva_desc_dif *dif, struct sva_outcome *outcome)
{
	return run_dif(wq, SVA_OP_DIF_UPDATE, dst, src, size, dif, outcome);
}

int sva_dix_generate(struct sva_wq *wq, void *dst, const void *src, size_t size,
		     const struct sva_desc_dif *dif, struct sva_outcome *outcome)
{
	return run_dif(wq, SVA_OP_DIX_GENERATE, dst, src, size, dif, outcome);
}

int sva_cache_flush(struct sva_wq *wq, void *dst, size_t size, struct sva_outcome *outcome)
{
	struct sva_record record;
	struct sva_desc desc;
	struct svai_job job;
	int err;

	if (!svai_is_range(dst, size))
		return svai_invalid(wq);
	sva_prep_cache_flush(&desc, dst, size, 0);
	if (svai_is_small(wq, size, outcome))
		return svai_run_small(svai_cpu_cache_flush, &desc, &record);
	err = svai_job_of(&job, wq, &desc, size, outcome);
	if (err)
		return err;
	return svai_job_run(&job, outcome);
}
