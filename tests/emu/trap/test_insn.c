/* SPDX-License-Identifier: MIT */
/*
 * What the trapped instructions do: registers, flags, memory, faults, errno; in many threads and
 * behind fork().
 */
#include "copy.h"
#include "device.h"

#include <pthread.h>
#include <sys/syscall.h>

#define FLAG_CF     0x001u
#define FLAG_ZF     0x040u
#define FLAG_STATUS 0x8d5u /* CF, PF, AF, ZF, SF, OF */

static struct line source;

static int setup(void **state)
{
	source = numbered_line(1);
	return device_setup(state);
}

static void test_accepted(void **state)
{
	char *portal = device.portal + 0x40;

	(void)state;
	assert_false(sva_enqcmd(portal, &source));
	assert_ptr_equal(device.last_portal, portal);
	assert_memory_equal(&device.last, &source, sizeof(source));
}

static void test_retry(void **state)
{
	(void)state;
	device.full = true;
	assert_true(sva_enqcmd(device.portal, &source));
	assert_int_equal(device.accepted[1], 0);
}

static void test_source_needs_no_alignment(void **state)
{
	unsigned char buffer[64 + 13];

	(void)state;
	memcpy(buffer + 13, &source, 64);
	assert_false(sva_enqcmd(device.portal, buffer + 13));
	assert_memory_equal(&device.last, &source, sizeof(source));
}

static void test_movdir64b_to_portal(void **state)
{
	struct line any = source;

	(void)state;
	any.byte[0] = 0xff; /* no PASID is put there */
	sva_movdir64b(device.portal + 0xfc0, &any);
	assert_ptr_equal(device.last_portal, device.portal + 0xfc0);
	assert_memory_equal(&device.last, &any, sizeof(any));
}

static void test_movdir64b_to_memory(void **state)
{
	struct line target = numbered_line(9);

	(void)state;
	sva_movdir64b(&target, &source);
	assert_memory_equal(&target, &source, sizeof(source));
	assert_int_equal(device.accepted[1], 0);
}

/* The status flags behind @insn, which finds RAX = portal, RSI = source, and @before in them. */
#define FLAGS_BEHIND(insn, before)                                                              \
	({                                                                                      \
		uint64_t flags_;                                                                \
		__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"                                   \
				 "pushfq\n\t"                                                   \
				 "andq %[keep], (%%rsp)\n\t"                                    \
				 "orq %[set], (%%rsp)\n\t"                                      \
				 "popfq\n\t" insn "\n\t"                                        \
				 "pushfq\n\t"                                                   \
				 "pop %[flags]\n\t"                                             \
				 "lea 128(%%rsp), %%rsp"                                        \
				 : [flags] "=r"(flags_)                                         \
				 : "a"(device.portal), "S"(&source),                            \
				   [keep] "i"(~(int)FLAG_STATUS), [set] "r"((uint64_t)(before)) \
				 : "memory", "cc");                                             \
		(unsigned int)flags_ &FLAG_STATUS;                                              \
	})

static void test_flags(void **state)
{
	(void)state;
	assert_int_equal(FLAGS_BEHIND("enqcmd (%%rsi), %%rax", FLAG_STATUS), 0);
	assert_int_equal(FLAGS_BEHIND("enqcmd (%%rsi), %%rax", 0), 0);
	device.full = true;
	assert_int_equal(FLAGS_BEHIND("enqcmd (%%rsi), %%rax", FLAG_STATUS), FLAG_ZF);
	assert_int_equal(FLAGS_BEHIND("enqcmd (%%rsi), %%rax", 0), FLAG_ZF);
	assert_int_equal(FLAGS_BEHIND("movdir64b (%%rsi), %%rax", FLAG_STATUS), FLAG_STATUS);
	assert_int_equal(FLAGS_BEHIND("movdir64b (%%rsi), %%rax", 0), 0);
}

/* Nothing else changes: neither registers nor the red zone below the stack pointer. */
static void test_registers_kept(void **state)
{
	uint64_t below = 0, r8 = 8, r15 = 15;

	(void)state;
	__asm__ volatile("mov %%rsp, %%rbx\n\t"
			 "movq $0x5afe, -128(%%rsp)\n\t"
			 "mov %[r8], %%r8\n\t"
			 "mov %[r15], %%r15\n\t"
			 "enqcmd (%%rsi), %%rax\n\t"
			 "mov -128(%%rsp), %[below]\n\t"
			 "sub %%rsp, %%rbx\n\t"
			 "add %%rbx, %[below]\n\t"
			 "mov %%r8, %[r8]\n\t"
			 "mov %%r15, %[r15]"
			 : [below] "=&d"(below), [r8] "+D"(r8), [r15] "+c"(r15)
			 : "a"(device.portal), "S"(&source)
			 : "rbx", "r8", "r15", "memory", "cc");
	assert_int_equal(below, 0x5afe);
	assert_int_equal(r8, 8);
	assert_int_equal(r15, 15);
	assert_int_equal(device.accepted[1], 1);
}

/* Every form reaches the same source; R9 and R12 to R14 need a REX prefix. */
static void test_operands(void **state)
{
	uint64_t fs_base;

	(void)state;
	__asm__("mov %%fs:0, %0" : "=r"(fs_base));
	__asm__ volatile("mov %[portal], %%r9\n\t"
			 "mov %[source], %%r12\n\t"
			 "mov %[source], %%r13\n\t"
			 "enqcmd (%%r12), %%r9\n\t"
			 "enqcmd (%%r13), %%r9\n\t"
			 "sub $1000, %%r12\n\t"
			 "enqcmd 1000(%%r12), %%r9\n\t"
			 "mov $25, %%r14\n\t"
			 "enqcmd 800(%%r12,%%r14,8), %%r9\n\t"
			 "mov %[source], %%r13\n\t"
			 "sub %[fs], %%r13\n\t"
			 "enqcmd %%fs:(%%r13), %%r9\n\t"
			 "enqcmd %%ds:1000(%%r12), %%r9\n\t"
			 ".byte 0x66, 0x2e\n\t"
			 "enqcmd 1000(%%r12), %%r9\n\t"
			 :
			 : [portal] "r"(device.portal), [source] "r"(&source), [fs] "r"(fs_base)
			 : "r9", "r12", "r13", "r14", "memory", "cc");
	assert_int_equal(device.accepted[1], 7);
	assert_memory_equal(&device.last, &source, sizeof(source));
}

static void test_rip_relative(void **state)
{
	(void)state;
	__asm__ volatile("jmp 2f\n\t"
			 "1: .long 0\n\t"
			 ".fill 59, 1, 0x5a\n\t"
			 ".byte 77\n\t"
			 "2: enqcmd 1b(%%rip), %%rax"
			 :
			 : "a"(device.portal)
			 : "memory", "cc");
	assert_int_equal(device.accepted[77], 1);
	assert_int_equal(device.last.byte[4], 0x5a);
}

/* The upper halves of the registers are left out. */
static void test_32_bit_addresses(void **state)
{
	char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	(void)state;
	assert_ptr_not_equal(low, MAP_FAILED);
	memcpy(low, &source, sizeof(source));
	__asm__ volatile("movdir64b -4(%%esi), %%edi"
			 :
			 : "S"((uintptr_t)low + 4 + (1ull << 40)),
			   "D"((uintptr_t)low + 4096 + (1ull << 50))
			 : "memory");
	assert_memory_equal(low + 4096, &source, sizeof(source));
	assert_int_equal(munmap(low, 8192), 0);
}

/* The instruction's bytes end with the page, behind which there is nothing. */
static void test_end_of_page(void **state)
{
	static const unsigned char code[] = { 0xf2, 0x0f, 0x38, 0xf8, 0x06, 0xc3 };
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *start = pages + 4096 - sizeof(code);

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	memcpy(start, code, sizeof(code));
	assert_int_equal(mprotect(pages, 4096, PROT_READ | PROT_EXEC), 0);
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tcall *%[start]\n\tlea 128(%%rsp), %%rsp"
			 :
			 : [start] "r"(start), "a"(device.portal), "S"(&source)
			 : "memory", "cc");
	assert_int_equal(device.accepted[1], 1);
	assert_int_equal(munmap(pages, 8192), 0);
}

static void test_errno_kept(void **state)
{
	(void)state;
	errno = ERANGE;
	sva_enqcmd(device.portal, &source);
	sva_movdir64b(device.portal, &source);
	assert_int_equal(errno, ERANGE);
	assert_int_equal(device.accepted[1], 2);
}

/*
 * Faults.
 */

static void enqcmd(void *portal, const void *desc)
{
	sva_enqcmd(portal, desc);
}

static void enqcmds(void *portal, const void *desc)
{
	sva_enqcmds(portal, desc);
}

static void movdir64b(void *portal, const void *desc)
{
	sva_movdir64b(portal, desc);
}

/* A #GP at the instruction itself. */
static void assert_one_fault(void (*insn)(void *, const void *), void *portal, const void *desc)
{
	static const unsigned char opcode[] = { 0x0f, 0x38, 0xf8 };

	assert_int_equal(SIGNAL_OF(insn(portal, desc)), SIGSEGV);
	assert_int_equal(caught.info.si_signo, SIGSEGV);
	assert_int_equal(caught.info.si_code, SI_KERNEL);
	assert_int_equal(caught.trapno, 13);
	assert_memory_equal(caught.rip + 1, opcode, sizeof(opcode));
}

/* A second time, too: the handler was left with siglongjmp(). */
static void assert_protection_fault(void (*insn)(void *, const void *), void *portal,
				    const void *desc)
{
	assert_one_fault(insn, portal, desc);
	assert_one_fault(insn, portal, desc);
}

static void test_protection_faults(void **state)
{
	struct line pasid = source, high = source;

	(void)state;
	pasid.byte[0] = 1;
	high.byte[3] = 0x80;
	set_action(SIGSEGV, jump_out, 0);
	assert_protection_fault(enqcmd, device.portal + 32, &source);
	assert_protection_fault(enqcmd, device.portal, &pasid);
	assert_protection_fault(enqcmd, device.portal, &high);
	assert_protection_fault(enqcmds, device.portal, &source);
	assert_protection_fault(movdir64b, device.portal + 1, &source);
	assert_protection_fault(enqcmd, &source, &source); /* no portal */
	device.no_pasid = true;
	assert_protection_fault(enqcmd, device.portal, &source);
	emu_trap_set_ops(NULL);
	assert_protection_fault(enqcmd, device.portal, &source);
	assert_int_equal(device.accepted[1], 0);
}

static void test_source_fault(void **state)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	assert_int_equal(SIGNAL_OF(sva_enqcmd(device.portal, pages + 4090)), SIGSEGV);
	assert_ptr_equal(caught.info.si_addr, pages + 4096);
	assert_int_equal(caught.info.si_code, SEGV_ACCERR);
	assert_int_equal(caught.trapno, 14);
	assert_int_equal(munmap(pages, 8192), 0);
	assert_int_equal(SIGNAL_OF(sva_movdir64b(device.portal, pages)), SIGSEGV);
	assert_ptr_equal(caught.info.si_addr, pages);
	assert_int_equal(caught.info.si_code, SEGV_MAPERR);
	assert_false(sva_enqcmd(device.portal, &source));
}

/* A page of a file that has been truncated meanwhile. */
static char *lost_page(void)
{
	int file = memfd_create("file", 0);
	char *page;

	assert_int_equal(ftruncate(file, 4096), 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(ftruncate(file, 0), 0);
	close(file);
	return page;
}

static void test_source_in_truncated_file(void **state)
{
	char *page = lost_page();

	(void)state;
	set_action(SIGBUS, jump_out, 0);
	assert_int_equal(SIGNAL_OF(sva_enqcmd(device.portal, page)), SIGBUS);
	assert_ptr_equal(caught.info.si_addr, page);
	assert_int_equal(caught.info.si_code, BUS_ADRERR);
	assert_int_equal(SIGNAL_OF(*(volatile char *)page = 1), SIGBUS);
	assert_int_equal(munmap(page, 4096), 0);
	signal(SIGBUS, SIG_DFL);
}

/* Code of the emulator's own that a fault ends: it goes on with the mask that it had. */
static void test_guard(void **state)
{
	sigset_t before, after;
	void *closed = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *lost[2] = { closed, lost_page() };
	struct emu_guard guard;

	(void)state;
	assert_int_equal(syscall(SYS_rt_sigprocmask, 0, NULL, &before, 8), 0);
	for (volatile int i = 0; i < 2; i++) {
		if (!emu_guard_here(&guard)) {
			emu_guard_set(&guard);
			*(volatile char *)lost[i] = 1;
			fail();
		}
		emu_guard_set(NULL);
		assert_int_equal(syscall(SYS_rt_sigprocmask, 0, NULL, &after, 8), 0);
		assert_memory_equal(&after, &before, 8);
	}
	assert_int_equal(munmap(lost[0], 4096), 0);
	assert_int_equal(munmap(lost[1], 4096), 0);
}

static void test_read_only_target(void **state)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(SIGNAL_OF(sva_movdir64b(page + 64, &source)), SIGSEGV);
	assert_ptr_equal(caught.info.si_addr, page + 64);
	assert_int_equal(caught.info.si_code, SEGV_ACCERR);
	assert_int_equal(munmap(page, 4096), 0);
}

/*
 * Waiting.
 */

static const uint64_t never = UINT64_MAX;

static void test_umwait_changed_line(void **state)
{
	struct line line = { { 0 } };

	(void)state;
	sva_umonitor(&line.byte[5]);
	line.byte[63] = 1;
	assert_false(sva_umwait(SVA_C01, never));
	for (unsigned int i = 0; i < 3; i++) /* the monitor is not armed any more */
		assert_false(sva_umwait(SVA_C01, never));
}

static void test_umwait_deadline(void **state)
{
	struct line line = { { 0 } };
	uint64_t deadline;

	(void)state;
	sva_umonitor(&line);
	assert_false(sva_umwait(SVA_C02, 0));
	sva_umonitor(&line);
	deadline = sva_rdtsc() + 20000;
	if (!sva_umwait(SVA_C02, deadline))
		assert_true(sva_rdtsc() >= deadline || sva__cpuid_features() & SVA_CPU_WAITPKG);
	assert_false(sva_tpause(SVA_C01, 0));
}

/* Neither goes on for ever: CF says that it was not the program's deadline. */
static void test_wait_is_bounded(void **state)
{
	struct line line = { { 0 } };

	(void)state;
	if (sva__cpuid_features() & SVA_CPU_WAITPKG)
		skip();
	sva_umonitor(&line);
	assert_true(sva_umwait(SVA_C02, never));
	assert_true(sva_tpause(SVA_C02, never));
	assert_int_equal(FLAGS_BEHIND("mov $-1, %%eax\n\tmov %%eax, %%edx\n\txor %%ecx, %%ecx\n\t"
				      "tpause %%ecx",
				      FLAG_STATUS),
			 FLAG_CF);
}

static void test_reserved_state(void **state)
{
	(void)state;
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(SIGNAL_OF(sva_umwait(2, 0)), SIGSEGV);
	assert_int_equal(SIGNAL_OF(sva_tpause(1u << 31, 0)), SIGSEGV);
	assert_int_equal(caught.trapno, 13);
}

static void test_umonitor_fault(void **state)
{
	(void)state;
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(SIGNAL_OF(sva_umonitor(device.portal + 70)), SIGSEGV);
	assert_int_equal(caught.trapno, 14);
}

static _Atomic unsigned char flag_in_line[64] __attribute__((aligned(64)));

static void *set_flag(void *unused)
{
	flag_in_line[8] = 1;
	return unused;
}

static void test_umwait_other_thread(void **state)
{
	pthread_t thread;

	(void)state;
	flag_in_line[8] = 0;
	assert_int_equal(pthread_create(&thread, NULL, set_flag, NULL), 0);
	while (!flag_in_line[8]) {
		sva_umonitor(flag_in_line);
		if (!flag_in_line[8])
			sva_umwait(SVA_C01, sva_rdtsc() + 1000000);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/*
 * Threads and processes.
 */

#define THREADS 8
#define ROUNDS  2000

static void *submit_many(void *number)
{
	struct line line = numbered_line((unsigned char)(uintptr_t)number);
	struct line target;
	uintptr_t errors = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		errno = (int)i;
		errors += sva_enqcmd(device.portal + 64 * (uintptr_t)number, &line);
		line.byte[9] = (unsigned char)i;
		sva_movdir64b(&target, &line);
		errors += memcmp(&target, &line, sizeof(line)) || errno != (int)i;
	}
	return (void *)errors;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	void *errors;

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, submit_many, (void *)(i + 10)),
				 0);
	for (uintptr_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &errors), 0);
		assert_null(errors);
		assert_int_equal(device.accepted[i + 10], ROUNDS);
	}
}

static void test_fork(void **state)
{
	(void)state;
	assert_int_equal(
		STATUS_OF(_exit(sva_enqcmd(device.portal, &source) || device.accepted[1] != 1)), 0);
	assert_int_equal(device.accepted[1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_accepted, setup),
		cmocka_unit_test_setup(test_retry, setup),
		cmocka_unit_test_setup(test_source_needs_no_alignment, setup),
		cmocka_unit_test_setup(test_movdir64b_to_portal, setup),
		cmocka_unit_test_setup(test_movdir64b_to_memory, setup),
		cmocka_unit_test_setup(test_flags, setup),
		cmocka_unit_test_setup(test_registers_kept, setup),
		cmocka_unit_test_setup(test_operands, setup),
		cmocka_unit_test_setup(test_rip_relative, setup),
		cmocka_unit_test_setup(test_32_bit_addresses, setup),
		cmocka_unit_test_setup(test_end_of_page, setup),
		cmocka_unit_test_setup(test_errno_kept, setup),
		cmocka_unit_test_setup(test_protection_faults, setup),
		cmocka_unit_test_setup(test_source_fault, setup),
		cmocka_unit_test_setup(test_source_in_truncated_file, setup),
		cmocka_unit_test_setup(test_guard, setup),
		cmocka_unit_test_setup(test_read_only_target, setup),
		cmocka_unit_test_setup(test_umwait_changed_line, setup),
		cmocka_unit_test_setup(test_umwait_deadline, setup),
		cmocka_unit_test_setup(test_wait_is_bounded, setup),
		cmocka_unit_test_setup(test_reserved_state, setup),
		cmocka_unit_test_setup(test_umonitor_fault, setup),
		cmocka_unit_test_setup(test_umwait_other_thread, setup),
		cmocka_unit_test_setup(test_threads, setup),
		cmocka_unit_test_setup(test_fork, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
