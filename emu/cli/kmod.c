/* SPDX-License-Identifier: MIT */
/*
 * The tools that load kernel modules, for the emulated driver: nothing of the real kernel is
 * loaded or unloaded inside the emulator.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "options.h"

/* A module of the emulator: its control file. False: no such module. */
static bool control_path(const char *module, char path[64])
{
	static const char *const modules[] = { "idxd", "iaa_crypto" };

	for (unsigned int i = 0; i < sizeof(modules) / sizeof(*modules); i++) {
		snprintf(path, 64, "%s/%s", EMU_CONTROL_DIR, modules[i]);
		if (!strcmp(module, modules[i]))
			return true;
	}
	return false;
}

static bool loaded(const char *module)
{
	char path[64], state = '0';
	int file = control_path(module, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (file >= 0) {
		if (read(file, &state, 1) != 1)
			state = '0';
		close(file);
	}
	return state == '1';
}

static int change(const char *tool, const char *module, const char *word)
{
	char path[64];
	int file = control_path(module, path) ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	int err = file < 0 || write(file, word, strlen(word)) < 0 ? errno : 0;

	if (file >= 0)
		close(file);
	if (err == EBUSY)
		fprintf(stderr, "%s: ERROR: Module %s is in use\n", tool, module);
	else if (err == ENOENT)
		fprintf(stderr, "%s: ERROR: Module %s not found\n", tool, module);
	else if (err)
		fprintf(stderr, "%s: ERROR: %s: %s\n", tool, path, strerror(err));
	return err != 0;
}

/* As the real one prints /proc/modules. */
static int list_modules(void)
{
	char line[1024], name[256], own[64];
	FILE *modules = fopen("/proc/modules", "re");
	unsigned long size;
	int users;

	printf("Module                  Size  Used by\n");
	if (loaded("iaa_crypto"))
		puts("iaa_crypto             69632  0");
	if (loaded("idxd"))
		puts(loaded("iaa_crypto") ? "idxd                  212992  1 iaa_crypto"
					  : "idxd                  212992  0");
	while (modules && fgets(line, sizeof(line), modules))
		if (sscanf(line, "%255s %lu %d", name, &size, &users) == 3 &&
		    !control_path(name, own))
			printf("%-19s %8lu  %d\n", name, size, users);
	if (modules)
		fclose(modules);
	return 0;
}

struct request {
	const char *name; /* of the module; NULL: none was given */
	bool remove, quiet, dry;
};

static void set_flag(struct request *request, char flag)
{
	request->remove |= flag == 'r';
	request->quiet |= flag == 'q';
	request->dry |= flag == 'n';
}

/* Of modprobe's and rmmod's options, those that change what happens here. */
static void parse(int argc, char **argv, struct request *request)
{
	static const struct {
		const char *name;
		char flag;
	} options[] = {
		{ "--remove", 'r' }, { "--quiet", 'q' }, { "--dry-run", 'n' }, { "--show", 'n' }
	};

	for (int i = 1; i < argc; i++) {
		const char *flag = argv[i];

		if (*flag != '-' && !request->name)
			request->name = flag; /* what follows are parameters */
		for (unsigned int k = 0; k < sizeof(options) / sizeof(*options); k++)
			if (!strcmp(flag, options[k].name))
				set_flag(request, options[k].flag);
		if (*flag == '-' && flag[1] != '-')
			while (*++flag)
				set_flag(request, *flag);
	}
}

/* As the tools do it, modprobe succeeds where there is nothing to do, and rmmod does not. */
static int remove_module(const char *tool, const char *module)
{
	if (loaded(module))
		return change(tool, module, "unload");
	if (!strcmp(tool, "modprobe"))
		return 0;
	fprintf(stderr, "%s: ERROR: Module %s is not currently loaded\n", tool, module);
	return 1;
}

int emu_kmod(int argc, char **argv)
{
	const char *tool = basename(argv[0]);
	bool modprobe = !strcmp(tool, "modprobe"), rmmod = !strcmp(tool, "rmmod");
	struct request request = { .remove = rmmod };
	char path[64];

	if (!strcmp(tool, "lsmod"))
		return list_modules();
	parse(argc, argv, &request);
	if ((!modprobe && !rmmod) || !request.name || !control_path(request.name, path)) {
		if (!request.quiet)
			fprintf(stderr,
				"%s: ERROR: sva-emu does not load modules; it has idxd and "
				"iaa_crypto alone, for modprobe and rmmod\n",
				tool);
		return 1;
	}
	if (request.dry)
		return 0;
	return request.remove ? remove_module(tool, request.name)
			      : change(tool, request.name, "load");
}
