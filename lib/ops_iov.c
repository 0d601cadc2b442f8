/* SPDX-License-Identifier: MIT */
/* Calls over lists of buffers: a part is of one buffer of each list. */
#include <limits.h>

#include "cpu/crc_library.h"
#include "least.h"
#include "ops_crc.h"
#include "small.h"

/* Where a list is read or written next. */
struct cursor {
	const struct iovec *iov;
	size_t used; /* bytes of it */
};

struct lists {
	struct cursor dst, src;
	bool copy;     /* else CRC of the source */
	uint32_t seed; /* of the next part */
};

/* Bytes of a list, or -EINVAL. */
static int64_t total(const struct iovec *iov, size_t count)
{
	uint64_t bytes = 0;

	if (!iov && count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (!svai_is_range(iov[i].iov_base, iov[i].iov_len) ||
		    iov[i].iov_len > SSIZE_MAX - bytes)
			return -EINVAL;
		bytes += iov[i].iov_len;
	}
	return (int64_t)bytes;
}

/* Past buffers that are used up or empty; there is one that is not. */
static char *position(struct cursor *c)
{
	while (c->used == c->iov->iov_len) {
		c->iov++;
		c->used = 0;
	}
	return (char *)c->iov->iov_base + c->used;
}

static size_t left_at(const struct cursor *c)
{
	return c->iov->iov_len - c->used;
}

/* Take the next bytes, at most @most; returns how many. @dst: NULL unless they are copied */
static size_t next_bytes(struct lists *lists, size_t most, char **dst, const char **src)
{
	size_t bytes;

	*src = position(&lists->src);
	*dst = lists->copy ? position(&lists->dst) : NULL;
	bytes = svai_least(most, left_at(&lists->src));
	if (*dst)
		bytes = svai_least(bytes, left_at(&lists->dst));
	lists->src.used += bytes;
	lists->dst.used += *dst ? bytes : 0;
	return bytes;
}

static int run_small(struct lists *lists, size_t left, uint32_t *crc)
{
	uint32_t reg = ~lists->seed;
	const char *src;
	char *dst;

	for (size_t bytes; left; left -= bytes) {
		bytes = next_bytes(lists, left, &dst, &src);
		if (dst)
			memmove(dst, src, bytes);
		else
			reg = svai_crc32c(reg, (const uint8_t *)src, bytes);
	}
	if (crc)
		*crc = ~reg;
	return 0;
}

static void next_of_lists(struct svai_job *job, struct svai_part *part)
{
	struct lists *lists = job->next_context;
	const char *src;
	char *dst;
	uint64_t bytes = next_bytes(lists, job->part_max, &dst, &src);

	if (dst)
		sva_prep_memmove(&part->desc, dst, src, bytes, 0);
	else
		sva_prep_crc(&part->desc, src, bytes, lists->seed, 0);
	lists->seed = 0;
	part->bytes = bytes;
	if (bytes < job->policy.threshold && !(job->policy.flags & SVA_POLICY_NO_CPU))
		part->why = SVA_WHY_SMALL;
}

int sva_memcpy_iov(struct sva_wq *wq, const struct iovec *dst, size_t dst_count,
		   const struct iovec *src, size_t src_count, struct sva_outcome *outcome)
{
	struct lists lists = { .dst.iov = dst, .src.iov = src, .copy = true };
	int64_t size = total(src, src_count);
	struct svai_job job;
	int err;

	if (size < 0 || total(dst, dst_count) != size)
		return svai_invalid(wq);
	if (svai_is_small(wq, (size_t)size, outcome))
		return run_small(&lists, (size_t)size, NULL);
	err = svai_job_begin(&job, wq, (uint64_t)size, outcome);
	if (err)
		return err;
	sva_prep_memmove(&job.desc, NULL, NULL, 0, 0);
	job.next = next_of_lists;
	job.next_context = &lists;
	return svai_job_run(&job, outcome);
}

int sva_crc32c_iov(struct sva_wq *wq, const struct iovec *src, size_t count, uint32_t *crc,
		   struct sva_outcome *outcome)
{
	struct lists lists = { .src.iov = src, .seed = crc ? *crc : 0 };
	int64_t size = total(src, count);
	struct svai_job job;
	int err;

	if (!crc || size < 0)
		return svai_invalid(wq);
	if (svai_is_small(wq, (size_t)size, outcome))
		return run_small(&lists, (size_t)size, crc);
	err = svai_job_begin(&job, wq, (uint64_t)size, outcome);
	if (err)
		return err;
	sva_prep_crc(&job.desc, NULL, 0, 0, 0);
	job.next = next_of_lists;
	job.next_context = &lists;
	return svai_run_crc(&job, crc, outcome);
}
