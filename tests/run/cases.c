/* SPDX-License-Identifier: MIT */
/*
 * cases NAME - a program that knows nothing of sva-run, and copies, fills and compares in one of
 * the ways that offloading libraries have got wrong. Compiled so that each call is one.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE 100000u
#define PAGE  4096u

static unsigned char a[LARGE + 256], b[LARGE + 256];

static _Noreturn void fail(const char *what, size_t number)
{
	fprintf(stderr, "cases: %s (%zu)\n", what, number);
	exit(1);
}

#define CHECK(condition, number)                  \
	do {                                      \
		if (!(condition))                 \
			fail(#condition, number); \
	} while (0)

static void number_bytes(unsigned char *buffer, size_t size, unsigned int seed)
{
	for (size_t i = 0; i < size; i++)
		buffer[i] = (unsigned char)((i * 2654435761u + seed) >> 13);
}

/* A copy, and whether it is one, by hand. */
static void copy_and_check(unsigned char *dst, unsigned char *src, size_t size, unsigned int seed)
{
	number_bytes(src, size, seed);
	CHECK(memcpy(dst, src, size) == dst, size);
	for (size_t i = 0; i < size; i++)
		CHECK(dst[i] == src[i], i);
}

static void copy_once(void)
{
	copy_and_check(a, b, LARGE, 1);
}

/*
 * Results.
 */

/* DTO added the transfer size instead of the bytes done. */
static void memcmp_mismatch(void)
{
	static const size_t places[] = {
		0, 1, 63, 64, 1023, 1024, 1025, 4096, LARGE / 2, LARGE - 1
	};

	number_bytes(a, LARGE, 1);
	memcpy(b, a, LARGE);
	CHECK(!memcmp(a, b, LARGE) && !bcmp(a, b, LARGE), 0);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		size_t at = places[i];

		a[at] = 0x80; /* as unsigned bytes, this is the greater one */
		b[at] = 0x7f;
		CHECK(memcmp(a, b, LARGE) > 0 && memcmp(b, a, LARGE) < 0, at);
		if (at < LARGE - 1) { /* the first one counts */
			a[LARGE - 1] = 1;
			b[LARGE - 1] = 2;
			CHECK(memcmp(a, b, LARGE) > 0, at);
			a[LARGE - 1] = b[LARGE - 1] = 0;
		}
		CHECK(bcmp(a, b, LARGE) && !memcmp(a, b, at), at);
		a[at] = b[at] = 0;
	}
}

static void overlap(void)
{
	static const long distances[] = { 1, 8, 64, 4096, 50000 };
	static unsigned char expected[2 * LARGE], got[2 * LARGE];

	for (size_t i = 0; i < 2 * sizeof(distances) / sizeof(*distances); i++) {
		long distance = distances[i / 2] * (i % 2 ? 1 : -1);
		unsigned char *src = got + LARGE / 2;

		number_bytes(expected, sizeof(expected), (unsigned int)i);
		number_bytes(got, sizeof(got), (unsigned int)i);
		for (size_t j = 0; j < LARGE; j++)
			expected[LARGE / 2 + (size_t)distance + j] =
				(unsigned char)((((LARGE / 2 + j) * 2654435761u) + i) >> 13);
		if (i % 3) /* some programs do, and memcpy@GLIBC_2.2.5 allowed it */
			memmove(src + distance, src, LARGE);
		else
			memcpy(src + distance, src, LARGE);
		for (size_t j = 0; j < sizeof(got); j++)
			CHECK(got[j] == expected[j], j);
	}
	copy_once();
}

/* Each size and alignment, and nothing beside the buffer. */
static void sizes(void)
{
	for (size_t i = 0; i < 160; i++) {
		size_t size = i < 100 ? 1000 + i * 37 : LARGE - 4000 + i * 17;
		unsigned char *dst = a + i % 67, *src = b + i % 61;

		dst[size] = 0x5a;
		copy_and_check(dst, src, size, (unsigned int)i);
		CHECK(dst[size] == 0x5a, size);
		CHECK(mempcpy(dst, src, size) == dst + size && !memcmp(dst, src, size), size);
		CHECK(memset(dst, (int)i + 0x300, size) == dst && dst[size] == 0x5a, size);
		for (size_t j = 0; j < size; j++)
			CHECK(dst[j] == (unsigned char)i, j);
		bcopy(src, dst, size);
		CHECK(!memcmp(dst, src, size), size);
		bzero(dst, size);
		for (size_t j = 0; j < size; j++)
			CHECK(!dst[j], j);
		CHECK(dst[size] == 0x5a, size);
	}
	CHECK(memcpy(a, b, 0) == a && !memcmp(a, b, 0), 0);
}

/* So many calls of one size that all shares between CPU and device are tried. */
static void shares(void)
{
	static const size_t large[] = { 150000, 1 << 20, 3 << 20 };
	static unsigned char dst[(3 << 20) + 64], src[(3 << 20) + 64];

	for (size_t i = 0; i < 3; i++) {
		size_t size = large[i] + i * 7;

		for (unsigned int j = 0; j < 24; j++) {
			size_t step = size / 1000 + j;

			for (size_t k = 0; k < size; k += step)
				src[k] = (unsigned char)(k + j);
			memcpy(dst + j, src, size);
			for (size_t k = 0; k < size; k += step)
				CHECK(dst[j + k] == (unsigned char)(k + j), k);
			CHECK(!memcmp(dst + j, src, size), size);
			memset(dst + j, (int)j, size);
			for (size_t k = 0; k < size; k += 61)
				CHECK(dst[j + k] == j, k);
		}
	}
}

static void errno_untouched(void)
{
	for (int i = 0; i < 100; i++) {
		errno = 4711;
		memcpy(a, b, LARGE);
		memset(a, i, LARGE);
		memmove(a + 1, b, LARGE);
		CHECK(!memcmp(a + 1, b, LARGE), 0);
		CHECK(errno == 4711, (size_t)errno);
	}
}

/*
 * Faults: the program gets its own.
 */

static sigjmp_buf on_fault;
static volatile sig_atomic_t faults;

static void caught(int sig)
{
	(void)sig;
	faults++;
	siglongjmp(on_fault, 1);
}

static void try_copy(void *dst, const void *src)
{
	if (!sigsetjmp(on_fault, 1))
		memcpy(dst, src, LARGE);
}

static void page_faults(void)
{
	size_t size = LARGE + 2 * PAGE;
	unsigned char *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED, 0);
	for (int i = 0; i < 10; i++) { /* pages that are not there yet */
		madvise(memory, size, MADV_DONTNEED);
		copy_and_check(memory, b, LARGE, (unsigned int)i);
		madvise(memory, size, MADV_DONTNEED);
		memset(memory, i, LARGE);
		CHECK(memory[LARGE - 1] == i, LARGE);
	}
	signal(SIGSEGV, caught);
	mprotect(memory, size, PROT_READ);
	try_copy(memory, b);
	CHECK(faults == 1, (size_t)faults);
	munmap(memory + 4 * PAGE, size - 4 * PAGE);
	try_copy(b, memory);
	CHECK(faults == 2, (size_t)faults);
	signal(SIGSEGV, SIG_DFL);
	for (int i = 0; i < 10; i++)
		copy_once(); /* all works as before */
}

/*
 * The end of the source is missing, and the handler leaves, of copies that the device and the CPU
 * share: the device must be done by then, and the signals that were blocked for it allowed again.
 */
static void leaves_with_fault(void)
{
	enum { SIZE = 1 << 20 };
	static unsigned char dst[SIZE], src[SIZE] __attribute__((aligned(4096)));
	struct sigaction action = { .sa_handler = caught, .sa_flags = SA_NODEFER };
	sigset_t blocked;

	CHECK(!sigaction(SIGSEGV, &action, NULL), 0);
	memset(src, 1, SIZE);
	for (size_t i = 0; i < 100; i++) {
		for (int k = 0; k < 3; k++)
			memcpy(dst, src, SIZE);
		mprotect(src + SIZE - PAGE, PAGE, PROT_NONE);
		if (!sigsetjmp(on_fault, 0))
			memcpy(dst, src, SIZE);
		for (volatile size_t k = 0; k < SIZE; k++)
			dst[k] = 2;
		CHECK(!sigprocmask(SIG_BLOCK, NULL, &blocked), i);
		CHECK(!sigismember(&blocked, SIGINT), i);
		mprotect(src + SIZE - PAGE, PAGE, PROT_READ | PROT_WRITE);
		for (size_t k = 0; k < SIZE; k++)
			CHECK(dst[k] == 2, k);
	}
	CHECK(faults == 100, (size_t)faults);
}

static unsigned char *forbidden;

static void allow_later(int sig)
{
	(void)sig;
	usleep(100000);
	mprotect(forbidden, LARGE, PROT_READ | PROT_WRITE);
}

/* A copy in which the thread sleeps, as at a page that comes from a disk. */
static void waits(void)
{
	unsigned char *pages = mmap(NULL, LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(pages != MAP_FAILED, 0);
	forbidden = pages;
	signal(SIGSEGV, allow_later);
	memcpy(a, pages, LARGE);
	signal(SIGSEGV, SIG_DFL);
	munmap(pages, LARGE);
}

static int wait_for(pid_t child)
{
	int status = -1;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/*
 * Files.
 */

static void open_all(const char *path)
{
	while (open(path, O_RDWR) >= 0)
		;
}

/*
 * A daemon closes all files, whatever they are, and opens its own where they were. They are not to
 * be written to, nor closed.
 */
static void closed_files(void)
{
	static const struct rlimit few = { 300, 300 };
	char path[] = "/tmp/cases_XXXXXX";
	struct stat st;
	pid_t child;
	int first;

	close(STDIN_FILENO);
	copy_once();
	CHECK(open("/dev/null", O_RDONLY) == STDIN_FILENO,
	      0); /* the lowest number is the program's */
	CHECK(!setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int fd = 3; fd < 300; fd++)
		close(fd);
	first = mkstemp(path);
	open_all(path);
	for (int i = 0; i < 5; i++)
		copy_once();
	child = fork();
	if (!child) {
		copy_once();
		for (int fd = first; fd < 300; fd++)
			CHECK(fcntl(fd, F_GETFD) >= 0, (size_t)fd);
		_exit(0);
	}
	CHECK(!wait_for(child), 0);
	CHECK(!fstat(first, &st) && !st.st_size, (size_t)st.st_size);
	unlink(path);
	for (int fd = first; fd < 300; fd++)
		close(fd);
}

/*
 * Processes.
 */

static void forks(void)
{
	copy_once();
	for (int i = 0; i < 3; i++) {
		pid_t child = fork();

		if (!child) {
			copy_and_check(a, b, LARGE, (unsigned int)i);
			exit(0);
		}
		copy_once();
		CHECK(!wait_for(child), (size_t)i);
	}
	copy_once();
}

/* The child of vfork() shares all memory with its parent, and must leave it as it was. */
static void vforks(void)
{
	for (int i = 0; i < 10; i++) {
		volatile bool wrong = false;
		pid_t child;

		number_bytes(b, LARGE, (unsigned int)i);
		if (i == 5)
			copy_once(); /* the first ones come before the parent has a queue */
		child = vfork();
		if (!child) {
			memcpy(a, b, LARGE);
			_exit(memcmp(a, b, LARGE) != 0);
		}
		CHECK(!wait_for(child), (size_t)i);
		wrong = memcmp(a, b, LARGE) != 0;
		CHECK(!wrong, (size_t)i);
	}
	copy_once();
}

static void spawns(char **argv)
{
	char *const arguments[] = { argv[0], (char *)(uintptr_t) "once", NULL };

	copy_once();
	for (int i = 0; i < 3; i++) {
		pid_t child;

		CHECK(!posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ), 0);
		copy_once();
		CHECK(!wait_for(child), (size_t)i);
	}
}

/*
 * Threads and signals.
 */

static void *copies(void *number)
{
	unsigned char *memory = malloc(2 * (size_t)LARGE);

	CHECK(memory, 0);
	for (unsigned int i = 0; i < 50; i++) {
		copy_and_check(memory, memory + LARGE, LARGE - i * 100,
			       (unsigned int)(uintptr_t)number * 100 + i);
		CHECK(!memcmp(memory, memory + LARGE, LARGE - i * 100), i);
	}
	free(memory);
	return NULL;
}

static void threads(void)
{
	pthread_t thread[8];

	for (uintptr_t i = 0; i < 8; i++)
		CHECK(!pthread_create(&thread[i], NULL, copies, (void *)i), i);
	for (uintptr_t i = 0; i < 8; i++)
		pthread_join(thread[i], NULL);
}

/* Of a process with threads, while they copy. */
static void forks_of_threads(void)
{
	pthread_t thread[4];

	for (uintptr_t i = 0; i < 4; i++)
		CHECK(!pthread_create(&thread[i], NULL, copies, (void *)i), i);
	for (int i = 0; i < 10; i++) {
		pid_t child = fork();

		if (!child) {
			copy_and_check(a, b, LARGE, (unsigned int)i);
			exit(0);
		}
		CHECK(!wait_for(child), (size_t)i);
	}
	for (uintptr_t i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

static unsigned char in_handler[2][LARGE];
static volatile sig_atomic_t handled;
static volatile bool done;

static void copy_in_handler(int sig)
{
	(void)sig;
	memcpy(in_handler[0], in_handler[1], LARGE);
	if (memcmp(in_handler[0], in_handler[1], LARGE))
		_exit(3);
	handled++;
}

static void *disturb(void *thread)
{
	for (sig_atomic_t last = 0; !done; last = handled) {
		pthread_kill(*(pthread_t *)thread, SIGUSR1);
		while (!done && handled == last)
			sched_yield();
	}
	return NULL;
}

/* Handlers that copy interrupt copies, allocations, and what the first copy has to do. */
static void signal_handlers(void)
{
	pthread_t self = pthread_self(), other;

	number_bytes(in_handler[1], LARGE, 1);
	signal(SIGUSR1, copy_in_handler);
	CHECK(!pthread_create(&other, NULL, disturb, &self), 0);
	for (unsigned int i = 0; i < 50 || handled < 50; i++) {
		void *memory = malloc(i * 100 % 5000 + 1);

		copy_and_check(a, b, LARGE, i);
		free(memory);
	}
	done = true;
	pthread_join(other, NULL);
}

/* The first copy of all is one of a handler. */
static void first_in_handler(void)
{
	signal(SIGUSR1, copy_in_handler);
	raise(SIGUSR1);
	CHECK(handled == 1, 0);
	copy_once();
}

/* A handler whose stack has room for a copy by the CPU, and for nothing else. */
static void alternate_stack(void)
{
	struct sigaction action = { .sa_handler = copy_in_handler,
				    .sa_flags = SA_ONSTACK | SA_NODEFER };
	size_t size = (size_t)sysconf(_SC_MINSIGSTKSZ) + 2048;
	unsigned char *memory =
		mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = { .ss_sp = memory + PAGE, .ss_size = size };

	CHECK(memory != MAP_FAILED && !mprotect(memory, PAGE, PROT_NONE), 0);
	CHECK(!sigaltstack(&stack, NULL), 0);
	for (int i = 0; i < 2; i++) {
		CHECK(!sigaction(SIGUSR1, &action, NULL), 0);
		raise(SIGUSR1); /* at first no signal is blocked, and no queue is open */
		CHECK(handled == i + 1, 0);
		copy_once();
		action.sa_flags = SA_ONSTACK;
	}
}

static void *copy_with_lock(void *lock)
{
	pthread_mutex_lock(lock);
	pthread_cancel(pthread_self()); /* it is to end: but no copy ends it */
	for (int i = 0; i < 20; i++)
		copy_once();
	pthread_mutex_unlock(lock);
	pthread_testcancel();
	return NULL;
}

static void cancelled(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	void *result;

	CHECK(!pthread_create(&thread, NULL, copy_with_lock, &lock), 0);
	pthread_join(thread, &result);
	CHECK(result == PTHREAD_CANCELED, 0);
	CHECK(!pthread_mutex_trylock(&lock), 0);
	copy_once();
}

static sigjmp_buf out;
static volatile bool may_leave;

static void leave(int sig)
{
	(void)sig;
	handled++;
	if (may_leave)
		siglongjmp(out, 1);
}

/* Copies that are never finished: what is on the stack afterwards must be left alone. */
static void leaves_by_longjmp(void)
{
	pthread_t self = pthread_self(), other;

	signal(SIGUSR1, leave);
	CHECK(!pthread_create(&other, NULL, disturb, &self), 0);
	while (handled < 200) {
		volatile unsigned char stack[8192];

		if (!sigsetjmp(out, 1))
			for (may_leave = true;;)
				memcpy(a, b, LARGE);
		may_leave = false;
		for (size_t i = 0; i < sizeof(stack); i++)
			stack[i] = (unsigned char)i;
		for (size_t i = 0; i < sizeof(stack); i++)
			CHECK(stack[i] == (unsigned char)i, i);
	}
	signal(SIGUSR1, SIG_IGN);
	done = true;
	pthread_join(other, NULL);
	copy_once();
}

/*
 * Libraries and symbols.
 */

/* What comes and goes with memcpy() in it: see library.c. */
static void dlopens(char **argv)
{
	for (int i = 0; i < 20; i++) {
		void *library = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
		int (*copies_right)(size_t);

		CHECK(library, 0);
		copies_right = (int (*)(size_t))dlsym(library, "copies_right");
		CHECK(copies_right && copies_right(LARGE), 0);
		dlclose(library);
	}
	copy_once();
}

__asm__(".symver old_memcpy, memcpy@GLIBC_2.2.5");
void *old_memcpy(void *dst, const void *src, size_t size);

static void versioned(void)
{
	number_bytes(b, LARGE, 9);
	CHECK(old_memcpy(a, b, LARGE) == a && !memcmp(a, b, LARGE), 0);
	old_memcpy(a + 1, a, LARGE); /* this one allows it */
	CHECK(!memcmp(a + 1, b, LARGE), 0);
}

void *__memcpy_chk(void *dst, const void *src, size_t size, size_t room);
void *__memmove_chk(void *dst, const void *src, size_t size, size_t room);
void *__memset_chk(void *dst, int c, size_t size, size_t room);
void *__mempcpy_chk(void *dst, const void *src, size_t size, size_t room);

static int ends_by(unsigned int function)
{
	pid_t child = fork();

	if (child)
		return wait_for(child);
	close(STDERR_FILENO);
	switch (function) {
	case 0:
		__memcpy_chk(a, b, LARGE, LARGE - 1);
		break;
	case 1:
		__memmove_chk(a, b, LARGE, LARGE - 1);
		break;
	case 2:
		__memset_chk(a, 0, 10, 9);
		break;
	default:
		__mempcpy_chk(a, b, LARGE, LARGE - 1);
	}
	_exit(0);
}

static void fortified(void)
{
	number_bytes(b, LARGE, 9);
	CHECK(__memcpy_chk(a, b, LARGE, LARGE) == a && !memcmp(a, b, LARGE), 0);
	CHECK(__memset_chk(a, 7, LARGE, LARGE) == a && a[LARGE - 1] == 7, 0);
	CHECK(__memmove_chk(a, b, LARGE, SIZE_MAX) == a && !memcmp(a, b, LARGE), 0);
	CHECK(__mempcpy_chk(a, b, LARGE, LARGE) == a + LARGE, 0);
	for (unsigned int i = 0; i < 4; i++)
		CHECK(WIFSIGNALED(ends_by(i)) && WTERMSIG(ends_by(i)) == SIGABRT, i);
}

/* Before main(), when this program has just been relocated. */
static bool constructed;

__attribute__((constructor)) static void construct(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "constructor") != 0)
		return;
	copy_once();
	constructed = true;
}

static void constructor(void)
{
	CHECK(constructed, 0);
}

/* Copies at a place that the test can wait for, and is told to go on. */
static void live(void)
{
	char go;

	copy_once();
	printf("%d\n", (int)getpid());
	fflush(stdout);
	CHECK(read(STDIN_FILENO, &go, 1) >= 0, 0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} cases[] = {
		{ "once", copy_once },
		{ "memcmp_mismatch", memcmp_mismatch },
		{ "overlap", overlap },
		{ "sizes", sizes },
		{ "shares", shares },
		{ "errno", errno_untouched },
		{ "page_faults", page_faults },
		{ "waits", waits },
		{ "closed_files", closed_files },
		{ "fork", forks },
		{ "vfork", vforks },
		{ "threads", threads },
		{ "fork_threads", forks_of_threads },
		{ "signal_handlers", signal_handlers },
		{ "first_in_handler", first_in_handler },
		{ "alternate_stack", alternate_stack },
		{ "longjmp", leaves_by_longjmp },
		{ "leaves_with_fault", leaves_with_fault },
		{ "cancelled", cancelled },
		{ "versioned", versioned },
		{ "fortified", fortified },
		{ "constructor", constructor },
		{ "live", live },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (strcmp(argv[1], cases[i].name))
			continue;
		cases[i].run();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "posix_spawn"))
		spawns(argv);
	else if (argc > 2 && !strcmp(argv[1], "dlopen"))
		dlopens(argv);
	else
		fail("no such case", 0);
	return 0;
}
