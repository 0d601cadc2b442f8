/* SPDX-License-Identifier: MIT */
/*
 * calls QUEUE faults        every call on a queue (or "pool"), at three alignments, with a page
 * missing at every place and under every policy calls QUEUE rounds [WHY]  every call, many times,
 * on a queue that has something wrong with it; at least once WHY (sva_why_text()) is the reason for
 * the CPU
 *
 * What each call does is held against plain C, byte by byte.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#define PAGE   4096u
#define PAGES  7u /* of an operand, which begins in the first one */
#define ZONE   (PAGES * PAGE)
#define ZONES  4u
#define SIZE   (5u * 8u * 520u) /* a multiple of 8 and of 520: five pages and a bit */
#define ROUNDS 15

static struct sva_wq *wq;
static const char *queue_name, *wanted_why;
static unsigned char *arena; /* of a file: a page that is dropped keeps what is in it */
static unsigned char before[ZONES * ZONE], expected[ZONES * ZONE];
static unsigned char *a, *b, *c;
static struct sva_outcome outcome, sum;

/* What a call gives back beside memory. */
static uint64_t result;

/*
 * Plain C.
 */

static uint32_t crc32c(const unsigned char *data, size_t size, uint32_t crc)
{
	for (crc = ~crc; size-- > 0; data++) {
		crc ^= *data;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static uint16_t crc16(const unsigned char *data, size_t size)
{
	uint16_t crc = 0;

	for (; size-- > 0; data++) {
		crc ^= (uint16_t)(*data << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x8bb7 : 0));
	}
	return crc;
}

static void tuple(unsigned char *at, const unsigned char *block, uint16_t app, uint32_t ref)
{
	uint16_t guard = crc16(block, 512);
	unsigned char bytes[] = { (unsigned char)(guard >> 8), (unsigned char)guard,
				  (unsigned char)(app >> 8),   (unsigned char)app,
				  (unsigned char)(ref >> 24),  (unsigned char)(ref >> 16),
				  (unsigned char)(ref >> 8),   (unsigned char)ref };

	memcpy(at, bytes, sizeof(bytes));
}

static const struct sva_desc_dif old_tags = { .flags = SVA_DIF_BLOCK_512,
					      .src.ref_tag = 100,
					      .src.app_tag = 7,
					      .dst.ref_tag = 100,
					      .dst.app_tag = 7 };
static const struct sva_desc_dif new_tags = { .flags = SVA_DIF_BLOCK_512,
					      .src.ref_tag = 100,
					      .src.app_tag = 7,
					      .dst_flags =
						      SVA_DIF_DST_APP_INC | SVA_DIF_DST_REF_FIXED,
					      .dst.ref_tag = 5,
					      .dst.app_tag = 9 };

#define BLOCKS (SIZE / 520)

static void protect(unsigned char *to, const unsigned char *from)
{
	for (uint32_t i = 0; i < BLOCKS; i++, to += 520, from += 512) {
		memcpy(to, from, 512);
		tuple(to + 512, from, 7, 100 + i);
	}
}

/*
 * The calls: prepare what is there before, do it with plain C, do it with the library.
 */

static void copy_c(void)
{
	memcpy(b, a, SIZE - 3);
}

static int copy_sva(void)
{
	return sva_memcpy(wq, b, a, SIZE - 3, &outcome);
}

static void up_c(void)
{
	memmove(a + 4500, a, SIZE - 4500);
}

static int up_sva(void)
{
	return sva_memmove(wq, a + 4500, a, SIZE - 4500, &outcome);
}

static void down_c(void)
{
	memmove(a, a + 4500, SIZE - 4500);
}

static int down_sva(void)
{
	return sva_memmove(wq, a, a + 4500, SIZE - 4500, &outcome);
}

static void near_c(void)
{
	memmove(a + 9, a, SIZE - 9);
}

static int near_sva(void)
{
	return sva_memmove(wq, a + 9, a, SIZE - 9, &outcome);
}

static void set_c(void)
{
	memset(b, 0x5a, SIZE - 1);
}

static int set_sva(void)
{
	return sva_memset(wq, b, 0x15a, SIZE - 1, &outcome);
}

static void fill_c(void)
{
	for (size_t i = 0; i < SIZE - 5; i++)
		b[i] = (unsigned char)(0x0123456789abcdef >> i % 8 * 8);
}

static int fill_sva(void)
{
	return sva_fill(wq, b, 0x0123456789abcdef, SIZE - 5, &outcome);
}

static void fill16_c(void)
{
	for (size_t i = 0; i < SIZE - 5; i++)
		b[i] = (unsigned char)(i % 16);
}

static int fill16_sva(void)
{
	return sva_fill16(wq, b, 0x0706050403020100, 0x0f0e0d0c0b0a0908, SIZE - 5, &outcome);
}

static void compare_prep(void)
{
	memcpy(b, a, SIZE);
	b[SIZE - 5]++;
	a[SIZE - 2]++; /* a later one does not count */
}

static void compare_c(void)
{
	result = SIZE - 5;
}

static int compare_sva(void)
{
	int order, err = sva_memcmp(wq, a, b, SIZE, &order, &outcome);

	result = !err && (order < 0) == (a[SIZE - 5] < b[SIZE - 5]) && order ? outcome.offset : 0;
	return err;
}

static void equal_prep(void)
{
	memcpy(b, a, SIZE);
}

static void equal_c(void)
{
	result = 0;
}

static int equal_sva(void)
{
	int order = 1, err = sva_memcmp(wq, a, b, SIZE, &order, &outcome);

	result = (uint64_t)order;
	return err;
}

static void pattern_prep(void)
{
	for (uint32_t i = 0; i < SIZE; i++)
		a[i] = (unsigned char)(i % 8);
	a[SIZE - 7]++;
}

static void pattern_c(void)
{
	result = SIZE - 7;
}

static int pattern_sva(void)
{
	bool equal;
	int err = sva_compare_pattern(wq, a, 0x0706050403020100, SIZE - 3, &equal, &outcome);

	result = !err && !equal ? outcome.offset : 0;
	return err;
}

static void crc_c(void)
{
	result = crc32c(a, SIZE - 1, 0x1234);
}

static int crc_sva(void)
{
	uint32_t crc = 0x1234;
	int err = sva_crc32c(wq, a, SIZE - 1, &crc, &outcome);

	result = crc;
	return err;
}

static void copy_crc_c(void)
{
	memcpy(b, a, SIZE - 1);
	result = crc32c(a, SIZE - 1, 0x1234);
}

static int copy_crc_sva(void)
{
	uint32_t crc = 0x1234;
	int err = sva_copy_crc32c(wq, b, a, SIZE - 1, &crc, &outcome);

	result = crc;
	return err;
}

static void cast_c(void)
{
	memcpy(b, a, SIZE - 1);
	memcpy(c, a, SIZE - 1);
}

static int cast_sva(void)
{
	return sva_dualcast(wq, b, c, a, SIZE - 1, &outcome);
}

static void cast2_c(void)
{
	memcpy(b, a, SIZE - 1);
	memcpy(c + 3, a, SIZE - 1);
}

static int cast2_sva(void)
{
	return sva_dualcast(wq, b, c + 3, a, SIZE - 1, &outcome);
}

static void create_prep(void)
{
	memcpy(b, a, SIZE);
	for (uint32_t i = 24; i < SIZE; i += 640)
		b[i]++;
}

static void create_c(void)
{
	unsigned char *to = c;

	for (uint32_t i = 0; i < SIZE; i += 8) {
		uint16_t word = (uint16_t)(i / 8);

		if (!memcmp(a + i, b + i, 8))
			continue;
		memcpy(to, &word, 2);
		memcpy(to + 2, b + i, 8);
		to += 10;
	}
	result = (uint64_t)(to - c);
}

static int create_sva(void)
{
	size_t size = 0;
	int err = sva_create_delta(wq, a, b, SIZE, c, 800, &size, &outcome);

	result = size;
	return err;
}

static void apply_prep(void)
{
	for (uint16_t i = 0; i < 2000; i++) { /* long, for faults in it */
		memcpy(c + i * 10, &i, 2);
		memcpy(c + i * 10 + 2, a + i, 8);
	}
}

static void apply_c(void)
{
	for (uint16_t i = 0; i < 2000; i++)
		memcpy(b + i * 8, a + i, 8);
}

static int apply_sva(void)
{
	return sva_apply_delta(wq, b, SIZE, c, 20000, &outcome);
}

static void insert_c(void)
{
	protect(b, a);
}

static int insert_sva(void)
{
	return sva_dif_insert(wq, b, a, BLOCKS * 512, &old_tags, &outcome);
}

static void protected_prep(void)
{
	protect(b, a);
	memcpy(a, b, SIZE);
	memset(b, 0, SIZE);
}

static void check_c(void)
{
	result = 0;
}

static int check_sva(void)
{
	return sva_dif_check(wq, a, SIZE, &old_tags, &outcome);
}

static void bad_prep(void)
{
	protected_prep();
	a[520 * (BLOCKS - 2) + 100]++;
}

static void bad_c(void)
{
	result = 520 * (BLOCKS - 2);
}

static int bad_sva(void)
{
	int err = sva_dif_check(wq, a, SIZE, &old_tags, &outcome);

	result = outcome.offset;
	return err == -EBADMSG ? 0 : err ? err : -EPROTO;
}

static void strip_c(void)
{
	for (uint32_t i = 0; i < BLOCKS; i++)
		memcpy(b + i * 512, a + i * 520, 512);
}

static int strip_sva(void)
{
	return sva_dif_strip(wq, b, a, SIZE, &old_tags, &outcome);
}

static void update_c(void)
{
	for (uint32_t i = 0; i < BLOCKS; i++) {
		memcpy(b + i * 520, a + i * 520, 512);
		tuple(b + i * 520 + 512, a + i * 520, (uint16_t)(9 + i), 5);
	}
}

static int update_sva(void)
{
	return sva_dif_update(wq, b, a, SIZE, &new_tags, &outcome);
}

static void dix_c(void)
{
	for (uint32_t i = 0; i < BLOCKS; i++)
		tuple(b + i * 8, a + i * 512, 7, 100 + i);
}

static int dix_sva(void)
{
	return sva_dix_generate(wq, b, a, BLOCKS * 512, &old_tags, &outcome);
}

static int flush_sva(void)
{
	return sva_cache_flush(wq, b, SIZE, &outcome);
}

#define VECTOR 9

/* Buffers of many lengths, one empty, that together are @size bytes. */
static void scatter(struct iovec *iov, unsigned char *at, size_t size, size_t step)
{
	for (size_t i = 0; i < VECTOR; i++) {
		size_t bytes = i == 3 ? 0 : i == VECTOR - 1 || step * i > size ? size : step * i;

		iov[i] = (struct iovec){ at, bytes };
		at += bytes;
		size -= bytes;
	}
}

static int iov_sva(void)
{
	struct iovec from[VECTOR], to[VECTOR];

	scatter(from, a, SIZE - 3, 700);
	scatter(to, b, SIZE - 3, 433);
	return sva_memcpy_iov(wq, to, VECTOR, from, VECTOR, &outcome);
}

static int crc_iov_sva(void)
{
	struct iovec from[VECTOR];
	uint32_t crc = 0x1234;
	int err;

	scatter(from, a, SIZE - 1, 700);
	err = sva_crc32c_iov(wq, from, VECTOR, &crc, &outcome);
	result = crc;
	return err;
}

static void nothing(void)
{
}

static const struct {
	const char *name;
	void (*prepare)(void);
	void (*plain)(void);
	int (*call)(void);
	bool prefix; /* the first outcome.bytes bytes of b are done */
} calls[] = {
	{ "memcpy", nothing, copy_c, copy_sva, true },
	{ "memmove to a higher address", nothing, up_c, up_sva, false },
	{ "memmove to a lower address", nothing, down_c, down_sva, false },
	{ "memmove by a few bytes", nothing, near_c, near_sva, false },
	{ "memset", nothing, set_c, set_sva, true },
	{ "fill", nothing, fill_c, fill_sva, true },
	{ "fill16", nothing, fill16_c, fill16_sva, true },
	{ "memcmp", compare_prep, compare_c, compare_sva, false },
	{ "memcmp, equal", equal_prep, equal_c, equal_sva, false },
	{ "compare pattern", pattern_prep, pattern_c, pattern_sva, false },
	{ "CRC", nothing, crc_c, crc_sva, false },
	{ "copy with CRC", nothing, copy_crc_c, copy_crc_sva, true },
	{ "dualcast", nothing, cast_c, cast_sva, true },
	{ "dualcast, unaligned", nothing, cast2_c, cast2_sva, true },
	{ "create delta", create_prep, create_c, create_sva, false },
	{ "apply delta", apply_prep, apply_c, apply_sva, false },
	{ "DIF insert", nothing, insert_c, insert_sva, false },
	{ "DIF check", protected_prep, check_c, check_sva, false },
	{ "DIF check, bad", bad_prep, bad_c, bad_sva, false },
	{ "DIF strip", protected_prep, strip_c, strip_sva, false },
	{ "DIF update", protected_prep, update_c, update_sva, false },
	{ "DIX generate", nothing, dix_c, dix_sva, false },
	{ "cache flush", nothing, nothing, flush_sva, false },
	{ "memcpy_iov", nothing, copy_c, iov_sva, true },
	{ "crc32c_iov", nothing, crc_c, crc_iov_sva, false },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

static uint64_t expected_result;

static void place(unsigned int layout)
{
	static const uint16_t offsets[][2] = { { 0, 0 }, { 8, 0x7f8 }, { 0xfb8, 16 } };

	a = arena + offsets[layout][0];
	b = arena + ZONE + offsets[layout][1];
	c = arena + 2 * ZONE + offsets[layout][1];
}

static void prepare(size_t i, unsigned int layout)
{
	place(layout);
	for (size_t j = 0; j < sizeof(before); j++)
		arena[j] = (unsigned char)(j * 131 >> 3);
	calls[i].prepare();
	memcpy(before, arena, sizeof(before));
	result = 0;
	calls[i].plain();
	expected_result = result;
	memcpy(expected, arena, sizeof(expected));
}

static void set_policy(enum sva_fault_policy fault, uint64_t threshold)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .fault = fault,
				     .threshold = threshold };

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
}

static int run(size_t i)
{
	outcome = (struct sva_outcome){ .size = sizeof(outcome) };
	result = 0;
	return calls[i].call();
}

/* Memory, result, and an outcome that adds up. */
static void check(size_t i, const char *when)
{
	char text[300];

	sva_outcome_explain(&outcome, text, sizeof(text));
	if (memcmp(arena, expected, sizeof(expected)))
		fail_msg("%s, %s: wrong bytes (%s)", calls[i].name, when, text);
	if (result != expected_result)
		fail_msg("%s, %s: result %#llx instead of %#llx (%s)", calls[i].name, when,
			 (unsigned long long)result, (unsigned long long)expected_result, text);
	if (!outcome.why && outcome.device_bytes < outcome.bytes && !outcome.offset)
		fail_msg("%s, %s: who did it? (%s)", calls[i].name, when, text);
	sum.why |= outcome.why;
	sum.faults += outcome.faults;
	sum.resumed += outcome.resumed;
	sum.parts += outcome.parts;
	sum.device_bytes += outcome.device_bytes;
}

/* What was done is right, and what is not done is as it was or as it will be. */
static void check_prefix(size_t i)
{
	for (size_t j = 0; j < sizeof(before); j++)
		if (arena[j] != expected[j] && arena[j] != before[j])
			fail_msg("%s: byte %zu is neither old nor new", calls[i].name, j);
	if (calls[i].prefix && memcmp(b, expected + (b - arena), outcome.bytes))
		fail_msg("%s: not %llu bytes are done", calls[i].name,
			 (unsigned long long)outcome.bytes);
}

static void miss_page(size_t i, unsigned int page, enum sva_fault_policy policy)
{
	static const char *names[] = { "touch", "populate", "CPU", "report" };
	char when[60];
	int err;

	memcpy(arena, before, sizeof(before));
	assert_int_equal(madvise(arena + page * PAGE, PAGE, MADV_DONTNEED), 0);
	snprintf(when, sizeof(when), "page %u missing, %s", page, names[policy]);
	err = run(i);
	if (err && policy != SVA_FAULT_REPORT)
		fail_msg("%s, %s: %s", calls[i].name, when, sva_strerror(err));
	if (!err) {
		check(i, when);
		return;
	}
	assert_int_equal(err, -EFAULT);
	assert_in_range(outcome.faults, 1, 8); /* those in flight */
	check_prefix(i);
}

static void every_page_and_policy(void **state)
{
	(void)state;
	for (unsigned int layout = 0; layout < 3; layout++)
		for (size_t i = 0; i < CALLS; i++) {
			prepare(i, layout);
			for (enum sva_fault_policy policy = 0; policy <= SVA_FAULT_REPORT;
			     policy++) {
				set_policy(policy, 1);
				for (unsigned int page = 0; page < ZONES * PAGES; page++)
					miss_page(i, page, policy);
			}
		}
	printf("%u parts, %u page faults, %u resumed\n", sum.parts, sum.faults, sum.resumed);
	if (sva_wq_path(wq) != SVA_PATH_CPU) {
		assert_true(sum.faults > 100 && sum.resumed > 50);
		assert_true(sum.why & SVA_WHY_FAULT && sum.why & SVA_WHY_EDGE);
	}
}

static void unmapped(void **state)
{
	(void)state;
	for (enum sva_fault_policy policy = 0; policy <= SVA_FAULT_REPORT; policy++) {
		void *hole = mmap(NULL, ZONE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		bool may_crash = policy != SVA_FAULT_REPORT && sva_wq_path(wq) == SVA_PATH_CPU;

		assert_ptr_not_equal(hole, MAP_FAILED);
		set_policy(policy, 1);
		prepare(0, 0);
		memcpy(arena, before, sizeof(before));
		outcome = (struct sva_outcome){ .size = sizeof(outcome) };
		if (!may_crash)
			assert_int_equal(sva_memcpy(wq, hole, a, SIZE, &outcome), -EFAULT);
		munmap(hole, ZONE);
		if (!may_crash)
			assert_int_equal(sva_memcpy(wq, b, hole, SIZE, &outcome), -EFAULT);
		assert_memory_equal(arena, before, sizeof(before));
	}
}

static void many_rounds(void **state)
{
	(void)state;
	set_policy(SVA_FAULT_TOUCH, 1);
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < CALLS; i++) {
			prepare(i, round % 3);
			memcpy(arena, before, sizeof(before));
			assert_int_equal(madvise(arena + round % (ZONES * PAGES) * PAGE, PAGE,
						 MADV_DONTNEED),
					 0);
			if (run(i))
				fail_msg("%s: %s", calls[i].name, sva_strerror(run(i)));
			check(i, "rounds");
		}
	for (uint32_t why = 1; wanted_why && why; why <<= 1)
		if (!strcmp(wanted_why, sva_why_text(why)) && !(sum.why & why))
			fail_msg("never: %s (%#x)", wanted_why, sum.why);
	printf("%u parts, %llu bytes by the device, %u page faults, why %#x\n", sum.parts,
	       (unsigned long long)sum.device_bytes, sum.faults, sum.why);
}

static int open_queue(void **state)
{
	int file = memfd_create("arena", 0);

	(void)state;
	if (file < 0 || ftruncate(file, ZONES * ZONE))
		return -1;
	arena = mmap(NULL, ZONES * ZONE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (arena == MAP_FAILED ||
	    (strcmp(queue_name, "pool") != 0 ? sva_wq_open(&wq, queue_name, NULL)
					     : sva_pool_open(&wq, NULL)))
		return -1;
	if (strcmp(queue_name, "cpu") != 0 && sva_wq_path(wq) == SVA_PATH_CPU) {
		fprintf(stderr, "%s\n", sva_wq_why(wq));
		return -1;
	}
	return 0;
}

static int close_queue(void **state)
{
	(void)state;
	return sva_wq_close(wq);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest faults[] = { cmocka_unit_test(every_page_and_policy),
					     cmocka_unit_test(unmapped) };
	const struct CMUnitTest rounds[] = { cmocka_unit_test(many_rounds) };

	if (argc < 3 || argc > 4)
		return 2;
	queue_name = argv[1];
	wanted_why = argv[3];
	if (!strcmp(argv[2], "rounds"))
		return cmocka_run_group_tests(rounds, open_queue, close_queue);
	return cmocka_run_group_tests(faults, open_queue, close_queue);
}
