/* SPDX-License-Identifier: MIT */
#include "adapt.h"

#define NEEDED        4    /* measurements of each share before one is preferred */
#define SHARED_FIRST  17   /* 128 KiB: from here on there is enough for both to do, */
#define SHARED_LAST   20   /* and to here on one operation takes the device's part */
#define SEEN_BIN      20   /* 1 MiB: to ask here costs nothing that anybody would notice */
#define TRIAL_FIRST   1024 /* calls until another is tried again; doubled if nothing changes */
#define TRIAL_LAST    65536
#define MEASURE_EACH  16 /* of the calls that go the preferred way */
#define HOPELESS      2  /* measurements are enough at so many times the best cost: */
#define HOPELESS_COST 4

static const unsigned int shares[RUN_SHARES] = { RUN_ALL, 0, 1, 2, 4 };

static unsigned int bin_of(uint64_t bytes)
{
	unsigned int bin = bytes ? 63 - (unsigned int)__builtin_clzll(bytes) : 0;

	return bin < RUN_BINS ? bin : RUN_BINS - 1;
}

static unsigned int shares_of(const struct run_adapt *adapt, unsigned int bin)
{
	bool both = adapt->shared && bin >= SHARED_FIRST && bin <= SHARED_LAST;

	return both ? RUN_SHARES : 2;
}

static void forget(struct run_bin *c)
{
	*c = (struct run_bin){ .trial = TRIAL_FIRST, .interval = TRIAL_FIRST };
}

void run_adapt_start(struct run_adapt *adapt, uint64_t lowest, bool shared)
{
	adapt->shared = shared;
	adapt->lowest = bin_of(lowest);
	for (unsigned int i = 0; i < RUN_BINS; i++)
		forget(&adapt->bin[i]);
}

/* The first share that has not been measured often enough; their number if there is none. */
static unsigned int unknown(const struct run_bin *c, unsigned int count)
{
	unsigned int i = 0;

	while (i < count && c->at[i].samples >= NEEDED)
		i++;
	return i;
}

/* What is known of one share is old: measure it anew. */
static void begin_trial(struct run_bin *c, unsigned int count)
{
	c->next = (c->next + 1) % count;
	if (c->next == c->best)
		c->next = (c->next + 1) % count;
	c->at[c->next].samples = 0;
	c->trial = c->calls + c->interval;
	c->interval = c->interval < TRIAL_LAST ? c->interval * 2 : TRIAL_LAST;
}

struct run_choice run_adapt_choose(struct run_adapt *adapt, uint64_t bytes)
{
	unsigned int bin = bin_of(bytes), count = shares_of(adapt, bin), i;
	struct run_bin *c = &adapt->bin[bin];

	if (bin < adapt->lowest)
		return (struct run_choice){ .cpu = RUN_ALL };
	c->calls++;
	if (c->known && c->calls >= c->trial)
		begin_trial(c, count);
	i = unknown(c, count);
	if (i < count)
		return (struct run_choice){ .cpu = shares[i], .measure = true };
	return (struct run_choice){ .cpu = shares[c->best],
				    .measure = c->calls % MEASURE_EACH == 0 };
}

struct run_choice run_adapt_peek(const struct run_adapt *adapt, uint64_t bytes)
{
	const struct run_bin *c = &adapt->bin[bin_of(bytes)];

	return (struct run_choice){ .cpu = shares[__atomic_load_n(&c->best, __ATOMIC_RELAXED)] };
}

/* So much dearer than the best that no more measurements are needed, nor wanted. */
static bool is_hopeless(const struct run_bin *c, unsigned int share)
{
	return c->at[share].samples == HOPELESS && c->at[c->best].samples >= NEEDED &&
	       c->at[share].cost / HOPELESS_COST > c->at[c->best].cost;
}

/* Of the first ones the least, since the first call is often a slow one; then a running average. */
static void add(struct run_bin *c, unsigned int share, uint64_t cost)
{
	uint64_t *average = &c->at[share].cost;
	uint32_t *samples = &c->at[share].samples;

	if (*samples < NEEDED) {
		*average = *samples && *average < cost ? *average : cost;
		++*samples;
		if (is_hopeless(c, share))
			*samples = NEEDED;
		return;
	}
	if (cost > 4 * *average) /* something else came in between */
		cost = 4 * *average;
	*average = *average - *average / 4 + cost / 4;
}

/* Not for a difference that may be chance. */
static bool is_better(const struct run_bin *c, unsigned int share)
{
	return c->at[share].cost < c->at[c->best].cost - c->at[c->best].cost / 16;
}

static void choose_best(struct run_bin *c, unsigned int count)
{
	unsigned int before = c->best;

	for (unsigned int i = 0; i < count; i++)
		if (is_better(c, i))
			__atomic_store_n(&c->best, i, __ATOMIC_RELAXED);
	if (c->best == before)
		return;
	c->interval = TRIAL_FIRST;
	c->trial = c->calls + TRIAL_FIRST;
}

static bool is_cpu(const struct run_adapt *adapt, unsigned int bin)
{
	return adapt->bin[bin].known && run_adapt_best(adapt, bin) == RUN_ALL;
}

bool run_adapt_learn(struct run_adapt *adapt, uint64_t bytes, struct run_choice choice, uint64_t ns)
{
	unsigned int bin = bin_of(bytes), count = shares_of(adapt, bin), share = 0;
	struct run_bin *c = &adapt->bin[bin];
	bool was_cpu = is_cpu(adapt, bin);

	while (shares[share] != choice.cpu)
		share++;
	add(c, share, ns * 1024 / (bytes / 1024 + 1));
	if (unknown(c, count) < count)
		return false;
	c->known = true;
	choose_best(c, count);
	if (is_cpu(adapt, bin) == was_cpu)
		return false;
	/* What is better here may now be so below, where nobody has asked for a while. */
	if (was_cpu && bin > adapt->lowest && is_cpu(adapt, bin - 1))
		forget(&adapt->bin[bin - 1]);
	return true;
}

uint64_t run_adapt_threshold(const struct run_adapt *adapt)
{
	unsigned int bin = adapt->lowest;

	while (bin < SEEN_BIN && is_cpu(adapt, bin))
		bin++;
	return UINT64_C(1) << bin;
}

bool run_adapt_known(const struct run_adapt *adapt, unsigned int bin)
{
	return adapt->bin[bin].known;
}

unsigned int run_adapt_best(const struct run_adapt *adapt, unsigned int bin)
{
	return shares[adapt->bin[bin].best];
}
