/* SPDX-License-Identifier: MIT */
/* The emulated work queue: what a portal takes, in which order it leaves, and who is told. */
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "clock.h"
#include "inject.h"
#include "queue.h"
#include "sys.h"

#define SHARED    0u /* lanes and queues of these numbers */
#define DEDICATED 1u
#define OTHER     2u /* another process' lane to the shared queue */

static struct emu_state memory, *const machine = &memory;
static struct emu_dsa *dsa;
static struct emu_device_live *live; /* of dsa */
static struct emu_worker worker;

static void make_queue(unsigned int number, enum emu_queue_mode mode, uint32_t size,
		       uint32_t threshold)
{
	struct emu_queue *queue = &dsa->queue[number];

	queue->mode = mode;
	queue->size = size;
	queue->threshold = threshold;
	atomic_store(&queue->state, EMU_WQ_ENABLED);
}

static int setup(void **state)
{
	(void)state;
	memset(machine, 0, sizeof(*machine));
	memset(&worker, 0, sizeof(worker));
	dsa = &machine->device[0];
	live = &machine->live.device[0];
	dsa->queue_count = 2;
	atomic_store(&dsa->enabled, true);
	make_queue(SHARED, EMU_WQ_SHARED, 16, 12);
	make_queue(DEDICATED, EMU_WQ_DEDICATED, 16, 0);
	dsa->queue[DEDICATED].clients = 1;
	machine->process[0].pasid = 7;
	machine->process[1].pasid = 8;
	machine->lane[DEDICATED].queue = DEDICATED;
	atomic_store(&machine->lane[OTHER].process, 1);
	machine->statistics = true;
	return 0;
}

static struct sva_desc numbered(uint64_t number)
{
	struct sva_desc desc = { .op_flags = (uint32_t)SVA_OP_MEMMOVE << 24, .src_addr = number };

	return desc;
}

static enum emu_answer submit(unsigned int lane, uint64_t number)
{
	struct sva_desc desc = numbered(number);

	return emu_queue_submit(machine, lane, &desc, lane == DEDICATED ? EMU_POSTED : EMU_ENQUEUE);
}

/* The number of the descriptor that leaves; 0: none. */
static uint64_t dispatch(unsigned int lane)
{
	struct sva_desc desc;

	return emu_queue_dispatch(machine, lane, &worker, &desc) ? desc.src_addr : 0;
}

static void test_threshold(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 12; i++)
		assert_int_equal(submit(SHARED, i), EMU_TAKEN);
	assert_int_equal(submit(SHARED, 13), EMU_BUSY);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 12);
	assert_int_equal(dispatch(SHARED), 1);
	assert_int_equal(submit(SHARED, 13), EMU_TAKEN);
	assert_int_equal(submit(SHARED, 14), EMU_BUSY);
	assert_int_equal(live->error[0], 0);
}

/* A queue that was made smaller after its threshold was set. */
static void test_threshold_beyond_size(void **state)
{
	(void)state;
	dsa->queue[SHARED].size = 8;
	for (unsigned int i = 1; i <= 8; i++)
		assert_int_equal(submit(SHARED, i), EMU_TAKEN);
	assert_int_equal(submit(SHARED, 9), EMU_BUSY);
	for (unsigned int i = 1; i <= 8; i++)
		assert_int_equal(dispatch(SHARED), i);
}

static void test_first_in_first_out(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 100; i++) {
		assert_int_equal(submit(SHARED, 2 * i), EMU_TAKEN);
		assert_int_equal(submit(SHARED, 2 * i + 1), EMU_TAKEN);
		assert_int_equal(dispatch(SHARED), 2 * i);
		assert_int_equal(dispatch(SHARED), 2 * i + 1);
	}
	assert_int_equal(dispatch(SHARED), 0);
}

static void test_pasid_is_the_process(void **state)
{
	struct sva_desc desc = numbered(1), out;

	(void)state;
	desc.pasid_priv = 1u << 31 | 99;
	assert_int_equal(emu_queue_submit(machine, OTHER, &desc, EMU_ENQUEUE), EMU_TAKEN);
	assert_true(emu_queue_dispatch(machine, OTHER, &worker, &out));
	assert_int_equal(out.pasid_priv, 8);
}

/* 9.2.16: valid, descriptor, queue; code 0x53. The driver has read it before a second one comes. */
static void test_dedicated_overflow(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 16; i++)
		assert_int_equal(submit(DEDICATED, i), EMU_TAKEN);
	assert_int_equal(live->error[0], 0);
	assert_int_equal(submit(DEDICATED, 17), EMU_LOST_IT);
	assert_int_equal(live->error[0] & 0xffff, 0x530d);
	assert_int_equal(live->error[0] >> 16 & 0xff, DEDICATED);
	assert_int_equal(live->error[0] >> 32 & 0xff, SVA_OP_MEMMOVE);
	assert_int_equal(live->error[0] >> 40, 7);
	assert_int_equal(submit(DEDICATED, 18), EMU_LOST_IT);
	assert_int_equal(live->error[0] & 0xffff, 0x530d);
	for (unsigned int i = 1; i <= 16; i++)
		assert_int_equal(dispatch(DEDICATED), i);
}

/* 3.3: the wrong instruction for the mode, a disabled queue, a device that does not work. */
static void test_closed_portals(void **state)
{
	struct sva_desc desc = numbered(1);

	(void)state;
	assert_int_equal(emu_queue_submit(machine, SHARED, &desc, EMU_POSTED), EMU_LOST_IT);
	assert_int_equal(emu_queue_submit(machine, DEDICATED, &desc, EMU_ENQUEUE), EMU_BUSY);
	atomic_store(&dsa->queue[SHARED].state, EMU_WQ_DISABLED);
	assert_int_equal(submit(SHARED, 1), EMU_BUSY);
	dsa->queue[DEDICATED].clients = 0; /* it was enabled again */
	assert_int_equal(submit(DEDICATED, 1), EMU_LOST_IT);
	dsa->queue[DEDICATED].clients = 1;
	emu_device_halt(machine, 0, 0);
	assert_int_equal(submit(DEDICATED, 1), EMU_LOST_IT);
	assert_int_equal(live->error[0], 0);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 0);
}

static void test_halt_of_limited_time(void **state)
{
	(void)state;
	emu_device_halt(machine, 0, 3600000);
	assert_int_equal(emu_device_state(machine, 0), EMU_DEV_HALTED);
	assert_int_equal(submit(SHARED, 1), EMU_BUSY);
	atomic_store(&live->halted_until, emu_now());
	assert_int_equal(emu_device_state(machine, 0), EMU_DEV_ENABLED);
	assert_int_equal(submit(SHARED, 1), EMU_TAKEN);
}

/* Processes share the places, but each one's descriptors are its own. */
static void test_lanes(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 6; i++) {
		assert_int_equal(submit(SHARED, i), EMU_TAKEN);
		assert_int_equal(submit(OTHER, 100 + i), EMU_TAKEN);
	}
	assert_int_equal(submit(OTHER, 7), EMU_BUSY);
	assert_int_equal(dispatch(OTHER), 101);
	assert_int_equal(dispatch(SHARED), 1);
	emu_queue_forget(&live->queue[SHARED], OTHER);
	assert_int_equal(dispatch(OTHER), 0);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 5);
	assert_int_equal(dispatch(SHARED), 2);
	emu_queue_discard(&live->queue[SHARED]);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 0);
}

static void test_settled(void **state)
{
	struct emu_worker *own = &machine->live.process[0].worker[3];
	struct sva_desc desc;
	uint64_t first;

	(void)state;
	assert_true(emu_lane_settled(machine, SHARED, UINT64_MAX));
	submit(SHARED, 1);
	submit(SHARED, 2);
	assert_false(emu_lane_settled(machine, SHARED, UINT64_MAX));
	assert_true(emu_queue_dispatch(machine, SHARED, own, &desc));
	first = atomic_load(&own->ticket);
	assert_true(emu_lane_settled(machine, SHARED, first));
	assert_false(emu_lane_settled(machine, SHARED, first + 1));
	assert_true(emu_lane_settled(machine, OTHER, UINT64_MAX));
	assert_int_equal(dispatch(SHARED), 2);
	assert_false(emu_lane_settled(machine, SHARED, UINT64_MAX));
	atomic_store(&own->ticket, 0);
	assert_true(emu_lane_settled(machine, SHARED, UINT64_MAX));
}

/* An engine that is about to sleep sees that the bell has rung; then nobody is awake for it. */
static void test_bell(void **state)
{
	struct emu_process_live *process = &machine->live.process[0];

	(void)state;
	emu_process_ring(process);
	assert_int_equal(process->bell, 1);
	assert_int_equal(process->watch, EMU_UNWATCHED);
	atomic_store(&process->sleepers, 1);
	emu_process_ring(process);
	assert_int_equal(process->bell, 2);
	assert_int_equal(process->watch, EMU_UNWATCHED);
	atomic_store(&process->watch, EMU_WATCHED);
	emu_process_ring(process);
	assert_int_equal(process->bell, 3);
	assert_int_equal(process->watch, EMU_WATCHED);
}

static void *sleep_until_woken(void *unused)
{
	struct emu_process_live *process = &machine->live.process[0];

	(void)unused;
	atomic_fetch_add(&process->sleepers, 1);
	while (emu_sys(SYS_futex, &process->bell, FUTEX_WAIT, 0, NULL))
		;
	return NULL;
}

/* Of two that sleep, one is woken, and no other until that one is up. */
static void test_bell_wakes_one(void **state)
{
	struct emu_process_live *process = &machine->live.process[0];
	pthread_t thread[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, sleep_until_woken, NULL), 0);
	for (unsigned int woken = 0; woken < 2; woken++) {
		while (atomic_load(&process->watch) != EMU_WOKEN) {
			emu_process_ring(process);
			atomic_store(&process->bell, 0);
		}
		emu_process_ring(process);
		assert_int_equal(process->watch, EMU_WOKEN);
		atomic_store(&process->bell, 0);
		atomic_store(&process->watch, EMU_UNWATCHED);
	}
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
}

static void test_counters(void **state)
{
	const struct emu_counters *counters = &live->queue[SHARED].counters;

	(void)state;
	for (unsigned int i = 1; i <= 14; i++)
		submit(SHARED, i);
	assert_int_equal(counters->submitted, 14);
	assert_int_equal(counters->accepted, 12);
	assert_int_equal(counters->retried, 2);
	assert_int_equal(counters->opcode[SVA_OP_MEMMOVE], 12);
	assert_int_equal(counters->occupancy[1], 1);
	assert_int_equal(counters->occupancy[12], 1);
}

static void test_injected_refusals(void **state)
{
	static const struct emu_rule rule = { .device = EMU_NONE,
					      .queue = SHARED,
					      .opcode = EMU_NONE,
					      .first = 3,
					      .every = 4,
					      .action = EMU_INJECT_FULL,
					      .value = 2 };
	static const char expected[] = "++--+++--+++--";

	(void)state;
	machine->rule[0] = rule;
	machine->rule_count = 1;
	for (unsigned int i = 0; expected[i]; i++) {
		assert_int_equal(submit(SHARED, 1) == EMU_TAKEN, expected[i] == '+');
		dispatch(SHARED);
		assert_int_equal(submit(DEDICATED, 1), EMU_TAKEN);
		dispatch(DEDICATED);
	}
}

/* By chance, and with the same seed the same. */
static void test_injected_by_chance(void **state)
{
	static const struct emu_rule rule = { .device = EMU_NONE,
					      .queue = EMU_NONE,
					      .opcode = EMU_NONE,
					      .first = 1,
					      .every = 1,
					      .one_in = 4,
					      .action = EMU_INJECT_LOST };
	struct sva_desc desc = numbered(1);
	unsigned int count[3] = { 0 }, hash[3] = { 0 };

	(void)state;
	machine->rule_count = 1;
	for (unsigned int run = 0; run < 3; run++) {
		machine->rule[0] = rule;
		machine->live.rule[0] = (struct emu_rule_live){ 0 };
		machine->seed = run / 2;
		for (unsigned int i = 0; i < 4000; i++)
			if (emu_inject_outcome(machine, SHARED, &desc)) {
				count[run]++;
				hash[run] = hash[run] * 31 + i;
			}
		assert_in_range(count[run], 900, 1100);
	}
	assert_int_equal(hash[0], hash[1]);
	assert_int_not_equal(hash[0], hash[2]);
}

static void test_injected_outcome(void **state)
{
	static const struct emu_rule rule = { .device = 0,
					      .queue = EMU_NONE,
					      .opcode = SVA_OP_CRC,
					      .first = 2,
					      .action = EMU_INJECT_STATUS,
					      .value = 0x21 };
	struct sva_desc crc = { .op_flags = (uint32_t)SVA_OP_CRC << 24 }, other = numbered(1);

	(void)state;
	machine->rule[0] = rule;
	machine->rule_count = 1;
	assert_null(emu_inject_outcome(machine, SHARED, &crc));
	assert_null(emu_inject_outcome(machine, SHARED, &other));
	assert_ptr_equal(emu_inject_outcome(machine, SHARED, &crc), &machine->rule[0]);
	assert_null(emu_inject_outcome(machine, SHARED, &crc));
}

/*
 * A device that halts in the middle of a submission, or of a dispatch: the descriptor lies on a
 * page whose first access calls in_between().
 */

static struct sva_desc *trap_page;
static void (*in_between)(void);
static enum emu_answer answer_in_between;

static void on_access(int sig)
{
	(void)sig;
	mprotect(trap_page, 4096, PROT_READ | PROT_WRITE);
	in_between();
}

static void set_trap(void (*call)(void), uint64_t number)
{
	struct sigaction act = { .sa_handler = on_access };

	in_between = call;
	*trap_page = numbered(number);
	assert_int_equal(mprotect(trap_page, 4096, PROT_NONE), 0);
	assert_int_equal(sigaction(SIGSEGV, &act, NULL), 0);
}

static int setup_trap(void **state)
{
	trap_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return trap_page == MAP_FAILED ? -1 : setup(state);
}

static int teardown_trap(void **state)
{
	(void)state;
	signal(SIGSEGV, SIG_DFL);
	return munmap(trap_page, 4096);
}

static void halt_and_submit(void)
{
	emu_queue_discard(&live->queue[SHARED]);
	answer_in_between = submit(OTHER, 50);
}

/* The only slot stays the first submitter's until it has seen that all was lost. */
static void test_discard_while_a_slot_is_filled(void **state)
{
	(void)state;
	dsa->queue[SHARED].size = 1;
	machine->statistics = false;
	set_trap(halt_and_submit, 1);
	assert_int_equal(emu_queue_submit(machine, SHARED, trap_page, EMU_ENQUEUE), EMU_TAKEN);
	assert_int_equal(answer_in_between, EMU_BUSY);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 0);
	assert_false(emu_queue_ready(machine, SHARED));
	assert_int_equal(submit(OTHER, 51), EMU_TAKEN);
	assert_int_equal(dispatch(OTHER), 51);
}

/* What an engine has begun to take leaves; and the slot is nobody else's before. */
static void test_discard_while_a_slot_is_emptied(void **state)
{
	(void)state;
	dsa->queue[SHARED].size = 1;
	assert_int_equal(submit(SHARED, 1), EMU_TAKEN);
	set_trap(halt_and_submit, 2);
	assert_true(emu_queue_dispatch(machine, SHARED, &worker, trap_page));
	assert_int_equal(trap_page->src_addr, 1);
	assert_int_equal(answer_in_between, EMU_BUSY);
	assert_int_equal(submit(OTHER, 51), EMU_TAKEN);
	assert_int_equal(dispatch(OTHER), 51);
}

/*
 * Threads: what is taken leaves once, whoever asks.
 */

#define SUBMITTERS 4u
#define ROUNDS     20000u

static atomic_uint left_count[SUBMITTERS * ROUNDS + 1];
static atomic_uint taken_total, left_total;

static void *submit_many(void *number)
{
	uint64_t first = (uintptr_t)number * ROUNDS + 1, i;

	for (i = first; i < first + ROUNDS; i++)
		while (submit(SHARED, i) != EMU_TAKEN)
			;
	atomic_fetch_add(&taken_total, ROUNDS);
	return NULL;
}

static void *dispatch_many(void *own)
{
	struct sva_desc desc;

	while (atomic_load(&left_total) < SUBMITTERS * ROUNDS)
		if (emu_queue_dispatch(machine, SHARED, own, &desc)) {
			atomic_fetch_add(&left_count[desc.src_addr], 1);
			atomic_fetch_add(&left_total, 1);
		}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t thread[SUBMITTERS + 2];

	(void)state;
	machine->statistics = false;
	for (uintptr_t i = 0; i < SUBMITTERS + 2; i++)
		assert_int_equal(
			pthread_create(
				&thread[i], NULL, i < SUBMITTERS ? submit_many : dispatch_many,
				i < SUBMITTERS ? (void *)i : &machine->live.process[0].worker[i]),
			0);
	for (uintptr_t i = 0; i < SUBMITTERS + 2; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	for (uintptr_t i = 1; i <= SUBMITTERS * ROUNDS; i++)
		assert_int_equal(left_count[i], 1);
	assert_int_equal(emu_queue_occupancy(&live->queue[SHARED]), 0);
	assert_false(emu_queue_ready(machine, SHARED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_threshold, setup),
		cmocka_unit_test_setup(test_threshold_beyond_size, setup),
		cmocka_unit_test_setup(test_first_in_first_out, setup),
		cmocka_unit_test_setup(test_pasid_is_the_process, setup),
		cmocka_unit_test_setup(test_dedicated_overflow, setup),
		cmocka_unit_test_setup(test_closed_portals, setup),
		cmocka_unit_test_setup(test_halt_of_limited_time, setup),
		cmocka_unit_test_setup(test_lanes, setup),
		cmocka_unit_test_setup(test_settled, setup),
		cmocka_unit_test_setup(test_bell, setup),
		cmocka_unit_test_setup(test_bell_wakes_one, setup),
		cmocka_unit_test_setup(test_counters, setup),
		cmocka_unit_test_setup(test_injected_refusals, setup),
		cmocka_unit_test_setup(test_injected_outcome, setup),
		cmocka_unit_test_setup(test_injected_by_chance, setup),
		cmocka_unit_test_setup_teardown(test_discard_while_a_slot_is_filled, setup_trap,
						teardown_trap),
		cmocka_unit_test_setup_teardown(test_discard_while_a_slot_is_emptied, setup_trap,
						teardown_trap),
		cmocka_unit_test_setup(test_threads, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
