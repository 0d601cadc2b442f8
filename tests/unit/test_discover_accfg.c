/* SPDX-License-Identifier: MIT */
/*
 * Discovery with libaccel-config, which is asked for /sys only: its list is added to our own, and
 * nothing is lost by asking. The last tests ask the real one, about a fake /sys/bus in a mount
 * namespace.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/discover.h>

#include "accfg.h"
#include "env.h"
#include "fake_sysfs.h"

static bool pretend; /* that the fake tree is /sys */
static bool real;    /* ask the real one */
static int asked;
static const char *const *listed; /* what the other one lists, ended by NULL */

int __real_svai_sysfs_is_real(void);
int __wrap_svai_sysfs_is_real(void);
void __real_svai_accfg_list(void (*found)(void *ctx, const char *name), void *ctx);
void __wrap_svai_accfg_list(void (*found)(void *ctx, const char *name), void *ctx);

void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

/* libaccel-config 3.5.3 leaks a few bytes for each device that it lists. */
static void ask(void (*found)(void *ctx, const char *name), void *ctx)
{
	if (__lsan_disable)
		__lsan_disable();
	__real_svai_accfg_list(found, ctx);
	if (__lsan_enable)
		__lsan_enable();
}

int __wrap_svai_sysfs_is_real(void)
{
	return pretend || __real_svai_sysfs_is_real();
}

void __wrap_svai_accfg_list(void (*found)(void *ctx, const char *name), void *ctx)
{
	asked++;
	if (real)
		ask(found, ctx);
	else
		for (const char *const *name = listed; *name; name++)
			found(ctx, *name);
}

static int setup(void **state)
{
	static const char *const nothing[] = { NULL };
	struct fake_tree *tree = fake_tree_new();

	*state = tree;
	if (!tree)
		return -1;
	fake_tree_use(tree);
	fake_device(tree, "dsa0");
	fake_wq(tree, "wq0.0", "shared");
	listed = nothing;
	pretend = true;
	real = false;
	asked = 0;
	return 0;
}

/* The names of all devices and queues, in their order. */
static const char *names(const struct sva_topology *topo)
{
	static char text[256];

	text[0] = '\0';
	sva_foreach_dev (topo, dev)
		strcat(strcat(text, dev->name), " ");
	sva_foreach_wq (topo, wq)
		strcat(strcat(text, wq->name), " ");
	return text;
}

static void finds(const char *expected)
{
	struct sva_topology *topo = discover_fake();

	assert_string_equal(names(topo), expected);
	sva_topology_free(topo);
}

static void another_tree_is_not_its_business(void **state)
{
	(void)state;
	pretend = false;
	finds("dsa0 wq0.0 ");
	assert_int_equal(asked, 0);
}

static void both_lists_are_united(void **state)
{
	static const char *const names[] = {
		"wq2.1", "dsa2", "dsa0", "wq0.0", "wq0.0", "dsa0", "group0.0", "../dsa0", NULL,
	};
	const struct sva_dev_info *dev;
	struct sva_topology *topo;

	(void)state;
	listed = names;
	finds("dsa0 dsa2 wq0.0 wq2.1 ");
	assert_int_equal(asked, 1);
	topo = discover_fake();
	dev = sva_topology_find_dev(topo, "dsa0");
	assert_int_equal(dev->unknown, 0);
	dev = sva_topology_find_dev(topo, "dsa2");
	assert_true(dev->unknown & SVA_ATTR_VERSION); /* sysfs does not have it */
	sva_topology_free(topo);
}

static void what_it_drops_is_kept(void **state)
{
	static const char *const names[] = { "dsa0", NULL };

	fake_device(*state, "iax1");
	fake_wq(*state, "wq1.0", "dedicated");
	listed = names;
	finds("dsa0 iax1 wq0.0 wq1.0 ");
}

/* It would clear cmd_status. */
static void it_is_not_asked_when_there_is_something_to_clear(void **state)
{
	struct sva_topology *topo;

	fake_device(*state, "dsa2");
	fake_attr(*state, "dsa2", "cmd_status", "0x80110000\n");
	topo = discover_fake();
	assert_int_equal(sva_topology_find_dev(topo, "dsa2")->cmd_status, 0x80110000);
	assert_int_equal(asked, 0);
	sva_topology_free(topo);
}

/* libaccel-config 3.5.3 crashes. */
static void it_is_not_asked_about_a_queue_without_a_type(void **state)
{
	fake_attr(*state, "wq0.0", "type", "\n");
	finds("dsa0 wq0.0 ");
	fake_attr(*state, "wq0.0", "type", NULL);
	finds("dsa0 wq0.0 ");
	assert_int_equal(asked, 0);
	fake_attr(*state, "wq0.0", "type", "none\n");
	finds("dsa0 wq0.0 ");
	assert_int_equal(asked, 1);
}

static void it_is_not_asked_without_a_bus(void **state)
{
	(void)state;
	setenv("LIBSVA_SYSFS_PATH", "/nonexistent", 1);
	finds("");
	assert_int_equal(asked, 0);
}

/* A mount namespace in which the tree's bus is /sys/bus; false where that is not allowed. */
static bool enter(const struct fake_tree *tree)
{
	char bus[300];

	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	snprintf(bus, sizeof(bus), "%s/sys/bus", fake_tree_path(tree));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(bus, "/sys/bus", NULL, MS_BIND, NULL))
		return false;
	unsetenv("LIBSVA_SYSFS_PATH");
	pretend = false;
	real = true;
	return true;
}

static void leave(void)
{
	umount2("/sys/bus", MNT_DETACH);
}

static void append(void *ctx, const char *name)
{
	strcat(strcat(ctx, name), " ");
}

/* Its list as text, and what it says on standard error meanwhile. */
static void ask_the_real_one(char *list, char *said, size_t size)
{
	int file = memfd_create("stderr", 0), saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(file >= 0 && saved >= 0);
	dup2(file, STDERR_FILENO);
	ask(append, list);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = pread(file, said, size - 1, 0);
	close(file);
	assert_true(n >= 0);
	said[n] = '\0';
}

static void the_real_one_lists_in_silence(void **state)
{
	char list[64] = "", said[1024];

	fake_device(*state, "iax1");
	fake_wq(*state, "wq1.3", "dedicated");
	if (!enter(*state))
		skip();
	finds("dsa0 iax1 wq0.0 wq1.3 ");
	assert_int_equal(asked, 1);
	ask_the_real_one(list, said, sizeof(said));
	assert_string_equal(list, "dsa0 wq0.0 iax1 wq1.3 ");
	assert_string_equal(said, "");
	leave();
}

static const char *cmd_status_file(const struct fake_tree *tree)
{
	static char text[32];
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/dsa0/cmd_status",
		 fake_tree_path(tree));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	return text;
}

/* It writes a 1 to the file, which makes the kernel clear the attribute. */
static void the_real_one_clears_nothing_that_matters(void **state)
{
	char list[64] = "", said[1024];

	fake_attr(*state, "dsa0", "cmd_status", "0x80110000\n");
	if (!enter(*state))
		skip();
	finds("dsa0 wq0.0 ");
	assert_string_equal(cmd_status_file(*state), "0x80110000\n");
	/* If this fails, libaccel-config has become better, and may be asked more often. */
	ask_the_real_one(list, said, sizeof(said));
	assert_string_equal(cmd_status_file(*state), "1x80110000\n");
	leave();
}

static void the_real_one_does_not_crash_it(void **state)
{
	fake_attr(*state, "wq0.0", "type", NULL);
	fake_attr(*state, "wq0.0", "mode", NULL);
	if (!enter(*state))
		skip();
	finds("dsa0 wq0.0 ");
	leave();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fake_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_tree_is_not_its_business),
		TEST(both_lists_are_united),
		TEST(what_it_drops_is_kept),
		TEST(it_is_not_asked_when_there_is_something_to_clear),
		TEST(it_is_not_asked_about_a_queue_without_a_type),
		TEST(it_is_not_asked_without_a_bus),
		TEST(the_real_one_lists_in_silence),
		TEST(the_real_one_clears_nothing_that_matters),
		TEST(the_real_one_does_not_crash_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
