/* SPDX-License-Identifier: MIT */
/* Options, variables and files, right ones and garbage. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "settings.h"

static struct run_settings settings;
static char why[256];

static int start(void **state)
{
	(void)state;
	run_settings_default(&settings);
	return 0;
}

static const char *set(const char *name, const char *value)
{
	const struct run_setting *setting;

	for (unsigned int i = 0; (setting = run_setting_at(i)); i++)
		if (!strcmp(setting->name, name))
			return setting->set(&settings, value);
	fail_msg("no setting %s", name);
	return NULL;
}

static void takes_values(void **state)
{
	static const struct {
		const char *name;
		enum sva_wait_policy wait;
	} methods[] = { { "auto", SVA_WAIT_AUTO },
			{ "spin", SVA_WAIT_SPIN },
			{ "pause", SVA_WAIT_PAUSE },
			{ "umwait", SVA_WAIT_UMWAIT },
			{ "sleep", SVA_WAIT_SLEEP } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		assert_null(set("wait", methods[i].name));
		assert_int_equal(settings.wait, methods[i].wait);
	}
	assert_null(set("threshold", "64K"));
	assert_int_equal(settings.threshold, 65536);
	assert_null(set("threshold", "1m"));
	assert_int_equal(settings.threshold, 1 << 20);
	assert_null(set("threshold", "auto"));
	assert_int_equal(settings.threshold, 0);
	assert_null(set("timeout", "5"));
	assert_int_equal(settings.timeout_ns, 5000000);
	assert_null(set("functions", "memcmp,memset"));
	assert_int_equal(settings.functions, 1 << RUN_MEMCMP | 1 << RUN_MEMSET);
	assert_null(set("signal", "SIGUSR2"));
	assert_int_equal(settings.signal, SIGUSR2);
	assert_null(set("signal", "off"));
	assert_int_equal(settings.signal, 0);
	assert_null(set("queue", "wq0.0"));
	assert_string_equal(settings.queue, "wq0.0");
	assert_null(set("queue", "all"));
	assert_string_equal(settings.queue, "");
	assert_null(set("adapt", "no"));
	assert_false(settings.adapt);
}

static void refuses_garbage(void **state)
{
	static const char *const garbage[][2] = {
		{ "wait", "yield" },
		{ "wait", "" },
		{ "threshold", "-1" },
		{ "threshold", "12x" },
		{ "threshold", "4KK" },
		{ "threshold", "0" },
		{ "threshold", "99999999999999999999" },
		{ "threshold", "2000000G" },
		{ "timeout", "1.5" },
		{ "timeout", " 1" },
		{ "timeout", "3600001" },
		{ "functions", "memcpy,x" },
		{ "functions", "mem" },
		{ "functions", "memcpy,,memset" },
		{ "signal", "KILL" },
		{ "signal", "SEGV" },
		{ "signal", "9" },
		{ "adapt", "maybe" },
		{ "fault", "report" },
		{ "output", "" },
		{ "record", "2" },
		{ "offload", "offf" },
		{ "signal", "\xff" },
	};
	static char longest[PATH_MAX + 1];

	(void)state;
	for (unsigned int i = 0; i < sizeof(garbage) / sizeof(*garbage); i++)
		if (!set(garbage[i][0], garbage[i][1]))
			fail_msg("%s = %s was taken", garbage[i][0], garbage[i][1]);
	memset(longest, 'x', PATH_MAX);
	assert_non_null(set("output", longest));
	assert_non_null(set("queue", longest));
}

static int read_text(const char *text, const char *program)
{
	char path[] = "/tmp/test_settings_XXXXXX";
	int fd = mkstemp(path), err;

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	err = run_settings_file(&settings, path, program, why, sizeof(why));
	unlink(path);
	return err;
}

static void reads_a_file(void **state)
{
	static const char text[] = "# comment\n\n"
				   "threshold = 8K\n"
				   "  wait=spin  \n"
				   "[redis-server]\n"
				   "threshold = 32K\r\n"
				   "[sort]\n"
				   "offload = off";

	(void)state;
	assert_int_equal(read_text(text, "cat"), 0);
	assert_int_equal(settings.threshold, 8192);
	assert_int_equal(settings.wait, SVA_WAIT_SPIN);
	assert_true(settings.offload);
	assert_int_equal(read_text(text, "redis-server"), 0);
	assert_int_equal(settings.threshold, 32768);
	assert_true(settings.offload);
	assert_int_equal(read_text(text, "sort"), 0);
	assert_false(settings.offload);
}

static void refuses_a_file(void **state)
{
	static const char *const garbage[] = { "threshold\n",    "thresh = 1\n", "wait = yield\n",
					       "[program\n",     "[]\n",         "= 3\n",
					       "[x]\nwait = 1\n" };

	(void)state;
	for (unsigned int i = 0; i < sizeof(garbage) / sizeof(*garbage); i++) {
		assert_int_equal(read_text(garbage[i], "y"), -EINVAL);
		assert_non_null(strstr(why, "line"));
	}
	assert_int_equal(run_settings_file(&settings, "/nowhere", NULL, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/nowhere"));
}

static void reads_the_environment(void **state)
{
	(void)state;
	setenv("LIBSVA_RUN_THRESHOLD", "32K", 1);
	setenv("LIBSVA_RUN_STATS", "on", 1);
	setenv("LIBSVA_RUN_WAIT", "", 1);
	assert_int_equal(run_settings_environment(&settings, "x", why, sizeof(why)), 0);
	assert_int_equal(settings.threshold, 32768);
	assert_true(settings.stats);
	setenv("LIBSVA_RUN_WAIT", "yield", 1);
	assert_int_equal(run_settings_environment(&settings, "x", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "LIBSVA_RUN_WAIT=yield: give auto, spin, pause, umwait or sleep");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
		TEST(takes_values),   TEST(refuses_garbage),       TEST(reads_a_file),
		TEST(refuses_a_file), TEST(reads_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
