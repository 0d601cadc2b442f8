/* SPDX-License-Identifier: MIT */
/*
 * The decoder: whatever the bytes, it reads no further than it may; an instruction has at most 15
 * bytes, is the same when decoded alone, and is none when its last byte is missing.
 */
#include <stdlib.h>
#include <string.h>

#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

/* In memory of exactly that size: a byte too far is seen. */
static struct emu_insn decode(const uint8_t *data, size_t size)
{
	unsigned char *code = malloc(size);
	struct emu_insn insn;

	check(code || !size);
	if (size)
		memcpy(code, data, size);
	memset(&insn, 0xff, sizeof(insn));
	emu_decode(code, size, &insn);
	free(code);
	return insn;
}

static void check_insn(const struct emu_insn *insn)
{
	static const struct emu_regs regs;

	check(insn->length >= 4 && insn->length <= EMU_INSN_MAX);
	check(insn->dest < 16 && insn->base <= EMU_REG_RIP && insn->index <= EMU_REG_NONE);
	check(insn->scale && insn->scale <= 8 && !(insn->scale & (insn->scale - 1)));
	check(!insn->addr32 || emu_address(insn, &regs) <= UINT32_MAX);
	check(emu_destination(insn, &regs) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct emu_insn insn = decode(data, size), again;

	if (insn.opcode == EMU_OTHER) {
		check(!insn.length);
		return 0;
	}
	check(insn.length <= size);
	check_insn(&insn);
	again = decode(data, insn.length);
	check(!memcmp(&insn, &again, sizeof(insn)));
	again = decode(data, insn.length - 1u);
	check(again.opcode == EMU_OTHER);
	return 0;
}
