/* SPDX-License-Identifier: MIT */
/* sva_desc_check(): what the queue at hand would refuse, in a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

static struct sva_desc desc, list[4];
static struct sva_record comp, comps[4];
static char src[4096], dst[4096], why[200];

static int check(struct sva_wq *wq)
{
	desc.completion_addr = (uintptr_t)&comp;
	return sva_desc_check(wq, &desc, why, sizeof(why));
}

static void the_queues_limits_count(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fake_attr(tree, "wq0.0", "max_transfer_size", "1024\n");
	fake_attr(tree, "wq0.0", "max_batch_size", "2\n");
	wq = open_fake("wq0.0");
	sva_prep_memmove(&desc, dst, src, 1024, 0);
	assert_int_equal(check(wq), 0);
	assert_string_equal(why, "");
	sva_prep_memmove(&desc, dst, src, 1025, 0);
	assert_int_equal(check(wq), SVA_STATUS_BAD_SIZE);
	assert_non_null(strstr(why, "memmove: "));
	assert_non_null(strstr(why, "0x401, limit 0x400"));
	sva_prep_batch(&desc, list, 3, 0);
	assert_int_equal(check(wq), SVA_STATUS_BAD_COUNT);
	close_fake(wq);
}

static void opcodes_that_the_queue_has_not_got(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	sva_prep_dix_generate(&desc, dst, src, 512, 0, 0, (struct sva_dif_tags){ 0 }, 0);
	assert_int_equal(check(wq), SVA_STATUS_BAD_OPCODE);
	desc.op_flags |= 0xffu << 24;
	assert_int_equal(check(wq), SVA_STATUS_BAD_OPCODE);
	close_fake(wq);
}

#define OP_CONFIG(low) \
	"00000000,00000000,00000000,00000000,00000000,00000000,00000000,000000" low "\n"

static int check_batch(struct sva_wq *wq)
{
	sva_prep_batch(&desc, list, 2, 0);
	for (unsigned int i = 0; i < 2; i++) {
		sva_prep_noop(&list[i], 0);
		list[i].completion_addr = (uintptr_t)&comps[i];
	}
	return check(wq);
}

static void opcodes_that_the_administrator_forbids(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.0", "op_config", OP_CONFIG("0b"));
	wq = open_fake("wq0.0");
	sva_prep_memmove(&desc, dst, src, 8, 0);
	assert_int_equal(check(wq), 0);
	sva_prep_crc(&desc, src, 8, 0, 0);
	assert_int_equal(check(wq), SVA_STATUS_BAD_OPCODE);
	assert_int_equal(check_batch(wq), 0);
	close_fake(wq);
}

/* The fake device's op_cap hides BATCH, as the driver does where write(2) would refuse it. */
static void a_hidden_batch_and_a_forbidden_one(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	sva_opmask_set(&opts.opcodes, SVA_OP_BATCH);
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(check_batch(wq), 0); /* judged by max_batch_size */
	close_fake(wq);

	fake_attr(tree, "wq0.0", "op_config", OP_CONFIG("09"));
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -EOPNOTSUPP);
	wq = open_fake("wq0.0");
	assert_int_equal(check_batch(wq), SVA_STATUS_BAD_OPCODE);
	close_fake(wq);
}

/* Where sysfs does not say, the device may. */
static void limits_that_are_unknown(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .min_batch = 4096,
				    .min_transfer = 1u << 30 };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	sva_opmask_set(&opts.opcodes, SVA_OP_BATCH);
	fake_attr(tree, "wq0.0", "max_batch_size", NULL);
	fake_attr(tree, "wq0.0", "max_transfer_size", NULL);
	fake_attr(tree, "dsa0", "gen_cap", NULL);
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	sva_prep_batch(&desc, list, 1, 0); /* a capability: BATCH_OF_ONE */
	sva_prep_noop(&list[0], 0);
	list[0].completion_addr = (uintptr_t)&comps[0];
	assert_int_equal(check(wq), 0);
	sva_prep_memmove(&desc, dst, src, 1u << 30, SVA_FLAG_CC); /* another: cache control */
	assert_int_equal(check(wq), 0);
	close_fake(wq);
}

static void block_on_fault_where_the_queue_does_not(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.0", "block_on_fault", "0\n");
	wq = open_fake("wq0.0");
	sva_prep_memmove(&desc, dst, src, 8, SVA_FLAG_BOF);
	assert_int_equal(check(wq), SVA_STATUS_BAD_FLAGS);
	assert_non_null(strstr(why, "0x2"));
	close_fake(wq);
}

static void members_of_a_batch(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		sva_prep_memmove(&list[i], dst, src, i == 1 ? 0 : 8, i == 2 ? SVA_FLAG_FENCE : 0);
		list[i].completion_addr = (uintptr_t)&comps[i];
	}
	sva_prep_batch(&desc, list, 3, 0);
	assert_int_equal(check(wq), SVA_STATUS_BAD_SIZE);
	assert_memory_equal(why, "member 1: memmove: ", 19);
	close_fake(wq);
}

static void arguments(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	char small[4] = "xxx";

	(void)state;
	sva_prep_memmove(&desc, dst, src, 0, 0);
	assert_int_equal(sva_desc_check(wq, &desc, NULL, 0), SVA_STATUS_BAD_SIZE);
	assert_int_equal(sva_desc_check(wq, &desc, small, sizeof(small)), SVA_STATUS_BAD_SIZE);
	assert_string_equal(small, "mem");
	assert_int_equal(sva_desc_check(wq, NULL, why, sizeof(why)), -EINVAL);
	assert_int_equal(sva_desc_check(NULL, &desc, why, sizeof(why)), -EINVAL);
	close_fake(wq);
	assert_int_equal(sva_desc_check(wq, &desc, why, sizeof(why)), -EBADF);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_queues_limits_count),
		TEST(opcodes_that_the_queue_has_not_got),
		TEST(opcodes_that_the_administrator_forbids),
		TEST(a_hidden_batch_and_a_forbidden_one),
		TEST(limits_that_are_unknown),
		TEST(block_on_fault_where_the_queue_does_not),
		TEST(members_of_a_batch),
		TEST(arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
