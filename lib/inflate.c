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
#include "inflate_whole.h"
#include "inflation.h"
#include "operation.h"
#include "options.h"
#include "policy.h"
#include "probe.h"

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

/*
 * The device.
 */

/* Larger ones in several operations; else @aecs is not needed. */
static int run(struct svai_inflation *f)
{
	size_t most = svai_handle(f->wq)->limits.max_transfer;
	struct sva_iax_decompress_aecs *aecs = NULL;
	int err;

	if (f->flow.in_size > most || f->flow.out_size > most) {
		aecs = aligned_alloc(64, 2 * sizeof(*aecs));
		if (!aecs)
			return -ENOMEM;
		svai_inflation_begin(f, aecs);
	}
	err = svai_inflation_run(f, true);
	free(aecs);
	return err;
}

/* The device refuses, or has come to another end than the stream's. */
static int refused(struct svai_inflation *f, int err)
{
	if (!svai_cpu_is_allowed(f->wq))
		return err;
	f->outcome->why |= SVA_WHY_UNSUPPORTED;
	return 1;
}

/* 1: the CPU has to do it; 0; or -errno. Of the flow, the header is behind us. */
static int inflate_on_device(struct sva_wq *wq, struct svai_flow *flow,
			     enum sva_deflate_format format, struct sva_outcome *all)
{
	unsigned int trailer = svai_trailer_size(format);
	struct svai_inflation f = { .wq = wq,
				    .outcome = all,
				    .deadline = svai_policy_deadline(svai_handle(wq)),
				    .flow = *flow };
	struct svai_check check;
	int err;

	if (flow->in_size <= trailer)
		return refused(&f, -ENODATA);
	f.flow.in_size -= trailer;
	err = run(&f);
	if (err == -EBADMSG || err == -ENODATA) {
		svai_far_remember(svai_handle(wq), f.far);
		return refused(&f, f.far ? -EOPNOTSUPP : err);
	}
	if (err && err != -ENOSPC)
		return err;
	svai_check_begin(&check, format);
	check.size = (uint64_t)(f.flow.out - flow->out);
	check.sum = f.crc;
	if (format == SVA_DEFLATE_ZLIB && !err) {
		svai_check_begin(&check, format);
		svai_check_add(&check, flow->out, (size_t)(f.flow.out - flow->out));
	}
	if (!err && !is_right(&check, flow->in, f.flow.in))
		return refused(&f, -EOPNOTSUPP);
	svai_far_remember(svai_handle(wq), false);
	*flow = f.flow;
	flow->in += err ? 0 : trailer;
	all->bytes = all->device_bytes = check.size;
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

static int decompress(struct svai_flow *flow)
{
	struct svai_decompressor *d;
	unsigned int rest = 0;
	uint8_t bytes[8];
	int err;

	if (svai_inflate_whole(flow))
		return 0;
	d = svai_decompressor_get();
	if (!d)
		return -ENOMEM;
	err = decompress_to_end(d, flow);
	if (!err)
		rest = svai_decompress_rest(d, bytes);
	svai_decompressor_put(d);
	flow->in -= rest;
	flow->in_size += rest;
	return err;
}

static int inflate_on_cpu(struct svai_flow *flow, enum sva_deflate_format format,
			  struct sva_outcome *all)
{
	unsigned int trailer = svai_trailer_size(format);
	uint8_t *start = flow->out;
	struct svai_check check;
	int err = decompress(flow);

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

static int inflate(struct sva_wq *wq, struct svai_flow *flow, const struct sva_deflate_opts *opts,
		   struct sva_outcome *all)
{
	struct svai_header header = { .format = opts->format };
	bool near = opts->flags & SVA_DEFLATE_NEAR || !svai_cpu_is_allowed(wq);
	int err = svai_header_read(&header, flow);

	if (err <= 0)
		return err ? err : -ENODATA;
	if (!all->why && !near && header.window > SVAI_DEVICE_WINDOW &&
	    flow->out_size > SVA_IAX_HISTORY)
		all->why = SVA_WHY_UNSUPPORTED;
	if (!all->why && !near && svai_far_expected(svai_handle(wq)))
		all->why = SVA_WHY_UNSUPPORTED;
	if (!all->why) {
		err = inflate_on_device(wq, flow, header.format, all);
		if (err <= 0)
			return err;
	}
	all->parts++;
	svai_count_cpu(svai_handle(wq)->shards, all->why);
	svai_probe_cpu_all(svai_handle(wq), SVA_IAX_OP_DECOMPRESS, flow->in_size, all->why);
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
	err = inflate(wq, &flow, &opts, &all);
	*dst_size = (size_t)(flow.out - (uint8_t *)dst);
	*src_size = (size_t)(flow.in - (const uint8_t *)src);
	if (outcome)
		svai_give_result(outcome, &all, sizeof(all));
	return err;
}
