/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>

#include "access.h"
#include "ask.h"
#include "copy.h"
#include "local.h"
#include "plain.h"
#include "process.h"
#include "sys.h"

static bool has_rawio(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2] = { 0 };

	return !emu_sys(SYS_capget, &header, caps) && caps[0].effective & 1u << CAP_SYS_RAWIO;
}

/* As the emulator knows this process, which may have another number here. */
static struct emu_caller self(void)
{
	int process = emu_process_index();
	struct emu_caller caller = { 0 };

	if (process == EMU_NONE)
		caller.pid = (pid_t)emu_sys(SYS_getpid);
	else
		caller.pid = atomic_load(&emu_machine()->process[process].pid);
	return caller;
}

static int ask_open(int connection, const struct emu_device_file *file)
{
	struct emu_request request = { .ask = EMU_ASK_OPEN,
				       .device = file->device,
				       .queue = file->queue };
	struct stat st = { 0 };

	emu_sys(SYS_newfstatat, connection, "", &st, AT_EMPTY_PATH);
	request.ino = st.st_ino;
	return emu_ask(connection, &request, NULL);
}

int emu_plain_open(int fd, const struct emu_device_file *file)
{
	int connection = emu_ask_connect(emu_root), result;
	bool cloexec = emu_sys(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC;

	if (connection < 0)
		return connection;
	result = ask_open(connection, file);
	if (result >= 0)
		result = (int)emu_sys(SYS_dup3, connection, fd, cloexec ? O_CLOEXEC : 0);
	emu_sys(SYS_close, connection);
	return result < 0 ? result : 0;
}

int emu_plain_portal(const struct emu_device_file *file, size_t length)
{
	struct emu_caller caller = self();

	caller.rawio = has_rawio();
	return emu_cdev_portal(emu_machine(), &caller, (unsigned int)file->file, length);
}

ssize_t emu_plain_write(const struct emu_device_file *file, const void *buf, size_t size)
{
	struct emu_caller caller = self();
	struct sva_desc desc;
	size_t done = 0;
	ssize_t result = 0;

	/* One that is too short tells what can be said without any. */
	if (size < sizeof(desc))
		return emu_cdev_write(emu_machine(), &caller, (unsigned int)file->file, buf, 0);
	for (; size - done >= sizeof(desc); done += sizeof(desc)) {
		result = -EFAULT;
		if (emu_copy(&desc, (const char *)buf + done, sizeof(desc)))
			break;
		result = emu_cdev_write(emu_machine(), &caller, (unsigned int)file->file, &desc,
					sizeof(desc));
		if (result < 0)
			break;
	}
	return done ? (ssize_t)done : result;
}
