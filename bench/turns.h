/* SPDX-License-Identifier: MIT */
/* Timings of several sides that take turns, and what becomes of them. */
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#define TURNS 41

struct figure {
	double median, spread; /* half of the distance between the quartiles, in percent */
};

/* now - nanoseconds */
double now(void);

/* figure_of - @unit: what the turns are divided by; NULL: nothing */
struct figure figure_of(const double *turns, const double *unit);

#endif
