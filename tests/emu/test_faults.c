/* SPDX-License-Identifier: MIT */
/*
 * Page faults: every operation with missing pages at the beginning, the inside, the boundaries and
 * the end of each of its operands. What is resumed as the specification says (8.3) must end with
 * the memory and the record of an operation that was never interrupted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sva/sva.h>

#include "op.h"

#define PAGE  4096u
#define ZONES 3u /* of the first, second and third operand */
#define PAGES 6u /* of a zone */
#define SIZE  0x3240u

#include "paged.h"

static const struct emu_memory *memory = &paged;
static const struct emu_memory whole;
static const struct emu_device device = {
	.version = 0x200,
	.gen_cap = EMU_CAP_OVERLAP | EMU_CAP_FILL_16 | EMU_CAP_FETCH_STRIDE | EMU_CAP_FAULT_INFO |
		   EMU_CAP_CRC64 | EMU_CAP_DRAIN_READBACK | EMU_CAP_BATCH_OF_ONE,
	.op_cap = { ~0ull, ~0ull, ~0ull, ~0ull },
	.max_transfer = 1 << 20,
	.max_batch = 64,
	.block_on_fault = true,
	.page_requests = true,
};

static struct sva_record record;

/* In the memory of the moment; what is not accessed through it finds nothing. */
static unsigned int execute(const struct sva_desc *desc, struct emu_outcome *outcome)
{
	unsigned int status;

	if (memory == &paged)
		return emu_execute(&device, memory, desc, outcome);
	memcpy(&behind, &arena, sizeof(arena));
	memset(&arena, 0xdb, sizeof(arena));
	status = emu_execute(&device, memory, desc, outcome);
	memcpy(&arena, &behind, sizeof(arena));
	return status;
}

static uint8_t *a, *b, *c; /* operands of the case */

static void prep_memmove(struct sva_desc *desc)
{
	sva_prep_memmove(desc, b, a, SIZE, 0);
}

static void prep_memmove_backward(struct sva_desc *desc)
{
	sva_prep_memmove(desc, a + 0x1110, a, SIZE, 0);
}

static void prep_memmove_forward(struct sva_desc *desc)
{
	sva_prep_memmove(desc, a, a + 0x1110, SIZE, 0);
}

static void prep_fill(struct sva_desc *desc)
{
	sva_prep_fill(desc, a, 0x0123456789abcdef, SIZE - 3, 0);
}

static void prep_fill16(struct sva_desc *desc)
{
	sva_prep_fill16(desc, a, 0x0123456789abcdef, 0x1122334455667788, SIZE - 3, 0);
}

static void prep_compare(struct sva_desc *desc)
{
	sva_prep_compare(desc, a, b, SIZE, 0);
}

static void prep_compare_pattern(struct sva_desc *desc)
{
	sva_prep_compare_pattern(desc, c, 0, SIZE, 0);
}

static void prep_create_delta(struct sva_desc *desc)
{
	sva_prep_create_delta(desc, a, b, SIZE, c + 3, 0x2000 / 10 * 10, 0);
}

static void prep_apply_delta(struct sva_desc *desc)
{
	struct emu_outcome outcome;
	struct sva_desc create;

	sva_prep_create_delta(&create, a, b, SIZE, c + 3, 0x2000 / 10 * 10, 0);
	create.completion_addr = (uintptr_t)&record;
	assert_int_equal(emu_execute(&device, &whole, &create, &outcome), SVA_STATUS_SUCCESS);
	sva_prep_apply_delta(desc, a, SIZE, c + 3, record.delta_size, 0);
}

static void prep_dualcast(struct sva_desc *desc)
{
	sva_prep_dualcast(desc, b, c + (b - arena.zone[1]) % PAGE - (c - arena.zone[2]) % PAGE, a,
			  SIZE, 0);
}

static void prep_crc(struct sva_desc *desc)
{
	sva_prep_crc(desc, a, SIZE, 0, 0);
}

static void prep_crc_seed(struct sva_desc *desc)
{
	sva_prep_crc(desc, a, SIZE, 0, 0);
	sva_desc_set_crc_seed_addr(desc, (const uint32_t *)(const void *)b);
}

static void prep_copy_crc(struct sva_desc *desc)
{
	sva_prep_copy_crc(desc, b, a, SIZE, 77, SVA_FLAG_CRC_BYPASS_INVERT);
}

static void prep_copy_crc64(struct sva_desc *desc)
{
	sva_prep_copy_crc(desc, b, a, SIZE, 0, EMU_FLAG_CRC64);
	desc->op_words[0] = 0x0123456789abcdef;
}

static const struct sva_dif_tags tags = { .ref_tag = 0xfffffffd,
					  .app_mask = 0xf,
					  .app_tag = 0x7ffe };

static void prep_dif_insert(struct sva_desc *desc)
{
	sva_prep_dif_insert(desc, b, a, 520 * 20, SVA_DIF_BLOCK_520, SVA_DIF_DST_APP_INC, tags, 0);
}

static void prep_dix_generate(struct sva_desc *desc)
{
	sva_prep_dix_generate(desc, b, a, 512 * 20, SVA_DIF_BLOCK_512, 0, tags, 0);
}

/* Blocks with tuples at the first operand. */
static void insert(uint8_t dif_flags, size_t size)
{
	struct emu_outcome outcome;
	struct sva_desc desc;

	sva_prep_dif_insert(&desc, a, b, size, dif_flags, SVA_DIF_DST_APP_INC, tags, 0);
	desc.completion_addr = (uintptr_t)&record;
	assert_int_equal(emu_execute(&device, &whole, &desc, &outcome), SVA_STATUS_SUCCESS);
}

static void prep_dif_check(struct sva_desc *desc)
{
	insert(SVA_DIF_BLOCK_4104, 4104 * 3);
	sva_prep_dif_check(desc, a, 4112 * 3, SVA_DIF_BLOCK_4104, SVA_DIF_SRC_APP_INC, tags, 0);
}

static void prep_dif_strip(struct sva_desc *desc)
{
	insert(SVA_DIF_BLOCK_512, 512 * 20);
	sva_prep_dif_strip(desc, b, a, 520 * 20, SVA_DIF_BLOCK_512, SVA_DIF_SRC_APP_INC, tags, 0);
}

static void prep_dif_update(struct sva_desc *desc)
{
	insert(SVA_DIF_BLOCK_512, 512 * 20);
	sva_prep_dif_update(desc, b, a, 520 * 20, SVA_DIF_BLOCK_512, SVA_DIF_SRC_APP_INC, tags,
			    SVA_DIF_DST_APP_PASS, tags, 0);
}

static void prep_cache_flush(struct sva_desc *desc)
{
	sva_prep_cache_flush(desc, a, SIZE, 0);
}

static void prep_fetch(struct sva_desc *desc)
{
	sva_prep_translation_fetch(desc, a, SIZE, PAGE, 0);
}

static const struct operation {
	const char *name;
	void (*prep)(struct sva_desc *desc);
} operations[] = {
	{ "memmove", prep_memmove },
	{ "memmove backward", prep_memmove_backward },
	{ "memmove forward", prep_memmove_forward },
	{ "fill", prep_fill },
	{ "fill 16", prep_fill16 },
	{ "compare", prep_compare },
	{ "compare pattern", prep_compare_pattern },
	{ "create delta", prep_create_delta },
	{ "apply delta", prep_apply_delta },
	{ "dualcast", prep_dualcast },
	{ "CRC", prep_crc },
	{ "CRC, seed in memory", prep_crc_seed },
	{ "copy with CRC", prep_copy_crc },
	{ "copy with CRC64", prep_copy_crc64 },
	{ "DIF insert", prep_dif_insert },
	{ "DIX generate", prep_dix_generate },
	{ "DIF check", prep_dif_check },
	{ "DIF strip", prep_dif_strip },
	{ "DIF update", prep_dif_update },
	{ "cache flush", prep_cache_flush },
	{ "translation fetch", prep_fetch },
};

/* The library knows no CRC of 64 bits. */
static bool resume_crc64(struct sva_desc *desc)
{
	uint32_t done = record.bytes_completed;

	if (sva_desc_opcode(desc) != SVA_OP_COPY_CRC || !(sva_desc_flags(desc) & EMU_FLAG_CRC64))
		return false;
	desc->xfer_size -= done;
	desc->src_addr += done;
	desc->dst_addr += done;
	if (done) {
		desc->op_flags &= ~SVA_FLAG_CRC_SEED_ADDR;
		desc->crc.seed_addr = 0;
		memcpy(desc->op_words, (const uint8_t *)&record + 16, 8);
	}
	return true;
}

/* The fault is that of a missing page, at its first byte that counts, and says how it was accessed.
 */
static void check_fault(void)
{
	uint64_t offset = record.fault_addr - (uintptr_t)&arena;
	bool write = record.status & SVA_STATUS_WRITE;

	assert_int_equal(SVA_STATUS_CODE(record.status), SVA_STATUS_PAGE_FAULT);
	assert_in_range(offset, 0, sizeof(arena) - 1);
	assert_false(present[offset / PAGE]);
	if (write)
		assert_in_range(record.fault_info >> 1, EMU_DST, EMU_DST2);
	present[offset / PAGE] = true;
}

/* By sva_op_resume(), as often as a page is missing. */
static void run_to_the_end(const struct sva_desc *desc)
{
	static struct sva_op op;
	struct emu_outcome outcome;
	unsigned int attempts = 0;
	bool again;

	op.desc = *desc;
	do {
		memset(&record, 0, sizeof(record));
		execute(&op.desc, &outcome);
		assert_true(outcome.written);
		again = record.status != SVA_STATUS_SUCCESS;
		if (again)
			check_fault();
		if (!again || !resume_crc64(&op.desc))
			assert_int_equal(sva_op_resume(&op), again);
		assert_in_range(++attempts, 1, ZONES * PAGES + 1);
	} while (again);
	if (!(sva_desc_flags(desc) & EMU_FLAG_CRC64))
		assert_int_equal(op.desc.size_word, desc->size_word);
}

static void place(unsigned int layout)
{
	static const uint16_t offsets[][ZONES] = {
		{ 0, 0, 0 },
		{ 8, 0x800, 0xff0 },
		{ 0xff8, 16, 0x7f8 },
		{ 0x7c8, 0x7c8, 0x7c8 },
	};

	a = arena.zone[0] + offsets[layout][0];
	b = arena.zone[1] + offsets[layout][1];
	c = arena.zone[2] + offsets[layout][2];
}

/* The second operand differs from the first in few places; the third is zero. */
static void fill_arena(bool equal)
{
	memset(&arena, 0, sizeof(arena));
	for (uint32_t i = 0; i < SIZE; i++)
		a[i] = b[i] = (uint8_t)(i * 131 >> 3);
	for (uint32_t i = 100; !equal && i < SIZE; i += 600)
		b[i] ^= 0x55;
}

static void compare_with_expected(const struct sva_record *want, const char *name)
{
	if (memcmp(&arena, &expected, sizeof(arena)) || memcmp(&record, want, sizeof(record)))
		fail_msg("%s: not the same as in one piece", name);
}

/* One set of missing pages: resumed, blocking, and refused. */
static void one_case(const struct operation *op, const struct sva_desc *desc,
		     const struct sva_record *want, const bool missing[ZONES * PAGES])
{
	struct sva_desc again = *desc;
	struct emu_outcome outcome;
	struct sva_record first;

	for (unsigned int i = 0; i < ZONES * PAGES; i++)
		present[i] = !missing[i];
	memcpy(&arena, &initial, sizeof(arena));
	execute(&again, &outcome);
	first = record;
	memcpy(&arena, &initial, sizeof(arena));
	run_to_the_end(&again);
	compare_with_expected(want, op->name);

	again = *desc;
	again.op_flags |= SVA_FLAG_BOF;
	for (unsigned int i = 0; i < ZONES * PAGES; i++)
		present[i] = !missing[i];
	memcpy(&arena, &initial, sizeof(arena));
	refuse = true;
	execute(&again, &outcome);
	refuse = false;
	if (first.status != SVA_STATUS_SUCCESS)
		first.status++; /* 0x03 becomes 0x04 */
	assert_memory_equal(&record, &first, sizeof(first));

	memcpy(&arena, &initial, sizeof(arena));
	execute(&again, &outcome);
	compare_with_expected(want, op->name);
}

static void all_cases(const struct operation *op, unsigned int layout)
{
	bool missing[ZONES * PAGES] = { false };
	struct emu_outcome outcome;
	struct sva_record want;
	struct sva_desc desc;
	uint32_t pattern = 12345;

	place(layout);
	fill_arena(op->prep == prep_compare);
	op->prep(&desc);
	desc.completion_addr = (uintptr_t)&record;
	memcpy(&initial, &arena, sizeof(arena));
	memset(&record, 0, sizeof(record));
	assert_int_equal(emu_execute(&device, &whole, &desc, &outcome), SVA_STATUS_SUCCESS);
	want = record;
	memcpy(&expected, &arena, sizeof(arena));
	for (unsigned int i = 0; i < ZONES * PAGES; i++) {
		missing[i] = true;
		one_case(op, &desc, &want, missing);
		missing[i] = false;
	}
	for (unsigned int i = 0; i < 60; i++) {
		pattern = pattern * 1103515245 + 12345;
		for (unsigned int j = 0; j < ZONES * PAGES; j++)
			missing[j] = pattern >> (j + 8) & 1;
		one_case(op, &desc, &want, missing);
	}
	memset(missing, true, sizeof(missing));
	one_case(op, &desc, &want, missing);
}

static void resumed_is_as_if_uninterrupted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		for (unsigned int layout = 0; layout < 4; layout++)
			all_cases(&operations[i], layout);
}

static int own_addresses(void **state)
{
	(void)state;
	memory = &paged;
	return 0;
}

static int translated_addresses(void **state)
{
	(void)state;
	memory = &translated;
	return 0;
}

/* Runs @prep with one page missing; the record tells. */
static void with_missing(void (*prep)(struct sva_desc *desc), unsigned int layout,
			 const uint8_t *page)
{
	struct emu_outcome outcome;
	struct sva_desc desc;

	place(layout);
	fill_arena(true);
	prep(&desc);
	desc.completion_addr = (uintptr_t)&record;
	memset(present, true, sizeof(present));
	present[(size_t)(page - arena.zone[0]) / PAGE] = false;
	execute(&desc, &outcome);
}

static void bytes_are_exact(void **state)
{
	(void)state;
	/* Source at offset 8, destination at 0x800 of their pages. */
	with_missing(prep_memmove, 1, arena.zone[0]);
	assert_int_equal(record.status, SVA_STATUS_PAGE_FAULT);
	assert_int_equal(record.bytes_completed, 0);
	assert_true(record.fault_addr == (uintptr_t)a);
	assert_int_equal(record.fault_info, EMU_SRC << 1);
	with_missing(prep_memmove, 1, arena.zone[0] + PAGE);
	assert_int_equal(record.bytes_completed, PAGE - 8);
	with_missing(prep_memmove, 1, arena.zone[1] + 2 * PAGE);
	assert_int_equal(record.status, SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	assert_int_equal(record.bytes_completed, 2 * PAGE - 0x800);
	assert_true(record.fault_addr == (uintptr_t)(arena.zone[1] + 2 * PAGE));
	assert_int_equal(record.fault_info, EMU_DST << 1);
	/* From the end: the source ends at 8 + SIZE, in the page at 0x3000. */
	with_missing(prep_memmove_backward, 1, arena.zone[0] + 2 * PAGE);
	assert_int_equal(record.status, SVA_STATUS_PAGE_FAULT);
	assert_int_equal(record.result, 1);
	assert_int_equal(record.bytes_completed, 8 + SIZE - 3 * PAGE);
	with_missing(prep_dualcast, 1, arena.zone[2] + PAGE);
	assert_int_equal(record.fault_info, EMU_DST2 << 1);
	assert_int_equal(record.bytes_completed, PAGE - 0x800);
	/* Whole blocks: 520 each, destination at 0x800 with 528 each. */
	with_missing(prep_dif_insert, 1, arena.zone[1] + PAGE);
	assert_int_equal(record.bytes_completed, 0x800 / 528 * 520);
	assert_int_equal(record.dif_dst.ref_tag, tags.ref_tag + 0x800 / 528);
}

static void a_difference_wins_over_a_fault(void **state)
{
	struct emu_outcome outcome;
	struct sva_desc desc;

	(void)state;
	place(0);
	fill_arena(true);
	b[PAGE - 1]++;
	prep_compare(&desc);
	desc.completion_addr = (uintptr_t)&record;
	memset(present, true, sizeof(present));
	present[1] = false;
	assert_int_equal(execute(&desc, &outcome), SVA_STATUS_SUCCESS);
	assert_int_equal(record.result, 1);
	assert_int_equal(record.bytes_completed, PAGE - 1);
}

static void prep_list(struct sva_desc *batch)
{
	struct sva_desc *list = (struct sva_desc *)(void *)(arena.zone[0] + PAGE - 128);

	place(0);
	memset(&arena, 0, sizeof(arena));
	for (unsigned int i = 0; i < 4; i++) {
		sva_prep_noop(&list[i], 0);
		list[i].op_flags &= ~SVA_FLAG_RCR;
		list[i].completion_addr = (uintptr_t)arena.zone[1];
	}
	sva_prep_batch(batch, list, 4, 0);
	batch->completion_addr = (uintptr_t)&record;
	memset(present, true, sizeof(present));
	present[1] = false;
}

static void a_list_faults_between_members(void **state)
{
	struct emu_outcome outcome;
	struct sva_desc batch;

	(void)state;
	prep_list(&batch);
	refuse = true;
	execute(&batch, &outcome);
	refuse = false;
	assert_int_equal(record.status, SVA_STATUS_BATCH_PAGE_FAULT);
	assert_int_equal(record.bytes_completed, 2);
	assert_true(record.fault_addr == (uintptr_t)(arena.zone[0] + PAGE));
	/* Without block on fault too, a list that can be had is asked for. */
	requests = 0;
	assert_int_equal(execute(&batch, &outcome), SVA_STATUS_SUCCESS);
	assert_int_equal(requests, 1);
	assert_int_equal(record.bytes_completed, 4);
}

static void a_fault_on_the_record_is_returned(void **state)
{
	struct emu_outcome outcome;
	struct sva_desc desc;

	(void)state;
	memset(&arena, 0, sizeof(arena));
	sva_prep_noop(&desc, 0);
	desc.completion_addr = (uintptr_t)arena.zone[1];
	memset(present, false, sizeof(present));
	refuse = true;
	assert_int_equal(execute(&desc, &outcome), SVA_STATUS_CR_TRANSLATION | SVA_STATUS_WRITE);
	refuse = false;
	assert_false(outcome.written);
	assert_int_equal(arena.zone[1][0], 0);
	assert_int_equal(outcome.record.status, SVA_STATUS_SUCCESS);
	assert_int_equal(execute(&desc, &outcome), SVA_STATUS_SUCCESS);
	assert_int_equal(arena.zone[1][0], SVA_STATUS_SUCCESS);
}

static unsigned int reported;

static void note(void *ctx, const struct sva_desc *desc, const struct sva_record *comp,
		 unsigned int status)
{
	(void)ctx, (void)desc, (void)comp;
	reported = status;
}

/*
 * A drain's record comes behind those that went to the event log, as they do without page requests
 * (5.9).
 */
static void a_drain_follows_the_log(void **state)
{
	const struct emu_memory logging = { .accessible = accessible, .report = note };
	static const struct {
		bool event_log, page_requests;
		unsigned int reported;
	} cases[] = {
		{ false, false, 0 },
		{ false, true, 0 },
		{ true, true, 0 },
		{ true, false, SVA_STATUS_DRAIN_EVL },
	};

	(void)state;
	memset(present, true, sizeof(present));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct emu_device other = device;
		struct emu_outcome outcome;
		struct sva_record comp = { 0 };
		struct sva_desc desc;

		other.event_log = cases[i].event_log;
		other.page_requests = cases[i].page_requests;
		reported = 0;
		sva_prep_drain(&desc, 0);
		desc.completion_addr = (uintptr_t)&comp;
		assert_int_equal(emu_execute(&other, &logging, &desc, &outcome),
				 SVA_STATUS_SUCCESS);
		assert_int_equal(reported, cases[i].reported);
		assert_int_equal(comp.status, cases[i].reported ? 0 : SVA_STATUS_SUCCESS);
		sva_prep_noop(&desc, 0); /* which may overtake */
		desc.completion_addr = (uintptr_t)&comp;
		comp.status = 0;
		assert_int_equal(emu_execute(&other, &logging, &desc, &outcome),
				 SVA_STATUS_SUCCESS);
		assert_int_equal(comp.status, SVA_STATUS_SUCCESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumed_is_as_if_uninterrupted),
		cmocka_unit_test(bytes_are_exact),
		cmocka_unit_test(a_difference_wins_over_a_fault),
		cmocka_unit_test(a_list_faults_between_members),
		cmocka_unit_test(a_fault_on_the_record_is_returned),
		cmocka_unit_test(a_drain_follows_the_log),
	};

	return cmocka_run_group_tests_name("own addresses", tests, own_addresses, NULL) +
	       cmocka_run_group_tests_name("translated", tests, translated_addresses, NULL);
}
