/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>

#include "local.h"
#include "lock.h"
#include "process.h"

#define BIT(signal) (1ull << ((signal)-1))

/* Engines take no signal of the program's. Left are faults in what it has submitted. */
static void *start_engine(struct emu_engine_start *start)
{
	uint64_t all = ~(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL)), old;
	void *thread;

	emu_sys(SYS_rt_sigprocmask, SIG_BLOCK, &all, &old, sizeof(all));
	thread = emu_thread_start(emu_engine_main, start);
	emu_sys(SYS_rt_sigprocmask, SIG_SETMASK, &old, 0, sizeof(old));
	return thread;
}

static int attach(void)
{
	struct emu_engine_start start = { 0 };
	void *thread = start_engine(&start);

	if (!thread)
		return -EAGAIN;
	while (!atomic_load(&start.done))
		emu_sys(SYS_futex, &start.done, FUTEX_WAIT, 0, 0);
	if (start.result < 0) {
		emu_thread_join(thread);
		return start.result;
	}
	atomic_store(&emu_local->process, start.result);
	atomic_store(&emu_local->attached, true);
	return 0;
}

int emu_process_attach(void)
{
	int err = 0;

	emu_lock(&emu_local->lock);
	if (!atomic_load(&emu_local->attached))
		err = attach();
	emu_unlock(&emu_local->lock);
	return err;
}
