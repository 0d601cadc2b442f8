/* SPDX-License-Identifier: MIT */
/* A program that is compiled with SVA_CHECKED: mistakes are found before the device sees them. */
#define SVA_CHECKED
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static struct sva_op op;
static char log_line[300];

static void keep_line(void *ctx, enum sva_log_level level, const char *line)
{
	(void)ctx;
	assert_int_equal(level, SVA_LOG_ERROR);
	snprintf(log_line, sizeof(log_line), "%s", line);
}

static struct sva_wq *open_logged(void)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .log = keep_line,
				    .log_level = SVA_LOG_ERROR };
	struct sva_wq *wq;

	memset(&op, 0, sizeof(op));
	log_line[0] = '\0';
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	return wq;
}

static void what_is_right_passes(void **state)
{
	struct sva_wq *wq = open_logged();
	char src[64] = "right", dst[64] = "";

	(void)state;
	sva_prep_memmove(&op.desc, dst, src, sizeof(src), 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	assert_string_equal(dst, src);
	assert_int_equal(sva_try_submit(wq, &op), 0); /* and again */
	assert_string_equal(log_line, "");
	close_fake(wq);
}

static void a_descriptor_that_would_be_refused(void **state)
{
	struct sva_wq *wq = open_logged();
	char buffer[64];

	(void)state;
	sva_prep_fill(&op.desc, buffer, 0, 0, 0);
	assert_int_equal(sva_submit(wq, &op), -EINVAL);
	assert_non_null(strstr(log_line, "submission refused: fill: "));
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(fake.submissions, 0);
	close_fake(wq);
}

static void an_operation_in_flight(void **state)
{
	struct sva_wq *wq = open_logged();

	(void)state;
	fake.hold = true;
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_submit(wq, &op), -EBUSY);
	assert_non_null(strstr(log_line, "still in flight"));
	assert_int_equal(sva_poll(&op), 0); /* the first submission is not disturbed */
	assert_int_equal(fake_complete(2), 1);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	fake.hold = false;
	close_fake(wq);
}

/* Whatever the handle, what is in flight is not touched; and what was closed has nothing in flight.
 */
static void an_operation_in_flight_elsewhere(void **state)
{
	struct sva_wq *wq = open_logged(), *other = open_fake("wq0.1"),
		      *closed = open_fake("wq0.1");

	close_fake(closed);
	fake.hold = true;
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_submit(NULL, &op), -EBUSY);
	assert_int_equal(sva_submit(closed, &op), -EBUSY);
	assert_int_equal(sva_submit(other, &op), -EBUSY);
	assert_int_equal(sva_poll(&op), 0);
	fake_attr(fixture_tree(state), "wq0.0", "state", "disabled\n");
	close_fake(wq);
	fake_lose();
	fake.hold = false;
	assert_int_equal(sva_submit(other, &op), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	close_fake(other);
}

static void an_operation_that_was_never_submitted(void **state)
{
	(void)state;
	memset(&op, 0, sizeof(op));
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
}

static void handles_and_operations_that_cannot_be_used(void **state)
{
	struct sva_wq *wq = open_logged();

	(void)state;
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(sva_submit(NULL, &op), -EINVAL);
	assert_int_equal(sva_submit(wq, NULL), -EINVAL);
	assert_int_equal(sva_submit(wq, (struct sva_op *)((char *)&op + 1)), -EINVAL);
	close_fake(wq);
	assert_int_equal(sva_submit(wq, &op), -EBADF);
}

#ifdef __SANITIZE_ADDRESS__
/* The device's accesses go past AddressSanitizer: the submission asks it. */
static void memory_that_is_not_the_programs(void **state)
{
	struct sva_wq *wq = open_logged();
	char *small = malloc(32), dst[64];
	uintptr_t freed = (uintptr_t)malloc(64);

	(void)state;
	free((void *)freed);
	sva_prep_memmove(&op.desc, dst, (void *)freed, 64, 0);
	assert_int_equal(sva_submit(wq, &op), -EINVAL);
	assert_non_null(strstr(log_line, "is not the program's"));
	sva_prep_fill(&op.desc, small, 0, 33, 0);
	assert_int_equal(sva_submit(wq, &op), -EINVAL);
	sva_prep_fill(&op.desc, small, 0, 32, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	sva_prep_dualcast(&op.desc, dst, small, dst, 16, 0);
	assert_int_equal(sva_submit(wq, &op), -EINVAL);
	free(small);
	close_fake(wq);
}
#endif

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_right_passes),
		TEST(a_descriptor_that_would_be_refused),
		TEST(an_operation_in_flight),
		TEST(an_operation_in_flight_elsewhere),
		TEST(an_operation_that_was_never_submitted),
		TEST(handles_and_operations_that_cannot_be_used),
#ifdef __SANITIZE_ADDRESS__
		TEST(memory_that_is_not_the_programs),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
