/* SPDX-License-Identifier: MIT */
/* Compare and compare pattern. */
#include "cpu.h"
#include "kernels.h"

static unsigned int finish(const struct sva_desc *desc, struct sva_record *record, size_t same)
{
	record->result = same < desc->xfer_size;
	record->bytes_completed = record->result ? (uint32_t)same : 0;
	if (desc->op_flags & SVA_FLAG_CR && (desc->compare.expected_result & 1) != record->result)
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_compare(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src1 = (const uint8_t *)desc->src_addr;
	const uint8_t *src2 = (const uint8_t *)desc->src2_addr;

	return finish(desc, record, svai_kernels()->differ(src1, src2, desc->xfer_size));
}

unsigned int svai_cpu_compare_pattern(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	size_t size = desc->xfer_size;

	return finish(desc, record,
		      svai_kernels()->differ_pattern(src, desc->compare_pattern, size));
}
