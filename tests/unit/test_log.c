/* SPDX-License-Identifier: MIT */
/* The log: silent unless asked, by level, to standard error or to the caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "log.h"

static bool set_user_id; /* what secure_getenv(3) would find out */

char *__wrap_secure_getenv(const char *name);

char *__wrap_secure_getenv(const char *name)
{
	return set_user_id ? NULL : getenv(name);
}

static const enum sva_log_level levels[] = { SVA_LOG_ERROR, SVA_LOG_WARN, SVA_LOG_INFO,
					     SVA_LOG_DEBUG };
static const char *const names[] = { "error", "warn", "info", "debug" };

/* One line at each level. */
static void log_all(const struct sva_wq_opts *opts)
{
	struct svai_log log;

	svai_log_init(&log, opts);
	for (int i = 0; i < 4; i++)
		svai_log(&log, levels[i], "event %d of %s", i, names[i]);
}

/* What log_all() writes to standard error. */
static const char *logged(const struct sva_wq_opts *opts)
{
	static char text[8192];
	int file = memfd_create("stderr", 0), saved = dup(STDERR_FILENO);
	ssize_t len;

	assert_true(file >= 0 && saved >= 0);
	dup2(file, STDERR_FILENO);
	log_all(opts);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	len = pread(file, text, sizeof(text) - 1, 0);
	close(file);
	assert_true(len >= 0);
	text[len] = '\0';
	return text;
}

/* The lines up to and including @level, as they stand on standard error. */
static const char *expected(enum sva_log_level level)
{
	static char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < 4 && levels[i] <= level; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"libsva: %s: event %d of %s\n", names[i], i, names[i]);
	return text;
}

/* A caller's callback, and what it was called with. */
struct seen {
	unsigned int count;
	enum sva_log_level level[8];
	char last[2048];
};

static void see(void *ctx, enum sva_log_level level, const char *line)
{
	struct seen *seen = ctx;

	assert_true(seen->count < 8);
	seen->level[seen->count++] = level;
	snprintf(seen->last, sizeof(seen->last), "%s", line);
}

static int clean_environment(void **state)
{
	(void)state;
	set_user_id = false;
	return unsetenv("LIBSVA_LOG");
}

static void silent_by_default(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts) };

	(void)state;
	assert_string_equal(logged(NULL), "");
	assert_string_equal(logged(&opts), "");
}

static void the_environment_sets_the_level(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts) };

	(void)state;
	for (int i = 0; i < 4; i++) {
		setenv("LIBSVA_LOG", names[i], 1);
		assert_string_equal(logged(NULL), expected(levels[i]));
		assert_string_equal(logged(&opts), expected(levels[i]));
	}
}

static void a_level_that_is_none(void **state)
{
	static const char *const nonsense[] = { "verbose", "4", "error,debug", " debug" };

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		char line[128];

		snprintf(line, sizeof(line),
			 "libsva: LIBSVA_LOG=%s is none of error, warn, info, debug\n",
			 nonsense[i]);
		setenv("LIBSVA_LOG", nonsense[i], 1);
		assert_string_equal(logged(NULL), line);
	}
}

static void silence_and_capitals(void **state)
{
	static const char *const silent[] = { "", "none" };

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		setenv("LIBSVA_LOG", silent[i], 1);
		assert_string_equal(logged(NULL), "");
	}
	setenv("LIBSVA_LOG", "Warn", 1);
	assert_string_equal(logged(NULL), expected(SVA_LOG_WARN));
}

static void not_for_a_set_user_id_program(void **state)
{
	(void)state;
	setenv("LIBSVA_LOG", "debug", 1);
	set_user_id = true;
	assert_string_equal(logged(NULL), "");
}

static void the_callers_level_wins(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .log_level = SVA_LOG_WARN };

	(void)state;
	assert_string_equal(logged(&opts), expected(SVA_LOG_WARN));
	setenv("LIBSVA_LOG", "debug", 1);
	assert_string_equal(logged(&opts), expected(SVA_LOG_WARN));
}

static void the_callers_function(void **state)
{
	struct seen seen = { 0 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .log = see, .log_ctx = &seen };

	(void)state;
	assert_string_equal(logged(&opts), "");
	assert_int_equal(seen.count, 0); /* no level, nothing said */

	opts.log_level = SVA_LOG_INFO;
	assert_string_equal(logged(&opts), "");
	assert_int_equal(seen.count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(seen.level[i], levels[i]);
	assert_string_equal(seen.last, "event 2 of info");
}

static void the_callers_function_wins_over_the_environment(void **state)
{
	struct seen seen = { 0 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .log = see, .log_ctx = &seen };

	(void)state;
	setenv("LIBSVA_LOG", "debug", 1);
	opts.log_level = SVA_LOG_ERROR;
	assert_string_equal(logged(&opts), "");
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.level[0], SVA_LOG_ERROR);

	seen.count = 0;
	opts.log_level = SVA_LOG_NONE; /* the level is left to the environment, the lines are not */
	assert_string_equal(logged(&opts), "");
	assert_int_equal(seen.count, 4);
}

static void a_long_line_is_cut(void **state)
{
	struct seen seen = { 0 };
	struct sva_wq_opts opts = {
		.size = sizeof(opts), .log = see, .log_ctx = &seen, .log_level = SVA_LOG_ERROR
	};
	struct svai_log log;

	(void)state;
	svai_log_init(&log, &opts);
	svai_log(&log, SVA_LOG_ERROR, "%1500s|", "end");
	assert_int_equal(seen.count, 1);
	assert_int_equal(strlen(seen.last), 1023);
}

#define TEST(f) cmocka_unit_test_setup(f, clean_environment)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(silent_by_default),
		TEST(the_environment_sets_the_level),
		TEST(a_level_that_is_none),
		TEST(silence_and_capitals),
		TEST(not_for_a_set_user_id_program),
		TEST(the_callers_level_wins),
		TEST(the_callers_function),
		TEST(the_callers_function_wins_over_the_environment),
		TEST(a_long_line_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
