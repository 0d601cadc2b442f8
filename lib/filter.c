/* SPDX-License-Identifier: MIT */
/*
 * Filters as calls. Where a part of the input has a part of the output of its own, which begins
 * with a byte, the work is split; otherwise what a queue does not take at once, the CPU does.
 */
#include <string.h>

#include <sva/filter.h>

#include "job.h"
#include "operation.h"
#include "options.h"

#define OUT      (SVA_FILTER_OUT_8 | SVA_FILTER_OUT_16 | SVA_FILTER_OUT_32)
#define WIDEST   32u
#define UNIT     8u  /* elements: they fill whole bytes, whatever their width */
#define SET_MOST 15u /* bits of an element of a set: IAX 1.0 */

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

	uint64_t elements; /* that go through; 0: those of the column */
	uint64_t step;     /* elements of a part */
	uint64_t next;     /* element */
	uint64_t done;     /* elements */
	uint64_t used;     /* bytes of output */
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

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool has_range(const struct filter *f)
{
	return f->opcode == SVA_IAX_OP_SCAN || f->opcode == SVA_IAX_OP_EXTRACT;
}

static void next_part(struct svai_job *job, struct svai_part *part)
{
	struct filter *f = job->next_context;
	bool split = f->step < f->elements;
	uint64_t elements = least(f->step, f->elements - f->next);
	uint64_t from = split ? f->next / UNIT * f->column.width : 0;
	uint64_t bytes = split ? bytes_of(elements, f->column.width) : f->column.bytes;
	uint64_t to = split && !(f->flags & SVA_FILTER_INDICES) ? f->next / UNIT : f->used;

	sva_iax_prep_filter(&part->iax, f->opcode, f->dst + to,
			    (uint32_t)least(f->dst_size - to, UINT32_MAX),
			    (const uint8_t *)f->column.data + from, bytes, (uint32_t)elements,
			    filter_flags(f), 0);
	if (has_range(f))
		sva_iax_op_set_range(&part->iax, f->low, f->high);
	if (f->flags & SVA_FILTER_INDICES && has_range(f))
		part->iax.filter.first_index = (uint32_t)f->next;
	if (f->src2)
		sva_iax_op_set_src2(&part->iax, f->src2, (uint32_t)f->src2_bytes);
	if (f->column.flags & SVA_COLUMN_DEFLATED)
		sva_iax_op_set_decompress(&part->iax, SVA_IAX_DECOMP_STREAM);
	if (split)
		part->iax.op.desc.iax.max_dst_size = (uint32_t)least(
			part->iax.op.desc.iax.max_dst_size,
			f->flags & SVA_FILTER_INDICES ? 4 * elements : (elements + 7) / 8);
	part->desc = part->iax.op.desc;
	part->bytes = bytes;
	f->next += elements;
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

static void collect_part(struct svai_job *job, struct svai_part *part)
{
	struct filter *f = job->collect_context;
	const struct sva_iax_record *record = &part->iax.record;

	if (record->status != SVA_STATUS_SUCCESS) {
		f->err = record->status == SVA_STATUS_OUTPUT_OVERFLOW ? -ENOSPC : -EBADMSG;
		job->stop = true;
		return;
	}
	f->used += record->output_size;
	if (f->bits) {
		add_bits(f, record);
	} else {
		f->result.min = record->min_first;
		f->result.max = record->max_last;
		f->result.sum = record->sum_count;
	}
	f->done += part->iax.op.desc.iax.filter.elements;
}

/* Parts of whole bytes on both sides, as large as the queue takes. */
static uint64_t step_of(const struct filter *f, uint64_t most)
{
	uint64_t step;

	if (!is_plain(&f->column) ||
	    (f->opcode != SVA_IAX_OP_SCAN && f->opcode != SVA_IAX_OP_SET_MEMBERSHIP))
		return f->elements;
	step = least(most * 8 / f->column.width,
		     f->flags & SVA_FILTER_INDICES ? most / sizeof(uint32_t) : most * 8);
	step -= step % UNIT;
	return step && step < f->elements ? step : f->elements;
}

/* Bytes of an operation; of a queue of another kind, those that the CPU takes. */
static uint64_t wq_takes(const struct svai_job *job)
{
	return job->h->iax ? job->h->limits.max_transfer : SVAI_MAX_TRANSFER;
}

static int begin(struct filter *f, struct svai_job *job, struct sva_wq *wq,
		 const struct sva_column *column, const struct sva_outcome *outcome)
{
	int err = check_column(&f->column, column);

	if (!err)
		err = svai_job_begin(job, wq, f->column.bytes, outcome);
	if (err)
		return err;
	if (!f->dst || !svai_is_range(f->dst, f->dst_size) ||
	    svai_overlap(f->dst, f->dst_size, f->column.data, f->column.bytes) ||
	    (f->src2 && svai_overlap(f->dst, f->dst_size, f->src2, f->src2_bytes)))
		return -EINVAL;
	if (!is_whole(&f->column))
		return -EBADMSG;
	job->iax = true;
	if (!f->elements)
		f->elements = f->column.elements;
	f->step = step_of(f, wq_takes(job));
	if (f->step < f->elements) {
		job->size = job->left = bytes_of(f->elements, f->column.width);
		return 0;
	}
	return f->elements > UINT32_MAX || f->column.bytes > UINT32_MAX ? -E2BIG : 0;
}

static int run(struct filter *f, struct sva_wq *wq, const struct sva_column *column,
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
	f->result = (struct sva_filter_result){ .size = sizeof(f->result), .first = UINT64_MAX };
	err = svai_job_run(&job, outcome);
	if (!err)
		err = f->err;
	f->result.bytes = f->used;
	if (!err && result)
		svai_give_result(result, &f->result, sizeof(f->result));
	return err;
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
	f.src2_bytes = column->width ? ((1ull << column->width) + 7) / 8 : 1ull << (SET_MOST - 3);
	return run(&f, wq, column, result, outcome);
}

int sva_find_unique(struct sva_wq *wq, const struct sva_column *column, void *set, size_t set_size,
		    struct sva_filter_result *result, struct sva_outcome *outcome)
{
	struct filter f = {
		.opcode = SVA_IAX_OP_FIND_UNIQUE, .dst = set, .dst_size = set_size, .bits = true
	};

	if (!column || column->size < sizeof(*column) || column->width > SET_MOST)
		return -EINVAL;
	return run(&f, wq, column, result, outcome);
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
		count_elements(result, least(last, f.column.elements - 1) - first + 1);
	return err;
}

static uint64_t count_ones(const uint8_t *bits, uint64_t count)
{
	uint64_t ones = 0;

	for (uint64_t i = 0; i < count / 8; i++)
		ones += (unsigned int)__builtin_popcount(bits[i]);
	if (count % 8)
		ones += (unsigned int)__builtin_popcount(bits[count / 8] & ((1u << count % 8) - 1));
	return ones;
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
	if (!svai_is_range(bits, f.src2_bytes))
		return -EINVAL;
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

	if (!bits || !bit_count || bit_count > UINT32_MAX || !are_out_flags(flags) || !column ||
	    column->size < sizeof(*column) || !svai_is_range(bits, f.src2_bytes))
		return -EINVAL;
	if (count_ones(bits, bit_count) > column->elements)
		return -EBADMSG;
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
	int err = check_column(&v, values);

	if (err)
		return err;
	if (!are_out_flags(flags) || !is_plain(&v) || v.flags & SVA_COLUMN_BE || !counts ||
	    counts->size < sizeof(*counts) ||
	    (counts->width != 8 && counts->width != 16 && counts->width != 32))
		return -EINVAL;
	f.src2 = v.data;
	f.src2_bytes = v.bytes;
	f.src2_width = v.width;
	if (v.bytes > UINT32_MAX)
		return -E2BIG;
	return run(&f, wq, counts, result, outcome);
}
