/* SPDX-License-Identifier: MIT */
/* Opening a queue: every path, and every reason why not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"

static void no_device_runs_on_the_cpu(void **state)
{
	struct sva_wq *wq;
	char begin[300];

	(void)state;
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	assert_int_equal(sva_wq_open(&wq, NULL, NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	snprintf(begin, sizeof(begin), "no device: %s/bus/dsa/devices does not exist",
		 "/nonexistent");
	assert_memory_equal(sva_wq_why(wq), begin, strlen(begin));
	assert_non_null(strstr(sva_wq_why(wq), "; running on the CPU"));
	assert_int_equal(sva_wq_info(wq)->kind, SVA_DEV_KIND_CPU);
	assert_int_equal(sva_report_count(sva_wq_report(wq)), 1);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void no_device_and_no_cpu_is_enodev(void **state)
{
	struct sva_report *report;
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .report = &report };
	struct sva_wq *wq = (struct sva_wq *)&opts;

	(void)state;
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	assert_null(wq);
	assert_int_equal(sva_report_count(report), 1);
	assert_non_null(strstr(sva_report_get(report, 0)->reason, "does not exist"));
	sva_report_free(report);
}

static void the_cpu_can_be_asked_for(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts) };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "cpu", NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_string_equal(sva_wq_info(wq)->name, "cpu");
	assert_int_equal(fake.opens, 0);
	assert_int_equal(sva_wq_close(wq), 0);
	opts.kind = SVA_DEV_KIND_CPU;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_wq_close(wq), 0);
	opts.flags = SVA_OPEN_NO_CPU;
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), -EINVAL);
}

static void a_shared_queue_by_its_portal(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	assert_int_equal(sva_wq_path(wq), SVA_PATH_PORTAL);
	assert_string_equal(sva_wq_why(wq), "wq0.0 (dsa0, shared): portal, by ENQCMD");
	assert_int_equal(fake.open_flags, O_RDWR | O_CLOEXEC);
	assert_true(fcntl(fake.fd, F_GETFD) & FD_CLOEXEC);
	assert_null(wq->credit);
	close_fake(wq);
	assert_int_equal(fake.closes, 1);
	assert_int_equal(fake.unmaps, 1);
}

static void a_dedicated_queue_has_credits(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	assert_string_equal(sva_wq_why(wq), "wq0.1 (dsa0, dedicated): portal, by MOVDIR64B");
	/* Which all threads write: not in the line that they all read. */
	assert_int_not_equal((uintptr_t)wq->credit / 64, (uintptr_t)wq / 64);
	assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	close_fake(wq);
}

static void names(void **state)
{
	static const char *const good[] = { "wq0.0", "dsa0/wq0.0", NULL, "", "dsa0" };
	static const char *const bad[] = { "wq",     "wq0",      "wq0.",         "wq.0",
					   "wq0.0x", "dsa",      "dsa0/",        "dsa0/dsa0",
					   "eth0",   "../wq0.0", "dsa0/wq0.0/x", "CPU",
					   "wq00.0", "wq0.01",   "dsa00",        "/dev/null",
					   "/",      "/wq0.0",   "/dev/dsa/null" };
	char path[300];
	struct sva_wq *wq;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		close_fake(open_fake(good[i]));
	snprintf(path, sizeof(path), "%s/dsa/wq0.0", getenv("LIBSVA_DEV_PATH"));
	close_fake(open_fake(path));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(sva_wq_open(&wq, bad[i], NULL), -EINVAL);
		assert_null(wq);
	}
}

static void keep_level(void *ctx, enum sva_log_level level, const char *line)
{
	(void)line;
	*(enum sva_log_level *)ctx = level;
}

static void a_queue_that_is_not_there(void **state)
{
	enum sva_log_level logged = SVA_LOG_NONE;
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .log = keep_level,
				    .log_ctx = &logged,
				    .log_level = SVA_LOG_WARN };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq7.7", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_string_equal(sva_wq_why(wq), "there is no queue wq7.7; running on the CPU");
	assert_int_equal(logged, SVA_LOG_WARN);
	assert_int_equal(sva_wq_close(wq), 0);
	logged = SVA_LOG_NONE;
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), 0);
	assert_int_equal(logged, SVA_LOG_NONE);
	assert_int_equal(sva_wq_close(wq), 0);
}

/* Every errno of open(2): the reason is kept, with a remedy, and the CPU does the work. */
static void open_errors(void **state)
{
	static const struct {
		int err;
		const char *text;
	} cases[] = {
		{ EBUSY, "dedicated queue that another process has open" },
		{ EACCES, "no permission on the device node" },
		{ EPERM, "no permission on the device node" },
		{ ENOENT, "no such device node" },
		{ ENODEV, "the kernel has no IOMMU for the device" },
		{ ENXIO, "no driver is bound to the device node" },
		{ EOPNOTSUPP, "no Shared Virtual Addressing" },
		{ ENOSPC, "could not allocate a PASID" },
		{ EINVAL, "no valid PASID" },
		{ EMFILE, "no file descriptor left" },
		{ ENFILE, "no file descriptor left" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
		const struct sva_rejection *r;
		struct sva_wq *wq;

		fake.open_errno = cases[i].err;
		assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -cases[i].err);
		assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
		assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
		r = sva_report_get(sva_wq_report(wq), 0);
		assert_string_equal(r->queue, "wq0.0");
		assert_int_equal(r->err, -cases[i].err);
		assert_non_null(strstr(r->reason, cases[i].text));
		assert_true(*r->remedy != '\0');
		assert_non_null(strstr(sva_wq_why(wq), cases[i].text));
		assert_int_equal(sva_wq_close(wq), 0);
	}
}

static void no_sva_names_the_cmd_status(void **state)
{
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "dsa0", "cmd_status", "0x80110000\n");
	fake.open_errno = EOPNOTSUPP;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
	assert_non_null(strstr(sva_wq_why(wq), "cmd_status 0x80110000"));
	assert_non_null(strstr(sva_report_get(sva_wq_report(wq), 0)->remedy, "sm_on"));
	assert_int_equal(sva_wq_close(wq), 0);
}

static void no_portal_means_write(void **state)
{
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	wq = open_fake("wq0.0");
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_non_null(strstr(sva_wq_why(wq), "CAP_SYS_RAWIO"));
	assert_int_equal(fake.writes, 1); /* proved by one NOOP, once */
	assert_int_equal(sva_desc_opcode(&fake.last), SVA_OP_NOOP);
	assert_null(wq->portal);
	close_fake(wq);
}

static void write_that_does_not_work(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20 };
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.write_errno = EINVAL; /* a kernel before 6.10 */
	assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_non_null(strstr(sva_wq_why(wq), "does not take descriptors by write(2)"));
	assert_int_equal(sva_wq_close(wq), 0);

	fake.write_errno = 0;
	fake.hold = true; /* a device that never answers */
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_report_get(sva_wq_report(wq), 0)->err, -ETIMEDOUT);
	assert_int_equal(fake.opens, fake.closes);
	assert_int_equal(sva_wq_close(wq), 0);
}

/* One refusal at open must not send the handle to the CPU for good. */
static void the_proof_of_write_is_patient(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .timeout_ms = 20 };
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.write_eagain = 5;
	fake.write_eintr = 2;
	close_fake(open_fake("wq0.0"));
	fake.write_eagain = UINT32_MAX;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_wq_close(wq), 0);
	fake.write_eagain = 0;
	fake.write_zero = true;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
	assert_int_equal(sva_wq_close(wq), 0);
}

/* Of several reasons the one of a queue that was tried is told. */
static void the_reason_that_counts(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;

	fake_attr(tree, "wq0.0", "state", "disabled\n");
	fake.open_errno = EACCES;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -EACCES);
	assert_int_equal(sva_wq_open(&wq, NULL, NULL), 0);
	assert_memory_equal(sva_wq_why(wq), "wq0.1: open: ", 13);
	assert_int_equal(sva_report_count(sva_wq_report(wq)), 2);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void another_device(struct fake_tree *tree, const char *node, const char *clients)
{
	fake_device(tree, "dsa2");
	fake_attr(tree, "dsa2", "cdev_major", "241\n");
	fake_attr(tree, "dsa2", "numa_node", node);
	fake_wq(tree, "wq2.0", "shared");
	fake_attr(tree, "wq2.0", "cdev_minor", "3\n");
	fake_attr(tree, "wq2.0", "clients", clients);
	fake_node(tree, "dsa/wq2.0");
}

static void expect_best(const char *name)
{
	struct sva_wq *wq = open_fake(NULL);

	assert_string_equal(sva_wq_info(wq)->name, name);
	close_fake(wq);
}

/* The machine of the test runs on one node: 77 is far, and none is nearer than that. */
static void near_and_idle_queues_come_first(void **state)
{
	struct fake_tree *tree = fixture_tree(state);

	fake_attr(tree, "wq0.0", "clients", "2\n");
	another_device(tree, "0\n", "1\n");
	expect_best("wq2.0");
	another_device(tree, "0\n", "3\n");
	expect_best("wq0.0");
	fake_attr(tree, "dsa0", "numa_node", "77\n");
	expect_best("wq2.0");
	another_device(tree, "-1\n", "3\n");
	expect_best("wq2.0");
}

static void sizes_that_make_no_sense(void **state)
{
	static const char *const sizes[] = { "0\n", "1\n", "4294967295\n", "x\n" };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct sva_wq *wq;

		fake_attr(fixture_tree(state), "wq0.1", "size", sizes[i]);
		wq = open_fake("wq0.1");
		assert_in_range(*wq->credit, SVA__CREDIT, INT32_MAX);
		close_fake(wq);
	}
}

static void paths_can_be_ruled_out(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts) };
	struct sva_wq *wq;

	(void)state;
	opts.flags = SVA_OPEN_NO_PORTAL;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
	assert_int_equal(fake.maps, 0);
	close_fake(wq);
	opts.flags = SVA_OPEN_NO_WRITE | SVA_OPEN_NO_CPU;
	fake.mmap_errno = EPERM;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -EPERM);
	assert_int_equal(fake.opens, fake.closes);
}

static void not_the_right_node(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;

	(void)state;
	fake.not_a_char_device = true;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -ENODEV);
	fake.not_a_char_device = false;
	fake.rdev_minor++;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -ENODEV);
	fake.rdev_minor--;
	fake.rdev_major++;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -ENODEV);
	assert_int_equal(fake.opens, fake.closes);
}

/* SPDK's kernel mode takes an IAX device for a DSA. */
static void an_iax_queue_is_not_taken_for_another(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;

	fake_device(tree, "iax1");
	fake_wq(tree, "wq1.0", "shared");
	fake_node(tree, "iax/wq1.0");
	fake_attr(tree, "dsa0", "state", "disabled\n");
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	opts.kind = SVA_DEV_KIND_DSA;
	assert_int_equal(sva_wq_open(&wq, "wq1.0", &opts), -ENODEV);
	assert_int_equal(sva_wq_open(&wq, "iax1", &opts), -ENODEV);
	assert_int_equal(fake.opens, 0);
}

/* What is wrong with a queue in sysfs is told without opening it. */
static void queues_in_the_wrong_state(void **state)
{
	static const struct {
		const char *object, *attr, *value, *text;
	} cases[] = {
		{ "dsa0", "state", "disabled\n", "the device is disabled" },
		{ "dsa0", "state", "halted\n", "the device is halted" },
		{ "wq0.0", "state", "disabled\n", "the queue is disabled" },
		{ "wq0.0", "type", "kernel\n", "not of type user" },
		{ "wq0.0", "type", "none\n", "not of type user" },
		{ "wq0.0", "driver_name", "dmaengine\n", "not of type user" },
		{ "wq0.0", "mode", "\n", "could not be read" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_tree *tree = fixture_tree(state);
		struct sva_wq *wq;

		fake_attr(tree, cases[i].object, cases[i].attr, cases[i].value);
		assert_int_equal(sva_wq_open(&wq, "wq0.0", NULL), 0);
		assert_int_equal(sva_wq_path(wq), SVA_PATH_CPU);
		assert_non_null(strstr(sva_wq_why(wq), cases[i].text));
		assert_int_equal(sva_wq_close(wq), 0);
		assert_int_equal(fake.opens, 0);
		fixture_reset(state);
	}
}

static void choice(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct sva_wq *wq;

	close_fake(wq = open_fake(NULL)); /* shared before dedicated */
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.0");
	close_fake(wq);

	opts.mode = SVA_WQ_MODE_DEDICATED;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.1");
	assert_int_equal(sva_report_count(sva_wq_report(wq)),
			 1); /* wq0.0 is not what was asked for */
	close_fake(wq);
	opts.mode = SVA_WQ_MODE_ANY;

	opts.kind = SVA_DEV_KIND_IAX;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	opts.kind = SVA_DEV_KIND_DSA;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	close_fake(wq);
	opts.kind = SVA_DEV_KIND_CPU;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -EINVAL); /* with SVA_OPEN_NO_CPU */
	opts.kind = SVA_DEV_KIND_ANY;

	opts.min_transfer = 4 << 20;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	fake_attr(tree, "wq0.1", "max_transfer_size", "8388608\n");
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.1");
	close_fake(wq);
	opts.min_transfer = UINT32_MAX;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	opts.min_transfer++;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -EINVAL);
	opts.min_transfer = 0;

	opts.min_batch = 64;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	opts.min_batch = 0;

	opts.flags |= SVA_OPEN_ON_NODE;
	opts.numa_node = 5;
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -ENODEV);
	opts.flags &= ~SVA_OPEN_ON_NODE;

	sva_opmask_set(&opts.opcodes, SVA_OP_MEMMOVE);
	sva_opmask_set(&opts.opcodes, SVA_OP_BATCH); /* hidden in op_cap; max_batch_size counts */
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	close_fake(wq);
	sva_opmask_set(&opts.opcodes, SVA_OP_DIX_GENERATE);
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), -EOPNOTSUPP);
}

/* One look at sysfs for several opens: what has changed since is found out by open(2). */
static void with_a_snapshot(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_topology *topo;
	struct sva_wq *wq;

	assert_int_equal(sva_topology_discover(&topo), 0);
	fake_attr(tree, "wq0.0", "state", "disabled\n");
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -ENODEV);
	opts.topology = topo;
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	sva_topology_free(topo);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.0");
	close_fake(wq);
}

/* A queue that cannot be opened is passed over for the next one. */
static void the_next_one_is_tried(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fake_attr(tree, "wq0.0", "cdev_minor", "77\n"); /* not what fstat says */
	wq = open_fake(NULL);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.1");
	assert_int_equal(sva_report_count(sva_wq_report(wq)), 1);
	assert_non_null(strstr(sva_report_get(sva_wq_report(wq), 0)->reason, "but the queue is"));
	close_fake(wq);
}

/* DML never uses a device whose numa_node is -1. */
static void a_device_without_a_node_is_used(void **state)
{
	fake_attr(fixture_tree(state), "dsa0", "numa_node", "-1\n");
	close_fake(open_fake(NULL));
}

static void options(void **state)
{
	struct {
		struct sva_wq_opts opts;
		uint64_t future;
	} newer = { .opts = { .size = sizeof(newer) } };
	struct sva_wq_opts opts = { .size = sizeof(opts) };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(NULL, NULL, NULL), -EINVAL);
	assert_int_equal(sva_wq_open(&wq, "cpu", &newer.opts), 0);
	assert_int_equal(sva_wq_close(wq), 0);
	newer.future = 1;
	assert_int_equal(sva_wq_open(&wq, "cpu", &newer.opts), -E2BIG);
	opts.size = 1u << 20; /* no such options: they are not read */
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), -E2BIG);
	opts.size = 0;
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), -EINVAL);
	opts.size = offsetof(struct sva_wq_opts, mode); /* an older one */
	opts.mode = (enum sva_wq_mode)77;               /* behind its end */
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), 0);
	assert_int_equal(sva_wq_close(wq), 0);
	opts.size = sizeof(opts);
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), -EINVAL);
	opts.mode = SVA_WQ_MODE_ANY;
	opts.flags = 1u << 30;
	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), -EINVAL);
}

static void no_file_descriptor_left(void **state)
{
	struct rlimit limit, none;
	struct sva_wq *wq;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	assert_int_equal(sva_wq_open(&wq, NULL, NULL), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &limit);
	close_fake(open_fake(NULL));
}

/*
 * What an open reads: each attribute costs the kernel's time, and reading some is a command to the
 * device.
 */

static unsigned int attributes, fail_at; /* the one that cannot be opened; 0: none */

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	attributes += strcmp(path, ".") != 0;
	if (fail_at && attributes == fail_at) {
		errno = EMFILE;
		return -1;
	}
	return __real_openat(dir, path, flags);
}

static unsigned int attributes_to_open(const char *name)
{
	struct sva_wq *wq;
	unsigned int read;

	attributes = 0;
	wq = open_fake(name);
	read = attributes;
	close_fake(wq);
	return read;
}

#define OF_A_DEVICE   2  /* state and node */
#define OF_A_QUEUE    5  /* state, type, driver, mode and clients */
#define OF_THE_OPENED 18 /* at most: what is left of its own and of its device's */

static void only_the_queue_that_is_opened_is_read(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	unsigned int one = attributes_to_open("wq0.0"), best = attributes_to_open(NULL);

	assert_in_range(one, 1, OF_A_DEVICE + OF_A_QUEUE + OF_THE_OPENED);
	assert_int_equal(best, one + OF_A_QUEUE); /* that is wq0.1 */
	fixture_queue(tree, "wq0.2", "shared");
	assert_int_equal(attributes_to_open(NULL), best + OF_A_QUEUE);
	fake_attr(tree, "wq0.2", "state", "disabled\n");
	assert_int_equal(attributes_to_open(NULL), best + 2); /* with its type */
	fake_device(tree, "dsa1");
	fixture_queue(tree, "wq1.0", "shared");
	assert_int_equal(attributes_to_open(NULL), best + 2 + OF_A_DEVICE + OF_A_QUEUE);
	assert_int_equal(attributes_to_open("wq0.0"), one);
}

/* The first one in the order does not suffice, which is in what is read last. */
static void the_next_one_is_read_when_the_first_does_not_suffice(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .min_transfer = 1u << 20 };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fixture_queue(tree, "wq0.2", "shared");
	fake_attr(tree, "wq0.0", "max_transfer_size", "4096\n");
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_string_equal(sva_wq_info(wq)->name, "wq0.2");
	assert_int_equal(sva_report_count(sva_wq_report(wq)), 1);
	assert_string_equal(sva_report_get(sva_wq_report(wq), 0)->queue, "wq0.0");
	close_fake(wq);
}

/* It is an error wherever it happens, and not a queue of which something is unknown. */
static void no_file_descriptor_for_an_attribute(void **state)
{
	unsigned int all = attributes_to_open(NULL);
	struct sva_wq *wq;

	(void)state;
	for (fail_at = 1; fail_at <= all; fail_at++) {
		attributes = 0;
		assert_int_equal(sva_wq_open(&wq, NULL, NULL), -EMFILE);
		assert_null(wq);
	}
	fail_at = 0;
	assert_int_equal(fake.opens, fake.closes);
}

/* All that sva_wq_info() tells is there, however it was found. */
static void what_is_read_late_is_all_there(void **state)
{
	struct sva_wq *late = open_fake(NULL), *early;
	struct sva_wq_opts opts = { .size = sizeof(opts) };
	struct sva_topology *topo = discover_fake();

	(void)state;
	opts.topology = topo;
	assert_int_equal(sva_wq_open(&early, NULL, &opts), 0);
	assert_memory_equal(sva_wq_info(early), sva_wq_info(late), sizeof(struct sva_wq_info));
	close_fake(early);
	close_fake(late);
	sva_topology_free(topo);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_device_runs_on_the_cpu),
		TEST(no_device_and_no_cpu_is_enodev),
		TEST(the_cpu_can_be_asked_for),
		TEST(a_shared_queue_by_its_portal),
		TEST(a_dedicated_queue_has_credits),
		TEST(names),
		TEST(a_queue_that_is_not_there),
		TEST(open_errors),
		TEST(no_sva_names_the_cmd_status),
		TEST(no_portal_means_write),
		TEST(write_that_does_not_work),
		TEST(the_proof_of_write_is_patient),
		TEST(the_reason_that_counts),
		TEST(near_and_idle_queues_come_first),
		TEST(sizes_that_make_no_sense),
		TEST(paths_can_be_ruled_out),
		TEST(not_the_right_node),
		TEST(an_iax_queue_is_not_taken_for_another),
		TEST(queues_in_the_wrong_state),
		TEST(choice),
		TEST(with_a_snapshot),
		TEST(the_next_one_is_tried),
		TEST(a_device_without_a_node_is_used),
		TEST(options),
		TEST(no_file_descriptor_left),
		TEST(only_the_queue_that_is_opened_is_read),
		TEST(the_next_one_is_read_when_the_first_does_not_suffice),
		TEST(no_file_descriptor_for_an_attribute),
		TEST(what_is_read_late_is_all_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
