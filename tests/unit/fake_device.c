/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cpu/cpu.h"
#include "fake_device.h"

#define MAX_HELD 4096
#define MAX_FDS  1024

struct fake_device fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sva_desc held[MAX_HELD];
static unsigned int first, last;
static bool is_fake_fd[MAX_FDS];
static void *portals[16];

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __real_fstat(int fd, struct stat *st);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int __real_madvise(void *addr, size_t len, int advice);
int __wrap_madvise(void *addr, size_t len, int advice);
int __real_munmap(void *addr, size_t len);
ssize_t __real_write(int fd, const void *buf, size_t len);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_fstat(int fd, struct stat *st);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int __wrap_munmap(void *addr, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

void fake_device_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	first = last = 0;
}

unsigned int fake_held(void)
{
	unsigned int n;

	pthread_mutex_lock(&lock);
	n = last - first;
	pthread_mutex_unlock(&lock);
	return n;
}

void fake_stop_holding(void)
{
	pthread_mutex_lock(&lock);
	fake.hold = false;
	pthread_mutex_unlock(&lock);
}

unsigned int fake_lose(void)
{
	unsigned int n;

	pthread_mutex_lock(&lock);
	n = last - first;
	first = last;
	pthread_mutex_unlock(&lock);
	return n;
}

static bool count_down(unsigned int *counter)
{
	if (!*counter)
		return false;
	*counter -= *counter != UINT32_MAX;
	return true;
}

static void execute(const struct sva_desc *desc)
{
	struct svai_limits limits;

	if (sva_desc_opcode(desc) == SVA_OP_DRAIN && fake.drain_status) {
		((struct sva_record *)desc->completion_addr)->status = fake.drain_status;
		return;
	}
	if (sva_desc_opcode(desc) == SVA_OP_DRAIN && count_down(&fake.drains_lost))
		return;

	svai_cpu_limits(&limits);
	limits.max_batch = 1024;
	svai_cpu_execute(&limits, desc);
}

unsigned int fake_complete(unsigned int count)
{
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	for (; n < count && first < last; n++)
		execute(&held[first++ % MAX_HELD]);
	pthread_mutex_unlock(&lock);
	return n;
}

/* The caller has the lock. */
static bool accept(const struct sva_desc *desc)
{
	if (fake.hold && fake.capacity && last - first >= fake.capacity) {
		fake.overflows++;
		return false;
	}
	fake.submissions++;
	fake.last = *desc;
	if (fake.hold)
		held[last++ % MAX_HELD] = *desc;
	else
		execute(desc);
	return true;
}

static void seen(unsigned int *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* Set by the barrier, taken by the portal instruction behind it. */
static _Thread_local bool barrier;

void sva_submit_barrier(void)
{
	barrier = true;
}

static void take_barrier(void)
{
	if (!barrier)
		seen(&fake.without_barrier);
	barrier = false;
}

void sva_pause(void)
{
	seen(&fake.pauses);
}

void sva_umonitor(const volatile void *addr)
{
	(void)addr;
	if (fake.complete_in_umonitor)
		fake_complete(1);
}

bool sva_umwait(uint32_t state, uint64_t deadline)
{
	(void)state;
	seen(&fake.umwaits);
	__atomic_store_n(&fake.umwait_ticks, deadline - sva_rdtsc(), __ATOMIC_RELAXED);
	sched_yield(); /* others run meanwhile, as they would */
	return false;
}

bool sva_enqcmd(void *portal, const void *desc)
{
	bool retry;

	take_barrier();
	pthread_mutex_lock(&lock);
	fake.portal_offsets[fake.submissions % 64] = (uintptr_t)portal & 4095;
	retry = count_down(&fake.retry) || !accept(desc);
	pthread_mutex_unlock(&lock);
	return retry;
}

void sva_movdir64b(void *portal, const void *desc)
{
	take_barrier();
	pthread_mutex_lock(&lock);
	fake.portal_offsets[fake.submissions % 64] = (uintptr_t)portal & 4095;
	accept(desc); /* if not, it is lost: nobody is told */
	pthread_mutex_unlock(&lock);
}

/*
 * What open(2), close(2) and mmap(2) share is atomic, not locked: the child of a fork closes files,
 * and a lock may be held by a thread that it has not got.
 */
static bool is_fake(int fd)
{
	return fd >= 0 && fd < MAX_FDS && __atomic_load_n(&is_fake_fd[fd], __ATOMIC_RELAXED);
}

static bool swap_portal(void *from, void *to)
{
	for (size_t i = 0; i < sizeof(portals) / sizeof(portals[0]); i++) {
		void *expected = from;

		if (__atomic_compare_exchange_n(&portals[i], &expected, to, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
	}
	return false;
}

static bool is_node(const char *path)
{
	return strstr(path, "/dsa/wq") || strstr(path, "/iax/wq");
}

int __wrap_open(const char *path, int flags, ...)
{
	int fd, mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, int);
	va_end(args);
	if (!is_node(path) || flags & O_CREAT)
		return __real_open(path, flags, mode);
	seen(&fake.opens);
	__atomic_store_n(&fake.open_flags, flags, __ATOMIC_RELAXED);
	if (fake.open_errno) {
		errno = fake.open_errno;
		return -1;
	}
	fd = __real_open(path, flags, mode);
	if (fd >= 0 && fd < MAX_FDS) {
		__atomic_store_n(&is_fake_fd[fd], true, __ATOMIC_RELAXED);
		__atomic_store_n(&fake.fd, fd, __ATOMIC_RELAXED);
	}
	return fd;
}

int __wrap_close(int fd)
{
	if (is_fake(fd)) {
		seen(&fake.closes);
		__atomic_store_n(&is_fake_fd[fd], false, __ATOMIC_RELAXED);
	}
	return __real_close(fd);
}

int __wrap_fstat(int fd, struct stat *st)
{
	int err = __real_fstat(fd, st);

	if (!err && is_fake(fd) && !fake.not_a_char_device) {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = makedev(fake.rdev_major, fake.rdev_minor);
	}
	return err;
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	void *portal;

	if (!is_fake(fd))
		return __real_mmap(addr, len, prot, flags, fd, offset);
	seen(&fake.maps);
	if (fake.mmap_errno) {
		errno = fake.mmap_errno;
		return MAP_FAILED;
	}
	portal = __real_mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	swap_portal(NULL, portal);
	return portal;
}

int __wrap_madvise(void *addr, size_t len, int advice)
{
	if (advice == MADV_WIPEONFORK && fake.no_wipe_on_fork) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(addr, len, advice);
}

int __wrap_munmap(void *addr, size_t len)
{
	if (addr && swap_portal(addr, NULL))
		seen(&fake.unmaps);
	return __real_munmap(addr, len);
}

static ssize_t fail(int err)
{
	errno = err;
	return -1;
}

/* As idxd_cdev_write() of Linux 6.10: what was taken, or the first error if that is nothing. */
static ssize_t take(const struct sva_desc *descs, size_t count)
{
	size_t n = 0;

	for (; n < count && (!fake.write_most || n < fake.write_most); n++) {
		int err = 0;

		if (fake.write_no_batch && sva_desc_opcode(&descs[n]) == SVA_OP_BATCH)
			err = EINVAL;
		else if (descs[n].completion_addr % 32)
			err = EINVAL;
		else if (!accept(&descs[n]))
			err = EAGAIN;
		if (err)
			return n ? (ssize_t)(n * sizeof(*descs)) : fail(err);
	}
	return (ssize_t)(n * sizeof(*descs));
}

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	ssize_t n;

	if (!is_fake(fd))
		return __real_write(fd, buf, len);
	pthread_mutex_lock(&lock);
	fake.writes++;
	if (count_down(&fake.write_eintr))
		n = fail(EINTR);
	else if (fake.write_errno || (fake.fail_write && !--fake.fail_write))
		n = fail(fake.write_errno ? fake.write_errno : EIO);
	else if (fake.write_zero)
		n = 0;
	else if (!count_down(&fake.write_full_after) && count_down(&fake.write_eagain))
		n = fail(EAGAIN);
	else
		n = take(buf, len / sizeof(struct sva_desc));
	pthread_mutex_unlock(&lock);
	return n;
}
