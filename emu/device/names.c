/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <sva/iax.h>

const char *const emu_type_name[EMU_TYPES] = { "dsa", "iax" };

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
		[SVA_IAX_OP_DECRYPT] = "decrypt",
		[SVA_IAX_OP_ENCRYPT] = "encrypt",
		[SVA_IAX_OP_DECOMPRESS] = "decompress",
		[SVA_IAX_OP_COMPRESS] = "compress",
		[SVA_IAX_OP_CRC64] = "crc64",
		[SVA_IAX_OP_ZERO_DECOMPRESS_32] = "zero-decompress-32",
		[SVA_IAX_OP_ZERO_DECOMPRESS_16] = "zero-decompress-16",
		[SVA_IAX_OP_ZERO_DECOMPRESS_8] = "zero-decompress-8",
		[SVA_IAX_OP_ZERO_COMPRESS_32] = "zero-compress-32",
		[SVA_IAX_OP_ZERO_COMPRESS_16] = "zero-compress-16",
		[SVA_IAX_OP_ZERO_COMPRESS_8] = "zero-compress-8",
		[SVA_IAX_OP_SCAN] = "scan",
		[SVA_IAX_OP_SET_MEMBERSHIP] = "set-membership",
		[SVA_IAX_OP_EXTRACT] = "extract",
		[SVA_IAX_OP_SELECT] = "select",
		[SVA_IAX_OP_RLE_BURST] = "rle-burst",
		[SVA_IAX_OP_FIND_UNIQUE] = "find-unique",
		[SVA_IAX_OP_EXPAND] = "expand",
	};

	return opcode < 256 ? names[opcode] : NULL;
}
