/* SPDX-License-Identifier: MIT */
/* The options of a tool, from a table. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include <stdbool.h>

/* An option, and where its value goes: one of the three. */
struct tool_option {
	const char *name;
	bool *flag;
	const char **text;
	unsigned int *number; /* 1 to 86400 */
	bool optional;        /* the number may be left out, and is 1 then */
};

/*
 * options_take - the options of a command line, up to the words, which begin at optind
 * @tool: its name
 * @help: what --help prints
 * @table: at most 16, then one without a name
 *
 * Returns 0, or -EINVAL with a message. --help and --version end the program.
 */
int options_take(const char *tool, const char *help, const struct tool_option *table, int argc,
		 char **argv);

#endif
