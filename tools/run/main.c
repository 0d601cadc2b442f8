/* SPDX-License-Identifier: MIT */
/* sva-run: puts its library, and what the library is to do, into a command's environment. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sva/version.h>

#include "settings.h"
#include "variables.h"

#define EXIT_RUN          125
#define EXIT_NOT_RUNNABLE 126
#define EXIT_NOT_FOUND    127

#define OPTIONS_MAX       32

enum { OPT_CONFIG = 256, OPT_HELP, OPT_VERSION, OPT_SETTING };

static void print_help(void)
{
	const struct run_setting *setting;

	printf("usage: sva-run [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	       "Run COMMAND and the programs that it starts. If there is a DSA, offload their\n"
	       "calls of memcpy, memmove, memset and memcmp with large buffers to it.\n"
	       "Defaults are in brackets.\n\n");
	for (unsigned int i = 0; (setting = run_setting_at(i)); i++) {
		char option[32];

		snprintf(option, sizeof(option), "--%s %s", setting->name,
			 setting->value ? setting->value : "");
		printf("  %-20s %s\n", option, setting->help);
	}
	printf("  %-20s read settings from FILE\n"
	       "  %-20s print this help\n"
	       "  %-20s print the version\n\n"
	       "See sva-run(1) for details.\n",
	       "--config FILE", "--help", "--version");
}

/* The table's, then these. */
static void list_options(struct option options[OPTIONS_MAX])
{
	static const struct option own[] = {
		{ "config", required_argument, NULL, OPT_CONFIG },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 },
	};
	const struct run_setting *setting;
	int count = 0;

	for (; (setting = run_setting_at((unsigned int)count)); count++)
		options[count] = (struct option){ setting->name,
						  setting->value ? required_argument : no_argument,
						  NULL, OPT_SETTING + count };
	memcpy(options + count, own, sizeof(own));
}

static int set_variable(const char *name, const char *value)
{
	if (!setenv(name, value, 1))
		return 0;
	fprintf(stderr, "sva-run: %s: %s\n", name, strerror(errno));
	return -ENOMEM;
}

/* The command may change its folder. */
static int set_path(const char *name, const char *path)
{
	char *folder = *path == '/' ? NULL : getcwd(NULL, 0), *whole = NULL;
	int err = 0;

	if (folder && asprintf(&whole, "%s/%s", folder, path) < 0)
		err = -ENOMEM;
	if (!err)
		err = set_variable(name, whole ? whole : path);
	free(whole);
	free(folder);
	return err;
}

static int apply_setting(const struct run_setting *setting, const char *value)
{
	struct run_settings settings;
	char variable[64];
	const char *wrong;

	run_settings_default(&settings);
	wrong = setting->set(&settings, value);
	if (wrong) {
		fprintf(stderr, "sva-run: --%s %s: %s\n", setting->name, value, wrong);
		return -EINVAL;
	}
	run_setting_variable(setting, variable);
	return strcmp(setting->name, "output") ? set_variable(variable, value)
					       : set_path(variable, value);
}

static int apply(int option, const char *value)
{
	switch (option) {
	case OPT_CONFIG:
		return set_path("LIBSVA_RUN_CONFIG", value);
	case '?': /* getopt has said what is wrong */
		fprintf(stderr, "sva-run: --help lists the options\n");
		return -EINVAL;
	default:
		return apply_setting(run_setting_at((unsigned int)(option - OPT_SETTING)),
				     value ? value : "on");
	}
}

/* Not being able to write statistics is no reason not to run the program. */
static void try_output(const char *output)
{
	int fd = *output ? open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666)
			 : STDERR_FILENO;

	if (fd < 0)
		fprintf(stderr, "sva-run: --output %s: %s: there will be no statistics\n", output,
			strerror(errno));
	else if (*output)
		close(fd);
}

/* Variables and file are read once, to say what is wrong in them: the library would be silent. */
static int check_settings(void)
{
	const char *config = getenv("LIBSVA_RUN_CONFIG");
	struct run_settings settings;
	char why[512];
	int err = variables_check("sva-run");

	if (err)
		return err;
	run_settings_default(&settings);
	if (config && *config) /* all its sections */
		err = run_settings_file(&settings, config, NULL, why, sizeof(why));
	if (!err)
		err = run_settings_environment(&settings, "", why, sizeof(why));
	if (err)
		fprintf(stderr, "sva-run: %s\n", why);
	else
		try_output(settings.output);
	return err;
}

/*
 * The library: beside the program, as in a build tree; else where it is installed, as seen from
 * there.
 */
static int find_library(char path[PATH_MAX])
{
	static const char *const places[] = { "libsva-run.so", RUN_LIBRARY };
	char self[PATH_MAX] = "";
	int folder;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
		fprintf(stderr, "sva-run: /proc/self/exe: %s\n", strerror(errno));
		return -errno;
	}
	folder = (int)(strrchr(self, '/') - self);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(path, PATH_MAX, "%.*s/%s", folder, self, places[i]);
		if (!access(path, R_OK))
			return 0;
	}
	fprintf(stderr, "sva-run: %s is missing: install it again\n", path);
	return -ENOENT;
}

/* Once, also where sva-run runs sva-run. */
static bool is_listed(const char *list, const char *library)
{
	size_t length = strlen(library);

	for (const char *at = list; (at = strstr(at, library)); at += length)
		if ((at == list || strchr(": ", at[-1])) && strchr(": ", at[length]))
			return true;
	return false;
}

static int preload(void)
{
	const char *before = getenv("LD_PRELOAD");
	char library[PATH_MAX], *list;
	int err = find_library(library);

	if (!err && strpbrk(library, ": ")) {
		fprintf(stderr, "sva-run: %s: LD_PRELOAD takes no path with a colon or a blank\n",
			library);
		return -EINVAL;
	}
	if (err || (before && is_listed(before, library)))
		return err;
	if (asprintf(&list, "%s%s%s", library, before && *before ? ":" : "", before ? before : "") <
	    0)
		return -ENOMEM;
	err = set_variable("LD_PRELOAD", list);
	free(list);
	return err;
}

/* Below 0: an error that has been printed; 1: nothing more to do. */
static int parse(int argc, char **argv)
{
	struct option options[OPTIONS_MAX];
	int option, err;

	list_options(options);
	/* "+": the command's own options are not ours, also without the two dashes. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == OPT_HELP) {
			print_help();
			return 1;
		}
		if (option == OPT_VERSION) {
			printf("sva-run %d.%d.%d\n", SVA_VERSION_MAJOR, SVA_VERSION_MINOR,
			       SVA_VERSION_PATCH);
			return 1;
		}
		err = apply(option, optarg);
		if (err)
			return err;
	}
	if (argv[optind])
		return 0;
	fprintf(stderr, "sva-run: no command: sva-run [OPTION...] [--] COMMAND [ARGUMENT...]\n");
	return -EINVAL;
}

static int check_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	fprintf(stderr, "sva-run: cannot write: %s\n", strerror(errno));
	return EXIT_RUN;
}

int main(int argc, char **argv)
{
	int err = parse(argc, argv);

	if (err > 0)
		return check_output();
	if (err || check_settings() || preload())
		return EXIT_RUN;
	execvp(argv[optind], argv + optind);
	err = errno;
	fprintf(stderr, "sva-run: cannot run %s: %s\n", argv[optind], strerror(err));
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
}
