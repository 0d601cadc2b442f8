/* SPDX-License-Identifier: MIT */
/*
 * What is left of an operation that a page fault has stopped, and the result of the whole in the
 * end.
 *
 * What earlier parts have done is kept in the operation: op->done, of the rest that op->rest stands
 * for. So it is forgotten where the operation is prepared for something else meanwhile.
 *
 * Source: Intel DSA Architecture Specification (341204, revision 3.0), 8.3, for what a record says
 * after a page fault.
 */
#include <string.h>

#include "check.h"
#include "handle.h"
#include "members.h"
#include "operation.h"
#include "probe.h"
#include "resume.h"

#define ENTRY 10u /* bytes of a delta record for each word of 8 bytes that differs */

/* An opcode's work so far: bytes; create delta: words, and entries of its record. */
struct progress {
	uint32_t bytes, entries;
};

static struct progress unpack(const struct sva_desc *desc, uint32_t done)
{
	if (sva_desc_opcode(desc) != SVA_OP_CREATE_DELTA)
		return (struct progress){ done, 0 };
	return (struct progress){ (done >> 16) * 8, done & 0xffff };
}

/* A create delta that is not at its end has less than 65,536 words behind it. */
static uint32_t pack(const struct sva_desc *desc, struct progress p)
{
	return sva_desc_opcode(desc) != SVA_OP_CREATE_DELTA ? p.bytes
							    : p.bytes / 8 << 16 | p.entries;
}

/* Tells the rest that was prepared here from anything else: 32 bits of all that describes it. */
static uint32_t identity(const struct sva_desc *desc)
{
	uint64_t hash = desc->op_flags;

	hash = (hash ^ desc->src_addr) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32 ^ desc->dst_addr) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32 ^ desc->size_word) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32 ^ desc->op_words[0]) * 0x9e3779b97f4a7c15;
	return (uint32_t)(hash >> 32);
}

static bool is_partial(unsigned int code)
{
	return code == SVA_STATUS_PAGE_FAULT || code == SVA_STATUS_PAGE_RESPONSE ||
	       code == SVA_STATUS_BATCH_PAGE_FAULT;
}

/*
 * Bytes of the delta record that a part of create delta has written: never more than there was room
 * for, whatever the device says. Where it has refused the descriptor, something else stands there.
 */
static uint32_t delta_of(const struct sva_desc *desc, const struct sva_record *record)
{
	unsigned int code = SVA_STATUS_CODE(record->status);

	if (sva_desc_opcode(desc) != SVA_OP_CREATE_DELTA ||
	    (sva_status_errno(record->status) && !is_partial(code)))
		return 0;
	return record->delta_size < desc->delta.max_size ? record->delta_size
							 : desc->delta.max_size;
}

/* Offsets in the delta record of a part count from where the part began. */
static void rebase_delta(const struct sva_desc *desc, const struct sva_record *record,
			 uint32_t before)
{
	unsigned char *entry = (unsigned char *)(uintptr_t)desc->delta.delta_addr;
	uint32_t size = before ? delta_of(desc, record) : 0;

	for (uint32_t i = 0; i + ENTRY <= size; i += ENTRY) {
		uint16_t word;

		memcpy(&word, entry + i, sizeof(word));
		word = (uint16_t)(word + before / 8);
		memcpy(entry + i, &word, sizeof(word));
	}
}

/*
 * The rest, for each kind of operation.
 */

/* A pattern of 8 or 16 bytes goes on in its middle. */
static void rotate_fill(struct sva_desc *desc, uint32_t bytes)
{
	bool wide = sva_desc_flags(desc) & SVA_FLAG_FILL_16;
	uint64_t high = wide ? desc->fill.pattern_high : desc->pattern;
	unsigned __int128 pattern = (unsigned __int128)high << 64 | desc->pattern;
	unsigned int bits = bytes % 16 * 8;

	if (bits)
		pattern = pattern >> bits | pattern << (128 - bits);
	desc->pattern = (uint64_t)pattern;
	if (wide)
		desc->fill.pattern_high = (uint64_t)(pattern >> 64);
}

static void rotate_compare(struct sva_desc *desc, uint32_t bytes)
{
	unsigned int bits = bytes % 8 * 8;

	if (bits)
		desc->compare_pattern = desc->compare_pattern >> bits | desc->compare_pattern
										<< (64 - bits);
}

/* Blocks with a tuple have 8 bytes more; what the record says are the tags of the next one. */
static void advance_dif(struct sva_desc *desc, const struct sva_record *record, uint32_t bytes)
{
	unsigned int opcode = sva_desc_opcode(desc);
	bool plain = opcode == SVA_OP_DIF_INSERT || opcode == SVA_OP_DIX_GENERATE;
	uint64_t block = svai_dif_block(desc), blocks = bytes / (plain ? block : block + 8);

	desc->src_addr += bytes;
	if (opcode == SVA_OP_DIF_STRIP)
		desc->dst_addr += blocks * block;
	else if (opcode == SVA_OP_DIX_GENERATE)
		desc->dst_addr += blocks * 8;
	else if (opcode != SVA_OP_DIF_CHECK)
		desc->dst_addr += blocks * (block + 8);
	if (!plain)
		desc->dif.src = record->dif_src;
	if (plain || opcode == SVA_OP_DIF_UPDATE)
		desc->dif.dst = record->dif_dst;
}

static void advance_crc(struct sva_desc *desc, const struct sva_record *record, uint32_t bytes)
{
	if (!bytes)
		return; /* the value is undefined: the old seed stands */
	desc->src_addr += bytes;
	if (sva_desc_opcode(desc) == SVA_OP_COPY_CRC)
		desc->dst_addr += bytes;
	desc->op_flags &= ~SVA_FLAG_CRC_SEED_ADDR;
	desc->crc.seed = record->crc;
	desc->crc.seed_addr = 0;
}

/* Two operands that are gone through side by side. */
static void advance_both(struct sva_desc *desc, uint32_t bytes)
{
	desc->src_addr += bytes;
	desc->dst_addr += bytes;
}

/* The next part writes its record after that of this one. */
static void advance_delta(struct sva_desc *desc, uint32_t written)
{
	desc->delta.delta_addr += written;
	desc->delta.max_size -= written;
}

void svai_advance(struct sva_desc *desc, const struct sva_record *record, uint32_t bytes)
{
	if (svai_plain_opcode(desc) == SVA_OP_APPLY_DELTA) { /* counts bytes of the delta record */
		desc->src_addr += bytes;
		desc->delta.delta_size -= bytes;
		return;
	}
	desc->xfer_size -= bytes;
	switch (svai_plain_opcode(desc)) {
	case SVA_OP_BATCH:
		desc->desc_list_addr += bytes * sizeof(*desc);
		break;
	case SVA_OP_MEMMOVE:
		if (record->result != 1) /* else from the end: only the size is another */
			advance_both(desc, bytes);
		break;
	case SVA_OP_FILL:
		desc->dst_addr += bytes;
		rotate_fill(desc, bytes);
		break;
	case SVA_OP_CACHE_FLUSH:
		desc->dst_addr += bytes;
		break;
	case SVA_OP_COMPARE_PATTERN:
		desc->src_addr += bytes;
		rotate_compare(desc, bytes);
		break;
	case SVA_OP_CREATE_DELTA:
		advance_delta(desc, delta_of(desc, record));
		advance_both(desc, bytes);
		break;
	case SVA_OP_DUALCAST:
		advance_both(desc, bytes);
		desc->dualcast.dst2_addr += bytes;
		break;
	case SVA_OP_CRC:
	case SVA_OP_COPY_CRC:
		advance_crc(desc, record, bytes);
		break;
	case SVA_OP_DIF_CHECK:
	case SVA_OP_DIF_INSERT:
	case SVA_OP_DIF_STRIP:
	case SVA_OP_DIF_UPDATE:
	case SVA_OP_DIX_GENERATE:
		advance_dif(desc, record, bytes);
		break;
	default:
		advance_both(desc, bytes);
		break;
	}
}

/*
 * The whole, in the end: the record as if nothing had happened.
 */

static void finish_delta(const struct sva_desc *desc, struct sva_record *record,
			 struct progress before)
{
	bool expected;

	record->delta_size += before.entries * ENTRY;
	if (!record->result && before.entries)
		record->result = 1;
	expected = desc->delta.expected_result_mask >> record->result & 1;
	if (sva_desc_flags(desc) & SVA_FLAG_CR)
		record->status = expected ? SVA_STATUS_SUCCESS : SVA_STATUS_SUCCESS_PREDICATE;
}

/* Has a member failed that an earlier part has executed? */
static bool has_failed(const struct sva_desc *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct sva_record *record =
			(const struct sva_record *)(uintptr_t)list[i].completion_addr;
		unsigned int status = list[i].op_flags & SVA_FLAG_CRAV ? record->status : 0;

		if (status && status != SVA_STATUS_SUCCESS)
			return true;
	}
	return false;
}

static void finish_batch(const struct sva_desc *desc, struct sva_record *record, uint32_t before)
{
	const struct sva_desc *list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;

	record->bytes_completed += before;
	if (record->status == SVA_STATUS_SUCCESS && has_failed(list - before, before))
		record->status = SVA_STATUS_BATCH_FAIL;
}

/* Does the record of a completed operation have a count? */
static bool has_count(unsigned int opcode, const struct sva_record *record)
{
	if (sva_status_errno(record->status))
		return true;
	if (opcode == SVA_OP_COMPARE || opcode == SVA_OP_COMPARE_PATTERN)
		return record->result == 1;
	return opcode == SVA_OP_CREATE_DELTA && record->result == 2;
}

static void finish(struct sva_desc *desc, struct sva_record *record, struct progress before)
{
	unsigned int opcode = svai_plain_opcode(desc);

	if (opcode == SVA_OP_BATCH)
		finish_batch(desc, record, before.bytes);
	else if (has_count(opcode, record))
		record->bytes_completed += before.bytes;
	if (opcode == SVA_OP_CREATE_DELTA && !sva_status_errno(record->status))
		finish_delta(desc, record, before);
	if (opcode == SVA_OP_APPLY_DELTA)
		desc->delta.delta_size += before.bytes;
	else
		desc->xfer_size += before.bytes;
}

/* How much of the descriptor the device has done; none of a fetch counts, which begins again. */
static uint32_t part(const struct sva_desc *desc, const struct sva_record *record)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t most = opcode == SVA_OP_APPLY_DELTA ? desc->delta.delta_size : desc->xfer_size;

	if (opcode == SVA_OP_TRANSLATION_FETCH)
		return 0;
	return record->bytes_completed < most ? record->bytes_completed : most;
}

/* The rest of an operation that has done a part, of which record and progress say what. */
static void prepare_rest(struct sva_op *op, struct sva_record *record, struct progress progress)
{
	uint32_t bytes = part(&op->desc, record);

	progress.bytes += bytes;
	progress.entries += delta_of(&op->desc, record) / ENTRY;
	svai_advance(&op->desc, record, bytes);
	op->done = pack(&op->desc, progress);
	op->rest = identity(&op->desc);
	record->status = SVA_STATUS_NOT_SUBMITTED;
}

void svai_resume_not(struct sva_op *op, const struct sva_desc *whole, uint8_t status)
{
	struct progress progress = unpack(&op->desc, op->done);
	struct sva_record *record = svai_record(op);

	op->desc = *whole;
	record->status = status;
	record->bytes_completed = progress.bytes;
	if (sva_desc_opcode(whole) == SVA_OP_CREATE_DELTA)
		record->delta_size = progress.entries * ENTRY;
	op->done = op->rest = 0;
}

static bool is_last_member(const struct sva_op *op)
{
	return sva_desc_opcode(&op->desc) == SVA_OP_BATCH && op->desc.desc_count == 1;
}

/* Most devices refuse a batch of one. */
static int execute_last_member(struct sva_op *op)
{
	int err = svai_handle_state(op->wq);

	if (!err)
		err = svai_execute_members(svai_handle(op->wq), op);
	return err ? err : sva_op_resume(op);
}

/* IAX knows no parts: the same again. */
static int resume_as_a_whole(struct sva_record *record, unsigned int code)
{
	if (code != SVA_STATUS_NOT_SUBMITTED && !is_partial(code))
		return 0;
	record->status = SVA_STATUS_NOT_SUBMITTED;
	return 1;
}

int sva_op_resume(struct sva_op *op)
{
	struct progress progress = { 0, 0 };
	struct sva_record *record;
	unsigned int code;

	if (!op || (uintptr_t)op % 64 || !op->desc.completion_addr)
		return -EINVAL;
	record = (struct sva_record *)(uintptr_t)op->desc.completion_addr;
	code = SVA_STATUS_CODE(sva_record_status(record));
	if (code == SVA_STATUS_NONE)
		return -EINPROGRESS;
	if (is_partial(code) && op->wq) /* it may have been submitted by other means */
		svai_probe_fault(svai_handle(op->wq), SVAI_TRACED(op), record);
	if (svai_has_iax_record(op))
		return resume_as_a_whole(record, code);
	if (code != SVA_STATUS_NOT_SUBMITTED) {
		if (op->rest == identity(&op->desc))
			progress = unpack(&op->desc, op->done);
		rebase_delta(&op->desc, record, progress.bytes);
		if (!is_partial(code)) {
			op->done = op->rest = 0;
			finish(&op->desc, record, progress);
			return 0;
		}
		prepare_rest(op, record, progress);
	}
	return is_last_member(op) ? execute_last_member(op) : 1;
}
