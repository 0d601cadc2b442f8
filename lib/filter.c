/* SPDX-License-Identifier: MIT */
/*
 * Filters as calls. Where a part of the input has a part of the output of its own, and both begin
 * with a byte, the work is split; otherwise what a queue does not take at once, the CPU does.
 */
#include <stdlib.h>
#include <string.h>

#include <sva/filter.h>

#include "cpu/iax_inflate.h"
#include "deflate.h"
#include "iax_opcode.h"
#include "igzip.h"
#include "job.h"
#include "least.h"
#include "operation.h"
#include "options.h"
#include "policy.h"

#define OUT       (SVA_FILTER_OUT_8 | SVA_FILTER_OUT_16 | SVA_FILTER_OUT_32)
#define WIDEST    32u
#define UNIT      8u  /* elements: they fill whole bytes, whatever their width */
#define RLE_MOST  72u /* bits of an element: a run of its own, of 5 and 4 bytes */
#define SET_MOST  15u /* bits of an element of a set: IAX 1.0 */
#define SET_BYTES (1u << (SET_MOST - 3))

struct filter {
	struct sva_column column;
	unsigned int opcode;
	uint32_t flags;     /* SVA_FILTER_* */
	uint32_t low, high; /* scan, extract */
	const void *src2;
	uint64_t src2_bytes;
	uint32_t src2_width;
	uint8_t *dst;
	uint64_t dst_size;
	bool bits; /* the nominal output is a bit vector */

	uint8_t (*sets)[SET_BYTES]; /* of find unique: each part's own */

	uint64_t elements; /* that go through; 0: those of the column */
	bool sliced;       /* parts have their own input and output; else there is one part */
	uint64_t step;     /* elements of a part */
	uint64_t next;     /* element */
	uint64_t done;     /* elements */
	uint64_t ones;     /* 1 bits before the next element */
	uint64_t used;     /* bytes of output */
	uint8_t last_bits; /* of the last one; 0: all */
	bool far;          /* the column looks back further than a device */
	int err;
	struct sva_filter_result result;
};

/*
 * What the caller has given.
 */

static int check_column(struct sva_column *to, const struct sva_column *from)
{
	int err =
		from ? svai_read_options(to, sizeof(*to), from, offsetof(struct sva_column, width))
		     : -EINVAL;
	bool rle;

	if (err)
		return err;
	rle = to->flags & SVA_COLUMN_RLE;
	if (!to->data || !to->bytes || !to->elements || !svai_is_range(to->data, to->bytes) ||
	    to->flags & ~(SVA_COLUMN_BE | SVA_COLUMN_RLE | SVA_COLUMN_DEFLATED) ||
	    (rle ? to->width || to->flags & SVA_COLUMN_BE : !to->width || to->width > WIDEST))
		return -EINVAL;
	return 0;
}

static bool is_plain(const struct sva_column *column)
{
	return !(column->flags & (SVA_COLUMN_RLE | SVA_COLUMN_DEFLATED));
}

static uint64_t bytes_of(uint64_t elements, uint32_t width)
{
	return (elements * width + 7) / 8;
}

/* Has a column that can be measured all its elements? */
static bool is_whole(const struct sva_column *column)
{
	return !is_plain(column) || (column->elements < UINT64_MAX / WIDEST &&
				     bytes_of(column->elements, column->width) <= column->bytes);
}

/* Bits of an element: those of RLE are the first byte of the data. 0: there is none. */
static uint32_t width_of(const struct sva_column *column)
{
	const uint8_t *data = column->data;
	struct svai_inflate z; /* large, and not touched where it is not used */

	if (!(column->flags & SVA_COLUMN_RLE))
		return column->width;
	if (!(column->flags & SVA_COLUMN_DEFLATED))
		return *data;
	svai_inflate_begin(&z, data, column->bytes, 0);
	svai_inflate(&z, 1);
	return z.chunk_size ? *z.chunk : 0;
}

static uint32_t filter_flags(const struct filter *f)
{
	uint32_t flags = f->column.flags & SVA_COLUMN_RLE  ? SVA_IAX_FILTER_RLE
			 : f->column.flags & SVA_COLUMN_BE ? SVA_IAX_FILTER_BE
							   : SVA_IAX_FILTER_LE;

	if (f->column.width)
		flags |= SVA_IAX_FILTER_WIDTH(f->column.width);
	if (f->src2)
		flags |= SVA_IAX_FILTER_SRC2_WIDTH(f->src2_width);
	if (f->flags & SVA_FILTER_INVERT)
		flags |= SVA_IAX_FILTER_INVERT;
	if (f->flags & SVA_FILTER_OUT_8)
		flags |= SVA_IAX_FILTER_OUT_8;
	if (f->flags & SVA_FILTER_OUT_16)
		flags |= SVA_IAX_FILTER_OUT_16;
	if (f->flags & (SVA_FILTER_OUT_32 | SVA_FILTER_INDICES))
		flags |= SVA_IAX_FILTER_OUT_32;
	return flags;
}

/*
 * Parts.
 */

static uint64_t count_ones(const uint8_t *bits, uint64_t count)
{
	uint64_t ones = 0, word;

	for (; count >= 64; count -= 64, bits += sizeof(word)) {
		memcpy(&word, bits, sizeof(word));
		ones += (unsigned int)__builtin_popcountll(word);
	}
	word = 0;
	memcpy(&word, bits, (count + 7) / 8);
	return ones + (unsigned int)__builtin_popcountll(word & ((UINT64_C(1) << count) - 1));
}

static bool has_range(const struct filter *f)
{
	return f->opcode == SVA_IAX_OP_SCAN || f->opcode == SVA_IAX_OP_EXTRACT;
}

/* Bits of an element of the output; a set has none. */
static uint32_t out_width(const struct filter *f)
{
	if (f->flags & (SVA_FILTER_OUT_32 | SVA_FILTER_INDICES))
		return 32;
	if (f->flags & (SVA_FILTER_OUT_8 | SVA_FILTER_OUT_16))
		return f->flags & SVA_FILTER_OUT_8 ? 8 : 16;
	return f->bits ? 1 : f->column.width;
}

/* What a part reads and writes: bytes, but for the elements. */
struct slice {
	uint64_t from, bytes, elements;
	const uint8_t *src2;
	uint64_t src2_bytes;
	uint8_t *to;
	uint64_t room;
	uint32_t low, high;
};

/* Bytes of output at most: a device is told of no more room, which may be more than it takes. */
static uint64_t most_output(const struct filter *f)
{
	uint32_t width = out_width(f);

	if (f->opcode == SVA_IAX_OP_RLE_BURST)
		return UINT32_MAX;
	if (f->opcode == SVA_IAX_OP_FIND_UNIQUE)
		return SET_BYTES;
	return bytes_of(f->elements, width ? width : WIDEST);
}

static struct slice all_of(const struct filter *f)
{
	return (struct slice){ .bytes = f->column.bytes,
			       .elements = f->elements,
			       .src2 = f->src2,
			       .src2_bytes = f->src2_bytes,
			       .to = f->dst,
			       .room = svai_least(f->dst_size, most_output(f)),
			       .low = f->low,
			       .high = f->high };
}

/* Room at @to for the output of a part. */
static void set_output(const struct filter *f, struct slice *s, uint64_t to, uint64_t room)
{
	s->to = f->dst + svai_least(to, f->dst_size);
	s->room = to < f->dst_size ? svai_least(room, f->dst_size - to) : 0;
}

/* Of the elements that are wanted. The first one may be in the middle of a unit. */
static void extract(const struct filter *f, struct slice *s)
{
	uint64_t first = f->low + f->next, before = first % UNIT;

	s->from = first / UNIT * f->column.width;
	s->low = (uint32_t)before;
	s->high = (uint32_t)(before + s->elements - 1);
	s->elements += before;
	s->bytes = bytes_of(s->elements, f->column.width);
}

/* The elements of the 1 bits are in the output of the one, and in the input of the other. */
static void follow_bits(struct filter *f, struct slice *s)
{
	const uint8_t *bits = (const uint8_t *)f->src2 + f->next / UNIT;
	uint64_t ones = count_ones(bits, s->elements);
	uint32_t out = out_width(f) / 8, in = f->column.width / 8;

	s->src2 = bits;
	s->src2_bytes = bytes_of(s->elements, 1);
	if (f->opcode == SVA_IAX_OP_SELECT) {
		set_output(f, s, f->ones * out, ones * out);
	} else { /* there must be some input, even if it is not used */
		s->from = ones ? f->ones * in : 0;
		s->bytes = (ones ? ones : 1) * in;
	}
	f->ones += ones;
}

static struct slice next_slice(struct filter *f, uint64_t elements)
{
	struct slice s = all_of(f);
	uint32_t out = out_width(f);

	s.elements = elements;
	s.from = f->next / UNIT * f->column.width;
	s.bytes = bytes_of(elements, f->column.width);
	set_output(f, &s, f->next / UNIT * out, bytes_of(elements, out));
	if (f->flags & SVA_FILTER_INDICES)
		set_output(f, &s, f->used, bytes_of(elements, out));
	if (f->opcode == SVA_IAX_OP_EXTRACT)
		extract(f, &s);
	if (f->opcode == SVA_IAX_OP_SELECT || f->opcode == SVA_IAX_OP_EXPAND)
		follow_bits(f, &s);
	if (f->sets) {
		s.to = f->sets[f->next / f->step % SVAI_PARTS];
		s.room = sizeof(f->sets[0]);
	}
	return s;
}

static void next_part(struct svai_job *job, struct svai_part *part)
{
	struct filter *f = job->next_context;
	uint64_t elements = svai_least(f->step, f->elements - f->next);
	struct slice s = f->sliced ? next_slice(f, elements) : all_of(f);

	sva_iax_prep_filter(&part->iax, f->opcode, s.to, (uint32_t)svai_least(s.room, UINT32_MAX),
			    (const uint8_t *)f->column.data + s.from, s.bytes, (uint32_t)s.elements,
			    filter_flags(f), 0);
	if (has_range(f))
		sva_iax_op_set_range(&part->iax, s.low, s.high);
	if (f->flags & SVA_FILTER_INDICES && has_range(f))
		part->iax.filter.first_index = (uint32_t)f->next;
	if (s.src2)
		sva_iax_op_set_src2(&part->iax, s.src2, (uint32_t)s.src2_bytes);
	if (f->column.flags & SVA_COLUMN_DEFLATED)
		sva_iax_op_set_decompress(&part->iax, SVA_IAX_DECOMP_STREAM);
	part->desc = part->iax.op.desc;
	f->next += elements;
	part->bytes = f->next < f->elements ? svai_least(s.bytes, job->left - 1) : job->left;
}

static void add_bits(struct filter *f, const struct sva_iax_record *record)
{
	if (!record->sum_count)
		return;
	if (!f->result.count)
		f->result.first = f->done + record->min_first;
	f->result.last = f->done + record->max_last;
	f->result.count += record->sum_count;
}

static void add_elements(struct filter *f, const struct sva_iax_record *record)
{
	struct sva_filter_result *r = &f->result;

	r->min = record->min_first < r->min ? record->min_first : r->min;
	r->max = record->max_last > r->max ? record->max_last : r->max;
	r->sum += record->sum_count;
}

/* The union of the sets. */
static void add_set(struct filter *f, const struct svai_part *part)
{
	const uint8_t *set = (const uint8_t *)(uintptr_t)part->desc.dst_addr;
	uint32_t size = part->iax.record.output_size;

	f->used = size;
	for (uint32_t i = 0; i < size && i < f->dst_size; i++)
		f->dst[i] |= set[i];
}

/* Indices have 32 bits, of which those of the last part may be beyond. */
static bool has_indices(const struct filter *f, const struct sva_iax_record *record)
{
	return !(f->flags & SVA_FILTER_INDICES) || !record->sum_count ||
	       f->done + record->max_last <= UINT32_MAX;
}

static void collect_part(struct svai_job *job, struct svai_part *part)
{
	struct filter *f = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;

	if (record->status != SVA_STATUS_SUCCESS) {
		f->err = svai_iax_is_full(record) ? -ENOSPC : -EBADMSG;
		f->far = record->error_code == SVA_IAX_ERROR_DISTANCE;
	} else if (!has_indices(f, record)) {
		f->err = -EBADMSG;
	}
	if (f->err) {
		job->stop = true;
		job->outcome.bytes = part->offset;
		return;
	}
	f->used += record->output_size;
	f->last_bits = record->output_bits;
	if (f->sets)
		add_set(f, part);
	else if (f->bits)
		add_bits(f, record);
	else
		add_elements(f, record);
	f->done += part->iax.op.desc.iax.filter.elements;
}

/*
 * Can a part have its own input and output, each of whole bytes? Of RLE and compressed data, nobody
 * knows where an element is; of a burst, nobody knows it of the output.
 */
static bool can_slice(const struct filter *f)
{
	if (!is_plain(&f->column))
		return false;
	switch (f->opcode) {
	case SVA_IAX_OP_SELECT:
		return !(out_width(f) % 8);
	case SVA_IAX_OP_EXPAND:
		return !(f->column.width % 8);
	case SVA_IAX_OP_EXTRACT:
		return f->low < f->column.elements;
	case SVA_IAX_OP_FIND_UNIQUE:
		return f->sets;
	case SVA_IAX_OP_SET_MEMBERSHIP: /* the set is where the first index would be */
		return !(f->flags & SVA_FILTER_INDICES);
	default:
		return f->opcode != SVA_IAX_OP_RLE_BURST;
	}
}

/* Elements of a part, as large as the queue takes; of extract, it may begin a little before. */
static uint64_t step_of(const struct filter *f, uint64_t most)
{
	uint32_t out = out_width(f);
	uint64_t step = most * 8 / (out > f->column.width ? out : f->column.width);

	step -= step % UNIT;
	if (f->opcode == SVA_IAX_OP_EXTRACT)
		step -= svai_least(step, UNIT);
	return step;
}

/* Bytes of an operation; of a queue of another kind, those that the CPU takes. */
static uint64_t wq_takes(const struct svai_job *job)
{
	return job->h->iax ? job->h->limits.max_transfer : SVAI_MAX_TRANSFER;
}

/* The device does not look at more bits of the limits than an element has. */
static void limit_range(struct filter *f, uint32_t width)
{
	uint32_t most = UINT32_MAX >> (WIDEST - width);

	if (f->low > most) { /* nothing is in it */
		f->low = 1;
		f->high = 0;
	}
	f->high = f->high < most ? f->high : most;
}

/* Whose range or set is of the width of the elements. */
static int fit_to_width(struct filter *f)
{
	bool set = f->opcode == SVA_IAX_OP_SET_MEMBERSHIP;
	uint32_t width;

	if (f->opcode != SVA_IAX_OP_SCAN && !set)
		return 0;
	width = width_of(&f->column);
	if (!width || width > (set ? SET_MOST : WIDEST))
		return -EBADMSG;
	if (set)
		f->src2_bytes = bytes_of(1ull << width, 1);
	else
		limit_range(f, width);
	return 0;
}

/*
 * Does the device take sets of this width? It takes smaller ones of compressed elements. (The bits
 * of gen_cap are those that QPL's library reads.)
 */
static bool takes_set(const struct svai_job *job, const struct filter *f)
{
	unsigned int at = f->column.flags & SVA_COLUMN_DEFLATED ? 42 : 47;

	if (!job->h->iax ||
	    (f->opcode != SVA_IAX_OP_SET_MEMBERSHIP && f->opcode != SVA_IAX_OP_FIND_UNIQUE))
		return true;
	return width_of(&f->column) <= (job->h->limits.gen_cap >> at & 31) + 1;
}

static int begin(struct filter *f, struct svai_job *job, struct sva_wq *wq,
		 const struct sva_column *column, const struct sva_outcome *outcome)
{
	int err = check_column(&f->column, column);

	if (!err)
		err = svai_job_begin(job, wq, f->column.bytes, outcome);
	if (!err)
		err = svai_policy_memory(job->h, f->column.data, f->column.bytes, false);
	if (!err)
		err = fit_to_width(f);
	if (err)
		return err;
	if (!f->dst || !svai_is_range(f->dst, f->dst_size) ||
	    (f->src2 && !svai_is_range(f->src2, f->src2_bytes)) ||
	    svai_overlap(f->dst, f->dst_size, f->column.data, f->column.bytes) ||
	    (f->src2 && svai_overlap(f->dst, f->dst_size, f->src2, f->src2_bytes)))
		return -EINVAL;
	if (!is_whole(&f->column))
		return -EBADMSG;
	if (svai_policy_memory(job->h, f->src2, f->src2_bytes, false) ||
	    (f->sets && svai_policy_memory(job->h, f->dst, f->dst_size, true)))
		return -EFAULT;
	if (f->opcode == SVA_IAX_OP_EXPAND && f->src2 &&
	    count_ones(f->src2, f->elements) > f->column.elements)
		return -EBADMSG;
	job->iax = true;
	if (!takes_set(job, f))
		job->cpu = SVA_WHY_UNSUPPORTED;
	if (!f->elements)
		f->elements = f->column.elements;
	f->step = can_slice(f) ? step_of(f, wq_takes(job)) : 0;
	f->sliced = f->step;
	if (f->sliced && f->opcode == SVA_IAX_OP_EXTRACT)
		f->elements = svai_least(f->high, f->column.elements - 1) - f->low + 1;
	if (f->sliced && f->opcode != SVA_IAX_OP_EXPAND)
		job->size = job->left = bytes_of(f->elements, f->column.width);
	if (f->sliced)
		return 0;
	f->step = f->elements;
	return f->elements > UINT32_MAX || f->column.bytes > UINT32_MAX ? -E2BIG : 0;
}

static int run_once(struct filter *f, struct sva_wq *wq, const struct sva_column *column,
		    struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct svai_job job;
	int err = begin(f, &job, wq, column, outcome);

	if (err)
		return err;
	if (result && result->size < offsetof(struct sva_filter_result, min))
		return -EINVAL;
	job.next = next_part;
	job.collect = collect_part;
	job.next_context = job.collect_context = f;
	if (f->flags & SVA_FILTER_INDICES) /* one begins where the one before it ends */
		job.window = 1;
	f->result = (struct sva_filter_result){ .size = sizeof(f->result),
						.first = UINT64_MAX,
						.min = f->bits ? 0 : UINT32_MAX };
	if (f->sets)
		memset(f->dst, 0, bytes_of(1ull << f->column.width, 1));
	err = svai_job_run(&job, outcome);
	if (!err)
		err = f->err;
	f->result.bytes = f->used;
	if (!err && result)
		svai_give_result(result, &f->result, sizeof(f->result));
	return err;
}

/* As much of it as the elements can take; of RLE, a run of each. Returns 0 or -errno. */
static int inflate_to(struct sva_column *plain, const struct sva_column *column)
{
	uint64_t room = bytes_of(column->elements, column->width ? column->width : RLE_MOST) + 1;
	uint8_t *data = malloc(room);
	struct svai_flow flow = { column->data, column->bytes, data, room };
	struct svai_decompressor *d = svai_decompressor_get();
	int ended = -ENOMEM;

	if (data && d)
		ended = svai_decompress(d, &flow);
	svai_decompressor_put(d);
	plain->data = data;
	plain->bytes = room - flow.out_size;
	plain->flags &= ~SVA_COLUMN_DEFLATED;
	return ended > 0 || (!ended && !flow.out_size) ? 0 : ended ? ended : -EBADMSG;
}

/* The column, inflated by the CPU first. */
static int run_inflated(struct filter *f, struct sva_wq *wq, const struct sva_column *column,
			struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct sva_column plain = *column;
	struct sva_outcome all = { .size = sizeof(all) }, first = { 0 };
	int err = svai_cpu_is_allowed(wq) ? svai_igzip_usable() : -EOPNOTSUPP;

	if (err)
		return err;
	err = inflate_to(&plain, column);
	if (!err)
		err = run_once(f, wq, &plain, result, &all);
	free((void *)(uintptr_t)plain.data);
	if (outcome) {
		memcpy(&first, outcome, svai_least(outcome->size, sizeof(first)));
		svai_outcome_add(&all, &first);
		all.why |= SVA_WHY_UNSUPPORTED;
		svai_give_result(outcome, &all, sizeof(all));
	}
	return err;
}

static int run(struct filter *f, struct sva_wq *wq, const struct sva_column *column,
	       struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct filter again = *f;
	int err = run_once(f, wq, column, result, outcome);

	if (err != -EBADMSG || !f->far)
		return err;
	again.column = f->column;
	*f = again;
	return run_inflated(f, wq, &again.column, result, outcome);
}

/* At most one of the widths. */
static bool are_out_flags(uint32_t flags)
{
	uint32_t out = flags & OUT;

	return !(flags & ~OUT) && !(out & (out - 1));
}

static bool are_bit_flags(uint32_t flags)
{
	return !(flags & ~(SVA_FILTER_INVERT | SVA_FILTER_INDICES));
}

/* The device does not count them. */
static void count_elements(struct sva_filter_result *result, uint64_t elements)
{
	if (result)
		result->count = elements;
}

/* @width: of an element, where no flag widens it */
static uint64_t elements_of_output(const struct filter *f, uint32_t width)
{
	uint64_t unused = f->last_bits ? 8u - f->last_bits : 0;

	return (8 * f->used - unused) / (f->flags & OUT ? out_width(f) : width);
}

/*
 * The calls.
 */

int sva_scan(struct sva_wq *wq, const struct sva_column *column, uint32_t low, uint32_t high,
	     uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
	     struct sva_outcome *outcome)
{
	struct filter f = { .opcode = SVA_IAX_OP_SCAN,
			    .flags = flags,
			    .low = low,
			    .high = high,
			    .dst = dst,
			    .dst_size = dst_size,
			    .bits = true };

	return are_bit_flags(flags) ? run(&f, wq, column, result, outcome) : -EINVAL;
}

int sva_set_membership(struct sva_wq *wq, const struct sva_column *column, const void *set,
		       uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
		       struct sva_outcome *outcome)
{
	struct filter f = { .opcode = SVA_IAX_OP_SET_MEMBERSHIP,
			    .flags = flags,
			    .src2 = set,
			    .src2_width = 1,
			    .dst = dst,
			    .dst_size = dst_size,
			    .bits = true };

	if (!set || !are_bit_flags(flags) || !column || column->size < sizeof(*column) ||
	    column->width > SET_MOST)
		return -EINVAL;
	return run(&f, wq, column, result, outcome);
}

/* Of a union: the counts of the parts do not tell. */
static void describe_set(const struct filter *f, struct sva_filter_result *r)
{
	r->count = count_ones(f->dst, 8 * r->bytes);
	for (uint64_t i = 0; i < 8 * r->bytes; i++) {
		if (!(f->dst[i / 8] >> i % 8 & 1))
			continue;
		r->first = svai_least(r->first, i);
		r->last = i;
	}
}

int sva_find_unique(struct sva_wq *wq, const struct sva_column *column, void *set, size_t set_size,
		    struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct filter f = {
		.opcode = SVA_IAX_OP_FIND_UNIQUE, .dst = set, .dst_size = set_size, .bits = true
	};
	uint8_t sets[SVAI_PARTS][SET_BYTES];
	int err;

	if (!column || column->size < sizeof(*column) || column->width > SET_MOST)
		return -EINVAL;
	if (column->width && set && is_plain(column)) {
		uint64_t bytes = bytes_of(1ull << column->width, 1);

		if (set_size < bytes)
			return -ENOSPC;
		f.sets = sets;
	}
	err = run(&f, wq, column, result, outcome);
	if (!err && result && f.sets)
		describe_set(&f, result);
	return err;
}

int sva_extract(struct sva_wq *wq, const struct sva_column *column, uint32_t first, uint32_t last,
		uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
		struct sva_outcome *outcome)
{
	struct filter f = { .opcode = SVA_IAX_OP_EXTRACT,
			    .flags = flags,
			    .low = first,
			    .high = last,
			    .dst = dst,
			    .dst_size = dst_size };
	int err = are_out_flags(flags) && first <= last ? run(&f, wq, column, result, outcome)
							: -EINVAL;

	if (!err && first < f.column.elements)
		count_elements(result, svai_least(last, f.column.elements - 1) - first + 1);
	return err;
}

int sva_select(struct sva_wq *wq, const struct sva_column *column, const void *bits, uint32_t flags,
	       void *dst, size_t dst_size, struct sva_filter_result *result,
	       struct sva_outcome *outcome)
{
	struct filter f = { .opcode = SVA_IAX_OP_SELECT,
			    .flags = flags,
			    .src2 = bits,
			    .src2_width = 1,
			    .dst = dst,
			    .dst_size = dst_size };
	int err;

	if (!bits || !are_out_flags(flags) || !column || column->size < sizeof(*column))
		return -EINVAL;
	f.src2_bytes = bytes_of(column->elements, 1);
	err = run(&f, wq, column, result, outcome);
	if (!err)
		count_elements(result, count_ones(bits, column->elements));
	return err;
}

int sva_expand(struct sva_wq *wq, const struct sva_column *column, const void *bits,
	       uint64_t bit_count, uint32_t flags, void *dst, size_t dst_size,
	       struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct filter f = { .opcode = SVA_IAX_OP_EXPAND,
			    .flags = flags,
			    .src2 = bits,
			    .src2_width = 1,
			    .src2_bytes = bytes_of(bit_count, 1),
			    .dst = dst,
			    .dst_size = dst_size };
	int err;

	if (!bits || !bit_count || bit_count > UINT64_MAX / WIDEST || !are_out_flags(flags) ||
	    !column || column->size < sizeof(*column) || !svai_is_range(bits, f.src2_bytes))
		return -EINVAL;
	f.elements = bit_count; /* as the device counts them here */
	err = run(&f, wq, column, result, outcome);
	if (!err)
		count_elements(result, bit_count);
	return err;
}

int sva_rle_burst(struct sva_wq *wq, const struct sva_column *counts,
		  const struct sva_column *values, uint32_t flags, void *dst, size_t dst_size,
		  struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct filter f = {
		.opcode = SVA_IAX_OP_RLE_BURST, .flags = flags, .dst = dst, .dst_size = dst_size
	};
	struct sva_column v;
	int err = svai_handle_state(wq);

	if (!err)
		err = check_column(&v, values);
	if (err)
		return err;
	if (!are_out_flags(flags) || !is_plain(&v) || v.flags & SVA_COLUMN_BE || !counts ||
	    counts->size < sizeof(*counts) ||
	    (counts->width != 8 && counts->width != 16 && counts->width != 32))
		return -EINVAL;
	/* Running totals begin with one for no value. */
	if (!is_whole(&v) || v.elements + (counts->width == 32) < counts->elements)
		return -EBADMSG;
	f.src2 = v.data;
	f.src2_bytes = bytes_of(v.elements, v.width);
	f.src2_width = v.width;
	if (f.src2_bytes > UINT32_MAX)
		return -E2BIG;
	err = run(&f, wq, counts, result, outcome);
	if (!err)
		count_elements(result, elements_of_output(&f, v.width));
	return err;
}
