/* SPDX-License-Identifier: MIT */
/*
 * The bench proves itself: what the machine's instructions, IOMMU and device must do before they
 *can judge a library. Instructions alone, no library.
 *	proof [full]	full: the device is slow, and its queues fill up
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define PAGE      4096u
#define SHARED    "/dev/dsa/wq0.0"
#define DEDICATED "/dev/dsa/wq0.1"
#define AREA      (16 * (size_t)PAGE)
#define THRESHOLD 48u /* of the shared queue: guest/setup.sh */
#define SIZE      64u /* of the dedicated one */

static void *map_queue(const char *path)
{
	int fd = open(path, O_RDWR);
	void *portal = mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(portal, MAP_FAILED);
	close(fd);
	return portal;
}

static unsigned int run(void *portal, struct sva_desc *desc, struct sva_record *comp)
{
	comp->status = 0;
	desc->completion_addr = (uintptr_t)comp;
	while (sva_enqcmd(portal, desc))
		sched_yield();
	while (!sva_record_status(comp))
		sched_yield();
	return comp->status;
}

static unsigned char *fresh_page(void *at)
{
	int fixed = at ? MAP_FIXED : 0;
	unsigned char *page =
		mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | fixed, -1, 0);

	assert_ptr_not_equal(page, MAP_FAILED);
	return page;
}

static void run_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

static void run_on_all_cpus(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	CPU_SET(1, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
}

/*
 * Queues that fill up.
 */

#define MANY 160u

static struct sva_desc descs[MANY];
static struct sva_record comps[MANY];

static void prepare_many(void)
{
	for (unsigned int i = 0; i < MANY; i++) {
		sva_prep_noop(&descs[i], 0);
		descs[i].completion_addr = (uintptr_t)&comps[i];
		comps[i].status = 0;
	}
}

/* ENQCMD says "retry" when the threshold is reached, and what it took is done. */
static void test_shared_full(void **state)
{
	void *portal = map_queue(SHARED);
	unsigned int i, taken = 0;

	(void)state;
	prepare_many();
	while (taken < MANY && !sva_enqcmd(portal, &descs[taken]))
		taken++;
	assert_in_range(taken, THRESHOLD, MANY - 1);
	for (i = 0; i < taken; i++)
		while (!sva_record_status(&comps[i]))
			sched_yield();
	for (; i < MANY; i++)
		assert_int_equal(comps[i].status, 0);
	assert_false(sva_enqcmd(portal, &descs[taken]));
	while (!sva_record_status(&comps[taken]))
		sched_yield();
	munmap(portal, PAGE);
}

/* MOVDIR64B tells nothing: what does not fit is lost. */
static void test_dedicated_full(void **state)
{
	void *portal = map_queue(DEDICATED);
	unsigned int done = 0;

	(void)state;
	prepare_many();
	for (unsigned int i = 0; i < MANY; i++)
		sva_movdir64b(portal, &descs[i]);
	munmap(portal, PAGE); /* the last reference: the kernel drains */
	for (unsigned int i = 0; i < MANY; i++)
		done += comps[i].status == SVA_STATUS_SUCCESS;
	assert_in_range(done, SIZE, MANY - 1);
}

/*
 * State of threads: the PASID, and what else XSAVES keeps.
 */

static struct sva_desc copy_desc;
static struct sva_record copy_comp;
static uint64_t from[8], to[8];

/* At the same addresses in every process: with a wrong PASID they would have each other's words. */
static int copy_own_words(void)
{
	void *portal = map_queue(SHARED);

	for (unsigned int i = 0; i < 300; i++) {
		for (unsigned int j = 0; j < 8; j++) {
			from[j] = (uint64_t)getpid() << 32 | i << 8 | j;
			to[j] = 0;
		}
		sva_prep_memmove(&copy_desc, to, from, sizeof(from), 0);
		if (run(portal, &copy_desc, &copy_comp) != SVA_STATUS_SUCCESS ||
		    memcmp(from, to, sizeof(from)) != 0)
			return 1;
	}
	return 0;
}

static void test_pasid_of_processes(void **state)
{
	pid_t child[3];
	int status;

	(void)state;
	run_on_one_cpu();
	for (unsigned int i = 0; i < 3; i++) {
		child[i] = fork();
		if (child[i] == 0)
			_exit(copy_own_words());
	}
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	run_on_all_cpus();
}

/* All 16 registers hold @pattern over an ENQCMD and a change of threads. */
__attribute__((target("avx"))) static bool keep_registers(void *portal, struct sva_desc *desc,
							  const uint8_t *pattern, uint8_t *out)
{
#define LOAD(n)  "vmovdqu (%[in]), %%ymm" #n "\n\t"
#define STORE(n) "vmovdqu %%ymm" #n ", " #n "*32(%[out])\n\t"
#define ALL(x)   x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11) x(12) x(13) x(14) x(15)
	unsigned char busy;

	__asm__ volatile(
		ALL(LOAD) "sfence\n\t"
			  ".byte 0xf2, 0x0f, 0x38, 0xf8, 0x01\n\t" /* enqcmd (%rcx), %rax */
			  "setz %[busy]\n\t"
			  "mov %[yield], %%eax\n\t"
			  "syscall\n\t" ALL(STORE) "vzeroupper"
		: [busy] "=&r"(busy), "+a"(portal), "+c"(desc)
		: [in] "r"(pattern), [out] "r"(out), [yield] "i"(24) /* sched_yield */
		: "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
		  "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	return busy;
}

static void *keep_registers_often(void *number)
{
	uint8_t pattern[32], out[16 * 32];
	struct sva_desc desc __attribute__((aligned(64)));
	void *portal = map_queue(SHARED);
	uintptr_t wrong = 0;

	sva_prep_noop(&desc, 0);
	desc.op_flags &= ~(SVA_FLAG_CRAV | SVA_FLAG_RCR);
	for (unsigned int i = 0; i < 500; i++) {
		memset(pattern, (int)(i + 57 * (uintptr_t)number), sizeof(pattern));
		keep_registers(portal, &desc, pattern, out);
		for (unsigned int j = 0; j < 16; j++)
			wrong += memcmp(out + 32 * (size_t)j, pattern, sizeof(pattern)) != 0;
	}
	munmap(portal, PAGE);
	return (void *)wrong;
}

static void test_registers_of_threads(void **state)
{
	pthread_t thread[4];
	void *wrong;

	(void)state;
	run_on_one_cpu();
	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, keep_registers_often, (void *)i);
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(thread[i], &wrong);
		assert_null(wrong);
	}
	run_on_all_cpus();
}

/*
 * UMONITOR and UMWAIT: a store that comes between the two, or after both, ends the wait.
 */

#define ROUNDS 300u

static struct {
	_Alignas(64) volatile unsigned int word;
	_Alignas(64) volatile unsigned int ready;
} monitored;

static void *store_when_ready(void *unused)
{
	(void)unused;
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		while (monitored.ready != i)
			sched_yield();
		monitored.word = i;
	}
	return NULL;
}

static void lift_limit(void)
{
	int fd = open("/sys/devices/system/cpu/umwait_control/max_time", O_WRONLY);

	assert_int_equal(write(fd, "0", 1), 1);
	close(fd);
}

/* Interrupts end a wait, too, so that what counts is whether it was long. */
static void test_store_before_wait(void **state)
{
	unsigned int late = 0;

	(void)state;
	lift_limit();
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		uint64_t deadline = sva_rdtsc() + 2000000; /* shorter than a tick of the clock */

		sva_umonitor((void *)(uintptr_t)&monitored.word);
		monitored.word = i;
		sva_umwait(0, deadline);
		late += sva_rdtsc() >= deadline;
	}
	monitored.word = 0;
	assert_in_range(late, 0, ROUNDS / 2);
}

static void test_wake_up(void **state)
{
	unsigned int missed = 0;
	pthread_t thread;

	(void)state;
	lift_limit();
	pthread_create(&thread, NULL, store_when_ready, NULL);
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		uint64_t deadline = sva_rdtsc() + 3000000000; /* seconds */

		sva_umonitor((void *)(uintptr_t)&monitored.word);
		monitored.ready = i;
		while (monitored.word != i && sva_rdtsc() < deadline) {
			sva_umwait(0, deadline);
			if (monitored.word != i)
				sva_umonitor((void *)(uintptr_t)&monitored.word);
		}
		missed += sva_rdtsc() >= deadline;
	}
	pthread_join(thread, NULL);
	assert_int_equal(missed, 0);
}

/*
 * The IOMMU.
 */

static bool is_present(const void *page)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	assert_int_equal(pread(fd, &entry, 8, (off_t)((uintptr_t)page / PAGE * 8)), 8);
	close(fd);
	return entry >> 63;
}

static void test_page_request(void **state)
{
	static struct sva_desc desc;
	static struct sva_record comp;
	void *portal = map_queue(SHARED);

	(void)state;
	for (unsigned int i = 0; i < 64; i++) {
		unsigned char *page = fresh_page(NULL);

		sva_prep_fill(&desc, page, ~0ull, PAGE, 0);
		assert_int_equal(run(portal, &desc, &comp),
				 SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
		assert_false(is_present(page));
		sva_prep_fill(&desc, page, ~0ull, PAGE, SVA_FLAG_BOF);
		assert_int_equal(run(portal, &desc, &comp), SVA_STATUS_SUCCESS);
		assert_true(is_present(page));
		assert_int_equal(page[PAGE - 1], 0xff);
		munmap(page, PAGE);
	}
	munmap(portal, PAGE);
}

/* What the device has translated before does not outlive a change of the page table. */
static void test_invalidation(void **state)
{
	static struct sva_desc desc;
	static struct sva_record comp;
	void *portal = map_queue(SHARED);
	unsigned char *page = fresh_page(NULL);

	(void)state;
	for (unsigned int i = 0; i < 200; i++) {
		page[0] = 1;
		sva_prep_fill(&desc, page, ~0ull, PAGE, 0);
		assert_int_equal(run(portal, &desc, &comp), SVA_STATUS_SUCCESS);
		mprotect(page, PAGE, PROT_READ);
		assert_int_equal(run(portal, &desc, &comp),
				 SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE);
		munmap(page, PAGE);
		sva_prep_compare_pattern(&desc, page, 0, PAGE, 0);
		assert_int_equal(run(portal, &desc, &comp), SVA_STATUS_PAGE_FAULT);
		fresh_page(page)[1] = 0;
		assert_int_equal(run(portal, &desc, &comp), SVA_STATUS_SUCCESS);
		assert_int_equal(comp.result, 0);
	}
	munmap(page, PAGE);
	munmap(portal, PAGE);
}

static volatile bool stop;

static void *read_without_end(void *area)
{
	static struct sva_desc desc;
	static struct sva_record comp;
	void *portal = map_queue(SHARED);

	for (size_t at = 0; !stop; at = (at + PAGE) % AREA) {
		sva_prep_compare_pattern(&desc, (char *)area + at, 0, PAGE, 0);
		run(portal, &desc, &comp);
	}
	munmap(portal, PAGE);
	return NULL;
}

/* The bit is all that the IOMMU changes: what the kernel takes away meanwhile is away. */
static void test_accessed_bit(void **state)
{
	unsigned char *area =
		mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int back = 0;
	pthread_t thread;

	(void)state;
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, read_without_end, area), 0);
	for (unsigned int i = 0; i < 2000; i++) {
		memset(area, 1, AREA);
		madvise(area, AREA, MADV_FREE); /* clears the bits */
		madvise(area, AREA, MADV_DONTNEED);
		for (size_t at = 0; at < AREA; at += PAGE)
			back += area[at];
	}
	stop = true;
	pthread_join(thread, NULL);
	munmap(area, AREA);
	assert_int_equal(back, 0);
}

/* The kernel drops a freed page that nobody has written to since. */
static void test_dirty_bit(void **state)
{
	static struct sva_desc desc;
	static struct sva_record comp;
	unsigned char *page = fresh_page(NULL);
	void *portal = map_queue(SHARED);

	(void)state;
	page[0] = 1;
	madvise(page, PAGE, MADV_FREE);
	assert_int_equal(*(volatile unsigned char *)page, 1); /* accessed, not dirty */
	sva_prep_fill(&desc, page, ~0ull, PAGE, 0);
	assert_int_equal(run(portal, &desc, &comp), SVA_STATUS_SUCCESS);
	madvise(page, PAGE, MADV_PAGEOUT);
	assert_int_equal(page[0], 0xff);
	munmap(page, PAGE);
	munmap(portal, PAGE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest full[] = {
		cmocka_unit_test(test_shared_full),
		cmocka_unit_test(test_dedicated_full),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pasid_of_processes),
		cmocka_unit_test(test_registers_of_threads),
		cmocka_unit_test(test_store_before_wait),
		cmocka_unit_test(test_wake_up),
		cmocka_unit_test(test_page_request),
		cmocka_unit_test(test_invalidation),
		cmocka_unit_test(test_accessed_bit),
		cmocka_unit_test(test_dirty_bit),
	};

	if (argc > 1 && !strcmp(argv[1], "full"))
		return cmocka_run_group_tests(full, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
