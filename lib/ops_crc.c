/* SPDX-License-Identifier: MIT */
/*
 * CRC32C of any length. Parts are independent, so that several can be in flight: each has the CRC
 * of its own bytes, and those are put together. The seed of the call is that of the first part.
 */
#include "crc_shift.h"
#include "ops_crc.h"

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

int sva_crc32c(struct sva_wq *wq, const void *src, size_t size, uint32_t *crc,
	       struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_begin(&job, wq, size, outcome);

	if (err)
		return err;
	if (!crc || !svai_is_range(src, size))
		return -EINVAL;
	sva_prep_crc(&job.desc, src, 0, *crc, 0);
	return svai_run_crc(&job, crc, outcome);
}

int sva_copy_crc32c(struct sva_wq *wq, void *dst, const void *src, size_t size, uint32_t *crc,
		    struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_begin(&job, wq, size, outcome);

	if (err)
		return err;
	if (!crc || !svai_is_range(src, size) || !svai_is_range(dst, size) ||
	    svai_overlap(src, size, dst, size))
		return -EINVAL;
	sva_prep_copy_crc(&job.desc, dst, src, 0, *crc, 0);
	return svai_run_crc(&job, crc, outcome);
}
