/* SPDX-License-Identifier: MIT */
/*
 * resume QUEUE - every operation with a page missing, at every page of every operand, goes on by
 * sva_op_resume() until it is done; then memory and record are as without the fault.
 */
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

#define PAGE 4096u
#define PAGES                                                                               \
	5u /* of an operand: it begins in the first, and ends in the last or the one before \
	    */
#define ZONE  (PAGES * PAGE)
#define ZONES 3u
#define SIZE  (3u * 4160u) /* a multiple of 8 and of 520 */

static struct sva_wq *wq;
static const char *queue_name;
static unsigned char *arena; /* of a file: a page that is dropped keeps what is in it */
static unsigned char before[ZONES * ZONE], after[ZONES * ZONE];
static unsigned char *a, *b, *c;

static void prep_memmove(struct sva_desc *desc)
{
	sva_prep_memmove(desc, b, a, SIZE, 0);
}

static void prep_backward(struct sva_desc *desc)
{
	sva_prep_memmove(desc, a + 1000, a, SIZE - 1000, 0);
}

static void prep_fill(struct sva_desc *desc)
{
	sva_prep_fill(desc, b, 0x0123456789abcdef, SIZE - 3, 0);
}

static void prep_compare(struct sva_desc *desc)
{
	memcpy(b, a, SIZE);
	b[SIZE - 5]++;
	sva_prep_compare(desc, a, b, SIZE, 0);
}

static void prep_pattern(struct sva_desc *desc)
{
	for (uint32_t i = 0; i < SIZE; i++)
		a[i] = (unsigned char)(i % 8);
	a[SIZE - 5]++;
	sva_prep_compare_pattern(desc, a, 0x0706050403020100, SIZE, 0);
}

static void prep_create(struct sva_desc *desc)
{
	memcpy(b, a, SIZE);
	for (uint32_t i = 24; i < SIZE; i += 640)
		b[i]++;
	sva_prep_create_delta(desc, a, b, SIZE, c, 800, 0);
}

static void prep_apply(struct sva_desc *desc)
{
	for (uint16_t i = 0; i < SIZE / 8; i++) { /* as long as the data, for faults in it */
		memcpy(c + i * 10, &i, 2);
		memcpy(c + i * 10 + 2, a + i, 8);
	}
	sva_prep_apply_delta(desc, b, SIZE, c, SIZE / 8 * 10, 0);
}

static void prep_dualcast(struct sva_desc *desc)
{
	sva_prep_dualcast(desc, b, b + ZONE, a, SIZE, 0);
}

static void prep_crc(struct sva_desc *desc)
{
	sva_prep_crc(desc, a, SIZE, 0x1234, 0);
}

static void prep_copy_crc(struct sva_desc *desc)
{
	sva_prep_copy_crc(desc, b, a, SIZE, 0x1234, 0);
}

static const struct sva_dif_tags tags = { .ref_tag = 100, .app_tag = 7 };

static void prep_insert(struct sva_desc *desc)
{
	sva_prep_dif_insert(desc, b, a, SIZE / 520 * 512, SVA_DIF_BLOCK_512, 0, tags, 0);
}

/* Protected data at a, made by the queue. */
static void protect(void)
{
	static struct sva_op op;

	memcpy(b, a, SIZE);
	sva_prep_dif_insert(&op.desc, a, b, SIZE / 520 * 512, SVA_DIF_BLOCK_512, 0, tags, 0);
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
}

static void prep_check(struct sva_desc *desc)
{
	protect();
	sva_prep_dif_check(desc, a, SIZE, SVA_DIF_BLOCK_512, 0, tags, 0);
}

static void prep_strip(struct sva_desc *desc)
{
	protect();
	sva_prep_dif_strip(desc, b, a, SIZE, SVA_DIF_BLOCK_512, 0, tags, 0);
}

static void prep_update(struct sva_desc *desc)
{
	const struct sva_dif_tags others = { .ref_tag = 5, .app_tag = 9 };

	protect();
	sva_prep_dif_update(desc, b, a, SIZE, SVA_DIF_BLOCK_512, 0, tags, 0, others, 0);
}

static void prep_flush(struct sva_desc *desc)
{
	sva_prep_cache_flush(desc, b, SIZE, 0);
}

static const struct {
	const char *name;
	void (*prep)(struct sva_desc *desc);
} operations[] = {
	{ "memmove", prep_memmove },
	{ "memmove from the end", prep_backward },
	{ "fill", prep_fill },
	{ "compare", prep_compare },
	{ "compare pattern", prep_pattern },
	{ "create delta", prep_create },
	{ "apply delta", prep_apply },
	{ "dualcast", prep_dualcast },
	{ "CRC", prep_crc },
	{ "copy with CRC", prep_copy_crc },
	{ "DIF insert", prep_insert },
	{ "DIF check", prep_check },
	{ "DIF strip", prep_strip },
	{ "DIF update", prep_update },
	{ "cache flush", prep_flush },
};

static void touch(const struct sva_result *r)
{
	unsigned char *at = (unsigned char *)(uintptr_t)r->fault_addr;
	unsigned char byte = *(volatile unsigned char *)at;

	if (r->write_fault)
		__atomic_compare_exchange_n(at, &byte, byte, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* Returns how often the device missed a page. */
static unsigned int run(struct sva_op *op)
{
	struct sva_result r = { .size = sizeof(r) };
	unsigned int faults = 0;
	int err;

	do {
		assert_int_equal(sva_submit(wq, op), 0);
		assert_true(sva_wait(op, -1, SVA_WAIT_AUTO) > 0);
		sva_decode(&op->desc, &op->record, &r);
		if (r.partial) {
			assert_int_equal(r.code, SVA_STATUS_PAGE_FAULT);
			touch(&r);
			assert_in_range(++faults, 1, ZONES * PAGES);
		}
		err = sva_op_resume(op);
	} while (err == 1);
	assert_int_equal(err, 0);
	return faults;
}

/* Everything is there: in memory, and for the device. */
static void provide(const unsigned char *content)
{
	for (size_t i = 0; i < ZONES * ZONE; i++)
		arena[i] = content[i];
}

static void place(unsigned int layout)
{
	static const uint16_t offsets[][2] = { { 0, 0 }, { 8, 0x7f8 }, { 0xff8, 16 } };

	a = arena + offsets[layout][0];
	b = arena + ZONE + offsets[layout][1];
	c = arena + 2 * ZONE + offsets[layout][1];
}

static unsigned int every_page(const char *name, const struct sva_desc *desc,
			       const struct sva_record *want)
{
	static struct sva_op op;
	unsigned int faults = 0;

	for (unsigned int page = 0; page < ZONES * PAGES; page++) {
		provide(before);
		assert_int_equal(madvise(arena + page * PAGE, PAGE, MADV_DONTNEED), 0);
		op.desc = *desc;
		faults += run(&op);
		if (memcmp(arena, after, sizeof(after)) || memcmp(&op.record, want, sizeof(*want)))
			fail_msg("%s, page %u: not the same as without a fault", name, page);
	}
	return faults;
}

static void resumed_is_as_if_uninterrupted(void **state)
{
	static struct sva_op whole;
	struct sva_desc desc;

	(void)state;
	for (unsigned int layout = 0; layout < 3; layout++)
		for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
			place(layout);
			for (size_t j = 0; j < sizeof(before); j++)
				arena[j] = (unsigned char)(j * 131 >> 3);
			operations[i].prep(&desc);
			memcpy(before, arena, sizeof(before));
			whole.desc = desc;
			assert_int_equal(run(&whole), 0);
			memcpy(after, arena, sizeof(after));
			assert_in_range(every_page(operations[i].name, &desc, &whole.record), 3,
					ZONES * PAGES);
		}
}

static int open_queue(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	int file = memfd_create("arena", 0);

	(void)state;
	if (file < 0 || ftruncate(file, ZONES * ZONE))
		return -1;
	arena = mmap(NULL, ZONES * ZONE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	return arena == MAP_FAILED ? -1 : sva_wq_open(&wq, queue_name, &opts);
}

static int close_queue(void **state)
{
	(void)state;
	return sva_wq_close(wq);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(resumed_is_as_if_uninterrupted) };

	if (argc != 2)
		return 2;
	queue_name = argv[1];
	return cmocka_run_group_tests(tests, open_queue, close_queue);
}
