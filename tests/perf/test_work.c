/* SPDX-License-Identifier: MIT */
/* The verification: what the CPU does is right, and a wrong byte or answer is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "work.h"

#define SIZE 4096u

static struct sva_wq *cpu, *cpu_iax;

static void make_slot(const struct perf_work *work, size_t size, struct perf_slot *slot,
		      size_t room[4])
{
	uint8_t **const buffer[4] = { &slot->in, &slot->in2, &slot->out, &slot->out2 };

	perf_work_room(work, size, room);
	*slot = (struct perf_slot){ .size = size, .seed = 77 };
	for (unsigned int i = 0; i < 4; i++) {
		*buffer[i] = aligned_alloc(4096, (room[i] + 4096) & ~(size_t)4095);
		assert_non_null(*buffer[i]);
	}
}

static void free_slot(struct perf_slot *slot)
{
	free(slot->in);
	free(slot->in2);
	free(slot->out);
	free(slot->out2);
}

/* As a submission; the answer is taken. */
static void submit(const struct perf_work *work, struct perf_slot *slot)
{
	bool iax = perf_work_kind(work) == SVA_DEV_KIND_IAX;
	struct sva_iax_op op;

	perf_prepare(work, &op.op, slot, 0);
	assert_int_equal(sva_submit(iax ? cpu_iax : cpu, &op.op), 0);
	assert_int_not_equal(sva_poll(&op.op), 0);
	perf_take(work, &op.op.desc, iax ? &op.head : &op.op.record, slot);
}

static void what_is_right_passes(void **state)
{
	const struct perf_work *work;

	(void)state;
	for (unsigned int i = 0; (work = perf_work_at(i)); i++)
		for (size_t size = work->unit < 8 ? 61 : work->unit; size <= SIZE; size *= 8)
			for (unsigned int planted = 0; planted <= work->plants; planted++) {
				struct perf_slot slot;
				size_t room[4];

				make_slot(work, size / work->unit * work->unit, &slot, room);
				slot.planted = planted;
				work->fill(&slot);
				work->spoil(&slot);
				submit(work, &slot);
				assert_null(work->check(&slot, true));
				work->spoil(&slot);
				if (work->call) {
					assert_int_equal(work->call(cpu, &slot), 0);
					assert_null(work->check(&slot, true));
					work->spoil(&slot);
				}
				if (work->plain) {
					work->plain(&slot);
					assert_null(work->check(&slot, true));
				}
				free_slot(&slot);
			}
}

static void what_was_not_done_is_found(void **state)
{
	const struct perf_work *work;

	(void)state;
	for (unsigned int i = 0; (work = perf_work_at(i)); i++) {
		struct perf_slot slot;
		size_t room[4];

		make_slot(work, SIZE, &slot, room);
		work->fill(&slot);
		work->spoil(&slot);
		/* A flush changes nothing that could be seen. */
		if (work->opcode != SVA_OP_CACHE_FLUSH)
			assert_non_null(work->check(&slot, true));
		free_slot(&slot);
	}
}

static void each_wrong_byte_is_found(void **state)
{
	const struct perf_work *work;

	(void)state;
	for (unsigned int i = 0; (work = perf_work_at(i)); i++) {
		struct perf_slot slot;
		size_t room[4], bytes;

		make_slot(work, SIZE, &slot, room);
		work->fill(&slot);
		work->spoil(&slot);
		submit(work, &slot);
		bytes = work->opcode == SVA_OP_CREATE_DELTA ? slot.made : room[2];
		if (work->opcode == SVA_OP_DIF_INSERT || work->opcode == SVA_OP_DIF_UPDATE)
			bytes = SIZE / 512 * 520;
		/* Of a stream, the last byte has bits that mean nothing. */
		if (perf_work_kind(work) == SVA_DEV_KIND_IAX)
			bytes = slot.made - (work->opcode == SVA_IAX_OP_COMPRESS);
		for (size_t k = 0; k < bytes; k++) {
			slot.out[k] ^= 0x10;
			assert_non_null(work->check(&slot, false));
			slot.out[k] ^= 0x10;
		}
		assert_null(work->check(&slot, true));
		free_slot(&slot);
	}
}

static void each_wrong_answer_is_found(void **state)
{
	static const char *const answering[] = { "compare",
						 "compare-pattern",
						 "crc",
						 "copy-crc",
						 "create-delta",
						 "dif-check",
						 "dif-strip",
						 "noop",
						 "compress",
						 "decompress",
						 "crc64",
						 "scan",
						 "extract",
						 "select",
						 "set-membership",
						 "expand",
						 "rle-burst",
						 "zero-compress",
						 "zero-decompress" };

	(void)state;
	for (unsigned int i = 0; i < sizeof(answering) / sizeof(*answering); i++) {
		const struct perf_work *work = perf_work_find(answering[i]);
		struct perf_slot slot;
		size_t room[4];

		assert_non_null(work);
		make_slot(work, SIZE, &slot, room);
		work->fill(&slot);
		work->spoil(&slot);
		submit(work, &slot);
		assert_null(work->check(&slot, true));
		slot.crc ^= 1;
		slot.result ^= 1;
		slot.made += 10;
		slot.status = SVA_STATUS_DIF_ERROR;
		assert_non_null(work->check(&slot, true));
		free_slot(&slot);
	}
}

static int open_cpu(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };

	(void)state;
	return sva_wq_open(&cpu, "cpu", NULL) || sva_wq_open(&cpu_iax, "cpu", &opts);
}

static int close_cpu(void **state)
{
	(void)state;
	return sva_wq_close(cpu) || sva_wq_close(cpu_iax);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_passes),
		cmocka_unit_test(what_was_not_done_is_found),
		cmocka_unit_test(each_wrong_byte_is_found),
		cmocka_unit_test(each_wrong_answer_is_found),
	};

	return cmocka_run_group_tests(tests, open_cpu, close_cpu);
}
