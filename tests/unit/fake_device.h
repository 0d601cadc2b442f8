/* SPDX-License-Identifier: MIT */
/*
 * A device and its char devices for tests, behind the system calls (ld --wrap) and the portal
 * instructions (fake_insn.h). It executes by the library's software device, at once or when told.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <sva/sva.h>

#include "fake_sysfs.h"

/* What the fake does; tests set the fields. All zero: everything works, at once. */
struct fake_device {
	int open_errno, mmap_errno; /* 0: succeed */
	bool not_a_char_device;
	bool no_wipe_on_fork; /* madvise(MADV_WIPEONFORK) fails */
	unsigned int rdev_major, rdev_minor;
	unsigned int retry;            /* ENQCMD says "retry" so many times; UINT_MAX: always */
	unsigned int write_eagain;     /* write(2) says EAGAIN so many times; UINT_MAX: always */
	unsigned int write_full_after; /* so many write(2) before write_eagain begins */
	unsigned int write_most;       /* descriptors taken by one write(2); 0: all */
	unsigned int write_eintr;      /* write(2) is interrupted so many times */
	unsigned int fail_write;       /* the n-th write(2) from now on fails with EIO; 0: none */
	int write_errno;               /* every write(2) fails so */
	bool write_zero;               /* write(2) takes nothing, and says so */
	bool write_no_batch;           /* EINVAL for a BATCH, as for DSA 1.0 */
	bool complete_in_umonitor;     /* the record is written just before the monitor is armed */
	unsigned int drains_lost;      /* so many drains leave no record */
	uint8_t drain_status;          /* every drain ends with this status; 0: as usual */
	uint8_t iax_status;            /* every operation of IAX alone likewise */
	bool hold;                     /* accept, but complete only in fake_complete() */
	unsigned int capacity; /* with hold: a further ENQCMD is told to retry; 0: no limit */
	/* Told, with the lock, what is about to be executed: of a batch the members. */
	void (*executes)(const struct sva_desc *desc, uint32_t bytes);

	/* Likewise; true: it has written a record, and nothing is executed. */
	bool (*stops)(const struct sva_desc *desc);

	/* What was seen. */
	unsigned int pauses, umwaits, without_barrier;
	uint64_t umwait_ticks; /* what the last UMWAIT was to wait for */
	unsigned int opens, closes, maps, unmaps, writes, submissions, overflows;
	int open_flags;
	int fd;                       /* the last one that was opened */
	uintptr_t portal_offsets[64]; /* lines of the portal that were written, in turn */
	struct sva_desc last;
};

extern struct fake_device fake;

/*
 * What one queue does beside that; tests set the first fields, between fake_lock() and
 * fake_unlock() while other threads use the queue.
 */
struct fake_queue {
	bool full;                 /* ENQCMD says "retry", write(2) EAGAIN */
	bool hold;                 /* accept, but complete only in fake_complete_of() */
	bool lose;                 /* accept, and forget */
	bool exclusive;            /* EBUSY for a second open(2), as a dedicated one */
	int open_errno;            /* open(2) fails so */
	unsigned int capacity;     /* with hold: one more is as full, or lost; 0: no limit */
	unsigned int faults;       /* so many copies stop in the middle, at a page to read */
	unsigned int write_faults; /* likewise, to write */
	unsigned int batch_faults; /* in so many batches a copy does, at a page to read */

	/* What was seen. */
	unsigned int submissions; /* accepted, but drains */
	unsigned int moves;       /* of these copies */
	unsigned int moves_lost;
	unsigned int held; /* accepted and not complete, drains included */
	unsigned int most_held;
	unsigned int overflows;
	unsigned int arrivals; /* ENQCMD, before it has the lock */
	unsigned int tries;    /* with full */
	unsigned int files;    /* open just now */
	unsigned int closes;
};

/* fake_queue - "wq0.0", whether it has been opened or not; until fake_device_reset() */
struct fake_queue *fake_queue(const char *name);

/* fake_complete_of - fake_complete() of one queue that holds */
unsigned int fake_complete_of(const char *name, unsigned int count);

/* fake_lose_of - what one queue holds is gone; returns how many there were */
unsigned int fake_lose_of(const char *name);

/* fake_stop_holding_of - complete what it holds and, from now on, what comes at once */
void fake_stop_holding_of(const char *name);

void fake_lock(void);
void fake_unlock(void);

/* fake_device_reset - everything works, nothing was seen, nothing is held */
void fake_device_reset(void);

/* fake_complete - execute up to @count of the held descriptors; returns how many there were */
unsigned int fake_complete(unsigned int count);

/* fake_lose - the device is reset: what it holds is gone; returns how many there were */
unsigned int fake_lose(void);

/* fake_stop_holding - complete what comes at once, while others submit */
void fake_stop_holding(void);

/* fake_held - descriptors accepted and not complete */
unsigned int fake_held(void);

#endif
