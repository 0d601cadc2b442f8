/* SPDX-License-Identifier: MIT */
/*
 * The machine that this process runs on, and what is this memory's alone. By system calls: the
 * functions are ours, and need what is here.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control.h"
#include "local.h"
#include "process.h"
#include "sys.h"

static struct emu_state *machine;
static dev_t devices; /* st_dev of the emulator's files */

struct emu_local *emu_local;

int emu_process_index(void)
{
	return atomic_load(&emu_local->attached) ? atomic_load(&emu_local->process) : EMU_NONE;
}

bool emu_is_device(dev_t device, ino_t ino)
{
	return emu_machine() && device == devices && EMU_INO_KIND(ino) == EMU_INO_CDEV;
}

static char *map(void *at, size_t size, int prot, int flags, int file)
{
	long result = emu_sys(SYS_mmap, at, size, prot, flags, file, 0);

	return result < 0 && result > -4096 ? NULL : (char *)result;
}

/* The two files of the machine, from whoever listens at EMU_STATE_PATH. */
static bool receive(int files[2])
{
	static const struct sockaddr_un address = { .sun_family = AF_UNIX,
						    .sun_path = EMU_STATE_PATH };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	const struct cmsghdr *rights = NULL;
	long from = emu_sys(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (from < 0)
		return false;
	if (!emu_sys(SYS_connect, from, &address, sizeof(address)) &&
	    emu_sys(SYS_recvmsg, from, &message, MSG_CMSG_CLOEXEC) == 1)
		rights = CMSG_FIRSTHDR(&message);
	emu_sys(SYS_close, from);
	if (!rights || rights->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return false;
	memcpy(files, CMSG_DATA(rights), 2 * sizeof(int));
	return true;
}

static struct emu_state *map_machine(void)
{
	char *at;
	int files[2];

	if (!receive(files))
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

static void find(void)
{
	struct emu_state *state = map_machine();
	struct stat dev;

	emu_local = map_local();
	if (!state || !emu_local || state->magic != EMU_STATE_MAGIC ||
	    emu_sys(SYS_newfstatat, AT_FDCWD, EMU_DEV_PATH, &dev, 0))
		return;
	devices = dev.st_dev;
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
