/* SPDX-License-Identifier: MIT */
/*
 * CRC32C of any length. Parts are independent, so that several can be in flight: each has the CRC
 * of its own bytes, and those are put together. The seed of the call is that of the first part.
 */
#include "crc_shift.h"
#include "ops_crc.h"
#include "small.h"

static void collect_crc(struct svai_job *job, struct svai_part *part)
{
	svai_crc32_append(job->collect_context, part->op.record.crc, part->bytes, SVAI_CRC32C);
}

int svai_run_crc(struct svai_job *job, uint32_t *crc, struct sva_outcome *outcome)
{
	const uint32_t seed = *crc;
	int err;

	*crc = 0;
	job->collect = collect_crc;
	job->collect_context = crc;
	err = svai_job_run(job, outcome);
	if (err || !job->size)
		*crc = seed;
	return err;
}

static int run_small(svai_cpu_op *op, const struct sva_desc *desc, uint32_t *crc)
{
	struct sva_record record;
	int err = svai_run_small(op, desc, &record);

	*crc = record.crc;
	return err;
}

static int run(struct sva_wq *wq, const struct sva_desc *desc, size_t size, uint32_t *crc,
	       struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_of(&job, wq, desc, size, outcome);

	if (err)
		return err;
	return svai_run_crc(&job, crc, outcome);
}

int sva_crc32c(struct sva_wq *wq, const void *src, size_t size, uint32_t *crc,
	       struct sva_outcome *outcome)
{
	struct sva_desc desc;

	if (!crc || !svai_is_range(src, size))
		return svai_invalid(wq);
	sva_prep_crc(&desc, src, size, *crc, 0);
	if (svai_is_small(wq, size, outcome))
		return run_small(svai_cpu_crc, &desc, crc);
	return run(wq, &desc, size, crc, outcome);
}

int sva_copy_crc32c(struct sva_wq *wq, void *dst, const void *src, size_t size, uint32_t *crc,
		    struct sva_outcome *outcome)
{
	struct sva_desc desc;

	if (!crc || !svai_is_range(src, size) || !svai_is_range(dst, size) ||
	    svai_overlap(src, size, dst, size))
		return svai_invalid(wq);
	sva_prep_copy_crc(&desc, dst, src, size, *crc, 0);
	if (svai_is_small(wq, size, outcome))
		return run_small(svai_cpu_copy_crc, &desc, crc);
	return run(wq, &desc, size, crc, outcome);
}
