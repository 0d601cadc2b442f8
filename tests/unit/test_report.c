/* SPDX-License-Identifier: MIT */
/* The report of an open: what was passed over, in which order, and what happens without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report.h"

static unsigned int allocations_left = UINT32_MAX;

static int no_memory(void)
{
	if (!allocations_left)
		return 1;
	allocations_left--;
	return 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	return no_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return no_memory() ? NULL : __real_realloc(old, size);
}

static struct sva_rejection rejection(unsigned int i)
{
	struct sva_rejection r = { .err = -(int)i - 1, .remedy = "none" };

	snprintf(r.queue, sizeof(r.queue), "wq0.%u", i);
	snprintf(r.reason, sizeof(r.reason), "reason %u", i);
	return r;
}

static void add(struct sva_report *report, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct sva_rejection r = rejection(i);

		assert_int_equal(svai_report_add(report, &r), r.err);
		memset(&r, 0, sizeof(r)); /* the report has its own copy */
	}
}

static void assert_complete(const struct sva_report *report, unsigned int count)
{
	assert_int_equal(sva_report_count(report), count);
	for (unsigned int i = 0; i < count; i++) {
		const struct sva_rejection *got = sva_report_get(report, i);
		struct sva_rejection r = rejection(i);

		assert_non_null(got);
		assert_int_equal(got->err, r.err);
		assert_string_equal(got->queue, r.queue);
		assert_string_equal(got->reason, r.reason);
		assert_string_equal(got->remedy, "none");
	}
	assert_null(sva_report_get(report, count));
	assert_null(sva_report_get(report, UINT32_MAX));
}

static void it_grows(void **state)
{
	struct sva_report report = { 0 };

	(void)state;
	assert_complete(&report, 0);
	add(&report, 1000);
	assert_complete(&report, 1000);
	svai_report_clear(&report);
	assert_complete(&report, 0);
	add(&report, 3); /* a cleared report can be used again */
	assert_complete(&report, 3);
	svai_report_clear(&report);
}

static void a_copy_stands_alone(void **state)
{
	struct sva_report report = { 0 };
	struct sva_report *copy;

	(void)state;
	add(&report, 9);
	copy = svai_report_copy(&report);
	assert_non_null(copy);
	svai_report_clear(&report);
	assert_complete(copy, 9);
	sva_report_free(copy);
}

static void a_copy_of_an_empty_report(void **state)
{
	struct sva_report report = { 0 };
	struct sva_report *copy = svai_report_copy(&report);

	(void)state;
	assert_non_null(copy);
	assert_complete(copy, 0);
	sva_report_free(copy);
}

static void without_a_report(void **state)
{
	(void)state;
	assert_int_equal(sva_report_count(NULL), 0);
	assert_null(sva_report_get(NULL, 0));
	sva_report_free(NULL);
}

static void without_memory(void **state)
{
	struct sva_report report = { 0 };
	struct sva_rejection one_more = rejection(8);

	(void)state;
	allocations_left = 0;
	assert_int_equal(svai_report_add(&report, &one_more), -ENOMEM);
	assert_complete(&report, 0);

	allocations_left = 1;
	add(&report, 8);
	assert_int_equal(svai_report_add(&report, &one_more), -ENOMEM);
	assert_complete(&report, 8); /* what was there is there still */

	allocations_left = 0;
	assert_null(svai_report_copy(&report));
	allocations_left = 1;
	assert_null(svai_report_copy(&report));
	allocations_left = UINT32_MAX;
	svai_report_clear(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_grows),
		cmocka_unit_test(a_copy_stands_alone),
		cmocka_unit_test(a_copy_of_an_empty_report),
		cmocka_unit_test(without_a_report),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
