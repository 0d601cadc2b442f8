/* SPDX-License-Identifier: MIT */
/*
 * The decoder against the assembler: thousands of random operands are written as text and
 * assembled; what comes out of the decoder has to be what the text was made from.
 *
 * TRAP_SEED chooses another sequence.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "decode.h"

#define COUNT 20000

static const char *const reg64[] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
				     "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
static const char *const reg32[] = { "eax", "ecx", "edx",  "ebx",  "esp",  "ebp",  "esi",  "edi",
				     "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d" };

static struct {
	struct emu_insn insn;
	unsigned int junk; /* bytes of prefixes before what the assembler makes */
} expected[COUNT];

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/*
 * Prefixes that stand before the assembler's own: they give way to those, or come together with
 * them. A REX among them is without effect. f0 is not among them: it makes the instruction invalid.
 */
static unsigned int write_junk(FILE *out, struct emu_insn *insn)
{
	static const unsigned char prefixes[] = { 0x66, 0xf2, 0xf3, 0x26, 0x2e, 0x36,
						  0x3e, 0x64, 0x65, 0x67, 0x48, 0x4f };
	unsigned int count = draw(3) ? 0 : (unsigned int)draw(6), i;
	unsigned char prefix, repeat = 0;

	for (i = 0; i < count; i++) {
		prefix = prefixes[draw(sizeof(prefixes))];
		fprintf(out, "\t.byte %#x\n", prefix);
		if (prefix == 0xf2 || prefix == 0xf3)
			repeat = prefix;
		else if (prefix == 0x64 || prefix == 0x65)
			insn->segment = prefix == 0x64 ? EMU_SEG_FS : EMU_SEG_GS;
		else if (prefix == 0x67)
			insn->addr32 = true;
	}
	if (repeat && insn->opcode == EMU_MOVDIR64B)
		insn->opcode = repeat == 0xf2 ? EMU_ENQCMD : EMU_ENQCMDS;
	else if (repeat && insn->opcode == EMU_TPAUSE)
		insn->opcode = repeat == 0xf2 ? EMU_UMWAIT : EMU_UMONITOR;
	return count;
}

static int32_t draw_disp(void)
{
	static const int32_t edges[] = { 0, 1, -1, 127, 128, -128, -129, INT32_MAX, INT32_MIN };

	return draw(2) ? edges[draw(sizeof(edges) / sizeof(edges[0]))] : (int32_t)draw(1ull << 32);
}

static void write_memory(FILE *out, struct emu_insn *insn, const char *const *names)
{
	insn->disp = draw_disp();
	fprintf(out, "%d", insn->disp);
	if (insn->base == EMU_REG_RIP)
		fprintf(out, "(%%%s)", names == reg32 ? "eip" : "rip");
	else if (insn->base != EMU_REG_NONE && insn->index == EMU_REG_NONE)
		fprintf(out, "(%%%s)", names[insn->base]);
	else if (insn->index != EMU_REG_NONE)
		fprintf(out, "(%s%s,%%%s,%d)", insn->base == EMU_REG_NONE ? "" : "%",
			insn->base == EMU_REG_NONE ? "" : names[insn->base], names[insn->index],
			insn->scale);
}

/* A quarter has no base, some are relative to RIP; half have no index, and RSP cannot be one. */
static void draw_registers(struct emu_insn *insn)
{
	insn->dest = (unsigned char)draw(16);
	insn->base = draw(4) ? (unsigned char)draw(16) : draw(2) ? EMU_REG_NONE : EMU_REG_RIP;
	insn->index = EMU_REG_NONE;
	insn->scale = 1;
	if (draw(2) && insn->base != EMU_REG_RIP) {
		insn->index = (unsigned char)draw(16);
		insn->scale = (unsigned char)(1u << draw(4));
	}
	if (insn->index == 4) {
		insn->index = EMU_REG_NONE;
		insn->scale = 1;
	}
}

static void write_segment(FILE *out, struct emu_insn *insn)
{
	static const char *const names[] = { "fs", "gs", "cs", "ds", "es", "ss" };
	unsigned int segment;

	if (draw(3))
		return;
	segment = (unsigned int)draw(6);
	fprintf(out, "%%%s:", names[segment]);
	if (segment < 2)
		insn->segment = segment ? EMU_SEG_GS : EMU_SEG_FS;
}

static void write_store(FILE *out, struct emu_insn *insn, const char *name)
{
	static const char *const sizes[] = { "", "", "{disp8} ", "{disp32} " };
	const char *const *names = draw(4) ? reg64 : reg32;

	if (names == reg32)
		insn->addr32 = true;
	draw_registers(insn);
	fprintf(out, "\t%s%s ", sizes[draw(4)], name);
	write_segment(out, insn);
	write_memory(out, insn, names);
	fprintf(out, ", %%%s\n", names[insn->dest]);
}

static void write_wait(FILE *out, struct emu_insn *insn, const char *name, enum emu_opcode opcode)
{
	const char *const *names = opcode == EMU_UMONITOR && draw(4) ? reg64 : reg32;

	if (opcode == EMU_UMONITOR && names == reg32)
		insn->addr32 = true;
	insn->base = (unsigned char)draw(16);
	insn->index = EMU_REG_NONE;
	insn->scale = 1;
	fprintf(out, "\t%s %%%s\n", name, names[insn->base]);
}

/* Each instruction is preceded by one byte with its length. */
static void write_text(FILE *out)
{
	static const char *const names[] = { "",         "enqcmd", "enqcmds", "movdir64b",
					     "umonitor", "umwait", "tpause" };
	enum emu_opcode opcode;
	struct emu_insn *insn;

	fputs("\t.text\n", out);
	for (unsigned int i = 0; i < COUNT; i++) {
		insn = &expected[i].insn;
		opcode = draw(4) ? (enum emu_opcode)(EMU_ENQCMD + draw(3))
				 : (enum emu_opcode)(EMU_UMONITOR + draw(3));
		insn->opcode = opcode;
		fprintf(out, "\t.byte 2f - 1f\n1:\n");
		expected[i].junk = write_junk(out, insn);
		if (opcode >= EMU_UMONITOR)
			write_wait(out, insn, names[opcode], opcode);
		else
			write_store(out, insn, names[opcode]);
		fputs("2:\n", out);
	}
}

static void check_one(unsigned int i, const unsigned char *code, unsigned int size)
{
	struct emu_insn *want = &expected[i].insn, got;

	want->length = (unsigned char)size;
	if (size > EMU_INSN_MAX)
		memset(want, 0, sizeof(*want));
	emu_decode(code, size, &got);
	if (got.opcode != want->opcode || got.length != want->length ||
	    got.segment != want->segment || got.addr32 != want->addr32 || got.dest != want->dest ||
	    got.base != want->base || got.index != want->index || got.scale != want->scale ||
	    got.disp != want->disp)
		fail_msg("instruction %u: opcode %d/%d length %d/%d segment %d/%d addr32 %d/%d "
			 "dest %d/%d base %d/%d index %d/%d scale %d/%d disp %d/%d",
			 i, got.opcode, want->opcode, got.length, want->length, got.segment,
			 want->segment, got.addr32, want->addr32, got.dest, want->dest, got.base,
			 want->base, got.index, want->index, got.scale, want->scale, got.disp,
			 want->disp);
	for (unsigned int cut = 0; cut < size; cut++) {
		emu_decode(code, cut, &got);
		assert_int_equal(got.opcode, EMU_OTHER);
	}
}

static void check_all(FILE *binary)
{
	unsigned char code[64];
	int size;

	for (unsigned int i = 0; i < COUNT; i++) {
		size = fgetc(binary);
		assert_in_range(size, 4, sizeof(code));
		assert_int_equal(fread(code, 1, (size_t)size, binary), size);
		check_one(i, code, (unsigned int)size);
	}
}

static void test_assembler(void **state)
{
	char folder[] = "/tmp/trap-as-XXXXXX", path[PATH_MAX], command[3 * PATH_MAX];
	FILE *file;
	int made;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.s", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	write_text(file);
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof(command),
		 "cd %s && as --64 -o a.o a.s && objcopy -O binary -j .text a.o a.bin", folder);
	made = system(command); /* NOLINT: the tools of the compiler */
	snprintf(path, sizeof(path), "%s/a.bin", folder);
	file = made ? NULL : fopen(path, "rb");
	if (file) {
		check_all(file);
		fclose(file);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0); /* NOLINT */
	assert_int_equal(made, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_assembler) };
	const char *seed = getenv("TRAP_SEED");

	/* An assembler that does not know the instructions cannot be asked. */
	if (system("echo 'enqcmd (%rax), %rax; umonitor %eax; tpause %ecx' | "
		   "as --64 -o /dev/null - 2>/dev/null && objcopy --version >/dev/null 2>&1"))
		return 77;
	random_state = seed ? strtoull(seed, NULL, 0) | 1 : 88172645463325252ull;
	printf("seed %#llx\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
