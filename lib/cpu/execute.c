/* SPDX-License-Identifier: MIT */
/*
 * One descriptor from its checks to its completion record, and batches of them.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0): 3.8,
 * 3.9 and 8.3.2 (batches and fences), 5.4 and 5.8.1 (where errors are reported), 8.2 (records).
 */
#include <string.h>

#include "cpu.h"

/* Each of them has its row in opcode.c: this is asked for each operation of a call. */
#define OPCODES                                                 \
	(SVAI_BYTES(SVA_OP_NOOP, SVA_OP_TRANSLATION_FETCH) |    \
	 SVAI_BYTES(SVA_OP_CRC, SVA_OP_DIF_UPDATE) |            \
	 SVAI_BYTES(SVA_OP_DIX_GENERATE, SVA_OP_DIX_GENERATE) | \
	 SVAI_BYTES(SVA_OP_CACHE_FLUSH, SVA_OP_CACHE_FLUSH))

#define LIMITS(size, batch)                                                             \
	{                                                                               \
		.opcodes = { { OPCODES } }, .version = 0x200,                           \
		.gen_cap = SVA_GENCAP_BOF | SVA_GENCAP_OVERLAP | SVA_GENCAP_CC_MEMORY | \
			   SVA_GENCAP_DST_READBACK | SVA_GENCAP_DRAIN_READBACK |        \
			   SVA_GENCAP_FETCH_STRIDE | SVA_GENCAP_FILL_16,                \
		.max_transfer = (size), .max_batch = (batch), .block_on_fault = true,   \
	}

const struct svai_limits svai_cpu_any_size = LIMITS(SVAI_MAX_TRANSFER, UINT32_MAX);

/* The sizes are the kernel's defaults: what runs here runs on a queue left as it was. */
void svai_cpu_limits(struct svai_limits *limits)
{
	static const struct svai_limits defaults = LIMITS(2 << 20, 32);

	*limits = defaults;
}

/*
 * Without the flag "request completion record" only failures get one, and neither a false predicate
 * nor a batch with a failed member is a failure here (8.1.3).
 */
static bool wants_record(const struct sva_desc *desc, unsigned int status)
{
	if (!(desc->op_flags & SVA_FLAG_CRAV) || status == SVA_STATUS_CR_ALIGN)
		return false;
	return desc->op_flags & SVA_FLAG_RCR ||
	       (status != SVA_STATUS_SUCCESS && status != SVA_STATUS_SUCCESS_PREDICATE &&
		status != SVA_STATUS_BATCH_FAIL);
}

/* By fields, as the record was written a moment ago: a larger load would wait for the stores. */
void svai_cpu_complete(const struct sva_desc *desc, unsigned int status,
		       const struct sva_record *record)
{
	struct sva_record *to = (struct sva_record *)desc->completion_addr;

	if (!wants_record(desc, status))
		return;
	to->result = record->result;
	to->fault_info = record->fault_info;
	to->reserved = record->reserved;
	to->bytes_completed = record->bytes_completed;
	to->fault_addr = record->fault_addr;
	to->dif_src = record->dif_src; /* the largest of its union */
	to->dif_dst = record->dif_dst;
	__atomic_store_n(&to->status, (uint8_t)status, __ATOMIC_RELEASE);
}

/* The result is reserved on a device that cannot go on with a batch that has failed (8.3.2). */
void svai_cpu_batch_record(const struct svai_limits *limits, struct sva_record *record, bool failed,
			   uint32_t done)
{
	record->status = failed ? SVA_STATUS_BATCH_FAIL : SVA_STATUS_SUCCESS;
	record->result = failed && limits->gen_cap & SVAI_GENCAP_BATCH_ERROR;
	record->bytes_completed = done; /* descriptors */
}

static __attribute__((noinline)) void complete_refused(const struct sva_desc *desc,
						       const struct svai_finding *finding)
{
	struct sva_record record = { 0 };

	if (finding->status == SVA_STATUS_BAD_FLAGS)
		record.invalid_flags = finding->invalid_flags;
	svai_cpu_complete(desc, finding->status, &record);
}

unsigned int svai_cpu_refuse(const struct svai_limits *limits, const struct sva_desc *desc,
			     bool member)
{
	struct svai_finding finding;
	unsigned int status = svai_check(limits, desc, member, &finding);

	if (status)
		complete_refused(desc, &finding);
	return status;
}

static unsigned int execute(const struct svai_limits *limits, const struct sva_desc *desc,
			    bool member);

/*
 * One member after the other, so that a fence need not wait. It abandons the rest, whose records
 * stay untouched, if any member before it has not ended with success.
 */
static unsigned int execute_batch(const struct svai_limits *limits, const struct sva_desc *desc)
{
	const struct sva_desc *list = (const struct sva_desc *)desc->desc_list_addr;
	struct sva_record record = { 0 };
	bool failed = false;
	uint32_t i;

	for (i = 0; i < desc->desc_count; i++) {
		if (failed && list[i].op_flags & SVA_FLAG_FENCE)
			break;
		if (execute(limits, &list[i], true) != SVA_STATUS_SUCCESS)
			failed = true;
	}
	svai_cpu_batch_record(limits, &record, failed, i);
	svai_cpu_complete(desc, record.status, &record);
	return record.status;
}

/* All of the record but its status, which others may look at meanwhile. */
static void clear(struct sva_record *record)
{
	memset((char *)record + 1, 0, sizeof(*record) - 1);
}

/* Only a failure gets a record. */
static __attribute__((noinline)) unsigned int execute_quietly(const struct sva_desc *desc,
							      svai_cpu_op *op)
{
	struct sva_record record = { 0 };
	unsigned int status = op(desc, &record);

	svai_cpu_complete(desc, status, &record);
	return status;
}

/* The operation fills the record in its place. */
static unsigned int execute_one(const struct sva_desc *desc, svai_cpu_op *op)
{
	struct sva_record *record = (struct sva_record *)desc->completion_addr;
	unsigned int status;

	if (!(desc->op_flags & SVA_FLAG_RCR))
		return execute_quietly(desc, op);
	clear(record);
	status = op(desc, record);
	__atomic_store_n(&record->status, (uint8_t)status, __ATOMIC_RELEASE);
	return status;
}

/* Returns the status, whether a record was written or not. No batch is a member of one. */
static unsigned int execute(const struct svai_limits *limits, const struct sva_desc *desc,
			    bool member)
{
	unsigned int status = svai_cpu_refuse(limits, desc, member);
	svai_cpu_op *op;

	if (status)
		return status;
	op = svai_opcodes[sva_desc_opcode(desc)].execute; /* what is not refused has a row */
	return op ? execute_one(desc, op) : execute_batch(limits, desc);
}

void svai_cpu_execute(const struct svai_limits *limits, const struct sva_desc *desc)
{
	execute(limits, desc, false);
}
