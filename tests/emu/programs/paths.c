/* SPDX-License-Identifier: MIT */
/*
 * paths [--fence] QUEUE[:write]... - random descriptors on each path of the library: ENQCMD,
 * MOVDIR64B, write(2), by members where that refuses batches, and the CPU. Each gives the same
 * records and the same memory. It goes on after a difference, so that one run shows of which kinds
 * there are.
 *
 * Members of a batch may overlap, and are to be executed one after the other: a queue with one
 * emulated engine does so, others with --fence, which fences each of them.
 *
 * EMU_SEED and EMU_ROUNDS in the environment choose what is run.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handle.h"
#include "random_desc.h"

#define ROUNDS      4000u
#define MAX_PATHS   8
#define DIFFERENCES 40u /* no more are printed */

static char **names;
static int path_count;
static bool fence;
static struct sva_wq *cpu, *paths[MAX_PATHS];

static void open_all(void)
{
	struct sva_wq_opts opts = { .size = sizeof(opts) };
	char name[32];

	for (int i = 0; i < path_count; i++) {
		const char *colon = strchr(names[i], ':');
		bool by_write = colon && !strcmp(colon, ":write");

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(names[i], ":"), names[i]);
		opts.flags = SVA_OPEN_NO_CPU | (by_write ? SVA_OPEN_NO_PORTAL : 0);
		assert_int_equal(sva_wq_open(&paths[i], name, &opts), 0);
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
	assert_true(limits.max_transfer >= MAX_TRANSFER);
	assert_true(limits.max_batch >= MAX_BATCH);
}

/* The library gives an operation a record of its own. */
static void execute(struct sva_wq *wq, const struct sva_desc *desc)
{
	static struct sva_op op;
	int err;

	memcpy(&arena, &before, sizeof(arena));
	op.desc = *desc;
	memset(&op.record, 0, sizeof(op.record));
	do
		err = sva_submit(wq, &op);
	while (err == -EAGAIN); /* others may fill a shared queue */
	assert_int_equal(err, 0);
	assert_true(sva_wait(&op, -1, SVA_WAIT_PAUSE) > 0);
	arena.records[MAX_BATCH] = op.record;
}

static void fence_members(const struct sva_desc *desc)
{
	if (fence && sva_desc_opcode(desc) == SVA_OP_BATCH)
		for (unsigned int i = 0; i < MAX_BATCH; i++)
			before.list[i].op_flags |= SVA_FLAG_FENCE;
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
	unsigned int differences = 0;

	(void)unused;
	print_message("EMU_SEED=0x%" PRIx64 " EMU_ROUNDS=%" PRIu64 "\n", seed, rounds);
	open_all();
	set_limits();
	for (uint64_t i = 0; i < rounds && differences < DIFFERENCES; i++) {
		struct sva_desc desc;

		begin_round(seed + i);
		make_any(&desc);
		fence_members(&desc);
		desc.op_flags |= SVA_FLAG_CRAV | SVA_FLAG_RCR;
		desc.pasid_priv = 0; /* ENQCMD faults otherwise; members may have any */
		for (int path = 0; path < path_count; path++) {
			execute(paths[path], &desc);
			memcpy(&modelled, &arena, sizeof(arena));
			execute(cpu, &desc);
			if (!compare_all(&desc)) {
				print_message(" on %s\n", names[path]);
				differences++;
			}
		}
	}
	for (int i = 0; i < path_count; i++)
		assert_int_equal(sva_wq_close(paths[i]), 0);
	assert_int_equal(sva_wq_close(cpu), 0);
	assert_int_equal(differences, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_agrees),
	};

	fence = argc > 1 && !strcmp(argv[1], "--fence");
	names = argv + 1 + fence;
	path_count = argc - 1 - fence;
	if (path_count < 1 || path_count > MAX_PATHS) {
		fprintf(stderr, "usage: %s [--fence] QUEUE[:write]...\n", argv[0]);
		return 2;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
