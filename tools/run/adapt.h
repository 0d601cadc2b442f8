/* SPDX-License-Identifier: MIT */
/*
 * Who does the work: the device, the CPU, or both at once, and how much each? Decided for each
 * power of 2 of sizes by itself, from the times that calls have taken. Pure: it counts calls, has
 * no clock and does nothing.
 *
 * One thread at a time, but for run_adapt_peek().
 */
#ifndef RUN_ADAPT_H
#define RUN_ADAPT_H

#include <stdbool.h>
#include <stdint.h>

#define RUN_BINS   32 /* bin i: 2^i bytes and more; the last one has all that is larger */
#define RUN_SHARES 5
#define RUN_ALL    8 /* eighths: the CPU does all of it */

struct run_bin {
	/* For each share that the CPU may have: how often it was measured, and ns per MiB. */
	struct {
		uint32_t samples;
		uint64_t cost;
	} at[RUN_SHARES];
	bool known;            /* all have been measured */
	unsigned int best;     /* index of a share; the CPU's until known */
	unsigned int next;     /* the one whose turn it is to be tried again */
	uint64_t calls, trial; /* at this call */
	uint64_t interval;     /* calls between two trials */
};

struct run_adapt {
	unsigned int lowest; /* bin: below, always the CPU */
	bool shared;         /* may both work at once? */
	struct run_bin bin[RUN_BINS];
};

struct run_choice {
	unsigned int cpu; /* eighths that the CPU does: 0: the device does it all; RUN_ALL */
	bool measure;     /* tell run_adapt_learn() how long it took */
};

/* run_adapt_start - nothing is known yet; calls of less than @lowest bytes are the CPU's */
void run_adapt_start(struct run_adapt *adapt, uint64_t lowest, bool shared);

struct run_choice run_adapt_choose(struct run_adapt *adapt, uint64_t bytes);

/* run_adapt_peek - the best that is known, without a trial; while another thread does the rest */
struct run_choice run_adapt_peek(const struct run_adapt *adapt, uint64_t bytes);

/* run_adapt_learn - what a choice took; returns whether run_adapt_threshold() may have changed */
bool run_adapt_learn(struct run_adapt *adapt, uint64_t bytes, struct run_choice choice,
		     uint64_t ns);

/* run_adapt_threshold - calls of fewer bytes are the CPU's, without asking; at most 1 MiB */
uint64_t run_adapt_threshold(const struct run_adapt *adapt);

/* run_adapt_known - has the bin been measured? Then its best share is run_adapt_best(). */
bool run_adapt_known(const struct run_adapt *adapt, unsigned int bin);
unsigned int run_adapt_best(const struct run_adapt *adapt, unsigned int bin);

#endif
