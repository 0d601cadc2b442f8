/* SPDX-License-Identifier: MIT */
/*
 * Memory that goes away under an operation: unmapped, closed, or cut off with its file. The
 * operation ends with a page fault or with success, the program goes on, and the C library can
 * still change every thread's identity.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define SIZE   (2u << 20)
#define ROUNDS 60u

static void *portal;
static char *target;

static int open_portal(void **state)
{
	int fd = open("/dev/dsa/wq0.0", O_RDWR);

	(void)state;
	portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);
	target = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return fd < 0 || portal == MAP_FAILED || target == MAP_FAILED ? -1 : close(fd);
}

static void submit(const char *source, uint32_t flags, struct sva_record *comp)
{
	struct sva_desc desc;

	memset(comp, 0, sizeof(*comp));
	sva_prep_memmove(&desc, target, source, SIZE, flags);
	desc.completion_addr = (uintptr_t)comp;
	while (sva_enqcmd(portal, &desc))
		sched_yield();
}

static unsigned int wait_for(struct sva_record *comp)
{
	while (!sva_record_status(comp))
		sched_yield();
	return sva_record_status(comp);
}

/* Of a page that the kernel cannot provide: without block on fault, and with it. */
static bool is_fault(unsigned int status, uint32_t flags)
{
	return SVA_STATUS_CODE(status) ==
	       (flags & SVA_FLAG_BOF ? SVA_STATUS_PAGE_RESPONSE : SVA_STATUS_PAGE_FAULT);
}

static char *map_file(int *file)
{
	char *source;

	*file = memfd_create("file", 0);
	assert_true(*file >= 0);
	assert_int_equal(ftruncate(*file, SIZE), 0);
	source = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, *file, 0);
	assert_ptr_not_equal(source, MAP_FAILED);
	return source;
}

static const uint32_t both[] = { 0, SVA_FLAG_BOF };

static void truncated_before(void **state)
{
	struct sva_record comp;

	(void)state;
	for (int i = 0; i < 2; i++) {
		int file;
		char *source = map_file(&file);

		assert_int_equal(ftruncate(file, SIZE / 2), 0);
		submit(source, both[i], &comp);
		assert_true(is_fault(wait_for(&comp), both[i]));
		assert_int_equal(comp.bytes_completed, SIZE / 2);
		munmap(source, SIZE);
		close(file);
	}
}

static void cut_off(char *source, int file)
{
	(void)source;
	assert_int_equal(ftruncate(file, SIZE / 4), 0);
}

static void unmap(char *source, int file)
{
	(void)file;
	assert_int_equal(munmap(source, SIZE), 0);
}

static void close_memory(char *source, int file)
{
	(void)file;
	assert_int_equal(mprotect(source, SIZE, PROT_NONE), 0);
}

/* At some moment after the submission: before the operation, in the middle, or behind it. */
static void in_the_middle(void (*lose)(char *, int))
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		uint32_t flags = both[round % 2];
		struct sva_record comp;
		unsigned int status;
		int file;
		char *source = map_file(&file);

		submit(source, flags, &comp);
		for (volatile unsigned int i = 0; i < round * 5000; i++)
			;
		lose(source, file);
		status = wait_for(&comp);
		if (status != SVA_STATUS_SUCCESS && !is_fault(status, flags))
			fail_msg("round %u: status %#x", round, status);
		assert_int_equal(setuid(getuid()), 0); /* every thread takes part */
		assert_int_equal(setgid(getgid()), 0);
		munmap(source, SIZE);
		close(file);
	}
}

static void truncated(void **state)
{
	(void)state;
	in_the_middle(cut_off);
}

static void unmapped(void **state)
{
	(void)state;
	in_the_middle(unmap);
}

static void protected(void **state)
{
	(void)state;
	in_the_middle(close_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncated_before),
		cmocka_unit_test(truncated),
		cmocka_unit_test(unmapped),
		cmocka_unit_test(protected),
	};

	return cmocka_run_group_tests(tests, open_portal, NULL);
}
