/* SPDX-License-Identifier: MIT */
/*
 * The CPU path of libsva against what a program would do instead, side by side in one run:
 *
 *	compare [-s] [QUEUE [OPERATION]]	QUEUE: "cpu" if not given; else what sva_wq_open()
 *						takes. OPERATION: only those whose name begins
 *						like this. -s: by sva_submit() and sva_poll(), where
 *						there is a call
 *
 * All sides work on the same memory, in turns, and their median turns count. The ratio is the time
 * of libsva in units of the best peer's in the same turn: below 1 it is faster. Before timing, the
 * results of both are compared.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <isa-l.h>

#include <sva/sva.h>

#include "peers.h"
#include "turns.h"

#define MAX_SIZE   ((size_t)1 << 20)
#define ROOM       (2 * MAX_SIZE) /* of a buffer: tuples and delta records are larger */
#define DELTA_MAX  ((size_t)512 << 10)
#define TURN_BYTES ((size_t)1 << 20) /* of one turn, */
#define TURN_CALLS 2048              /* but not more calls than this */
#define PEERS      2
#define BYTE       0x5a
#define PATTERN    0x0123456789abcdefull

static uint8_t *dst, *dst2, *src, *other, *saved;
static uint32_t record_size; /* of the delta that is applied */

/* Blocks of DIF: with their tuples, as many bytes as @size without. */
#define BLOCKS(size)    ((size) / DIF_BLOCK)
#define PROTECTED(size) (BLOCKS(size) * (DIF_BLOCK + DIF_TUPLE))

static const struct sva_dif_tags tags; /* all begin with 0 */

static struct sva_wq *wq;
static bool by_submission;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "compare: %s: %s\n", what, why);
	exit(1);
}

/*
 * Memory before an operation.
 */

static void equal(size_t size)
{
	memcpy(other, src, size);
}

static void last_differs(size_t size)
{
	equal(size);
	other[size - 1] ^= 1;
}

static void pattern(size_t size)
{
	plain_fill(other, PATTERN, size);
}

/* Of every 1000 words so many differ, anywhere. */
static void differ(size_t size, uint32_t permille)
{
	uint32_t state = 1;

	equal(size);
	for (size_t i = 0; i < size; i += 8) {
		state = state * 1664525 + 1013904223;
		other[i] ^= (state >> 10) % 1000 < permille;
	}
}

static void differ_1(size_t size)
{
	differ(size, 10);
}

static void differ_10(size_t size)
{
	differ(size, 100);
}

static void differ_50(size_t size)
{
	differ(size, 500);
}

static void all_differ(size_t size)
{
	differ(size, 1000);
	record_size = plain_create_delta(other, src, memcpy(dst2, other, size), size);
}

static void protect(size_t size)
{
	plain_dif_insert(other, src, BLOCKS(size));
}

/*
 * libsva.
 */

static void sva_move(struct sva_desc *desc, size_t size)
{
	sva_prep_memmove(desc, dst, src, size, 0);
}

static void sva_fill_byte(struct sva_desc *desc, size_t size)
{
	sva_prep_fill(desc, dst, BYTE * 0x0101010101010101u, size, 0);
}

static void sva_fill_word(struct sva_desc *desc, size_t size)
{
	sva_prep_fill(desc, dst, PATTERN, size, 0);
}

static void sva_compare(struct sva_desc *desc, size_t size)
{
	sva_prep_compare(desc, src, other, size, 0);
}

static void sva_compare_word(struct sva_desc *desc, size_t size)
{
	sva_prep_compare_pattern(desc, other, PATTERN, size, 0);
}

static void sva_crc(struct sva_desc *desc, size_t size)
{
	sva_prep_crc(desc, src, size, 0, 0);
}

static void sva_crc_unreflected(struct sva_desc *desc, size_t size)
{
	sva_prep_crc(desc, src, size, 0, SVA_FLAG_CRC_BYPASS_REFLECT);
}

static void sva_copy_and_crc(struct sva_desc *desc, size_t size)
{
	sva_prep_copy_crc(desc, dst, src, size, 0, 0);
}

static void sva_copy_twice(struct sva_desc *desc, size_t size)
{
	sva_prep_dualcast(desc, dst, dst2, src, size, 0);
}

static void sva_make_delta(struct sva_desc *desc, size_t size)
{
	sva_prep_create_delta(desc, src, other, size, dst, (uint32_t)(size / 8 * 10), 0);
}

static void sva_use_delta(struct sva_desc *desc, size_t size)
{
	sva_prep_apply_delta(desc, dst, size, other, record_size, 0);
}

static void sva_check_dif(struct sva_desc *desc, size_t size)
{
	sva_prep_dif_check(desc, other, PROTECTED(size), SVA_DIF_BLOCK_512, 0, tags, 0);
}

static void sva_insert_dif(struct sva_desc *desc, size_t size)
{
	sva_prep_dif_insert(desc, dst, src, size, SVA_DIF_BLOCK_512, 0, tags, 0);
}

static void sva_strip_dif(struct sva_desc *desc, size_t size)
{
	sva_prep_dif_strip(desc, dst, other, PROTECTED(size), SVA_DIF_BLOCK_512, 0, tags, 0);
}

static void sva_update_dif(struct sva_desc *desc, size_t size)
{
	sva_prep_dif_update(desc, dst, other, PROTECTED(size), SVA_DIF_BLOCK_512, 0, tags, 0, tags,
			    0);
}

static void sva_flush(struct sva_desc *desc, size_t size)
{
	sva_prep_cache_flush(desc, dst, size, 0);
}

/*
 * The same by calls. These and the others return what the completion record says, or 0.
 */

static const struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };

static void must(int err)
{
	if (err)
		fail("call", strerror(-err));
}

static uint32_t call_move(size_t size)
{
	must(sva_memmove(wq, dst, src, size, NULL));
	return 0;
}

static uint32_t call_fill_byte(size_t size)
{
	must(sva_memset(wq, dst, BYTE, size, NULL));
	return 0;
}

static uint32_t call_fill_word(size_t size)
{
	must(sva_fill(wq, dst, PATTERN, size, NULL));
	return 0;
}

static uint32_t call_compare(size_t size)
{
	int order;

	must(sva_memcmp(wq, src, other, size, &order, NULL));
	return order != 0;
}

static uint32_t call_compare_word(size_t size)
{
	bool equal;

	must(sva_compare_pattern(wq, other, PATTERN, size, &equal, NULL));
	return !equal;
}

static uint32_t call_crc(size_t size)
{
	uint32_t crc = 0;

	must(sva_crc32c(wq, src, size, &crc, NULL));
	return crc;
}

static uint32_t call_copy_and_crc(size_t size)
{
	uint32_t crc = 0;

	must(sva_copy_crc32c(wq, dst, src, size, &crc, NULL));
	return crc;
}

static uint32_t call_copy_twice(size_t size)
{
	must(sva_dualcast(wq, dst, dst2, src, size, NULL));
	return 0;
}

static uint32_t call_make_delta(size_t size)
{
	size_t delta_size;

	must(sva_create_delta(wq, src, other, size, dst, size / 8 * 10, &delta_size, NULL));
	return (uint32_t)delta_size;
}

static uint32_t call_use_delta(size_t size)
{
	must(sva_apply_delta(wq, dst, size, other, record_size, NULL));
	return 0;
}

static uint32_t call_check_dif(size_t size)
{
	must(sva_dif_check(wq, other, PROTECTED(size), &dif, NULL));
	return 0;
}

static uint32_t call_insert_dif(size_t size)
{
	must(sva_dif_insert(wq, dst, src, size, &dif, NULL));
	return 0;
}

static uint32_t call_strip_dif(size_t size)
{
	must(sva_dif_strip(wq, dst, other, PROTECTED(size), &dif, NULL));
	return 0;
}

static uint32_t call_update_dif(size_t size)
{
	must(sva_dif_update(wq, dst, other, PROTECTED(size), &dif, NULL));
	return 0;
}

static uint32_t call_flush(size_t size)
{
	must(sva_cache_flush(wq, dst, size, NULL));
	return 0;
}

/*
 * The others.
 */

static uint32_t by_memcpy(size_t size)
{
	memcpy(dst, src, size);
	return 0;
}

static uint32_t by_rep_movsb(size_t size)
{
	plain_rep_movsb(dst, src, size);
	return 0;
}

static uint32_t by_memset(size_t size)
{
	memset(dst, BYTE, size);
	return 0;
}

static uint32_t by_loop(size_t size)
{
	plain_fill(dst, PATTERN, size);
	return 0;
}

static uint32_t by_rep_stosq(size_t size)
{
	plain_rep_stosq(dst, PATTERN, size);
	return 0;
}

static uint32_t by_memcmp(size_t size)
{
	return memcmp(src, other, size) != 0;
}

static uint32_t by_compare_loop(size_t size)
{
	return plain_compare_pattern(other, PATTERN, size);
}

static uint32_t by_crc32_iscsi(size_t size)
{
	return ~crc32_iscsi(src, (int)size, ~0u);
}

static uint32_t by_two_passes(size_t size)
{
	memcpy(dst, src, size);
	return by_crc32_iscsi(size);
}

static uint32_t by_two_memcpy(size_t size)
{
	memcpy(dst, src, size);
	memcpy(dst2, src, size);
	return 0;
}

static uint32_t by_one_pass(size_t size)
{
	plain_copy_twice(dst, dst2, src, size);
	return 0;
}

static uint32_t by_branch_free(size_t size)
{
	return plain_create_delta(dst, src, other, size);
}

static uint32_t by_blocks(size_t size)
{
	return plain_create_delta_blocks(dst, src, other, size);
}

static uint32_t by_apply_loop(size_t size)
{
	return plain_apply_delta(dst, size, other, record_size);
}

static uint32_t by_crc16_check(size_t size)
{
	return plain_dif_check(other, BLOCKS(size));
}

static uint32_t by_crc16_insert(size_t size)
{
	plain_dif_insert(dst, src, BLOCKS(size));
	return 0;
}

static uint32_t by_crc16_strip(size_t size)
{
	return plain_dif_strip(dst, other, BLOCKS(size));
}

static uint32_t by_crc16_update(size_t size)
{
	return plain_dif_update(dst, other, BLOCKS(size));
}

static uint32_t by_clflush(size_t size)
{
	plain_flush(dst, size);
	return 0;
}

static uint32_t by_clflushopt(size_t size)
{
	plain_flush_unordered(dst, size);
	return 0;
}

/* What the completion record says. */
enum result { NOTHING, RESULT, CRC, DELTA_SIZE, NOT_COMPARED };

struct operation {
	const char *name;
	void (*prep)(struct sva_desc *desc, size_t size);
	uint32_t (*call)(size_t size); /* NULL: there is none */
	enum result result;
	struct {
		const char *name;
		uint32_t (*run)(size_t size);
	} peers[PEERS];
	void (*set_up)(size_t size);
	size_t min, max; /* sizes; 0: any */
};

/* clang-format off */
static const struct operation operations[] = {
	{ .name = "memmove", .prep = sva_move, .call = call_move,
	  .peers = { { "memcpy", by_memcpy }, { "rep movsb", by_rep_movsb } } },
	{ .name = "fill, byte", .prep = sva_fill_byte, .call = call_fill_byte, .peers = { { "memset", by_memset } } },
	{ .name = "fill, 8 bytes", .prep = sva_fill_word, .call = call_fill_word,
	  .peers = { { "loop", by_loop }, { "rep stosq", by_rep_stosq } } },
	{ .name = "compare, equal", .prep = sva_compare, .call = call_compare, .result = RESULT, .set_up = equal,
	  .peers = { { "memcmp", by_memcmp } } },
	{ .name = "compare, last byte", .prep = sva_compare, .call = call_compare, .result = RESULT,
	  .set_up = last_differs, .peers = { { "memcmp", by_memcmp } } },
	{ .name = "compare pattern", .prep = sva_compare_word, .call = call_compare_word, .result = RESULT, .set_up = pattern,
	  .peers = { { "loop", by_compare_loop } } },
	{ .name = "CRC32C", .prep = sva_crc, .call = call_crc, .result = CRC,
	  .peers = { { "crc32_iscsi", by_crc32_iscsi } } },
	/* No peer has it; it need not be slower than the other reflection. */
	{ .name = "CRC, unreflected", .prep = sva_crc_unreflected, .result = NOT_COMPARED,
	  .peers = { { "crc32_iscsi", by_crc32_iscsi } } },
	{ .name = "copy + CRC", .prep = sva_copy_and_crc, .call = call_copy_and_crc, .result = CRC,
	  .peers = { { "two passes", by_two_passes } } },
	{ .name = "dualcast", .prep = sva_copy_twice, .call = call_copy_twice,
	  .peers = { { "two memcpy", by_two_memcpy }, { "one pass", by_one_pass } } },
#define CREATE_DELTA                                                       \
	.prep = sva_make_delta, .call = call_make_delta, .result = DELTA_SIZE, .max = DELTA_MAX,    \
	.peers = { { "branch-free", by_branch_free }, { "and memcmp", by_blocks } }
	{ .name = "delta, equal", .set_up = equal, CREATE_DELTA },
	{ .name = "delta, 1 %", .set_up = differ_1, CREATE_DELTA },
	{ .name = "delta, 10 %", .set_up = differ_10, CREATE_DELTA },
	{ .name = "delta, 50 %", .set_up = differ_50, CREATE_DELTA },
	{ .name = "apply delta", .prep = sva_use_delta, .call = call_use_delta, .set_up = all_differ, .max = DELTA_MAX,
	  .peers = { { "loop", by_apply_loop } } },
	{ .name = "DIF check", .prep = sva_check_dif, .call = call_check_dif, .result = RESULT, .set_up = protect,
	  .min = DIF_BLOCK, .peers = { { "crc16", by_crc16_check } } },
	{ .name = "DIF insert", .prep = sva_insert_dif, .call = call_insert_dif, .min = DIF_BLOCK,
	  .peers = { { "crc16", by_crc16_insert } } },
	{ .name = "DIF strip", .prep = sva_strip_dif, .call = call_strip_dif, .result = RESULT, .set_up = protect,
	  .min = DIF_BLOCK, .peers = { { "crc16", by_crc16_strip } } },
	{ .name = "DIF update", .prep = sva_update_dif, .call = call_update_dif, .result = RESULT, .set_up = protect,
	  .min = DIF_BLOCK, .peers = { { "crc16", by_crc16_update } } },
	{ .name = "cache flush", .prep = sva_flush, .call = call_flush,
	  .peers = { { "clflush", by_clflush }, { "clflushopt", by_clflushopt } } },
};
/* clang-format on */

static uint32_t result_of(const struct sva_record *record, enum result result)
{
	switch (result) {
	case RESULT:
		return record->result;
	case CRC:
		return record->crc;
	case DELTA_SIZE:
		return record->delta_size;
	default:
		return 0;
	}
}

static uint32_t by_sva(const struct operation *operation, size_t size)
{
	static struct sva_op op;
	int err, status;

	if (operation->call && !by_submission)
		return operation->call(size);
	operation->prep(&op.desc, size);
	err = sva_submit(wq, &op);
	if (err)
		fail("sva_submit", strerror(-err));
	do
		status = sva_poll(&op);
	while (!status);
	if (status != SVA_STATUS_SUCCESS)
		fail(operation->name, sva_status_text((unsigned int)status));
	return result_of(&op.record, operation->result);
}

/* Side 0 is libsva, side i the peer i - 1. */
static uint32_t once(const struct operation *operation, size_t size, int side)
{
	uint32_t result = side ? operation->peers[side - 1].run(size) : by_sva(operation, size);

	/* Memory is looked at: no call may be left out. */
	__asm__ volatile("" : : "r"(result) : "memory");
	return result;
}

/* Nanoseconds of one call */
static double turn(const struct operation *operation, size_t size, int side)
{
	size_t calls = TURN_BYTES / size;
	double start;

	calls = calls > TURN_CALLS ? TURN_CALLS : calls;
	start = now();
	for (size_t i = 0; i < calls; i++)
		once(operation, size, side);
	return (now() - start) / (double)calls;
}

static void verify(const struct operation *operation, size_t size, int side)
{
	uint32_t by_peer, result;

	memset(dst, 0, ROOM);
	by_peer = once(operation, size, side);
	memcpy(saved, dst, ROOM);
	memset(dst, 0, ROOM);
	result = once(operation, size, 0);
	if (operation->result == NOT_COMPARED)
		return;
	/* Behind the record of a delta the branch-free ones leave what they like. */
	if (result != by_peer ||
	    memcmp(dst, saved, operation->result == DELTA_SIZE ? result : ROOM) != 0)
		fail(operation->name, "the results differ");
}

static void compare(const struct operation *operation, size_t size)
{
	static double turns[PEERS + 1][TURNS];
	int sides = operation->peers[1].run ? 3 : 2, best = 1;
	struct figure figures[PEERS + 1], ratio;

	if (operation->set_up)
		operation->set_up(size);
	for (int side = 1; side < sides; side++)
		verify(operation, size, side); /* Warms up, too. */
	for (int i = 0; i < TURNS; i++)
		for (int side = 0; side < sides; side++)
			turns[side][i] = turn(operation, size, side);
	for (int side = 0; side < sides; side++)
		figures[side] = figure_of(turns[side], NULL);
	if (sides > 2 && figures[2].median < figures[1].median)
		best = 2;
	/* Turn by turn, so that a machine which gets slower does so for both. */
	ratio = figure_of(turns[0], turns[best]);
	printf("%-18s %8zu %10.1f %6.2f %5.1f%% ", operation->name, size, figures[0].median,
	       ratio.median, ratio.spread);
	for (int side = 1; side < sides; side++)
		printf(" %12s %10.1f", operation->peers[side - 1].name, figures[side].median);
	putchar('\n');
}

static void compare_sizes(const struct operation *operation)
{
	static const size_t sizes[] = { 64, 512, 4096, 65536, MAX_SIZE };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];

		if (operation->max && size > operation->max)
			size = operation->max;
		if (size >= operation->min && PROTECTED(size) <= sva_wq_info(wq)->max_transfer_size)
			compare(operation, size);
	}
}

static uint8_t *buffer(void)
{
	uint8_t *memory = aligned_alloc(4096, ROOM);

	if (!memory)
		fail("memory", strerror(ENOMEM));
	memset(memory, 0, ROOM);
	return memory;
}

int main(int argc, char **argv)
{
	const char *only;
	int option, err;

	while ((option = getopt(argc, argv, "s")) == 's')
		by_submission = true;
	if (option != -1)
		return 2;
	only = argc - optind > 1 ? argv[optind + 1] : "";
	err = sva_wq_open(&wq, argc > optind ? argv[optind] : "cpu", NULL);
	if (err)
		fail("sva_wq_open", strerror(-err));
	dst = buffer();
	dst2 = buffer();
	src = buffer();
	other = buffer();
	saved = buffer();
	for (size_t i = 0; i < ROOM; i++)
		src[i] = (uint8_t)(i * 2654435761u >> 13);
	printf("# path %s, %s; median nanoseconds; median ratio, and how far half of the turns are "
	       "off\n",
	       sva_path_name(sva_wq_path(wq)), by_submission ? "submissions" : "calls");
	printf("# operation           bytes     libsva  ratio         peers\n");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strncmp(operations[i].name, only, strlen(only)))
			compare_sizes(&operations[i]);
	return sva_wq_close(wq) ? 1 : 0;
}
