/* SPDX-License-Identifier: MIT */
/*
 * sva_op_resume(), beside the rules of the opcodes, which tests/emu/test_faults.c holds against the
 * emulator's model for every fault position: what it keeps, forgets and refuses; and batches.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static struct sva_op op;
static unsigned char a[4096] __attribute__((aligned(64))), b[4096] __attribute__((aligned(64)));
static unsigned char delta[4096] __attribute__((aligned(64)));

/* The device stops at a page, after @bytes; what it has done, the test has done. */
static void stop_at_page(struct sva_wq *wq, uint32_t bytes)
{
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(fake_lose(), 1);
	fake.hold = false;
	op.record =
		(struct sva_record){ .status = SVA_STATUS_PAGE_FAULT, .bytes_completed = bytes };
	assert_int_equal(sva_poll(&op), SVA_STATUS_PAGE_FAULT);
}

static void run_rest(struct sva_wq *wq, int status)
{
	assert_int_equal(sva_op_resume(&op), 1);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_poll(&op), status);
	assert_int_equal(sva_op_resume(&op), 0);
}

static int setup(void **state)
{
	for (unsigned int i = 0; i < sizeof(a); i++)
		a[i] = (unsigned char)(i * 7);
	memset(&op, 0, sizeof(op));
	memset(b, 0, sizeof(b));
	memset(delta, 0, sizeof(delta));
	return fixture_setup(state);
}

static void the_result_is_that_of_the_whole(void **state)
{
	struct sva_result result = { .size = sizeof(result) };
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	memcpy(b, a, sizeof(b));
	b[3000]++;
	sva_prep_compare(&op.desc, a, b, sizeof(a), 0);
	stop_at_page(wq, 1000);
	assert_int_equal(sva_op_resume(&op), 1);
	stop_at_page(wq, 1500);
	run_rest(wq, SVA_STATUS_SUCCESS);
	assert_int_equal(sva_decode(&op.desc, &op.record, &result), 0);
	assert_int_equal(result.result, 1);
	assert_int_equal(result.bytes_completed, 3000);

	b[3000]--;
	sva_prep_compare(&op.desc, a, b, sizeof(a), 0);
	stop_at_page(wq, 1000);
	run_rest(wq, SVA_STATUS_SUCCESS);
	assert_int_equal(sva_decode(&op.desc, &op.record, &result), 0);
	assert_int_equal(result.result, 0);
	assert_int_equal(result.bytes_completed, sizeof(a));
	close_fake(wq);
}

/* Equal in the last part alone is not equal; and what is expected is said of the whole. */
static void a_delta_in_two_parts(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	const uint16_t first = 5;

	(void)state;
	memcpy(b, a, sizeof(b));
	b[5 * 8] ^= 1;
	for (int mask = 1; mask < 3; mask++) { /* equal is expected, or different */
		sva_prep_create_delta(&op.desc, a, b, sizeof(a), delta, 800, 0);
		sva_desc_set_expected_mask(&op.desc, (uint8_t)mask);
		memcpy(delta, &first, sizeof(first)); /* what the first part finds */
		memcpy(delta + 2, b + 5 * 8, 8);
		fake.hold = true;
		assert_int_equal(sva_submit(wq, &op), 0);
		fake_lose();
		fake.hold = false;
		op.record = (struct sva_record){ .status = SVA_STATUS_PAGE_FAULT,
						 .result = 1,
						 .bytes_completed = 2048 };
		op.record.delta_size = 10;
		assert_int_equal(sva_op_resume(&op), 1);
		assert_int_equal(sva_submit(wq, &op), 0);
		assert_int_equal(sva_op_resume(&op), 0);
		assert_int_equal(op.record.status,
				 mask == 2 ? SVA_STATUS_SUCCESS : SVA_STATUS_SUCCESS_PREDICATE);
		assert_int_equal(op.record.result, 1);
		assert_int_equal(op.record.delta_size, 10);
	}
	sva_prep_apply_delta(&op.desc, a, sizeof(a), delta, 10, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_memory_equal(a, b, sizeof(a));
	close_fake(wq);
}

/* Where the device refuses the rest, the record has flags in the place of the delta's length. */
static void a_delta_that_is_refused(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	memset(delta, 0x33, sizeof(delta));
	sva_prep_create_delta(&op.desc, a, b, sizeof(a), delta, 800, 0);
	stop_at_page(wq, 2048);
	assert_int_equal(sva_op_resume(&op), 1);
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op), 0);
	fake_lose();
	fake.hold = false;
	op.record = (struct sva_record){ .status = SVA_STATUS_BAD_FLAGS };
	op.record.invalid_flags = 0x7ff0;
	assert_int_equal(sva_op_resume(&op), 0);
	for (size_t i = 0; i < sizeof(delta); i++)
		assert_int_equal(delta[i], 0x33);
	assert_int_equal(op.record.invalid_flags, 0x7ff0);
	close_fake(wq);
}

/* Once prepared, the rest stays as it is until it has been submitted. */
static void asked_again(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_desc rest;

	(void)state;
	sva_prep_memmove(&op.desc, b, a, sizeof(a), 0);
	memcpy(b, a, 512);
	stop_at_page(wq, 512);
	assert_int_equal(sva_op_resume(&op), 1);
	rest = op.desc;
	assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(sva_op_resume(&op), 1);
	fake.retry = UINT_MAX;
	assert_int_equal(sva_try_submit(wq, &op), -EAGAIN);
	fake.retry = 0;
	assert_int_equal(sva_op_resume(&op), 1);
	assert_memory_equal(&op.desc, &rest, sizeof(rest));
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_op_resume(&op), 0);
	assert_int_equal(op.desc.xfer_size, sizeof(a));
	assert_memory_equal(a, b, sizeof(a));
	close_fake(wq);
}

/* An operation whose rest was given up begins anew with what is prepared next. */
static void given_up(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	memcpy(b, a, sizeof(b));
	sva_prep_compare(&op.desc, a, b, sizeof(a), 0);
	stop_at_page(wq, 1000);
	assert_int_equal(sva_op_resume(&op), 1);
	b[100]++;
	sva_prep_compare(&op.desc, a, b, sizeof(a), 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_op_resume(&op), 0);
	assert_int_equal(op.record.bytes_completed, 100);
	assert_int_equal(op.desc.xfer_size, sizeof(a));
	close_fake(wq);
}

/* An end that is no success counts from the beginning, too. */
static void an_error_in_a_later_part(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_dif_tags tags = { .ref_tag = 7 };

	(void)state;
	sva_prep_dif_insert(&op.desc, b, a, 6 * 512, SVA_DIF_BLOCK_512, 0, tags, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	b[4 * 520 + 3]++;
	sva_prep_dif_check(&op.desc, b, 6 * 520, SVA_DIF_BLOCK_512, 0, tags, 0);
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op), 0);
	fake_lose();
	fake.hold = false;
	op.record =
		(struct sva_record){ .status = SVA_STATUS_PAGE_FAULT, .bytes_completed = 2 * 520 };
	op.record.dif_src = (struct sva_dif_tags){ .ref_tag = 9 };
	run_rest(wq, SVA_STATUS_DIF_ERROR);
	assert_int_equal(op.record.bytes_completed, 4 * 520);
	close_fake(wq);
}

/*
 * Batches: the list was not there.
 */

#define MEMBERS 6

static struct sva_desc list[MEMBERS];
static struct sva_record records[MEMBERS];

/* The first @done members are executed, then the device misses a page of the list. */
static void stop_batch(struct sva_wq *wq, uint32_t done)
{
	memset(records, 0, sizeof(records));
	memset(b, 0, sizeof(b));
	for (unsigned int i = 0; i < MEMBERS; i++) {
		sva_prep_memmove(&list[i], b + i * 64, a + i * 64, 64, 0);
		list[i].completion_addr = (uintptr_t)&records[i];
	}
	for (unsigned int i = 0; i < done; i++) {
		memcpy(b + i * 64, a + i * 64, 64);
		records[i].status = SVA_STATUS_SUCCESS;
	}
	sva_prep_batch(&op.desc, list, MEMBERS, 0);
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op), 0);
	fake_lose();
	fake.hold = false;
	op.record = (struct sva_record){ .status = SVA_STATUS_BATCH_PAGE_FAULT,
					 .bytes_completed = done };
	assert_int_equal(sva_poll(&op), SVA_STATUS_BATCH_PAGE_FAULT);
}

static void check_batch(unsigned int status)
{
	assert_int_equal(op.record.status, status);
	assert_int_equal(op.record.bytes_completed, MEMBERS);
	assert_int_equal(op.desc.desc_count, MEMBERS);
	assert_memory_equal(b, a, MEMBERS * 64);
	for (unsigned int i = 1; i < MEMBERS; i++)
		assert_int_equal(records[i].status, SVA_STATUS_SUCCESS);
}

static void batches(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_fake(queues[i]);

		for (uint32_t done = 0; done < MEMBERS - 1; done++) {
			stop_batch(wq, done);
			run_rest(wq, SVA_STATUS_SUCCESS);
			check_batch(SVA_STATUS_SUCCESS);
		}
		/* One that failed before the page was missed counts. */
		stop_batch(wq, 3);
		records[0].status = SVA_STATUS_PAGE_FAULT;
		run_rest(wq, SVA_STATUS_SUCCESS);
		check_batch(SVA_STATUS_BATCH_FAIL);
		if (wq->credit)
			assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
		close_fake(wq);
	}
}

/* A device takes no batch of one: the last member goes by itself. */
static void the_last_member(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	stop_batch(wq, MEMBERS - 1);
	fake.retry = UINT_MAX;
	assert_int_equal(sva_op_resume(&op), -EAGAIN);
	assert_int_equal(sva_op_resume(&op), -EAGAIN);
	fake.retry = 0;
	assert_int_equal(sva_op_resume(&op), 0);
	check_batch(SVA_STATUS_SUCCESS);
	assert_int_equal(sva_desc_opcode(&fake.last), SVA_OP_MEMMOVE);

	stop_batch(wq, MEMBERS - 1);
	close_fake(wq);
	assert_int_equal(sva_op_resume(&op), -EBADF);
}

static void refused(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	static struct sva_op fresh;

	(void)state;
	assert_int_equal(sva_op_resume(NULL), -EINVAL);
	assert_int_equal(sva_op_resume((struct sva_op *)(void *)((char *)&fresh + 8)), -EINVAL);
	assert_int_equal(sva_op_resume(&fresh), -EINVAL);
	submit_held(wq, &op);
	assert_int_equal(sva_op_resume(&op), -EINPROGRESS);
	fake_complete(1);
	assert_int_equal(sva_op_resume(&op), 0);
	assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
	fake.hold = false;
	close_fake(wq);
}

/* Nothing that a device may write into a record makes it go astray. */
static void a_record_of_nonsense(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	sva_prep_memmove(&op.desc, b, a, 100, 0);
	stop_at_page(wq, 101); /* more than there was */
	assert_int_equal(sva_op_resume(&op), 1);
	assert_int_equal(op.desc.xfer_size, 0); /* which the device refuses */

	memset(delta, 0x33, sizeof(delta));
	sva_prep_create_delta(&op.desc, a, b, sizeof(a), delta, 800, 0);
	stop_at_page(wq, 2048);
	assert_int_equal(sva_op_resume(&op), 1);
	stop_at_page(wq, 8);
	op.record.delta_size = UINT32_MAX; /* more than there was room for */
	assert_int_equal(sva_op_resume(&op), 1);
	for (size_t i = 800; i < sizeof(delta); i++)
		assert_int_equal(delta[i], 0x33);
	close_fake(wq);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_result_is_that_of_the_whole),
		TEST(a_delta_in_two_parts),
		TEST(a_delta_that_is_refused),
		TEST(asked_again),
		TEST(given_up),
		TEST(an_error_in_a_later_part),
		TEST(batches),
		TEST(the_last_member),
		TEST(refused),
		TEST(a_record_of_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
