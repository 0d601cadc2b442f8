/* SPDX-License-Identifier: MIT */
/* Streams, in pieces of any size: the interface. */
#include <stdlib.h>
#include <string.h>

#include "operation.h"
#include "options.h"
#include "policy.h"
#include "probe.h"
#include "stream.h"

/*
 * The interface.
 */

int sva_stream_run(struct sva_stream *s, struct sva_stream_io *io, enum sva_flush flush)
{
	struct svai_flow flow;
	int err = s && io && flush <= SVA_FLUSH_END ? svai_handle_state(s->wq) : -EINVAL;

	if (err)
		return err;
	if ((!io->in && io->in_size) || (!io->out && io->out_size) ||
	    !svai_is_range(io->in, io->in_size) || !svai_is_range(io->out, io->out_size))
		return -EINVAL;
	if (s->error || s->ended)
		return s->error ? s->error : 1;
	if (svai_policy_memory(svai_handle(s->wq), io->in, io->in_size, false) ||
	    svai_policy_memory(svai_handle(s->wq), io->out, io->out_size, true))
		return s->error = -EFAULT;
	flow = (struct svai_flow){ io->in, io->in_size, io->out, io->out_size };
	s->in = flow.in;
	s->deadline = svai_policy_deadline(svai_handle(s->wq));
	err = s->inflates ? svai_stream_inflate(s, &flow, flush)
			  : svai_stream_deflate(s, &flow, flush);
	*io = (struct sva_stream_io){ flow.in, flow.in_size, flow.out, flow.out_size };
	s->error = err < 0 ? err : 0;
	return err;
}

unsigned int sva_stream_rest(const struct sva_stream *s, void *rest)
{
	unsigned int size;

	if (!s || !rest || !s->inflates || !s->ended)
		return 0;
	size = s->rest_size - s->rest_at;
	memcpy(rest, s->rest + s->rest_at, size);
	return size;
}

int sva_stream_outcome(const struct sva_stream *s, struct sva_outcome *outcome)
{
	if (!s || !outcome || outcome->size < offsetof(struct sva_outcome, device_bytes))
		return -EINVAL;
	svai_give_result(outcome, &s->outcome, sizeof(s->outcome));
	return 0;
}

static void release(struct sva_stream *s)
{
	svai_compressor_put(s->compressor);
	svai_decompressor_put(s->decompressor);
	s->compressor = NULL;
	s->decompressor = NULL;
	if (s->device)
		svai_stream_device_end(s);
}

int sva_stream_reset(struct sva_stream *s)
{
	if (!s)
		return -EINVAL;
	release(s);
	s->error = 0;
	s->begun = s->data_done = s->ended = s->flushed = false;
	s->header = (struct svai_header){ .format = s->opts.format };
	svai_check_begin(&s->check, s->opts.format);
	s->outcome = (struct sva_outcome){ .size = sizeof(s->outcome) };
	s->again = 0;
	s->frame_size = s->frame_at = s->rest_size = s->rest_at = 0;
	s->block_size = s->result_size = s->result_at = 0;
	if (s->inflates || !s->why)
		return 0;
	s->outcome.why = s->why;
	s->outcome.parts = 1;
	s->compressor = svai_compressor_get(svai_deflate_level(&s->opts),
					    svai_deflate_window(&s->opts, s->why));
	s->error = s->compressor ? 0 : -ENOMEM;
	return s->error;
}

void sva_stream_close(struct sva_stream *s)
{
	if (!s)
		return;
	release(s);
	free(s->block);
	free(s->result);
	free(s);
}

static int open_stream(struct sva_stream **stream, struct sva_wq *wq,
		       const struct sva_deflate_opts *opts, bool inflates)
{
	const struct svai_flow some = { NULL, 0, NULL, 0 };
	struct sva_outcome outcome = { .why = 0 };
	struct sva_stream *s;
	int err;

	if (!stream)
		return -EINVAL;
	*stream = NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	err = svai_deflate_begin(wq, &some, inflates ? SVA_IAX_OP_DECOMPRESS : SVA_IAX_OP_COMPRESS,
				 opts, &s->opts, NULL, &outcome);
	s->wq = wq;
	s->inflates = inflates;
	s->why = outcome.why & ~SVA_WHY_SMALL;
	if (!err && !s->why && !inflates) {
		s->block = malloc(SVAI_COLLECTED);
		s->result = malloc(sva_deflate_bound(SVAI_COLLECTED));
		err = s->block && s->result ? 0 : -ENOMEM;
	}
	if (!err)
		err = sva_stream_reset(s);
	if (err) {
		sva_stream_close(s);
		return err;
	}
	if (s->why && !inflates)
		svai_probe_cpu_all(svai_handle(wq), SVA_IAX_OP_COMPRESS, 0, s->why);
	*stream = s;
	return 0;
}

int sva_deflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts)
{
	return open_stream(stream, wq, opts, false);
}

int sva_inflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts)
{
	return open_stream(stream, wq, opts, true);
}
