/* SPDX-License-Identifier: MIT */
/*
 * Streams that are compressed.
 *
 * What a device is to do is collected until it is worth a submission. What the CPU does goes from
 * the caller's memory to the caller's memory.
 */
#include <string.h>

#include "least.h"
#include "operation.h"
#include "stream.h"

/* Of header or trailer, what has room; is all of it gone? */
static bool give_frame(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = svai_least(s->frame_size - s->frame_at, flow->out_size);

	svai_stream_put(flow, s->frame + s->frame_at, some);
	s->frame_at += (unsigned int)some;
	if (s->frame_at < s->frame_size)
		return false;
	s->frame_at = s->frame_size = 0;
	return true;
}

/*
 * Compression by the device.
 */

static int compress_block(struct sva_stream *s, const uint8_t *in, size_t size, bool end)
{
	struct svai_flow flow = { in, size, s->result, sva_deflate_bound(SVAI_COLLECTED) };
	const struct svai_deflation d = { s->wq, &s->opts, s->deadline, &s->check, &s->outcome };
	static const uint8_t nothing[] = { 1, 0, 0, 0xff, 0xff }; /* a final stored block */
	int err = 0;

	if (size)
		err = svai_deflate_chunks(&d, &flow, end);
	else if (end)
		svai_stream_put(&flow, nothing, sizeof(nothing));
	s->result_size = (size_t)(flow.out - s->result);
	s->block_size = 0;
	return err;
}

/* Of much input, the device reads it where it is. */
static int fill_block(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = svai_least(SVAI_COLLECTED - s->block_size, flow->in_size);
	const uint8_t *in = flow->in;

	flow->in += some;
	flow->in_size -= some;
	if (some == SVAI_COLLECTED && flow->in_size) /* else it may be the end */
		return compress_block(s, in, some, false);
	memcpy(s->block + s->block_size, in, some);
	s->block_size += some;
	return 0;
}

static int deflate_on_device(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int err = 0;

	while (svai_stream_give(s, flow) && !s->data_done && !err) {
		bool full = s->block_size == SVAI_COLLECTED;

		if (flow->in_size && !full) {
			err = fill_block(s, flow);
			continue;
		}
		if (!full &&
		    (flush == SVA_FLUSH_NONE || (flush == SVA_FLUSH_SYNC && !s->block_size)))
			return flush == SVA_FLUSH_SYNC;
		s->data_done = flush == SVA_FLUSH_END && !flow->in_size;
		err = compress_block(s, s->block, s->block_size, s->data_done);
	}
	return err ? err : s->data_done && !s->result_size;
}

/*
 * Compression by the CPU.
 */

/*
 * A flush that has too little room begins anew the next time, and the one after that. So it gets
 * room enough. The output is full afterwards, or all of it is there.
 */
static int flush_on_cpu(struct sva_stream *s, struct svai_flow *flow)
{
	struct svai_flow own = { flow->in, flow->in_size, s->frame, sizeof(s->frame) };
	bool empty;

	if (s->flushed && !flow->in_size)
		return 1;
	if (flow->out_size >= sizeof(s->frame)) {
		s->flushed = svai_compress(s->compressor, flow, SVAI_SYNC);
		return s->flushed;
	}
	s->flushed = svai_compress(s->compressor, &own, SVAI_SYNC);
	flow->in = own.in;
	flow->in_size = own.in_size;
	s->frame_size = (unsigned int)(own.out - s->frame);
	empty = give_frame(s, flow);
	return s->flushed && empty;
}

static int deflate_on_cpu(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	const uint8_t *in = flow->in;
	int done;

	if (flush == SVA_FLUSH_SYNC) {
		done = flush_on_cpu(s, flow);
	} else {
		s->flushed = s->flushed && !flow->in_size;
		done = svai_compress(s->compressor, flow,
				     flush == SVA_FLUSH_END ? SVAI_FINISH : SVAI_GO_ON);
	}
	svai_check_add(&s->check, in, (size_t)(flow->in - in));
	s->outcome.bytes += (uint64_t)(flow->in - in);
	s->data_done = done && flush == SVA_FLUSH_END;
	return done;
}

int svai_stream_deflate(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int done = 1;

	if (!s->begun) {
		s->frame_size = svai_header_write(s->opts.format,
						  svai_deflate_window(&s->opts, s->why), s->frame);
		s->begun = true;
	}
	if (!s->data_done) {
		if (!give_frame(s, flow)) /* the header */
			return 0;
		done = s->why ? deflate_on_cpu(s, flow, flush) : deflate_on_device(s, flow, flush);
		if (done < 0 || !s->data_done)
			return done;
		s->frame_size = svai_trailer_write(&s->check, s->frame);
	}
	s->ended = svai_stream_give(s, flow) && give_frame(s, flow);
	return s->ended;
}
