/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cdev.h"
#include "control.h"
#include "folder.h"
#include "share.h"

#define PAGE 4096u

#ifndef F_SEAL_FUTURE_WRITE /* Linux 5.1 */
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static bool map_at(void *at, size_t size, int file)
{
	const void *mapped =
		mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0);

	/* cppcheck-suppress memleak // it takes the place of one that stays */
	return mapped == at;
}

/* Most of it is zero: the file has holes there. */
static int write_pages(int file, const char *at, size_t size)
{
	static const char zero[PAGE];

	for (size_t done = 0; done < size; done += PAGE) {
		size_t part = size - done < PAGE ? size - done : PAGE;

		if (memcmp(at + done, zero, part) != 0 &&
		    pwrite(file, at + done, part, (off_t)done) != (ssize_t)part)
			return -1;
	}
	return 0;
}

/* The file gets what is in the mapping, and takes its place. */
static int move_to_file(void *at, size_t size, int seals)
{
	int file = memfd_create("sva-emu", MFD_CLOEXEC | MFD_ALLOW_SEALING), err;

	if (file < 0)
		return -errno;
	if (!ftruncate(file, (off_t)size) && !write_pages(file, at, size) &&
	    map_at(at, size, file) &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL | seals))
		return file;
	err = errno ? -errno : -ENOSPC;
	close(file);
	return err;
}

struct connection {
	struct connection *next;
	int fd;
	bool asked; /* is what it has asked for: */
	enum emu_ask ask;
	unsigned int index;
	bool told; /* of an error of the device */
};

struct emu_share {
	struct emu_state *state;
	struct emu_trace_file *trace;
	int config, live; /* the files of both parts of struct emu_state */
	int listening, events;
	char root[EMU_PATH]; /* what the socket's path begins with */
	int spare; /* to be closed where none is left, so that one more can be accepted, and told */
	unsigned int opens;
	struct connection *connections;
};

static int listen_at(const char *path)
{
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (listening < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (!bind(listening, (struct sockaddr *)&address, sizeof(address)) && !chmod(path, 0666) &&
	    !listen(listening, SOMAXCONN))
		return listening;
	err = -errno;
	close(listening);
	return err;
}

static int watch(const struct emu_share *share, int fd, void *which)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = which };

	return epoll_ctl(share->events, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_all(struct emu_share *share, const char *path)
{
	for (unsigned int i = 0; i < EMU_LANES; i++)
		atomic_store(&share->state->lane[i].process, EMU_NONE);
	errno = 0;
	share->config = move_to_file(share->state, EMU_CONFIG_SIZE, F_SEAL_FUTURE_WRITE);
	if (share->config < 0)
		return share->config;
	share->live = move_to_file(&share->state->live, EMU_LIVE_SIZE, 0);
	if (share->live < 0)
		return share->live;
	share->listening = listen_at(path);
	if (share->listening < 0)
		return share->listening;
	share->events = epoll_create1(EPOLL_CLOEXEC);
	return share->events < 0 ? -errno : watch(share, share->listening, NULL);
}

int emu_share_open(struct emu_state *state, const char *path, struct emu_trace_file *trace,
		   struct emu_share **result)
{
	struct emu_share *share = malloc(sizeof(*share));
	int err;

	if (!share)
		return -ENOMEM;
	*share = (struct emu_share){ .state = state,
				     .trace = trace,
				     .config = -1,
				     .live = -1,
				     .listening = -1,
				     .events = -1,
				     .spare = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	snprintf(share->root, sizeof(share->root), "%.*s",
		 (int)(strlen(path) - strlen(EMU_STATE_PATH)), path);
	err = open_all(share, path);
	if (err)
		emu_share_close(share);
	else
		*result = share;
	return err;
}

/*
 * Answers.
 */

/* Who does not wait for it goes without. @files: two, or NULL. */
static void answer(int to, struct emu_reply reply, const int *files)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec part = { &reply, sizeof(reply) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (files) {
		struct cmsghdr *rights = (struct cmsghdr *)(void *)control;

		*rights = (struct cmsghdr){ CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(rights), files, 2 * sizeof(int));
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
	}
	sendmsg(to, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int caller_of(int fd, struct emu_caller *caller)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	return emu_caller_of(peer.pid, caller);
}

static int open_queue(struct emu_share *share, const struct emu_caller *caller,
		      const struct emu_request *request)
{
	struct emu_state *state = share->state;
	int file;

	if (!state->plain)
		return -EPERM; /* there are files with permissions */
	if (request->device >= state->device_count ||
	    request->queue >= state->device[request->device].queue_count)
		return -ENOENT;
	file = emu_cdev_open(state, caller, request->device, request->queue);
	if (file >= 0) {
		state->file[file].ino = request->ino;
		share->opens++;
	}
	return file;
}

/* poll() on a queue tells that its device has an error: here, by something to read. */
static bool has_error(const struct emu_share *share, const struct connection *c)
{
	const struct emu_state *state = share->state;

	return c->asked && c->ask == EMU_ASK_OPEN && !c->told &&
	       state->live.device[state->file[c->index].device].error[0] & 1;
}

static void tell_error(struct connection *connection)
{
	connection->told = true;
	send(connection->fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Of the folder whose socket this is. */
static int refresh(const struct emu_share *share, const struct emu_request *request)
{
	char path[EMU_ASK_PATH + 1] = { 0 };

	memcpy(path, request->path, EMU_ASK_PATH);
	if (share->state->plain)
		emu_folder_refresh(share->state, share->root, path);
	return 0;
}

/* Requests in whose answer it matters who asks. */
static int request_of_caller(struct emu_share *share, const struct connection *connection,
			     const struct emu_request *request)
{
	struct emu_caller caller = { 0 };
	int err = caller_of(connection->fd, &caller);

	if (err)
		return err;
	return request->ask == EMU_ASK_PROCESS ? emu_process_open(share->state, caller.pid)
					       : open_queue(share, &caller, request);
}

static int request_result(struct emu_share *share, const struct connection *connection,
			  const struct emu_request *request)
{
	switch (request->ask) {
	case EMU_ASK_MACHINE:
		return 0;
	case EMU_ASK_PROCESS:
	case EMU_ASK_OPEN:
		return request_of_caller(share, connection, request);
	case EMU_ASK_REFRESH:
		return refresh(share, request);
	default:
		return -EINVAL;
	}
}

static void serve_request(struct emu_share *share, struct connection *connection,
			  const struct emu_request *request)
{
	const int files[2] = { share->config, share->live };
	bool machine = request->ask == EMU_ASK_MACHINE, error;
	int result = request_result(share, connection, request);

	connection->asked =
		result >= 0 && (request->ask == EMU_ASK_PROCESS || request->ask == EMU_ASK_OPEN);
	connection->ask = (enum emu_ask)request->ask;
	connection->index = (unsigned int)result;
	error = has_error(share, connection);
	answer(connection->fd, (struct emu_reply){ result, error }, machine ? files : NULL);
	if (error)
		tell_error(connection);
}

/* What comes by a queue's own connection: a write() that has not come by the C library's. */
static void take_descriptors(struct emu_share *share, const struct connection *connection,
			     const char *buf, size_t size)
{
	struct emu_caller caller = { 0 };

	if (!caller_of(connection->fd, &caller))
		emu_cdev_write(share->state, &caller, connection->index, buf, size);
}

static void forget(struct emu_share *share, struct connection *connection)
{
	struct connection **at = &share->connections;

	if (connection->asked && connection->ask == EMU_ASK_OPEN) {
		emu_cdev_close(share->state, connection->index);
		share->opens--;
	} else if (connection->asked) {
		emu_process_close(share->state, connection->index);
	}
	while (*at && *at != connection)
		at = &(*at)->next;
	*at = connection->next;
	close(connection->fd);
	free(connection);
}

static void serve_connection(struct emu_share *share, struct connection *connection)
{
	union {
		struct emu_request request;
		struct emu_trace trace;
		char bytes[4096];
	} message;
	ssize_t size = recv(connection->fd, &message, sizeof(message), MSG_DONTWAIT);

	if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
		forget(share, connection);
	else if (!connection->asked && size == sizeof(message.request))
		serve_request(share, connection, &message.request);
	else if (size == sizeof(message.trace) && connection->asked &&
		 connection->ask == EMU_ASK_PROCESS)
		emu_trace_write(share->trace, &message.trace);
	else if (size > 0 && connection->asked && connection->ask == EMU_ASK_OPEN)
		take_descriptors(share, connection, message.bytes, (size_t)size);
}

static int accept_one(const struct emu_share *share)
{
	/* cppcheck-suppress nullPointer // accept4() takes it: who it is does not matter yet */
	return accept4(share->listening, NULL, NULL, SOCK_CLOEXEC);
}

/* Without a file descriptor for it, whoever it is does not wait for ever. */
static bool turn_away(struct emu_share *share)
{
	int fd;

	if (share->spare < 0)
		return false;
	close(share->spare);
	fd = accept_one(share);
	if (fd >= 0)
		close(fd);
	share->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	fprintf(stderr, "sva-emu: no file descriptor is left for one more process or queue: raise "
			"RLIMIT_NOFILE (ulimit -n)\n");
	return fd >= 0;
}

/* Returns false: it still waits. */
static bool accept_connection(struct emu_share *share)
{
	int fd = accept_one(share);
	struct connection *connection;

	if (fd < 0)
		return (errno == EMFILE || errno == ENFILE) && turn_away(share);
	connection = calloc(1, sizeof(*connection));
	if (!connection || watch(share, fd, connection)) {
		free(connection);
		close(fd);
		return true;
	}
	connection->fd = fd;
	connection->next = share->connections;
	share->connections = connection;
	return true;
}

static void tell_errors(struct emu_share *share)
{
	for (struct connection *c = share->connections; share->opens && c; c = c->next)
		if (has_error(share, c))
			tell_error(c);
}

int emu_share_fd(const struct emu_share *share)
{
	return share->events;
}

int emu_share_patience(const struct emu_share *share)
{
	return share->opens ? 20 : -1;
}

/* Ends come before new requests that were made later: a queue that was closed is free. */
void emu_share_serve(struct emu_share *share)
{
	struct epoll_event event;

	tell_errors(share);
	while (epoll_wait(share->events, &event, 1, 0) > 0) {
		if (event.data.ptr)
			serve_connection(share, event.data.ptr);
		else if (!accept_connection(share))
			break;
	}
}

void emu_share_close(struct emu_share *share)
{
	const int files[] = { share->config, share->live, share->listening, share->events,
			      share->spare };

	while (share->connections)
		forget(share, share->connections);
	for (unsigned int i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] >= 0)
			close(files[i]);
	free(share);
}
