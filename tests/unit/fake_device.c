/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cpu/cpu.h"
#include "cpu/iax.h"
#include "fake_device.h"

#define MAX_HELD    4096
#define QUEUE_HELD  1024
#define MAX_FDS     1024
#define MAX_QUEUES  128
#define MAX_PORTALS 256

struct fake_device fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sva_desc held[MAX_HELD];
static unsigned int first, last;

/* A queue of its own behind each device node that was opened or asked for. */
struct queue {
	int state; /* 0: unused, 1: about to get its name, 2: has it */
	char name[32];
	struct fake_queue pub;
	struct sva_desc held[QUEUE_HELD];
	unsigned int first, last;
};

static struct queue queues[MAX_QUEUES];
static struct queue *queue_of_fd[MAX_FDS]; /* NULL: none of ours */

static struct portal {
	void *at;
	struct queue *queue;
} portals[MAX_PORTALS];

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
	for (unsigned int i = 0; i < MAX_QUEUES; i++) {
		memset(&queues[i].pub, 0, sizeof(queues[i].pub));
		queues[i].first = queues[i].last = 0;
	}
}

/* Without a lock, for the same reason as below. */
static struct queue *find_queue(const char *name)
{
	for (unsigned int i = 0; i < MAX_QUEUES; i++) {
		struct queue *q = &queues[i];
		int unused = 0;

		if (__atomic_compare_exchange_n(&q->state, &unused, 1, false, __ATOMIC_ACQUIRE,
						__ATOMIC_ACQUIRE)) {
			snprintf(q->name, sizeof(q->name), "%s", name);
			__atomic_store_n(&q->state, 2, __ATOMIC_RELEASE);
		}
		while (__atomic_load_n(&q->state, __ATOMIC_ACQUIRE) != 2)
			sched_yield();
		if (!strcmp(q->name, name))
			return q;
	}
	abort();
}

struct fake_queue *fake_queue(const char *name)
{
	return &find_queue(name)->pub;
}

void fake_lock(void)
{
	pthread_mutex_lock(&lock);
}

void fake_unlock(void)
{
	pthread_mutex_unlock(&lock);
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

static void tell(const struct sva_desc *desc)
{
	const struct sva_desc *list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;

	if (!fake.executes)
		return;
	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		fake.executes(desc, desc->xfer_size);
	else
		for (uint32_t i = 0; i < desc->desc_count; i++)
			fake.executes(&list[i], list[i].xfer_size);
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

	if (fake.stops && fake.stops(desc))
		return;
	tell(desc);
	if (sva_desc_opcode(desc) >= SVA_IAX_OP_DECRYPT && fake.iax_status) {
		((struct sva_iax_record *)desc->completion_addr)->status = fake.iax_status;
		return;
	}
	if (sva_desc_opcode(desc) >= SVA_IAX_OP_DECRYPT) {
		svai_iax_limits(&limits);
		svai_iax_execute(&limits, desc);
		return;
	}
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

/* The caller of these has the lock. */
static void keep(struct queue *q, const struct sva_desc *desc)
{
	if (q->pub.held == QUEUE_HELD)
		abort();
	q->held[q->last++ % QUEUE_HELD] = *desc;
	q->pub.held++;
	if (q->pub.held > q->pub.most_held)
		q->pub.most_held = q->pub.held;
}

static void stop_half_way(const struct sva_desc *desc, bool write)
{
	struct sva_record *record = (struct sva_record *)(uintptr_t)desc->completion_addr;
	uint32_t half = desc->xfer_size / 2;

	if (fake.executes)
		fake.executes(desc, half);
	memcpy((void *)(uintptr_t)desc->dst_addr, (const void *)(uintptr_t)desc->src_addr, half);
	record->result = 0;
	record->fault_info = 0;
	record->bytes_completed = half;
	record->fault_addr = (write ? desc->dst_addr : desc->src_addr) + half;
	__atomic_store_n(&record->status, SVA_STATUS_PAGE_FAULT | (write ? SVA_STATUS_WRITE : 0),
			 __ATOMIC_RELEASE);
}

/* A copy, and none that would have to begin at its end. */
static bool can_stop(const struct sva_desc *desc)
{
	return sva_desc_opcode(desc) == SVA_OP_MEMMOVE &&
	       desc->dst_addr - desc->src_addr >= desc->xfer_size &&
	       desc->src_addr - desc->dst_addr >= desc->xfer_size;
}

static bool stop_at_a_page(struct queue *q, const struct sva_desc *desc)
{
	bool read = can_stop(desc) && count_down(&q->pub.faults);
	bool write = can_stop(desc) && !read && count_down(&q->pub.write_faults);

	if (read || write)
		stop_half_way(desc, write);
	return read || write;
}

/* The others of its batch go on. */
static bool stop_in_batch(struct queue *q, const struct sva_desc *batch)
{
	const struct sva_desc *from = (const struct sva_desc *)(uintptr_t)batch->desc_list_addr;
	struct sva_record record = { 0 };
	struct svai_limits limits;
	uint32_t at = 0;

	while (at < batch->desc_count && !can_stop(&from[at]))
		at++;
	if (at == batch->desc_count || !count_down(&q->pub.batch_faults))
		return false;
	for (uint32_t i = 0; i < batch->desc_count; i++) {
		if (i == at)
			stop_half_way(&from[i], false);
		else
			execute(&from[i]);
	}
	svai_cpu_limits(&limits);
	svai_cpu_batch_record(&limits, &record, true, batch->desc_count);
	svai_cpu_complete(batch, record.status, &record);
	return true;
}

static bool stop(struct queue *q, const struct sva_desc *desc)
{
	return sva_desc_opcode(desc) == SVA_OP_BATCH ? stop_in_batch(q, desc)
						     : stop_at_a_page(q, desc);
}

static void take_first(struct queue *q, bool lose)
{
	const struct sva_desc desc = q->held[q->first++ % QUEUE_HELD];

	q->pub.held--;
	if (lose)
		q->pub.moves_lost += sva_desc_opcode(&desc) == SVA_OP_MEMMOVE;
	else if (!stop(q, &desc))
		execute(&desc);
}

/* What the queue has to say; false: as any other does. */
static bool by_itself(struct queue *q, const struct sva_desc *desc, bool *accepted)
{
	bool full = q->pub.hold && q->pub.capacity && q->pub.held >= q->pub.capacity;

	q->pub.tries += q->pub.full;
	q->pub.overflows += full;
	*accepted = !full && !q->pub.full;
	if (!*accepted)
		return true;
	q->pub.submissions += sva_desc_opcode(desc) != SVA_OP_DRAIN;
	q->pub.moves += sva_desc_opcode(desc) == SVA_OP_MEMMOVE;
	if (!q->pub.lose && !q->pub.hold && !stop(q, desc))
		return false;
	fake.submissions++;
	fake.last = *desc;
	if (q->pub.lose)
		q->pub.moves_lost += sva_desc_opcode(desc) == SVA_OP_MEMMOVE;
	else if (q->pub.hold)
		keep(q, desc);
	return true;
}

static bool accept(struct queue *q, const struct sva_desc *desc)
{
	bool accepted;

	if (q && by_itself(q, desc, &accepted))
		return accepted;
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

static unsigned int take_all(const char *name, unsigned int count, bool lose)
{
	struct queue *q = find_queue(name);
	unsigned int n = 0;

	pthread_mutex_lock(&lock);
	for (; n < count && q->first != q->last; n++)
		take_first(q, lose);
	pthread_mutex_unlock(&lock);
	return n;
}

unsigned int fake_complete_of(const char *name, unsigned int count)
{
	return take_all(name, count, false);
}

unsigned int fake_lose_of(const char *name)
{
	return take_all(name, UINT32_MAX, true);
}

void fake_stop_holding_of(const char *name)
{
	struct queue *q = find_queue(name);

	pthread_mutex_lock(&lock);
	while (q->first != q->last)
		take_first(q, false);
	q->pub.hold = false;
	pthread_mutex_unlock(&lock);
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

/* NULL: none that was mapped by mmap(2). */
static struct queue *queue_of_portal(const void *portal)
{
	const void *page = (const void *)((uintptr_t)portal & ~(uintptr_t)4095);

	for (unsigned int i = 0; i < MAX_PORTALS; i++)
		if (__atomic_load_n(&portals[i].at, __ATOMIC_RELAXED) == page)
			return __atomic_load_n(&portals[i].queue, __ATOMIC_RELAXED);
	return NULL;
}

bool sva_enqcmd(void *portal, const void *desc)
{
	struct queue *q = queue_of_portal(portal);
	bool retry;

	take_barrier();
	if (q)
		seen(&q->pub.arrivals);
	pthread_mutex_lock(&lock);
	fake.portal_offsets[fake.submissions % 64] = (uintptr_t)portal & 4095;
	retry = count_down(&fake.retry) || !accept(q, desc);
	pthread_mutex_unlock(&lock);
	return retry;
}

void sva_movdir64b(void *portal, const void *desc)
{
	struct queue *q = queue_of_portal(portal);

	take_barrier();
	pthread_mutex_lock(&lock);
	fake.portal_offsets[fake.submissions % 64] = (uintptr_t)portal & 4095;
	accept(q, desc); /* if not, it is lost: nobody is told */
	pthread_mutex_unlock(&lock);
}

/*
 * What open(2), close(2) and mmap(2) share is atomic, not locked: the child of a fork closes files,
 * and a lock may be held by a thread that it has not got.
 */
static struct queue *queue_of(int fd)
{
	return fd >= 0 && fd < MAX_FDS ? __atomic_load_n(&queue_of_fd[fd], __ATOMIC_RELAXED) : NULL;
}

static bool is_fake(int fd)
{
	return queue_of(fd) != NULL;
}

static bool swap_portal(void *from, void *to, struct queue *q)
{
	for (size_t i = 0; i < MAX_PORTALS; i++) {
		void *expected = from;

		if (!__atomic_compare_exchange_n(&portals[i].at, &expected, to, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			continue;
		__atomic_store_n(&portals[i].queue, q, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

static int refuse_open(struct queue *q)
{
	if (fake.open_errno)
		return fake.open_errno;
	if (q->pub.exclusive && __atomic_load_n(&q->pub.files, __ATOMIC_RELAXED))
		return EBUSY;
	return q->pub.open_errno;
}

static bool is_node(const char *path)
{
	return strstr(path, "/dsa/wq") || strstr(path, "/iax/wq");
}

int __wrap_open(const char *path, int flags, ...)
{
	int fd, mode = 0;
	struct queue *q;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, int);
	va_end(args);
	if (!is_node(path) || flags & O_CREAT)
		return __real_open(path, flags, mode);
	seen(&fake.opens);
	__atomic_store_n(&fake.open_flags, flags, __ATOMIC_RELAXED);
	q = find_queue(strrchr(path, '/') + 1);
	errno = refuse_open(q);
	if (errno)
		return -1;
	fd = __real_open(path, flags, mode);
	if (fd >= 0 && fd < MAX_FDS) {
		seen(&q->pub.files);
		__atomic_store_n(&queue_of_fd[fd], q, __ATOMIC_RELAXED);
		__atomic_store_n(&fake.fd, fd, __ATOMIC_RELAXED);
	}
	return fd;
}

int __wrap_close(int fd)
{
	struct queue *q = queue_of(fd);

	if (q) {
		seen(&fake.closes);
		seen(&q->pub.closes);
		__atomic_fetch_sub(&q->pub.files, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&queue_of_fd[fd], NULL, __ATOMIC_RELAXED);
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
	swap_portal(NULL, portal, queue_of(fd));
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
	if (addr && swap_portal(addr, NULL, NULL))
		seen(&fake.unmaps);
	return __real_munmap(addr, len);
}

static ssize_t fail(int err)
{
	errno = err;
	return -1;
}

/* As idxd_cdev_write() of Linux 6.10: what was taken, or the first error if that is nothing. */
static ssize_t take(struct queue *q, const struct sva_desc *descs, size_t count)
{
	size_t n = 0;

	for (; n < count && (!fake.write_most || n < fake.write_most); n++) {
		int err = 0;

		if (fake.write_no_batch && sva_desc_opcode(&descs[n]) == SVA_OP_BATCH)
			err = EINVAL;
		else if (descs[n].completion_addr % 32)
			err = EINVAL;
		else if (!accept(q, &descs[n]))
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
		n = take(queue_of(fd), buf, len / sizeof(struct sva_desc));
	pthread_mutex_unlock(&lock);
	return n;
}
