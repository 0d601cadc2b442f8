/* SPDX-License-Identifier: MIT */
/*
 * Which pages the device can reach, by the page tables of this very process: asked of the kernel's
 * query for one area, and of the text that older kernels have.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "copy.h"
#include "own_page.h"
#include "process.h"

#define PAGE  EMU_PAGE
#define PAGES 8u

static struct emu_state machine;
static struct emu_view view;
static char *area;

/* The kernel's query; or the text of the areas, which is taken anew for each question. */
static bool by_text;

static int text_of_areas(void)
{
	int from = open("/proc/self/maps", O_RDONLY), to = memfd_create("maps", 0);
	char buf[4096];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		assert_int_equal(write(to, buf, (size_t)n), n);
	close(from);
	return to;
}

/* Of an operation that begins now. */
static size_t reach(const void *addr, size_t len, bool write)
{
	int maps = view.maps;
	size_t n;

	emu_pages_forget(&view);
	if (by_text)
		view.maps = text_of_areas();
	n = emu_pages_accessible(&view, (uintptr_t)addr, len, write);
	if (by_text)
		close(view.maps);
	view.maps = maps;
	return n;
}

static void *map(int prot, int flags, int fd)
{
	void *at = mmap(NULL, PAGES * PAGE, prot, flags, fd, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	madvise(at, PAGES * PAGE, MADV_NOHUGEPAGE);
	return at;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	if (!emu_copy_caught(info, context))
		signal(sig, SIG_DFL);
}

/* In the place of the handlers that the test framework sets for each test. */
static void catch_faults(void)
{
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	assert_int_equal(sigaction(SIGSEGV, &act, NULL) || sigaction(SIGBUS, &act, NULL), 0);
}

static int setup(void **state)
{
	(void)state;
	view.page_check = true;
	view.ahead = 0;
	view.state = &machine;
	view.forced_fault = 0;
	area = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memset(area, 1, PAGES * PAGE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return munmap(area, PAGES * PAGE);
}

static void test_present(void **state)
{
	(void)state;
	assert_int_equal(reach(area, PAGES * PAGE, false), PAGES * PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGES * PAGE);
	assert_int_equal(reach(area + 5, 1, true), 1);
	assert_int_equal(reach(area + PAGE - 1, 2, false), 2);
}

static void test_dropped(void **state)
{
	(void)state;
	for (unsigned int page = 0; page < PAGES; page++) {
		memset(area, 1, PAGES * PAGE);
		madvise(area + page * PAGE, PAGE, MADV_DONTNEED);
		assert_int_equal(reach(area, PAGES * PAGE, false), page * PAGE);
		if (page)
			assert_int_equal(reach(area + 7, PAGES * PAGE - 7, true), page * PAGE - 7);
		assert_int_equal(reach(area + page * PAGE + 100, 1, false), 0);
	}
}

static void test_permissions(void **state)
{
	(void)state;
	mprotect(area + PAGE, PAGE, PROT_READ);
	mprotect(area + 3 * PAGE, PAGE, PROT_NONE);
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, false), 3 * PAGE);
	munmap(area + 2 * PAGE, PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, false), 2 * PAGE);
}

/* Read for the first time, it is the page of zeroes: nobody's to write. */
static size_t writable_after_read(const char *page)
{
	return is_own_page(page) ? PAGE : 0;
}

static void test_page_of_zeroes(void **state)
{
	(void)state;
	madvise(area, PAGE, MADV_DONTNEED);
	assert_int_equal(*(volatile char *)area, 0);
	assert_int_equal(reach(area, PAGE, false), PAGE);
	assert_int_equal(reach(area, PAGE, true), writable_after_read(area));
	assert_true(emu_pages_resolve(&view, (uintptr_t)area, true));
	assert_int_equal(reach(area, PAGE, true), PAGE);
}

/* After fork(), the first write copies: until then, the page is read-only for both. */
static void test_copy_on_write(void **state)
{
	int gate[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	child = fork();
	if (child == 0) {
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) != 0); /* until the parent has closed */
	}
	close(gate[0]);
	assert_int_equal(reach(area, PAGE, false), PAGE);
	assert_int_equal(reach(area, PAGE, true), 0);
	area[0] = 2;
	assert_int_equal(reach(area, 2 * PAGE, true), PAGE);
	close(gate[1]);
	waitpid(child, NULL, 0);
}

static void test_files(void **state)
{
	int file = memfd_create("pages", 0);
	char *shared, *private;

	(void)state;
	assert_int_equal(ftruncate(file, 2 * PAGE), 0);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED, file);
	private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
	assert_int_equal(reach(shared, 2 * PAGE, false), 0);
	shared[0] = shared[PAGE] = 1;
	assert_int_equal(reach(shared, 3 * PAGE, true), 2 * PAGE);
	assert_int_equal(*(volatile char *)private, 1);
	assert_int_equal(reach(private, 1, false), 1);
	assert_int_equal(reach(private, 1, true), 0);
	private[0] = 2;
	assert_int_equal(reach(private, 1, true), 1);
	assert_false(emu_pages_resolve(&view, (uintptr_t)shared + 2 * PAGE, false));
	munmap(shared, PAGES * PAGE);
	munmap(private, PAGES * PAGE);
	close(file);
}

/* A page of a file that nobody else has mapped: the first write copies it all the same. */
static void test_private_file(void **state)
{
	int file = memfd_create("pages", 0);
	char *private;

	(void)state;
	assert_int_equal(write(file, area, PAGE), PAGE);
	private = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
	assert_int_equal(*(volatile char *)private, 1);
	assert_int_equal(reach(private, 1, false), 1);
	assert_int_equal(reach(private, 1, true), 0);
	munmap(private, PAGES * PAGE);
	close(file);
}

static void test_nowhere(void **state)
{
	(void)state;
	assert_int_equal(reach(NULL, 8, false), 0);
	assert_int_equal(reach((void *)0x8000000000000000, 8, false), 0);
	assert_int_equal(reach((void *)~(uintptr_t)0, 8, false), 0);
	assert_false(emu_pages_resolve(&view, 0, false));
	assert_false(emu_pages_resolve(&view, 0x8000000000000000, true));
}

static void test_resolve(void **state)
{
	(void)state;
	madvise(area, 2 * PAGE, MADV_DONTNEED);
	assert_true(emu_pages_resolve(&view, (uintptr_t)area + 100, false));
	assert_int_equal(reach(area, 2 * PAGE, false), PAGE);
	assert_true(emu_pages_resolve(&view, (uintptr_t)area + PAGE, true));
	assert_int_equal(reach(area + PAGE, PAGE, true), PAGE);
	mprotect(area, PAGE, PROT_READ);
	assert_false(emu_pages_resolve(&view, (uintptr_t)area, true));
}

static void test_forced(void **state)
{
	(void)state;
	view.forced_fault = (uintptr_t)area + 2 * PAGE;
	assert_int_equal(reach(area + 10, PAGES * PAGE - 10, false), 2 * PAGE - 10);
	assert_int_equal(reach(area + 2 * PAGE + 50, 1, true), 0);
	assert_int_equal(reach(area + 3 * PAGE, PAGE, true), PAGE);
	assert_true(emu_pages_resolve(&view, (uintptr_t)area + 2 * PAGE + 50, true));
	assert_int_equal(reach(area, PAGES * PAGE, false), PAGES * PAGE);
}

static void test_without_check(void **state)
{
	(void)state;
	view.page_check = false;
	madvise(area, PAGE, MADV_DONTNEED);
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGES * PAGE);
	assert_int_equal(reach((void *)(~(uintptr_t)0 - 7), 16, true), 0);
}

/* More pages, and more areas, than one look has. */
static void test_long_range(void **state)
{
	const size_t pages = 3000;
	char *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)state;
	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i += 50)
		mprotect(at + i * PAGE, PAGE, PROT_READ);
	assert_int_equal(reach(at, pages * PAGE, false), pages * PAGE);
	assert_int_equal(reach(at + PAGE, (pages - 1) * PAGE, true), 49 * PAGE);
	madvise(at + 2999 * PAGE, PAGE, MADV_DONTNEED);
	assert_int_equal(reach(at, pages * PAGE, false), 2999 * PAGE);
	munmap(at, pages * PAGE);
}

/* The same operation looks again. */
static size_t reach_again(const void *addr, size_t len, bool write)
{
	return emu_pages_accessible(&view, (uintptr_t)addr, len, write);
}

/* A batch looks ahead; what it has found stays open until the next operation begins. */
static void test_batch(void **state)
{
	(void)state;
	view.ahead = PAGES;
	assert_int_equal(reach(area, 1, true), 1);
	madvise(area + PAGE, PAGE, MADV_DONTNEED);
	assert_int_equal(reach_again(area + 10, PAGES * PAGE - 10, true), PAGES * PAGE - 10);
	assert_int_equal(reach_again(area, PAGES * PAGE, false), PAGES * PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, false), PAGE);
}

/* What was missing, or not to be written, is looked up again at each access. */
static void test_batch_waits(void **state)
{
	(void)state;
	view.ahead = PAGES;
	madvise(area + 2 * PAGE, PAGE, MADV_DONTNEED);
	mprotect(area + 4 * PAGE, PAGE, PROT_READ);
	assert_int_equal(reach(area, PAGES * PAGE, true), 2 * PAGE);
	assert_int_equal(*(volatile char *)(area + 2 * PAGE), 0);
	assert_int_equal(reach_again(area + 2 * PAGE, PAGE, false), PAGE);
	assert_int_equal(reach_again(area + 2 * PAGE, PAGE, true),
			 writable_after_read(area + 2 * PAGE));
	area[2 * PAGE] = 1;
	assert_int_equal(reach_again(area, PAGES * PAGE, true), 4 * PAGE);
	assert_int_equal(reach_again(area, PAGES * PAGE, false), PAGES * PAGE);
	mprotect(area + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	assert_int_equal(reach_again(area, PAGES * PAGE, true), PAGES * PAGE);
}

/* What can only be read is not to be written because it is known; nor is there too little room. */
static void test_batch_of_many_places(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAGES; i += 2)
		mprotect(area + i * PAGE, PAGE, PROT_READ);
	emu_pages_forget(&view);
	for (unsigned int round = 0; round < 3; round++)
		for (unsigned int i = 0; i < PAGES; i++) {
			assert_int_equal(reach_again(area + i * PAGE, 8, false), 8);
			assert_int_equal(reach_again(area + i * PAGE, 8, true), i % 2 ? 8 : 0);
		}
	assert_int_equal(reach_again(area, PAGES * PAGE, false), PAGES * PAGE);
}

/* Another mapping in the place of the one before: only the next operation has to know. */
static void test_mapped_over(void **state)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	(void)state;
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGES * PAGE);
	assert_ptr_equal(mmap(area, PAGE, PROT_READ | PROT_WRITE, flags, -1, 0), area);
	assert_int_equal(reach(area, PAGE, false), 0);
	area[0] = 1;
	assert_int_equal(reach(area, PAGES * PAGE, true), PAGES * PAGE);
	assert_ptr_equal(mmap(area, PAGE, PROT_READ, flags | MAP_POPULATE, -1, 0), area);
	assert_int_equal(reach(area, PAGE, false), PAGE);
	assert_int_equal(reach(area, PAGE, true), 0);
	munmap(area, PAGE);
	assert_int_equal(reach(area, PAGE, false), 0);
}

/* An area that grows downwards: what is below it is nowhere, until it is used. */
static void test_growing_stack(void **state)
{
	const size_t room = 1024 * PAGE; /* more than the gap that the kernel keeps free below */
	char *stack = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *top = stack + room - PAGE;

	(void)state;
	assert_int_equal(munmap(stack, room), 0);
	assert_ptr_equal(mmap(top, PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0),
			 top);
	top[0] = 1;
	assert_int_equal(reach(top, PAGE, true), PAGE);
	assert_int_equal(reach(top - PAGE, PAGE, true), 0);
	top[-1] = 1;
	assert_int_equal(reach(top - PAGE, 2 * PAGE, true), 2 * PAGE);
	munmap(top - PAGE, 2 * PAGE);
}

/*
 * Page requests by access.
 */

static size_t request(const void *addr, size_t len, bool write)
{
	return emu_pages_request(&view, (uintptr_t)addr, len, write);
}

static void test_request(void **state)
{
	(void)state;
	madvise(area, PAGES * PAGE, MADV_DONTNEED);
	assert_int_equal(request(area + 10, 2 * PAGE, false), 2 * PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, false), 3 * PAGE);
	assert_int_equal(reach(area, PAGE, true), writable_after_read(area));
	memset(area + 2 * PAGE, 7, PAGE);
	assert_int_equal(request(area + 10, 2 * PAGE, true), 2 * PAGE);
	assert_int_equal(reach(area, PAGES * PAGE, true), 3 * PAGE);
	for (unsigned int i = 0; i < PAGE; i++)
		assert_int_equal(area[i] << 8 | area[2 * PAGE + i], 7);
}

/* As far as the kernel resolves the faults; the page tables say what is behind that. */
static void test_request_refused(void **state)
{
	int file = memfd_create("pages", 0);
	char *shared;

	(void)state;
	catch_faults();
	mprotect(area + PAGE, PAGE, PROT_READ);
	mprotect(area + 3 * PAGE, PAGE, PROT_NONE);
	assert_int_equal(request(area, PAGES * PAGE, true), PAGE);
	assert_int_equal(request(area + PAGE, 1, true), 0);
	assert_int_equal(request(area + 5, PAGES * PAGE - 5, false), 3 * PAGE - 5);
	munmap(area + 2 * PAGE, PAGE);
	assert_int_equal(request(area, PAGES * PAGE, false), 2 * PAGE);
	assert_int_equal(ftruncate(file, PAGE), 0);
	shared = map(PROT_READ | PROT_WRITE, MAP_SHARED, file);
	assert_int_equal(request(shared, PAGES * PAGE, true), PAGE); /* SIGBUS */
	munmap(shared, PAGES * PAGE);
	close(file);
	assert_int_equal(request(NULL, 8, false), 0);
	assert_int_equal(request((void *)0x8000000000000000, 8, false), 0);
	assert_int_equal(request((void *)(~(uintptr_t)0 - 7), 16, true), 0);
}

/* What is too much at once is done in parts. */
static void test_long_request(void **state)
{
	const size_t size = 64 * PAGE;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t done = 100, part;

	(void)state;
	madvise(at, size, MADV_NOHUGEPAGE);
	for (; done < size; done += part) {
		part = request(at + done, size - done, true);
		assert_in_range(part, 1, size - done);
	}
	assert_int_equal(reach(at, size, true), size);
	munmap(at, size);
}

#define TESTS                                                                                \
	cmocka_unit_test_setup_teardown(test_present, setup, teardown),                      \
		cmocka_unit_test_setup_teardown(test_dropped, setup, teardown),              \
		cmocka_unit_test_setup_teardown(test_permissions, setup, teardown),          \
		cmocka_unit_test_setup_teardown(test_page_of_zeroes, setup, teardown),       \
		cmocka_unit_test_setup_teardown(test_copy_on_write, setup, teardown),        \
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),                \
		cmocka_unit_test_setup_teardown(test_private_file, setup, teardown),         \
		cmocka_unit_test_setup_teardown(test_nowhere, setup, teardown),              \
		cmocka_unit_test_setup_teardown(test_resolve, setup, teardown),              \
		cmocka_unit_test_setup_teardown(test_forced, setup, teardown),               \
		cmocka_unit_test_setup_teardown(test_without_check, setup, teardown),        \
		cmocka_unit_test_setup_teardown(test_batch, setup, teardown),                \
		cmocka_unit_test_setup_teardown(test_batch_waits, setup, teardown),          \
		cmocka_unit_test_setup_teardown(test_batch_of_many_places, setup, teardown), \
		cmocka_unit_test_setup_teardown(test_mapped_over, setup, teardown),          \
		cmocka_unit_test_setup_teardown(test_growing_stack, setup, teardown),        \
		cmocka_unit_test_setup_teardown(test_request, setup, teardown),              \
		cmocka_unit_test_setup_teardown(test_request_refused, setup, teardown),      \
		cmocka_unit_test_setup_teardown(test_long_request, setup, teardown),         \
		cmocka_unit_test_setup_teardown(test_long_range, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TESTS };
	int failed;

	if (emu_pages_open(&view))
		return 1;
	failed = cmocka_run_group_tests_name("query", tests, NULL, NULL);
	by_text = true;
	return failed + cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
