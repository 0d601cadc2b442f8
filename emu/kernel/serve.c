/* SPDX-License-Identifier: MIT */
/*
 * The FUSE side of the kernel model: requests in, answers out. What they mean is in sysfs.c and
 * cdev.c. One thread answers all of them, in the order in which they come, so that a device that
 * was closed is free before the next open. What waits does so without the thread: close(), and a
 * write after which the kernel must forget entries.
 */
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cdev.h"
#include "clock.h"
#include "control.h"
#include "driver.h"
#include "machine.h"
#include "program.h"
#include "queue.h"
#include "serve.h"
#include "sysfs.h"

#define CLOSE_LIMIT_NS UINT64_C(2000000000) /* that close() waits for the device */
#define LASTING        3600.0               /* seconds that the kernel may keep what it has seen */

/* Nodes of our own. */
enum {
	NODE_CONTROL = 1,
	NODE_IDXD, /* the control of a module */
	NODE_CRYPTO,
	NODE_DEV, /* and the type: the folders of char devices */
	NODE_DEV_END = NODE_DEV + EMU_TYPES
};

#define CONTROL_INO(node) EMU_INO(EMU_INO_CONTROL, (uint64_t)(node))
#define SYSFS_INO(node)   EMU_INO(EMU_INO_SYSFS, (uint64_t)(node))
#define NODE(ino)         ((ino)&0x00ffffffffffffffull)

/* A close() that waits until the device has nothing of its file any more. */
struct closing {
	struct closing *next;
	fuse_req_t request;
	unsigned int file;
	uint64_t limit;
};

/* An entry that the kernel may have kept. */
struct kept {
	fuse_ino_t dir;
	char name[EMU_SYSFS_NAME];
};

/* A write by which entries go: it is answered when the kernel has forgotten them. */
struct forgetting {
	fuse_req_t request;
	size_t size;
	unsigned int count;
	struct kept kept[];
};

struct device_mode {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct emu_server {
	struct emu_state *state;
	struct fuse_session *session;
	pthread_t thread;
	int stop; /* eventfd */
	struct emu_share *share;
	struct closing *closing;
	pthread_t forgetter;
	int forget[2]; /* a pipe with pointers to struct forgetting; NULL: the end */
	bool complained[EMU_FILES];
	struct fuse_pollhandle *poller[EMU_FILES]; /* who waits for an error of the device */
	unsigned int pollers;
	uid_t uid; /* everything is its who has started the emulator */
	gid_t gid;
	struct device_mode device_mode[EMU_DEVICES][EMU_QUEUES];
};

static struct emu_server *server_of(fuse_req_t request)
{
	return fuse_req_userdata(request);
}

/*
 * Names.
 */

struct name {
	const char *name;
	fuse_ino_t ino;
};

static const struct name root_names[] = {
	{ EMU_SERVE_BUS, SYSFS_INO(EMU_NODE_BUS) },
	{ EMU_SERVE_MODULE, SYSFS_INO(EMU_NODE_MODULE) },
	{ EMU_SERVE_CRYPTO, SYSFS_INO(EMU_NODE_CRYPTO) },
	{ EMU_SERVE_PCI, SYSFS_INO(EMU_NODE_PCI) },
	{ EMU_SERVE_DRIVER, SYSFS_INO(EMU_NODE_DRIVER) },
	{ EMU_SERVE_DSA, CONTROL_INO(NODE_DEV + EMU_TYPE_DSA) },
	{ EMU_SERVE_IAX, CONTROL_INO(NODE_DEV + EMU_TYPE_IAX) },
	{ EMU_SERVE_CONTROL, CONTROL_INO(NODE_CONTROL) },
	{ NULL, 0 },
};

static const struct name control_names[] = {
	{ "idxd", CONTROL_INO(NODE_IDXD) },
	{ "iaa_crypto", CONTROL_INO(NODE_CRYPTO) },
	{ NULL, 0 },
};

static const struct name *fixed_names(fuse_ino_t dir)
{
	static const struct name none = { NULL, 0 };

	if (dir == FUSE_ROOT_ID)
		return root_names;
	return dir == CONTROL_INO(NODE_CONTROL) ? control_names : &none;
}

static bool is_dev(fuse_ino_t ino)
{
	return EMU_INO_KIND(ino) == EMU_INO_CONTROL && NODE(ino) >= NODE_DEV &&
	       NODE(ino) < NODE_DEV_END;
}

static enum emu_type type_of(fuse_ino_t dev)
{
	return (enum emu_type)(NODE(dev) - NODE_DEV);
}

/* A queue that was enabled again has a new node. */
static fuse_ino_t cdev_ino(const struct emu_state *state, unsigned int device, unsigned int queue)
{
	uint64_t times = state->device[device].queue[queue].times_enabled;

	return EMU_INO(EMU_INO_CDEV, times << 16 | device << 8 | queue);
}

/* The @index-th of the enabled user queues. */
static bool device_entry(const struct emu_state *state, enum emu_type type, unsigned int index,
			 char *name, fuse_ino_t *ino)
{
	unsigned int found_device, found_queue;

	for (unsigned int d = 0; d < state->device_count; d++)
		for (unsigned int q = 0; q < state->device[d].queue_count; q++) {
			snprintf(name, EMU_SYSFS_NAME, "wq%u.%u", state->device[d].id, q);
			if (state->device[d].type != type ||
			    emu_cdev_find(state, type, name, &found_device, &found_queue) ||
			    index-- > 0)
				continue;
			*ino = cdev_ino(state, d, q);
			return true;
		}
	return false;
}

static int find(const struct emu_state *state, fuse_ino_t dir, const char *name, fuse_ino_t *ino)
{
	const struct name *fixed;
	unsigned int device, queue;
	uint64_t node;
	int err;

	for (fixed = fixed_names(dir); fixed->name; fixed++)
		if (!strcmp(fixed->name, name)) {
			*ino = fixed->ino;
			return 0;
		}
	if (is_dev(dir)) {
		err = emu_cdev_find(state, type_of(dir), name, &device, &queue);
		if (!err)
			*ino = cdev_ino(state, device, queue);
		return err;
	}
	if (EMU_INO_KIND(dir) != EMU_INO_SYSFS)
		return -ENOENT;
	err = emu_sysfs_lookup(state, NODE(dir), name, &node);
	*ino = SYSFS_INO(node);
	return err;
}

static int entry(const struct emu_state *state, fuse_ino_t dir, unsigned int index,
		 char name[EMU_SYSFS_NAME], fuse_ino_t *ino)
{
	const struct name *fixed = fixed_names(dir);
	uint64_t node;

	if (is_dev(dir))
		return device_entry(state, type_of(dir), index, name, ino) ? 0 : -ENOENT;
	if (EMU_INO_KIND(dir) == EMU_INO_SYSFS) {
		int err = emu_sysfs_entry(state, NODE(dir), index, name, &node);

		*ino = SYSFS_INO(node);
		return err;
	}
	for (unsigned int i = 0; fixed[i].name; i++)
		if (i == index) {
			snprintf(name, EMU_SYSFS_NAME, "%s", fixed[i].name);
			*ino = fixed[i].ino;
			return 0;
		}
	return -ENOENT;
}

/*
 * Attributes.
 */

static mode_t control_mode(uint64_t node)
{
	return node == NODE_IDXD || node == NODE_CRYPTO ? S_IFREG | 0666 : S_IFDIR | 0755;
}

static struct device_mode *device_mode(struct emu_server *server, fuse_ino_t ino)
{
	return &server->device_mode[EMU_CDEV_DEVICE(ino)][EMU_CDEV_QUEUE(ino)];
}

static int attributes(struct emu_server *server, fuse_ino_t ino, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_ino = ino;
	st->st_nlink = 1;
	st->st_uid = server->uid;
	st->st_gid = server->gid;
	if (ino == FUSE_ROOT_ID)
		st->st_mode = S_IFDIR | 0755;
	else if (EMU_INO_KIND(ino) == EMU_INO_SYSFS)
		st->st_mode = emu_sysfs_mode(server->state, NODE(ino));
	else if (EMU_INO_KIND(ino) == EMU_INO_CONTROL)
		st->st_mode = control_mode(NODE(ino));
	if (EMU_INO_KIND(ino) == EMU_INO_CDEV) {
		const struct device_mode *mode = device_mode(server, ino);

		st->st_mode = S_IFREG | mode->mode;
		st->st_uid = mode->uid;
		st->st_gid = mode->gid;
	} else if (S_ISREG(st->st_mode)) {
		st->st_size = EMU_SYSFS_PAGE;
	}
	return st->st_mode ? 0 : -ENOENT;
}

/* Seconds. Those of a char device can be changed. */
static double attributes_last(fuse_ino_t ino)
{
	return EMU_INO_KIND(ino) == EMU_INO_CDEV ? 0 : LASTING;
}

static double entry_lasts(fuse_ino_t dir, fuse_ino_t ino)
{
	if (is_dev(dir) || ino == SYSFS_INO(EMU_NODE_CRYPTO))
		return 0;
	return EMU_INO_KIND(dir) != EMU_INO_SYSFS || emu_sysfs_lasts(NODE(dir), NODE(ino)) ? LASTING
											   : 0;
}

/*
 * What the kernel has kept, and is no more. To make it forget takes the folder's lock, which a
 * look-up may have that waits for an answer: so another thread does it.
 */

static void *forget(void *argument)
{
	struct emu_server *server = argument;
	struct forgetting *f;

	while (read(server->forget[0], &f, sizeof(f)) == sizeof(f) && f) {
		for (unsigned int i = 0; i < f->count; i++)
			fuse_lowlevel_notify_inval_entry(server->session, f->kept[i].dir,
							 f->kept[i].name, strlen(f->kept[i].name));
		fuse_reply_write(f->request, f->size);
		free(f);
	}
	return NULL;
}

/* All that could go. */
static struct forgetting *list_entries(const struct emu_state *state)
{
	unsigned int room = 0;
	struct forgetting *f = malloc(sizeof(*f)), *more;
	fuse_ino_t ino;
	uint64_t dir;

	if (f)
		f->count = 0;
	for (unsigned int d = 0; f && (dir = emu_sysfs_losing(state, d)); d++)
		for (unsigned int i = 0;; i++) {
			if (f->count == room) {
				room = 2 * room + 64;
				more = realloc(f, sizeof(*f) + room * sizeof(*f->kept));
				if (!more)
					break;
				f = more;
			}
			if (entry(state, SYSFS_INO(dir), i, f->kept[f->count].name, &ino))
				break;
			f->kept[f->count++].dir = SYSFS_INO(dir);
		}
	return f;
}

/* Of these, what has gone. */
static void keep_gone(const struct emu_state *state, struct forgetting *f)
{
	unsigned int gone = 0;
	fuse_ino_t ino;

	for (unsigned int i = 0; i < f->count; i++)
		if (find(state, f->kept[i].dir, f->kept[i].name, &ino))
			f->kept[gone++] = f->kept[i];
	f->count = gone;
}

/*
 * Requests. The names of the functions are those of the operations.
 */

static void on_lookup(fuse_req_t request, fuse_ino_t dir, const char *name)
{
	struct emu_server *server = server_of(request);
	struct fuse_entry_param param = { 0 };
	int err = find(server->state, dir, name, &param.ino);

	if (!err)
		err = attributes(server, param.ino, &param.attr);
	param.attr_timeout = attributes_last(param.ino);
	param.entry_timeout = entry_lasts(dir, param.ino);
	if (err)
		fuse_reply_err(request, -err);
	else
		fuse_reply_entry(request, &param);
}

static void on_getattr(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file)
{
	struct stat st;
	int err = attributes(server_of(request), ino, &st);

	(void)file;
	if (err)
		fuse_reply_err(request, -err);
	else
		fuse_reply_attr(request, &st, attributes_last(ino));
}

/* chmod and chown of a char device stay; it has no size. In sysfs, that means nothing. */
static void on_setattr(fuse_req_t request, fuse_ino_t ino, struct stat *attr, int what,
		       struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);

	if (EMU_INO_KIND(ino) == EMU_INO_CDEV && what & FUSE_SET_ATTR_SIZE) {
		fuse_reply_err(request, EINVAL);
		return;
	}
	if (EMU_INO_KIND(ino) == EMU_INO_CDEV) {
		struct device_mode *mode = device_mode(server, ino);

		if (what & FUSE_SET_ATTR_MODE)
			mode->mode = attr->st_mode & 07777;
		if (what & FUSE_SET_ATTR_UID)
			mode->uid = attr->st_uid;
		if (what & FUSE_SET_ATTR_GID)
			mode->gid = attr->st_gid;
	} else if (what & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
		fuse_reply_err(request, EPERM);
		return;
	}
	on_getattr(request, ino, file);
}

static void on_readlink(fuse_req_t request, fuse_ino_t ino)
{
	char target[EMU_SYSFS_PAGE];
	ssize_t length = emu_sysfs_readlink(server_of(request)->state, NODE(ino), target);

	if (length < 0)
		fuse_reply_err(request, (int)-length);
	else
		fuse_reply_readlink(request, target);
}

/* The offset of an entry is its number; "." and ".." nobody misses. */
static void on_readdir(fuse_req_t request, fuse_ino_t dir, size_t size, off_t offset,
		       struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);
	char buf[4096], name[EMU_SYSFS_NAME];
	size_t used = 0, needed;
	fuse_ino_t ino;
	struct stat st;

	(void)file;
	if (size > sizeof(buf))
		size = sizeof(buf);
	for (; !entry(server->state, dir, (unsigned int)offset, name, &ino); offset++) {
		if (attributes(server, ino, &st))
			continue;
		if (EMU_INO_KIND(ino) == EMU_INO_CDEV)
			st.st_mode = (st.st_mode & ~(mode_t)S_IFMT) | S_IFCHR;
		needed = fuse_add_direntry(request, buf + used, size - used, name, &st, offset + 1);
		if (needed > size - used)
			break;
		used += needed;
	}
	fuse_reply_buf(request, buf, used);
}

/* Of a program that cannot do with the device what it wants. */
static void complain(struct emu_server *server, unsigned int file, const char *why)
{
	if (!server->complained[file])
		fprintf(stderr, "sva-emu: process %d has opened a queue, but cannot use it: %s\n",
			server->state->file[file].pid, why);
	server->complained[file] = true;
}

/* The library would have made it known. */
static const char by_itself[] =
	"it makes the system calls open() or mmap() itself: call the C library's functions";

static int open_device(struct emu_server *server, pid_t thread, fuse_ino_t ino)
{
	struct emu_caller caller;
	int file = emu_caller_of(thread, &caller);
	const char *why;

	if (file)
		return file;
	file = emu_cdev_open(server->state, &caller, EMU_CDEV_DEVICE(ino), EMU_CDEV_QUEUE(ino));
	if (file < 0)
		return file;
	server->complained[file] = false;
	why = emu_program_lacks(caller.pid, server->state->library);
	if (why)
		complain(server, (unsigned int)file, why);
	return file;
}

/* Keep the handle of a poll() that found nothing, in the place of an older one; NULL: none. */
static void keep_poller(struct emu_server *server, unsigned int file,
			struct fuse_pollhandle *handle)
{
	if (server->poller[file]) {
		fuse_pollhandle_destroy(server->poller[file]);
		server->pollers--;
	}
	server->poller[file] = handle;
	server->pollers += handle != NULL;
}

/* The last reference to an open file is gone. */
static void close_file(struct emu_server *server, fuse_ino_t ino, unsigned int file)
{
	if (EMU_INO_KIND(ino) != EMU_INO_CDEV)
		return;
	keep_poller(server, file, NULL);
	emu_cdev_close(server->state, file);
}

static void on_open(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);
	int handle = 0;

	if (EMU_INO_KIND(ino) == EMU_INO_CDEV)
		handle = open_device(server, fuse_req_ctx(request)->pid, ino);
	if (handle < 0) {
		fuse_reply_err(request, -handle);
		return;
	}
	file->fh = (uint64_t)handle;
	file->direct_io = 1;
	file->noflush = EMU_INO_KIND(ino) != EMU_INO_CDEV;
	/* The caller was interrupted, and will not close what it has not got. */
	if (fuse_reply_open(request, file) == -ENOENT)
		close_file(server, ino, (unsigned int)handle);
}

static void on_read(fuse_req_t request, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *file)
{
	const struct emu_state *state = server_of(request)->state;
	char text[EMU_SYSFS_PAGE];
	ssize_t length = -EINVAL; /* as of a file without read() */

	(void)file;
	if (EMU_INO_KIND(ino) == EMU_INO_SYSFS)
		length = emu_sysfs_show(state, NODE(ino), text);
	else if (ino == CONTROL_INO(NODE_IDXD) || ino == CONTROL_INO(NODE_CRYPTO))
		length = snprintf(text, sizeof(text), "%d\n",
				  ino == CONTROL_INO(NODE_IDXD) ? state->loaded : state->crypto);
	if (length < 0)
		fuse_reply_err(request, (int)-length);
	else if (offset >= length)
		fuse_reply_buf(request, NULL, 0);
	else
		fuse_reply_buf(request, text + offset,
			       size < (size_t)(length - offset) ? size : (size_t)(length - offset));
}

int emu_server_link(const struct emu_state *state)
{
	static const char target[] = EMU_MOUNTPOINT "/" EMU_SERVE_CRYPTO;
	static const char link[] = "/sys/module/iaa_crypto";
	int err = state->crypto ? symlink(target, link) : unlink(link);

	if (!err || errno == (state->crypto ? EEXIST : ENOENT))
		return 0;
	err = -errno;
	fprintf(stderr, "sva-emu: cannot change %s: %s\n", link, strerror(-err));
	return err;
}

static ssize_t control_module(struct emu_state *state, bool crypto, const char *word, size_t size)
{
	int err = -EINVAL;

	if (size >= 4 && !strncmp(word, "load", 4))
		err = crypto ? emu_crypto_load(state) : emu_module_load(state);
	else if (size >= 6 && !strncmp(word, "unload", 6))
		err = crypto ? emu_crypto_unload(state) : emu_module_unload(state);
	if (!err && crypto)
		err = emu_server_link(state);
	return err ? err : (ssize_t)size;
}

static ssize_t write_device(struct emu_server *server, pid_t thread, unsigned int file,
			    const char *buf, size_t size)
{
	struct emu_caller caller;
	ssize_t done = emu_caller_of(thread, &caller);

	if (!done)
		done = emu_cdev_write(server->state, &caller, file, buf, size);
	if (done == -ENODEV)
		complain(server, file, by_itself);
	return done;
}

/* Can things go by a write to that? */
static bool removes(fuse_ino_t ino)
{
	if (EMU_INO_KIND(ino) == EMU_INO_SYSFS)
		return emu_sysfs_removes(NODE(ino));
	return ino == CONTROL_INO(NODE_IDXD);
}

/* Answer a write, and before that, let the kernel forget what has gone by it. */
static void reply_written(fuse_req_t request, size_t size, struct forgetting *f)
{
	struct emu_server *server = server_of(request);

	if (f)
		keep_gone(server->state, f);
	if (f && f->count) {
		f->request = request;
		f->size = size;
		if (write(server->forget[1], &f, sizeof(f)) == sizeof(f))
			return;
	}
	free(f);
	fuse_reply_write(request, size);
}

static void on_write(fuse_req_t request, fuse_ino_t ino, const char *buf, size_t size, off_t offset,
		     struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);
	struct forgetting *entries = removes(ino) ? list_entries(server->state) : NULL;
	ssize_t done = -EINVAL;

	(void)offset;
	if (EMU_INO_KIND(ino) == EMU_INO_SYSFS)
		done = emu_sysfs_store(server->state, NODE(ino), buf, size);
	else if (EMU_INO_KIND(ino) == EMU_INO_CDEV)
		done = write_device(server, fuse_req_ctx(request)->pid, (unsigned int)file->fh, buf,
				    size);
	else if (ino == CONTROL_INO(NODE_IDXD) || ino == CONTROL_INO(NODE_CRYPTO))
		done = control_module(server->state, ino == CONTROL_INO(NODE_CRYPTO), buf, size);
	if (done >= 0) {
		reply_written(request, (size_t)done, entries);
	} else {
		free(entries);
		fuse_reply_err(request, (int)-done);
	}
}

/* A close(): it returns when the device has done what came by this file. */
static void on_flush(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);
	struct closing *closing;

	if (EMU_INO_KIND(ino) != EMU_INO_CDEV ||
	    emu_cdev_settled(server->state, (unsigned int)file->fh) ||
	    !(closing = malloc(sizeof(*closing)))) {
		fuse_reply_err(request, 0);
		return;
	}
	*closing = (struct closing){ server->closing, request, (unsigned int)file->fh,
				     emu_now() + CLOSE_LIMIT_NS };
	server->closing = closing;
}

static void answer_closing(struct emu_server *server)
{
	struct closing **at = &server->closing, *closing;

	while ((closing = *at)) {
		if (!emu_cdev_settled(server->state, closing->file) && emu_now() < closing->limit) {
			at = &closing->next;
			continue;
		}
		*at = closing->next;
		fuse_reply_err(closing->request, 0);
		free(closing);
	}
}

static void wake_pollers(struct emu_server *server)
{
	for (unsigned int i = 0; server->pollers && i < EMU_FILES; i++)
		if (server->poller[i] &&
		    server->state->live.device[server->state->file[i].device].error[0] & 1) {
			fuse_lowlevel_notify_poll(server->poller[i]);
			keep_poller(server, i, NULL);
		}
}

static void on_release(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file)
{
	struct emu_server *server = server_of(request);

	if (EMU_INO_KIND(ino) == EMU_INO_CDEV &&
	    emu_cdev_unknown(server->state, (unsigned int)file->fh))
		complain(server, (unsigned int)file->fh, by_itself);
	close_file(server, ino, (unsigned int)file->fh);
	fuse_reply_err(request, 0);
}

static void on_ioctl(fuse_req_t request, fuse_ino_t ino, unsigned int command, void *arg,
		     struct fuse_file_info *file, unsigned int flags, const void *in,
		     size_t in_size, size_t out_size)
{
	struct emu_server *server = server_of(request);
	struct emu_caller caller;
	int result = -ENOTTY;

	(void)flags, (void)in, (void)in_size, (void)out_size;
	if (EMU_INO_KIND(ino) == EMU_INO_CDEV && command == EMU_IOC_PORTAL) {
		result = emu_caller_of(fuse_req_ctx(request)->pid, &caller);
		if (!result)
			result = emu_cdev_portal(server->state, &caller, (unsigned int)file->fh,
						 (uintptr_t)arg);
	}
	if (result < 0)
		fuse_reply_err(request, -result);
	else
		fuse_reply_ioctl(request, result, NULL, 0);
}

static void on_poll(fuse_req_t request, fuse_ino_t ino, struct fuse_file_info *file,
		    struct fuse_pollhandle *handle)
{
	struct emu_server *server = server_of(request);
	struct emu_caller caller;
	unsigned int events = POLLIN | POLLOUT;

	if (EMU_INO_KIND(ino) == EMU_INO_CDEV &&
	    !emu_caller_of(fuse_req_ctx(request)->pid, &caller))
		events = emu_cdev_poll(server->state, &caller, (unsigned int)file->fh);
	/*
	 * Who asks for POLLOUT alone waits for ever at the driver; but here, that is io_uring,
	 * which asks before it writes to a file of this kind, and not before it writes to a device.
	 */
	if (EMU_INO_KIND(ino) == EMU_INO_CDEV && !(file->poll_events & POLLIN))
		events |= file->poll_events & POLLOUT;
	if (handle && !events && EMU_INO_KIND(ino) == EMU_INO_CDEV)
		keep_poller(server, (unsigned int)file->fh, handle);
	else if (handle)
		fuse_pollhandle_destroy(handle);
	fuse_reply_poll(request, events);
}

static void on_fsync(fuse_req_t request, fuse_ino_t ino, int data, struct fuse_file_info *file)
{
	(void)ino, (void)data, (void)file;
	fuse_reply_err(request, EINVAL); /* as of a file without fsync() */
}

/* Nobody but the driver makes or removes something. The error numbers are those of sysfs. */
static void on_create(fuse_req_t request, fuse_ino_t dir, const char *name, mode_t mode,
		      struct fuse_file_info *file)
{
	(void)dir, (void)name, (void)mode, (void)file;
	fuse_reply_err(request, EACCES);
}

static void on_mkdir(fuse_req_t request, fuse_ino_t dir, const char *name, mode_t mode)
{
	(void)dir, (void)name, (void)mode;
	fuse_reply_err(request, EPERM);
}

static void on_unlink(fuse_req_t request, fuse_ino_t dir, const char *name)
{
	(void)dir, (void)name;
	fuse_reply_err(request, EPERM);
}

static void on_rename(fuse_req_t request, fuse_ino_t dir, const char *name, fuse_ino_t to,
		      const char *new_name, unsigned int flags)
{
	(void)dir, (void)name, (void)to, (void)new_name, (void)flags;
	fuse_reply_err(request, EPERM);
}

/* O_TRUNC, too, comes with open(), where it means nothing. */
static void on_init(void *server, struct fuse_conn_info *connection)
{
	(void)server;
	connection->want |=
		connection->capable & (FUSE_CAP_ATOMIC_O_TRUNC | FUSE_CAP_CACHE_SYMLINKS);
}

static const struct fuse_lowlevel_ops operations = {
	.init = on_init,
	.fsync = on_fsync,
	.lookup = on_lookup,
	.getattr = on_getattr,
	.setattr = on_setattr,
	.readlink = on_readlink,
	.readdir = on_readdir,
	.create = on_create,
	.mkdir = on_mkdir,
	.unlink = on_unlink,
	.rmdir = on_unlink,
	.rename = on_rename,
	.open = on_open,
	.read = on_read,
	.write = on_write,
	.flush = on_flush,
	.release = on_release,
	.ioctl = on_ioctl,
	.poll = on_poll,
};

/*
 * The thread.
 */

/* Milliseconds until somebody who waits is to be looked after. */
static int patience(const struct emu_server *server)
{
	if (server->closing)
		return 1;
	return server->pollers ? 20 : emu_share_patience(server->share);
}

static void *serve(void *argument)
{
	struct emu_server *server = argument;
	struct fuse_buf buf = { .mem = NULL };
	struct pollfd fds[3] = { { .fd = server->session ? fuse_session_fd(server->session) : -1,
				   .events = POLLIN },
				 { .fd = server->stop, .events = POLLIN },
				 { .fd = emu_share_fd(server->share), .events = POLLIN } };

	while (!server->session || !fuse_session_exited(server->session)) {
		if (poll(fds, 3, patience(server)) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			break;
		answer_closing(server);
		wake_pollers(server);
		/* Without a file system, each wake-up is for that, or for a look at the devices. */
		if (fds[2].revents || !server->session)
			emu_share_serve(server->share);
		if (!fds[0].revents)
			continue;
		if (fuse_session_receive_buf(server->session, &buf) <= 0)
			continue;
		fuse_session_process_buf(server->session, &buf);
	}
	free(buf.mem);
	return NULL;
}

static int mount_session(struct emu_server *server, const char *mountpoint)
{
	char name[] = "sva-emu", flag[] = "-o";
	char options[] = "fsname=sva-emu,allow_other,default_permissions";
	char *argv[] = { name, flag, options };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	int fd;

	server->session = fuse_session_new(&args, &operations, sizeof(operations), server);
	fuse_opt_free_args(&args);
	if (!server->session)
		return -ENOMEM;
	errno = 0;
	if (fuse_session_mount(server->session, mountpoint))
		return errno ? -errno : -ENODEV;
	/* A request goes away with who has made it, even after poll() has told of it. */
	fd = fuse_session_fd(server->session);
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) ? -errno : 0;
}

static void end_forgetter(struct emu_server *server)
{
	const struct forgetting *end = NULL;

	if (write(server->forget[1], &end, sizeof(end)) == sizeof(end))
		pthread_join(server->forgetter, NULL);
}

static int start_threads(struct emu_server *server)
{
	sigset_t all, old;
	int err;

	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	err = pthread_create(&server->forgetter, NULL, forget, server);
	if (!err) {
		err = pthread_create(&server->thread, NULL, serve, server);
		if (err)
			end_forgetter(server);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

static void prepare(struct emu_server *server)
{
	server->uid = geteuid();
	server->gid = getegid();
	for (unsigned int d = 0; d < EMU_DEVICES; d++)
		for (unsigned int q = 0; q < EMU_QUEUES; q++)
			server->device_mode[d][q] =
				(struct device_mode){ 0600, server->uid, server->gid };
}

static void discard(struct emu_server *server)
{
	if (server->session)
		fuse_session_destroy(server->session);
	for (unsigned int i = 0; i < 2; i++)
		if (server->forget[i] >= 0)
			close(server->forget[i]);
	if (server->stop >= 0)
		close(server->stop);
	emu_share_close(server->share);
	free(server);
}

int emu_server_start(struct emu_state *state, const char *mountpoint, struct emu_share *share,
		     struct emu_server **result)
{
	struct emu_server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return -ENOMEM;
	server->state = state;
	server->share = share;
	server->stop = eventfd(0, EFD_CLOEXEC);
	server->forget[0] = server->forget[1] = -1;
	prepare(server);
	err = server->stop < 0 || pipe2(server->forget, O_CLOEXEC) ? -errno
	      : mountpoint ? mount_session(server, mountpoint)
			   : 0;
	if (!err && (err = start_threads(server)) && mountpoint)
		fuse_session_unmount(server->session);
	if (err)
		discard(server);
	else
		*result = server;
	return err;
}

/* Of programs that have ended, before the kernel has told us of their files. */
static void complain_of_the_last(struct emu_server *server)
{
	for (unsigned int i = 0; server->session && i < EMU_FILES; i++)
		if (server->state->file[i].used && emu_cdev_unknown(server->state, i) &&
		    kill(server->state->file[i].pid, 0) && errno == ESRCH)
			complain(server, i, by_itself);
}

void emu_server_stop(struct emu_server *server)
{
	end_forgetter(server); /* which may wait for an answer */
	eventfd_write(server->stop, 1);
	pthread_join(server->thread, NULL);
	complain_of_the_last(server);
	if (server->session)
		fuse_session_unmount(server->session);
	discard(server);
}
