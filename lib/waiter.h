/* SPDX-License-Identifier: MIT */
/*
 * One thread of the process that looks at completion records for those who wait on file
 * descriptors: a device cannot make one readable. It is started at the first use, sleeps while
 * nobody waits, and does not survive a fork.
 */
#ifndef SVAI_WAITER_H
#define SVAI_WAITER_H

#include <stdbool.h>
#include <stdint.h>

/* Somebody who waits. What the fields say of the records does not change until it is withdrawn. */
struct svai_waiting {
	bool (*has_ended)(struct svai_waiting *w); /* one of the operations */
	int fd;                                    /* an eventfd */
	bool submits;                              /* has something that the queue did not take */
	int64_t since_ns;
	bool armed, fired;
	unsigned int forks; /* in which process */
	struct svai_waiting *next;
};

/* svai_waiter_arm - write to the eventfd once, when something has ended; 0 or -errno */
int svai_waiter_arm(struct svai_waiting *w);

/* svai_waiter_withdraw - no more; reads the eventfd if it was written to */
void svai_waiter_withdraw(struct svai_waiting *w);

#endif
