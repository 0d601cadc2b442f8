/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <sva/status.h>
#include <sva/wq.h>

#include "sides.h"

uint64_t by_device;

uint32_t dice_below(struct dice *dice, uint32_t n)
{
	dice->state = dice->state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(dice->state >> 33) % n;
}

/*
 * Whole buffers.
 */

struct buffer by_sva(struct sva_wq *wq, const struct buffer *data,
		     const struct sva_deflate_opts *opts)
{
	struct buffer packed = buffer_new(sva_deflate_bound(data->size));
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	size_t size = packed.size;
	int err = sva_deflate(wq, packed.data, &size, data->data, data->size, opts, &outcome);

	if (err)
		give_up("sva_deflate: %s", sva_strerror(err));
	if (outcome.bytes != data->size)
		give_up("sva_deflate: the outcome says %zu bytes", (size_t)outcome.bytes);
	by_device += outcome.device_bytes;
	return buffer_cut(packed, size);
}

void sva_reads(struct sva_wq *wq, const struct buffer *packed, enum sva_deflate_format format,
	       const struct buffer *data)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = format };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct buffer back = buffer_new(data->size); /* no more room than it needs */
	size_t in = packed->size;
	int err = sva_inflate(wq, back.data, &back.size, packed->data, &in, &opts, &outcome);

	if (err || in != packed->size)
		give_up("sva_inflate: %s, after %zu of %zu bytes", sva_strerror(err), in,
			packed->size);
	expect_same("sva_inflate", &back, data);
	by_device += outcome.device_bytes;
	free(back.data);
}

/*
 * Streams. Each piece of input and each piece of room is a buffer of its own, exactly as large.
 */

struct pieces {
	struct sva_stream *stream;
	const struct buffer *all; /* the input */
	size_t fed;               /* of that */
	struct buffer in, out;
	struct sva_stream_io io;
	struct buffer made; /* the output */
	size_t room;        /* of made */
	struct dice *dice;
	uint32_t most;
};

static void feed(struct pieces *p)
{
	size_t left = p->all->size - p->fed, size = 1 + dice_below(p->dice, p->most);

	size = size < left ? size : left;
	free(p->in.data);
	p->in = buffer_new(size);
	memcpy(p->in.data, p->all->data + p->fed, size);
	p->fed += size;
	p->io.in = p->in.data;
	p->io.in_size = size;
}

static void collect(struct pieces *p)
{
	size_t size = p->out.size - p->io.out_size;

	if (p->made.size + size > p->room)
		give_up("stream: more than %zu bytes", p->room);
	if (size)
		memcpy(p->made.data + p->made.size, p->out.data, size);
	p->made.size += size;
	free(p->out.data);
	p->out = buffer_new(1 + dice_below(p->dice, p->most));
	p->io.out = p->out.data;
	p->io.out_size = p->out.size;
}

static void begin(struct pieces *p, const struct buffer *all, size_t room, struct dice *dice,
		  uint32_t most)
{
	*p = (struct pieces){ .all = all,
			      .made = { buffer_new(room).data, 0 },
			      .room = room,
			      .dice = dice,
			      .most = most };
	collect(p);
}

static struct buffer end(struct pieces *p)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };

	collect(p);
	if (sva_stream_outcome(p->stream, &outcome))
		give_up("sva_stream_outcome");
	by_device += outcome.device_bytes;
	sva_stream_close(p->stream);
	free(p->in.data);
	free(p->out.data);
	return buffer_cut(p->made, p->made.size);
}

struct buffer by_sva_stream(struct sva_wq *wq, const struct buffer *data,
			    const struct sva_deflate_opts *opts, struct dice *dice, uint32_t most)
{
	enum sva_flush flush = SVA_FLUSH_NONE;
	struct pieces p;
	int done = 0, err;

	/* A flush costs some bytes, and none comes without input. */
	begin(&p, data, sva_deflate_bound(data->size) + data->size * 16 + 1024, dice, most);
	err = sva_deflate_open(&p.stream, wq, opts);
	if (err)
		give_up("sva_deflate_open: %s", sva_strerror(err));
	while (!done || flush != SVA_FLUSH_END) {
		if (!p.io.in_size && p.fed < data->size && (done || flush == SVA_FLUSH_NONE)) {
			feed(&p);
			flush = dice_below(dice, 16) ? SVA_FLUSH_NONE : SVA_FLUSH_SYNC;
		}
		if (p.fed == data->size)
			flush = SVA_FLUSH_END;
		done = sva_stream_run(p.stream, &p.io, flush);
		if (done < 0)
			give_up("deflate by sva_stream_run: %s", sva_strerror(done));
		if (!p.io.out_size)
			collect(&p);
	}
	return end(&p);
}

void sva_stream_reads(struct sva_wq *wq, const struct buffer *packed,
		      enum sva_deflate_format format, const struct buffer *data, struct dice *dice,
		      uint32_t most)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = format };
	struct buffer back;
	struct pieces p;
	uint8_t rest[SVA_STREAM_REST];
	int ended = 0, err;

	begin(&p, packed, data->size, dice, most);
	err = sva_inflate_open(&p.stream, wq, &opts);
	if (err)
		give_up("sva_inflate_open: %s", sva_strerror(err));
	while (!ended) {
		if (!p.io.in_size && p.fed < packed->size)
			feed(&p);
		ended = sva_stream_run(p.stream, &p.io, SVA_FLUSH_NONE);
		if (ended < 0)
			give_up("inflate by sva_stream_run: %s", sva_strerror(ended));
		if (!p.io.out_size)
			collect(&p);
		else if (!ended && p.fed == packed->size)
			give_up("inflate by sva_stream_run: no end after all input");
	}
	if (p.fed - p.io.in_size - sva_stream_rest(p.stream, rest) != packed->size)
		give_up("inflate by sva_stream_run: the end is not where the stream ends");
	back = end(&p);
	expect_same("inflate by sva_stream_run", &back, data);
	free(back.data);
}

/*
 * The queue.
 */

void queue_close(struct sva_wq *wq)
{
	bool cpu = sva_wq_path(wq) == SVA_PATH_CPU;
	int err = sva_wq_close(wq);

	working_on("the queue");
	if (err)
		give_up("sva_wq_close: %s", sva_strerror(err));
	if (cpu ? by_device : !by_device)
		give_up("the device has done %zu bytes", (size_t)by_device);
}
