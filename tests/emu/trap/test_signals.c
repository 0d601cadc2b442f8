/* SPDX-License-Identifier: MIT */
/*
 * The program's own SIGILL and SIGSEGV behave as without the trap, and the trap works whatever the
 * program blocks.
 */
#include "device.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct line source;

static int setup(void **state)
{
	source = numbered_line(1);
	return device_setup(state);
}

static void ud2(void)
{
	__asm__ volatile("ud2");
}

static void load_null(void)
{
	__asm__ volatile("movb 0, %%al" : : : "rax");
}

static int calls;

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
	greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	if (sig != SIGILL || info->si_addr != (void *)*rip)
		abort();
	*rip += 2;
	calls++;
}

static void test_own_sigill(void **state)
{
	(void)state;
	calls = 0;
	set_action(SIGILL, skip_ud2, 0);
	for (unsigned int i = 0; i < 3; i++) {
		ud2();
		assert_false(sva_enqcmd(device.portal, &source));
	}
	assert_int_equal(calls, 3);
	assert_int_equal(device.accepted[1], 3);
}

static void count(int sig)
{
	(void)sig;
	calls++;
}

/* Set by the functions of old: without SA_SIGINFO. Returns what was set before. */
static void test_signal(void **state)
{
	(void)state;
	calls = 0;
	signal(SIGSEGV, SIG_DFL); /* CMocka has its own */
	assert_ptr_equal(signal(SIGSEGV, count), SIG_DFL);
	assert_int_equal(raise(SIGSEGV), 0);
	assert_int_equal(raise(SIGSEGV), 0);
	assert_int_equal(calls, 2);
	assert_ptr_equal(signal(SIGSEGV, SIG_IGN), count);
	assert_int_equal(raise(SIGSEGV), 0);
	assert_ptr_equal(signal(SIGSEGV, SIG_DFL), SIG_IGN);
}

static void test_action_read_back(void **state)
{
	struct sigaction act = { .sa_handler = count, .sa_flags = SA_RESETHAND }, old;

	(void)state;
	sigfillset(&act.sa_mask);
	assert_int_equal(sigaction(SIGSEGV, &act, NULL), 0);
	assert_int_equal(sigaction(SIGUSR1, &act, NULL), 0);
	assert_int_equal(sigaction(SIGSEGV, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, count);
	assert_true(old.sa_flags & (int)SA_RESETHAND);
	assert_true(sigismember(&old.sa_mask, SIGILL));
	assert_int_equal(sigaction(SIGUSR1, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, count);
	assert_true(sigismember(&old.sa_mask, SIGILL) && sigismember(&old.sa_mask, SIGSEGV));
	signal(SIGUSR1, SIG_DFL);
}

static void test_reset_hand(void **state)
{
	struct sigaction old;

	(void)state;
	set_action(SIGILL, skip_ud2, (int)SA_RESETHAND);
	ud2();
	assert_int_equal(sigaction(SIGILL, NULL, &old), 0);
	assert_ptr_equal(old.sa_handler, SIG_DFL);
	assert_false(sva_enqcmd(device.portal, &source));
}

static bool blocked_in_handler[_NSIG];

static void note_mask(int sig, siginfo_t *info, void *context)
{
	sigset_t mask;

	skip_ud2(sig, info, context);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	for (int i = 1; i < _NSIG; i++)
		blocked_in_handler[i] = sigismember(&mask, i) == 1;
}

static void test_mask_in_handler(void **state)
{
	struct sigaction act = { .sa_sigaction = note_mask, .sa_flags = SA_SIGINFO };

	(void)state;
	sigaddset(&act.sa_mask, SIGUSR1);
	assert_int_equal(sigaction(SIGILL, &act, NULL), 0);
	ud2();
	assert_true(blocked_in_handler[SIGILL] && blocked_in_handler[SIGUSR1]);
	assert_false(blocked_in_handler[SIGSEGV] || blocked_in_handler[SIGUSR2]);
	act.sa_flags |= SA_NODEFER;
	assert_int_equal(sigaction(SIGILL, &act, NULL), 0);
	ud2();
	assert_false(blocked_in_handler[SIGILL]);
}

/*
 * What ENQCMD does without the emulator: SIGSEGV where the CPU has it, whether a hypervisor hides
 * that from CPUID or not, and else SIGILL.
 */
static bool faults_with_segv(void)
{
	const struct {
		void *handler;
		unsigned long flags, restorer, mask;
	} by_default = { SIG_DFL, 0, 0, 0 };
	pid_t child = fork();
	int status = 0;

	if (!child) {
		syscall(SYS_rt_sigaction, SIGSEGV, &by_default, NULL, 8);
		syscall(SYS_rt_sigaction, SIGILL, &by_default, NULL, 8);
		sva_enqcmd(device.portal, &source);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status) == SIGSEGV;
}

/* ENQCMD in the program's handler of SIGSEGV, with all signals in its mask. */
static void submit_and_leave(int sig, siginfo_t *info, void *context)
{
	sva_enqcmd(device.portal, &source);
	jump_out(sig, info, context);
}

static void test_insn_in_handler(void **state)
{
	struct sigaction act = { .sa_sigaction = submit_and_leave, .sa_flags = SA_SIGINFO };

	(void)state;
	if (faults_with_segv())
		skip(); /* which is blocked there */
	sigfillset(&act.sa_mask);
	assert_int_equal(sigaction(SIGSEGV, &act, NULL), 0);
	assert_int_equal(SIGNAL_OF(load_null()), SIGSEGV);
	assert_null(caught.info.si_addr);
	assert_int_equal(SIGNAL_OF(load_null()), SIGSEGV);
	assert_int_equal(device.accepted[1], 2);
}

/* Where RIP is, there is no instruction to decode. */
static void test_jump_to_nowhere(void **state)
{
	(void)state;
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(SIGNAL_OF(__asm__ volatile("jmp *%0" : : "r"(16ul))), SIGSEGV);
	assert_int_equal(caught.rip, 16);
	assert_ptr_equal(caught.info.si_addr, (void *)16);
}

static void block_segv(int sig, siginfo_t *info, void *context)
{
	sigset_t segv;

	skip_ud2(sig, info, context);
	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	sigprocmask(SIG_BLOCK, &segv, NULL);
}

/* The mask that a handler has set ends with it. */
static void test_mask_after_handler(void **state)
{
	sigset_t mask;

	(void)state;
	set_action(SIGILL, block_segv, 0);
	ud2();
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	assert_false(sigismember(&mask, SIGSEGV));
}

/* On the stack that the handler asks for. */
static char alternate[65536];
static char *stack_of_handler;

static void note_stack(int sig, siginfo_t *info, void *context)
{
	stack_of_handler = __builtin_frame_address(0);
	skip_ud2(sig, info, context);
}

static bool on_alternate_stack(void)
{
	return stack_of_handler >= alternate && stack_of_handler < alternate + sizeof(alternate);
}

static void test_alternate_stack(void **state)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, old;

	(void)state;
	assert_int_equal(sigaltstack(&stack, &old), 0);
	set_action(SIGILL, note_stack, SA_ONSTACK);
	ud2();
	assert_true(on_alternate_stack());
	set_action(SIGILL, note_stack, 0);
	ud2();
	assert_false(on_alternate_stack());
	assert_int_equal(sigaltstack(&old, NULL), 0);
}

/*
 * Default actions: the status that the parent sees.
 */

static void test_default(void **state)
{
	(void)state;
	assert_killed_by(STATUS_OF(ud2()), SIGILL);
	assert_killed_by(STATUS_OF(load_null()), SIGSEGV);
	assert_killed_by(STATUS_OF(sva_enqcmd(device.portal + 1, &source)), SIGSEGV);
	assert_killed_by(STATUS_OF(raise(SIGILL)), SIGILL);
	assert_killed_by(STATUS_OF(kill(getpid(), SIGSEGV)), SIGSEGV);
	assert_killed_by(STATUS_OF(__asm__ volatile("jmp *%0" : : "r"(16ul))), SIGSEGV);
}

static void test_ignored(void **state)
{
	(void)state;
	assert_int_equal(STATUS_OF(signal(SIGSEGV, SIG_IGN); raise(SIGSEGV)), 0);
	assert_killed_by(STATUS_OF(signal(SIGSEGV, SIG_IGN); load_null()), SIGSEGV);
}

static void block_all(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

/* A fault whose signal is blocked kills, also beside a handler. */
static void test_blocked_fault(void **state)
{
	(void)state;
	assert_killed_by(STATUS_OF(signal(SIGSEGV, count); block_all(); load_null()), SIGSEGV);
	assert_killed_by(STATUS_OF(signal(SIGILL, count); block_all(); ud2()), SIGILL);
	assert_killed_by(STATUS_OF(set_action(SIGILL, skip_ud2, (int)SA_RESETHAND); ud2(); ud2()),
			 SIGILL);
}

static void fault_again(int sig)
{
	(void)sig;
	load_null();
}

static void test_fault_in_handler(void **state)
{
	(void)state;
	assert_killed_by(STATUS_OF(signal(SIGSEGV, fault_again); load_null()), SIGSEGV);
}

/*
 * Masks.
 */

static void test_all_blocked(void **state)
{
	sigset_t all, old, now;

	(void)state;
	sigfillset(&all);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, &all, &old), 0);
	assert_false(sigismember(&old, SIGILL));
	assert_false(sva_enqcmd(device.portal, &source));
	sva_movdir64b(device.portal, &source);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, &old, &now), 0);
	assert_true(sigismember(&now, SIGILL) && sigismember(&now, SIGSEGV));
	assert_true(sigismember(&now, SIGUSR1));
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &now), 0);
	assert_false(sigismember(&now, SIGILL) || sigismember(&now, SIGUSR1));
	assert_int_equal(device.accepted[1], 2);
}

static void submit(int sig)
{
	(void)sig;
	sva_enqcmd(device.portal, &source);
}

/* A handler for another signal, with all in its mask. */
static void test_insn_in_other_handler(void **state)
{
	struct sigaction act = { .sa_handler = submit };

	(void)state;
	sigfillset(&act.sa_mask);
	assert_int_equal(sigaction(SIGUSR1, &act, NULL), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(device.accepted[1], 1);
	signal(SIGUSR1, SIG_DFL);
}

/* A handler that ends a wait starts with the mask of the wait. */
static void test_insn_ends_wait(void **state)
{
	struct timespec soon = { .tv_sec = 10 };
	sigset_t usr1, others, old;

	(void)state;
	signal(SIGUSR1, submit);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigfillset(&others);
	sigdelset(&others, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &usr1, &old), 0);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(sigsuspend(&others), -1);
	assert_int_equal(device.accepted[1], 1);
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(ppoll(NULL, 0, &soon, &others), -1);
	assert_int_equal(device.accepted[1], 2);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	signal(SIGUSR1, SIG_DFL);
}

/* Sent while it is blocked: pending, and delivered afterwards. */
static void test_pending(void **state)
{
	sigset_t segv, pending;

	(void)state;
	calls = 0;
	signal(SIGSEGV, count);
	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	assert_int_equal(sigprocmask(SIG_BLOCK, &segv, NULL), 0);
	assert_int_equal(raise(SIGSEGV), 0);
	assert_int_equal(calls, 0);
	assert_int_equal(sigpending(&pending), 0);
	assert_true(sigismember(&pending, SIGSEGV));
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &segv, NULL), 0);
	assert_int_equal(calls, 1);
	assert_false(sva_enqcmd(device.portal, &source));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_own_sigill, setup),
		cmocka_unit_test_setup(test_signal, setup),
		cmocka_unit_test_setup(test_action_read_back, setup),
		cmocka_unit_test_setup(test_reset_hand, setup),
		cmocka_unit_test_setup(test_mask_in_handler, setup),
		cmocka_unit_test_setup(test_insn_in_handler, setup),
		cmocka_unit_test_setup(test_jump_to_nowhere, setup),
		cmocka_unit_test_setup(test_mask_after_handler, setup),
		cmocka_unit_test_setup(test_alternate_stack, setup),
		cmocka_unit_test_setup(test_default, setup),
		cmocka_unit_test_setup(test_ignored, setup),
		cmocka_unit_test_setup(test_blocked_fault, setup),
		cmocka_unit_test_setup(test_fault_in_handler, setup),
		cmocka_unit_test_setup(test_all_blocked, setup),
		cmocka_unit_test_setup(test_insn_in_other_handler, setup),
		cmocka_unit_test_setup(test_insn_ends_wait, setup),
		cmocka_unit_test_setup(test_pending, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
