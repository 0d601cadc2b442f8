/* SPDX-License-Identifier: MIT */
/*
 * The instructions of insn.h, on any CPU.
 *
 * A breakpoint switches single stepping on, a second one ends it; in between, the handler looks at
 * the bytes that are about to be executed. When they are the awaited ones, it notes operands and
 * memory, does what the CPU would do, sets the flags as the test wants them, and goes on behind the
 * instruction.
 *
 * The last tests do execute them: with their effect where the CPU has them, else with SIGILL.
 *
 * This file is compiled with -O2 in every build: it is about what the compiler may leave out.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cpuid.h>
#include <cmocka.h>

#include <sva/sva.h>

/*
 * The tracer.
 */

struct insn {
	unsigned char len;
	unsigned char byte[8];
	void (*effect)(greg_t *regs);
};

static void portal_effect(greg_t *regs);
static void cpuid_effect(greg_t *regs);

static const struct insn enqcmd = { 5, { 0xf2, 0x0f, 0x38, 0xf8, 0x06 }, portal_effect };
static const struct insn enqcmds = { 5, { 0xf3, 0x0f, 0x38, 0xf8, 0x06 }, portal_effect };
static const struct insn movdir64b = { 5, { 0x66, 0x0f, 0x38, 0xf8, 0x06 }, portal_effect };
static const struct insn umonitor = { 4, { 0xf3, 0x0f, 0xae, 0xf0 }, NULL };
static const struct insn umwait = { 4, { 0xf2, 0x0f, 0xae, 0xf1 }, NULL };
static const struct insn tpause = { 4, { 0x66, 0x0f, 0xae, 0xf1 }, NULL };
static const struct insn cldemote = { 3, { 0x0f, 0x1c, 0x00 }, NULL };
static const struct insn sfence = { 3, { 0x0f, 0xae, 0xf8 }, NULL };
static const struct insn pause_insn = { 2, { 0xf3, 0x90 }, NULL };
static const struct insn cpuid = { 2, { 0x0f, 0xa2 }, cpuid_effect };
static const struct insn int3 = { 1, { 0xcc }, NULL };

#define FLAG_CF  0x001
#define FLAG_ZF  0x040
#define FLAG_TF  0x100 /* single step */
#define FLAG_ALL 0x8d5 /* CF, PF, AF, ZF, SF, OF */

static struct {
	const struct insn *awaited;
	greg_t flags;         /* FLAG_* to be set behind it; the rest of FLAG_ALL is cleared */
	const void *at_fence; /* 64 bytes to be looked at when SFENCE is reached */
	uint32_t cpuid_max;   /* a CPU with so many leaves, */
	uint32_t cpuid_7_ecx; /* and these features */
	/* What was seen. */
	unsigned int caught;   /* how often the awaited instruction was reached */
	int signal;            /* the signal that it raised when it was executed */
	unsigned int fences;   /* SFENCEs before it */
	unsigned int distance; /* instructions from the last SFENCE to it */
	uint64_t rax, rcx, rdx, rsi;
	unsigned char desc[64], fenced[64];
} trace;

/* ENQCMD, MOVDIR64B: the 64 bytes at RSI go to RAX. */
static void portal_effect(greg_t *regs)
{
	memcpy(trace.desc, (const void *)regs[REG_RSI], 64);
	memcpy((void *)regs[REG_RAX], (const void *)regs[REG_RSI], 64);
}

/* Leaf 7 has the features, another one says which it is. */
static void cpuid_effect(greg_t *regs)
{
	const uint32_t leaf = (uint32_t)regs[REG_RAX], subleaf = (uint32_t)regs[REG_RCX];

	regs[REG_RAX] = leaf ? leaf : trace.cpuid_max;
	regs[REG_RBX] = ~leaf;
	regs[REG_RCX] = leaf == 7 && !subleaf ? trace.cpuid_7_ecx : subleaf;
	regs[REG_RDX] = ~subleaf;
}

static bool stands_at(const unsigned char *rip, const struct insn *insn)
{
	return !memcmp(rip, insn->byte, insn->len);
}

/* The awaited instruction, not executed: as if it had been. */
static void catch (greg_t *regs)
{
	trace.rax = (uint64_t)regs[REG_RAX];
	trace.rcx = (uint64_t)regs[REG_RCX];
	trace.rdx = (uint64_t)regs[REG_RDX];
	trace.rsi = (uint64_t)regs[REG_RSI];
	if (trace.awaited->effect)
		trace.awaited->effect(regs);
	regs[REG_EFL] = (regs[REG_EFL] & ~(greg_t)FLAG_ALL) | trace.flags;
}

static void look_at_fence(void)
{
	trace.fences++;
	trace.distance = 0;
	if (trace.at_fence)
		memcpy(trace.fenced, trace.at_fence, 64);
}

/*
 * The breakpoint has been executed, or another instruction is about to be. What stands behind
 * the awaited one would be executed without another look, so that is had at once.
 */
static void step(greg_t *regs)
{
	const unsigned char *rip = (const unsigned char *)regs[REG_RIP];

	regs[REG_EFL] |= FLAG_TF;
	trace.distance += !trace.caught;
	if (stands_at(rip, &sfence) && !trace.caught)
		look_at_fence();
	if (stands_at(rip, trace.awaited)) {
		trace.caught++;
		catch (regs);
		rip += trace.awaited->len;
	}
	if (stands_at(rip, &int3)) {
		regs[REG_EFL] &= ~(greg_t)FLAG_TF;
		rip += int3.len;
	}
	regs[REG_RIP] = (greg_t)rip;
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	step(((ucontext_t *)context)->uc_mcontext.gregs);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)info;
	if (!stands_at((const unsigned char *)regs[REG_RIP], trace.awaited))
		abort();
	trace.signal = signal;
	regs[REG_RIP] += trace.awaited->len;
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(signal, &action, NULL);
}

/* Before each trace. The handlers too, since CMocka has its own for each test. */
static void await(const struct insn *insn, greg_t flags)
{
	memset(&trace, 0, sizeof(trace));
	trace.awaited = insn;
	trace.flags = flags;
	handle(SIGTRAP, on_trap);
	handle(SIGILL, on_fault);
	handle(SIGSEGV, on_fault);
}

/* With operands, if none: an asm statement without is a barrier for the compiler. */
#define BREAKPOINT() __asm__ volatile("int3" : :)

/*
 * Trace a statement. The fences are for @trace, which changes behind the compiler's back. What the
 * statement does to its own memory they do not order: breakpoint and statement stand between them.
 */
#define TRACE(...)                                         \
	do {                                               \
		atomic_signal_fence(memory_order_seq_cst); \
		BREAKPOINT();                              \
		__VA_ARGS__;                               \
		BREAKPOINT();                              \
		atomic_signal_fence(memory_order_seq_cst); \
	} while (0)

/*
 * Opcode, operands, flags.
 */

static unsigned char portal[4096] __attribute__((aligned(4096)));
static uint64_t words[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void assert_portal_operands(void)
{
	assert_int_equal(trace.caught, 1);
	assert_int_equal(trace.rax, (uintptr_t)portal + 64);
	assert_int_equal(trace.rsi, (uintptr_t)words);
	assert_memory_equal(trace.desc, words, 64);
}

/* The flag alone decides: all others say the opposite. */
#define ASSERT_FLAG(insn, flag, ...)                            \
	for (int set = 0; set < 2; set++) {                     \
		bool answer;                                    \
                                                                \
		await(insn, set ? (flag) : FLAG_ALL & ~(flag)); \
		TRACE(answer = __VA_ARGS__);                    \
		assert_int_equal(trace.caught, 1);              \
		assert_int_equal(answer, set);                  \
	}

static void the_enqcmd(void **state)
{
	(void)state;
	ASSERT_FLAG(&enqcmd, FLAG_ZF, sva_enqcmd(portal + 64, words));
	assert_portal_operands();
}

static void the_enqcmds(void **state)
{
	(void)state;
	ASSERT_FLAG(&enqcmds, FLAG_ZF, sva_enqcmds(portal + 64, words));
	assert_portal_operands();
}

static void the_movdir64b(void **state)
{
	(void)state;
	await(&movdir64b, 0);
	TRACE(sva_movdir64b(portal + 64, words));
	assert_portal_operands();
}

static void the_umonitor(void **state)
{
	(void)state;
	await(&umonitor, 0);
	TRACE(sva_umonitor(&words[3]));
	assert_int_equal(trace.caught, 1);
	assert_int_equal(trace.rax, (uintptr_t)&words[3]);
}

#define DEADLINE 0x123456789abcdef0u

static void assert_wait_operands(uint32_t power_state)
{
	assert_int_equal((uint32_t)trace.rcx, power_state);
	assert_int_equal((uint32_t)trace.rax, (uint32_t)DEADLINE);
	assert_int_equal((uint32_t)trace.rdx, DEADLINE >> 32);
}

static void the_umwait(void **state)
{
	(void)state;
	ASSERT_FLAG(&umwait, FLAG_CF, sva_umwait(SVA_C02, DEADLINE));
	assert_wait_operands(0);
	ASSERT_FLAG(&umwait, FLAG_CF, sva_umwait(SVA_C01, DEADLINE));
	assert_wait_operands(1);
}

static void the_tpause(void **state)
{
	(void)state;
	ASSERT_FLAG(&tpause, FLAG_CF, sva_tpause(SVA_C02, DEADLINE));
	assert_wait_operands(0);
	ASSERT_FLAG(&tpause, FLAG_CF, sva_tpause(SVA_C01, DEADLINE));
	assert_wait_operands(1);
}

static void the_cldemote(void **state)
{
	(void)state;
	await(&cldemote, 0);
	TRACE(sva_cldemote(&words[5]));
	assert_int_equal(trace.caught, 1);
	assert_int_equal(trace.rax, (uintptr_t)&words[5]);
}

static void the_pause(void **state)
{
	(void)state;
	await(&pause_insn, 0);
	TRACE(sva_pause());
	assert_int_equal(trace.caught, 1);
}

/*
 * What the compiler knows about them. Each function gives it a reason to leave something out, which
 * it has unless the operands say otherwise.
 */

static volatile uint64_t seed = 0x0101010101010101; /* a value that the compiler can't know */

/* Eight words with no loop around them, which would hide them from the optimiser. */
static inline void store_line(uint64_t *line, uint64_t value)
{
	line[0] = value;
	line[1] = value * 2;
	line[2] = value * 3;
	line[3] = value * 4;
	line[4] = value * 5;
	line[5] = value * 6;
	line[6] = value * 7;
	line[7] = value * 8;
}

static inline unsigned int words_that_differ(const uint64_t *line, uint64_t value)
{
	return (line[0] != value) + (line[1] != value * 2) + (line[2] != value * 3) +
	       (line[3] != value * 4) + (line[4] != value * 5) + (line[5] != value * 6) +
	       (line[6] != value * 7) + (line[7] != value * 8);
}

/* A descriptor that nobody looks at later: dead stores, but for the instruction. */
#define SUBMIT_FROM_THE_STACK(name, submit)              \
	static __attribute__((noinline)) void name(void) \
	{                                                \
		uint64_t line[8], value = seed;          \
                                                         \
		BREAKPOINT();                            \
		store_line(line, value);                 \
		submit(portal, line);                    \
		BREAKPOINT();                            \
	}

SUBMIT_FROM_THE_STACK(enqcmd_from_the_stack, sva_enqcmd)
SUBMIT_FROM_THE_STACK(enqcmds_from_the_stack, sva_enqcmds)
SUBMIT_FROM_THE_STACK(movdir64b_from_the_stack, sva_movdir64b)

static void assert_all_64_bytes(const struct insn *insn, const unsigned char *bytes)
{
	assert_ptr_equal(trace.awaited, insn);
	assert_int_equal(trace.caught, 1);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(bytes[i], i / 8 + 1);
}

static void the_descriptor_is_read(void **state)
{
	(void)state;
	await(&enqcmd, 0);
	enqcmd_from_the_stack();
	assert_all_64_bytes(&enqcmd, trace.desc);
	await(&enqcmds, 0);
	enqcmds_from_the_stack();
	assert_all_64_bytes(&enqcmds, trace.desc);
	await(&movdir64b, 0);
	movdir64b_from_the_stack();
	assert_all_64_bytes(&movdir64b, trace.desc);
}

/* A portal in memory whose contents are known before. How many words are others afterwards? */
#define WORDS_WRITTEN(name, submit)                              \
	static __attribute__((noinline)) unsigned int name(void) \
	{                                                        \
		uint64_t target[8], value = seed;                \
		unsigned int written;                            \
                                                                 \
		BREAKPOINT();                                    \
		store_line(target, value);                       \
		submit(target, words);                           \
		written = words_that_differ(target, value);      \
		BREAKPOINT();                                    \
		return written;                                  \
	}

WORDS_WRITTEN(words_written_by_enqcmd, sva_enqcmd)
WORDS_WRITTEN(words_written_by_enqcmds, sva_enqcmds)
WORDS_WRITTEN(words_written_by_movdir64b, sva_movdir64b)

static void the_portal_is_written(void **state)
{
	(void)state;
	await(&enqcmd, 0);
	assert_int_equal(words_written_by_enqcmd(), 8);
	await(&enqcmds, 0);
	assert_int_equal(words_written_by_enqcmds(), 8);
	await(&movdir64b, 0);
	assert_int_equal(words_written_by_movdir64b(), 8);
}

/* Overwritten right after: what was written before the barrier is in memory at the barrier. */
static void the_barrier(void **state)
{
	static uint64_t line[8];
	uint64_t value = seed;

	(void)state;
	await(&sfence, 0);
	trace.at_fence = line;
	TRACE({
		store_line(line, value);
		sva_submit_barrier();
		store_line(line, 0);
	});
	assert_all_64_bytes(&sfence, trace.fenced);
}

/*
 * A submission: descriptor complete, then the barrier, then the portal.
 */

static void assert_submission(const struct insn *insn, int32_t *credit)
{
	static struct sva_op op;
	struct sva_wq wq = { .portal = portal, .credit = credit };
	int accepted;

	memset(&op, 0xa5, sizeof(op));
	await(insn, 0);
	trace.at_fence = &op.desc;
	TRACE({
		sva_prep_memmove(&op.desc, portal, words, 64, SVA_FLAG_CC);
		accepted = sva_submit(&wq, &op);
	});
	assert_int_equal(accepted, 0);
	assert_int_equal(trace.caught, 1);
	assert_int_equal(trace.rax & ~(uint64_t)SVA__PORTAL_ROTATION, (uintptr_t)portal);
	assert_int_equal(trace.rsi, (uintptr_t)&op.desc);
	assert_int_equal(op.desc.completion_addr, (uintptr_t)&op.record);
	assert_int_equal(trace.fences, 1);
	assert_in_range(trace.distance, 1, 8);             /* right before the portal */
	assert_memory_equal(trace.fenced, trace.desc, 64); /* nothing was written in between */
	assert_memory_equal(trace.desc, &op.desc, 64);
}

static void the_barrier_is_before_the_portal(void **state)
{
	int32_t credit = 4 * SVA__CREDIT;

	(void)state;
	assert_submission(&enqcmd, NULL);
	assert_submission(&movdir64b, &credit);
	assert_int_equal(credit, 3 * SVA__CREDIT);
}

/*
 * CPUID and the time-stamp counter.
 */

static unsigned int features_of(uint32_t max, uint32_t ecx)
{
	unsigned int features;

	await(&cpuid, 0);
	trace.cpuid_max = max;
	trace.cpuid_7_ecx = ecx;
	TRACE(features = sva__cpuid_features());
	return features & 15; /* of ECX */
}

/* Source of the bits: Intel SDM, volume 2, CPUID, leaf 7. */
static void the_features(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 32; bit++) {
		unsigned int expected = bit == 5    ? SVA_CPU_WAITPKG
					: bit == 25 ? SVA_CPU_CLDEMOTE
					: bit == 28 ? SVA_CPU_MOVDIR64B
					: bit == 29 ? SVA_CPU_ENQCMD
						    : 0;

		assert_int_equal(features_of(7, 1u << bit), expected);
	}
	assert_int_equal(features_of(0x20, ~0u), 15);
	assert_int_equal(features_of(0x20, 0), 0);
}

/* Beyond its last leaf a CPU answers with its last one: it must not be asked. */
static void a_cpu_without_leaf_7(void **state)
{
	(void)state;
	assert_int_equal(features_of(6, ~0u), 0);
	assert_int_equal(trace.caught, 1);
}

static void the_cpuid(void **state)
{
	struct sva_cpuid r;

	(void)state;
	await(&cpuid, 0);
	trace.cpuid_max = 0x20;
	TRACE(r = sva_cpuid(0x14, 3));
	assert_int_equal(trace.rax, 0x14);
	assert_int_equal(trace.rcx, 3);
	assert_int_equal(r.eax, 0x14);
	assert_int_equal(r.ebx, ~0x14u);
	assert_int_equal(r.ecx, 3);
	assert_int_equal(r.edx, ~3u);
}

static void the_cpuid_of_this_cpu(void **state)
{
	unsigned int eax, ebx, ecx, edx;
	struct sva_cpuid r = sva_cpuid(0, 0);

	(void)state;
	assert_true(__get_cpuid(0, &eax, &ebx, &ecx, &edx));
	assert_int_equal(r.eax, eax);
	assert_int_equal(r.ebx, ebx);
	assert_int_equal(r.ecx, ecx);
	assert_int_equal(r.edx, edx);
	r = sva_cpuid(r.eax + 1, 0);
	assert_int_equal(r.eax | r.ebx | r.ecx | r.edx, 0);
}

static void the_time_stamp_counter(void **state)
{
	uint64_t before = __builtin_ia32_rdtsc(), now = sva_rdtsc();

	(void)state;
	assert_in_range(now, before, __builtin_ia32_rdtsc());
}

/*
 * Executed.
 */

/* No breakpoint, no trace: only a signal is handled. */
#define EXECUTE(insn, ...)                                 \
	do {                                               \
		await(insn, 0);                            \
		atomic_signal_fence(memory_order_seq_cst); \
		__VA_ARGS__;                               \
		atomic_signal_fence(memory_order_seq_cst); \
	} while (0)

/*
 * Without a PASID, ENQCMD is a general protection fault; so is ENQCMDS outside ring 0. It also is
 * where a hypervisor hides the bit of a CPU that has them.
 */
static bool is_expected(int signal)
{
	return signal == SIGSEGV || (signal == SIGILL && !(sva__cpuid_features() & SVA_CPU_ENQCMD));
}

static void executed_enqcmd(void **state)
{
	(void)state;
	EXECUTE(&enqcmd, sva_enqcmd(portal, words));
	assert_true(is_expected(trace.signal));
	EXECUTE(&enqcmds, sva_enqcmds(portal, words));
	assert_true(is_expected(trace.signal));
}

static void executed_movdir64b(void **state)
{
	static uint64_t line[9]; /* any alignment will do */
	unsigned char *from = (unsigned char *)line + 3;

	(void)state;
	for (unsigned char i = 0; i < 64; i++)
		from[i] = i + 1;
	memset(portal, 0, 192);
	EXECUTE(&movdir64b, sva_movdir64b(portal + 64, from));
	sva_submit_barrier();
	/* A hypervisor may hide the bit of a CPU that has it: Zen 5, for one. */
	if (trace.signal == SIGILL && !(sva__cpuid_features() & SVA_CPU_MOVDIR64B))
		return;
	assert_int_equal(trace.signal, 0);
	assert_memory_equal(portal + 64, from, 64);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(portal[i] | portal[128 + i], 0);
}

/* They end at the deadline, and sooner if they like; what is sure is that they end. */
static void executed_waits(void **state)
{
	const uint64_t deadline = sva_rdtsc() + 10000;
	int expected;

	(void)state;
	EXECUTE(&umonitor, sva_umonitor(words));
	expected = trace.signal;
	assert_true(!expected ||
		    (expected == SIGILL && !(sva__cpuid_features() & SVA_CPU_WAITPKG)));
	EXECUTE(&umwait, sva_umwait(SVA_C01, deadline));
	assert_int_equal(trace.signal, expected);
	EXECUTE(&tpause, sva_tpause(SVA_C02, deadline));
	assert_int_equal(trace.signal, expected);
	EXECUTE(&tpause, sva_tpause(SVA_C01, 0)); /* a deadline that has passed */
	assert_int_equal(trace.signal, expected);
}

/* A hint, and a NOP on a CPU that has never heard of it. */
static void executed_cldemote(void **state)
{
	(void)state;
	words[0] = seed;
	EXECUTE(&cldemote, sva_cldemote(words));
	assert_int_equal(trace.signal, 0);
	assert_int_equal(words[0], seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_enqcmd),
		cmocka_unit_test(the_enqcmds),
		cmocka_unit_test(the_movdir64b),
		cmocka_unit_test(the_umonitor),
		cmocka_unit_test(the_umwait),
		cmocka_unit_test(the_tpause),
		cmocka_unit_test(the_cldemote),
		cmocka_unit_test(the_pause),
		cmocka_unit_test(the_descriptor_is_read),
		cmocka_unit_test(the_portal_is_written),
		cmocka_unit_test(the_barrier),
		cmocka_unit_test(the_barrier_is_before_the_portal),
		cmocka_unit_test(the_features),
		cmocka_unit_test(a_cpu_without_leaf_7),
		cmocka_unit_test(the_cpuid),
		cmocka_unit_test(the_cpuid_of_this_cpu),
		cmocka_unit_test(the_time_stamp_counter),
		cmocka_unit_test(executed_enqcmd),
		cmocka_unit_test(executed_movdir64b),
		cmocka_unit_test(executed_waits),
		cmocka_unit_test(executed_cldemote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
