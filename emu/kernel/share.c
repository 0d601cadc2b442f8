/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "share.h"

#ifndef F_SEAL_FUTURE_WRITE /* Linux 5.1 */
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static bool map_at(void *at, size_t size, int file)
{
	const void *mapped =
		mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);

	return mapped == at;
}

/* The file gets what is in the mapping, and takes its place. */
static int move_to_file(void *at, size_t size, int seals)
{
	int file = memfd_create("sva-emu", MFD_CLOEXEC | MFD_ALLOW_SEALING), err;

	if (file < 0)
		return -errno;
	if (write(file, at, size) == (ssize_t)size && map_at(at, size, file) &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | seals))
		return file;
	err = errno ? -errno : -ENOSPC;
	close(file);
	return err;
}

static socklen_t address_of(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
	return sizeof(*address);
}

static int listen_at(const char *path)
{
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;
	struct sockaddr_un address;

	if (listening < 0)
		return -errno;
	if (!bind(listening, (struct sockaddr *)&address, address_of(path, &address)) &&
	    !chmod(path, 0666) && !listen(listening, SOMAXCONN))
		return listening;
	err = -errno;
	close(listening);
	return err;
}

int emu_share_open(struct emu_share *share, struct emu_state *state, const char *path)
{
	errno = 0;
	share->config = move_to_file(state, EMU_CONFIG_SIZE, F_SEAL_FUTURE_WRITE);
	if (share->config < 0)
		return share->config;
	share->live = move_to_file(&state->live, EMU_LIVE_SIZE, 0);
	if (share->live < 0)
		return share->live;
	share->listening = listen_at(path);
	return share->listening < 0 ? share->listening : 0;
}

/* A message of one byte, and room for two files. */
struct message {
	struct msghdr header;
	struct iovec byte;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
	char text;
};

static void prepare(struct message *message)
{
	memset(message, 0, sizeof(*message));
	message->byte = (struct iovec){ &message->text, 1 };
	message->header = (struct msghdr){ .msg_iov = &message->byte,
					   .msg_iovlen = 1,
					   .msg_control = message->control,
					   .msg_controllen = sizeof(message->control) };
}

void emu_share_answer(const struct emu_share *share)
{
	/* cppcheck-suppress nullPointer // accept4() takes it: who has asked does not matter */
	int to = accept4(share->listening, NULL, NULL, SOCK_CLOEXEC);
	int files[2] = { share->config, share->live };
	struct message message;
	struct cmsghdr *part;

	if (to < 0)
		return;
	prepare(&message);
	part = CMSG_FIRSTHDR(&message.header);
	if (part) {
		*part = (struct cmsghdr){ CMSG_LEN(sizeof(files)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(part), files, sizeof(files));
		/* Who does not wait for the answer goes without. */
		sendmsg(to, &message.header, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	close(to);
}
