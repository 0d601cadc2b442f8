/* SPDX-License-Identifier: MIT */
/* Zero compression and CRC64, as calls. */
#include <string.h>

#include <sva/filter.h>

#include "bits.h"
#include "crc_shift.h"
#include "iax_opcode.h"
#include "job.h"
#include "least.h"
#include "operation.h"

/*
 * Zero compression: one operation, since what is compressed does not say where a part of it ends.
 */

#define ZEROS_BLOCK 128u /* bytes */

struct zeros {
	bool compress;
	unsigned int word;
	const void *src;
	void *dst;
	size_t dst_size, made;
	int err;
};

/* What is compressed has a bit for each word of all its blocks: a device is told of no more room.
 */
static uint64_t most_zeros(const struct zeros *z, uint64_t size)
{
	return z->compress ? size + (size / ZEROS_BLOCK + 1) * ZEROS_BLOCK / 8 : z->dst_size;
}

static void next_zeros(struct svai_job *job, struct svai_part *part)
{
	struct zeros *z = job->next_context;
	uint64_t most = svai_least(most_zeros(z, job->size), UINT32_MAX);
	uint32_t room = (uint32_t)svai_least(z->dst_size, most);

	if (z->compress)
		sva_iax_prep_zero_compress(&part->iax, z->dst, room, z->src, job->size, z->word, 0);
	else
		sva_iax_prep_zero_decompress(&part->iax, z->dst, room, z->src, job->size, z->word,
					     0);
	part->desc = part->iax.op.desc;
	part->bytes = job->size;
}

static void collect_zeros(struct svai_job *job, struct svai_part *part)
{
	struct zeros *z = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;

	z->made = record->output_size;
	if (svai_iax_is_full(record))
		z->err = -ENOSPC;
	else if (record->status != SVA_STATUS_SUCCESS)
		z->err = -EBADMSG;
	if (z->err)
		job->outcome.bytes = 0;
}

static int run_zeros(struct sva_wq *wq, struct zeros *z, size_t *dst_size, size_t src_size,
		     struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_begin(&job, wq, src_size, outcome);

	if (err)
		return err;
	if (!z->dst || !z->src || !dst_size || !src_size ||
	    (z->word != 8 && z->word != 16 && z->word != 32) || !svai_is_range(z->src, src_size) ||
	    !svai_is_range(z->dst, *dst_size) || svai_overlap(z->src, src_size, z->dst, *dst_size))
		return -EINVAL;
	if (src_size > UINT32_MAX)
		return -E2BIG;
	z->dst_size = *dst_size;
	job.iax = true;
	job.next = next_zeros;
	job.collect = collect_zeros;
	job.next_context = job.collect_context = z;
	err = svai_job_run(&job, outcome);
	if (!err)
		err = z->err;
	if (!err)
		*dst_size = z->made;
	return err;
}

int sva_zero_compress(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src,
		      size_t src_size, unsigned int word, struct sva_outcome *outcome)
{
	struct zeros z = { .compress = true, .word = word, .src = src, .dst = dst };

	return run_zeros(wq, &z, dst_size, src_size, outcome);
}

int sva_zero_decompress(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src,
			size_t src_size, unsigned int word, struct sva_outcome *outcome)
{
	struct zeros z = { .word = word, .src = src, .dst = dst };

	return run_zeros(wq, &z, dst_size, src_size, outcome);
}

/* CRC64: of parts, put together. A reflected one is turned around before and after. */

struct crc64 {
	const uint8_t *src;
	uint64_t polynomial;
	uint32_t flags; /* SVA_CRC64_* */
	uint64_t most;  /* bytes of a part */
	uint64_t crc;
};

static void next_crc64(struct svai_job *job, struct svai_part *part)
{
	struct crc64 *c = job->next_context;
	uint32_t flags = (c->flags & SVA_CRC64_INVERT ? SVA_IAX_CRC64_INVERT : 0) |
			 (c->flags & SVA_CRC64_REFLECT ? SVA_IAX_CRC64_REFLECT : 0);

	part->bytes = job->left < c->most ? job->left : c->most;
	sva_iax_prep_crc64(&part->iax, c->src, part->bytes, c->polynomial, flags, 0);
	part->desc = part->iax.op.desc;
	c->src += part->bytes;
}

static void collect_crc64(struct svai_job *job, struct svai_part *part)
{
	struct crc64 *c = job->collect_context;
	uint64_t crc = sva_iax_record_crc64(&part->iax.record);

	if (c->flags & SVA_CRC64_REFLECT)
		crc = svai_reverse(crc, 64);
	c->crc = svai_crc_shift(c->crc, part->bytes, c->polynomial) ^ crc;
}

int sva_crc64(struct sva_wq *wq, const void *src, size_t size, uint64_t polynomial, uint32_t flags,
	      uint64_t *crc, struct sva_outcome *outcome)
{
	struct crc64 c = { .src = src, .polynomial = polynomial, .flags = flags };
	struct svai_job job;
	int err = svai_job_begin(&job, wq, size, outcome);

	if (err)
		return err;
	if (!crc || !polynomial || flags & ~(SVA_CRC64_INVERT | SVA_CRC64_REFLECT) ||
	    (!src && size) || !svai_is_range(src, size))
		return -EINVAL;
	c.most = job.h->iax ? job.h->limits.max_transfer : SVAI_MAX_TRANSFER;
	job.iax = true;
	job.no_verdict = true;
	job.next = next_crc64;
	job.collect = collect_crc64;
	job.next_context = job.collect_context = &c;
	err = svai_job_run(&job, outcome);
	if (!err)
		*crc = flags & SVA_CRC64_REFLECT ? svai_reverse(c.crc, 64) : c.crc;
	return err;
}
