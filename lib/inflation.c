/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "deflate.h"
#include "inflation.h"
#include "least.h"

#define SKIP_MOST 64 /* streams */

bool svai_far_expected(struct svai_handle *h)
{
	uint32_t left = __atomic_load_n(&h->far_skip, __ATOMIC_RELAXED);

	if (left)
		__atomic_store_n(&h->far_skip, left - 1, __ATOMIC_RELAXED);
	return left;
}

void svai_far_remember(struct svai_handle *h, bool far)
{
	uint32_t length = __atomic_load_n(&h->far_length, __ATOMIC_RELAXED);

	if (!far && !length)
		return;
	length = !far ? 0 : length ? 2 * length : 1;
	length = length < SKIP_MOST ? length : SKIP_MOST;
	__atomic_store_n(&h->far_length, length, __ATOMIC_RELAXED);
	__atomic_store_n(&h->far_skip, length, __ATOMIC_RELAXED);
}

void svai_inflation_begin(struct svai_inflation *f, struct sva_iax_decompress_aecs *aecs)
{
	memset(aecs, 0, 2 * sizeof(*aecs));
	aecs->state = SVA_IAX_STATE_HEADER;
	f->aecs = aecs;
	f->second = false;
}

static int run(struct svai_inflation *f, size_t size,
	       void (*next)(struct svai_job *job, struct svai_part *part),
	       void (*collect)(struct svai_job *job, struct svai_part *part))
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct svai_job job;
	int err = svai_job_begin(&job, f->wq, size + 1, NULL); /* the AECS may have output, too */

	if (err)
		return err;
	job.iax = job.declines = true;
	job.no_cpu = f->no_cpu;
	job.deadline = f->deadline;
	job.window = 1;
	job.next = next;
	job.collect = collect;
	job.next_context = job.collect_context = f;
	f->err = 0;
	err = svai_job_run(&job, &outcome);
	svai_outcome_add(f->outcome, &outcome);
	f->declined = job.declined;
	return err ? err : job.declined ? 1 : f->err;
}

static void set_aecs(const struct svai_inflation *f, struct sva_iax_op *op, bool second,
		     uint32_t flags)
{
	sva_iax_op_set_aecs(op, f->aecs, sizeof(*f->aecs),
			    flags | (second ? SVA_IAX_FLAG_AECS_TOGGLE : 0));
}

/*
 * Going on.
 */

static void next_piece(struct svai_job *job, struct svai_part *part)
{
	struct svai_inflation *f = job->next_context;
	size_t most = job->h->limits.max_transfer;
	uint32_t decomp = SVA_IAX_DECOMP_STREAM;
	bool last;

	f->piece = (uint32_t)svai_least(f->flow.in_size, most);
	last = f->whole && f->piece == f->flow.in_size;
	if (!last)
		decomp &= ~SVA_IAX_DECOMP_CHECK_EOB;
	sva_iax_prep_decompress(&part->iax, f->flow.out,
				(uint32_t)svai_least(f->flow.out_size, most), f->flow.in, f->piece,
				decomp, 0);
	if (f->aecs)
		set_aecs(f, &part->iax, f->second,
			 last ? SVA_IAX_FLAG_AECS_OVERFLOW : SVA_IAX_FLAG_AECS_WRITE);
	part->desc = part->iax.op.desc;
	part->bytes = f->piece;
}

static void collect_piece(struct svai_job *job, struct svai_part *part)
{
	struct svai_inflation *f = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;
	bool full = record->status == SVA_STATUS_OUTPUT_OVERFLOW;
	size_t used = full ? svai_least(record->bytes_completed, f->piece) : f->piece;
	size_t made = svai_least(record->output_size, f->flow.out_size);

	job->stop = true;
	if (record->status == SVA_STATUS_ANALYTICS || (full && f->aecs && !used && !made)) {
		f->far = record->error_code == SVA_IAX_ERROR_DISTANCE;
		f->err = record->error_code == SVA_IAX_ERROR_NO_EOB ? -ENODATA : -EBADMSG;
		return;
	}
	f->flow.in += used;
	f->flow.in_size -= used;
	f->flow.out += made;
	f->flow.out_size -= made;
	f->crc = record->crc;
	f->second = !f->second;
	f->ended = !full && !f->flow.in_size;
	if (full && (!f->aecs || !f->whole || !f->flow.out_size))
		f->err = -ENOSPC;
	else
		job->stop = f->ended || !f->whole;
	job->left = f->flow.in_size + 1;
}

int svai_inflation_run(struct svai_inflation *f, bool whole)
{
	int err;

	f->whole = whole;
	f->ended = false;
	err = run(f, f->flow.in_size, next_piece, collect_piece);
	return !err && whole && !f->ended ? -EBADMSG : err;
}

/*
 * The end. The device says of an operation whether the data end within its input, but not where.
 */

static void next_check(struct svai_job *job, struct svai_part *part)
{
	struct svai_inflation *f = job->next_context;
	size_t room = svai_least(f->flow.out_size, job->h->limits.max_transfer);

	sva_iax_prep_decompress(&part->iax, f->flow.out, (uint32_t)room, f->flow.in, f->piece,
				SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_NO_OUTPUT, 0);
	set_aecs(f, &part->iax, !f->second, 0); /* the copy that the operation has read */
	part->desc = part->iax.op.desc;
	part->bytes = f->piece;
}

static void collect_check(struct svai_job *job, struct svai_part *part)
{
	struct svai_inflation *f = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;

	job->stop = true;
	f->ended = record->status == SVA_STATUS_SUCCESS;
	if (!f->ended && record->error_code != SVA_IAX_ERROR_NO_EOB)
		f->err = -EBADMSG;
}

int svai_inflation_ask(struct svai_inflation *f, const uint8_t *in, size_t size)
{
	f->flow.in = in;
	f->piece = (uint32_t)size;
	return run(f, size, next_check, collect_check);
}
