/* SPDX-License-Identifier: MIT */
/* What a call cannot do is an error, and changes nothing: each function with a queue that is
 * closed, and with arguments that are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <cmocka.h>

#include <sva/sva.h>

#define SIZE 4160u /* a multiple of 8 and of 520 */

static unsigned char src[SIZE] __attribute__((aligned(64))),
	dst[2 * SIZE] __attribute__((aligned(64)));
static struct sva_wq *cpu, *iax, *closed;
static void *volatile nowhere; /* the compiler would warn of NULL */

static struct sva_wq *open_cpu(enum sva_dev_kind kind)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = kind };
	struct sva_wq *wq;

	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), 0);
	return wq;
}

static int setup(void **state)
{
	(void)state;
	cpu = open_cpu(SVA_DEV_KIND_ANY);
	iax = open_cpu(SVA_DEV_KIND_IAX);
	closed = open_cpu(SVA_DEV_KIND_ANY);
	return sva_wq_close(closed);
}

static int teardown(void **state)
{
	(void)state;
	return sva_wq_close(cpu) || sva_wq_close(iax);
}

static const struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };
static const struct sva_column column = {
	.size = sizeof(column), .data = src, .bytes = 64, .elements = 64, .width = 8
};
static const struct iovec list = { src, 64 };

/* All calls on a queue, with one of their buffers at @to. */
static void every_call(struct sva_wq *wq, void *to, int expected)
{
	uint32_t crc = 7;
	uint64_t crc64 = 7;
	size_t size = 64, read = 64;
	bool equal;
	int order;

#define IS(call) assert_int_equal(call, expected)
	IS(sva_memcpy(wq, to, src, 64, NULL));
	IS(sva_memmove(wq, to, src, 64, NULL));
	IS(sva_memset(wq, to, 1, 64, NULL));
	IS(sva_memcmp(wq, to, src, 64, &order, NULL));
	IS(sva_fill(wq, to, 1, 64, NULL));
	IS(sva_fill16(wq, to, 1, 2, 64, NULL));
	IS(sva_compare_pattern(wq, to, 1, 64, &equal, NULL));
	IS(sva_crc32c(wq, to, 64, &crc, NULL));
	IS(sva_copy_crc32c(wq, to, src, 64, &crc, NULL));
	IS(sva_dualcast(wq, to, dst + SIZE, src, 64, NULL));
	IS(sva_create_delta(wq, to, src, 64, dst, SIZE, &size, NULL));
	IS(sva_apply_delta(wq, to, 64, src, 10, NULL));
	IS(sva_dif_check(wq, to, 520, &dif, NULL));
	IS(sva_dif_insert(wq, to, src, 512, &dif, NULL));
	IS(sva_dif_strip(wq, to, src, 520, &dif, NULL));
	IS(sva_dif_update(wq, to, src, 520, &dif, NULL));
	IS(sva_dix_generate(wq, to, src, 512, &dif, NULL));
	IS(sva_cache_flush(wq, to, 64, NULL));
	IS(sva_memcpy_iov(wq, &(struct iovec){ to, 64 }, 1, &list, 1, NULL));
	IS(sva_crc32c_iov(wq, &(struct iovec){ to, 64 }, 1, &crc, NULL));
	IS(sva_crc64(wq, to, 64, 0x42f0e1eba9ea3693, 0, &crc64, NULL));
	IS(sva_zero_compress(wq, to, &size, src, 64, 32, NULL));
	IS(sva_zero_decompress(wq, to, &size, src, 64, 32, NULL));
	IS(sva_scan(wq, &column, 0, 1, 0, to, 64, NULL, NULL));
	IS(sva_extract(wq, &column, 0, 1, 0, to, 64, NULL, NULL));
	IS(sva_find_unique(wq, &column, to, 64, NULL, NULL));
	IS(sva_select(wq, &column, dst, 0, to, 64, NULL, NULL));
	IS(sva_expand(wq, &column, dst, 64, 0, to, 64, NULL, NULL));
	IS(sva_set_membership(wq, &column, dst, 0, to, 64, NULL, NULL));
	IS(sva_rle_burst(wq, &column, &column, 0, to, 64, NULL, NULL));
	IS(sva_deflate(wq, to, &size, src, 64, NULL, NULL));
	IS(sva_inflate(wq, to, &size, src, &read, NULL, NULL));
#undef IS
	assert_int_equal(crc, 7);
	assert_int_equal(crc64, 7);
}

static void a_closed_queue(void **state)
{
	(void)state;
	every_call(closed, dst, -EBADF);
}

static void no_queue(void **state)
{
	(void)state;
	every_call(nowhere, dst, -EINVAL);
}

/* Of arguments beside the buffers. */
static void no_arguments(void **state)
{
	struct sva_column older = column, wide = column;
	size_t size = 64;

	(void)state;
	older.size = 8;
	wide.width = 33;
	assert_int_equal(sva_dif_check(cpu, src, 520, nowhere, NULL), -EINVAL);
	assert_int_equal(sva_dif_insert(cpu, dst, src, 512, nowhere, NULL), -EINVAL);
	assert_int_equal(sva_crc32c(cpu, src, 64, nowhere, NULL), -EINVAL);
	assert_int_equal(sva_zero_compress(cpu, dst, &size, src, 64, 24, NULL), -EINVAL);
	for (unsigned int i = 0; i < 3; i++) {
		const struct sva_column *bad = i == 0 ? nowhere : i == 1 ? &older : &wide;

		assert_int_equal(sva_scan(cpu, bad, 0, 1, 0, dst, 64, NULL, NULL), -EINVAL);
		assert_int_equal(sva_select(cpu, bad, dst, 0, dst, 64, NULL, NULL), -EINVAL);
		assert_int_equal(sva_expand(cpu, bad, dst, 64, 0, dst, 64, NULL, NULL), -EINVAL);
		assert_int_equal(sva_set_membership(cpu, bad, dst, 0, dst, 64, NULL, NULL),
				 -EINVAL);
		assert_int_equal(sva_rle_burst(cpu, bad, &column, 0, dst, 64, NULL, NULL), -EINVAL);
		assert_int_equal(sva_rle_burst(cpu, &column, bad, 0, dst, 64, NULL, NULL), -EINVAL);
	}
	assert_int_equal(sva_select(cpu, &column, nowhere, 0, dst, 64, NULL, NULL), -EINVAL);
	assert_int_equal(
		sva_select(cpu, &column, (void *)(UINTPTR_MAX - 3), 0, dst, 64, NULL, NULL),
		-EINVAL);
	assert_int_equal(
		sva_expand(cpu, &column, (void *)(UINTPTR_MAX - 3), 64, 0, dst, 64, NULL, NULL),
		-EINVAL);
	assert_int_equal(sva_select(cpu, &column, src, ~0u, dst, 64, NULL, NULL), -EINVAL);
}

/* What has been done with a stream; an older program's outcome is filled as far as it goes. */
static void the_outcome_of_a_stream(void **state)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct sva_stream *stream;
	struct sva_stream_io io = { src, sizeof(src), dst, sizeof(dst) };

	(void)state;
	assert_int_equal(sva_deflate_open(&stream, closed, NULL), -EBADF);
	assert_null(stream);
	assert_int_equal(sva_deflate_open(&stream, cpu, NULL), 0);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), 1);
	assert_int_equal(sva_stream_outcome(stream, &outcome), 0);
	assert_int_equal(outcome.bytes, sizeof(src));
	assert_int_equal(outcome.device_bytes, 0);
	assert_true(outcome.why & SVA_WHY_NO_DEVICE);
	assert_int_equal(sva_stream_outcome(nowhere, &outcome), -EINVAL);
	assert_int_equal(sva_stream_outcome(stream, nowhere), -EINVAL);
	outcome = (struct sva_outcome){ .size = 4, .bytes = 9 };
	assert_int_equal(sva_stream_outcome(stream, &outcome), -EINVAL);
	assert_int_equal(outcome.bytes, 9);
	assert_int_equal(sva_stream_reset(stream), 0);
	outcome.size = sizeof(outcome);
	assert_int_equal(sva_stream_outcome(stream, &outcome), 0);
	assert_int_equal(outcome.bytes, 0);
	sva_stream_close(stream);
}

/* Nothing at all is a stream, too. */
static void an_empty_stream(void **state)
{
	struct sva_stream_io io = { src, 0, dst, sizeof(dst) };
	struct sva_stream *stream;
	size_t size = sizeof(src), read = sizeof(dst);

	(void)state;
	assert_int_equal(sva_deflate_open(&stream, iax, NULL), 0);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), 1);
	sva_stream_close(stream);
	read -= io.out_size;
	assert_in_range(read, 1, 16);
	assert_int_equal(sva_inflate(cpu, src, &size, dst, &read, NULL, NULL), 0);
	assert_int_equal(size, 0);
}

/* The software device takes as much as its opener needs. */
static void limits(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .min_transfer = 1u << 30,
				    .min_batch = 1000 };
	struct sva_desc desc = { 0 };
	struct sva_wq *wq;
	char why[128];

	(void)state;
	sva_prep_fill(&desc, dst, 0, 1u << 30, 0);
	assert_int_equal(sva_desc_check(cpu, &desc, why, sizeof(why)), SVA_STATUS_BAD_SIZE);
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), 0);
	assert_int_equal(sva_desc_check(wq, &desc, why, sizeof(why)), 0);
	sva_wq_close(wq);
}

static void descriptors(void **state)
{
	static struct sva_iax_op op;
	struct sva_desc desc = { 0 };
	struct sva_wq *wq;
	char why[128];

	(void)state;
	sva_prep_batch(&desc, (struct sva_desc *)nowhere, 2, 0);
	assert_int_equal(sva_desc_check(cpu, &desc, why, sizeof(why)), SVA_STATUS_BATCH_PAGE_FAULT);
	assert_string_equal(why, "batch: the address of the descriptor list is NULL");
	sva_iax_prep_noop(&op, 0);
	op.op.desc.op_flags &= ~SVA_FLAG_CRAV; /* and yet a record is asked for */
	assert_int_equal(sva_desc_check(iax, &op.op.desc, why, sizeof(why)), SVA_STATUS_BAD_FLAGS);
	assert_int_equal(sva_wq_open(&wq,
				     "a-name-that-is-longer-than-any-queue-or-device-can-have-one"
				     "-and-then-some-more-of-it-to-be-sure",
				     NULL),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_closed_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(no_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(no_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(the_outcome_of_a_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_stream, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
		cmocka_unit_test_setup_teardown(descriptors, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
