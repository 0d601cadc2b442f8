/* SPDX-License-Identifier: MIT */
/*
 * Random descriptors, valid and invalid, executed by the software device (lib/cpu) and by the
 * emulator's model on the same memory: same status, same record, same memory.
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

#include "cpu/cpu.h"
#include "random_desc.h"

#define ROUNDS 200000u

static const struct emu_memory memory;

static void one_round(void)
{
	struct emu_outcome outcome;
	struct sva_desc desc;

	make_any(&desc);
	emu_execute(&device, &memory, &desc, &outcome);
	memcpy(&modelled, &arena, sizeof(arena));
	memcpy(&arena, &before, sizeof(arena));
	svai_cpu_execute(&limits, &desc);
	assert_true(compare_all(&desc));
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void model_and_cpu_agree(void **unused)
{
	uint64_t seed = setting("EMU_SEED", 1);
	uint64_t rounds = setting("EMU_ROUNDS", ROUNDS);

	(void)unused;
	print_message("EMU_SEED=0x%" PRIx64 " EMU_ROUNDS=%" PRIu64 "\n", seed, rounds);
	for (uint64_t i = 0; i < rounds; i++) {
		begin_round(seed + i);
		one_round();
	}
}

static int equal_capabilities(void **unused)
{
	(void)unused;
	svai_cpu_limits(&limits);
	limits.max_transfer = MAX_TRANSFER;
	limits.max_batch = MAX_BATCH;
	device.version = limits.version;
	device.gen_cap = limits.gen_cap;
	memcpy(device.op_cap, &limits.opcodes, sizeof(device.op_cap));
	device.max_transfer = MAX_TRANSFER;
	device.max_batch = MAX_BATCH;
	device.block_on_fault = limits.block_on_fault;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(model_and_cpu_agree),
	};

	return cmocka_run_group_tests(tests, equal_capabilities, NULL);
}
