/* SPDX-License-Identifier: MIT */
/*
 * A queue without page requests: completion records and lists whose pages are not there.
 *	records TYPE log      the device has an event log: the kernel writes the records
 *	records TYPE errors   it has none: the error register is all that tells
 * TYPE is that of the device: dsa or iax.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define PAGE 4096u

static const char *type;
static bool has_log;
static void *portal;
static char *area; /* two pages */
static struct sva_desc desc;

static int setup(void **state)
{
	char path[64];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/dev/%s/wq0.0", type);
	fd = open(path, O_RDWR);
	portal = mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0);
	area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	close(fd);
	memset(area, 0, 2 * PAGE);
	return portal == MAP_FAILED || area == MAP_FAILED;
}

static int teardown(void **state)
{
	(void)state;
	return munmap(portal, PAGE) || munmap(area, 2 * PAGE);
}

/* An attribute of the device, or of the open queue. */
static const char *show(const char *attribute)
{
	static char text[256];
	char path[128];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/dsa/devices/%s0/%s", type, attribute);
	if (strncmp(attribute, "cr_", 3) == 0)
		snprintf(path, sizeof(path), "/sys/bus/dsa/devices/wq0.0/%s!wq0.0/file0/%s", type,
			 attribute);
	fd = open(path, O_RDONLY);
	length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[length > 0 ? length : 0] = '\0';
	close(fd);
	return text;
}

static void submit(void *record)
{
	desc.completion_addr = (uintptr_t)record;
	while (sva_enqcmd(portal, &desc))
		;
}

/* All that was submitted before is done. */
static void drain(void)
{
	static union {
		struct sva_record record;
		_Alignas(64) char room[64]; /* of an IAX record */
	} done;

	done.record.status = 0;
	sva_prep_drain(&desc, 0);
	submit(&done);
	while (!sva_record_status(&done.record))
		sched_yield();
}

/* The kernel reads log and register in its own time; never is the test's time-out. */
static void wait_shown(const char *attribute, const char *want)
{
	while (!strstr(show(attribute), want))
		sched_yield();
}

static void test_missing_record(void **state)
{
	struct sva_record *record = (void *)area;

	(void)state;
	madvise(area, PAGE, MADV_DONTNEED);
	sva_prep_noop(&desc, 0);
	submit(record);
	drain();
	if (has_log) {
		while (!sva_record_status(record))
			sched_yield();
		assert_int_equal(record->status, SVA_STATUS_SUCCESS);
		wait_shown("cr_faults", "1\n");
		assert_string_equal(show("cr_fault_failures"), "0\n");
	} else {
		assert_int_equal(record->status, 0);
		/* 0x1a, a write, with descriptor and queue: bits 15:8 and 7:0 of the lowest word */
		wait_shown("errors", "00001a2d\n");
	}
}

/* Nobody can write it, the kernel neither: the program has to time out. */
static void test_read_only_record(void **state)
{
	struct sva_record *record = (void *)area;

	(void)state;
	mprotect(area, PAGE, PROT_READ);
	sva_prep_noop(&desc, 0);
	submit(record);
	drain();
	assert_int_equal(record->status, 0);
	if (has_log) {
		wait_shown("cr_fault_failures", "1\n");
		assert_string_equal(show("cr_faults"), "1\n");
	}
}

/* The first 64 descriptors are there, the rest is not. */
static void test_list(void **state)
{
	static struct sva_record record;
	struct sva_desc *list = (void *)area;

	(void)state;
	if (!strcmp(type, "iax"))
		skip(); /* it has no lists */
	for (unsigned int i = 0; i < 2 * PAGE / sizeof(*list); i++)
		list[i].op_flags = 0;
	madvise(area + PAGE, PAGE, MADV_DONTNEED);
	sva_prep_batch(&desc, list, 2 * PAGE / sizeof(*list), 0);
	submit(&record);
	drain();
	assert_int_equal(record.status & 0x7f, SVA_STATUS_BATCH_PAGE_FAULT);
	assert_int_equal(record.bytes_completed, PAGE / sizeof(*list));
	assert_int_equal(record.fault_addr, (uintptr_t)area + PAGE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_missing_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_only_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s dsa|iax log|errors\n", argv[0]);
		return 2;
	}
	type = argv[1];
	has_log = !strcmp(argv[2], "log");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
