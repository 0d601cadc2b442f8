/* SPDX-License-Identifier: MIT */
/*
 * The char devices as the kernel's are, without a library: open, mmap, write, poll, close, what
 * they lack, fork, exec, signals, and the end of a process. Needs CAP_SYS_RAWIO, as mapping a
 * portal does.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <linux/io_uring.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/insn.h>
#include <sva/desc.h>

#define SHARED    "/dev/dsa/wq0.0"
#define DEDICATED "/dev/dsa/wq0.1"
#define SYSFS     "/sys/bus/dsa/devices/"
#define PAGE      4096u

static struct sva_desc desc;
static struct sva_record comp;

static int open_queue(const char *path)
{
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	return fd;
}

static void *map(int fd)
{
	return mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
}

static void *map_queue(const char *path)
{
	int fd = open_queue(path);
	void *portal = map(fd);

	assert_ptr_not_equal(portal, MAP_FAILED);
	close(fd); /* the mapping holds the file */
	return portal;
}

static void prepare_noop(void)
{
	sva_prep_noop(&desc, 0);
	desc.completion_addr = (uintptr_t)&comp;
	comp.status = 0;
}

static unsigned int wait_for(struct sva_record *record)
{
	while (!sva_record_status(record))
		sched_yield();
	return sva_record_status(record);
}

static void enqueue(void *portal)
{
	while (sva_enqcmd(portal, &desc))
		;
}

static unsigned int run_noop(void *portal)
{
	prepare_noop();
	enqueue(portal);
	return wait_for(&comp);
}

static long read_attribute(const char *path)
{
	char text[64] = { 0 };
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strtol(text, NULL, 0);
}

/* Of the error register, of which the low half word comes last. */
static long error_code(void)
{
	char text[256] = { 0 };
	int fd = open(SYSFS "dsa0/errors", O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	assert_in_range(len, 5, sizeof(text) - 1);
	close(fd);
	return strtol(text + len - 5, NULL, 16) >> 8;
}

static volatile sig_atomic_t caught;

/* A statement's signal, or 0. */
static sigjmp_buf jump;

static void on_fault(int sig)
{
	siglongjmp(jump, sig);
}

#define SIGNAL_OF(statement)                   \
	({                                     \
		int sig_ = sigsetjmp(jump, 1); \
		signal(SIGSEGV, on_fault);     \
		if (!sig_) {                   \
			statement;             \
		}                              \
		signal(SIGSEGV, SIG_DFL);      \
		sig_;                          \
	})

static int status_of_child(pid_t child)
{
	int status = -1;

	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

/*
 * Files.
 */

static void test_stat(void **state)
{
	int fd = open_queue(SHARED);
	struct stat st, name;
	struct statx stx;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(st.st_rdev >> 8 & 0xfff, read_attribute(SYSFS "dsa0/cdev_major"));
	assert_int_equal(stat(SHARED, &name), 0);
	assert_true(S_ISCHR(name.st_mode));
	assert_int_equal(st.st_dev, name.st_dev);
	assert_int_equal(st.st_ino, name.st_ino);
	assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx), 0);
	assert_int_equal(stx.stx_ino, name.st_ino);
	assert_int_equal(lstat(SHARED, &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(statx(AT_FDCWD, DEDICATED, 0, STATX_ALL, &stx), 0);
	assert_true(S_ISCHR(stx.stx_mode));
	assert_int_equal(stx.stx_rdev_minor, read_attribute(SYSFS "wq0.1/cdev_minor"));
	close(fd);
}

static void test_dedicated_has_one_client(void **state)
{
	int fd = open_queue(DEDICATED), copy = dup(fd);

	(void)state;
	assert_int_equal(open(DEDICATED, O_RDWR), -1);
	assert_int_equal(errno, EBUSY);
	close(fd);
	assert_int_equal(open(DEDICATED, O_RDWR), -1);
	close(copy);
	close(open_queue(DEDICATED));
}

static void test_mmap(void **state)
{
	int fd = open_queue(SHARED);
	void *portal;

	(void)state;
	assert_ptr_equal(mmap(NULL, 2 * PAGE, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	assert_int_equal(errno, EINVAL);
	portal = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 3 * PAGE);
	assert_ptr_not_equal(portal, MAP_FAILED); /* the offset means nothing */
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	munmap(portal, PAGE);
	close(fd);
}

static void test_mapping_holds_the_file(void **state)
{
	char *portal = map_queue(DEDICATED);

	(void)state;
	for (unsigned int i = 0; i < PAGE; i += 64) {
		prepare_noop();
		sva_movdir64b(portal + i, &desc);
		assert_int_equal(wait_for(&comp), SVA_STATUS_SUCCESS);
	}
	assert_int_equal(open(DEDICATED, O_RDWR), -1);
	assert_int_equal(munmap(portal, PAGE), 0);
	close(open_queue(DEDICATED));
	assert_int_equal(SIGNAL_OF(sva_movdir64b(portal, &desc)), SIGSEGV);
}

/* The kernel drains at the last reference: what the device writes to may go away afterwards. */
static void test_unmap_waits(void **state)
{
	const size_t size = 2u << 20;
	char *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	static struct sva_record comps[8];
	void *portal = map_queue(SHARED);

	(void)state;
	assert_ptr_not_equal(memory, MAP_FAILED);
	memset(comps, 0, sizeof(comps));
	for (unsigned int i = 0; i < 8; i++) {
		sva_prep_memmove(&desc, memory, memory + size, (uint32_t)size, 0);
		desc.completion_addr = (uintptr_t)&comps[i];
		enqueue(portal);
	}
	assert_int_equal(munmap(portal, PAGE), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(sva_record_status(&comps[i]), SVA_STATUS_SUCCESS);
	munmap(memory, 2 * size);
}

static void test_write(void **state)
{
	int fd = open_queue(SHARED);

	(void)state;
	prepare_noop();
	assert_int_equal(write(fd, &desc, 63), 0);
	assert_int_equal(write(fd, &desc, sizeof(desc)), sizeof(desc));
	assert_int_equal(wait_for(&comp), SVA_STATUS_SUCCESS);
	assert_int_equal(write(fd, (void *)(uintptr_t)PAGE, sizeof(desc)), -1);
	assert_int_equal(errno, EFAULT);
	if (read_attribute(SYSFS "dsa0/version") == 0x100) { /* later ones from Linux 6.16 on */
		desc.op_flags = (uint32_t)SVA_OP_BATCH << 24;
		assert_int_equal(write(fd, &desc, sizeof(desc)), -1);
		assert_int_equal(errno, EINVAL);
	}
	close(fd);
}

/*
 * Portals.
 */

static void test_wrong_instruction(void **state)
{
	void *shared = map_queue(SHARED), *dedicated = map_queue(DEDICATED);

	(void)state;
	prepare_noop();
	assert_true(sva_enqcmd(dedicated, &desc));
	sva_movdir64b(shared, &desc); /* is dropped */
	desc.pasid_priv = 1;
	assert_int_equal(SIGNAL_OF(sva_enqcmd(shared, &desc)), SIGSEGV);
	sva_prep_drain(&desc, 0);
	desc.completion_addr = (uintptr_t)&comp;
	assert_int_equal(comp.status, 0);
	enqueue(shared);
	assert_int_equal(wait_for(&comp), SVA_STATUS_SUCCESS);
	munmap(shared, PAGE);
	munmap(dedicated, PAGE);
}

/* What hardware drops in silence, sva-emu (which sets LIBSVA_CPU) tells: the program is wrong. */
static void test_plain_store(void **state)
{
	void *portal = map_queue(SHARED);

	(void)state;
	assert_int_equal(SIGNAL_OF(*(volatile uint64_t *)portal = 1),
			 getenv("LIBSVA_CPU") ? SIGSEGV : 0);
	munmap(portal, PAGE);
}

/* ENQCMD to memory is not accepted; in a process without a PASID it faults. */
static void test_no_portal(void **state)
{
	static struct sva_desc memory;
	void *portal;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		prepare_noop();
		sva_enqcmd(&memory, &desc);
		_exit(0);
	}
	assert_int_equal(WTERMSIG(status_of_child(child)), SIGSEGV);
	portal = map_queue(SHARED);
	prepare_noop();
	assert_true(sva_enqcmd(&memory, &desc));
	assert_int_equal(memory.op_flags, 0);
	munmap(portal, PAGE);
}

/* The error register of the device shows it, and poll() tells. */
static void test_overflow(void **state)
{
	enum { COUNT = 500 };
	static struct sva_desc moves[COUNT];
	static struct sva_record comps[COUNT];
	static char src[1u << 20], dst[1u << 20]; /* long enough for a queue to fill up */
	int fd = open_queue(DEDICATED);
	struct pollfd poller = { .events = POLLIN };
	void *portal = map(fd);
	unsigned int done = 0;

	(void)state;
	memset(src, 1, sizeof(src));
	memset(dst, 2, sizeof(dst));
	for (unsigned int i = 0; i < COUNT; i++) {
		sva_prep_memmove(&moves[i], dst, src, sizeof(src), 0);
		moves[i].completion_addr = (uintptr_t)&comps[i];
		sva_movdir64b(portal, &moves[i]);
	}
	close(fd); /* with the portal mapped, nothing ends */
	munmap(portal, PAGE);
	for (unsigned int i = 0; i < COUNT; i++)
		done += comps[i].status == SVA_STATUS_SUCCESS;
	assert_in_range(done, 64, COUNT - 1);
	fd = open_queue(SHARED);
	poller.fd = fd;
	assert_int_equal(poll(&poller, 1, 0), 1);
	while (error_code() != 0x53)
		; /* the driver has not read it yet */
	close(fd);
}

static void *overflow_later(void *portal)
{
	static struct sva_desc move;
	static struct sva_record record;
	static char src[1u << 20], dst[1u << 20];

	memset(src, 1, sizeof(src));
	memset(dst, 2, sizeof(dst));
	sva_prep_memmove(&move, dst, src, sizeof(src), SVA_FLAG_BOF);
	move.completion_addr = (uintptr_t)&record;
	while (!error_code() && !caught)
		for (unsigned int i = 0; i < 200; i++)
			sva_movdir64b(portal, &move);
	return NULL;
}

/* A poll() that waits is woken when the error comes. */
static void test_poll_waits(void **state)
{
	int fd = open_queue(DEDICATED);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	void *portal = map(fd);
	pthread_t thread;

	(void)state;
	caught = 0;
	assert_int_equal(poll(&poller, 1, 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, overflow_later, portal), 0);
	assert_int_equal(poll(&poller, 1, 20000), 1);
	caught = 1;
	pthread_join(thread, NULL);
	munmap(portal, PAGE);
	close(fd);
}

static pthread_barrier_t barrier;
static void *thread_portal;

static void *submit_in_thread(void *result)
{
	static struct sva_record record;
	struct sva_desc own __attribute__((aligned(64)));

	pthread_barrier_wait(&barrier); /* until the queue is open */
	sva_prep_noop(&own, 0);
	own.completion_addr = (uintptr_t)&record;
	while (sva_enqcmd(thread_portal, &own))
		;
	*(unsigned int *)result = wait_for(&record);
	return NULL;
}

/* A thread that was there before the open has the PASID, too. */
static void test_thread_from_before(void **state)
{
	unsigned int status = 0;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, submit_in_thread, &status), 0);
	thread_portal = map_queue(SHARED);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	assert_int_equal(status, SVA_STATUS_SUCCESS);
	munmap(thread_portal, PAGE);
}

/*
 * Other programs' habits.
 */

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
	caught++;
}

static void test_signals(void **state)
{
	struct sigaction action = { .sa_sigaction = skip_ud2, .sa_flags = SA_SIGINFO };
	void *portal = map_queue(SHARED);
	sigset_t all, before;

	(void)state;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	sigprocmask(SIG_SETMASK, &before, NULL);
	caught = 0;
	assert_int_equal(sigaction(SIGILL, &action, NULL), 0);
	__asm__ volatile("ud2");
	assert_int_equal(caught, 1);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	assert_int_equal(caught, 1);
	signal(SIGILL, SIG_DFL);
	munmap(portal, PAGE);
}

/* A program that closes all files that it did not open. */
static void test_closes_everything(void **state)
{
	void *portal = map_queue(SHARED);

	(void)state;
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	munmap(portal, PAGE);
}

/* The C library asks every thread to change its identity, and waits for the answers. */
static void test_setuid(void **state)
{
	void *portal = map_queue(SHARED);

	(void)state;
	assert_int_equal(setuid(getuid()), 0);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	munmap(portal, PAGE);
}

/*
 * fork(), exec(), the end.
 */

static int use_inherited(int fd, void *portal)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	prepare_noop();
	if (write(fd, &desc, sizeof(desc)) != -1 || errno != EPERM)
		return 1;
	if (map(fd) != MAP_FAILED || errno != EPERM)
		return 2;
	if (poll(&poller, 1, 0) !=
	    0) /* the driver gives POLLNVAL, which poll(2) does not pass on */
		return 3;
	if (portal && SIGNAL_OF(sva_enqcmd(portal, &desc)) != SIGSEGV)
		return 4;
	portal = map_queue(SHARED); /* its own PASID */
	return run_noop(portal) == SVA_STATUS_SUCCESS ? 0 : 5;
}

static void test_fork(void **state)
{
	int fd = open_queue(SHARED);
	void *portal = map(fd);
	pid_t child;

	(void)state;
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	child = fork();
	if (child == 0)
		_exit(use_inherited(fd, portal));
	assert_int_equal(status_of_child(child), 0);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	munmap(portal, PAGE);
	close(fd);
}

/* The last thread of a program whose main one has ended: the engines do not count. */

static pthread_t main_thread;
static void *(*last_work)(void);

static void *outlive_main(void *unused)
{
	(void)unused;
	pthread_join(main_thread, NULL);
	return last_work();
}

static int outlive_main_c11(void *unused)
{
	outlive_main(unused);
	return 0;
}

static void *use_the_device(void)
{
	run_noop(map_queue(SHARED));
	printf("done"); /* which only exit() brings out */
	return NULL;
}

static void *wait_for_ever(void)
{
	return (void *)(intptr_t)pause();
}

/* A child that ends its main thread; what it says is read from the pipe. */
static pid_t start_without_main(bool c11, void *(*work)(void), int *output)
{
	int ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		pthread_t thread;
		thrd_t other;

		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		map_queue(SHARED);
		main_thread = pthread_self();
		last_work = work;
		if (c11)
			thrd_create(&other, outlive_main_c11, NULL);
		else
			pthread_create(&thread, NULL, outlive_main, NULL);
		pthread_exit(NULL);
	}
	close(ends[1]);
	*output = ends[0];
	return child;
}

static void test_last_thread(void **state)
{
	(void)state;
	for (int c11 = 0; c11 < 2; c11++) {
		char text[8] = "";
		int output;
		pid_t child = start_without_main(c11, use_the_device, &output);

		assert_int_equal(status_of_child(child), 0);
		assert_int_equal(read(output, text, sizeof(text)), 4);
		assert_memory_equal(text, "done", 4);
		close(output);
	}
}

static void test_signal_without_main(void **state)
{
	int output;
	pid_t child = start_without_main(false, wait_for_ever, &output);

	(void)state;
	assert_int_equal(kill(child, SIGTERM), 0);
	assert_int_equal(WTERMSIG(status_of_child(child)), SIGTERM);
	close(output);
}

static void *use_in_thread(void *fd)
{
	return (void *)(intptr_t)use_inherited(*(int *)fd, NULL);
}

/*
 * The kernel gives a thread its PASID once, and does not forget that at exec(): the thread that had
 * it before, and lives on, faults. (Linux 6.12 to 7.3: pasid_activated is cleared by fork alone.)
 */
static int after_exec(int fd)
{
	pthread_t thread;
	void *status;

	pthread_create(&thread, NULL, use_in_thread, &fd);
	pthread_join(thread, &status);
	return (int)(intptr_t)status;
}

static void test_exec(void **state)
{
	int fd = open_queue(SHARED);
	char number[16];
	pid_t child;

	(void)state;
	assert_int_equal(run_noop(map(fd)), SVA_STATUS_SUCCESS);
	close(fd);
	child = fork();
	if (child == 0) {
		fd = open_queue(SHARED); /* without O_CLOEXEC */
		snprintf(number, sizeof(number), "%d", fd);
		run_noop(map(fd));
		execl("/proc/self/exe", "raw", number, NULL);
		_exit(9);
	}
	assert_int_equal(status_of_child(child), 0);
}

/* What a killed process has in the queue goes with it. */
static void test_kill(void **state)
{
	long clients = read_attribute(SYSFS "wq0.0/clients");
	static char src[1u << 20], dst[1u << 20];
	int gate[2];
	pid_t child;
	char byte;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	child = fork();
	if (child == 0) {
		void *portal = map_queue(SHARED);

		sva_prep_memmove(&desc, dst, src, sizeof(src), SVA_FLAG_BOF);
		desc.completion_addr = (uintptr_t)&comp;
		for (int i = 0; i < 40; i++)
			sva_enqcmd(portal, &desc);
		_exit(write(gate[1], "x", 1) == 1 ? pause() : 1);
	}
	assert_int_equal(read(gate[0], &byte, 1), 1);
	kill(child, SIGKILL);
	assert_int_equal(WTERMSIG(status_of_child(child)), SIGKILL);
	/* The kernel closes files after the parent is told. */
	while (read_attribute(SYSFS "wq0.0/clients") != clients ||
	       read_attribute(SYSFS "wq0.0/occupancy"))
		sched_yield();
	close(gate[0]);
	close(gate[1]);
}

/*
 * A file that has open, mmap, write and poll, and nothing else.
 */

static void assert_fails(long result, int expected)
{
	assert_int_equal(result, -1);
	assert_int_equal(errno, expected);
}

static void test_nothing_else(void **state)
{
	int fd = open(SHARED, O_RDWR | O_TRUNC), value;
	char byte;

	(void)state;
	assert_true(fd >= 0);
	assert_fails(lseek(fd, 0, SEEK_SET), ESPIPE);
	assert_fails(read(fd, &byte, 1), EINVAL);
	assert_fails(pread(fd, &byte, 1, 0), EINVAL);
	assert_fails(ftruncate(fd, 0), EINVAL);
	assert_fails(truncate(SHARED, 0), EINVAL);
	assert_fails(fsync(fd), EINVAL);
	assert_fails(ioctl(fd, _IO(0xe6, 7)), ENOTTY);
	assert_fails(ioctl(fd, TIOCGWINSZ, &value), ENOTTY);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	close(fd);
	fd = open(SHARED, O_RDONLY);
	assert_fails(write(fd, &desc, sizeof(desc)), EBADF);
	close(fd);
}

/* Each part by itself: what is no whole descriptor is none. */
static void test_write_parts(void **state)
{
	struct sva_record records[2] = { 0 };
	struct sva_desc descs[2];
	struct iovec whole[] = { { &descs[0], sizeof(*descs) }, { &descs[1], sizeof(*descs) } };
	struct iovec halves[] = { { &descs[0], 32 }, { (char *)&descs[0] + 32, 32 } };
	int fd = open_queue(SHARED);

	(void)state;
	for (int i = 0; i < 2; i++) {
		sva_prep_noop(&descs[i], 0);
		descs[i].completion_addr = (uintptr_t)&records[i];
	}
	assert_int_equal(writev(fd, halves, 2), 0);
	assert_int_equal(writev(fd, whole, 2), sizeof(descs));
	assert_int_equal(wait_for(&records[0]), SVA_STATUS_SUCCESS);
	assert_int_equal(wait_for(&records[1]), SVA_STATUS_SUCCESS);
	prepare_noop();
	assert_int_equal(pwrite(fd, &desc, sizeof(desc), 4096), sizeof(desc));
	assert_int_equal(wait_for(&comp), SVA_STATUS_SUCCESS);
	close(fd);
}

/* Other names for the open file, and a second open by way of one. */
static void test_other_names(void **state)
{
	int fd = open_queue(SHARED), copy = dup(fd), again;
	long clients = read_attribute(SYSFS "wq0.0/clients");
	char path[32];
	void *portal;

	(void)state;
	close(fd);
	portal = map(copy);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	assert_int_equal(read_attribute(SYSFS "wq0.0/clients"), clients);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy);
	again = open_queue(path);
	assert_int_equal(read_attribute(SYSFS "wq0.0/clients"), clients + 1);
	close(copy);
	munmap(portal, PAGE);
	portal = map(again);
	assert_int_equal(run_noop(portal), SVA_STATUS_SUCCESS);
	munmap(portal, PAGE);
	close(again);
}

static void pass_file(int to, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec part = { control, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

	*rights = (struct cmsghdr){ CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	assert_int_equal(sendmsg(to, &message, 0), 1);
}

static int receive_file(int from)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char byte;
	int fd = -1;
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };

	if (recvmsg(from, &message, 0) == 1)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* The file of another process is that one's alone. */
static void test_passed(void **state)
{
	int pair[2], fd;
	pid_t child;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	child = fork();
	if (child == 0)
		_exit(use_inherited(receive_file(pair[1]), NULL));
	fd = open_queue(SHARED);
	pass_file(pair[0], fd);
	assert_int_equal(status_of_child(child), 0);
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

/*
 * io_uring, with a ring of one entry, as small as it goes. Without O_NONBLOCK it would wait for
 * POLLOUT first, which the driver never gives.
 */
static int write_by_ring(int ring, const struct io_uring_params *params, int fd)
{
	char *queue =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	struct io_uring_cqe *cqe = (void *)(queue + params->cq_off.cqes);
	struct timespec seconds = { .tv_sec = 10 };
	struct io_uring_getevents_arg limit = { .ts = (uintptr_t)&seconds };

	assert_ptr_not_equal(queue, MAP_FAILED);
	assert_ptr_not_equal(sqe, MAP_FAILED);
	*sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_WRITE, .fd = fd, .addr = (uintptr_t)&desc, .len = sizeof(desc)
	};
	*(unsigned int *)(void *)(queue + params->sq_off.array) = 0;
	__atomic_store_n((unsigned int *)(void *)(queue + params->sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG,
		    &limit, sizeof(limit)) != 1)
		return -errno;
	return cqe->res;
}

static void test_io_uring(void **state)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
	int fd = open(SHARED, O_RDWR | O_NONBLOCK);

	(void)state;
	if (ring < 0) {
		print_message("no io_uring: %s\n", strerror(errno));
		close(fd);
		return;
	}
	prepare_noop();
	assert_int_equal(write_by_ring(ring, &params, fd), sizeof(desc));
	assert_int_equal(wait_for(&comp), SVA_STATUS_SUCCESS);
	close(ring);
	close(fd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_dedicated_has_one_client),
		cmocka_unit_test(test_mmap),
		cmocka_unit_test(test_mapping_holds_the_file),
		cmocka_unit_test(test_unmap_waits),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_poll_waits), /* before there is an error */
		cmocka_unit_test(test_wrong_instruction),
		cmocka_unit_test(test_plain_store),
		cmocka_unit_test(test_no_portal),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_thread_from_before),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_closes_everything),
		cmocka_unit_test(test_setuid),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_last_thread),
		cmocka_unit_test(test_signal_without_main),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_write_parts),
		cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_io_uring),
	};

	if (argc == 2)
		return after_exec(atoi(argv[1]));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
