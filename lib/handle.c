/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "handle.h"
#include "sysfs.h"

_Static_assert(offsetof(struct svai_handle, open) == SVAI_PAGE, "only the first page is wiped");

#define TOMBSTONES 256

/*
 * All open handles, for the child of a fork, and the closed ones that are still mapped. The lock is
 * held over fork(2), so that the child finds both in order.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct svai_handle *open_handles;
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
	for (struct svai_handle *h = open_handles; h; h = h->next) {
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
	return h;
}

void svai_handle_publish(struct svai_handle *h, void *portal)
{
	pthread_mutex_lock(&lock);
	if (!h->open) {
		h->open = true;
		h->next = open_handles;
		h->prev_next = &open_handles;
		if (h->next)
			h->next->prev_next = &h->next;
		open_handles = h;
	}
	if (h->path != SVA_PATH_CPU && h->info.mode == SVA_MODE_DEDICATED) {
		/* One entry is kept back, so that close can always submit its drain. */
		h->head.credits = (int32_t)(h->info.size > 1 ? h->info.size - 1 : 1) * SVA_CREDIT;
		h->head.credit = &h->head.credits;
	}
	h->head.portal = portal;
	h->head.live = 1;
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
	if (h->open) {
		*h->prev_next = h->next;
		if (h->next)
			h->next->prev_next = h->prev_next;
	}
	bury(h);
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
