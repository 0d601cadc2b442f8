/* SPDX-License-Identifier: MIT */
/* ring0: descriptors by /dev/sva_ring0, whose module submits with ENQCMDS; and ENQCMDS without ring
 * 0. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/desc.h>
#include <sva/insn.h>

static struct sva_desc desc;
static struct sva_record comp;
static unsigned char src[10000], dst[10000];

static void prepare(void)
{
	memset(src, 'x', sizeof(src));
	memset(dst, 0, sizeof(dst));
	comp.status = 0;
	sva_prep_memmove(&desc, dst, src, sizeof(src), 0);
	desc.completion_addr = (uintptr_t)&comp;
}

/* The device works with this process's memory, because its PASID is in the descriptor. */
static void test_from_ring_0(void **state)
{
	int ring0 = open("/dev/sva_ring0", O_WRONLY), queue;

	(void)state;
	assert_true(ring0 >= 0);
	prepare();
	assert_int_equal(write(ring0, &desc, sizeof(desc)), -1); /* no PASID yet */
	assert_int_equal(errno, ENODEV);
	queue = open("/dev/dsa/wq0.0", O_RDWR);
	assert_true(queue >= 0);
	for (int i = 0; i < 100; i++) {
		prepare();
		assert_int_equal(write(ring0, &desc, sizeof(desc)), sizeof(desc));
		while (!sva_record_status(&comp))
			sched_yield();
		assert_int_equal(comp.status, SVA_STATUS_SUCCESS);
		assert_memory_equal(dst, src, sizeof(src));
	}
	close(queue);
	close(ring0);
}

static void test_from_ring_3(void **state)
{
	int status, queue = open("/dev/dsa/wq0.0", O_RDWR);
	void *portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, queue, 0);
	pid_t child;

	(void)state;
	assert_ptr_not_equal(portal, MAP_FAILED);
	prepare();
	child = fork();
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		queue = open("/dev/dsa/wq0.0", O_RDWR);
		portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, queue, 0);
		sva_enqcmds(portal, &desc);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	munmap(portal, 4096);
	close(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_ring_0),
		cmocka_unit_test(test_from_ring_3),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
