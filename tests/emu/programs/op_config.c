/* SPDX-License-Identifier: MIT */
/* A narrowed op_config forbids what it leaves out, batches too. Needs a DSA 2.0. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define QUEUE  "/sys/bus/dsa/devices/wq0.0/"
#define DRIVER "/sys/bus/dsa/drivers/user/"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail_msg("%s: %s is refused", path, text);
	close(fd);
}

static const struct {
	const char *path, *value;
} attributes[] = {
	{ QUEUE "mode", "shared" },      { QUEUE "threshold", "6" },
	{ QUEUE "priority", "10" },      { QUEUE "type", "user" },
	{ QUEUE "driver_name", "user" }, { QUEUE "name", "narrow" },
	{ QUEUE "max_batch_size", "8" },
};

static unsigned int status_of(void *portal, struct sva_desc *desc)
{
	struct sva_record comp = { 0 };

	desc->completion_addr = (uintptr_t)&comp;
	while (sva_enqcmd(portal, desc))
		;
	while (!sva_record_status(&comp))
		sched_yield();
	return sva_record_status(&comp);
}

/* The queue, enabled with this op_config; its portal. */
static void *configure(const char *op_config)
{
	void *portal;
	int fd;

	put(DRIVER "unbind", "wq0.0"); /* which forgets how the queue was configured */
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		put(attributes[i].path, attributes[i].value);
	put(QUEUE "op_config", op_config);
	put(DRIVER "bind", "wq0.0");
	fd = open("/dev/dsa/wq0.0", O_RDWR);
	assert_true(fd >= 0);
	portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(portal, MAP_FAILED);
	close(fd);
	return portal;
}

/* A batch of two NOOPs, and a copy, on a queue with this op_config. */
static void run(const char *op_config, unsigned int *batch, unsigned int *copy)
{
	static struct sva_desc members[2], desc;
	static struct sva_record comps[2];
	static char bytes[16];
	void *portal = configure(op_config);

	for (int i = 0; i < 2; i++) {
		sva_prep_noop(&members[i], 0);
		members[i].completion_addr = (uintptr_t)&comps[i];
	}
	sva_prep_batch(&desc, members, 2, 0);
	*batch = status_of(portal, &desc);
	sva_prep_memmove(&desc, bytes, bytes + 8, 8, 0);
	*copy = status_of(portal, &desc);
	munmap(portal, 4096);
}

/* One queue for each opcode that the device has, without that one. */
static void each_opcode(void **state)
{
	static const uint64_t op_cap = 0x100bf07ff;
	char op_config[64];

	(void)state;
	for (unsigned int opcode = 0; opcode < 64; opcode++) {
		uint64_t left = op_cap & ~(UINT64_C(1) << opcode);
		struct sva_desc desc;
		void *portal;

		if (left == op_cap)
			continue;
		snprintf(op_config, sizeof(op_config), "0,0,0,0,0,0,%x,%x",
			 (unsigned int)(left >> 32), (unsigned int)left);
		portal = configure(op_config);
		sva_prep_noop(&desc, 0);
		assert_int_equal(status_of(portal, &desc), opcode == SVA_OP_NOOP
								   ? SVA_STATUS_BAD_OPCODE
								   : SVA_STATUS_SUCCESS);
		desc.op_flags = (desc.op_flags & 0xffffff) | opcode << 24;
		assert_int_equal(status_of(portal, &desc), SVA_STATUS_BAD_OPCODE);
		munmap(portal, 4096);
	}
}

static void what_it_leaves_out(void **state)
{
	unsigned int batch, copy;

	(void)state;
	run("0,0,0,0,0,0,0,b", &batch, &copy);
	assert_int_equal(batch, SVA_STATUS_SUCCESS);
	assert_int_equal(copy, SVA_STATUS_SUCCESS);
	run("0,0,0,0,0,0,0,9", &batch, &copy);
	assert_int_equal(batch, SVA_STATUS_BAD_OPCODE);
	assert_int_equal(copy, SVA_STATUS_SUCCESS);
	run("0,0,0,0,0,0,0,3", &batch, &copy);
	assert_int_equal(batch, SVA_STATUS_SUCCESS);
	assert_int_equal(copy, SVA_STATUS_BAD_OPCODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_it_leaves_out),
					    cmocka_unit_test(each_opcode) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
