/* SPDX-License-Identifier: MIT */
/*
 * The decoder against encodings made by hand from the manual, with every truncation of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "decode.h"

#define NONE EMU_REG_NONE

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15 };

struct encoding {
	const char *text;
	size_t size;
	const char *code;
	struct emu_insn insn;
};

/* The length is the size of the code. */
#define CODE(text, code, ...)                 \
	{                                     \
		text, sizeof(code) - 1, code, \
		{                             \
			__VA_ARGS__           \
		}                             \
	}
#define MEM(op, dst, b, i, s, d) \
	.opcode = (op), .dest = (dst), .base = (b), .index = (i), .scale = (s), .disp = (d)
#define REG(op, b) .opcode = (op), .base = (b), .index = NONE, .scale = 1

static const struct encoding valid[] = {
	CODE("enqcmd (rsi), rax", "\xf2\x0f\x38\xf8\x06", MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("enqcmds (rsi), rax", "\xf3\x0f\x38\xf8\x06", MEM(EMU_ENQCMDS, RAX, RSI, NONE, 1, 0)),
	CODE("movdir64b (rsi), rax", "\x66\x0f\x38\xf8\x06",
	     MEM(EMU_MOVDIR64B, RAX, RSI, NONE, 1, 0)),
	CODE("umonitor rax", "\xf3\x0f\xae\xf0", REG(EMU_UMONITOR, RAX)),
	CODE("umonitor r9", "\xf3\x41\x0f\xae\xf1", REG(EMU_UMONITOR, R9)),
	CODE("umonitor gs: r9d", "\x65\x67\xf3\x41\x0f\xae\xf1", REG(EMU_UMONITOR, R9),
	     .segment = EMU_SEG_GS, .addr32 = true),
	CODE("umwait ecx", "\xf2\x0f\xae\xf1", REG(EMU_UMWAIT, RCX)),
	CODE("umwait with 66", "\x66\xf2\x0f\xae\xf1", REG(EMU_UMWAIT, RCX)),
	CODE("tpause r15d", "\x66\x41\x0f\xae\xf7", REG(EMU_TPAUSE, R15)),
	CODE("tpause, REX.R and X ignored", "\x66\x4e\x0f\xae\xf7", REG(EMU_TPAUSE, RDI)),
	/* Which prefix counts. */
	CODE("66 before f2", "\x66\xf2\x0f\x38\xf8\x06", MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("66 behind f2", "\xf2\x66\x0f\x38\xf8\x06", MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("f3 behind f2", "\xf2\xf3\x0f\x38\xf8\x06", MEM(EMU_ENQCMDS, RAX, RSI, NONE, 1, 0)),
	CODE("f2 behind f3", "\xf3\xf2\x0f\x38\xf8\x06", MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("f3 66 f2 66", "\xf3\x66\xf2\x66\x0f\x38\xf8\x06",
	     MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("last of fs, gs", "\x64\x65\xf2\x0f\x38\xf8\x06",
	     MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0), .segment = EMU_SEG_GS),
	CODE("es, cs, ss, ds behind fs", "\x64\x26\x2e\x36\x3e\xf2\x0f\x38\xf8\x06",
	     MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0), .segment = EMU_SEG_FS),
	CODE("REX not before the opcode", "\x4f\xf2\x0f\x38\xf8\x06",
	     MEM(EMU_ENQCMD, RAX, RSI, NONE, 1, 0)),
	CODE("the last REX", "\xf2\x4f\x44\x0f\x38\xf8\x06", MEM(EMU_ENQCMD, R8, RSI, NONE, 1, 0)),
	CODE("15 bytes", "\x2e\x2e\x2e\x2e\x2e\x2e\x66\x0f\x38\xf8\x86\x78\x56\x34\x12",
	     MEM(EMU_MOVDIR64B, RAX, RSI, NONE, 1, 0x12345678)),
	/* Operands. */
	CODE("-1(rbx), r10", "\xf2\x44\x0f\x38\xf8\x53\xff",
	     MEM(EMU_ENQCMD, R10, RBX, NONE, 1, -1)),
	CODE("-2(r12), rcx", "\xf2\x41\x0f\x38\xf8\x8c\x24\xfe\xff\xff\xff",
	     MEM(EMU_ENQCMD, RCX, R12, NONE, 1, -2)),
	CODE("(rsp)", "\xf2\x0f\x38\xf8\x04\x24", MEM(EMU_ENQCMD, RAX, RSP, NONE, 1, 0)),
	CODE("0(rbp)", "\xf2\x0f\x38\xf8\x45\x00", MEM(EMU_ENQCMD, RAX, RBP, NONE, 1, 0)),
	CODE("0(r13)", "\xf2\x41\x0f\x38\xf8\x45\x00", MEM(EMU_ENQCMD, RAX, R13, NONE, 1, 0)),
	CODE("16(rip)", "\xf2\x0f\x38\xf8\x05\x10\x00\x00\x00",
	     MEM(EMU_ENQCMD, RAX, EMU_REG_RIP, NONE, 1, 16)),
	CODE("16(rip) with REX.B", "\xf2\x41\x0f\x38\xf8\x05\x10\x00\x00\x00",
	     MEM(EMU_ENQCMD, RAX, EMU_REG_RIP, NONE, 1, 16)),
	CODE("absolute", "\xf2\x0f\x38\xf8\x04\x25\x00\x00\x00\x80",
	     MEM(EMU_ENQCMD, RAX, NONE, NONE, 1, INT32_MIN)),
	CODE("(,rcx,8), REX.B beside no base", "\xf2\x41\x0f\x38\xf8\x04\xcd\x01\x00\x00\x00",
	     MEM(EMU_ENQCMD, RAX, NONE, RCX, 8, 1)),
	CODE("1(rbp,rcx,2)", "\xf2\x0f\x38\xf8\x44\x4d\x01", MEM(EMU_ENQCMD, RAX, RBP, RCX, 2, 1)),
	CODE("(rax,r12,4)", "\xf2\x42\x0f\x38\xf8\x04\xa0", MEM(EMU_ENQCMD, RAX, RAX, R12, 4, 0)),
	CODE("(eax), ebx", "\x67\xf2\x0f\x38\xf8\x18", MEM(EMU_ENQCMD, RBX, RAX, NONE, 1, 0),
	     .addr32 = true),
};

#define BYTES(text, code)                     \
	{                                     \
		text, sizeof(code) - 1, code, \
		{                             \
			0                     \
		}                             \
	}

static const struct encoding invalid[] = {
	BYTES("no prefix", "\x0f\x38\xf8\x06\x90"),
	BYTES("register form of enqcmd", "\xf2\x0f\x38\xf8\xc6"),
	BYTES("lock", "\xf0\xf2\x0f\x38\xf8\x06"),
	BYTES("lock behind", "\x66\xf0\x0f\x38\xf8\x06"),
	BYTES("clwb", "\x66\x0f\xae\x30"),
	BYTES("clrssbsy", "\xf3\x0f\xae\x30"),
	BYTES("mfence", "\x0f\xae\xf0"),
	BYTES("wrgsbase", "\xf3\x0f\xae\xd8"),
	BYTES("movbe, 0f 38 f1", "\x0f\x38\xf1\x06"),
	BYTES("wrss, 0f 38 f6", "\x66\x0f\x38\xf6\x06"),
	BYTES("opcode f8 of another map", "\xf2\x0f\x3a\xf8\x06"),
	BYTES("VEX", "\xc4\xe2\x7b\xf8\x06"),
	BYTES("ud2", "\x0f\x0b"),
	BYTES("16 bytes", "\x2e\x2e\x2e\x2e\x2e\x2e\x2e\x66\x0f\x38\xf8\x86\x78\x56\x34\x12"),
	BYTES("prefixes only", "\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66"),
};

/* @size bytes at the end of an array: beyond them, AddressSanitizer sees. */
static struct emu_insn decode(const char *code, size_t size)
{
	unsigned char copy[32];
	struct emu_insn insn;

	memcpy(copy + sizeof(copy) - size, code, size);
	emu_decode(copy + sizeof(copy) - size, size, &insn);
	return insn;
}

static void assert_insn(const char *text, struct emu_insn insn, struct emu_insn expected)
{
	if (insn.opcode != expected.opcode || insn.segment != expected.segment ||
	    insn.length != expected.length || insn.addr32 != expected.addr32 ||
	    insn.dest != expected.dest || insn.base != expected.base ||
	    insn.index != expected.index || insn.scale != expected.scale ||
	    insn.disp != expected.disp)
		fail_msg("%s: opcode %d segment %d length %d addr32 %d dest %d base %d index %d "
			 "scale %d disp %d",
			 text, insn.opcode, insn.segment, insn.length, insn.addr32, insn.dest,
			 insn.base, insn.index, insn.scale, insn.disp);
}

static void test_valid(void **state)
{
	const struct emu_insn other = { 0 };
	struct emu_insn expected;

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++) {
		expected = valid[i].insn;
		expected.length = (unsigned char)valid[i].size;
		assert_insn(valid[i].text, decode(valid[i].code, valid[i].size), expected);
		for (size_t size = 0; size < valid[i].size; size++)
			assert_insn(valid[i].text, decode(valid[i].code, size), other);
	}
}

static void test_invalid(void **state)
{
	const struct emu_insn other = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		for (size_t size = 0; size <= invalid[i].size; size++)
			assert_insn(invalid[i].text, decode(invalid[i].code, size), other);
	}
}

/* What follows the instruction does not matter. */
static void test_more_bytes(void **state)
{
	(void)state;
	assert_int_equal(decode("\xf2\x0f\x38\xf8\x06\xff\xff\xff", 8).length, 5);
}

static struct emu_regs numbered_regs(void)
{
	struct emu_regs regs;

	for (unsigned int i = 0; i < 16; i++)
		regs.reg[i] = (i + 1) * 0x0101010110000000ull;
	regs.rip = 0x500000000;
	regs.fs_base = 0x70000000000;
	regs.gs_base = 0x60000000000;
	return regs;
}

#define ADDRESS(...) emu_address(&(const struct emu_insn){ __VA_ARGS__ }, &regs)

static void test_address(void **state)
{
	const struct emu_regs regs = numbered_regs();

	(void)state;
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, RCX, NONE, 1, -16)), regs.reg[RCX] - 16);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, RCX, RDX, 8, 0)),
			 regs.reg[RCX] + 8 * regs.reg[RDX]);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, NONE, NONE, 1, -1)), UINT64_MAX);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, EMU_REG_RIP, NONE, 1, -4), .length = 9),
			 0x500000005);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, RCX, NONE, 1, 4), .segment = EMU_SEG_FS),
			 regs.reg[RCX] + 4 + regs.fs_base);
	assert_int_equal(ADDRESS(REG(EMU_UMONITOR, RBX), .segment = EMU_SEG_GS),
			 regs.reg[RBX] + regs.gs_base);
}

/* 32-bit addresses wrap around before the segment's base is added. */
static void test_address_32(void **state)
{
	const struct emu_regs regs = numbered_regs();
	const struct emu_insn dest = { MEM(EMU_ENQCMD, R9, RAX, NONE, 1, 0), .addr32 = true };

	(void)state;
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, NONE, NONE, 1, -1), .addr32 = true),
			 0xffffffff);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, R15, R15, 8, 0), .addr32 = true,
				 .segment = EMU_SEG_GS),
			 (uint32_t)(9 * regs.reg[R15]) + regs.gs_base);
	assert_int_equal(ADDRESS(MEM(EMU_ENQCMD, RAX, EMU_REG_RIP, NONE, 1, 0), .addr32 = true,
				 .length = 10),
			 10);
	assert_int_equal(emu_destination(&dest, &regs), (uint32_t)regs.reg[R9]);
}

/* The destination is in ES, whose base is 0. */
static void test_destination(void **state)
{
	const struct emu_regs regs = numbered_regs();
	const struct emu_insn insn = { MEM(EMU_ENQCMD, R9, RAX, NONE, 1, 0),
				       .segment = EMU_SEG_FS };

	(void)state;
	assert_int_equal(emu_destination(&insn, &regs), regs.reg[R9]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),      cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_more_bytes), cmocka_unit_test(test_address),
		cmocka_unit_test(test_address_32), cmocka_unit_test(test_destination),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
