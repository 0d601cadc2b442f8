/* SPDX-License-Identifier: MIT */
/* A CPU without the instructions: nothing is submitted by a portal that would be a SIGILL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "fixture.h"

static void write_does_the_work(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_non_null(strstr(sva_wq_why(wq), "the CPU has no ENQCMD"));
	close_fake(wq);
	wq = open_fake("wq0.1");
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_non_null(strstr(sva_wq_why(wq), "the CPU has no MOVDIR64B"));
	close_fake(wq);
	assert_int_equal(fake.maps, 0);
}

/* The driver does not load on it: to load it is no remedy. */
static void no_driver(void **state)
{
	struct sva_topology *topo;

	(void)state;
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	assert_int_equal(sva_topology_discover(&topo), 0);
	assert_string_equal(sva_topology_why(topo),
			    "no device: /nonexistent/bus/dsa/devices has none: this CPU has no "
			    "MOVDIR64B, without which the idxd driver does not load");
	sva_topology_free(topo);
}

/* There, the default is to sleep. */
static void waiting_sleeps(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct rusage before, after;
	static struct sva_op op;

	(void)state;
	submit_held(wq, &op);
	assert_int_equal(getrusage(RUSAGE_THREAD, &before), 0);
	after = before;
	/* It may lose the CPU for as long. */
	for (int tries = 0; tries < 20 && after.ru_nvcsw == before.ru_nvcsw; tries++) {
		assert_int_equal(sva_wait(&op, 1000000, SVA_WAIT_AUTO), -ETIMEDOUT);
		assert_int_equal(getrusage(RUSAGE_THREAD, &after), 0);
	}
	assert_int_equal(fake.umwaits, 0);
	assert_true(after.ru_nvcsw > before.ru_nvcsw);
	fake_stop_holding();
	close_fake(wq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(write_does_the_work, fixture_setup,
						fixture_teardown),
		cmocka_unit_test(no_driver),
		cmocka_unit_test_setup_teardown(waiting_sleeps, fixture_setup, fixture_teardown),
	};

	setenv("LIBSVA_CPU", "-enqcmd,-movdir64b,-waitpkg", 1); /* before the library asks */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
