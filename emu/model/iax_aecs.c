/* SPDX-License-Identifier: MIT */
/*
 * The AECS: two copies, one behind the other, of which one is read and the other is written. A job
 * that ends with a fault finds what it has read unchanged when it is submitted again.
 */
#include <string.h>

#include "iax.h"

static uint64_t copy_at(const struct sva_desc *desc, bool second)
{
	return desc->iax.aecs_addr + (second ? desc->iax.src2_size : 0);
}

static size_t fitting(const struct sva_desc *desc, size_t size)
{
	return size < desc->iax.src2_size ? size : desc->iax.src2_size;
}

bool emu_iax_read_aecs(struct emu_run *run, void *aecs, size_t size)
{
	const struct sva_desc *desc = run->desc;
	bool second = sva_desc_flags(desc) & SVA_IAX_FLAG_AECS_TOGGLE;

	memset(aecs, 0, size);
	return emu_load(run, aecs, copy_at(desc, second), fitting(desc, size), EMU_SRC2);
}

/* As a second destination, in the information of a fault (unverified). */
bool emu_iax_write_aecs(struct emu_run *run, const void *aecs, size_t size)
{
	const struct sva_desc *desc = run->desc;
	bool second = !(sva_desc_flags(desc) & SVA_IAX_FLAG_AECS_TOGGLE);
	uint64_t addr = copy_at(desc, second);

	size = fitting(desc, size);
	return emu_reach_all(run, addr, size, EMU_DST2) &&
	       emu_store(run, addr, aecs, size, EMU_DST2);
}
