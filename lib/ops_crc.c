/* SPDX-License-Identifier: MIT */
/*
 * CRC32C of any length. Parts are independent, so that several can be in flight: each has the CRC
 * of its own bytes, and those are put together.
 *
 * A CRC is linear: what comes before @n bytes counts for the whole as its own CRC times x^(8n),
 * modulo the polynomial (RFC 3720, 12.1). ISA-L has no function for that. The seed of the call is
 * that of the first part.
 */
#include "ops_crc.h"

#define ONE 0x80000000u /* x^0 */
#define X8  0x00800000u /* x^8 */

static uint32_t multiply(uint32_t polynomial, uint32_t a, uint32_t b)
{
	uint32_t product = 0;

	for (uint32_t bit = ONE; bit; bit >>= 1) {
		product ^= a & bit ? b : 0;
		b = b >> 1 ^ (b & 1 ? polynomial : 0);
	}
	return product;
}

uint32_t svai_crc_shift(uint32_t polynomial, uint32_t crc, uint64_t bytes)
{
	if (!crc)
		return 0;
	for (uint32_t power = X8; bytes; bytes >>= 1, power = multiply(polynomial, power, power))
		if (bytes & 1)
			crc = multiply(polynomial, crc, power);
	return crc;
}

static void collect_crc(struct svai_job *job, struct svai_part *part)
{
	uint32_t *crc = job->collect_context;

	*crc = svai_crc_shift(SVAI_CRC32C, *crc, part->bytes) ^ part->op.record.crc;
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
