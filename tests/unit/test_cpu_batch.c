/* SPDX-License-Identifier: MIT */
/* The software device: batches, fences, and when a completion record is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

#define MEMBERS 4u

static struct sva_desc list[33], desc;
static struct sva_record comps[33], comp;
static uint64_t values[MEMBERS]; /* each member fills one */

static void add(unsigned int i, uint32_t flags)
{
	sva_prep_fill(&list[i], &values[i], 1 + i, sizeof(values[i]), flags);
	list[i].completion_addr = (uintptr_t)&comps[i];
}

static int setup(void **state)
{
	(void)state;
	memset(comps, 0, sizeof(comps));
	memset(values, 0, sizeof(values));
	for (unsigned int i = 0; i < MEMBERS; i++)
		add(i, 0);
	sva_prep_batch(&desc, list, MEMBERS, 0);
	return 0;
}

static void expect_batch(unsigned int status, uint32_t completed)
{
	assert_int_equal(ref_run(&desc, &comp), status);
	assert_int_equal(comp.result, 0); /* reserved without batch continuation */
	assert_int_equal(comp.bytes_completed, completed);
}

/* Member @i was executed or not, and its record says @status. */
static void expect_member(unsigned int i, bool executed, unsigned int status)
{
	assert_int_equal(values[i], executed ? 1 + i : 0);
	assert_int_equal(comps[i].status, status);
}

static void all_members_succeed(void **state)
{
	(void)state;
	list[3].op_flags |= SVA_FLAG_FENCE;
	expect_batch(SVA_STATUS_SUCCESS, MEMBERS);
	for (unsigned int i = 0; i < MEMBERS; i++)
		expect_member(i, true, SVA_STATUS_SUCCESS);
}

static void the_largest_batch(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 33; i++) {
		sva_prep_noop(&list[i], 0);
		list[i].completion_addr = (uintptr_t)&comps[i];
	}
	sva_prep_batch(&desc, list, 32, 0);
	expect_batch(SVA_STATUS_SUCCESS, 32);
	assert_int_equal(comps[31].status, SVA_STATUS_SUCCESS);
	sva_prep_batch(&desc, list, 33, 0);
	expect_batch(SVA_STATUS_BAD_COUNT, 0);
}

static void a_failure_without_a_fence_stops_nobody(void **state)
{
	(void)state;
	list[1].xfer_size = 0;
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	expect_member(0, true, SVA_STATUS_SUCCESS);
	expect_member(1, false, SVA_STATUS_BAD_SIZE);
	expect_member(2, true, SVA_STATUS_SUCCESS);
	expect_member(3, true, SVA_STATUS_SUCCESS);
}

static void a_fence_behind_a_failure_abandons_the_rest(void **state)
{
	(void)state;
	list[0].xfer_size = 0;
	list[2].op_flags |= SVA_FLAG_FENCE;
	expect_batch(SVA_STATUS_BATCH_FAIL, 2);
	expect_member(1, true, SVA_STATUS_SUCCESS);
	expect_member(2, false, SVA_STATUS_NONE);
	expect_member(3, false, SVA_STATUS_NONE);
}

static void a_fence_before_a_failure_abandons_nobody(void **state)
{
	(void)state;
	list[1].op_flags |= SVA_FLAG_FENCE;
	list[2].xfer_size = 0;
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	expect_member(3, true, SVA_STATUS_SUCCESS);
}

static void a_false_predicate_counts_as_a_failure(void **state)
{
	static const uint8_t a[8], b[8] = { 1 };

	(void)state;
	sva_prep_compare(&list[0], a, b, 8, 0);
	sva_desc_set_expected(&list[0], 0);
	list[0].completion_addr = (uintptr_t)&comps[0];
	list[1].op_flags |= SVA_FLAG_FENCE;
	expect_batch(SVA_STATUS_BATCH_FAIL, 1);
	expect_member(0, false, SVA_STATUS_SUCCESS_PREDICATE);
	expect_member(1, false, SVA_STATUS_NONE);
	memset(comps, 0, sizeof(comps));
	sva_desc_set_expected(&list[0], 1);
	expect_batch(SVA_STATUS_SUCCESS, MEMBERS);
	expect_member(1, true, SVA_STATUS_SUCCESS);
}

static void no_batch_and_no_drain_in_a_batch(void **state)
{
	(void)state;
	sva_prep_batch(&list[0], list + 2, 2, 0);
	list[0].completion_addr = (uintptr_t)&comps[0];
	sva_prep_drain(&list[1], 0);
	list[1].completion_addr = (uintptr_t)&comps[1];
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	assert_int_equal(comps[0].status, SVA_STATUS_BAD_OPCODE);
	assert_int_equal(comps[1].status, SVA_STATUS_BAD_OPCODE);
}

/* Its own record cannot tell; the batch's can. */
static void a_member_with_a_misaligned_record(void **state)
{
	(void)state;
	list[1].completion_addr += 16;
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	expect_member(0, true, SVA_STATUS_SUCCESS);
	expect_member(1, false, SVA_STATUS_NONE);
}

static void members_ignore_their_pasid(void **state)
{
	(void)state;
	list[1].pasid_priv = UINT32_MAX;
	expect_batch(SVA_STATUS_SUCCESS, MEMBERS);
}

/* DPDK's way: members write a record only on failure. */
static void records_only_on_failure(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < MEMBERS; i++)
		list[i].op_flags &= ~SVA_FLAG_RCR;
	list[2].xfer_size = 0;
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	expect_member(0, true, SVA_STATUS_NONE);
	expect_member(2, false, SVA_STATUS_BAD_SIZE);
	expect_member(3, true, SVA_STATUS_NONE);
}

static void members_without_a_record_address(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < MEMBERS; i++) {
		list[i].op_flags &= ~(SVA_FLAG_RCR | SVA_FLAG_CRAV);
		list[i].completion_addr = 0;
	}
	expect_batch(SVA_STATUS_SUCCESS, MEMBERS);
	expect_member(3, true, SVA_STATUS_NONE);
	list[2].xfer_size = 0;
	expect_batch(SVA_STATUS_BATCH_FAIL, MEMBERS);
	expect_member(2, true, SVA_STATUS_NONE); /* executed in the first round */
}

/* A batch that does not ask for a record gets none for a failed member, but for its own faults. */
static void a_batch_without_a_record(void **state)
{
	(void)state;
	list[2].xfer_size = 0;
	desc.op_flags &= ~SVA_FLAG_RCR;
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_NONE);
	expect_member(2, false, SVA_STATUS_BAD_SIZE);
	desc.desc_count = 1;
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_BAD_COUNT);
}

static void a_record_is_written_as_a_whole(void **state)
{
	static const struct sva_record expected = { .status = SVA_STATUS_SUCCESS };
	struct svai_limits limits;

	(void)state;
	svai_cpu_limits(&limits);
	memset(&comps[0], 0xee, sizeof(comps[0]));
	svai_cpu_execute(&limits, &list[0]);
	assert_memory_equal(&comps[0], &expected, sizeof(expected));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_members_succeed),
		TEST(the_largest_batch),
		TEST(a_failure_without_a_fence_stops_nobody),
		TEST(a_fence_behind_a_failure_abandons_the_rest),
		TEST(a_fence_before_a_failure_abandons_nobody),
		TEST(a_false_predicate_counts_as_a_failure),
		TEST(no_batch_and_no_drain_in_a_batch),
		TEST(a_member_with_a_misaligned_record),
		TEST(members_ignore_their_pasid),
		TEST(records_only_on_failure),
		TEST(members_without_a_record_address),
		TEST(a_batch_without_a_record),
		TEST(a_record_is_written_as_a_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
