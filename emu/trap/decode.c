/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "decode.h"

struct prefixes {
	unsigned char mandatory; /* 0x66, 0xf2, 0xf3 or 0 */
	unsigned char rex;
	bool addr32;
	bool lock;
	enum emu_segment segment;
};

#define REX_B 1u
#define REX_X 2u
#define REX_R 4u

struct bytes {
	const unsigned char *next;
	const unsigned char *end;
};

static bool take(struct bytes *bytes, unsigned char *byte)
{
	if (bytes->next == bytes->end)
		return false;
	*byte = *bytes->next++;
	return true;
}

/* One legacy prefix. 66 beside F2 or F3 is an operand size, which means nothing to us. */
static bool legacy_prefix(struct prefixes *prefixes, unsigned char byte)
{
	switch (byte) {
	case 0x66:
		if (!prefixes->mandatory)
			prefixes->mandatory = byte;
		return true;
	case 0xf2:
	case 0xf3:
		prefixes->mandatory = byte;
		return true;
	case 0x67:
		prefixes->addr32 = true;
		return true;
	case 0x64:
		prefixes->segment = EMU_SEG_FS;
		return true;
	case 0x65:
		prefixes->segment = EMU_SEG_GS;
		return true;
	case 0xf0:
		prefixes->lock = true;
		return true;
	default: /* ES, CS, SS, DS: without effect in 64-bit mode, also on an FS or GS before them
		  */
		return byte == 0x26 || byte == 0x2e || byte == 0x36 || byte == 0x3e;
	}
}

/* A REX prefix counts only where the opcode follows it. @byte: the first byte of the opcode. */
static bool take_prefixes(struct bytes *bytes, struct prefixes *prefixes, unsigned char *byte)
{
	while (take(bytes, byte)) {
		if ((*byte & 0xf0) == 0x40)
			prefixes->rex = *byte;
		else if (legacy_prefix(prefixes, *byte))
			prefixes->rex = 0;
		else
			return !prefixes->lock;
	}
	return false;
}

static bool take_opcode(struct bytes *bytes, const struct prefixes *prefixes, unsigned char first,
			enum emu_opcode *opcode)
{
	unsigned char byte;

	if (first != 0x0f || !take(bytes, &byte))
		return false;
	if (byte == 0xae) {
		*opcode = prefixes->mandatory == 0xf3   ? EMU_UMONITOR
			  : prefixes->mandatory == 0xf2 ? EMU_UMWAIT
							: EMU_TPAUSE;
	} else if (byte == 0x38 && take(bytes, &byte) && byte == 0xf8) {
		*opcode = prefixes->mandatory == 0xf3   ? EMU_ENQCMDS
			  : prefixes->mandatory == 0xf2 ? EMU_ENQCMD
							: EMU_MOVDIR64B;
	} else {
		return false;
	}
	return prefixes->mandatory;
}

static bool take_disp(struct bytes *bytes, unsigned int size, int32_t *disp)
{
	unsigned char byte;
	uint32_t value = 0;

	for (unsigned int i = 0; i < size; i++) {
		if (!take(bytes, &byte))
			return false;
		value |= (uint32_t)byte << 8 * i;
	}
	*disp = size == 1 ? (int8_t)value : (int32_t)value;
	return true;
}

/* The SIB byte. Index 4 means none, but with REX.X it is R12. */
static bool take_sib(struct bytes *bytes, unsigned char rex, struct emu_insn *insn)
{
	unsigned char sib, index;

	if (!take(bytes, &sib))
		return false;
	index = (sib >> 3 & 7) | (rex & REX_X ? 8 : 0);
	insn->index = index == 4 ? EMU_REG_NONE : index;
	insn->scale = 1u << (sib >> 6);
	insn->base = (sib & 7) | (rex & REX_B ? 8 : 0);
	return true;
}

/* Whether 4 or 5 stand for something else than a register is asked before REX.B is added. */
static bool take_memory(struct bytes *bytes, unsigned char rex, unsigned char modrm,
			struct emu_insn *insn)
{
	unsigned int mod = modrm >> 6;
	unsigned int disp_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	insn->index = EMU_REG_NONE;
	insn->scale = 1;
	insn->base = (modrm & 7) | (rex & REX_B ? 8 : 0);
	if ((modrm & 7) == 4 && !take_sib(bytes, rex, insn))
		return false;
	if (mod == 0 && (insn->base & 7) == 5) {
		insn->base = (modrm & 7) == 5 ? EMU_REG_RIP : EMU_REG_NONE;
		disp_size = 4;
	}
	return take_disp(bytes, disp_size, &insn->disp);
}

static bool take_operands(struct bytes *bytes, unsigned char rex, struct emu_insn *insn)
{
	unsigned char modrm;
	bool is_register;

	if (!take(bytes, &modrm))
		return false;
	is_register = modrm >> 6 == 3;
	if (insn->opcode == EMU_UMONITOR || insn->opcode == EMU_UMWAIT ||
	    insn->opcode == EMU_TPAUSE) {
		insn->base = (modrm & 7) | (rex & REX_B ? 8 : 0);
		insn->index = EMU_REG_NONE;
		insn->scale = 1;
		return is_register && (modrm >> 3 & 7) == 6;
	}
	insn->dest = (modrm >> 3 & 7) | (rex & REX_R ? 8 : 0);
	return !is_register && take_memory(bytes, rex, modrm, insn);
}

void emu_decode(const unsigned char *code, size_t size, struct emu_insn *insn)
{
	struct bytes bytes = { code, code + (size < EMU_INSN_MAX ? size : EMU_INSN_MAX) };
	struct prefixes prefixes = { 0 };
	unsigned char byte;

	memset(insn, 0, sizeof(*insn));
	if (!take_prefixes(&bytes, &prefixes, &byte) ||
	    !take_opcode(&bytes, &prefixes, byte, &insn->opcode) ||
	    !take_operands(&bytes, prefixes.rex, insn)) {
		memset(insn, 0, sizeof(*insn));
		return;
	}
	insn->segment = prefixes.segment;
	insn->addr32 = prefixes.addr32;
	insn->length = (unsigned char)(bytes.next - code);
}

uint64_t emu_address(const struct emu_insn *insn, const struct emu_regs *regs)
{
	uint64_t address = (uint64_t)(int64_t)insn->disp;

	if (insn->base == EMU_REG_RIP)
		address += regs->rip + insn->length;
	else if (insn->base != EMU_REG_NONE)
		address += regs->reg[insn->base];
	if (insn->index != EMU_REG_NONE)
		address += regs->reg[insn->index] * insn->scale;
	if (insn->addr32)
		address = (uint32_t)address;
	if (insn->segment == EMU_SEG_FS)
		address += regs->fs_base;
	else if (insn->segment == EMU_SEG_GS)
		address += regs->gs_base;
	return address;
}

uint64_t emu_destination(const struct emu_insn *insn, const struct emu_regs *regs)
{
	uint64_t address = regs->reg[insn->dest];

	return insn->addr32 ? (uint32_t)address : address;
}
