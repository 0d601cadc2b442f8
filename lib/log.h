/* SPDX-License-Identifier: MIT */
#ifndef SVAI_LOG_H
#define SVAI_LOG_H

#include <sva/wq.h>

/* Where the lines of one handle go. */
struct svai_log {
	void (*line)(void *ctx, enum sva_log_level level, const char *line);
	void *ctx;
	enum sva_log_level level;
};

/* svai_log_init - take the caller's wishes, or LIBSVA_LOG; @opts may be NULL */
void svai_log_init(struct svai_log *log, const struct sva_wq_opts *opts);

/* svai_log - one line, without a newline; nothing happens above the level */
void svai_log(const struct svai_log *log, enum sva_log_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
