/* SPDX-License-Identifier: MIT */
/*
 * The machine that this process runs on, and what is this memory's alone. By system calls: the
 * functions are ours, and need what is here.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ask.h"
#include "local.h"
#include "process.h"
#include "sys.h"

static struct emu_state *machine;

struct emu_local *emu_local;
char emu_root[EMU_PATH];
dev_t emu_devices;

int emu_process_index(void)
{
	return atomic_load(&emu_local->attached) ? atomic_load(&emu_local->process) : EMU_NONE;
}

static char *map(void *at, size_t size, int prot, int flags, int file)
{
	long result = emu_sys(SYS_mmap, at, size, prot, flags, file, 0);

	return result < 0 && result > -4096 ? NULL : (char *)result;
}

static struct emu_state *map_machine(void)
{
	int connection = emu_ask_connect(emu_root), files[2], result;
	char *at = NULL;

	if (connection < 0)
		return NULL;
	result = emu_ask(connection, &(struct emu_request){ .ask = EMU_ASK_MACHINE }, files);
	emu_sys(SYS_close, connection);
	if (result)
		return NULL;
	at = map(NULL, sizeof(struct emu_state), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (at && (!map(at, EMU_CONFIG_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, files[0]) ||
		   !map(at + EMU_CONFIG_SIZE, EMU_LIVE_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, files[1])))
		at = NULL;
	emu_sys(SYS_close, files[0]);
	emu_sys(SYS_close, files[1]);
	return (struct emu_state *)(void *)at;
}

/* What fork() must not take along is in a page that it wipes. */
static struct emu_local *map_local(void)
{
	char *local = map(NULL, sizeof(struct emu_local), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (!local || emu_sys(SYS_madvise, local, sizeof(struct emu_local), MADV_WIPEONFORK))
		return NULL;
	return (struct emu_local *)(void *)local;
}

/*
 * Without a namespace, sva-emu has made a folder with all that it has, this library among it. The
 * loader knows the path by which it was loaded.
 */
static void find_root(void)
{
	size_t length;
	Dl_info self;

	if (!dladdr(emu_root, &self) || !self.dli_fname)
		return;
	length = strlen(self.dli_fname);
	while (length > 0 && self.dli_fname[length] != '/')
		length--;
	if (length < sizeof(emu_root))
		memcpy(emu_root, self.dli_fname, length);
}

static void find(void)
{
	struct emu_state *state;
	struct stat dev = { 0 };

	find_root();
	state = map_machine();
	if (!state) {
		emu_root[0] = '\0';
		state = map_machine();
	}
	emu_local = map_local();
	if (!state || !emu_local || state->magic != EMU_STATE_MAGIC)
		return;
	if (!state->plain && emu_sys(SYS_newfstatat, AT_FDCWD, EMU_DSA_PATH, &dev, 0))
		return;
	emu_devices = dev.st_dev;
	machine = state;
}

struct emu_state *emu_machine(void)
{
	static atomic_uint found; /* 1: a thread is at it */
	unsigned int expected = 0;

	if (atomic_load_explicit(&found, memory_order_acquire) == 2)
		return machine;
	if (atomic_compare_exchange_strong(&found, &expected, 1)) {
		find();
		atomic_store(&found, 2);
	}
	while (atomic_load(&found) != 2)
		emu_sys(SYS_sched_yield);
	return machine;
}
