/* SPDX-License-Identifier: MIT */
/* A page of its own: text, tables and plots, without anything from elsewhere. */
#ifndef PERF_HTML_H
#define PERF_HTML_H

#include "load.h"

/* html_write - @b: NULL, or the run to compare with; 0 or -errno */
int html_write(const char *file, const struct loaded *a, const struct loaded *b);

#endif
