/* SPDX-License-Identifier: MIT */
/* The decision between device and CPU, with made-up costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "adapt.h"

static struct run_adapt adapt;
static uint64_t cpu_ns, device_ns; /* of a call of BYTES */
static unsigned int by_device, by_cpu, by_both;

#define BYTES 65536u

static int start(void **state)
{
	(void)state;
	run_adapt_start(&adapt, 4096, true);
	return 0;
}

/* What it takes if @cpu eighths are the CPU's and both work at once. */
static uint64_t time_of(unsigned int cpu)
{
	uint64_t first = cpu_ns * cpu / RUN_ALL, second = device_ns * (RUN_ALL - cpu) / RUN_ALL;

	return first > second ? first : second;
}

static bool call(uint64_t bytes)
{
	struct run_choice choice = run_adapt_choose(&adapt, bytes);

	if (choice.cpu == RUN_ALL)
		by_cpu++;
	else if (choice.cpu)
		by_both++;
	else
		by_device++;
	return choice.measure && run_adapt_learn(&adapt, bytes, choice, time_of(choice.cpu));
}

static void calls(unsigned int count, uint64_t bytes)
{
	by_device = by_cpu = by_both = 0;
	for (unsigned int i = 0; i < count; i++)
		call(bytes);
}

static void takes_the_faster_device(void **state)
{
	(void)state;
	cpu_ns = 10000;
	device_ns = 3000;
	calls(1000, BYTES);
	assert_in_range(by_device, 980, 1000);
	assert_int_equal(run_adapt_best(&adapt, 16), 0);
}

static void takes_the_faster_cpu(void **state)
{
	(void)state;
	cpu_ns = 3000;
	device_ns = 10000;
	calls(1000, BYTES);
	assert_in_range(by_cpu, 980, 1000);
	calls(1000000, BYTES);
	assert_in_range(by_device, 1, 100); /* a trial now and then, ever more rarely */
}

/* A device that gets slow is left, and taken again when it is fast again. */
static void follows_a_change(void **state)
{
	(void)state;
	cpu_ns = 5000;
	device_ns = 3000;
	calls(1000, BYTES);
	device_ns = 50000;
	calls(10000, BYTES);
	assert_int_equal(run_adapt_best(&adapt, 16), RUN_ALL);
	device_ns = 1000;
	calls(20000, BYTES);
	assert_int_equal(run_adapt_best(&adapt, 16), 0);
}

/* One call that was interrupted changes nothing. */
static void ignores_an_outlier(void **state)
{
	struct run_choice choice = { .cpu = 0, .measure = true };

	(void)state;
	cpu_ns = 20000;
	device_ns = 3000;
	calls(1000, BYTES);
	run_adapt_learn(&adapt, BYTES, choice, 100000000);
	assert_int_equal(run_adapt_best(&adapt, 16), 0);
}

static void does_not_flutter(void **state)
{
	(void)state;
	cpu_ns = 3000;
	device_ns = 2950;
	calls(100000, BYTES);
	assert_int_equal(run_adapt_best(&adapt, 16), RUN_ALL);
	device_ns = 2000;
	calls(100000, BYTES);
	assert_int_equal(run_adapt_best(&adapt, 16), 0);
	device_ns = 3050;
	calls(100000, BYTES);
	assert_int_equal(run_adapt_best(&adapt, 16), 0);
}

/* A device of 0.9 us and 30 GB/s, a CPU of 10 GB/s. */
static void tune_all_sizes(void)
{
	for (unsigned int round = 0; round < 200; round++) {
		for (uint64_t bytes = 4096; bytes <= 65536; bytes *= 2) {
			cpu_ns = bytes / 10;
			device_ns = 900 + bytes / 30;
			call(bytes);
		}
	}
}

static void finds_the_threshold(void **state)
{
	(void)state;
	tune_all_sizes();
	assert_int_equal(run_adapt_threshold(&adapt), 16384);
}

/* The gate is at 16 KiB, and nobody asks below it: but when the device has got faster there, it is
 * looked at again. */
static void lowers_the_threshold(void **state)
{
	(void)state;
	tune_all_sizes();
	cpu_ns = 1638;
	device_ns = 16000;
	calls(100000, 16384);
	assert_int_equal(run_adapt_threshold(&adapt), 32768);
	device_ns = 100;
	calls(300000, 16384);
	assert_true(run_adapt_threshold(&adapt) < 16384);
}

static void never_below_the_lowest(void **state)
{
	(void)state;
	cpu_ns = 10000;
	device_ns = 1;
	calls(1000, 4095);
	assert_int_equal(by_cpu, 1000);
	assert_int_equal(run_adapt_threshold(&adapt), 4096);
}

/* A useless device is not even asked about, but for large calls. */
static void gives_up(void **state)
{
	(void)state;
	cpu_ns = 1000;
	device_ns = 100000;
	for (uint64_t bytes = 4096; bytes < 1 << 24; bytes *= 2)
		calls(100, bytes);
	assert_int_equal(run_adapt_threshold(&adapt), 1 << 20);
}

/* Equally fast, both at once take half the time. */
static void shares(void **state)
{
	(void)state;
	cpu_ns = device_ns = 100000;
	calls(1000, 1 << 20);
	assert_int_equal(run_adapt_best(&adapt, 20), 4);
	assert_in_range(by_both, 900, 1000);
	device_ns = 15000; /* the CPU only gets in the way */
	calls(100000, 1 << 20);
	assert_true(run_adapt_best(&adapt, 20) <= 1);
}

static void shares_only_what_may_be(void **state)
{
	(void)state;
	run_adapt_start(&adapt, 4096, false);
	cpu_ns = device_ns = 100000;
	calls(10000, 1 << 20);
	assert_int_equal(by_both, 0);
}

/* However slow the device is, the calls take at most 2 % more than without it. */
static void costs_little(void **state)
{
	for (uint64_t factor = 2; factor <= 64; factor *= 2) {
		uint64_t spent = 0;

		start(state);
		cpu_ns = 10000;
		device_ns = cpu_ns * factor;
		for (unsigned int i = 0; i < 50000; i++) {
			struct run_choice choice = run_adapt_choose(&adapt, BYTES);

			spent += time_of(choice.cpu);
			if (choice.measure)
				run_adapt_learn(&adapt, BYTES, choice, time_of(choice.cpu));
		}
		assert_in_range(spent, 50000 * cpu_ns, 51000 * cpu_ns);
	}
}

static void takes_any_size(void **state)
{
	(void)state;
	calls(100, 0);
	calls(100, UINT64_MAX);
	assert_true(run_adapt_threshold(&adapt) >= 4096);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
		TEST(takes_the_faster_device),
		TEST(takes_the_faster_cpu),
		TEST(follows_a_change),
		TEST(ignores_an_outlier),
		TEST(does_not_flutter),
		TEST(finds_the_threshold),
		TEST(lowers_the_threshold),
		TEST(never_below_the_lowest),
		TEST(gives_up),
		TEST(shares),
		TEST(shares_only_what_may_be),
		TEST(takes_any_size),
		TEST(costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
