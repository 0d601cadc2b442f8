/* SPDX-License-Identifier: MIT */
/*
 * The cost of a trapped ENQCMD, against that of a UD2 that an empty handler skips: at most 1.5
 * times in one run. Both are the least of many batches, which take turns.
 */
#include "device.h"

#include <dlfcn.h>
#include <stdio.h>

#define BATCHES 200
#define BATCH   200

static struct line source;

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static uint64_t time_ud2(void)
{
	uint64_t start = sva_rdtsc();
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		__asm__ volatile("ud2");
	return sva_rdtsc() - start;
}

static uint64_t time_enqcmd(void)
{
	uint64_t start = sva_rdtsc();
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		sva_enqcmd(device.portal, &source);
	return sva_rdtsc() - start;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void test_cost(void **state)
{
	int (*kernel_sigaction)(int, const struct sigaction *, struct sigaction *);
	struct sigaction bare = { .sa_sigaction = skip_ud2, .sa_flags = SA_SIGINFO }, trap;
	uint64_t ud2 = UINT64_MAX, enqcmd = UINT64_MAX;
	unsigned int i;

	(void)state;
	source = numbered_line(1);
	*(void **)&kernel_sigaction = dlsym(RTLD_NEXT, "sigaction"); /* past the trap's own */
	assert_non_null(kernel_sigaction);
	for (i = 0; i < BATCHES; i++) {
		assert_int_equal(kernel_sigaction(SIGILL, &bare, &trap), 0);
		ud2 = least(ud2, time_ud2());
		assert_int_equal(kernel_sigaction(SIGILL, &trap, NULL), 0);
		enqcmd = least(enqcmd, time_enqcmd());
	}
	assert_int_equal(device.accepted[1], BATCHES * BATCH);
	printf("ud2 %llu ticks, ENQCMD %llu ticks, ratio %.2f\n", (unsigned long long)ud2 / BATCH,
	       (unsigned long long)enqcmd / BATCH, (double)enqcmd / (double)ud2);
	assert_true(enqcmd * 2 <= ud2 * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_cost, device_setup) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
