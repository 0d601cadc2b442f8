/* SPDX-License-Identifier: MIT */
/*
 * What no source says about the hardware. Each fact is something to do and the sentence that says
 * what came of it.
 */
#ifndef FACTS_H
#define FACTS_H

#include <sva/sva.h>

#define PAGE 4096u

struct fact {
	const char *name;
	const char *where; /* the place in the code that assumes an answer */
	void (*ask)(struct sva_wq *wq, char *said); /* @said has room for SAID bytes */
	/* What is assumed; NULL: what the CPU device says. "": nothing, the answer is of interest
	 */
	const char *assumed;
};

#define SAID 800u

/* Of a page each, all zeroes when a fact is asked. */
extern unsigned char src[PAGE], src2[PAGE], dst[PAGE];

extern const struct fact dsa_facts[], iax_facts[]; /* the last one has no name */

/* say - append to @said */
void say(char *said, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* finish - submit it and wait; any end is an answer. The record is all that is known then. */
void finish(struct sva_wq *wq, struct sva_op *op);

/* two_pages - the first one is there, the second is not, until somebody touches it */
unsigned char *two_pages(void);

#endif
