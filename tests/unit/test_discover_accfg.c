/* SPDX-License-Identifier: MIT */
/*
 * A second opinion on discovery: libaccel-config, asked about a fake /sys/bus in a mount namespace.
 * The library does without it. 3.5.3 writes to cmd_status, leaks, and crashes on half of a sysfs.
 */
#include <accel-config/libaccel_config.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <cmocka.h>

#include <sva/discover.h>

#include "fake_sysfs.h"

void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static void quiet(struct accfg_ctx *ctx, int priority, const char *file, int line, const char *fn,
		  const char *format, va_list args)
{
	(void)ctx, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

static void list_theirs(char *text)
{
	struct accfg_device *device;
	struct accfg_ctx *accfg;
	struct accfg_wq *wq;

	assert_true(accfg_new(&accfg) >= 0);
	accfg_set_log_fn(accfg, quiet);
	accfg_device_foreach (accfg, device) {
		strcat(strcat(text, accfg_device_get_devname(device)), " ");
		accfg_wq_foreach (device, wq)
			strcat(strcat(text, accfg_wq_get_devname(wq)), " ");
	}
	accfg_unref(accfg);
}

static void list_ours(char *text)
{
	struct sva_topology *topo = discover_fake();

	sva_topology_foreach_dev (topo, dev) {
		strcat(strcat(text, dev->name), " ");
		sva_topology_foreach_wq (topo, wq)
			if (!strcmp(wq->device, dev->name))
				strcat(strcat(text, wq->name), " ");
	}
	sva_topology_free(topo);
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
	return true;
}

static int setup(void **state)
{
	if (fake_tree_setup(state))
		return -1;
	fake_device(*state, "dsa0");
	fake_wq(*state, "wq0.0", "shared");
	return 0;
}

static void both_find_the_same(void **state)
{
	char theirs[64] = "", ours[64] = "";

	fake_wq(*state, "wq0.7", "dedicated");
	fake_device(*state, "iax1");
	fake_wq(*state, "wq1.3", "dedicated");
	if (!enter(*state))
		skip();
	if (__lsan_disable)
		__lsan_disable();
	list_theirs(theirs);
	if (__lsan_enable)
		__lsan_enable();
	list_ours(ours);
	assert_string_equal(ours, theirs);
	assert_string_equal(ours, "dsa0 wq0.0 wq0.7 iax1 wq1.3 ");
	umount2("/sys/bus", MNT_DETACH);
}

/* It may be all that tells why a queue could not be enabled; a write clears it. */
static void ours_writes_nothing(void **state)
{
	char path[300], text[32] = "", ours[64] = "";
	FILE *file;

	fake_attr(*state, "dsa0", "cmd_status", "0x80110000\n");
	list_ours(ours);
	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/dsa0/cmd_status",
		 fake_tree_path(*state));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "0x80110000\n");
}

/* As the driver goes away, attributes do, one after the other. */
static void ours_needs_no_attribute(void **state)
{
	char ours[64] = "";

	fake_attr(*state, "wq0.0", "type", NULL);
	fake_attr(*state, "wq0.0", "mode", NULL);
	fake_attr(*state, "dsa0", "state", NULL);
	list_ours(ours);
	assert_string_equal(ours, "dsa0 wq0.0 ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fake_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_find_the_same),
		TEST(ours_writes_nothing),
		TEST(ours_needs_no_attribute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
