/* SPDX-License-Identifier: MIT */
/*
 * A queue without page requests: completion records and lists whose pages are not there.
 *	records log      the device has an event log: the kernel writes the records
 *	records errors   it has none: the error register is all that tells
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

#define PAGE  4096u
#define SYSFS "/sys/bus/dsa/devices/"
#define OPEN  SYSFS "wq0.0/dsa!wq0.0/file0/"

static bool has_log;
static void *portal;
static char *area; /* two pages */
static struct sva_desc desc;

static int setup(void **state)
{
	int fd = open("/dev/dsa/wq0.0", O_RDWR);

	(void)state;
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

static const char *show(const char *path)
{
	static char text[256];
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

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
	static struct sva_record done;

	done.status = 0;
	sva_prep_drain(&desc, 0);
	submit(&done);
	while (!sva_record_status(&done))
		sched_yield();
}

/* The kernel reads log and register in its own time; never is the test's time-out. */
static void wait_shown(const char *path, const char *want)
{
	while (!strstr(show(path), want))
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
		wait_shown(OPEN "cr_faults", "1\n");
		assert_string_equal(show(OPEN "cr_fault_failures"), "0\n");
	} else {
		assert_int_equal(record->status, 0);
		/* 0x1a, a write, with descriptor and queue: bits 15:8 and 7:0 of the lowest word */
		wait_shown(SYSFS "dsa0/errors", "00001a2d\n");
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
		wait_shown(OPEN "cr_fault_failures", "1\n");
		assert_string_equal(show(OPEN "cr_faults"), "1\n");
	}
}

/* The first 64 descriptors are there, the rest is not. */
static void test_list(void **state)
{
	static struct sva_record record;
	struct sva_desc *list = (void *)area;

	(void)state;
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

	if (argc != 2) {
		fprintf(stderr, "usage: %s log|errors\n", argv[0]);
		return 2;
	}
	has_log = !strcmp(argv[1], "log");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
