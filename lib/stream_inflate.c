/* SPDX-License-Identifier: MIT */
/* Streams that are inflated: header, data by the device or the CPU, trailer. */
#include <string.h>

#include "least.h"
#include "operation.h"
#include "policy.h"
#include "probe.h"
#include "stream.h"

/*
 * The CPU.
 */

/* What the device has made; the CPU may need more input before it makes the last of that. */
static int leave_out(struct sva_stream *s, struct svai_flow *flow)
{
	struct svai_flow left_out = { flow->in, flow->in_size, NULL, 0 };
	uint8_t again[16384];
	int ended = 0;

	while (s->again && !ended && !left_out.out_size) {
		size_t some = svai_least(s->again, sizeof(again));

		left_out.out = again;
		left_out.out_size = some;
		ended = svai_decompress(s->decompressor, &left_out);
		s->again -= some - left_out.out_size;
	}
	flow->in = left_out.in;
	flow->in_size = left_out.in_size;
	return ended > 0 && s->again ? -EBADMSG : ended;
}

static int decompress(struct sva_stream *s, struct svai_flow *flow)
{
	uint8_t *out = flow->out;
	int ended = leave_out(s, flow);

	if (ended < 0 || s->again)
		return ended;
	ended = svai_decompress(s->decompressor, flow);
	svai_check_add(&s->check, out, (size_t)(flow->out - out));
	s->outcome.bytes += (uint64_t)(flow->out - out);
	return ended;
}

/* What was taken for the device. */
static int decompress_taken(struct sva_stream *s, struct svai_flow *flow)
{
	struct svai_stream_device *d = s->device;
	struct svai_flow taken = { d->input + d->done, d->taken - d->done, flow->out,
				   flow->out_size };
	int ended = decompress(s, &taken);
	uint8_t rest[8];

	d->done = (size_t)(taken.in - d->input);
	flow->out = taken.out;
	flow->out_size = taken.out_size;
	if (ended > 0) {
		d->done -= svai_decompress_rest(s->decompressor, rest);
		svai_stream_end_data(s, flow, d->input + d->done, d->taken - d->done);
	} else if (!ended) {
		d->taken -= svai_stream_give_back(s, flow, d->taken - d->done);
	}
	if (d->done == d->taken || s->data_done)
		svai_stream_device_end(s);
	return ended < 0 ? ended : 0;
}

static int by_cpu(struct sva_stream *s, struct svai_flow *flow)
{
	uint8_t rest[8] = { 0 };
	int ended;

	if (!svai_stream_give(s, flow)) /* the last of the device's */
		return 0;
	if (s->device) {
		ended = decompress_taken(s, flow);
		if (ended < 0 || s->device || s->data_done)
			return ended;
	}
	ended = decompress(s, flow);
	if (ended > 0)
		svai_stream_end_data(s, flow, rest, svai_decompress_rest(s->decompressor, rest));
	return ended < 0 ? ended : 0;
}

/*
 * Who does it?
 */

static int begin_data(struct sva_stream *s, const struct svai_flow *flow)
{
	struct svai_handle *h = svai_handle(s->wq);
	bool near = s->opts.flags & SVA_DEFLATE_NEAR ||
		    (s->header.window && s->header.window <= SVAI_DEVICE_WINDOW);
	uint32_t why = s->why;
	struct sva_policy policy;

	svai_policy_read(h, &policy);
	if (!why && !(policy.flags & SVA_POLICY_NO_CPU)) {
		if (flow->in_size < policy.threshold)
			why = SVA_WHY_SMALL;
		else if (!near && (s->header.window || svai_far_expected(h)))
			why = SVA_WHY_UNSUPPORTED;
	}
	if (!why)
		return svai_stream_device_begin(s, near, policy.threshold);
	s->outcome.why |= why;
	s->outcome.parts++;
	svai_count_cpu(h->shards, why);
	svai_probe_cpu_all(h, SVA_IAX_OP_DECOMPRESS, 0, why);
	s->decompressor = svai_decompressor_get();
	return s->decompressor ? 0 : -ENOMEM;
}

static int inflate_data(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int err = 0;

	if (!s->decompressor && !s->device) {
		if (!flow->in_size)
			return 0;
		err = begin_data(s, flow);
	}
	if (!err && !s->decompressor)
		err = svai_stream_by_device(s, flow, flush);
	if (!err && s->decompressor && !s->data_done)
		err = by_cpu(s, flow);
	return err;
}

/*
 * The framing.
 */

static bool next_byte(struct sva_stream *s, struct svai_flow *flow, uint8_t *byte)
{
	if (s->rest_at < s->rest_size) {
		*byte = s->rest[s->rest_at++];
		return true;
	}
	if (!flow->in_size)
		return false;
	*byte = *flow->in++;
	flow->in_size--;
	return true;
}

static int check_trailer(struct sva_stream *s, struct svai_flow *flow)
{
	unsigned int size = svai_trailer_size(s->header.format);
	uint8_t expected[SVAI_TRAILER_MAX];

	while (s->frame_size < size && next_byte(s, flow, &s->frame[s->frame_size]))
		s->frame_size++;
	if (s->frame_size < size)
		return 0;
	svai_trailer_write(&s->check, expected);
	if (memcmp(s->frame, expected, size))
		return -EBADMSG;
	s->ended = true;
	return 1;
}

static int read_header(struct sva_stream *s, struct svai_flow *flow)
{
	int err = svai_header_read(&s->header, flow);

	s->begun = err > 0;
	if (s->begun)
		svai_check_begin(&s->check, s->header.format);
	return err < 0 ? err : 0;
}

int svai_stream_inflate(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int err = s->begun ? 0 : read_header(s, flow);

	if (!err && s->begun && !s->data_done)
		err = inflate_data(s, flow, flush);
	if (!err && s->data_done && svai_stream_give(s, flow))
		err = check_trailer(s, flow);
	if (!err && flush == SVA_FLUSH_END && !flow->in_size && flow->out_size)
		return s->device && !s->decompressor ? svai_stream_device_verdict(s) : -ENODATA;
	return err;
}
