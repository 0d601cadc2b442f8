/* SPDX-License-Identifier: MIT */
/*
 * Streams that are inflated by the device.
 *
 * It reads a copy of the input, which is kept from the beginning on: when the device refuses, the
 * CPU inflates it anew, leaves out what has been given already, and goes on. Of a stream that is
 * known to be one for the device, only the last part is kept.
 *
 * The device says success, and that it has used all input, whether the data have ended or not.
 * Where they may have, it is asked again, for less and less input, if they end there. They may have
 * where the trailer is found that would be right, or its beginning; raw data, which have none,
 * always.
 */
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "least.h"
#include "operation.h"
#include "options.h"
#include "policy.h"
#include "probe.h"
#include "stream.h"

/*
 * Bytes that an operation may hold in its AECS when its output is full: the end may be in them,
 * when the next operation finds it, or in the trailer's room behind.
 */
#define BEHIND     (8 * SVA_IAX_ACCUMULATOR + SVAI_TRAILER_MAX)
#define SMALL_COST 512u /* bytes that the CPU inflates in the time of a small operation */

_Static_assert(SVA_STREAM_REST >= BEHIND, "what may have to be given back");
_Static_assert(SVAI_INPUT >= 2 * (SVAI_CHUNK + BEHIND), "of two operations");

static void *kept[1];

int svai_stream_device_begin(struct sva_stream *s, bool near, uint64_t minimum)
{
	struct svai_stream_device *d = svai_kept_take(kept, 1);

	if (!d)
		d = aligned_alloc(64, (sizeof(*d) + 63) & -(size_t)64);
	if (!d)
		return -ENOMEM;
	memset(d, 0, offsetof(struct svai_stream_device, aecs));
	d->f.wq = s->wq;
	d->f.outcome = &s->outcome;
	d->keeps = !near && svai_cpu_is_allowed(s->wq);
	d->minimum = minimum;
	svai_inflation_begin(&d->f, d->aecs);
	s->device = d;
	return 0;
}

void svai_stream_device_end(struct sva_stream *s)
{
	svai_kept_put(kept, 1, s->device);
	s->device = NULL;
	s->result = NULL;
}

/*
 * Input.
 */

/* Make room, but for what may still be looked at. */
static void cut(struct svai_stream_device *d)
{
	size_t away = d->last - svai_least(d->last, BEHIND);

	d->taken -= away;
	d->done -= away;
	d->last -= away;
	d->cut |= away > 0;
	memmove(d->input, d->input + away, d->taken);
}

/* What an operation reads; returns the bytes. */
static size_t take(struct sva_stream *s, struct svai_flow *flow)
{
	struct svai_stream_device *d = s->device;
	size_t n = svai_least(SVAI_CHUNK, svai_handle(s->wq)->limits.max_transfer);

	n = svai_least(flow->in_size, n);
	if (!d->keeps && n > SVAI_INPUT - d->taken)
		cut(d);
	n = svai_least(n, SVAI_INPUT - d->taken);
	if (n)
		memcpy(d->input + d->taken, flow->in, n);
	flow->in += n;
	flow->in_size -= n;
	d->taken += n;
	return n;
}

static void give_back(struct sva_stream *s, struct svai_flow *flow)
{
	struct svai_stream_device *d = s->device;

	d->taken -= svai_stream_give_back(s, flow, d->taken - d->done);
}

/*
 * The CPU takes over.
 */

/* It reads again what this step has taken: perhaps there is no room yet for what it makes. */
static int take_over(struct sva_stream *s, struct svai_flow *flow, uint32_t why)
{
	struct svai_stream_device *d = s->device;

	s->outcome.why |= why;
	s->outcome.parts++;
	svai_count_cpu(svai_handle(s->wq)->shards, why);
	svai_probe_cpu_all(svai_handle(s->wq), SVA_IAX_OP_DECOMPRESS, 0, why);
	s->decompressor = svai_decompressor_get();
	d->taken -= svai_stream_give_back(s, flow, d->taken);
	d->done = 0;
	s->again = s->check.size;
	return s->decompressor ? 0 : -ENOMEM;
}

/* What svai_inflation_run() has returned. */
static int refused(struct sva_stream *s, struct svai_flow *flow, int err)
{
	struct svai_stream_device *d = s->device;

	if (err == 1)
		return take_over(s, flow, d->f.declined);
	if (err != -EBADMSG)
		return err;
	svai_far_remember(svai_handle(s->wq), d->f.far);
	if (!svai_cpu_is_allowed(s->wq) && d->f.far && !(s->opts.flags & SVA_DEFLATE_NEAR))
		return -EOPNOTSUPP;
	if (!svai_cpu_is_allowed(s->wq) || d->cut || (!d->keeps && d->f.far))
		return -EBADMSG;
	return take_over(s, flow, SVA_WHY_UNSUPPORTED);
}

/*
 * The end of the data.
 */

/* Where the trailer may stand, from *@at on, or what is there of it. */
static bool find_trailer(const struct sva_stream *s, size_t *at)
{
	const struct svai_stream_device *d = s->device;
	const uint8_t *byte = d->input + *at, *end = d->input + svai_least(d->done + 1, d->taken);
	uint8_t expected[SVAI_TRAILER_MAX];
	unsigned int size = svai_trailer_write(&s->check, expected);

	for (; size && byte < end; byte++) {
		byte = memchr(byte, expected[0], (size_t)(end - byte));
		if (!byte)
			return false;
		*at = (size_t)(byte - d->input);
		if (!memcmp(byte, expected, svai_least(size, d->taken - *at)))
			return true;
	}
	return false;
}

/* Of the input of the last operation, how many bytes are data? */
struct search {
	size_t least, most;
	bool ends; /* at @most, or before; else it is not known */
};

static int narrow(struct svai_stream_device *d, struct search *x, size_t guess)
{
	int err;

	d->f.flow.out = d->block;
	d->f.flow.out_size = sizeof(d->block);
	err = svai_inflation_ask(&d->f, d->input + d->last, guess);
	if (!err && d->f.ended) {
		x->most = guess;
		x->ends = true;
	} else if (!err) {
		x->least = guess + 1;
	}
	return err;
}

static int search(struct svai_stream_device *d, struct search *x, size_t guess)
{
	int err = 0;

	if (guess < x->most)
		err = narrow(d, x, guess);
	if (!err && !x->ends)
		err = narrow(d, x, x->most);
	if (!err && x->ends && x->most == guess && guess)
		err = narrow(d, x, guess - 1);
	while (!err && x->ends && x->least < x->most)
		err = narrow(d, x, x->least + (x->most - x->least) / 2);
	return err;
}

/* @from: where it may be first; @ask: even if there is no trailer */
static int find_end(struct sva_stream *s, struct svai_flow *flow, size_t from, bool ask)
{
	struct svai_stream_device *d = s->device;
	struct search x = { 0, d->done - d->last, false };
	size_t end = from;
	bool found = find_trailer(s, &end);
	int err;

	if (!found && !ask && s->check.format != SVA_DEFLATE_RAW)
		return 0;
	d->may_be_end = false;
	err = search(d, &x, found && end >= d->last ? end - d->last : x.most);
	if (err || !x.ends)
		return err ? refused(s, flow, err) : 0;
	/* What ends before its first byte, ends in what the AECS had. */
	if (x.most || !found || end > d->last)
		end = d->last + x.most;
	svai_far_remember(svai_handle(s->wq), false);
	svai_stream_end_data(s, flow, d->input + end, d->taken - end);
	return 0;
}

/*
 * Going on.
 */

static void add_output(struct sva_stream *s, struct svai_flow *flow, uint8_t *out, size_t made)
{
	if (s->check.format == SVA_DEFLATE_ZLIB) {
		svai_check_add(&s->check, out, made);
	} else {
		s->check.sum = s->device->f.crc;
		s->check.size += made;
	}
	s->outcome.bytes += made;
	s->outcome.device_bytes += made;
	if (out == flow->out) {
		flow->out += made;
		flow->out_size -= made;
	} else {
		s->result = out;
		s->result_size = made;
	}
}

/* To the caller's memory, or, where there is little room, to the block. */
static int operate(struct sva_stream *s, struct svai_flow *flow, bool last)
{
	struct svai_stream_device *d = s->device;
	uint8_t *out = flow->out_size < SVAI_CHUNK ? d->block : flow->out;
	size_t made;
	int err;

	d->f.flow = (struct svai_flow){ d->input + d->done, d->taken - d->done, out, SVAI_CHUNK };
	d->f.no_cpu = d->cut;
	err = svai_inflation_run(&d->f, false);
	if (err && err != -ENOSPC)
		return refused(s, flow, err);
	d->last = d->done;
	d->done = (size_t)(d->f.flow.in - d->input);
	d->more = err == -ENOSPC;
	d->may_be_end = !d->more;
	made = (size_t)(d->f.flow.out - out);
	add_output(s, flow, out, made);
	if (d->more) {
		give_back(s, flow);
		return 0;
	}
	return find_end(s, flow, d->last - svai_least(d->last, BEHIND), last || !made);
}

/* Many small operations take longer than to inflate all by the CPU. */
static bool is_worth_it(struct svai_stream_device *d, size_t input)
{
	d->small += input && input < d->minimum;
	return !d->keeps || d->small * SMALL_COST <= d->taken;
}

/* Returns 1: there is more to do; 0; or -errno. */
static int step(struct sva_stream *s, struct svai_flow *flow, bool end)
{
	struct svai_stream_device *d = s->device;
	size_t input = take(s, flow);
	bool last = end && !flow->in_size;
	int err = 0;

	if (!input && flow->in_size)
		return take_over(s, flow, SVA_WHY_UNSUPPORTED);
	if (d->may_be_end)
		err = find_end(s, flow, d->done, last && !input);
	if (err || s->data_done || s->decompressor)
		return err;
	if (!flow->out_size || (!input && !d->more)) {
		give_back(s, flow);
		return 0;
	}
	err = is_worth_it(d, input) ? operate(s, flow, last) : take_over(s, flow, SVA_WHY_SMALL);
	return err ? err : flow->in_size || d->more;
}

int svai_stream_by_device(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush)
{
	int more = 1;

	s->device->f.deadline = s->deadline;
	while (more > 0 && !s->data_done && !s->decompressor && svai_stream_give(s, flow))
		more = step(s, flow, flush == SVA_FLUSH_END);
	if (more < 0)
		return more;
	svai_stream_give(s, flow);
	return 0;
}

/*
 * What is wrong with a stream that has not come to its end.
 */

/* Inflate all input, and forget it. Returns as svai_decompress(); @flow is what follows the data.
 */
static int inflate_again(struct svai_flow *flow, uint64_t *made)
{
	struct svai_decompressor *c = svai_decompressor_get();
	uint8_t out[16384], rest[8];
	int ended = 0;

	if (!c)
		return -ENOMEM;
	*made = 0;
	do {
		flow->out = out;
		flow->out_size = sizeof(out);
		ended = svai_decompress(c, flow);
		*made += sizeof(out) - flow->out_size;
	} while (!ended && !flow->out_size);
	if (ended > 0) {
		unsigned int n = svai_decompress_rest(c, rest);

		flow->in -= n;
		flow->in_size += n;
	}
	svai_decompressor_put(c);
	return ended;
}

int svai_stream_device_verdict(const struct sva_stream *s)
{
	const struct svai_stream_device *d = s->device;
	struct svai_flow flow = { d->input, d->taken, NULL, 0 };
	uint8_t expected[SVAI_TRAILER_MAX];
	uint64_t made;
	int ended;

	if (!d->keeps)
		return -ENODATA;
	ended = inflate_again(&flow, &made);
	if (ended <= 0)
		return ended ? ended : -ENODATA;
	svai_trailer_write(&s->check, expected);
	flow.in_size = svai_least(flow.in_size, svai_trailer_size(s->header.format));
	return made != s->check.size || memcmp(flow.in, expected, flow.in_size) ? -EBADMSG
										: -ENODATA;
}
