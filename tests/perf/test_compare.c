/* SPDX-License-Identifier: MIT */
/* The statistics: what is the same shows no change, and a planted one is found. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "breakeven.h"
#include "compare.h"

#define TURNS 11u
#define CELLS 40u
#define MOST  54u /* of time, CPU time and latency of 20 submissions: a turn or two may hide one */

static uint64_t state = 88172645463325252u;

/* From 0 to 1. */
static double chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / 9007199254740992.0;
}

/* As measurements are: most near to the least, a few far above it. */
static double measurement(double least)
{
	double x = chance();

	return least * (1 + 0.05 * x * x + (chance() > 0.95 ? 0.5 * chance() : 0));
}

static void set_axes(struct perf_cell *cell, enum perf_mode mode, uint64_t size)
{
	static const char *const modes[] = { "plain", "submit", "call", "ring" };
	static const char *const words[PERF_AXES] = { "memmove", "",   "wq0.0", "portal", "",
						      "1",       "1",  "1",     "auto",   "none",
						      "any",     "4k", "warm" };

	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		snprintf(cell->text[axis], PERF_WORD, "%s", words[axis]);
	snprintf(cell->text[PERF_MODE], PERF_WORD, "%s", modes[mode]);
	perf_bytes_text(size, cell->text[PERF_SIZE], PERF_WORD);
	cell->value[PERF_MODE] = mode;
	cell->value[PERF_SIZE] = size;
	cell->value[PERF_BATCH] = cell->value[PERF_DEPTH] = cell->value[PERF_THREADS] = 1;
}

/* A run whose configurations take @factor of the time: submissions, or all. */
static struct perf_run *make_run(double factor, double plain_factor)
{
	struct perf_run *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	run->cell = calloc(CELLS, sizeof(*run->cell));
	assert_non_null(run->cell);
	for (unsigned int i = 0; i < CELLS; i++) {
		struct perf_cell *cell = &run->cell[i];
		bool plain = i % 2 == 0;

		set_axes(cell, plain ? PERF_PLAIN : PERF_SUBMIT, 64 + 64 * (i / 2));
		run->cell_count++;
		assert_int_equal(perf_cell_room(cell, TURNS), 0);
		cell->turns = TURNS;
		for (unsigned int t = 0; t < TURNS; t++)
			for (unsigned int m = 0; m < PERF_METRICS; m++)
				cell->sample[m][t] =
					measurement(100 + i) * (plain ? plain_factor : factor);
	}
	return run;
}

static struct perf_comparison compare(double factor, double plain_factor, double max_regression)
{
	struct perf_run *a = make_run(1, 1), *b = make_run(factor, plain_factor);
	struct perf_comparison comparison;

	assert_int_equal(perf_compare(a, b, 3, max_regression, &comparison), 0);
	assert_int_equal(comparison.pairs, CELLS);
	perf_comparison_free(&comparison);
	perf_run_free(a);
	perf_run_free(b);
	return comparison;
}

/* One comparison in a hundred may be wrong by chance; these 50 are always the same ones. */
static void one_distribution_shows_no_change(void **unused)
{
	unsigned int wrong = 0;

	(void)unused;
	for (unsigned int i = 0; i < 50; i++) {
		struct perf_comparison comparison = compare(1, 1, 10);

		wrong += comparison.slower + comparison.faster > 0;
		assert_int_equal(comparison.regressions, 0);
	}
	assert_true(wrong <= 1);
}

static void twenty_per_cent_are_found(void **unused)
{
	struct perf_comparison comparison = compare(1.2, 1, 10);

	(void)unused;
	assert_true(comparison.slower >= MOST);
	assert_true(comparison.regressions >= MOST / 2); /* beyond the bound for certain */
	assert_int_equal(comparison.faster, 0);
	assert_true(fabs(comparison.worst.ratio - 1.2) < 0.1);
	comparison = compare(1 / 1.2, 1, 10);
	assert_true(comparison.faster >= MOST);
	assert_int_equal(comparison.slower + comparison.regressions, 0);
}

static void a_slowdown_within_the_bound_is_no_regression(void **unused)
{
	struct perf_comparison comparison = compare(1.2, 1, 40);

	(void)unused;
	assert_true(comparison.slower >= MOST);
	assert_int_equal(comparison.regressions, 0);
}

static void plain_functions_tell_of_the_machine(void **unused)
{
	struct perf_comparison comparison = compare(1, 1.3, 10);

	(void)unused;
	assert_int_equal(comparison.regressions, 0);
	assert_true(fabs(comparison.plain_ratio - 1.3) < 0.1);
	assert_true(comparison.noise[PERF_TIME] > 1.2);
	/* What the machine did to them, it may have done to the others. */
	comparison = compare(1.3, 1.3, 10);
	assert_int_equal(comparison.regressions, 0);
	comparison = compare(2, 1.3, 10);
	assert_true(comparison.regressions >= MOST / 2);
}

static void exact_probabilities_are_those_of_the_tables(void **unused)
{
	const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 6, 7, 8, 9, 10 },
		     c[] = { 1.5, 2.5, 3.5, 4.5, 5.5 };

	(void)unused;
	/* All of B above: 2 of the 252 arrangements. U = 10: 87 of 252 at most that, of each side.
	 */
	assert_true(fabs(perf_mann_whitney(a, 5, b, 5) - 2.0 / 252) < 1e-12);
	assert_true(fabs(perf_mann_whitney(b, 5, a, 5) - 2.0 / 252) < 1e-12);
	assert_true(fabs(perf_mann_whitney(a, 5, c, 5) - 0.690476) < 1e-6);
	assert_true(perf_mann_whitney(a, 5, a, 5) > 0.9);
	assert_true(perf_mann_whitney(a, 5, b, 0) >= 1);
	assert_true(fabs(perf_shift(a, 5, a, 5) - 1) < 1e-12);
	assert_true(isnan(perf_shift(a, 0, b, 5)));
}

/* Of more samples, or with ties, it is approximated: near to what is counted. */
static void the_approximation_is_near(void **unused)
{
	double a[20], b[20];

	(void)unused;
	for (unsigned int i = 0; i < 20; i++) {
		a[i] = i;
		b[i] = i + 6.5;
	}
	assert_true(fabs(perf_mann_whitney(a, 20, b, 20) - 0.002642630591559353) < 1e-12);
	b[0] = 7; /* a tie */
	assert_true(fabs(perf_mann_whitney(a, 20, b, 20) - 0.0026) < 0.001);
}

static void constant_samples_are_the_same(void **unused)
{
	double a[8] = { 5, 5, 5, 5, 5, 5, 5, 5 };

	(void)unused;
	assert_true(perf_mann_whitney(a, 8, a, 8) >= 1);
}

/* The device takes 1000 ns and 0.1 ns a byte, the plain function 1 ns a byte: 1111 bytes. */
static void break_even_is_where_the_curves_meet(void **unused)
{
	struct perf_run *run = calloc(1, sizeof(*run));
	struct perf_breakeven found[4];
	char text[256];

	(void)unused;
	assert_non_null(run);
	run->cell = calloc(20, sizeof(*run->cell));
	assert_non_null(run->cell);
	for (unsigned int i = 0; i < 20; i++) {
		struct perf_cell *cell = &run->cell[run->cell_count++];
		uint64_t size = UINT64_C(64) << i / 2;

		set_axes(cell, i % 2 ? PERF_SUBMIT : PERF_PLAIN, size);
		assert_int_equal(perf_cell_room(cell, 1), 0);
		cell->turns = 1;
		cell->sample[PERF_TIME][0] = i % 2 ? 1000 + 0.1 * (double)size : (double)size;
	}
	assert_int_equal(perf_breakeven_find(run, found, 4), 1);
	assert_int_equal(found[0].faster_from, 2048);
	assert_true(found[0].threshold > 1024 && found[0].threshold < 1300);
	perf_breakeven_text(found, text, sizeof(text));
	assert_non_null(strstr(text, "faster from 2K on: set the threshold to 1"));
	for (unsigned int i = 1; i < 20; i += 2)
		run->cell[i].sample[PERF_TIME][0] *= 1000;
	assert_int_equal(perf_breakeven_find(run, found, 4), 1);
	assert_int_equal(found[0].faster_from, 0);
	for (unsigned int i = 1; i < 20; i += 2)
		run->cell[i].sample[PERF_TIME][0] = 1;
	assert_int_equal(perf_breakeven_find(run, found, 4), 1);
	assert_int_equal(found[0].faster_from, 64);
	perf_run_free(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_distribution_shows_no_change),
		cmocka_unit_test(twenty_per_cent_are_found),
		cmocka_unit_test(a_slowdown_within_the_bound_is_no_regression),
		cmocka_unit_test(plain_functions_tell_of_the_machine),
		cmocka_unit_test(exact_probabilities_are_those_of_the_tables),
		cmocka_unit_test(the_approximation_is_near),
		cmocka_unit_test(constant_samples_are_the_same),
		cmocka_unit_test(break_even_is_where_the_curves_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
