/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <sva/desc.h>

const char *emu_opcode_name(unsigned int opcode)
{
	static const char *const names[256] = {
		[SVA_OP_NOOP] = "noop",
		[SVA_OP_BATCH] = "batch",
		[SVA_OP_DRAIN] = "drain",
		[SVA_OP_MEMMOVE] = "memmove",
		[SVA_OP_FILL] = "fill",
		[SVA_OP_COMPARE] = "compare",
		[SVA_OP_COMPARE_PATTERN] = "compare-pattern",
		[SVA_OP_CREATE_DELTA] = "create-delta",
		[SVA_OP_APPLY_DELTA] = "apply-delta",
		[SVA_OP_DUALCAST] = "dualcast",
		[SVA_OP_TRANSLATION_FETCH] = "translation-fetch",
		[SVA_OP_CRC] = "crc",
		[SVA_OP_COPY_CRC] = "copy-crc",
		[SVA_OP_DIF_CHECK] = "dif-check",
		[SVA_OP_DIF_INSERT] = "dif-insert",
		[SVA_OP_DIF_STRIP] = "dif-strip",
		[SVA_OP_DIF_UPDATE] = "dif-update",
		[SVA_OP_DIX_GENERATE] = "dix-generate",
		[SVA_OP_CACHE_FLUSH] = "cache-flush",
	};

	return opcode < 256 ? names[opcode] : NULL;
}
