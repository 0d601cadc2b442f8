/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/version.h>

#include "options.h"

#define MOST 16

enum { OPT_HELP = 256, OPT_VERSION, OPT_OWN };

static int take_number(const char *tool, const struct tool_option *o, const char *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || n < 1 || n > 86400) {
		fprintf(stderr, "%s: --%s %s: give a number from 1 to 86400\n", tool, o->name,
			value);
		return -EINVAL;
	}
	*o->number = (unsigned int)n;
	return 0;
}

static int take(const char *tool, const struct tool_option *o, const char *value)
{
	if (o->number)
		return take_number(tool, o, value ? value : "1");
	if (o->text)
		*o->text = value;
	else
		*o->flag = true;
	return 0;
}

static void print_and_exit(const char *tool, const char *text)
{
	fputs(text, stdout);
	if (!fflush(stdout))
		exit(EXIT_SUCCESS);
	fprintf(stderr, "%s: the output: %s\n", tool, strerror(errno));
	exit(2);
}

int options_take(const char *tool, const char *help, const struct tool_option *table, int argc,
		 char **argv)
{
	struct option list[MOST + 3] = { { "help", no_argument, NULL, OPT_HELP },
					 { "version", no_argument, NULL, OPT_VERSION } };
	char version[64];
	int option, err = 0;

	snprintf(version, sizeof(version), "%s %s\n", tool, sva_version());
	for (int i = 0; i < MOST && table[i].name; i++)
		list[i + 2] = (struct option){ table[i].name,
					       table[i].flag       ? no_argument
					       : table[i].optional ? optional_argument
								   : required_argument,
					       NULL, OPT_OWN + i };
	while (!err && (option = getopt_long(argc, argv, "", list, NULL)) >= 0) {
		if (option == '?') /* getopt_long() has said what is wrong */
			err = -EINVAL;
		else if (option == OPT_HELP)
			print_and_exit(tool, help);
		else if (option == OPT_VERSION)
			print_and_exit(tool, version);
		else
			err = take(tool, &table[option - OPT_OWN], optarg);
	}
	return err;
}
