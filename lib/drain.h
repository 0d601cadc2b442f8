/* SPDX-License-Identifier: MIT */
/*
 * Has the queue ended what it was given? A record that does not change does not tell: the device
 * may have been reset, or the queue disabled and enabled, between two looks at sysfs. What lasts is
 * a DRAIN. One that completes proves that everything submitted before it has ended, with a record
 * or without (specification 341204, revision 3.0, 3.4).
 */
#ifndef SVAI_DRAIN_H
#define SVAI_DRAIN_H

#include <pthread.h>

#include <sva/iax.h>

/* Drains that have not answered: each is asked after twice the time of the one before it. */
#define SVAI_LOOK_NS 100000000 /* how often a long wait asks what has become of the operation */
#define SVAI_DRAINS  32

/* Drains are numbered from 1; number n has records[n % SVAI_DRAINS]. */
struct svai_drains {
	pthread_mutex_t lock;
	uint64_t submitted;  /* the last one */
	uint64_t proved;     /* the last one that has completed: it and all before it are done */
	int64_t asked_ns;    /* when the last one was submitted */
	int64_t patience_ns; /* how long to wait for it before the next one */
	int64_t grace_ns;    /* how long to wait for its answer on the spot */
	int64_t look_ns;     /* not before this time does svai_queue_died() look again */
	bool dead;           /* what was seen last */
	bool gone;           /* for this handle the queue will not come back */
	struct sva_iax_record records[SVAI_DRAINS]; /* large enough for either kind */
};

struct svai_handle;

/* svai_drains_init - no drain is under way */
void svai_drains_init(struct svai_handle *h);

/* svai_drain_mark - to be passed to svai_ended(): everything that is submitted by now */
uint64_t svai_drain_mark(struct svai_handle *h);

/**
 * svai_ended - has everything ended that was submitted before @mark?
 * @at_once: ask even if the last drain has been answered just now
 *
 * Looks at sysfs, and asks by a DRAIN, but not all the time; waits for its answer a little.
 *
 * Returns 1: yes; -ENODEV: the queue is dead, and with it everything that it had; 0: not known; or
 * the error of the submission, -EAGAIN: the queue is full.
 */
int svai_ended(struct svai_handle *h, uint64_t mark, bool at_once);

/**
 * svai_queue_is_dead - is the queue no longer usable by this handle?
 *
 * The queue or its device is not enabled, is gone, or has another mode than at open; or it has to
 * be opened again. What cannot be read says nothing.
 */
bool svai_queue_is_dead(const struct svai_handle *h);

/* svai_queue_died - the same, from a look that is at most 100 ms old: for who asks all the time */
bool svai_queue_died(struct svai_handle *h);

#endif
