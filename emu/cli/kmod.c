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

static bool loaded(void)
{
	char state = '0';
	int file = open(EMU_MODULE_PATH, O_RDONLY | O_CLOEXEC);

	if (file >= 0) {
		if (read(file, &state, 1) != 1)
			state = '0';
		close(file);
	}
	return state == '1';
}

static int change(const char *tool, const char *word)
{
	int file = open(EMU_MODULE_PATH, O_WRONLY | O_CLOEXEC);
	int error = file < 0 || write(file, word, strlen(word)) < 0 ? errno : 0;

	if (file >= 0)
		close(file);
	if (error == EBUSY)
		fprintf(stderr, "%s: ERROR: Module idxd is in use\n", tool);
	else if (error)
		fprintf(stderr, "%s: ERROR: %s: %s\n", tool, EMU_MODULE_PATH, strerror(error));
	return error != 0;
}

/* As the real one prints /proc/modules. */
static int list_modules(void)
{
	char line[1024], name[256];
	FILE *modules = fopen("/proc/modules", "re");
	unsigned long size;
	int users;

	printf("Module                  Size  Used by\n");
	if (loaded())
		puts("idxd                  212992  0");
	while (modules && fgets(line, sizeof(line), modules))
		if (sscanf(line, "%255s %lu %d", name, &size, &users) == 3 && strcmp(name, "idxd"))
			printf("%-19s %8lu  %d\n", name, size, users);
	if (modules)
		fclose(modules);
	return 0;
}

int emu_kmod(int argc, char **argv)
{
	const char *tool = basename(argv[0]), *name = NULL;
	bool remove = !strcmp(tool, "rmmod"), quiet = false;
	int i;

	if (!strcmp(tool, "lsmod"))
		return list_modules();
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-r") || !strcmp(argv[i], "--remove"))
			remove = true;
		else if (!strcmp(argv[i], "-q") || !strcmp(argv[i], "--quiet"))
			quiet = true;
		else if (argv[i][0] != '-' && !name)
			name = argv[i];
	}
	if (!name || strcmp(name, "idxd") || (strcmp(tool, "modprobe") && strcmp(tool, "rmmod"))) {
		if (!quiet)
			fprintf(stderr,
				"%s: inside sva-emu there is only the module idxd, for modprobe "
				"and "
				"rmmod\n",
				tool);
		return 1;
	}
	if (remove && !loaded()) {
		if (!quiet)
			fprintf(stderr, "%s: ERROR: Module idxd is not currently loaded\n", tool);
		return 1;
	}
	return change(tool, remove ? "unload" : "load");
}
