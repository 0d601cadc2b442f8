/* SPDX-License-Identifier: MIT */
/*
 * A program that knows nothing of the trap, which has been preloaded (LD_PRELOAD).
 */
#define emu_trap_set_ops set_ops_if_loaded
#include "device.h"
#undef emu_trap_set_ops

#include <dlfcn.h>
#include <sys/syscall.h>

void set_ops_if_loaded(const struct emu_trap_ops *ops)
{
	void (*set_ops)(const struct emu_trap_ops *);

	*(void **)&set_ops = dlsym(RTLD_DEFAULT, "emu_trap_set_ops");
	assert_non_null(set_ops);
	set_ops(ops);
}

static void test_no_device(void **state)
{
	struct line source = numbered_line(1), target;

	(void)state;
	set_ops_if_loaded(NULL);
	assert_killed_by(STATUS_OF(sva_enqcmd(device.portal, &source)), SIGSEGV);
	set_action(SIGSEGV, jump_out, 0);
	assert_int_equal(SIGNAL_OF(sva_enqcmd(device.portal, &source)), SIGSEGV);
	sva_movdir64b(&target, &source);
	assert_memory_equal(&target, &source, sizeof(source));
}

static void test_device(void **state)
{
	struct line source = numbered_line(1);
	sigset_t all;

	(void)state;
	sigfillset(&all);
	assert_int_equal(sigprocmask(SIG_BLOCK, &all, NULL), 0);
	assert_false(sva_enqcmd(device.portal, &source));
	assert_int_equal(device.accepted[1], 1);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &all, NULL), 0);
}

/* exec() hands the mask on; the trap has to undo it. */
static void test_exec(void **state)
{
	sigset_t all;

	(void)state;
	sigfillset(&all);
	assert_int_equal(STATUS_OF(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
				   execl("/proc/self/exe", "test_trap_preload", "child", NULL)),
			 0);
}

/* The program after exec(): its mask is what it was left with. */
static int child_main(void)
{
	struct line source = numbered_line(1), target = numbered_line(2);
	sigset_t mask;

	sva_movdir64b(&target, &source);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	return memcmp(&target, &source, sizeof(source)) || !sigismember(&mask, SIGILL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_device, device_setup),
		cmocka_unit_test_setup(test_device, device_setup),
		cmocka_unit_test_setup(test_exec, device_setup),
	};

	(void)argv;
	return argc > 1 ? child_main() : cmocka_run_group_tests(tests, NULL, NULL);
}
