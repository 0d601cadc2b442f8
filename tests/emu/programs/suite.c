/* SPDX-License-Identifier: MIT */
/*
 * libsva on one queue: suite QUEUE portal|write|no-portal. Every check is one of what a user of the
 * library sees; which path it took is the first. no-portal: write(2) though the kernel allows more.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#include "../own_page.h"

#define PAGE    4096u
#define PAGES   4u
#define SIZE    (PAGES * PAGE)
#define TIMEOUT (20 * 1000000000ll)

static const char *queue_name;
static enum sva_path expected_path;
static uint32_t open_flags = SVA_OPEN_NO_CPU;

static struct sva_wq *wq;
static unsigned char *src, *dst, *dst2; /* SIZE each, page by page */

static struct sva_wq *open_queue(void)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = open_flags };
	struct sva_wq *opened;

	assert_int_equal(sva_wq_open(&opened, queue_name, &opts), 0);
	assert_int_equal(sva_wq_path(opened), expected_path);
	return opened;
}

static unsigned char *pages(void)
{
	void *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	madvise(at, SIZE, MADV_NOHUGEPAGE);
	return at;
}

static void fill_random(unsigned char *at, size_t size)
{
	static uint32_t x = 1;

	while (size-- > 0) {
		x = x * 1664525 + 1013904223;
		*at++ = (unsigned char)(x >> 24);
	}
}

static int setup(void **state)
{
	(void)state;
	if (!src) {
		src = pages();
		dst = pages();
		dst2 = pages();
	}
	fill_random(src, SIZE);
	memset(dst, 0, SIZE);
	memset(dst2, 0, SIZE);
	wq = open_queue();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return sva_wq_close(wq);
}

static void submit(struct sva_op *op)
{
	int err;

	do
		err = sva_submit(wq, op);
	while (err == -EAGAIN);
	assert_int_equal(err, 0);
}

static int run(struct sva_op *op)
{
	submit(op);
	return sva_wait(op, TIMEOUT, SVA_WAIT_AUTO);
}

/* The same, as plain C has it. */
static uint32_t crc32c(const unsigned char *data, size_t size)
{
	uint32_t crc = UINT32_MAX;

	while (size-- > 0) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

/*
 * Operations.
 */

static void test_moves(void **state)
{
	static struct sva_op op;
	size_t sizes[] = { 1, 63, 64, 4095, 4097, SIZE };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		memset(dst, 0, SIZE);
		sva_prep_memmove(&op.desc, dst, src, sizes[i], 0);
		assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
		assert_memory_equal(dst, src, sizes[i]);
		assert_true(sizes[i] == SIZE || dst[sizes[i]] == 0);
	}
	sva_prep_dualcast(&op.desc, dst, dst2, src, SIZE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst2, src, SIZE);
	sva_prep_fill(&op.desc, dst, 0x0807060504030201, SIZE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(dst[i], i % 8 + 1);
}

static void test_compares(void **state)
{
	static struct sva_op op;

	(void)state;
	memcpy(dst, src, SIZE);
	sva_prep_compare(&op.desc, src, dst, SIZE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.result, 0);
	dst[5000] ^= 1;
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.result, 1);
	assert_int_equal(op.record.bytes_completed, 5000);
	sva_desc_set_expected(&op.desc, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS_PREDICATE);
}

static void test_checksums(void **state)
{
	static struct sva_op op;

	(void)state;
	sva_prep_crc(&op.desc, src, SIZE, 0, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.crc, crc32c(src, SIZE));
	sva_prep_copy_crc(&op.desc, dst, src, SIZE, 0, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.crc, crc32c(src, SIZE));
	assert_memory_equal(dst, src, SIZE);
}

static void test_delta(void **state)
{
	static unsigned char record[800] __attribute__((aligned(8)));
	static struct sva_op op;

	(void)state;
	memcpy(dst, src, SIZE);
	memcpy(dst2, src, SIZE);
	dst[8] ^= 1;
	dst[SIZE - 1] ^= 1;
	sva_prep_create_delta(&op.desc, src, dst, SIZE, record, sizeof(record), 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.result, 1);
	assert_int_equal(op.record.delta_size, 20);
	sva_prep_apply_delta(&op.desc, dst2, SIZE, record, 20, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst2, dst, SIZE);
}

static void test_refusals(void **state)
{
	static struct sva_op op;

	(void)state;
	sva__desc_init(&op.desc, 0x3f, 0, 0, 0, 0);
	assert_int_equal(run(&op), SVA_STATUS_BAD_OPCODE);
	sva_prep_noop(&op.desc, SVA_FLAG_BOF);
	assert_int_equal(run(&op), SVA_STATUS_BAD_FLAGS);
	sva_prep_memmove(&op.desc, dst, src, 1u << 30, 0);
	assert_int_equal(run(&op), SVA_STATUS_BAD_SIZE);
}

/*
 * Page faults. A page that is not there: at each page of each operand, resumed until all is done.
 */

static void touch(const struct sva_result *r)
{
	unsigned char *at = (unsigned char *)(uintptr_t)r->fault_addr;
	unsigned char byte = *(volatile unsigned char *)at;

	if (r->write_fault)
		__atomic_compare_exchange_n(at, &byte, byte, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* A page that is thrown away reads as zeroes: so does the source, where that is known. */
static void drop(unsigned char *operand, unsigned int page)
{
	assert_int_equal(madvise(operand + page * PAGE, PAGE, MADV_DONTNEED), 0);
}

static void expect_fault(struct sva_op *op, const unsigned char *operand, unsigned int page,
			 struct sva_result *r)
{
	assert_int_equal(run(op) & 0x7f, SVA_STATUS_PAGE_FAULT);
	assert_int_not_equal(sva_decode(&op->desc, &op->record, r), 0);
	assert_int_equal(r->write_fault, operand != src);
	assert_int_equal(r->fault_addr & ~(uint64_t)(PAGE - 1), (uintptr_t)operand + page * PAGE);
	assert_int_equal(r->bytes_completed, page * PAGE);
	touch(r);
}

static void test_fault_memmove(void **state)
{
	static struct sva_op op;
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	for (unsigned int operand = 0; operand < 2; operand++)
		for (unsigned int page = 0; page < PAGES; page++) {
			fill_random(src, SIZE);
			fill_random(dst, SIZE);
			drop(operand ? dst : src, page);
			sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
			expect_fault(&op, operand ? dst : src, page, &r);
			sva_prep_memmove(&op.desc, dst + page * PAGE, src + page * PAGE,
					 SIZE - page * PAGE, 0);
			assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
			assert_memory_equal(dst, src, SIZE);
		}
}

static void test_fault_fill(void **state)
{
	static struct sva_op op;
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	for (unsigned int page = 0; page < PAGES; page++) {
		fill_random(dst, SIZE);
		drop(dst, page);
		sva_prep_fill(&op.desc, dst, 0x1111111111111111, SIZE, 0);
		expect_fault(&op, dst, page, &r);
		sva_prep_fill(&op.desc, dst + page * PAGE, 0x1111111111111111, SIZE - page * PAGE,
			      0);
		assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
		assert_int_equal(dst[0], 0x11);
		assert_memory_equal(dst, dst + 1, SIZE - 1);
	}
}

static void test_fault_crc(void **state)
{
	static struct sva_op op;
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	for (unsigned int page = 0; page < PAGES; page++) {
		fill_random(src, SIZE);
		drop(src, page);
		sva_prep_crc(&op.desc, src, SIZE, 0, 0);
		expect_fault(&op, src, page, &r);
		sva_prep_crc(&op.desc, src + page * PAGE, SIZE - page * PAGE, page ? r.crc : 0, 0);
		assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.crc, crc32c(src, SIZE));
	}
}

/* From the end: what is done is the last part. */
static void test_fault_backward(void **state)
{
	unsigned char *copy = malloc(SIZE);
	static struct sva_op op;
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	memcpy(copy, src, SIZE);
	drop(src, 1); /* of both operands */
	memset(copy + PAGE, 0, PAGE);
	sva_prep_memmove(&op.desc, src + 64, src, SIZE - 64, 0);
	assert_int_equal(run(&op) & 0x7f, SVA_STATUS_PAGE_FAULT);
	assert_int_not_equal(sva_decode(&op.desc, &op.record, &r), 0);
	assert_true(r.backward);
	while (r.code == SVA_STATUS_PAGE_FAULT) {
		touch(&r);
		sva_prep_memmove(&op.desc, src + 64, src, op.desc.xfer_size - r.bytes_completed, 0);
		run(&op);
		sva_decode(&op.desc, &op.record, &r);
	}
	assert_int_equal(r.code, SVA_STATUS_SUCCESS);
	assert_memory_equal(src + 64, copy, SIZE - 64);
	free(copy);
}

/* A device without page requests has no block on fault. */
static bool blocks_on_fault(void)
{
	return sva_wq_info(wq)->block_on_fault;
}

static void test_block_on_fault(void **state)
{
	static struct sva_op op;

	(void)state;
	if (!blocks_on_fault()) {
		sva_prep_memmove(&op.desc, dst, src, SIZE, SVA_FLAG_BOF);
		assert_int_equal(run(&op), SVA_STATUS_BAD_FLAGS);
		return;
	}
	for (unsigned int page = 0; page < PAGES; page++) {
		drop(src, page);
		drop(dst, PAGES - 1 - page);
		sva_prep_memmove(&op.desc, dst, src, SIZE, SVA_FLAG_BOF);
		assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
		assert_memory_equal(dst, src, SIZE);
	}
}

/* Read-only memory cannot be written, whatever one asks for. */
static void test_read_only(void **state)
{
	static struct sva_op op;
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	assert_int_equal(mprotect(dst + PAGE, PAGE, PROT_READ), 0);
	sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
	assert_int_equal(run(&op), SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	if (blocks_on_fault()) {
		sva_prep_memmove(&op.desc, dst, src, SIZE, SVA_FLAG_BOF);
		assert_int_equal(run(&op), SVA_STATUS_PAGE_RESPONSE | SVA_STATUS_WRITE);
	}
	sva_decode(&op.desc, &op.record, &r);
	assert_int_equal(r.bytes_completed, PAGE);
	assert_int_equal(r.fault_addr, (uintptr_t)dst + PAGE);
	assert_memory_equal(dst, src, PAGE);
	assert_int_equal(mprotect(dst + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
}

/*
 * Any memory of the process, and what becomes of it.
 */

#define HUGE_PAGE (2u << 20)

static void copy_to_and_from(unsigned char *at, size_t size)
{
	static struct sva_op op;

	for (size_t i = 0; i < size; i += PAGE)
		((volatile unsigned char *)at)[i] = 1; /* there, and writable */
	((volatile unsigned char *)at)[size - 1] = 1;
	sva_prep_memmove(&op.desc, at, src, size, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(at, src, size);
	memset(dst, 0, size);
	sva_prep_memmove(&op.desc, dst, at, size, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, src, size);
}

static void copy_to_file(int flags)
{
	FILE *file = tmpfile();
	unsigned char *at;

	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), SIZE), 0);
	at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fileno(file), 0);
	assert_ptr_not_equal(at, MAP_FAILED);
	copy_to_and_from(at, SIZE);
	munmap(at, SIZE);
	fclose(file);
}

static void test_any_memory(void **state)
{
	static unsigned char in_bss[SIZE], in_data[SIZE] = { 1 };
	unsigned char on_stack[PAGE + 100];
	unsigned char *heap = malloc(SIZE), *huge = aligned_alloc(HUGE_PAGE, HUGE_PAGE);
	struct sva_op op_on_stack __attribute__((aligned(64))) = { 0 };

	(void)state;
	copy_to_and_from(on_stack, sizeof(on_stack));
	copy_to_and_from(in_bss, SIZE);
	copy_to_and_from(in_data, SIZE);
	copy_to_and_from(heap, SIZE);
	copy_to_file(MAP_SHARED);
	copy_to_file(MAP_PRIVATE);
	madvise(huge, HUGE_PAGE, MADV_HUGEPAGE);
	copy_to_and_from(huge + HUGE_PAGE - SIZE, SIZE);
	sva_prep_noop(&op_on_stack.desc, 0);
	assert_int_equal(run(&op_on_stack), SVA_STATUS_SUCCESS);
	free(huge);
	free(heap);
}

/* A page that is only read so far is the zero page: to be written, it is touched for writing. */
static void test_copy_on_write(void **state)
{
	unsigned char *page = pages();
	static struct sva_op op;

	(void)state;
	assert_int_equal(*(volatile unsigned char *)page, 0);
	sva_prep_compare_pattern(&op.desc, page, 0, PAGE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.result, 0);
	if (!is_own_page(page)) {
		sva_prep_fill(&op.desc, page, ~0ull, PAGE, 0);
		assert_int_equal(run(&op), SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	}
	*(volatile unsigned char *)page = 1;
	sva_prep_fill(&op.desc, page, ~0ull, PAGE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(page[PAGE - 1], 0xff);
	munmap(page, SIZE);
}

/* What is unmapped is out of the device's reach; what comes to its address is new. */
static void test_unmapped(void **state)
{
	unsigned char *page = pages(), *again;
	static struct sva_op op;

	(void)state;
	memset(page, 1, PAGE);
	sva_prep_fill(&op.desc, page, ~0ull, PAGE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	munmap(page, SIZE);
	assert_int_equal(run(&op), SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	again = mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
	assert_ptr_equal(again, page);
	again[0] = 2;
	sva_prep_memmove(&op.desc, dst, again, PAGE, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(dst[0], 2);
	assert_int_equal(dst[PAGE - 1], 0);
	munmap(again, PAGE);
}

/*
 * Batches, drains, many at once.
 */

static void test_batch(void **state)
{
	static struct sva_desc descs[8];
	static struct sva_record comps[8];
	static struct sva_op op;
	struct sva_batch batch;

	(void)state;
	assert_int_equal(sva_batch_init(&batch, descs, comps, 8, 0), 0);
	for (unsigned int i = 0; i < 8; i++)
		sva_prep_memmove(sva_batch_add(&batch), dst + i * 64, src + i * 64, 64,
				 i == 6 ? SVA_FLAG_FENCE : 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, TIMEOUT, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, src, 512);
	descs[2].xfer_size = 0x40000000; /* the third fails: what is behind the fence is not done */
	memset(dst, 0, SIZE);
	for (unsigned int i = 0; i < 8; i++)
		comps[i].status = 0;
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, TIMEOUT, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(sva_record_status(&comps[2]), SVA_STATUS_BAD_SIZE);
	assert_int_equal(sva_record_status(&comps[5]), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_record_status(&comps[6]), SVA_STATUS_NONE);
	assert_int_equal(dst[6 * 64] | dst[7 * 64], 0);
}

static void test_drain(void **state)
{
	static struct sva_op moves[8], drain;

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		sva_prep_memmove(&moves[i].desc, dst, src, SIZE, 0);
		submit(&moves[i]);
	}
	sva_prep_drain(&drain.desc, 0);
	assert_int_equal(run(&drain), SVA_STATUS_SUCCESS);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(sva_poll(&moves[i]), SVA_STATUS_SUCCESS);
}

/* More than the queue holds: -EAGAIN, and nothing is lost. */
static void test_full_queue(void **state)
{
	enum { COUNT = 512 };
	static struct sva_op ops[COUNT];
	unsigned int reaped = 0;
	int err;

	(void)state;
	for (unsigned int i = 0; i < COUNT; i++) {
		sva_prep_memmove(&ops[i].desc, dst + i * 16, src + i * 16, 16, 0);
		while ((err = sva_try_submit(wq, &ops[i])) == -EAGAIN) {
			assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_NOT_SUBMITTED);
			/* Reaped operations are what makes room in a dedicated queue. */
			while (reaped < i && sva_poll(&ops[reaped]) > 0)
				reaped++;
		}
		assert_int_equal(err, 0);
	}
	for (unsigned int i = 0; i < COUNT; i++)
		assert_int_equal(sva_wait(&ops[i], TIMEOUT, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, src, COUNT * 16);
}

/* Copies of its own memory, each byte checked; NULL when all were right. */
static void *copy_many(void *unused)
{
	unsigned char *from = malloc(PAGE), *to = malloc(PAGE);
	struct sva_op *op = aligned_alloc(64, sizeof(*op));
	unsigned int wrong = 0;
	int err;

	(void)unused;
	memset(op, 0, sizeof(*op));
	for (unsigned int i = 0; i < 200; i++) {
		memset(from, (int)i, PAGE);
		memset(to, (int)~i, PAGE);
		sva_prep_memmove(&op->desc, to, from, PAGE, 0);
		while ((err = sva_submit(wq, op)) == -EAGAIN)
			;
		wrong += err || sva_wait(op, TIMEOUT, SVA_WAIT_AUTO) != SVA_STATUS_SUCCESS ||
			 memcmp(from, to, PAGE);
	}
	free(op);
	free(from);
	free(to);
	return (void *)(uintptr_t)wrong;
}

static uintptr_t copy_in_threads(void)
{
	pthread_t thread[8];
	uintptr_t wrong = 0;
	void *result;

	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, copy_many, NULL), 0);
	for (unsigned int i = 0; i < 8; i++) {
		pthread_join(thread[i], &result);
		wrong += (uintptr_t)result;
	}
	return wrong;
}

static bool is_shared(void)
{
	return sva_wq_info(wq)->mode == SVA_WQ_MODE_SHARED;
}

/* Threads and, where the queue is shared, two processes at once; the child reopens its handle. */
static void test_threads_and_processes(void **state)
{
	pid_t child = -1;
	int status;

	(void)state;
	if (is_shared())
		child = fork();
	if (child == 0)
		_exit(sva_wq_reopen(wq) ? 1 : copy_in_threads() ? 2 : 0);
	assert_int_equal(copy_in_threads(), 0);
	if (child > 0) {
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

/* With operations in flight: each has its end then. What is closed gives errors, and no more. */
static void test_close(void **state)
{
	static struct sva_op ops[8];

	(void)state;
	memset(dst, 0, SIZE); /* a child has had these pages, too */
	for (unsigned int i = 0; i < 8; i++) {
		sva_prep_memmove(&ops[i].desc, dst, src, SIZE, 0);
		submit(&ops[i]);
	}
	assert_int_equal(sva_wq_close(wq), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(sva_record_status(&ops[i].record), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_wq_close(wq), -EBADF);
	assert_int_equal(sva_submit(wq, &ops[0]), -EBADF);
	wq = open_queue();
}

/*
 * fork(), and what does not outlive it.
 */

static int in_child(int (*body)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(body());
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static int submit_as_child(void)
{
	static struct sva_op op;

	sva_prep_noop(&op.desc, 0);
	return sva_submit(wq, &op) == -ESTALE ? 0 : 1;
}

static void test_forked_handle(void **state)
{
	static struct sva_op op;

	(void)state;
	assert_int_equal(in_child(submit_as_child), 0);
	sva_prep_noop(&op.desc, 0);
	assert_int_equal(run(&op), SVA_STATUS_SUCCESS);
}

/* ENQCMD itself, in a process without a PASID: SIGSEGV, if there is ENQCMD (sva-emu says so). */
static int enqcmd_as_child(void)
{
	static struct sva_desc desc __attribute__((aligned(64)));
	static char anywhere[64] __attribute__((aligned(64)));

	signal(SIGSEGV, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	sva_enqcmd(anywhere, &desc);
	return 0;
}

static void test_no_pasid(void **state)
{
	bool known = (sva__cpuid_features() & SVA_CPU_ENQCMD) || getenv("LIBSVA_CPU");
	int status = in_child(enqcmd_as_child);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), known ? SIGSEGV : SIGILL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),          cmocka_unit_test(test_compares),
		cmocka_unit_test(test_checksums),      cmocka_unit_test(test_delta),
		cmocka_unit_test(test_refusals),       cmocka_unit_test(test_fault_memmove),
		cmocka_unit_test(test_fault_fill),     cmocka_unit_test(test_fault_crc),
		cmocka_unit_test(test_fault_backward), cmocka_unit_test(test_block_on_fault),
		cmocka_unit_test(test_read_only),      cmocka_unit_test(test_any_memory),
		cmocka_unit_test(test_copy_on_write),  cmocka_unit_test(test_unmapped),
		cmocka_unit_test(test_batch),          cmocka_unit_test(test_drain),
		cmocka_unit_test(test_full_queue),     cmocka_unit_test(test_threads_and_processes),
		cmocka_unit_test(test_close),          cmocka_unit_test(test_forked_handle),
		cmocka_unit_test(test_no_pasid),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s QUEUE portal|write|no-portal\n", argv[0]);
		return 2;
	}
	queue_name = argv[1];
	expected_path = strcmp(argv[2], "portal") ? SVA_PATH_WRITE : SVA_PATH_PORTAL;
	if (!strcmp(argv[2], "no-portal"))
		open_flags |= SVA_OPEN_NO_PORTAL;
	return cmocka_run_group_tests(tests, setup, teardown);
}
