/* SPDX-License-Identifier: MIT */
/* One descriptor of an IAX device: checks, operation, completion record. */
#include "iax.h"

static emu_op *const operations[256] = {
	[SVA_OP_MEMMOVE] = emu_memmove,
	[SVA_OP_TRANSLATION_FETCH] = emu_fetch,
};

/* Nothing is completed in part: after a fault the record has nothing but that. */
static void forget_results(struct sva_iax_record *record)
{
	*record = (struct sva_iax_record){
		.fault_info = record->fault_info,
		.fault_addr = record->fault_addr,
	};
}

static unsigned int operate(const struct emu_device *dev, const struct emu_memory *mem,
			    const struct sva_desc *desc, struct sva_iax_record *record)
{
	struct sva_record *head = (struct sva_record *)(void *)record;
	struct emu_run run = { dev, mem, desc, head, sva_desc_flags(desc) & SVA_FLAG_BOF, 0 };
	emu_op *operation = operations[sva_desc_opcode(desc)];
	struct emu_findings findings;
	unsigned int status;

	emu_iax_violations(dev, desc, &findings);
	status = emu_first_violation(&findings);
	if (status == SVA_STATUS_BAD_FLAGS)
		record->invalid_flags = findings.invalid_flags;
	if (status)
		return status;
	status = operation ? operation(&run) : SVA_STATUS_SUCCESS;
	if (run.fault)
		forget_results(record);
	return status;
}

unsigned int emu_iax_execute(const struct emu_device *dev, const struct emu_memory *mem,
			     const struct sva_desc *desc, struct emu_iax_outcome *outcome)
{
	const struct sva_record *head = (const struct sva_record *)(const void *)&outcome->record;

	*outcome = (struct emu_iax_outcome){ 0 };
	outcome->record.status = (uint8_t)operate(dev, mem, desc, &outcome->record);
	return emu_deliver(dev, mem, desc, head, sizeof(outcome->record), &outcome->written);
}
