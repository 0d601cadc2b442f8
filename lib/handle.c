/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "handle.h"
#include "sysfs.h"

_Static_assert(offsetof(struct svai_handle, open) == SVAI_PAGE, "only the first page is wiped");

#define TOMBSTONES 256

/*
 * All handles, for the child of a fork, and the closed ones that are still mapped. The lock is
 * held over fork(2), so that the child finds both in order.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct svai_handle *handles;
static struct svai_handle *tombstones[TOMBSTONES];
static unsigned int next_tombstone;

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

/*
 * The child's file descriptors would keep the kernel from draining when the parent closes its own,
 * and are of no use to the child: its memory is not the one that the PASID stands for. The heads
 * are wiped by the kernel already, unless it is too old for that.
 */
static void after_fork_in_child(void)
{
	for (struct svai_handle *h = handles; h; h = h->next) {
		memset(&h->head, 0, sizeof(h->head));
		if (h->fd >= 0)
			close(h->fd);
		h->fd = -1;
	}
	pthread_mutex_unlock(&lock);
}

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void watch_fork(void)
{
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

int svai_handle_state(const struct sva_wq *wq)
{
	if (!wq)
		return -EINVAL;
	if (wq->live)
		return 0;
	return svai_handle(wq)->open ? -ESTALE : -EBADF;
}

struct svai_handle *svai_handle_new(void)
{
	struct svai_handle *h =
		mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (h == MAP_FAILED)
		return NULL;
	pthread_once(&fork_once, watch_fork);
	/* A kernel that cannot do this leaves it to after_fork_in_child(). */
	(void)madvise(h, SVAI_PAGE, MADV_WIPEONFORK);
	h->fd = -1;
	pthread_mutex_lock(&lock);
	h->next = handles;
	h->prev_next = &handles;
	if (h->next)
		h->next->prev_next = &h->next;
	handles = h;
	pthread_mutex_unlock(&lock);
	return h;
}

/* One entry is kept back, so that close can always submit its drain. */
static int32_t free_entries(uint32_t size)
{
	const uint32_t most = 1u << 16; /* more than any device has: sysfs may say anything */

	if (size < 2)
		return 1;
	return (int32_t)(size < most ? size : most) - 1;
}

static void set_credits(struct svai_handle *h)
{
	const size_t words = sizeof(h->later_credits) / sizeof(h->later_credits[0]);
	int32_t *credits = &h->head.credits;

	if (h->generation)
		credits = &h->later_credits[h->generation % words];
	*credits = free_entries(h->info.size) * SVA_CREDIT;
	h->head.credit = credits;
}

void svai_handle_publish(struct svai_handle *h, void *portal)
{
	if (h->path != SVA_PATH_CPU && h->info.mode == SVA_MODE_DEDICATED)
		set_credits(h);
	h->generation++;
	h->open = true;
	h->head.portal = portal;
	h->head.live = 1;
}

int svai_handle_open_file(struct svai_handle *h)
{
	int err = 0;

	pthread_mutex_lock(&lock);
	h->fd = open(h->info.path, O_RDWR | O_CLOEXEC);
	if (h->fd < 0)
		err = -errno;
	pthread_mutex_unlock(&lock);
	return err;
}

void svai_handle_close_file(struct svai_handle *h)
{
	pthread_mutex_lock(&lock);
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
	pthread_mutex_unlock(&lock);
}

void *svai_handle_withdraw(struct svai_handle *h)
{
	void *portal = h->head.portal;

	h->head.portal = NULL;
	h->head.live = 0;
	return portal;
}

/* Zero pages, without the memory: MADV_DONTNEED gives it back and leaves the mapping. */
static void bury(struct svai_handle *h)
{
	if (madvise(h, sizeof(*h), MADV_DONTNEED))
		memset(h, 0, sizeof(*h));
	if (tombstones[next_tombstone])
		munmap(tombstones[next_tombstone], sizeof(*h));
	tombstones[next_tombstone] = h;
	next_tombstone = (next_tombstone + 1) % TOMBSTONES;
}

void svai_handle_free(struct svai_handle *h)
{
	svai_report_clear(&h->report);
	pthread_mutex_lock(&lock);
	*h->prev_next = h->next;
	if (h->next)
		h->next->prev_next = h->prev_next;
	if (h->open)
		bury(h);
	else
		munmap(h, sizeof(*h)); /* nobody has seen it */
	pthread_mutex_unlock(&lock);
}

bool svai_queue_is_dead(const struct svai_handle *h)
{
	enum sva_state wq, device;

	if (h->path == SVA_PATH_CPU)
		return false;
	wq = svai_sysfs_state(h->info.name);
	device = svai_sysfs_state(h->info.device);
	/* What cannot be read says nothing. */
	return (wq != SVA_STATE_UNKNOWN && wq != SVA_STATE_ENABLED) ||
	       (device != SVA_STATE_UNKNOWN && device != SVA_STATE_ENABLED);
}
