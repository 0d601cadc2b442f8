/* SPDX-License-Identifier: MIT */
/*
 * A queue of a pool that has failed gets no work until it has proved that it works: by a NOOP,
 * which is submitted after a while, and again after twice as long, until one completes. Nobody
 * waits for it: whoever picks a member looks.
 */
#ifndef SVAI_QUARANTINE_H
#define SVAI_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#define SVAI_QUARANTINE_MIN_NS 100000000ll
#define SVAI_QUARANTINE_MAX_NS 10000000000ll

struct svai_handle;

struct svai_quarantine {
	int64_t length_ns; /* 0: not in quarantine */
	int64_t until_ns;  /* the next step of the proof is due */
	bool busy;         /* a thread is at it */
	bool asked;        /* the NOOP has been submitted */
	bool has_entry;    /* of a dedicated queue: the NOOP */
};

/* svai_failed - it has not done what it should: counted, and if it is of a pool, into quarantine */
void svai_failed(struct svai_handle *h);

/* svai_in_quarantine - may it not be used? Goes on with the proof if that is due. */
bool svai_in_quarantine(struct svai_handle *h);

/* svai_quarantine_stop - before it is closed: nothing is proved by it any more */
void svai_quarantine_stop(struct svai_handle *h);

#endif
