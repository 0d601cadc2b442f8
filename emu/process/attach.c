/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local.h"
#include "process.h"

#define BIT(signal) (1ull << ((signal)-1))

/*
 * Engines take no signal of the program's. Left are faults in what it has submitted, and the two
 * that the C library keeps for itself: setuid() waits until every thread has had its.
 */
static int start_engine(struct emu_engine_start *start)
{
	uint64_t all = ~(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(32) | BIT(33)), old;
	pthread_attr_t attr;
	pthread_t thread;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &old, sizeof(all));
	err = emu_thread_create(&thread, &attr, emu_engine_main, start);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof(old));
	pthread_attr_destroy(&attr);
	return -err;
}

static int attach(void)
{
	struct emu_engine_start start = { 0 };
	int err = start_engine(&start);

	if (err)
		return err;
	while (!atomic_load(&start.done))
		syscall(SYS_futex, &start.done, FUTEX_WAIT, 0, NULL, NULL, 0);
	if (start.result < 0)
		return start.result;
	atomic_store(&emu_local->process, start.result);
	atomic_store(&emu_local->attached, true);
	return 0;
}

int emu_process_attach(void)
{
	int err = 0;

	pthread_mutex_lock(&emu_local->lock);
	if (!atomic_load(&emu_local->attached))
		err = attach();
	pthread_mutex_unlock(&emu_local->lock);
	return err;
}
