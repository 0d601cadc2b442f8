/* SPDX-License-Identifier: MIT */
/* Bugs of other programs and libraries for these devices, each tried here. */
#include <cpuid.h>
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"

#define SIZE         8192u
#define MAX_TRANSFER 1024u /* of wq0.0 */
#define MEMBERS      64

static unsigned char a[SIZE] __attribute__((aligned(4096)));
static unsigned char b[SIZE] __attribute__((aligned(4096)));
static unsigned char c[SIZE] __attribute__((aligned(4096)));
static struct sva_op op, ops[MEMBERS];
static struct sva_outcome outcome;

static struct sva_desc descs[MEMBERS];
static struct sva_record records[MEMBERS];
static struct sva_batch batch;

static int setup(void **state)
{
	int err = fixture_setup(state);

	fake_attr(*state, "wq0.0", "max_transfer_size", "1024\n");
	for (unsigned int i = 0; i < SIZE; i++)
		a[i] = (unsigned char)(i * 7 + i / 251 + 1);
	memset(b, 0, sizeof(b));
	memset(&op, 0, sizeof(op));
	memset(ops, 0, sizeof(ops));
	memset(records, 0, sizeof(records));
	outcome = (struct sva_outcome){ .size = sizeof(outcome) };
	return err;
}

/* Everything goes to the device. */
static struct sva_wq *open_with(struct sva_policy policy, uint32_t retries)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy, .retries = retries };
	struct sva_wq *wq;

	policy.size = sizeof(policy);
	policy.threshold = 1;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_not_equal(sva_wq_path(wq), SVA_PATH_CPU);
	return wq;
}

static struct sva_wq *open_pool(uint32_t flags, enum sva_wq_mode mode, uint32_t retries)
{
	struct sva_wq_opts queues = {
		.size = sizeof(queues), .mode = mode, .retries = retries, .flags = flags
	};
	struct sva_pool_opts opts = { .size = sizeof(opts),
				      .near = SVA_POOL_NEAR_NONE,
				      .queues = &queues };
	struct sva_wq *pool;

	assert_int_equal(sva_pool_open(&pool, &opts), 0);
	return pool;
}

static struct sva_ring *open_ring(struct sva_wq *wq, uint32_t most)
{
	struct sva_ring_opts opts = { .size = sizeof(opts), .batch = most };
	struct sva_ring *ring;

	assert_int_equal(sva_ring_open(&ring, wq, MEMBERS, &opts), 0);
	return ring;
}

static struct sva_op *copy(struct sva_op *o, unsigned int i)
{
	sva_prep_memmove(&o->desc, b + i * 64, a + i * 64, 64, 0);
	return o;
}

static void fill_batch(unsigned int count)
{
	assert_int_equal(sva_batch_init(&batch, descs, records, MEMBERS, 0), 0);
	for (unsigned int i = 0; i < count; i++)
		sva_prep_memmove(sva_batch_add(&batch), b + i * 64, a + i * 64, 64, 0);
}

static unsigned int reap_all(struct sva_ring *ring)
{
	unsigned int n = 0;
	int result;

	for (; sva_ring_reap(ring, &result); n++)
		assert_int_equal(result, 0);
	return n;
}

/*
 * The device has an operation that it holds: it does the first @bytes, and stops at a page. What
 * the record says of them is what it says of so long an operation.
 */
static void stop_after(struct sva_op *o, uint32_t bytes)
{
	static struct sva_op part;
	struct sva_wq *cpu;

	assert_int_equal(fake_lose(), 1);
	assert_int_equal(sva_wq_open(&cpu, "cpu", NULL), 0);
	part.desc = o->desc;
	part.desc.xfer_size = bytes;
	assert_int_equal(sva_submit(cpu, &part), 0);
	assert_int_equal(sva_poll(&part), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_wq_close(cpu), 0);
	part.record.bytes_completed = bytes;
	part.record.fault_addr = o->desc.src_addr + bytes;
	part.record.status = 0;
	o->record = part.record;
	__atomic_store_n(&o->record.status, SVA_STATUS_PAGE_FAULT, __ATOMIC_RELEASE);
}

/* In three parts, with page faults in between. */
static void run_with_faults(struct sva_wq *wq, uint32_t first, uint32_t second)
{
	fake.hold = true;
	assert_int_equal(sva_submit(wq, &op), 0);
	stop_after(&op, first);
	assert_int_equal(sva_op_resume(&op), 1);
	assert_int_equal(sva_submit(wq, &op), 0);
	stop_after(&op, second);
	assert_int_equal(sva_op_resume(&op), 1);
	fake.hold = false;
	assert_int_equal(sva_submit(wq, &op), 0);
	assert_int_equal(sva_op_resume(&op), 0);
	assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* A second machine: dsa0 with wq0.0 alone, dsa1 to dsa@last with @queues each. */
static void more_devices(struct fake_tree *tree, unsigned int last, unsigned int queues)
{
	fake_remove(tree, "wq0.1");
	for (unsigned int i = 1; i <= last; i++) {
		char name[16];

		snprintf(name, sizeof(name), "dsa%u", i);
		fake_device(tree, name);
		for (unsigned int k = 0; k < queues; k++) {
			snprintf(name, sizeof(name), "wq%u.%u", i, k);
			fixture_queue(tree, name, "shared");
		}
	}
}

/* All members of a pool get something, and all of it arrives. */
static void use_all_members(unsigned int expected)
{
	struct sva_wq *pool = open_pool(SVA_OPEN_NO_CPU, SVA_WQ_MODE_ANY, 0);
	unsigned int moves = 0;

	assert_int_equal(sva_pool_count(pool), expected);
	fake.hold = true;
	for (unsigned int i = 0; i < MEMBERS; i++)
		assert_int_equal(sva_submit(pool, copy(&ops[i], i)), 0);
	fake_complete(UINT_MAX);
	fake.hold = false;
	for (unsigned int i = 0; i < MEMBERS; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	assert_memory_equal(a, b, MEMBERS * 64ul);
	for (unsigned int i = 0; i < expected; i++) {
		const struct fake_queue *q =
			fake_queue(sva_wq_info(sva_pool_member(pool, i))->name);

		assert_true(q->moves > 0);
		moves += q->moves;
	}
	assert_int_equal(moves, MEMBERS);
	close_fake(pool);
}

/* SPDK: of an operation that is split in segments only the last segment's error is reported. */
static void spdk_error_of_an_earlier_segment(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ .fault = SVA_FAULT_REPORT }, 0);
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };
	int order;

	(void)state;
	fake_queue("wq0.0")->faults = 1;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -EFAULT);
	assert_int_equal(outcome.bytes, MAX_TRANSFER / 2);
	assert_int_equal(sva_dif_insert(wq, b, a, 14 * 512, &dif, NULL), 0);
	b[520 + 3]++;
	assert_int_equal(sva_dif_check(wq, b, 14 * 520, &dif, &outcome), -EBADMSG);
	assert_int_equal(outcome.offset, 520);
	memcpy(b, a, SIZE);
	b[MAX_TRANSFER + 5]++;
	assert_int_equal(sva_memcmp(wq, a, b, SIZE, &order, NULL), 0);
	assert_int_not_equal(order, 0);
	close_fake(wq);
}

/* SPDK: an IAX device is taken for a DSA. */
static void spdk_iax_taken_for_dsa(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *pool, *wq;

	fake_attr(tree, "dsa0", "state", "disabled\n");
	fake_device(tree, "iax1");
	fake_wq(tree, "wq1.0", "shared");
	fake_attr(tree, "wq1.0", "cdev_minor", "3\n");
	fake_node(tree, "iax/wq1.0");
	assert_int_equal(sva_wq_open(&wq, NULL, NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	pool = open_pool(0, SVA_WQ_MODE_ANY, 0);
	assert_int_equal(sva_pool_count(pool), 0);
	assert_int_equal(fake.opens, 0);
	close_fake(pool);
	close_fake(wq);
}

/* SPDK: an operation that a reset of the device has taken is waited for without end. */
static void spdk_hang_after_a_reset(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	submit_held(wq, &op);
	assert_int_equal(fake_lose(), 1);
	fake.hold = false;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_LOST);
	close_fake(wq);
}

/* DPDK: a page fault on a write, 0x83, is an "unknown error". */
static void dpdk_write_fault_is_unknown(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ .fault = SVA_FAULT_REPORT }, 0);
	struct sva_wq_stats stats = { .size = sizeof(stats) };
	struct sva_result result = { .size = sizeof(result) };
	char text[300];

	(void)state;
	fake_queue("wq0.0")->write_faults = 2;
	assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
	assert_int_equal(sva_poll(&op), 0x83);
	assert_int_equal(sva_decode(&op.desc, &op.record, &result), -EFAULT);
	assert_true(result.write_fault && result.partial);
	assert_int_equal(result.bytes_completed, 32);
	sva_explain(&op.desc, &op.record, text, sizeof(text));
	assert_non_null(strstr(text, "page fault on write"));
	assert_int_equal(sva_memcpy(wq, b, a, MAX_TRANSFER, &outcome), -EFAULT);
	assert_int_equal(outcome.fault_addr, (uintptr_t)b + MAX_TRANSFER / 2);
	assert_int_equal(sva_wq_stats(wq, &stats), 0);
	assert_int_equal(stats.write_faults, 1);
	assert_int_equal(stats.read_faults, 0);
	close_fake(wq);
}

/* DPDK: queues that are shared, or disabled, are probed as if they could be used. */
static void dpdk_unsuitable_queues_are_probed(void **state)
{
	struct sva_wq_opts queues = { .size = sizeof(queues),
				      .flags = SVA_OPEN_NO_CPU,
				      .mode = SVA_WQ_MODE_DEDICATED };
	struct sva_pool_opts opts = { .size = sizeof(opts), .queues = &queues };
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.1", "state", "disabled\n");
	assert_true(sva_wq_open(&wq, NULL, &queues) < 0);
	assert_true(sva_wq_open(&wq, "wq0.0", &queues) < 0);
	assert_true(sva_pool_open(&wq, &opts) < 0);
	assert_int_equal(fake.opens, 0);
}

/* DPDK: a batch may have more members than max_batch_size. */
static void dpdk_batch_over_the_limit(void **state)
{
	struct sva_ring *ring;
	struct sva_wq *wqs[2];

	fake_attr(fixture_tree(state), "wq0.0", "max_batch_size", "8\n");
	wqs[0] = open_with((struct sva_policy){ 0 }, 0);
	wqs[1] = open_pool(0, SVA_WQ_MODE_SHARED, 0);
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int before = fake.submissions;

		fill_batch(9);
		assert_int_equal(sva_submit_batch(wqs[i], &batch, &op), -E2BIG);
		assert_int_equal(fake.submissions, before);
		fill_batch(8);
		assert_int_equal(sva_submit_batch(wqs[i], &batch, &op), 0);
		assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);

		ring = open_ring(wqs[i], 64);
		before = fake.submissions;
		for (unsigned int k = 0; k < MEMBERS; k++)
			copy(sva_ring_get(ring), k);
		assert_int_equal(sva_ring_submit(ring), MEMBERS);
		assert_true(fake.submissions - before >= MEMBERS / 8);
		assert_int_equal(sva_desc_opcode(&fake.last), SVA_OP_BATCH);
		assert_in_range(fake.last.desc_count, 2, 8);
		assert_int_equal(reap_all(ring), MEMBERS);
		assert_int_equal(sva_ring_close(ring), 0);
		close_fake(wqs[i]);
	}
}

/* psm3: the retry of write(2) writes 0 bytes, and that is a success. */
static void psm3_write_of_nothing(void **state)
{
	struct sva_wq *wq;
	unsigned int before;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 0);
	before = fake.submissions;
	fake.write_eagain = 2;
	fake.write_zero = true;
	assert_int_equal(sva_submit(wq, copy(&op, 0)), -EIO);
	fill_batch(4);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), -EIO);
	assert_int_equal(sva_submit_many(wq, copy(&ops[0], 0), 1), -EIO);
	assert_true(sva_memcpy(wq, b, a, SIZE, &outcome) < 0);
	assert_int_equal(outcome.bytes, 0);
	assert_int_equal(fake.submissions, before);
	fake.write_zero = false;
	fake.write_eagain = 0;
	close_fake(wq);
}

/* libfabric's shm: a full queue is tried without bound. */
static void libfabric_retries_without_bound(void **state)
{
	(void)state;
	for (int by_write = 0; by_write < 2; by_write++) {
		struct sva_wq *wq;

		fake.mmap_errno = by_write ? EPERM : 0;
		wq = open_with((struct sva_policy){ 0 }, 20);
		fake.retry = fake.write_eagain = 1000;
		assert_int_equal(sva_submit(wq, copy(&op, 0)), -EAGAIN);
		assert_int_equal(by_write ? fake.write_eagain : fake.retry, 1000 - 20);
		fake.retry = fake.write_eagain = UINT_MAX;
		assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
		assert_int_equal(outcome.why, SVA_WHY_FULL);
		fake.retry = fake.write_eagain = 0;
		close_fake(wq);
	}
}

/* libfabric's shm: what open(2) has returned is not looked at before mmap(2). */
static void libfabric_open_is_not_checked(void **state)
{
	struct sva_wq *wq;

	(void)state;
	fake.open_errno = EACCES;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(fake.maps, 0);
	close_fake(wq);
	fake.open_errno = 0;
	fake.mmap_errno = EPERM; /* nor is MAP_FAILED a portal */
	wq = open_fake("wq0.0");
	assert_null(wq->portal);
	close_fake(wq);
}

/* accel-config's dsa_test: a descriptor is dropped in silence after three retries. */
static void dsa_test_drops_after_three_retries(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ 0 }, 20);
	struct sva_ring *ring = open_ring(wq, 1);

	(void)state;
	fake.retry = 10;
	assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
	assert_int_equal(fake.submissions, 1);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);

	copy(sva_ring_get(ring), 1);
	copy(sva_ring_get(ring), 2);
	fake.retry = UINT_MAX;
	assert_int_equal(sva_ring_submit(ring), -EAGAIN);
	assert_int_equal(sva_ring_submit(ring), -EAGAIN);
	fake.retry = 0;
	assert_int_equal(sva_ring_submit(ring), 2);
	assert_int_equal(fake.submissions, 3);
	assert_int_equal(reap_all(ring), 2);
	assert_memory_equal(a, b, 3 * 64);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

/* accel-config's dsa_test: the TSC is taken for one of 3 GHz. One UMWAIT here is of 100 us. */
static void dsa_test_tsc_of_3_ghz(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	bool right = false;

	(void)state;
	submit_held(wq, &op);
	for (int tries = 0; tries < 20 && !right; tries++) { /* this thread may lose the CPU */
		int64_t ns = now_ns();
		uint64_t tsc = sva_rdtsc(), ticks;

		assert_int_equal(sva_wait(&op, 5000000, SVA_WAIT_UMWAIT), -ETIMEDOUT);
		ticks = (sva_rdtsc() - tsc) * 100000 / (uint64_t)(now_ns() - ns);
		right = fake.umwait_ticks > ticks * 9 / 10 && fake.umwait_ticks < ticks * 11 / 10;
	}
	assert_true(right);
	fake_complete(UINT_MAX);
	fake.hold = false;
	close_fake(wq);
}

/* accel-config's dsa_test: after a page fault a CRC goes on with the old seed. */
static void dsa_test_crc_is_not_reseeded(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	for (int with_copy = 0; with_copy < 2; with_copy++) {
		uint32_t crc = 0x1234567;

		assert_int_equal(sva_crc32c(wq, a, MAX_TRANSFER, &crc, NULL), 0);
		if (with_copy)
			sva_prep_copy_crc(&op.desc, b, a, MAX_TRANSFER, 0x1234567, 0);
		else
			sva_prep_crc(&op.desc, a, MAX_TRANSFER, 0x1234567, 0);
		run_with_faults(wq, 300, 500);
		assert_int_equal(op.record.crc, crc);
	}
	assert_memory_equal(a, b, MAX_TRANSFER);
	close_fake(wq);
}

/* libaccel-config: op_cap and errors are unreadable, 3.5.3 since Linux 6.0, 4.x before. */
static void accel_config_masks_of_another_kernel(void **state)
{
	static const char *const texts[] = {
		"00000000,00000000,00000000,00000000,00000000,00000000,0000007b,00bf07ff\n",
		"0x7b00bf07ff 0x0 0x0 0x0\n",
		"0x7b00bf07ff\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct sva_dev_info *dev;
		struct sva_topology *topo;
		struct sva_wq *wq;

		fake_attr(fixture_tree(state), "dsa0", "op_cap", texts[i]);
		fake_attr(fixture_tree(state), "dsa0", "errors", texts[i]);
		topo = discover_fake();
		dev = sva_topology_next_dev(topo, NULL);
		assert_int_equal(dev->unknown & (SVA_ATTR_OP_CAP | SVA_ATTR_ERRORS), 0);
		assert_true(dev->op_cap.bits[0] == 0x7b00bf07ff && !dev->op_cap.bits[3]);
		assert_true(dev->errors.bits[0] == 0x7b00bf07ff && !dev->errors.bits[3]);
		sva_topology_free(topo);
		wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 0);
		assert_int_equal(sva_memcpy(wq, b, a, 64, NULL), 0);
		close_fake(wq);
	}
}

/* libaccel-config 3.5.3: a device whose cmd_status is read-only is not there. */
static void accel_config_cmd_status_read_only(void **state)
{
	char path[300], text[16] = "";
	FILE *file;

	fake_attr(fixture_tree(state), "dsa0", "cmd_status", "0x21\n");
	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/dsa0/cmd_status",
		 fake_tree_path(fixture_tree(state)));
	assert_int_equal(chmod(path, 0444), 0);
	close_fake(open_fake("wq0.0"));
	file = fopen(path, "re"); /* nothing was written, which root could */
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "0x21\n");
	fake_attr(fixture_tree(state), "dsa0", "cmd_status", NULL);
	close_fake(open_fake("wq0.0"));
}

/* libaccel-config: it has no words for cmd_status 0x80110000, no SVA for queues of programs. */
static void accel_config_cmd_status_without_words(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "dsa0", "cmd_status", "0x80110000\n");
	fake.open_errno = EOPNOTSUPP;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
	assert_non_null(strstr(sva_wq_why(wq), "cmd_status 0x80110000: no IOMMU with SVA"));
	assert_true(*sva_report_get(sva_wq_report(wq), 0)->remedy);
	close_fake(wq);
}

/* DTO: a comparison that ends at a difference counts the transfer size, not the bytes done. */
static void dto_memcmp_of_a_mismatch(void **state)
{
	static const unsigned int at[] = { 0, 63, 1023, 1024, 3000, SIZE - 1 };
	struct sva_wq *wq = open_with((struct sva_policy){ 0 }, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		int order;

		memcpy(b, a, SIZE);
		b[at[i]] ^= 0x80;
		assert_int_equal(sva_memcmp(wq, a, b, SIZE, &order, &outcome), 0);
		assert_int_equal(order < 0, memcmp(a, b, SIZE) < 0);
		assert_int_not_equal(order, 0);
		assert_int_equal(outcome.offset, at[i]);
		assert_int_equal(outcome.bytes, at[i]);
		assert_true(fake.submissions > 0);
	}
	close_fake(wq);
}

/* DTO: WAITPKG is looked for in leaf 0 of CPUID, and always found. */
static void dto_waitpkg_in_leaf_0(void **state)
{
	unsigned int eax, ebx, ecx, edx;
	bool has = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && ecx >> 5 & 1;

	(void)state;
	assert_int_equal((sva_cpu_features() & SVA_CPU_WAITPKG) != 0, has);
}

/* DTO: a record that is written between the last look and UMONITOR wakes nobody. */
static void dto_no_look_after_umonitor(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	submit_held(wq, &op);
	fake.complete_in_umonitor = true;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_UMWAIT), SVA_STATUS_SUCCESS);
	assert_int_equal(fake.umwaits, 0);
	fake.hold = false;
	close_fake(wq);
}

/* DTO, and DML: no time-out. */
static void dto_no_time_out(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ 0 }, 0);
	struct sva_policy policy = { .size = sizeof(policy),
				     .flags = SVA_POLICY_NO_CPU,
				     .timeout_ns = 1000000 };
	struct sva_ring *ring = open_ring(wq, 1);
	int result;

	(void)state;
	submit_held(wq, &op);
	assert_int_equal(sva_wait(&op, 1000000, SVA_WAIT_AUTO), -ETIMEDOUT);
	copy(sva_ring_get(ring), 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_null(sva_ring_wait(ring, 1000000, &result));
	assert_int_equal(result, -ETIMEDOUT);
	assert_int_equal(sva_ring_drain(ring, 1000000), -ETIMEDOUT);
	fake_complete(UINT_MAX);
	assert_int_equal(sva_wait(&op, 0, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(reap_all(ring), 1);
	fake.hold = false;
	fake.retry = UINT_MAX;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, NULL), -ETIMEDOUT);
	fake.retry = 0;
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

/* DTO: a queue in its list that is not a shared one is looked at for ever. */
static void dto_queue_that_is_not_shared(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .mode = SVA_WQ_MODE_SHARED };
	struct sva_wq *wq;

	fixture_queue(fixture_tree(state), "wq0.2", "shared");
	fake_attr(fixture_tree(state), "wq0.0", "mode", "dedicated\n");
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.2");
	close_fake(wq);
	fake_remove(fixture_tree(state), "wq0.2");
	assert_true(sva_wq_open(&wq, NULL, &opts) < 0);
	assert_int_equal(fake.opens, 1);
}

/* DML: the flag of its C interface for a fence is not the bit that the device takes for one. */
static void dml_fence_is_another_bit(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	fill_batch(3);
	descs[0].xfer_size = 0; /* which fails */
	sva_prep_memmove(&descs[2], b + 2 * 64, a + 2 * 64, 64, SVA_FLAG_FENCE);
	descs[2].completion_addr = (uintptr_t)&records[2];
	assert_int_equal(descs[2].op_flags & 1, 1);
	assert_int_equal(descs[1].op_flags & 1, 0);
	assert_int_equal(sva_submit_batch(wq, &batch, &op), 0);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_BATCH_FAIL);
	assert_int_equal(records[1].status, SVA_STATUS_SUCCESS);
	assert_int_equal(records[2].status, SVA_STATUS_NONE);
	assert_int_equal(b[2 * 64], 0);
	close_fake(wq);
}

/* DML: after a page fault the offset of a difference is that in the last part. */
static void dml_compare_after_a_fault(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = open_ring(wq, 1);
	struct sva_op *o = sva_ring_get(ring);
	int result;

	(void)state;
	memcpy(b, a, SIZE);
	b[900]++;
	sva_prep_compare(&op.desc, a, b, MAX_TRANSFER, 0);
	run_with_faults(wq, 200, 300);
	assert_int_equal(op.record.result, 1);
	assert_int_equal(op.record.bytes_completed, 900);

	sva_prep_compare(&o->desc, a, b, MAX_TRANSFER, 0);
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	stop_after(o, 256);
	assert_null(sva_ring_reap(ring, &result)); /* the rest is submitted */
	stop_after(o, 256);
	assert_null(sva_ring_reap(ring, &result));
	fake_complete(1);
	assert_ptr_equal(sva_ring_reap(ring, &result), o);
	assert_int_equal(o->record.result, 1);
	assert_int_equal(o->record.bytes_completed, 900);
	fake.hold = false;
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

/* DML: after a page fault, DIF insert and strip write wrong blocks, and succeed. */
static void dml_dif_after_a_fault(void **state)
{
	struct sva_dif_tags tags = { .ref_tag = 7, .app_tag = 3 };
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512, .src = tags, .dst = tags };
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	memset(c, 0, sizeof(c));
	assert_int_equal(sva_dif_insert(wq, c, a, 6 * 512, &dif, NULL), 0);
	sva_prep_dif_insert(&op.desc, b, a, 6 * 512, SVA_DIF_BLOCK_512, 0, tags, 0);
	run_with_faults(wq, 512, 2 * 512);
	assert_memory_equal(b, c, SIZE);

	memset(b, 0, sizeof(b));
	sva_prep_dif_strip(&op.desc, b, c, 6 * 520, SVA_DIF_BLOCK_512, 0, tags, 0);
	run_with_faults(wq, 520, 2 * 520);
	assert_memory_equal(b, a, 6 * 512);
	assert_int_equal(b[6 * 512], 0);
	close_fake(wq);
}

/* DML: one index of queues serves devices with different numbers of them: a NULL portal is used. */
static void dml_queues_of_another_device(void **state)
{
	more_devices(fixture_tree(state), 2, 3);
	fake_remove(fixture_tree(state), "wq2.1");
	fake_remove(fixture_tree(state), "wq2.2");
	use_all_members(1 + 3 + 1);
}

/* DML: more than 8 devices overrun an array. */
static void dml_more_than_8_devices(void **state)
{
	more_devices(fixture_tree(state), 19, 1);
	use_all_members(20);
	close_fake(open_fake("wq19.0"));
}

/* DML: five causes share one status. */
static void dml_causes_that_are_not_told_apart(void **state)
{
	static const struct {
		const char *attr, *value;
		int open_errno;
	} causes[] = {
		{ "state", "disabled\n", 0 }, { "type", "kernel\n", 0 },
		{ "mode", "dedicated\n", 0 }, { NULL, NULL, EACCES },
		{ NULL, NULL, EOPNOTSUPP },   { NULL, NULL, ENOENT },
		{ NULL, NULL, EBUSY },        { "absent", NULL, 0 },
		{ "nothing", NULL, 0 },
	};
	const size_t count = sizeof(causes) / sizeof(causes[0]);
	static char whys[16][600];

	for (size_t i = 0; i < count; i++) {
		struct sva_wq_opts opts = { .size = sizeof(opts), .mode = SVA_WQ_MODE_SHARED };
		const char *attr = causes[i].attr;
		struct sva_wq *wq;

		fake.open_errno = causes[i].open_errno;
		if (attr && !strcmp(attr, "absent"))
			fake_remove(fixture_tree(state), "wq0.0");
		else if (attr && !strcmp(attr, "nothing"))
			setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
		else if (attr)
			fake_attr(fixture_tree(state), "wq0.0", attr, causes[i].value);
		assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
		assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
		snprintf(whys[i], sizeof(whys[i]), "%s", sva_wq_why(wq));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(whys[k], whys[i]);
		close_fake(wq);
		fixture_reset(state);
	}
}

/* DML: one pass over the queues, and no pause between tries. */
static void dml_one_pass_without_a_pause(void **state)
{
	struct sva_wq *pool, *wq = open_with((struct sva_policy){ 0 }, 20);

	fake.retry = 15;
	assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
	assert_true(fake.pauses >= 15);
	close_fake(wq);

	fixture_queue(fixture_tree(state), "wq0.2", "shared");
	pool = open_pool(SVA_OPEN_NO_CPU, SVA_WQ_MODE_SHARED, 20);
	fake.retry = 15;
	fake.pauses = 0;
	assert_int_equal(sva_submit(pool, copy(&op, 0)), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(fake.retry, 0);
	assert_true(fake.pauses >= 5);
	close_fake(pool);
}

/* DML: instructions are used that CPUID does not have: SIGILL. */
static void dml_no_cpuid(void **state)
{
	struct sva_wq *wq;

	(void)state;
	for (int dedicated = 0; dedicated < 2; dedicated++) {
		wq = open_fake(dedicated ? "wq0.1" : "wq0.0");
		assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
		submit_held(wq, &op);
		assert_int_equal(sva_wait(&op, 1000000, SVA_WAIT_AUTO), -ETIMEDOUT);
		assert_int_equal(sva_wait(&op, 1000000, SVA_WAIT_UMWAIT), -ETIMEDOUT);
		fake_complete(UINT_MAX);
		fake.hold = false;
		assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
		close_fake(wq);
	}
	assert_int_equal(fake.umwaits, 0);
	assert_int_equal(fake.maps, 0);
}

/* DML: no write(2), so that without privileges nothing works where mmap(2) needs them. */
static void dml_no_write(void **state)
{
	struct sva_ring *ring;
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	assert_int_equal(outcome.device_bytes, SIZE);
	assert_memory_equal(a, b, SIZE);
	ring = open_ring(wq, 0);
	copy(sva_ring_get(ring), 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_int_equal(reap_all(ring), 1);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
	wq = open_pool(SVA_OPEN_NO_CPU, SVA_WQ_MODE_ANY, 0);
	assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
	assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	close_fake(wq);
}

/* DML: a device whose numa_node is -1 is never used. */
static void dml_device_without_a_node(void **state)
{
	struct sva_pool_opts opts = { .size = sizeof(opts) };
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "dsa0", "numa_node", "-1\n");
	close_fake(open_fake(NULL));
	for (int near = SVA_POOL_NEAR_CPU; near <= SVA_POOL_NEAR_NONE; near++) {
		opts.near = (enum sva_pool_near)near;
		assert_int_equal(sva_pool_open(&wq, &opts), 0);
		assert_int_equal(sva_pool_count(wq), 2);
		assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
		assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
		close_fake(wq);
	}
	assert_int_equal(fake_queue("wq0.0")->moves + fake_queue("wq0.1")->moves, 3);
}

/* DML: a job that no queue has accepted is "being processed" for ever. */
static void dml_processed_without_submission(void **state)
{
	struct sva_wq *wqs[2] = { open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 5),
				  open_pool(SVA_OPEN_NO_CPU, SVA_WQ_MODE_SHARED, 5) };

	(void)state;
	fake.retry = UINT_MAX;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(sva_submit(wqs[i], copy(&op, 0)), -EAGAIN);
		assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
		assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_NOT_SUBMITTED);
		assert_int_equal(sva_try_submit(wqs[i], copy(&op, 0)), -EAGAIN);
		assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
		fill_batch(4);
		assert_int_equal(sva_submit_batch(wqs[i], &batch, &op), -EAGAIN);
		assert_int_equal(sva_poll(&op), SVA_STATUS_NOT_SUBMITTED);
		copy(&ops[1], 1);
		assert_int_equal(sva_submit_many(wqs[i], copy(&ops[0], 0), 2), -EAGAIN);
		assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
		assert_int_equal(sva_poll(&ops[1]), SVA_STATUS_NOT_SUBMITTED);
	}
	fake.retry = 0;
	close_fake(wqs[0]);
	close_fake(wqs[1]);
}

/* DML: the same, in a ring: what a dead queue does not take is never "being processed". */
static void dml_processed_by_a_dead_queue(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 5);
	struct sva_ring *ring = open_ring(wq, 1);
	struct sva_op *o = copy(sva_ring_get(ring), 0);
	int result;

	fake_attr(fixture_tree(state), "wq0.0", "state", "disabled\n");
	fake.retry = UINT_MAX;
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_ptr_equal(sva_ring_reap(ring, &result), o);
	assert_int_equal(result, -ENODEV);
	assert_int_equal(sva_ring_in_flight(ring), 0);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

/* QPL: write(2) is probed with a NOOP that is waited for without bound. */
static void qpl_probe_without_bound(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20 };
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.hold = true;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_report_get(sva_wq_report(wq), 0)->err, -ETIMEDOUT);
	assert_int_equal(fake.opens, fake.closes);
	close_fake(wq);
}

/* QPL: after a page fault the page is touched once, and never again. */
static void qpl_fault_is_touched_once(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 0);

	(void)state;
	fake_queue("wq0.0")->faults = 2;
	fake_queue("wq0.0")->write_faults = 2;
	assert_int_equal(sva_memcpy(wq, b, a, MAX_TRANSFER, &outcome), 0);
	assert_memory_equal(a, b, MAX_TRANSFER);
	assert_int_equal(outcome.faults, 4);
	assert_int_equal(outcome.resumed, 4);
	assert_int_equal(outcome.device_bytes, MAX_TRANSFER);
	close_fake(wq);
}

/* QPL: it is touched by reading and writing back, which takes away what others write meanwhile. */
static void qpl_fault_is_touched_by_a_store(void **state)
{
	unsigned char *page = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_wq *wq = open_with((struct sva_policy){ .flags = SVA_POLICY_NO_CPU }, 0);
	struct sva_ring *ring = open_ring(wq, 1);
	struct sva_op *o = sva_ring_get(ring);
	int result;

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	fake_queue("wq0.0")->faults = 2; /* who stores to this page is killed */
	assert_int_equal(sva_memcpy(wq, b, page, SIZE, &outcome), 0);
	assert_int_equal(outcome.faults, 2);

	sva_prep_memmove(&o->desc, page, a, 256, 0);
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	fake_lose();
	fake.hold = false;
	o->record.fault_addr = (uintptr_t)page;
	__atomic_store_n(&o->record.status, SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE,
			 __ATOMIC_RELEASE);
	assert_ptr_equal(sva_ring_reap(ring, &result), o);
	assert_int_equal(result, -EFAULT);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
	munmap(page, SIZE);
}

/* QPL: the CPU does the whole once more, not what the device has left. */
static void qpl_fallback_does_it_all(void **state)
{
	struct sva_wq *wq = open_with((struct sva_policy){ .fault = SVA_FAULT_CPU }, 0);
	struct sva_ring *ring = open_ring(wq, 1);
	struct sva_op *o = sva_ring_get(ring);
	int result;

	(void)state;
	fake_queue("wq0.0")->faults = 1;
	assert_int_equal(sva_memcpy(wq, b, a, MAX_TRANSFER, &outcome), 0);
	assert_int_equal(outcome.device_bytes, MAX_TRANSFER / 2);
	assert_int_equal(outcome.why, SVA_WHY_FAULT);
	assert_memory_equal(a, b, MAX_TRANSFER);

	memset(b, 0, SIZE);
	sva_prep_memmove(&o->desc, b, a, 512, 0);
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	stop_after(o, 256);
	fake.hold = false;
	b[100] = 99; /* of what is done nothing is done again */
	assert_ptr_equal(sva_ring_reap(ring, &result), o);
	assert_int_equal(result, 0);
	assert_int_equal(b[100], 99);
	assert_memory_equal(b + 256, a + 256, 256);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

static unsigned int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void be_the_child(struct sva_wq *wq, struct sva_wq *pool, struct sva_ring *ring,
			 unsigned int before)
{
	struct sva_wq *const queues[] = { wq, pool };
	int result;

	CHILD_CHECK(open_files() <= before);
	for (unsigned int i = 0; i < 2; i++) {
		CHILD_CHECK(sva_submit(queues[i], copy(&op, 0)) == -ESTALE);
		CHILD_CHECK(sva_memcpy(queues[i], b, a, SIZE, NULL) == -ESTALE);
		CHILD_CHECK(sva_wq_reopen(queues[i]) == 0);
		CHILD_CHECK(sva_wq_reopen(queues[i]) == -EALREADY);
		CHILD_CHECK(sva_submit(queues[i], copy(&op, 0)) == 0);
		CHILD_CHECK(sva_poll(&op) == SVA_STATUS_SUCCESS);
	}
	CHILD_CHECK(sva_ring_submit(ring) == -ESTALE);
	CHILD_CHECK(sva_ring_reopen(ring) == 0);
	copy(sva_ring_get(ring), 1);
	CHILD_CHECK(sva_ring_submit(ring) == 1);
	CHILD_CHECK(sva_ring_reap(ring, &result) && !result);
	CHILD_CHECK(sva_ring_close(ring) == 0);
	CHILD_CHECK(sva_wq_close(pool) == 0);
	CHILD_CHECK(sva_wq_close(wq) == 0);
	CHILD_CHECK(open_files() <= before);
	_exit(0);
}

/* UADK: the child of a fork goes on with the parent's queues, or leaks what they were. */
static void uadk_child_of_a_fork(void **state)
{
	unsigned int before = open_files();
	struct sva_wq *wq = open_with((struct sva_policy){ 0 }, 0);
	struct sva_wq *pool = open_pool(0, SVA_WQ_MODE_SHARED, 0);
	struct sva_ring *ring = open_ring(wq, 0);
	pid_t child;

	(void)state;
	assert_int_equal(sva_submit(wq, copy(&op, 0)), 0);
	child = fork();
	if (!child)
		be_the_child(wq, pool, ring, before);
	expect_good_end(child);
	for (unsigned int i = 0; i < 2; i++) { /* the parent is not disturbed */
		assert_int_equal(sva_submit(i ? pool : wq, copy(&op, 0)), 0);
		assert_int_equal(sva_poll(&op), SVA_STATUS_SUCCESS);
	}
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(pool);
	close_fake(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

static const struct CMUnitTest old_cpu[] = { TEST(dml_no_cpuid) };
static const struct CMUnitTest this_cpu[] = { TEST(dto_waitpkg_in_leaf_0) };

/* The library asks the CPU once: another one needs another process. */
static void run_on(const char *features)
{
	pid_t child = fork();

	if (!child) {
		execl("/proc/self/exe", "test_peers", features, (char *)NULL);
		_exit(127);
	}
	expect_good_end(child);
}

static void dml_no_cpuid_of_an_old_cpu(void **state)
{
	(void)state;
	run_on("-enqcmd,-movdir64b,-waitpkg");
}

static void dto_waitpkg_of_this_cpu(void **state)
{
	(void)state;
	run_on("");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(spdk_error_of_an_earlier_segment),
		TEST(spdk_iax_taken_for_dsa),
		TEST(spdk_hang_after_a_reset),
		TEST(dpdk_write_fault_is_unknown),
		TEST(dpdk_unsuitable_queues_are_probed),
		TEST(dpdk_batch_over_the_limit),
		TEST(psm3_write_of_nothing),
		TEST(libfabric_retries_without_bound),
		TEST(libfabric_open_is_not_checked),
		TEST(dsa_test_drops_after_three_retries),
		TEST(dsa_test_tsc_of_3_ghz),
		TEST(dsa_test_crc_is_not_reseeded),
		TEST(accel_config_masks_of_another_kernel),
		TEST(accel_config_cmd_status_read_only),
		TEST(accel_config_cmd_status_without_words),
		TEST(dto_memcmp_of_a_mismatch),
		TEST(dto_waitpkg_of_this_cpu),
		TEST(dto_no_look_after_umonitor),
		TEST(dto_no_time_out),
		TEST(dto_queue_that_is_not_shared),
		TEST(dml_fence_is_another_bit),
		TEST(dml_compare_after_a_fault),
		TEST(dml_dif_after_a_fault),
		TEST(dml_queues_of_another_device),
		TEST(dml_more_than_8_devices),
		TEST(dml_causes_that_are_not_told_apart),
		TEST(dml_one_pass_without_a_pause),
		TEST(dml_no_cpuid_of_an_old_cpu),
		TEST(dml_no_write),
		TEST(dml_device_without_a_node),
		TEST(dml_processed_without_submission),
		TEST(dml_processed_by_a_dead_queue),
		TEST(qpl_probe_without_bound),
		TEST(qpl_fault_is_touched_once),
		TEST(qpl_fault_is_touched_by_a_store),
		TEST(qpl_fallback_does_it_all),
		TEST(uadk_child_of_a_fork),
	};

	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	setenv("LIBSVA_CPU", argv[1], 1); /* before the library asks */
	return *argv[1] ? cmocka_run_group_tests(old_cpu, NULL, NULL)
			: cmocka_run_group_tests(this_cpu, NULL, NULL);
}
