/* SPDX-License-Identifier: MIT */
/* Requests to sva-emu, and its answers: device/control.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ask.h"
#include "sys.h"

int emu_ask(int to, const struct emu_request *request, int files[2])
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct emu_reply reply = { 0 };
	struct iovec part = { &reply, sizeof(reply) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct pollfd more = { .fd = to, .events = POLLIN };
	const struct cmsghdr *rights;

	if (emu_sys(SYS_sendto, to, request, sizeof(*request), MSG_NOSIGNAL) < 0 ||
	    emu_sys(SYS_recvmsg, to, &message, MSG_CMSG_CLOEXEC) != sizeof(reply))
		return -EIO;
	rights = CMSG_FIRSTHDR(&message);
	if (reply.follows)
		emu_sys(SYS_poll, &more, 1, -1);
	if (!files)
		return reply.result;
	if (!rights || rights->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return -EIO;
	memcpy(files, CMSG_DATA(rights), 2 * sizeof(int));
	return reply.result;
}

int emu_ask_connect(const char *root)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(root);
	long to;

	if (length + sizeof(EMU_STATE_PATH) > sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, root, length);
	memcpy(address.sun_path + length, EMU_STATE_PATH, sizeof(EMU_STATE_PATH));
	to = emu_sys(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (to >= 0 && emu_sys(SYS_connect, to, &address, sizeof(address)) < 0) {
		emu_sys(SYS_close, to);
		return -ECONNREFUSED;
	}
	return (int)to;
}
