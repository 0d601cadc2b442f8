/* SPDX-License-Identifier: MIT */
/* One descriptor of an IAX device: checks, operation, completion record. */
#include "iax.h"

static emu_op *const operations[256] = {
	[SVA_OP_MEMMOVE] = emu_memmove,
	[SVA_OP_TRANSLATION_FETCH] = emu_fetch,
	[SVA_IAX_OP_DECRYPT] = emu_iax_cipher,
	[SVA_IAX_OP_ENCRYPT] = emu_iax_cipher,
	[SVA_IAX_OP_DECOMPRESS] = emu_iax_decompress,
	[SVA_IAX_OP_COMPRESS] = emu_iax_compress,
	[SVA_IAX_OP_CRC64] = emu_iax_crc64,
	[SVA_IAX_OP_ZERO_DECOMPRESS_32] = emu_iax_zero_decompress,
	[SVA_IAX_OP_ZERO_DECOMPRESS_16] = emu_iax_zero_decompress,
	[SVA_IAX_OP_ZERO_DECOMPRESS_8] = emu_iax_zero_decompress,
	[SVA_IAX_OP_ZERO_COMPRESS_32] = emu_iax_zero_compress,
	[SVA_IAX_OP_ZERO_COMPRESS_16] = emu_iax_zero_compress,
	[SVA_IAX_OP_ZERO_COMPRESS_8] = emu_iax_zero_compress,
	[SVA_IAX_OP_SCAN] = emu_iax_filter,
	[SVA_IAX_OP_SET_MEMBERSHIP] = emu_iax_filter,
	[SVA_IAX_OP_EXTRACT] = emu_iax_filter,
	[SVA_IAX_OP_SELECT] = emu_iax_filter,
	[SVA_IAX_OP_RLE_BURST] = emu_iax_filter,
	[SVA_IAX_OP_FIND_UNIQUE] = emu_iax_filter,
	[SVA_IAX_OP_EXPAND] = emu_iax_filter,
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
	if (run.fault) {
		forget_results(record);
		return run.fault;
	}
	if (sva_desc_opcode(desc) >= SVA_IAX_OP_DECRYPT && status == SVA_STATUS_SUCCESS)
		record->bytes_completed = desc->xfer_size; /* whatever was used of it (QPL) */
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
