/* SPDX-License-Identifier: MIT */
/* The char devices of the kernel model: who may do what, and what is left when somebody goes. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cdev.h"
#include "queue.h"

#define SHARED    0u
#define DEDICATED 1u

static struct emu_state memory, *const machine = &memory;
static struct emu_dsa *dsa;
static const struct emu_caller program = { .pid = 100, .rawio = true };
static const struct emu_caller other = { .pid = 200, .rawio = true };
static const struct emu_caller user = { .pid = 100, .rawio = false };

static void make_queue(unsigned int number, enum emu_queue_mode mode)
{
	struct emu_queue *queue = &dsa->queue[number];

	queue->mode = mode;
	queue->type = EMU_WQ_USER;
	queue->size = queue->threshold = 4;
	queue->enqcmds_retries = 32;
	atomic_store(&queue->state, EMU_WQ_ENABLED);
}

static int setup(void **state)
{
	(void)state;
	memset(machine, 0, sizeof(*machine));
	for (unsigned int i = 0; i < EMU_LANES; i++)
		atomic_store(&machine->lane[i].process, EMU_NONE);
	machine->profile = (struct emu_profile){ .sva = true,
						 .write = true,
						 .mmap_privileged = true,
						 .same_mm = true,
						 .hides_batch = true };
	machine->loaded = machine->rawio = true;
	machine->device_count = 1;
	dsa = &machine->device[0];
	dsa->id = 2;
	dsa->version = 0x100;
	dsa->queue_count = 4;
	atomic_store(&dsa->enabled, true);
	make_queue(SHARED, EMU_WQ_SHARED);
	make_queue(DEDICATED, EMU_WQ_DEDICATED);
	return 0;
}

/* An open file of a process that has its engines. */
static unsigned int ready_file(const struct emu_caller *caller, unsigned int queue)
{
	int file = emu_cdev_open(machine, caller, 0, queue);

	assert_true(file >= 0);
	if (machine->file[file].lane == EMU_NONE)
		assert_true(emu_process_open(machine, caller->pid) >= 0);
	return (unsigned int)file;
}

static void test_names(void **state)
{
	static const char *const wrong[] = { "wq2.2", "wq2.4", "wq0.0", "wq2",           "wq2.0x",
					     "wq2.",  "",      "dsa2",  "wq2.4294967296" };
	unsigned int device, queue;

	(void)state;
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_DSA, "wq2.1", &device, &queue), 0);
	assert_int_equal(device, 0);
	assert_int_equal(queue, 1);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(emu_cdev_find(machine, EMU_TYPE_DSA, wrong[i], &device, &queue),
				 -ENOENT);
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_IAX, "wq2.1", &device, &queue), -ENOENT);
	dsa->type = EMU_TYPE_IAX;
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_IAX, "wq2.1", &device, &queue), 0);
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_DSA, "wq2.1", &device, &queue), -ENOENT);
	dsa->type = EMU_TYPE_DSA;
	dsa->queue[1].type = EMU_WQ_KERNEL;
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_DSA, "wq2.1", &device, &queue), -ENOENT);
	machine->loaded = false;
	assert_int_equal(emu_cdev_find(machine, EMU_TYPE_DSA, "wq2.0", &device, &queue), -ENOENT);
}

static void test_open(void **state)
{
	int first = emu_cdev_open(machine, &program, 0, DEDICATED);

	(void)state;
	assert_true(first >= 0);
	assert_int_equal(emu_cdev_open(machine, &program, 0, DEDICATED), -EBUSY);
	assert_int_equal(emu_cdev_open(machine, &other, 0, DEDICATED), -EBUSY);
	assert_int_equal(dsa->queue[DEDICATED].clients, 1);
	emu_cdev_close(machine, (unsigned int)first);
	assert_int_equal(dsa->queue[DEDICATED].clients, 0);
	assert_true(emu_cdev_open(machine, &other, 0, DEDICATED) >= 0);
	assert_true(emu_cdev_open(machine, &other, 0, SHARED) >= 0);
	assert_true(emu_cdev_open(machine, &program, 0, SHARED) >= 0);
	assert_int_equal(dsa->queue[SHARED].clients, 2);
	machine->profile.sva = false;
	assert_int_equal(emu_cdev_open(machine, &program, 0, SHARED), -EOPNOTSUPP);
	assert_int_equal(emu_cdev_open(machine, &program, 0, 3), -ENXIO);
}

static void test_portal(void **state)
{
	unsigned int file = ready_file(&program, SHARED);
	int lane = emu_cdev_portal(machine, &program, file, 4096);

	(void)state;
	assert_in_range(lane, 0, EMU_LANES - 1);
	assert_int_equal(emu_cdev_portal(machine, &program, file, 4097), -EINVAL);
	assert_int_equal(emu_cdev_portal(machine, &user, file, 4096), -EPERM);
	assert_int_equal(emu_cdev_portal(machine, &other, file, 4096), -EPERM);
	machine->rawio = false; /* root of a user namespace */
	assert_int_equal(emu_cdev_portal(machine, &program, file, 4096), -EPERM);
	machine->profile.mmap_privileged = false;
	assert_int_equal(emu_cdev_portal(machine, &user, file, 4096), lane);
	machine->profile.same_mm = false; /* a child of then: a portal, but no PASID */
	assert_int_equal(emu_cdev_portal(machine, &other, file, 4096), EMU_LANES);
	machine->no_mmap = true;
	assert_int_equal(emu_cdev_portal(machine, &program, file, 4096), -EPERM);
}

static void test_pasid(void **state)
{
	unsigned int a = ready_file(&program, SHARED), b = ready_file(&program, DEDICATED),
		     c = ready_file(&other, SHARED);
	const struct emu_lane *lane = machine->lane;
	const int32_t index[] = { machine->file[a].lane, machine->file[b].lane,
				  machine->file[c].lane };

	(void)state;
	assert_int_equal(lane[index[0]].process, lane[index[1]].process);
	assert_int_not_equal(index[0], index[1]);
	assert_int_not_equal(machine->process[lane[index[0]].process].pasid,
			     machine->process[lane[index[2]].process].pasid);
	assert_int_equal(emu_cdev_open(machine, &program, 0, SHARED), 3);
	assert_int_equal(machine->file[3].lane, index[0]); /* one lane for all opens */
	assert_int_equal(machine->file[3].number, 3);
}

static ssize_t write_desc(unsigned int file, const struct emu_caller *caller, struct sva_desc *desc,
			  size_t len)
{
	return emu_cdev_write(machine, caller, file, desc, len);
}

static void test_write(void **state)
{
	unsigned int file = ready_file(&program, SHARED);
	struct sva_desc desc[6] = { { 0 } };

	(void)state;
	assert_int_equal(write_desc(file, &other, desc, 64), -EPERM);
	assert_int_equal(write_desc(file, &program, desc, 63), 0);
	assert_int_equal(write_desc(file, &program, desc, 64 + 63), 64);
	assert_int_equal(emu_queue_occupancy(&machine->live.device[0].queue[SHARED]), 1);
	assert_int_equal(write_desc(file, &program, desc, sizeof(desc)), 3 * 64); /* now full */
	assert_int_equal(write_desc(file, &program, desc, 64), -EAGAIN);
	assert_int_equal(machine->live.device[0].queue[SHARED].counters.retried, 2 * 33);
	machine->profile.write = false;
	assert_int_equal(write_desc(file, &program, desc, 64), -EINVAL);
}

static void test_write_refusals(void **state)
{
	unsigned int file = ready_file(&program, SHARED);
	struct sva_desc desc[2] = { { 0 } };

	(void)state;
	desc[1].completion_addr = 16;
	assert_int_equal(write_desc(file, &program, desc, 128), 64);
	assert_int_equal(write_desc(file, &program, &desc[1], 64), -EINVAL);
	desc[1].completion_addr = 32;
	desc[1].op_flags = (uint32_t)SVA_OP_BATCH << 24;
	assert_int_equal(write_desc(file, &program, &desc[1], 64), -EINVAL);
	dsa->version = 0x200;
	assert_int_equal(write_desc(file, &program, &desc[1], 64), 64);
	machine->profile.hides_batch_2 = true;
	assert_int_equal(write_desc(file, &program, &desc[1], 64), -EINVAL);
}

/* Records of 64 bytes; and nothing that is hidden, since there are no batches. */
static void test_write_to_iax(void **state)
{
	unsigned int file = ready_file(&program, SHARED);
	struct sva_desc desc = { 0 };

	(void)state;
	dsa->type = EMU_TYPE_IAX;
	desc.completion_addr = 32;
	assert_int_equal(write_desc(file, &program, &desc, 64), -EINVAL);
	desc.completion_addr = 64;
	assert_int_equal(write_desc(file, &program, &desc, 64), 64);
	desc.op_flags = (uint32_t)SVA_OP_BATCH << 24;
	assert_int_equal(write_desc(file, &program, &desc, 64), 64);
}

static void test_write_to_dedicated(void **state)
{
	unsigned int file = ready_file(&program, DEDICATED);
	struct sva_desc desc[6] = { { 0 } };

	(void)state;
	assert_int_equal(write_desc(file, &program, desc, sizeof(desc)), sizeof(desc));
	assert_int_equal(machine->live.device[0].queue[DEDICATED].counters.dropped, 2);
	assert_int_equal(emu_cdev_poll(machine, &program, file), POLLIN | POLLRDNORM);
	assert_int_equal(emu_cdev_poll(machine, &other, file), POLLNVAL);
	machine->live.device[0].error[0] = 0;
	assert_int_equal(emu_cdev_poll(machine, &program, file), 0);
}

/* A program that the library is not loaded into: nobody would execute what it writes. */
static void test_without_engines(void **state)
{
	int file = emu_cdev_open(machine, &program, 0, SHARED);
	struct sva_desc desc = { 0 };

	(void)state;
	assert_int_equal(write_desc((unsigned int)file, &program, &desc, 64), -ENODEV);
	assert_true(emu_cdev_settled(machine, (unsigned int)file));
	assert_int_equal(emu_cdev_portal(machine, &program, (unsigned int)file, 4096), EMU_LANES);
}

static void test_close_waits(void **state)
{
	unsigned int file = ready_file(&program, SHARED);
	struct emu_worker *worker = &machine->live.process[0].worker[0];
	unsigned int lane = (unsigned int)machine->file[file].lane;
	struct sva_desc desc = { 0 };

	(void)state;
	assert_true(emu_cdev_settled(machine, file));
	write_desc(file, &program, &desc, 64);
	assert_false(emu_cdev_settled(machine, file));
	assert_true(emu_queue_dispatch(machine, lane, worker, &desc));
	assert_false(emu_cdev_settled(machine, file));
	atomic_store(&worker->ticket, 0);
	assert_true(emu_cdev_settled(machine, file));
}

/* exec(), or an end in the middle: the file may live on in a child. */
static void test_process_goes(void **state)
{
	unsigned int file = ready_file(&program, SHARED), others = ready_file(&other, SHARED);
	struct sva_desc desc[2] = { { 0 } };
	int again;

	(void)state;
	write_desc(file, &program, desc, sizeof(desc));
	write_desc(others, &other, desc, 64);
	emu_process_close(machine, 0);
	assert_int_equal(emu_queue_occupancy(&machine->live.device[0].queue[SHARED]), 1);
	assert_true(emu_cdev_settled(machine, file));
	assert_int_equal(dsa->queue[SHARED].clients, 2);
	again = emu_process_open(machine, program.pid); /* the same pid with a new memory */
	assert_int_equal(again, 0);
	assert_int_equal(write_desc(file, &program, desc, 64), -EPERM);
	assert_int_equal(emu_cdev_portal(machine, &program, file, 4096), -EPERM);
	assert_int_not_equal(machine->process[0].pasid, machine->process[1].pasid);
}

static void test_limits(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < EMU_FILES; i++)
		assert_true(emu_cdev_open(machine, &program, 0, SHARED) >= 0);
	assert_int_equal(emu_cdev_open(machine, &program, 0, SHARED), -ENFILE);
	for (unsigned int i = 0; i < EMU_PROCESSES; i++)
		assert_int_equal(emu_process_open(machine, 1000 + (pid_t)i), i);
	assert_int_equal(emu_process_open(machine, 5000), -ENOSPC);
	emu_process_close(machine, 5);
	assert_int_equal(emu_process_open(machine, 5000), 5);
}

/* What processes had is free again for others. */
static void test_many_processes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * EMU_LANES; i++) {
		unsigned int file = ready_file(&program, SHARED);

		assert_true(machine->file[file].lane >= 0);
		emu_process_close(machine, 0);
		emu_cdev_close(machine, file);
	}
	assert_int_equal(dsa->queue[SHARED].clients, 0);
}

/* The driver forgets the clients of a queue that is enabled anew. */
static void test_forgotten_client(void **state)
{
	unsigned int file = ready_file(&program, SHARED);

	(void)state;
	dsa->queue[SHARED].clients = 0;
	emu_cdev_close(machine, file);
	assert_int_equal(dsa->queue[SHARED].clients, 0);
}

static void test_caller(void **state)
{
	struct emu_caller caller;

	(void)state;
	assert_int_equal(emu_caller_of(gettid(), &caller), 0);
	assert_int_equal(caller.pid, getpid());
	assert_int_equal(emu_caller_of(-1, &caller), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_open, setup),
		cmocka_unit_test_setup(test_portal, setup),
		cmocka_unit_test_setup(test_pasid, setup),
		cmocka_unit_test_setup(test_write, setup),
		cmocka_unit_test_setup(test_write_refusals, setup),
		cmocka_unit_test_setup(test_write_to_iax, setup),
		cmocka_unit_test_setup(test_write_to_dedicated, setup),
		cmocka_unit_test_setup(test_without_engines, setup),
		cmocka_unit_test_setup(test_close_waits, setup),
		cmocka_unit_test_setup(test_process_goes, setup),
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_many_processes, setup),
		cmocka_unit_test_setup(test_forgotten_client, setup),
		cmocka_unit_test_setup(test_caller, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
