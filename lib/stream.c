/* SPDX-License-Identifier: MIT */
/*
 * Streams, in pieces of any size.
 *
 * What is compressed by a device is collected until it is worth a submission. What the CPU does
 * goes from the caller's memory to the caller's memory.
 */
#include <stdlib.h>
#include <string.h>

#include "deflate.h"
#include "operation.h"
#include "options.h"

#define BLOCK ((size_t)4 * SVAI_CHUNK) /* bytes that are collected for the device at most */

struct sva_stream {
	struct sva_wq *wq;
	struct sva_deflate_opts opts;
	bool inflates;
	uint32_t why; /* SVA_WHY_*: the CPU does it; 0: the device */
	int error;
	bool begun, data_done, ended;
	struct svai_header header;
	struct svai_check check;
	struct sva_outcome outcome;
	struct svai_compressor *compressor;
	struct svai_decompressor *decompressor;

	/* Bytes that have no room in the caller's output yet, or that wait to be looked at. */
	uint8_t frame[SVAI_HEADER_MAX + SVAI_TRAILER_MAX];
	unsigned int frame_size, frame_at;

	/* For the device. */
	uint8_t *block, *result;
	size_t block_size, result_size, result_at;
};

/*
 * Output that was made before it had room.
 */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void give(struct svai_flow *flow, const uint8_t *from, size_t size)
{
	if (size)
		memcpy(flow->out, from, size);
	flow->out += size;
	flow->out_size -= size;
}

/* Is all of it gone? */
static bool give_frame(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = least(s->frame_size - s->frame_at, flow->out_size);

	give(flow, s->frame + s->frame_at, some);
	s->frame_at += (unsigned int)some;
	if (s->frame_at < s->frame_size)
		return false;
	s->frame_at = s->frame_size = 0;
	return true;
}

static bool give_result(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = least(s->result_size - s->result_at, flow->out_size);

	give(flow, s->result + s->result_at, some);
	s->result_at += some;
	if (s->result_at < s->result_size)
		return false;
	s->result_at = s->result_size = 0;
	return true;
}

/*
 * Compression by the device.
 */

static int compress_block(struct sva_stream *s, const uint8_t *in, size_t size, bool end)
{
	struct svai_flow flow = { in, size, s->result, sva_deflate_bound(BLOCK) };
	static const uint8_t nothing[] = { 1, 0, 0, 0xff, 0xff }; /* a final stored block */
	int err = 0;

	if (size)
		err = svai_deflate_chunks(s->wq, &s->opts, &flow, end, &s->check, &s->outcome);
	else if (end)
		give(&flow, nothing, sizeof(nothing));
	s->result_size = (size_t)(flow.out - s->result);
	s->block_size = 0;
	return err;
}

/* Of much input, the device reads it where it is. */
static int fill_block(struct sva_stream *s, struct svai_flow *flow)
{
	size_t some = least(BLOCK - s->block_size, flow->in_size);
	const uint8_t *in = flow->in;

	flow->in += some;
	flow->in_size -= some;
	if (some == BLOCK && flow->in_size) /* else it may be the end */
		return compress_block(s, in, some, false);
	memcpy(s->block + s->block_size, in, some);
	s->block_size += some;
	return 0;
}

static int deflate_on_device(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int err = 0;

	while (give_result(s, flow) && !s->data_done && !err) {
		bool full = s->block_size == BLOCK;

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

static int deflate_on_cpu(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	const uint8_t *in = flow->in;
	int done = svai_compress(s->compressor, flow,
				 flush == SVA_FLUSH_END    ? SVAI_FINISH
				 : flush == SVA_FLUSH_SYNC ? SVAI_SYNC
							   : SVAI_GO_ON);

	svai_check_add(&s->check, in, (size_t)(flow->in - in));
	s->outcome.bytes += (uint64_t)(flow->in - in);
	s->data_done = done && flush == SVA_FLUSH_END;
	return done;
}

/* 1: all that @flush asks for is done. */
static int run_deflate(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int done = 1;

	if (!s->begun) {
		s->frame_size = svai_header_write(
			s->opts.format, s->why ? SVAI_WINDOW : SVAI_DEVICE_WINDOW, s->frame);
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
	s->ended = give_result(s, flow) && give_frame(s, flow);
	return s->ended;
}

/*
 * Inflating.
 */

/* What was taken behind the data is the beginning of the trailer, and perhaps more. */
static int end_data(struct sva_stream *s)
{
	s->data_done = true;
	s->frame_size = svai_decompress_rest(s->decompressor, s->frame);
	return 0;
}

static int inflate_data(struct sva_stream *s, struct svai_flow *flow)
{
	uint8_t *out = flow->out;
	int ended = svai_decompress(s->decompressor, flow);

	svai_check_add(&s->check, out, (size_t)(flow->out - out));
	s->outcome.bytes += (uint64_t)(flow->out - out);
	return ended > 0 ? end_data(s) : ended;
}

static int check_trailer(struct sva_stream *s, struct svai_flow *flow)
{
	unsigned int size = svai_trailer_size(s->header.format);
	uint8_t expected[SVAI_TRAILER_MAX];

	while (s->frame_size < size && flow->in_size) {
		s->frame[s->frame_size++] = *flow->in++;
		flow->in_size--;
	}
	if (s->frame_size < size)
		return 0;
	svai_trailer_write(&s->check, expected);
	if (memcmp(s->frame, expected, size))
		return -EBADMSG;
	s->frame_at = size;
	s->ended = true;
	return 1;
}

static int run_inflate(struct sva_stream *s, struct svai_flow *flow)
{
	int err;

	if (!s->begun) {
		err = svai_header_read(&s->header, flow);
		if (err <= 0)
			return err;
		s->begun = true;
		svai_check_begin(&s->check, s->header.format);
	}
	if (!s->data_done) {
		err = inflate_data(s, flow);
		if (err < 0 || !s->data_done)
			return err;
	}
	return check_trailer(s, flow);
}

/* Where they can be given back, they are. */
static void give_back(struct sva_stream *s, struct svai_flow *flow, size_t taken)
{
	size_t some = least(s->frame_size - s->frame_at, taken);

	if (!s->inflates || !s->ended)
		return;
	flow->in -= some;
	flow->in_size += some;
	s->frame_size -= (unsigned int)some;
}

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
	flow = (struct svai_flow){ io->in, io->in_size, io->out, io->out_size };
	err = s->inflates ? run_inflate(s, &flow) : run_deflate(s, &flow, flush);
	give_back(s, &flow, io->in_size - flow.in_size);
	*io = (struct sva_stream_io){ flow.in, flow.in_size, flow.out, flow.out_size };
	s->error = err < 0 ? err : 0;
	return err;
}

unsigned int sva_stream_rest(const struct sva_stream *s, void *rest)
{
	unsigned int size;

	if (!s || !rest || !s->inflates || !s->ended)
		return 0;
	size = s->frame_size - s->frame_at;
	memcpy(rest, s->frame + s->frame_at, size);
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
}

int sva_stream_reset(struct sva_stream *s)
{
	if (!s)
		return -EINVAL;
	release(s);
	s->error = 0;
	s->begun = s->data_done = s->ended = false;
	s->header = (struct svai_header){ .format = s->opts.format };
	svai_check_begin(&s->check, s->opts.format);
	s->outcome = (struct sva_outcome){ .size = sizeof(s->outcome),
					   .why = s->why,
					   .parts = s->why ? 1 : 0 };
	s->frame_size = s->frame_at = 0;
	s->block_size = s->result_size = s->result_at = 0;
	if (s->inflates)
		s->decompressor = svai_decompressor_get();
	else if (s->why)
		s->compressor = svai_compressor_get(svai_deflate_level(&s->opts), SVAI_WINDOW);
	return s->decompressor || s->compressor || s->block ? 0 : -ENOMEM;
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
	/* A device could not be relieved in the middle of a stream. */
	if (inflates)
		s->why = s->why ? s->why : SVA_WHY_UNSUPPORTED;
	if (!err && s->why && svai_handle(wq)->policy.flags & SVA_POLICY_NO_CPU)
		err = -EOPNOTSUPP;
	if (!err && !s->why) {
		s->block = malloc(BLOCK);
		s->result = malloc(sva_deflate_bound(BLOCK));
		err = s->block && s->result ? 0 : -ENOMEM;
	}
	if (!err)
		err = sva_stream_reset(s);
	if (err)
		sva_stream_close(s);
	else
		*stream = s;
	return err;
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
