/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control.h"
#include "local.h"
#include "process.h"
#include "share.h"

static struct emu_state *machine;
static dev_t devices; /* st_dev of the emulator's files */

struct emu_local *emu_local;

struct emu_state *emu_machine(void)
{
	return machine;
}

int emu_process_index(void)
{
	return atomic_load(&emu_local->attached) ? atomic_load(&emu_local->process) : EMU_NONE;
}

bool emu_is_device(dev_t device, ino_t ino)
{
	return machine && device == devices && EMU_INO_KIND(ino) == EMU_INO_CDEV;
}

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
	int error = pthread_attr_init(&attr);

	if (error)
		return -error;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &old, sizeof(all));
	error = emu_thread_create(&thread, &attr, emu_engine_main, start);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, sizeof(old));
	pthread_attr_destroy(&attr);
	return -error;
}

static int attach(void)
{
	struct emu_engine_start start = { 0 };
	int error = start_engine(&start);

	if (error)
		return error;
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
	int error = 0;

	pthread_mutex_lock(&emu_local->lock);
	if (!atomic_load(&emu_local->attached))
		error = attach();
	pthread_mutex_unlock(&emu_local->lock);
	return error;
}

static struct emu_local *map_local(void)
{
	struct emu_local *local = mmap(NULL, sizeof(*local), PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (local == MAP_FAILED)
		return NULL;
	return madvise(local, sizeof(*local), MADV_WIPEONFORK) ? NULL : local;
}

/*
 * Without the emulator around it, the library does nothing but trap the instructions. What fork()
 * must not take along is in a page that it wipes.
 */
__attribute__((constructor)) static void start(void)
{
	struct stat dev;
	struct emu_state *state = emu_share_map(EMU_STATE_PATH);

	emu_local = map_local();
	if (!state || !emu_local || state->magic != EMU_STATE_MAGIC || stat(EMU_DEV_PATH, &dev))
		return;
	devices = dev.st_dev;
	machine = state;
	emu_portals_start();
	emu_threads_start();
}
