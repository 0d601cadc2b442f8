/* SPDX-License-Identifier: MIT */
/*
 * Compression of a buffer.
 *
 * The device gets chunks, several at once, each of which becomes one block: with the codes that a
 * count of the first chunk's symbols suggests, and an empty stored block behind it, so that it ends
 * with a byte. None refers to another one. A chunk that does not get smaller is stored.
 */
#include <stdlib.h>
#include <string.h>

#include "crc_shift.h"
#include "deflate.h"
#include "kept.h"
#include "least.h"
#include "operation.h"
#include "options.h"
#include "pick.h"
#include "policy.h"
#include "populate.h"
#include "probe.h"
#include "tables.h"

#define STORED_MOST    65535u /* bytes of one stored block */
#define STORED_HEADER  5u
#define LEAST_TRANSFER 4096u  /* of a queue that is any use here */
#define LEAST_CHUNK    65536u /* to compress: of smaller blocks, sva_deflate_bound() knows nothing */
#define OVERHEAD       64u    /* of a stored chunk, at most */

/*
 * Options, and who does it.
 */

int svai_deflate_options(struct sva_deflate_opts *opts, const struct sva_deflate_opts *from,
			 bool inflate)
{
	int err = svai_read_options(opts, sizeof(*opts), from,
				    offsetof(struct sva_deflate_opts, flags));

	if (err)
		return err;
	if (opts->format > (inflate ? SVA_DEFLATE_AUTO : SVA_DEFLATE_GZIP) || opts->level > 3 ||
	    opts->flags & ~(SVA_DEFLATE_FIXED | SVA_DEFLATE_NO_VERIFY | SVA_DEFLATE_NEAR) ||
	    opts->reserved)
		return -EINVAL;
	return svai_igzip_usable();
}

unsigned int svai_deflate_level(const struct sva_deflate_opts *opts)
{
	return opts->level ? opts->level : 1;
}

unsigned int svai_deflate_window(const struct sva_deflate_opts *opts, uint32_t why)
{
	return why && !(opts->flags & SVA_DEFLATE_NEAR) ? SVAI_WINDOW : SVAI_DEVICE_WINDOW;
}

bool svai_cpu_is_allowed(const struct sva_wq *wq)
{
	struct sva_policy policy;

	svai_policy_now(svai_handle(wq), &policy);
	return !(policy.flags & SVA_POLICY_NO_CPU);
}

static uint32_t why_cpu(struct svai_handle *h, const struct sva_policy *policy, unsigned int opcode,
			uint64_t size)
{
	if (h->path == SVA_PATH_CPU || svai_pool_is_empty(h))
		return SVA_WHY_NO_DEVICE;
	if (!h->iax || !sva_opmask_has(&h->limits.opcodes, opcode) ||
	    h->limits.max_transfer < (opcode == SVA_IAX_OP_COMPRESS ? LEAST_CHUNK : LEAST_TRANSFER))
		return SVA_WHY_UNSUPPORTED;
	if (!(policy->flags & SVA_POLICY_NO_CPU) && size < policy->threshold)
		return SVA_WHY_SMALL;
	return 0;
}

int svai_deflate_begin(struct sva_wq *wq, const struct svai_flow *flow, unsigned int opcode,
		       const struct sva_deflate_opts *from, struct sva_deflate_opts *opts,
		       struct sva_outcome *outcome, struct sva_outcome *all)
{
	struct sva_policy policy;
	int err = svai_handle_state(wq);

	if (!err)
		err = svai_deflate_options(opts, from, opcode == SVA_IAX_OP_DECOMPRESS);
	if (err)
		return err;
	if ((!flow->out && flow->out_size) || (!flow->in && flow->in_size) ||
	    !svai_is_range(flow->in, flow->in_size) || !svai_is_range(flow->out, flow->out_size) ||
	    svai_overlap(flow->in, flow->in_size, flow->out, flow->out_size) ||
	    (outcome && outcome->size < offsetof(struct sva_outcome, device_bytes)))
		return -EINVAL;
	if (svai_policy_memory(svai_handle(wq), flow->in, flow->in_size, false) ||
	    svai_policy_memory(svai_handle(wq), flow->out, flow->out_size, true))
		return -EFAULT;
	*all = (struct sva_outcome){ .size = sizeof(*all) };
	svai_policy_read(svai_handle(wq), &policy);
	all->why = why_cpu(svai_handle(wq), &policy, opcode, flow->in_size);
	if (all->why && policy.flags & SVA_POLICY_NO_CPU) {
		err = all->why == SVA_WHY_NO_DEVICE ? -ENODEV : -EOPNOTSUPP;
		all->why = 0;
		if (outcome)
			svai_give_result(outcome, all, sizeof(*all));
		return err;
	}
	if (!flow->in_size) /* nothing to be given to a device */
		all->why = all->why ? all->why : SVA_WHY_SMALL;
	return 0;
}

void svai_outcome_add(struct sva_outcome *sum, const struct sva_outcome *job)
{
	sum->why |= job->why;
	sum->parts += job->parts;
	sum->faults += job->faults;
	sum->resumed += job->resumed;
	if (job->fault_addr)
		sum->fault_addr = job->fault_addr;
	if (job->status)
		sum->status = job->status;
}

/*
 * The device.
 */

struct chunk {
	const uint8_t *src;
	uint32_t size;
	uint32_t out_size; /* bytes; 0: it is to be stored */
	uint32_t crc;
};

/* What the device writes; kept for the next call, because it has its pages. */
struct workspace {
	struct sva_iax_compress_aecs aecs;
	struct sva_iax_histogram histogram;
	uint8_t out[SVAI_PARTS][SVAI_CHUNK + OVERHEAD] __attribute__((aligned(64)));
	uint8_t not_written[SVAI_CHUNK];
};

/* As many chunks as are compressed at once. */
struct round {
	const struct svai_deflation *d;
	struct workspace *w;
	struct chunk chunks[SVAI_PARTS];
	unsigned int count;
	unsigned int next, done; /* of a job */
	bool end;                /* the last one is that of the stream */
	uint32_t declined;       /* SVA_WHY_*: the device does not do it */
};

static void *kept[1];

static struct workspace *take_workspace(void)
{
	struct workspace *w = svai_kept_take(kept, 1);

	return w ? w : aligned_alloc(64, (sizeof(*w) + 63) & -(size_t)64);
}

static uint64_t stored_size(uint64_t size)
{
	return size + STORED_HEADER * ((size + STORED_MOST - 1) / STORED_MOST + !size);
}

static bool is_last(const struct round *r, const struct chunk *c)
{
	return r->end && c == &r->chunks[r->count - 1];
}

/* Each of the jobs goes through the chunks, as one part each. Returns 1: the device declines. */
static int run(struct round *r, uint64_t size,
	       void (*next)(struct svai_job *job, struct svai_part *part),
	       void (*collect)(struct svai_job *job, struct svai_part *part),
	       struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = svai_job_begin(&job, r->d->wq, size, NULL);

	if (err)
		return err;
	r->next = r->done = 0;
	job.iax = job.declines = true;
	job.deadline = r->d->deadline;
	job.next = next;
	job.collect = collect;
	job.next_context = job.collect_context = r;
	*outcome = (struct sva_outcome){ .size = sizeof(*outcome) };
	err = svai_job_run(&job, outcome);
	svai_outcome_add(r->d->outcome, outcome);
	r->declined = job.declined;
	return err ? err : r->declined != 0;
}

static void next_statistics(struct svai_job *job, struct svai_part *part)
{
	struct round *r = job->next_context;
	const struct chunk *c = &r->chunks[0];

	sva_iax_prep_statistics(&part->iax, &r->w->histogram, c->src, c->size, SVA_IAX_COMP_FLUSH,
				0);
	part->desc = part->iax.op.desc;
	part->bytes = c->size;
}

static int make_tables(struct round *r)
{
	struct sva_outcome outcome;
	int err;

	svai_tables_fixed(&r->w->aecs);
	if (r->d->opts->flags & SVA_DEFLATE_FIXED)
		return 0;
	memset(&r->w->histogram, 0, sizeof(r->w->histogram));
	err = run(r, r->chunks[0].size, next_statistics, NULL, &outcome);
	if (!err)
		svai_tables_dynamic(&r->w->aecs, &r->w->histogram);
	return err;
}

static void next_compress(struct svai_job *job, struct svai_part *part)
{
	struct round *r = job->next_context;
	const struct chunk *c = &r->chunks[r->next];
	uint32_t flags = SVA_IAX_COMP_FLUSH |
			 (is_last(r, c) ? SVA_IAX_COMP_EOB_FINAL : SVA_IAX_COMP_EOB_STORED);

	sva_iax_prep_compress(&part->iax, r->w->out[r->next++], (uint32_t)stored_size(c->size),
			      c->src, c->size, flags, 0);
	sva_iax_op_set_aecs(&part->iax, &r->w->aecs, sizeof(r->w->aecs), 0);
	part->desc = part->iax.op.desc;
	part->bytes = c->size;
}

/* Most likely it did not fit. */
static void collect_compress(struct svai_job *job, struct svai_part *part)
{
	struct round *r = job->collect_context;
	struct chunk *c = &r->chunks[r->done++];
	const struct sva_iax_record *record = &part->iax.record;

	c->crc = record->crc;
	if (record->status == SVA_STATUS_SUCCESS && record->output_size < stored_size(c->size))
		c->out_size = record->output_size;
}

/* The next chunk that is not stored. */
static unsigned int compressed(const struct round *r, unsigned int i)
{
	while (!r->chunks[i].out_size)
		i++;
	return i;
}

/* Nothing is written; that the stream ends where it should, is part of the proof. */
static void next_verify(struct svai_job *job, struct svai_part *part)
{
	struct round *r = job->next_context;
	unsigned int i = compressed(r, r->next);
	const struct chunk *c = &r->chunks[i];
	uint32_t flags = SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_FLUSH | SVA_IAX_DECOMP_CHECK_EOB |
			 SVA_IAX_DECOMP_NO_OUTPUT;

	if (is_last(r, c))
		flags |= SVA_IAX_DECOMP_STREAM;
	sva_iax_prep_decompress(&part->iax, r->w->not_written, c->size, r->w->out[i], c->out_size,
				flags, 0);
	part->desc = part->iax.op.desc;
	part->bytes = c->size;
	r->next = i + 1;
}

static void collect_verify(struct svai_job *job, struct svai_part *part)
{
	struct round *r = job->collect_context;
	unsigned int i = compressed(r, r->done);
	const struct sva_iax_record *record = &part->iax.record;

	r->done = i + 1;
	if (record->status == SVA_STATUS_SUCCESS && record->crc == r->chunks[i].crc)
		return;
	r->chunks[i].out_size = 0;
	r->d->outcome->why |= SVA_WHY_ERROR;
	r->d->outcome->status = record->status;
}

static uint64_t size_of(const struct round *r, bool only_compressed)
{
	uint64_t size = 0;

	for (unsigned int i = 0; i < r->count; i++)
		if (!only_compressed || r->chunks[i].out_size)
			size += r->chunks[i].size;
	return size;
}

/* Returns 1: the CPU has to do it. */
static int compress_round(struct round *r)
{
	struct sva_outcome outcome, verified;
	int err = make_tables(r);

	if (!err)
		err = run(r, size_of(r, false), next_compress, collect_compress, &outcome);
	if (!err && !(r->d->opts->flags & SVA_DEFLATE_NO_VERIFY) && size_of(r, true))
		err = run(r, size_of(r, true), next_verify, collect_verify, &verified);
	if (err)
		return err;
	r->d->outcome->bytes += outcome.bytes;
	r->d->outcome->device_bytes += outcome.device_bytes;
	return 0;
}

/*
 * From the chunks to the stream.
 */

static void store(struct svai_flow *flow, const uint8_t *src, uint32_t size, bool final)
{
	do {
		uint32_t some = (uint32_t)svai_least(size, STORED_MOST);
		const uint8_t header[STORED_HEADER] = { final && some == size, (uint8_t)some,
							(uint8_t)(some >> 8), (uint8_t)~some,
							(uint8_t)(~some >> 8) };

		memcpy(flow->out, header, sizeof(header));
		memcpy(flow->out + sizeof(header), src, some);
		flow->out += sizeof(header) + some;
		flow->out_size -= sizeof(header) + some;
		src += some;
		size -= some;
	} while (size);
}

static void add_to_check(struct svai_check *check, const struct chunk *c)
{
	if (check->format != SVA_DEFLATE_GZIP || !c->out_size) {
		svai_check_add(check, c->src, c->size);
		return;
	}
	svai_crc32_append(&check->sum, c->crc, c->size, SVAI_CRC32);
	check->size += c->size;
}

static int append(const struct round *r, struct svai_flow *flow)
{
	for (unsigned int i = 0; i < r->count; i++) {
		const struct chunk *c = &r->chunks[i];
		uint64_t size = c->out_size ? c->out_size : stored_size(c->size);

		if (size > flow->out_size)
			return -ENOSPC;
		if (!c->out_size) {
			store(flow, c->src, c->size, is_last(r, c));
		} else {
			memcpy(flow->out, r->w->out[i], c->out_size);
			flow->out += c->out_size;
			flow->out_size -= c->out_size;
		}
		add_to_check(r->d->check, c);
	}
	return 0;
}

/* A round that the device does not do; the next one may be its again. */
static int compress_on_cpu(const struct round *r, struct svai_flow *flow, const uint8_t *src)
{
	const struct svai_deflation *d = r->d;
	size_t size = (size_t)(flow->in - src);
	struct svai_flow chunks = { src, size, flow->out, flow->out_size };
	struct svai_compressor *c;
	int done;

	/* Of bad memory, the device has looked at the first page. */
	if (r->declined & SVA_WHY_FAULT && svai_populate((uintptr_t)src, size, false))
		return -EFAULT;
	c = svai_compressor_get(svai_deflate_level(d->opts), SVAI_DEVICE_WINDOW);
	if (!c)
		return -ENOMEM;
	svai_count_cpu(svai_handle(d->wq)->shards, r->declined);
	svai_probe_cpu_all(svai_handle(d->wq), SVA_IAX_OP_COMPRESS, size, r->declined);
	svai_check_add(d->check, src, size);
	done = svai_compress(c, &chunks, r->end ? SVAI_FINISH : SVAI_SYNC);
	svai_compressor_put(c);
	flow->out = chunks.out;
	flow->out_size = chunks.out_size;
	d->outcome->why |= r->declined;
	d->outcome->parts++;
	d->outcome->bytes += size;
	return done ? 0 : -ENOSPC;
}

static void cut(struct round *r, struct svai_flow *flow, bool end)
{
	uint64_t most =
		svai_least(svai_handle(r->d->wq)->limits.max_transfer - OVERHEAD, SVAI_CHUNK);

	for (r->count = 0; r->count < SVAI_PARTS && flow->in_size; r->count++) {
		uint32_t size = (uint32_t)svai_least(flow->in_size, most);

		r->chunks[r->count] = (struct chunk){ flow->in, size, 0, 0 };
		flow->in += size;
		flow->in_size -= size;
	}
	r->end = end && !flow->in_size;
}

/* A queue that has failed is not asked again; of a pool, other queues may come. */
static int compress(struct round *r)
{
	r->declined = r->d->outcome->why & SVA_WHY_DEAD;
	if (r->declined && svai_handle(r->d->wq)->path != SVA_PATH_POOL &&
	    svai_cpu_is_allowed(r->d->wq))
		return 1;
	return compress_round(r);
}

int svai_deflate_chunks(const struct svai_deflation *d, struct svai_flow *flow, bool end)
{
	struct round r = { .d = d, .w = take_workspace() };
	int err = r.w ? 0 : -ENOMEM;

	while (!err && flow->in_size) {
		const uint8_t *src = flow->in;

		cut(&r, flow, end);
		err = compress(&r);
		if (err >= 0)
			err = err ? compress_on_cpu(&r, flow, src) : append(&r, flow);
	}
	svai_kept_put(kept, 1, r.w);
	return err;
}

/*
 * The call.
 */

static int deflate_on_cpu(struct svai_flow *flow, const struct sva_deflate_opts *opts,
			  struct svai_check *check)
{
	struct svai_compressor *c = svai_compressor_get(svai_deflate_level(opts),
							svai_deflate_window(opts, SVA_WHY_SMALL));
	int ended;

	if (!c)
		return -ENOMEM;
	svai_check_add(check, flow->in, flow->in_size);
	ended = svai_compress(c, flow, SVAI_FINISH);
	svai_compressor_put(c);
	return ended ? 0 : -ENOSPC;
}

static int deflate_on_device(struct sva_wq *wq, struct svai_flow *flow,
			     const struct sva_deflate_opts *opts, struct svai_check *check,
			     struct sva_outcome *outcome)
{
	const struct svai_deflation d = { wq, opts, svai_policy_deadline(svai_handle(wq)), check,
					  outcome };

	return svai_deflate_chunks(&d, flow, true);
}

/* Header, data, trailer. */
static int deflate(struct sva_wq *wq, struct svai_flow *flow, const struct sva_deflate_opts *opts,
		   struct sva_outcome *outcome)
{
	uint8_t frame[SVAI_HEADER_MAX];
	unsigned int n =
		svai_header_write(opts->format, svai_deflate_window(opts, outcome->why), frame);
	unsigned int trailer = svai_trailer_size(opts->format);
	struct svai_check check;
	int err;

	if (flow->out_size < n + trailer)
		return -ENOSPC;
	memcpy(flow->out, frame, n);
	flow->out += n;
	flow->out_size -= n + trailer;
	svai_check_begin(&check, opts->format);
	if (outcome->why)
		err = deflate_on_cpu(flow, opts, &check);
	else
		err = deflate_on_device(wq, flow, opts, &check, outcome);
	if (err)
		return err;
	n = svai_trailer_write(&check, frame);
	memcpy(flow->out, frame, n);
	flow->out += n;
	return 0;
}

size_t sva_deflate_bound(size_t size)
{
	size_t blocks = size / 32768 + 8;

	if (size > SIZE_MAX - STORED_HEADER * blocks - SVAI_HEADER_MAX - SVAI_TRAILER_MAX)
		return SIZE_MAX;
	return size + STORED_HEADER * blocks + SVAI_HEADER_MAX + SVAI_TRAILER_MAX;
}

int sva_deflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t src_size,
		const struct sva_deflate_opts *user_opts, struct sva_outcome *outcome)
{
	struct svai_flow flow = { src, src_size, dst, dst_size ? *dst_size : 0 };
	struct sva_outcome all;
	struct sva_deflate_opts opts;
	int err =
		svai_deflate_begin(wq, &flow, SVA_IAX_OP_COMPRESS, user_opts, &opts, outcome, &all);

	if (!err && !dst_size)
		err = -EINVAL;
	if (err)
		return err;
	if (all.why) {
		all.parts = 1;
		svai_count_cpu(svai_handle(wq)->shards, all.why);
		svai_probe_cpu_all(svai_handle(wq), SVA_IAX_OP_COMPRESS, src_size, all.why);
	}
	err = deflate(wq, &flow, &opts, &all);
	if (!err)
		*dst_size = (size_t)(flow.out - (uint8_t *)dst);
	all.bytes = err ? 0 : src_size; /* of what is too long, no part is of use */
	if (outcome)
		svai_give_result(outcome, &all, sizeof(all));
	return err;
}
