/* SPDX-License-Identifier: MIT */
/* Logging: silent unless the caller or LIBSVA_LOG asks for it; never on the hot path. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log.h"

static const char *const level_names[] = {
	[SVA_LOG_NONE] = "none", [SVA_LOG_ERROR] = "error", [SVA_LOG_WARN] = "warn",
	[SVA_LOG_INFO] = "info", [SVA_LOG_DEBUG] = "debug",
};

static void to_stderr(void *ctx, enum sva_log_level level, const char *line)
{
	(void)ctx;
	fprintf(stderr, "libsva: %s: %s\n", level_names[level], line);
}

static enum sva_log_level level_from_environment(void)
{
	const char *wanted = secure_getenv("LIBSVA_LOG");

	if (!wanted || !*wanted)
		return SVA_LOG_NONE;
	for (int i = SVA_LOG_NONE; i <= SVA_LOG_DEBUG; i++)
		if (!strcasecmp(wanted, level_names[i]))
			return (enum sva_log_level)i;
	/* Who has asked for lines gets this one at least. */
	fprintf(stderr, "libsva: LIBSVA_LOG=%s is none of error, warn, info, debug\n", wanted);
	return SVA_LOG_NONE;
}

void svai_log_init(struct svai_log *log, const struct sva_wq_opts *opts)
{
	log->line = opts && opts->log ? opts->log : to_stderr;
	log->ctx = opts ? opts->log_ctx : NULL;
	log->level = opts && opts->log_level ? opts->log_level : level_from_environment();
}

void svai_log(const struct svai_log *log, enum sva_log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (level > log->level)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	log->line(log->ctx, level, line);
}
