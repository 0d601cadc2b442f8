/* SPDX-License-Identifier: MIT */
/* Compare with memory or with a pattern (8.3.6, 8.3.7). */
#include <string.h>

#include "op.h"

static unsigned int verdict(struct emu_run *run, uint8_t result)
{
	run->comp->result = result;
	if ((sva_desc_flags(run->desc) & SVA_FLAG_CR) &&
	    (run->desc->compare.expected_result & 1) != result)
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

/* Index of the first of @len bytes that differs; the last one if others have written meanwhile. */
static uint32_t first_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
	uint32_t i = 0;

	while (i < len - 1 && a[i] == b[i])
		i++;
	return i;
}

unsigned int emu_compare(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint8_t buffer[2][EMU_PAGE];
	uint32_t done = 0;

	while (done < desc->xfer_size) {
		uint64_t src = desc->src_addr + done, src2 = desc->src2_addr + done;
		const uint8_t *a = NULL, *b = NULL;
		size_t n = emu_reach(run, src, desc->xfer_size - done, EMU_SRC);

		if (n > 0)
			n = emu_reach(run, src2, n, EMU_SRC2);
		if (n > 0)
			a = emu_view(run, src, n, EMU_SRC, buffer[0]);
		if (a)
			b = emu_view(run, src2, n, EMU_SRC2, buffer[1]);
		if (!b)
			return emu_stop(run, done);
		if (memcmp(a, b, n) != 0) {
			run->comp->bytes_completed = done + first_difference(a, b, n);
			return verdict(run, 1);
		}
		done += (uint32_t)n;
	}
	return verdict(run, 0);
}

unsigned int emu_compare_pattern(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint8_t tile[EMU_PAGE + sizeof(desc->compare_pattern)];
	uint8_t buffer[EMU_PAGE];
	uint32_t done = 0;

	for (size_t i = 0; i < sizeof(tile); i += sizeof(desc->compare_pattern))
		memcpy(tile + i, &desc->compare_pattern, sizeof(desc->compare_pattern));
	while (done < desc->xfer_size) {
		const uint8_t *a = NULL;
		const uint8_t *b = tile + done % sizeof(desc->compare_pattern);
		uint32_t left = desc->xfer_size - done;
		size_t n = emu_reach(run, desc->src_addr + done, left < EMU_PAGE ? left : EMU_PAGE,
				     EMU_SRC);

		if (n > 0)
			a = emu_view(run, desc->src_addr + done, n, EMU_SRC, buffer);
		if (!a)
			return emu_stop(run, done);
		if (memcmp(a, b, n) != 0) {
			run->comp->bytes_completed = done + first_difference(a, b, n);
			return verdict(run, 1);
		}
		done += (uint32_t)n;
	}
	return verdict(run, 0);
}
