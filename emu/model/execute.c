/* SPDX-License-Identifier: MIT */
/* One descriptor: checks, operation, completion record; and the batch, which is many (3.8). */
#include "op.h"

static emu_op *const operations[256] = {
	[SVA_OP_DRAIN] = emu_drain,
	[SVA_OP_MEMMOVE] = emu_memmove,
	[SVA_OP_FILL] = emu_fill,
	[SVA_OP_COMPARE] = emu_compare,
	[SVA_OP_COMPARE_PATTERN] = emu_compare_pattern,
	[SVA_OP_CREATE_DELTA] = emu_create_delta,
	[SVA_OP_APPLY_DELTA] = emu_apply_delta,
	[SVA_OP_DUALCAST] = emu_dualcast,
	[SVA_OP_TRANSLATION_FETCH] = emu_fetch,
	[SVA_OP_CRC] = emu_crc,
	[SVA_OP_COPY_CRC] = emu_copy_crc,
	[SVA_OP_DIF_CHECK] = emu_dif_check,
	[SVA_OP_DIF_INSERT] = emu_dif_insert,
	[SVA_OP_DIF_STRIP] = emu_dif_strip,
	[SVA_OP_DIF_UPDATE] = emu_dif_update,
	[SVA_OP_DIX_GENERATE] = emu_dix_generate,
	[SVA_OP_CACHE_FLUSH] = emu_cache_flush,
};

static unsigned int execute_one(const struct emu_device *dev, const struct emu_memory *mem,
				const struct sva_desc *desc, bool member,
				struct emu_outcome *outcome);

/* The members in order; a fence ends the batch when one before it has failed (3.9). */
static unsigned int batch(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	bool failed = sva_desc_flags(desc) & EMU_FLAG_BATCH_ERROR;
	uint32_t i;

	for (i = 0; i < desc->desc_count; i++) {
		uint64_t addr = desc->desc_list_addr + i * sizeof(*desc);
		struct emu_outcome outcome;
		struct sva_desc member;

		if (!emu_load(run, &member, addr, sizeof(member), EMU_SRC))
			break;
		if ((sva_desc_flags(&member) & SVA_FLAG_FENCE) && failed)
			break;
		if (execute_one(run->dev, run->mem, &member, true, &outcome) != SVA_STATUS_SUCCESS)
			failed = true;
	}
	run->comp->bytes_completed = i; /* descriptors */
	if (run->dev->gen_cap & EMU_CAP_BATCH_ERROR)
		run->comp->result = failed;
	if (run->fault)
		return SVA_STATUS_BATCH_PAGE_FAULT;
	return failed ? SVA_STATUS_BATCH_FAIL : SVA_STATUS_SUCCESS;
}

/* Lists and readbacks are asked for on every queue that can; data only with block on fault. */
static bool asks_for_pages(const struct emu_device *dev, const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);

	if (opcode == SVA_OP_BATCH || opcode == SVA_OP_DRAIN)
		return dev->page_requests;
	return sva_desc_flags(desc) & SVA_FLAG_BOF;
}

static unsigned int operate(const struct emu_device *dev, const struct emu_memory *mem,
			    const struct sva_desc *desc, bool member, struct sva_record *comp)
{
	struct emu_run run = { dev, mem, desc, comp, asks_for_pages(dev, desc), 0 };
	unsigned int opcode = sva_desc_opcode(desc);
	struct emu_findings findings;
	unsigned int status;

	emu_violations(dev, desc, member, &findings);
	status = emu_first_violation(&findings);
	if (status == SVA_STATUS_BAD_FLAGS)
		comp->invalid_flags = findings.invalid_flags;
	if (status)
		return status;
	if (opcode == SVA_OP_BATCH)
		return batch(&run);
	return operations[opcode] ? operations[opcode](&run) : SVA_STATUS_SUCCESS;
}

/* Is there something to write? Success and a failed batch are silent unless asked for (3.6). */
static bool record_due(const struct sva_desc *desc, unsigned int status)
{
	if (sva_desc_flags(desc) & SVA_FLAG_RCR)
		return true;
	return status != SVA_STATUS_SUCCESS && status != SVA_STATUS_SUCCESS_PREDICATE &&
	       status != SVA_STATUS_BATCH_FAIL;
}

/* The status byte last. */
static bool write_record(struct emu_run *run, uint64_t addr, const struct sva_record *record,
			 size_t size)
{
	const uint8_t *rest = (const uint8_t *)record + 1;
	struct sva_record *to;

	if (!emu_store(run, addr + 1, rest, size - 1, EMU_RECORD))
		return false;
	if (run->mem->write)
		return emu_store(run, addr, &record->status, 1, EMU_RECORD);
	to = emu_ptr(addr);
	__atomic_store_n(&to->status, record->status, __ATOMIC_RELEASE);
	return true;
}

/* Earlier records may have gone to the log, for software to deliver: this one, too (5.9). */
static bool follows_the_log(const struct emu_device *dev, const struct sva_desc *desc,
			    unsigned int status)
{
	return sva_desc_opcode(desc) == SVA_OP_DRAIN && status == SVA_STATUS_SUCCESS &&
	       dev->event_log && !dev->page_requests;
}

unsigned int emu_deliver(const struct emu_device *dev, const struct emu_memory *mem,
			 const struct sva_desc *desc, const struct sva_record *record, size_t size,
			 bool *written)
{
	struct sva_record fault = { 0 }; /* of the record itself, which keeps its own */
	struct emu_run run = { dev, mem, desc, &fault, dev->page_requests, 0 };
	unsigned int status = record->status;

	if (!record_due(desc, status))
		return status;
	if (follows_the_log(dev, desc, status)) {
		mem->report(mem->ctx, desc, record, SVA_STATUS_DRAIN_EVL);
		return status;
	}
	if (status != SVA_STATUS_CR_ALIGN && (sva_desc_flags(desc) & SVA_FLAG_CRAV)) {
		if (emu_reach(&run, desc->completion_addr, size, EMU_RECORD) &&
		    write_record(&run, desc->completion_addr, record, size)) {
			*written = true;
			return status;
		}
		status = SVA_STATUS_CR_TRANSLATION | SVA_STATUS_WRITE;
	}
	if (mem->report)
		mem->report(mem->ctx, desc, record, status);
	return status;
}

static unsigned int execute_one(const struct emu_device *dev, const struct emu_memory *mem,
				const struct sva_desc *desc, bool member,
				struct emu_outcome *outcome)
{
	*outcome = (struct emu_outcome){ 0 };
	outcome->record.status = (uint8_t)operate(dev, mem, desc, member, &outcome->record);
	return emu_deliver(dev, mem, desc, &outcome->record, sizeof(outcome->record),
			   &outcome->written);
}

unsigned int emu_execute(const struct emu_device *dev, const struct emu_memory *mem,
			 const struct sva_desc *desc, struct emu_outcome *outcome)
{
	return execute_one(dev, mem, desc, false, outcome);
}
