/* SPDX-License-Identifier: MIT */
/* Queues of an IAX device: their operations have a record of 64 bytes behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

#define OPCODES "00000000,00000000,00000000,00000000,00000000,007f331c,00000000,0000000d\n"

static void iax_queue(struct fake_tree *tree, const char *name, const char *mode)
{
	char node[64];

	fixture_queue(tree, name, mode);
	fake_attr(tree, name, "max_batch_size", NULL);
	fake_attr(tree, name, "op_config", OPCODES);
	fake_attr(tree, name, "size", "16\n");
	snprintf(node, sizeof(node), "iax/%s", name);
	fake_node(tree, node);
}

/* iax1 with the shared wq1.0 and the dedicated wq1.1, beside the fixture's DSA. */
static void iax_device(void **state)
{
	struct fake_tree *tree = fixture_tree(state);

	fake_device(tree, "iax1");
	fake_attr(tree, "iax1", "cdev_major", "241\n");
	fake_attr(tree, "iax1", "op_cap", OPCODES);
	iax_queue(tree, "wq1.0", "shared\n");
	iax_queue(tree, "wq1.1", "dedicated\n");
}

static const char *const queues[] = { "wq1.0", "wq1.1" };

static uint64_t field(const struct sva_iax_op *op, size_t at, size_t bytes)
{
	uint64_t value = 0;

	memcpy(&value, (const char *)&op->op.desc + at, bytes);
	return value;
}

static void builders_write_the_layout(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_iax_compress_aecs aecs[2];
	char src[64], dst[64];

	(void)state;
	memset(&op->op.desc, 0xff, sizeof(op->op.desc));
	sva_iax_prep_compress(op, dst, 60, src, 50, SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB,
			      SVA_FLAG_BOF);
	sva_iax_op_set_aecs(op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
	assert_int_equal(field(op, 0, 4), 0);
	assert_int_equal(field(op, 4, 4), 0x43000000 | 0x05000e);
	assert_int_equal(field(op, 8, 8), (uintptr_t)&op->record);
	assert_int_equal(field(op, 16, 8), (uintptr_t)src);
	assert_int_equal(field(op, 24, 8), (uintptr_t)dst);
	assert_int_equal(field(op, 32, 4), 50);
	assert_int_equal(field(op, 36, 2), 0);
	assert_int_equal(field(op, 38, 2), 6);
	assert_int_equal(field(op, 40, 8), (uintptr_t)aecs);
	assert_int_equal(field(op, 48, 4), 60);
	assert_int_equal(field(op, 52, 4), 0x620);
	assert_int_equal(field(op, 56, 8), 0);

	sva_iax_prep_crc64(op, src, 9, 0x42f0e1eba9ea3693, SVA_IAX_CRC64_REFLECT, 0);
	assert_int_equal(field(op, 4, 4), 0x4400000c);
	assert_int_equal(field(op, 38, 2), 0x8000);
	assert_int_equal(field(op, 56, 8), 0x42f0e1eba9ea3693);
	assert_int_equal(field(op, 40, 8), 0);

	sva_iax_prep_filter(op, SVA_IAX_OP_SCAN, dst, 8, src, 20, 40,
			    SVA_IAX_FILTER_WIDTH(4) | SVA_IAX_FILTER_INVERT, 0);
	sva_iax_op_set_range(op, 3, 7);
	sva_iax_op_set_decompress(op, SVA_IAX_DECOMP_STREAM);
	assert_int_equal(field(op, 4, 4), 0x5001000c);
	assert_int_equal(field(op, 38, 2), 0x1f);
	assert_int_equal(field(op, 40, 8), (uintptr_t)&op->filter);
	assert_int_equal(field(op, 52, 4), 32);
	assert_int_equal(field(op, 56, 4), 3 << 2 | 1 << 16);
	assert_int_equal(field(op, 60, 4), 40);
	assert_int_equal(op->filter.low, 3);
	assert_int_equal(op->filter.high, 7);

	sva_iax_prep_filter(op, SVA_IAX_OP_SELECT, dst, 8, src, 20, 40, 0, 0);
	sva_iax_op_set_src2(op, src, 5);
	assert_int_equal(field(op, 4, 4), 0x5302000c);
	assert_int_equal(field(op, 52, 4), 5);

	sva_iax_prep_zero_compress(op, dst, 64, src, 64, 16, 0);
	assert_int_equal(field(op, 7, 1), 0x4d);
	sva_iax_prep_zero_decompress(op, dst, 64, src, 64, 8, 0);
	assert_int_equal(field(op, 7, 1), 0x4a);
	sva_iax_op_free(op);
}

static void operations_end_in_their_record(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(2); /* the second one stands guard */

	iax_device(state);
	memset(&op[1], 0xaa, sizeof(op[1]));
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_fake(queues[i]);

		assert_int_equal(sva_wq_info(wq)->kind, SVA_DEV_KIND_IAX);
		for (unsigned int n = 0; n < 40; n++) { /* credits come back */
			sva_iax_prep_crc64(op, "123456789", 9, 0x42f0e1eba9ea3693, 0, 0);
			assert_int_equal(sva_submit(wq, &op->op), 0);
			assert_int_equal(sva_wait(&op->op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
			assert_int_equal(op->record.status, SVA_STATUS_SUCCESS);
			assert_int_equal(sva_iax_record_crc64(&op->record), 0x6c40df5f0b497347);
			assert_int_equal(sva_op_resume(&op->op), 0);
		}
		close_fake(wq);
	}
	assert_int_equal(((unsigned char *)&op[1])[0], 0xaa);
	sva_iax_op_free(op);
}

static void an_operation_without_the_record_is_refused(void **state)
{
	struct sva_op *op = sva_op_alloc(3);
	struct sva_wq *wq;

	iax_device(state);
	memset(&op[1], 0xaa, 2 * sizeof(op[1]));
	wq = open_fake("wq1.0");
	sva_prep_noop(&op->desc, 0);
	assert_int_equal(sva_submit(wq, op), -EINVAL);
	assert_int_equal(sva_poll(op), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(sva_submit_many(wq, op, 1), -EINVAL);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(((unsigned char *)&op[1])[0], 0xaa);
	close_fake(wq);
	sva_op_free(op);
}

static void batches_are_not_supported(void **state)
{
	static struct sva_desc descs[2];
	static struct sva_record records[2];
	struct sva_op *op = sva_op_alloc(1);
	struct sva_batch batch;
	struct sva_wq *wq;

	iax_device(state);
	wq = open_fake("wq1.0");
	sva_batch_init(&batch, descs, records, 2, 0);
	sva_prep_noop(sva_batch_add(&batch), 0);
	assert_int_equal(sva_submit_batch(wq, &batch, op), -EOPNOTSUPP);
	close_fake(wq);
	sva_op_free(op);
}

/* Also of a NOOP, which looks like one of DSA. */
static void what_a_full_queue_refuses_can_go_again(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_wq *wq;

	iax_device(state);
	wq = open_fake("wq1.0");
	fake.retry = UINT32_MAX;
	sva_iax_prep_noop(op, 0);
	assert_int_equal(sva_try_submit(wq, &op->op), -EAGAIN);
	assert_int_equal(sva_poll(&op->op), SVA_STATUS_NOT_SUBMITTED);
	fake.retry = 0;
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op->op), 0);
	assert_int_equal(sva_poll(&op->op), 0);
	fake_complete(1);
	fake.hold = false;
	assert_int_equal(sva_poll(&op->op), SVA_STATUS_SUCCESS);
	close_fake(wq);
	/* But what a closed one refuses must be prepared again. */
	assert_int_equal(sva_submit(wq, &op->op), -EBADF);
	assert_int_equal(sva_poll(&op->op), SVA_STATUS_NOT_SUBMITTED);
	sva_iax_op_free(op);
}

/* There are no parts: after a page fault the same is submitted again. */
static void a_page_fault_begins_anew(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_desc before;
	struct sva_wq *wq;

	iax_device(state);
	wq = open_fake("wq1.0");
	fake.hold = true;
	for (unsigned int i = 0; i < 2; i++) {
		if (i)
			sva_iax_prep_memmove(op, op + 1, "1234", 4, 0);
		else
			sva_iax_prep_crc64(op, "1234", 4, 1, 0, 0);
		assert_int_equal(sva_submit(wq, &op->op), 0);
		before = op->op.desc;
		op->record.fault_addr = 0x1234;
		op->record.status = SVA_STATUS_PAGE_FAULT;
		assert_int_equal(sva_poll(&op->op), SVA_STATUS_PAGE_FAULT);
		assert_int_equal(sva_op_resume(&op->op), 1);
		assert_memory_equal(&op->op.desc, &before, sizeof(before));
		assert_int_equal(sva_poll(&op->op), SVA_STATUS_NOT_SUBMITTED);
		fake_lose();
		assert_int_equal(sva_submit(wq, &op->op), 0);
		assert_int_equal(sva_poll(&op->op), 0);
		op->record.status = SVA_STATUS_SUCCESS;
		assert_int_equal(sva_op_resume(&op->op), 0);
		fake_lose();
	}
	fake.hold = false;
	close_fake(wq);
	sva_iax_op_free(op);
}

static void a_lost_one_is_found(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_wq *wq;

	iax_device(state);
	wq = open_fake("wq1.0");
	fake.hold = true;
	sva_iax_prep_noop(op, 0);
	assert_int_equal(sva_submit(wq, &op->op), 0);
	fake_lose();
	fake.hold = false;
	assert_int_equal(sva_wait(&op->op, -1, SVA_WAIT_AUTO), SVA_STATUS_LOST);
	assert_int_equal(op->record.status, SVA_STATUS_LOST);
	close_fake(wq);
	sva_iax_op_free(op);
}

static void write_is_probed_with_a_record_of_its_own(void **state)
{
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_wq *wq;

	iax_device(state);
	fake.mmap_errno = EPERM;
	wq = open_fake("wq1.0");
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_int_equal(fake.last.completion_addr % 64, 0);
	sva_iax_prep_crc64(op, "1", 1, 1, 0, 0);
	assert_int_equal(sva_submit(wq, &op->op), 0);
	assert_int_equal(sva_poll(&op->op), SVA_STATUS_SUCCESS);
	close_fake(wq);
	sva_iax_op_free(op);
}

static void the_cpu_stands_in(void **state)
{
	static const char *const names[] = { NULL, "cpu", "iax3", "iax3/wq3.0", "/dev/iax/wq3.0" };
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_op *plain = sva_op_alloc(1);

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		struct sva_wq_opts opts = { .size = sizeof(opts),
					    .kind = i < 2 ? SVA_DEV_KIND_IAX : SVA_DEV_KIND_ANY };
		struct sva_wq *wq;

		assert_int_equal(sva_wq_open(&wq, names[i], &opts), 0);
		assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
		assert_true(sva_opmask_has(&sva_wq_info(wq)->op_config, SVA_IAX_OP_CRC64));
		assert_false(sva_opmask_has(&sva_wq_info(wq)->op_config, SVA_OP_BATCH));
		sva_iax_prep_crc64(op, "123456789", 9, 0x42f0e1eba9ea3693, 0, 0);
		assert_int_equal(sva_submit(wq, &op->op), 0);
		assert_int_equal(sva_poll(&op->op), SVA_STATUS_SUCCESS);
		assert_int_equal(sva_iax_record_crc64(&op->record), 0x6c40df5f0b497347);
		sva_prep_noop(&plain->desc, 0);
		assert_int_equal(sva_submit(wq, plain), -EINVAL);
		close_fake(wq);
	}
	sva_op_free(plain);
	sva_iax_op_free(op);
}

static void a_ring_has_its_operations(void **state)
{
	struct sva_wq_opts cpu = { .size = sizeof(cpu), .kind = SVA_DEV_KIND_IAX };

	iax_device(state);
	for (unsigned int i = 0; i < 4; i++) {
		struct sva_ring *ring;
		struct sva_wq *wq;

		fake.mmap_errno = i == 2 ? EPERM : 0;
		if (i < 3)
			wq = open_fake(queues[i % 2]);
		else
			assert_int_equal(sva_wq_open(&wq, "cpu", &cpu), 0);
		assert_int_equal(sva_ring_open(&ring, wq, 8, NULL), 0);
		for (unsigned int n = 0; n < 8; n++) {
			struct sva_op *op = sva_ring_get(ring);

			sva_iax_prep_crc64(sva_iax_op(op), "123456789", 9, 0x42f0e1eba9ea3693, 0,
					   0);
			sva_ring_set_data(ring, op, ring + n);
		}
		assert_null(sva_ring_get(ring));
		assert_int_equal(sva_ring_submit(ring), 8);
		for (unsigned int n = 0; n < 8; n++) {
			int result = -1;
			struct sva_op *op = sva_ring_wait(ring, -1, &result);
			uint64_t at;

			assert_non_null(op);
			assert_int_equal(result, 0);
			assert_int_equal(sva_iax_record_crc64(&sva_iax_op(op)->record),
					 0x6c40df5f0b497347);
			at = (uint64_t)((struct sva_ring *)sva_ring_data(ring, op) - ring);
			assert_in_range(at, 0, 7);
		}
		/* One that was prepared for another kind of queue ends, and harms nobody. */
		{
			struct sva_op *op = sva_ring_get(ring);
			int result = 0;

			sva_prep_noop(&op->desc, 0);
			op->desc.completion_addr = 0;
			assert_int_equal(sva_ring_submit(ring), 1);
			assert_ptr_equal(sva_ring_wait(ring, -1, &result), op);
			assert_int_equal(result, -EINVAL);
		}
		assert_int_equal(sva_ring_close(ring), 0);
		close_fake(wq);
	}
}

static void a_pool_has_queues_of_one_kind(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_pool_opts pool_opts = { .size = sizeof(pool_opts), .queues = &opts };
	struct sva_iax_op *op = sva_iax_op_alloc(1);
	struct sva_wq *pool;

	iax_device(state);
	assert_int_equal(sva_pool_open(&pool, &pool_opts), 0);
	assert_int_equal(sva_pool_count(pool), 2);
	assert_int_equal(sva_wq_info(pool)->kind, SVA_DEV_KIND_IAX);
	sva_iax_prep_crc64(op, "123456789", 9, 0x42f0e1eba9ea3693, 0, 0);
	assert_int_equal(sva_submit(pool, &op->op), 0);
	assert_int_equal(sva_wait(&op->op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_iax_record_crc64(&op->record), 0x6c40df5f0b497347);
	close_fake(pool);
	assert_int_equal(sva_pool_open(&pool, NULL), 0);
	assert_int_equal(sva_pool_count(pool), 2);
	assert_string_equal(sva_wq_info(sva_pool_member(pool, 0))->device, "dsa0");
	close_fake(pool);
	sva_iax_op_free(op);
}

static void memory_operations_run_on_the_cpu(void **state)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	char to[5000], from[5000] = "data";
	struct sva_wq *wq;

	iax_device(state);
	wq = open_fake("wq1.0");
	assert_int_equal(sva_memcpy(wq, to, from, sizeof(to), &outcome), 0);
	assert_memory_equal(to, from, sizeof(to));
	assert_int_equal(outcome.why, SVA_WHY_UNSUPPORTED);
	assert_int_equal(fake.submissions, 0);
	close_fake(wq);
}

static void errors_have_texts(void **state)
{
	(void)state;
	for (unsigned int i = SVA_IAX_ERROR_HEADER_SIZE; i <= SVA_IAX_ERROR_MANY_D; i++)
		assert_string_not_equal(sva_iax_error_text(i), "unknown error code");
	assert_string_equal(sva_iax_error_text(0), "unknown error code");
	assert_string_equal(sva_iax_error_text(37), "unknown error code");
	assert_string_equal(sva_iax_error_text(25), sva_iax_error_text(SVA_IAX_ERROR_OVERFLOW));
	assert_int_equal(SVA_IAX_ERROR_MANY_D, 36);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(builders_write_the_layout),
		TEST(operations_end_in_their_record),
		TEST(an_operation_without_the_record_is_refused),
		TEST(batches_are_not_supported),
		TEST(what_a_full_queue_refuses_can_go_again),
		TEST(a_page_fault_begins_anew),
		TEST(a_lost_one_is_found),
		TEST(write_is_probed_with_a_record_of_its_own),
		TEST(the_cpu_stands_in),
		TEST(a_ring_has_its_operations),
		TEST(a_pool_has_queues_of_one_kind),
		TEST(memory_operations_run_on_the_cpu),
		TEST(errors_have_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
