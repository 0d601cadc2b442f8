/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "handle.h"
#include "lock.h"
#include "probe.h"
#include "sysfs.h"

_Static_assert(offsetof(struct svai_handle, open) == SVAI_PAGE, "only the first page is wiped");

#define TOMBSTONES 256
#define LINES      (sizeof(((struct svai_handle *)0)->credits) / 64)
#define WORDS      (sizeof(((struct svai_handle *)0)->credits) / sizeof(int32_t))

/*
 * All handles, for the child of a fork; the last ones that were closed; and those closed before
 * them, for new handles. The lock is held across fork(2), so that the child finds all in order.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct svai_handle *handles;
static struct svai_handle *tombstones[TOMBSTONES];
static unsigned int next_tombstone;
static struct svai_handle *unused; /* linked by next */

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

static void close_file(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_files(struct svai_handle *h)
{
	close_file(&h->fd);
	close_file(&h->state_fd[0]);
	close_file(&h->state_fd[1]);
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
		close_files(h);
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

/* That of a handle which nobody remembers, or new pages. */
static struct svai_handle *get_memory(void)
{
	struct svai_handle *h;

	pthread_mutex_lock(&lock);
	h = unused;
	if (h)
		unused = h->next;
	pthread_mutex_unlock(&lock);
	if (h) {
		/* What was reaped after the close has been counted here. */
		memset(h->shards, 0, sizeof(h->shards));
		return h;
	}
	h = mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (h == MAP_FAILED)
		return NULL;
	/* A kernel that cannot do this leaves it to after_fork_in_child(). */
	(void)madvise(h, SVAI_PAGE, MADV_WIPEONFORK);
	return h;
}

struct svai_handle *svai_handle_new(void)
{
	struct svai_handle *h;

	pthread_once(&fork_once, watch_fork);
	h = get_memory();
	if (!h)
		return NULL;
	h->fd = h->state_fd[0] = h->state_fd[1] = -1;
	svai_drains_init(h);
	pthread_mutex_lock(&lock);
	h->next = handles;
	h->prev_next = &handles;
	if (h->next)
		h->next->prev_next = &h->next;
	handles = h;
	pthread_mutex_unlock(&lock);
	return h;
}

/* One entry is kept back for a drain, unless there is only one: see drain.c. */
static int32_t free_entries(uint32_t size)
{
	const uint32_t most = 1u << 16; /* more than any device has: sysfs may say anything */

	if (size < 2)
		return 1;
	return (int32_t)(size < most ? size : most) - 1;
}

static void set_credits(struct svai_handle *h)
{
	uint32_t word = h->generation % WORDS;
	int32_t *credits = &h->credits[word % LINES][word / LINES];

	*credits = free_entries(h->info.size) * SVA__CREDIT;
	h->head.credit = credits;
}

int64_t svai_handle_in_flight(const struct svai_handle *h)
{
	const int32_t *credit = h->head.credit;

	if (!credit)
		return svai_shards_in_flight(h->shards, SVAI_SHARDS);
	return free_entries(h->info.size) - __atomic_load_n(credit, __ATOMIC_SEQ_CST) / SVA__CREDIT;
}

void svai_handle_publish(struct svai_handle *h, void *portal)
{
	if (h->path != SVA_PATH_CPU && h->info.mode == SVA_WQ_MODE_DEDICATED)
		set_credits(h);
	h->generation++;
	pthread_mutex_init(&h->policy_lock, NULL); /* again in the child of a fork */
	h->open = true;
	h->name = h->info.name;
	h->portal = portal;
	h->head.portal = h->iax ? NULL : portal;
	h->head.live = h->path == SVA_PATH_CPU && !h->iax ? SVAI_LIVE_CPU : SVAI_LIVE;
	svai_probe_open(h);
}

/*
 * Now, since later there may be no file descriptor left to see that the device is dead. A sysfs
 * without them, as in a container, only leaves the states unknown.
 */
static int open_states(struct svai_handle *h)
{
	h->state_fd[0] = svai_sysfs_open_state(h->info.name);
	h->state_fd[1] = svai_sysfs_open_state(h->info.device);
	for (int i = 0; i < 2; i++)
		if (svai_is_shortage(h->state_fd[i]))
			return h->state_fd[i];
	return 0;
}

int svai_handle_open_file(struct svai_handle *h)
{
	int err = 0, state = svai_lock(&lock);

	h->fd = open(h->info.devnode, O_RDWR | O_CLOEXEC);
	if (h->fd < 0)
		err = -errno;
	if (!err)
		err = open_states(h);
	if (err)
		close_files(h);
	svai_unlock(&lock, state);
	return err;
}

void svai_handle_close_file(struct svai_handle *h)
{
	int state = svai_lock(&lock);

	close_files(h);
	svai_unlock(&lock, state);
}

void *svai_handle_withdraw(struct svai_handle *h)
{
	/* In a child of fork() the head is empty, and the portal was not mapped. */
	void *portal = h->head.live ? h->portal : NULL;

	h->portal = h->head.portal = NULL;
	h->head.live = 0;
	return portal;
}

/* Memory for which there is no new word for credits is not used any more. */
static void set_aside(struct svai_handle *h)
{
	if (!h || h->generation >= WORDS)
		return;
	h->next = unused;
	unused = h;
}

static void bury(struct svai_handle *h)
{
	set_aside(tombstones[next_tombstone]);
	tombstones[next_tombstone] = h;
	next_tombstone = (next_tombstone + 1) % TOMBSTONES;
}

/* Zero pages, without the memory: MADV_DONTNEED gives it back and leaves the mapping. */
static void clear(struct svai_handle *h)
{
	uint32_t generation = h->generation;

	if (madvise(h, sizeof(*h), MADV_DONTNEED))
		memset(h, 0, sizeof(*h));
	h->generation = generation;
}

void svai_handle_free(struct svai_handle *h, bool seen)
{
	svai_report_clear(&h->report);
	pthread_mutex_lock(&lock);
	*h->prev_next = h->next;
	if (h->next)
		h->next->prev_next = h->prev_next;
	clear(h);
	if (seen)
		bury(h);
	else
		set_aside(h);
	pthread_mutex_unlock(&lock);
}
