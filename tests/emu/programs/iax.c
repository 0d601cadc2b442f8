/* SPDX-License-Identifier: MIT */
/*
 * The queues of an IAX device without a library: their nodes, records of 64 bytes, and page faults,
 * after which a program touches the page and submits the same descriptor again.
 *	iax portal [QUEUE...]   by ENQCMD and MOVDIR64B
 *	iax write [QUEUE...]    by write(2)
 * The queues have block on fault. Without a name they are a shared wq1.0 and a dedicated wq1.1,
 *beside a wq0.0 of a DSA device.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/iax.h>
#include <sva/insn.h>

#define PAGE  4096u
#define PAGES 16u

struct queue {
	int fd;
	bool dedicated;
	void *portal; /* NULL: write(2) */
};

static bool by_portal;
static const char *queue_name;
static struct queue queue;
static char *area; /* two pages that are not there */
static struct sva_desc desc;
static _Alignas(64) struct sva_iax_record record;

static bool is_dedicated(void)
{
	char path[64], mode[16] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/%s/mode", queue_name);
	fd = open(path, O_RDONLY);
	assert_true(read(fd, mode, sizeof(mode) - 1) > 0);
	close(fd);
	return mode[0] == 'd';
}

static int setup(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/dev/iax/%s", queue_name);
	area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	queue.fd = open(path, O_RDWR);
	queue.dedicated = is_dedicated();
	queue.portal = NULL;
	if (by_portal)
		queue.portal = mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, queue.fd, 0);
	return queue.fd < 0 || queue.portal == MAP_FAILED || area == MAP_FAILED;
}

static int teardown(void **state)
{
	(void)state;
	munmap(area, 2 * PAGE);
	if (queue.portal)
		munmap(queue.portal, PAGE);
	return close(queue.fd);
}

static void submit(void)
{
	if (!queue.portal)
		assert_int_equal(write(queue.fd, &desc, sizeof(desc)), sizeof(desc));
	else if (queue.dedicated)
		sva_movdir64b(queue.portal, &desc);
	else
		while (sva_enqcmd(queue.portal, &desc))
			;
}

static void prepare(unsigned int opcode, const void *src, size_t size, void *dst, size_t room)
{
	memset(&desc, 0, sizeof(desc));
	desc.op_flags = opcode << 24 | SVA_FLAG_CRAV | SVA_FLAG_RCR;
	desc.src_addr = (uintptr_t)src;
	desc.dst_addr = (uintptr_t)dst;
	desc.xfer_size = (uint32_t)size;
	desc.iax.max_dst_size = (uint32_t)room;
}

static unsigned int run(void)
{
	desc.completion_addr = (uintptr_t)&record;
	__atomic_store_n(&record.status, 0, __ATOMIC_RELEASE);
	submit();
	while (!__atomic_load_n(&record.status, __ATOMIC_ACQUIRE))
		sched_yield();
	return record.status;
}

/* The same descriptor until it is done, however often it faults; returns how often. */
static unsigned int finish(void)
{
	unsigned int faults = 0;

	while (SVA_STATUS_CODE(run()) == SVA_STATUS_PAGE_FAULT) {
		volatile char *page = (volatile char *)(uintptr_t)record.fault_addr;

		if (record.status & SVA_STATUS_WRITE)
			*page = *page;
		else
			(void)*page;
		faults++;
	}
	assert_int_equal(record.status, SVA_STATUS_SUCCESS);
	return faults;
}

static unsigned int read_number(const char *path)
{
	char text[32] = { 0 };
	int fd = open(path, O_RDONLY);

	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return (unsigned int)strtoul(text, NULL, 0);
}

static void test_node(void **state)
{
	struct stat st, dsa;

	(void)state;
	assert_int_equal(stat("/dev/iax/wq1.0", &st), 0);
	assert_int_equal(stat("/dev/dsa/wq0.0", &dsa), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(major(st.st_rdev), read_number("/sys/bus/dsa/devices/iax1/cdev_major"));
	assert_int_not_equal(major(st.st_rdev), major(dsa.st_rdev));
	assert_int_equal(minor(st.st_rdev), minor(dsa.st_rdev));
	assert_int_equal(access("/dev/dsa/wq1.0", F_OK), -1);
	assert_int_equal(access("/dev/iax/wq0.0", F_OK), -1);
}

/* 64 bytes, and not one more. */
static void test_record(void **state)
{
	static _Alignas(64) unsigned char records[3][64];
	static const unsigned char success[64] = { SVA_STATUS_SUCCESS };
	unsigned char around[64];

	(void)state;
	memset(records, 0xee, sizeof(records));
	memset(around, 0xee, sizeof(around));
	prepare(SVA_OP_NOOP, NULL, 0, NULL, 0);
	desc.completion_addr = (uintptr_t)records[1];
	submit();
	while (__atomic_load_n(records[1], __ATOMIC_ACQUIRE) == 0xee)
		sched_yield();
	assert_memory_equal(records[1], success, 64);
	assert_memory_equal(records[0], around, 64);
	assert_memory_equal(records[2], around, 64);
}

/* write(2) looks at the alignment; the device cannot say it in a record. */
static void test_misaligned_record(void **state)
{
	static _Alignas(64) struct sva_iax_record records[2];

	(void)state;
	prepare(SVA_OP_NOOP, NULL, 0, NULL, 0);
	desc.completion_addr = (uintptr_t)records + 32;
	if (queue.portal) {
		submit();
	} else {
		assert_int_equal(write(queue.fd, &desc, sizeof(desc)), -1);
		assert_int_equal(errno, EINVAL);
	}
	prepare(SVA_OP_DRAIN, NULL, 0, NULL, 0);
	assert_int_equal(run(), SVA_STATUS_SUCCESS);
	assert_int_equal(((char *)records)[32], 0);
}

/* CRC-64/XZ, by its check value. */
static void test_crc64(void **state)
{
	(void)state;
	prepare(SVA_IAX_OP_CRC64, "123456789", 9, NULL, 0);
	desc.tail.iax_flags = SVA_IAX_CRC64_INVERT | SVA_IAX_CRC64_REFLECT;
	desc.iax.polynomial = 0x42f0e1eba9ea3693;
	finish();
	assert_true(sva_iax_record_crc64(&record) == 0x995dc9bbdf1939fa);
}

/* Each page of the destination may fault; in the end everything is there. */
static void test_many_faults(void **state)
{
	size_t size = PAGES * (size_t)PAGE;
	char *from =
		mmap(NULL, 3 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *packed = from + size;

	(void)state;
	assert_ptr_not_equal(from, MAP_FAILED);
	for (size_t i = 0; i < size; i += 40)
		from[i] = (char)i;
	prepare(SVA_IAX_OP_ZERO_COMPRESS_32, from, size, packed, size);
	assert_true(finish() > 0);
	assert_in_range(record.output_size, 1, size / 4);
	prepare(SVA_IAX_OP_ZERO_DECOMPRESS_32, packed, record.output_size, packed + size, size);
	assert_true(finish() > 1);
	assert_int_equal(record.output_size, size);
	assert_memory_equal(packed + size, from, size);
	munmap(from, 3 * size);
}

static void test_fault(void **state)
{
	static char out[2 * PAGE];

	(void)state;
	area[0] = 1; /* the second page is the one that is missing */
	prepare(SVA_IAX_OP_ZERO_COMPRESS_16, area, 2 * PAGE, out, sizeof(out));
	memset(out, 0, sizeof(out));
	assert_int_equal(run(), SVA_STATUS_PAGE_FAULT);
	assert_int_equal(record.fault_addr, (uintptr_t)area + PAGE);
	assert_int_equal(record.output_size, 0);
	assert_int_equal(finish(), 1);
	assert_in_range(record.output_size, 1, sizeof(out));
}

static void test_block_on_fault(void **state)
{
	(void)state;
	prepare(SVA_IAX_OP_ZERO_COMPRESS_16, area, PAGE, area + PAGE, PAGE);
	desc.op_flags |= SVA_FLAG_BOF;
	assert_int_equal(run(), SVA_STATUS_SUCCESS);
}

static void test_read_only(void **state)
{
	(void)state;
	mprotect(area + PAGE, PAGE, PROT_READ);
	area[0] = 1;
	prepare(SVA_IAX_OP_ZERO_COMPRESS_16, area, PAGE, area + PAGE, PAGE);
	assert_int_equal(run(), SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	assert_int_equal(record.fault_addr, (uintptr_t)area + PAGE);
}

/* NIST SP 800-38A, F.3.13; IAX 1.0 has no such operation. */
static void test_encryption(void **state)
{
	static const uint8_t key[] =
		"\x2b\x7e\x15\x16\x28\xae\xd2\xa6\xab\xf7\x15\x88\x09\xcf\x4f\x3c";
	static const uint8_t iv[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t in[] =
		"\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a";
	static const uint8_t out[] =
		"\x3b\x3f\xd9\x2e\xb7\x2d\xad\x20\x33\x34\x49\xf8\xe8\x3c\xfb\x4a";
	static struct sva_iax_cipher_aecs aecs;

	(void)state;
	sva_iax_cipher_aecs_init(&aecs, key, 16, iv);
	prepare(SVA_IAX_OP_ENCRYPT, in, 16, area + PAGE - 8, 16);
	desc.op_flags |= SVA_IAX_FLAG_SRC2_AECS;
	desc.tail.iax_flags = SVA_IAX_CIPHER_FLUSH_OUTPUT;
	desc.iax.aecs_addr = (uintptr_t)&aecs;
	desc.iax.src2_size = sizeof(aecs);
	if (run() == SVA_STATUS_BAD_OPCODE)
		return;
	assert_int_equal(record.status, SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
	assert_int_equal(finish(), 2);
	assert_memory_equal(area + PAGE - 8, out, 16);
}

/* What only a DSA device has. */
static void test_foreign_opcodes(void **state)
{
	static const unsigned int opcodes[] = { SVA_OP_BATCH, SVA_OP_FILL, SVA_OP_CRC };

	(void)state;
	for (unsigned int i = 0; i < sizeof(opcodes) / sizeof(*opcodes); i++) {
		prepare(opcodes[i], area, 64, NULL, 0);
		assert_int_equal(run(), SVA_STATUS_BAD_OPCODE);
	}
}

int main(int argc, char **argv)
{
	static const char *const own[] = { "wq1.0", "wq1.1" };
	const char *const *queues = argc > 2 ? (const char *const *)argv + 2 : own;
	const struct CMUnitTest node[] = { cmocka_unit_test(test_node) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misaligned_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crc64, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block_on_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_encryption, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_opcodes, setup, teardown),
	};
	int failed = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: %s portal|write [QUEUE...]\n", argv[0]);
		return 2;
	}
	by_portal = !strcmp(argv[1], "portal");
	if (argc == 2)
		failed += cmocka_run_group_tests(node, NULL, NULL);
	for (int i = 0; i < (argc > 2 ? argc - 2 : 2); i++) {
		queue_name = queues[i];
		failed += cmocka_run_group_tests_name(queue_name, tests, NULL, NULL);
	}
	return failed;
}
