/* SPDX-License-Identifier: MIT */
/*
 * Inflating a buffer.
 *
 * The device says neither where a stream ends, nor can it do those that look back further than
 * 4096 bytes. So what it has done counts only if the checksum, taken from where the trailer must
 * be, is right; otherwise the CPU begins anew.
 */
#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "operation.h"
#include "options.h"

#define SKIP_MOST 64 /* calls */

/*
 * Streams for which the device's window is too small come seldom alone. After one, the CPU does
 * some calls without asking; each time twice as many, until one succeeds at the device.
 */

static bool is_skipped(struct svai_handle *h)
{
	uint32_t left = __atomic_load_n(&h->far_skip, __ATOMIC_RELAXED);

	if (left)
		__atomic_store_n(&h->far_skip, left - 1, __ATOMIC_RELAXED);
	return left;
}

static void remember(struct svai_handle *h, bool far)
{
	uint32_t length = __atomic_load_n(&h->far_length, __ATOMIC_RELAXED);

	if (!far && !length)
		return;
	length = !far ? 0 : length ? 2 * length : 1;
	length = length < SKIP_MOST ? length : SKIP_MOST;
	__atomic_store_n(&h->far_length, length, __ATOMIC_RELAXED);
	__atomic_store_n(&h->far_skip, length, __ATOMIC_RELAXED);
}

/*
 * The device.
 */

struct inflation {
	struct svai_flow flow;
	size_t most;    /* bytes of an operation, on either side */
	void *aecs;     /* two copies; NULL: one operation does it */
	bool second;    /* the second one is read */
	uint32_t piece; /* bytes of the operation */
	uint64_t device_bytes;
	uint32_t crc;
	bool ended;
	bool far;
	int err;
};

static uint32_t least(size_t a, size_t b)
{
	return (uint32_t)(a < b ? a : b);
}

static void next_piece(struct svai_job *job, struct svai_part *part)
{
	struct inflation *f = job->next_context;
	bool last;
	uint32_t decomp;

	f->piece = least(f->flow.in_size, f->most);
	last = f->piece == f->flow.in_size;
	decomp = SVA_IAX_DECOMP_STREAM & ~(last ? 0 : SVA_IAX_DECOMP_CHECK_EOB);
	sva_iax_prep_decompress(&part->iax, f->flow.out, least(f->flow.out_size, f->most),
				f->flow.in, f->piece, decomp, 0);
	if (f->aecs)
		sva_iax_op_set_aecs(&part->iax, f->aecs, sizeof(struct sva_iax_decompress_aecs),
				    (last ? SVA_IAX_FLAG_AECS_OVERFLOW : SVA_IAX_FLAG_AECS_WRITE) |
					    (f->second ? SVA_IAX_FLAG_AECS_TOGGLE : 0));
	part->desc = part->iax.op.desc;
	part->bytes = f->piece;
}

static void collect_piece(struct svai_job *job, struct svai_part *part)
{
	struct inflation *f = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;
	bool full = record->status == SVA_STATUS_OUTPUT_OVERFLOW;
	uint32_t used = full ? least(record->bytes_completed, f->piece) : f->piece;
	uint32_t made = least(record->output_size, f->flow.out_size);

	job->stop = true;
	if (record->status == SVA_STATUS_ANALYTICS || (full && f->aecs && !used && !made)) {
		f->far = record->error_code == SVA_IAX_ERROR_DISTANCE;
		f->err = -EBADMSG;
		return;
	}
	f->flow.in += used;
	f->flow.in_size -= used;
	f->flow.out += made;
	f->flow.out_size -= made;
	f->device_bytes += part->on_device ? made : 0;
	f->crc = record->crc;
	f->second = !f->second;
	if (full && (!f->aecs || !f->flow.out_size))
		f->err = -ENOSPC;
	else if (!full && !f->flow.in_size)
		f->ended = true;
	else
		job->stop = false;
	job->left = f->flow.in_size + !job->stop; /* the AECS may hold all the rest */
}

/* Where it begins: at the header of a block. */
static int make_aecs(struct inflation *f)
{
	struct sva_iax_decompress_aecs *aecs;

	if (f->flow.in_size <= f->most && f->flow.out_size <= f->most)
		return 0;
	aecs = aligned_alloc(64, 2 * sizeof(*aecs));
	if (!aecs)
		return -ENOMEM;
	memset(aecs, 0, 2 * sizeof(*aecs));
	aecs->state = SVA_IAX_STATE_HEADER;
	f->aecs = aecs;
	return 0;
}

static int run(struct sva_wq *wq, struct inflation *f, struct sva_outcome *all)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct svai_job job;
	int err = svai_job_begin(&job, wq, f->flow.in_size, NULL);

	if (!err)
		err = make_aecs(f);
	if (err)
		return err;
	job.iax = true;
	job.window = 1;
	job.next = next_piece;
	job.collect = collect_piece;
	job.next_context = job.collect_context = f;
	err = svai_job_run(&job, &outcome);
	svai_outcome_add(all, &outcome);
	free(f->aecs);
	if (!err && !f->err && !f->ended)
		err = -EBADMSG;
	return err ? err : f->err;
}

/*
 * Is it the trailer? If there is a second place where it might stand, the stream may have ended
 * there: several alike may follow each other.
 */
static bool is_right(const struct svai_check *check, const uint8_t *data, const uint8_t *trailer)
{
	uint8_t expected[SVAI_TRAILER_MAX];
	unsigned int size = svai_trailer_write(check, expected);

	return !size || memmem(data, (size_t)(trailer - data) + size, expected, size) == trailer;
}

/* 1: the CPU has to do it; 0; or -errno. Of the flow, the header is behind us. */
static int inflate_on_device(struct sva_wq *wq, struct svai_flow *flow,
			     enum sva_deflate_format format, struct sva_outcome *all)
{
	struct svai_handle *h = svai_handle(wq);
	unsigned int trailer = svai_trailer_size(format);
	struct inflation f = { .flow = *flow, .most = h->limits.max_transfer };
	struct svai_check check;
	int err;

	if (flow->in_size <= trailer)
		return 1;
	f.flow.in_size -= trailer;
	err = run(wq, &f, all);
	if (err == -EBADMSG)
		remember(h, f.far);
	if (err && err != -ENOSPC)
		return err == -EBADMSG ? 1 : err;
	svai_check_begin(&check, format);
	check.size = (uint64_t)(f.flow.out - flow->out);
	check.sum = f.crc;
	if (format == SVA_DEFLATE_ZLIB && f.ended) {
		svai_check_begin(&check, format);
		svai_check_add(&check, flow->out, (size_t)(f.flow.out - flow->out));
	}
	if (f.ended && !is_right(&check, flow->in, f.flow.in))
		return 1;
	remember(h, false);
	*flow = f.flow;
	flow->in += trailer;
	all->bytes = check.size;
	all->device_bytes = f.device_bytes;
	return err;
}

/*
 * The CPU.
 */

/* The output may be full where nothing more is to come but the end. */
static int decompress_to_end(struct svai_decompressor *d, struct svai_flow *flow)
{
	int ended = svai_decompress(d, flow);
	uint8_t more;

	if (!ended && !flow->out_size) {
		struct svai_flow end = { flow->in, flow->in_size, &more, 1 };

		ended = svai_decompress(d, &end);
		flow->in = end.in;
		flow->in_size = end.in_size;
		if (!end.out_size)
			return -ENOSPC;
	}
	if (ended)
		return ended < 0 ? ended : 0;
	return flow->in_size ? -EBADMSG : -ENODATA;
}

static int inflate_on_cpu(struct svai_flow *flow, enum sva_deflate_format format,
			  struct sva_outcome *all)
{
	struct svai_decompressor *d = svai_decompressor_get();
	unsigned int trailer = svai_trailer_size(format), rest = 0;
	uint8_t *start = flow->out, bytes[8];
	struct svai_check check;
	int err;

	if (!d)
		return -ENOMEM;
	err = decompress_to_end(d, flow);
	if (!err)
		rest = svai_decompress_rest(d, bytes);
	svai_decompressor_put(d);
	flow->in -= rest;
	flow->in_size += rest;
	all->bytes = (uint64_t)(flow->out - start);
	if (err)
		return err;
	if (flow->in_size < trailer)
		return -ENODATA;
	svai_check_begin(&check, format);
	svai_check_add(&check, start, (size_t)(flow->out - start));
	if (!is_right(&check, flow->in, flow->in))
		return -EBADMSG;
	flow->in += trailer;
	flow->in_size -= trailer;
	return 0;
}

/*
 * The call.
 */

static int inflate(struct sva_wq *wq, struct svai_flow *flow, enum sva_deflate_format format,
		   struct sva_outcome *all)
{
	struct svai_header header = { .format = format };
	int err = svai_header_read(&header, flow);

	if (err <= 0)
		return err ? err : -ENODATA;
	if (!all->why && header.window > SVAI_DEVICE_WINDOW && flow->out_size > SVA_IAX_HISTORY)
		all->why = SVA_WHY_UNSUPPORTED;
	if (!all->why && is_skipped(svai_handle(wq)))
		all->why = SVA_WHY_UNSUPPORTED;
	if (!all->why) {
		err = inflate_on_device(wq, flow, header.format, all);
		if (err <= 0)
			return err;
		all->why |= SVA_WHY_UNSUPPORTED;
	}
	all->parts++;
	SVAI_COUNT_CPU(svai_handle(wq), all->why);
	return inflate_on_cpu(flow, header.format, all);
}

int sva_inflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t *src_size,
		const struct sva_deflate_opts *user_opts, struct sva_outcome *outcome)
{
	struct svai_flow flow = { src, src_size ? *src_size : 0, dst, dst_size ? *dst_size : 0 };
	struct sva_outcome all;
	struct sva_deflate_opts opts;
	int err = svai_deflate_begin(wq, &flow, SVA_IAX_OP_DECOMPRESS, user_opts, &opts, outcome,
				     &all);

	if (!err && (!dst_size || !src_size))
		err = -EINVAL;
	if (err)
		return err;
	err = inflate(wq, &flow, opts.format, &all);
	*dst_size = (size_t)(flow.out - (uint8_t *)dst);
	*src_size = (size_t)(flow.in - (const uint8_t *)src);
	if (outcome)
		svai_give_result(outcome, &all, sizeof(all));
	return err;
}
