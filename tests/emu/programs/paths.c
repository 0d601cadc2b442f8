/* SPDX-License-Identifier: MIT */
/*
 * Random descriptors on each path of the library: ENQCMD, MOVDIR64B, write(2), by members where
 * that refuses batches, and the CPU. Each gives the same records and the same memory.
 *
 * EMU_SEED and EMU_ROUNDS in the environment choose what is run.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handle.h"
#include "random_desc.h"

#define ROUNDS 4000u
#define PATHS  3u

static struct sva_wq *cpu, *paths[PATHS];

static void open_all(void)
{
	static const char *const queues[PATHS] = { "wq0.0", "wq0.1", "wq0.0" };
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };

	for (unsigned int i = 0; i < PATHS; i++) {
		bool by_write = i == PATHS - 1;

		opts.flags |= by_write ? SVA_OPEN_NO_PORTAL : 0;
		assert_int_equal(sva_wq_open(&paths[i], queues[i], &opts), 0);
		assert_int_equal(sva_wq_path(paths[i]),
				 by_write ? SVA_PATH_WRITE : SVA_PATH_PORTAL);
	}
	assert_int_equal(sva_wq_open(&cpu, "cpu", NULL), 0);
}

/* The CPU is to be the device that it is held against. */
static void set_limits(void)
{
	limits = svai_handle(paths[0])->limits;
	svai_handle(cpu)->limits = limits;
	device.version = limits.version;
	device.gen_cap = limits.gen_cap;
	memcpy(device.op_cap, &limits.opcodes, sizeof(device.op_cap));
	device.max_transfer = limits.max_transfer;
	device.max_batch = limits.max_batch;
	device.block_on_fault = limits.block_on_fault;
	assert_int_equal(limits.max_transfer, MAX_TRANSFER);
	assert_int_equal(limits.max_batch, MAX_BATCH);
}

/* The library gives an operation a record of its own. */
static void execute(struct sva_wq *wq, const struct sva_desc *desc)
{
	static struct sva_op op;

	memcpy(&arena, &before, sizeof(arena));
	op.desc = *desc;
	memset(&op.record, 0, sizeof(op.record));
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_true(sva_wait(&op, -1, SVA_WAIT_PAUSE) > 0);
	arena.records[MAX_BATCH] = op.record;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void every_path_agrees(void **unused)
{
	uint64_t seed = setting("EMU_SEED", 1);
	uint64_t rounds = setting("EMU_ROUNDS", ROUNDS);

	(void)unused;
	print_message("EMU_SEED=0x%" PRIx64 " EMU_ROUNDS=%" PRIu64 "\n", seed, rounds);
	open_all();
	set_limits();
	for (uint64_t i = 0; i < rounds; i++) {
		struct sva_desc desc;

		begin_round(seed + i);
		make_any(&desc);
		desc.op_flags |= SVA_FLAG_CRAV | SVA_FLAG_RCR;
		desc.pasid_priv = 0; /* ENQCMD faults otherwise; members may have any */
		for (unsigned int path = 0; path < PATHS; path++) {
			execute(paths[path], &desc);
			memcpy(&modelled, &arena, sizeof(arena));
			execute(cpu, &desc);
			compare_all(&desc);
		}
	}
	for (unsigned int i = 0; i < PATHS; i++)
		assert_int_equal(sva_wq_close(paths[i]), 0);
	assert_int_equal(sva_wq_close(cpu), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
