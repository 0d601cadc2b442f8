/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/stat.h>

#include "handle.h"
#include "lock.h"
#include "path.h"
#include "record.h"
#include "sysfs.h"

#define GRACE_MIN_NS 100000
#define GRACE_MAX_NS 10000000

void svai_drains_init(struct svai_handle *h)
{
	memset(&h->drains, 0, sizeof(h->drains));
	pthread_mutex_init(&h->drains.lock, NULL);
	h->drains.patience_ns = SVAI_LOOK_NS;
	h->drains.grace_ns = GRACE_MIN_NS;
	h->drains.asked_ns = svai_now_ns() - SVAI_LOOK_NS;
}

uint64_t svai_drain_mark(struct svai_handle *h)
{
	return __atomic_load_n(&h->drains.submitted, __ATOMIC_ACQUIRE);
}

/*
 * The entry that svai_handle_publish() keeps back is the first drain's. Each further one takes a
 * credit, even if there is none: the next one to be given back pays for it. So an operation is
 * never submitted to the entry of a drain that may still have it.
 */
static int32_t borrowed(const struct svai_handle *h)
{
	uint64_t outstanding = h->drains.submitted - h->drains.proved;
	uint64_t kept = h->info.size >= 2;

	return outstanding > kept ? (int32_t)(outstanding - kept) * SVA__CREDIT : 0;
}

static void set_progress(struct svai_handle *h, uint64_t submitted, uint64_t proved)
{
	int32_t before = borrowed(h);

	__atomic_store_n(&h->drains.submitted, submitted, __ATOMIC_RELEASE);
	h->drains.proved = proved;
	if (h->head.credit)
		__atomic_fetch_add(h->head.credit, before - borrowed(h), __ATOMIC_RELAXED);
}

static struct sva_record *record_of(struct svai_drains *d, uint64_t n)
{
	return (struct sva_record *)(void *)&d->records[n % SVAI_DRAINS];
}

static unsigned int answer_of(struct svai_drains *d, uint64_t n)
{
	return sva_record_status(record_of(d, n));
}

static bool proves(unsigned int status)
{
	return status == SVA_STATUS_SUCCESS || status == SVA_STATUS_DRAIN_EVL;
}

static void look_at_records(struct svai_handle *h)
{
	struct svai_drains *d = &h->drains;

	/* A drain that was refused has not waited for anything: its number is free again. */
	while (d->submitted > d->proved && answer_of(d, d->submitted) &&
	       !proves(answer_of(d, d->submitted)))
		set_progress(h, d->submitted - 1, d->proved);
	for (uint64_t n = d->submitted; n > d->proved; n--) {
		if (!proves(answer_of(d, n)))
			continue;
		set_progress(h, d->submitted, n);
		d->patience_ns = SVAI_LOOK_NS;
		d->grace_ns = GRACE_MIN_NS;
	}
}

static int submit_drain(struct svai_handle *h)
{
	struct svai_drains *d = &h->drains;
	struct sva_record *record = record_of(d, d->submitted + 1);
	struct sva_desc desc;
	int err;

	sva_prep_drain(&desc, 0);
	desc.completion_addr = (uintptr_t)record;
	record->status = SVA_STATUS_NONE;
	set_progress(h, d->submitted + 1, d->proved);
	err = svai_submit_desc(h, &desc);
	if (err)
		set_progress(h, d->submitted - 1, d->proved);
	return err;
}

/* The last one may have been lost, too; or it waits for what takes its time. */
static int ask(struct svai_handle *h, int64_t now)
{
	struct svai_drains *d = &h->drains;
	int err;

	if (d->submitted - d->proved == SVAI_DRAINS ||
	    !sva_opmask_has(&h->limits.opcodes, SVA_OP_DRAIN))
		return 0;
	err = submit_drain(h);
	if (err)
		return err;
	if (d->submitted - d->proved > 1)
		d->patience_ns *= 2;
	d->asked_ns = now;
	return 0;
}

/* Most answers come at once. Who has waited in vain waits longer the next time. */
static void wait_for_answer(struct svai_handle *h)
{
	struct svai_drains *d = &h->drains;
	const struct sva_record *record = record_of(d, d->submitted);
	int64_t now = svai_now_ns();

	if (svai_wait_record(record, now, now + d->grace_ns, SVA_WAIT_AUTO) < 0 &&
	    d->grace_ns < GRACE_MAX_NS)
		d->grace_ns *= 2;
	look_at_records(h);
}

/*
 * A dedicated queue that was disabled and enabled has no PASID until it is opened again, and
 * answers nobody. Its device node is a new one then, if it is the kernel that makes the nodes. The
 * close of a file of before takes the PASID away, too, whoever has opened the queue meanwhile (the
 * driver's cdev.c): then it counts no clients.
 */
static bool must_be_reopened(const struct svai_handle *h)
{
	struct stat opened, now;

	if (h->info.mode != SVA_WQ_MODE_DEDICATED)
		return false;
	if (!svai_sysfs_clients(h->info.name))
		return true;
	return !fstat(h->fd, &opened) && !stat(h->info.devnode, &now) &&
	       (opened.st_ino != now.st_ino || opened.st_dev != now.st_dev);
}

static bool look_for_death(struct svai_handle *h)
{
	bool dead = svai_queue_is_dead(h);

	__atomic_store_n(&h->drains.dead, dead, __ATOMIC_RELAXED);
	__atomic_store_n(&h->drains.look_ns, svai_now_ns() + SVAI_LOOK_NS, __ATOMIC_RELAXED);
	return dead;
}

static int ended(struct svai_handle *h, uint64_t mark, bool at_once)
{
	struct svai_drains *d = &h->drains;
	int64_t now = svai_now_ns();
	int err = 0;
	bool due;

	look_at_records(h);
	if (d->proved > mark)
		return 1;
	if (look_for_death(h))
		return -ENODEV;
	due = now - d->asked_ns >= d->patience_ns || (at_once && d->submitted == d->proved);
	if (due)
		err = ask(h, now);
	if ((due || at_once) && d->submitted > d->proved)
		wait_for_answer(h);
	if (d->proved > mark)
		return 1;
	if (d->patience_ns == SVAI_LOOK_NS || !must_be_reopened(h))
		return err;
	__atomic_store_n(&d->gone, true, __ATOMIC_RELAXED);
	return -ENODEV;
}

int svai_ended(struct svai_handle *h, uint64_t mark, bool at_once)
{
	int result, state;

	if (h->path == SVA_PATH_CPU)
		return 0;
	state = svai_lock(&h->drains.lock);
	result = ended(h, mark, at_once);
	svai_unlock(&h->drains.lock, state);
	return result;
}

bool svai_queue_is_dead(const struct svai_handle *h)
{
	enum sva_wq_mode mode;

	if (h->path == SVA_PATH_CPU)
		return false;
	if (__atomic_load_n(&h->drains.gone, __ATOMIC_RELAXED) ||
	    svai_sysfs_is_disabled(h->state_fd[0]) || svai_sysfs_is_disabled(h->state_fd[1]))
		return true;
	mode = svai_sysfs_mode(h->info.name);
	return mode != SVA_WQ_MODE_ANY && mode != h->info.mode;
}

bool svai_queue_died(struct svai_handle *h)
{
	struct svai_drains *d = &h->drains;

	if (!svai_queue_was_dead(h) &&
	    svai_now_ns() < __atomic_load_n(&d->look_ns, __ATOMIC_RELAXED))
		return false;
	return look_for_death(h);
}
