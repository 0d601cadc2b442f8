/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

static bool has_interpreter(int file)
{
	Elf64_Phdr segment;
	Elf64_Ehdr elf;

	if (read(file, &elf, sizeof(elf)) != sizeof(elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG))
		return true; /* a script: its interpreter has one */
	for (int i = 0; i < elf.e_phnum; i++) {
		off_t at = (off_t)(elf.e_phoff + (Elf64_Off)i * sizeof(segment));

		if (pread(file, &segment, sizeof(segment), at) != sizeof(segment))
			break;
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

bool emu_program_is_static(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool without = file >= 0 && !has_interpreter(file);

	if (file >= 0)
		close(file);
	return without;
}

static bool is_loaded(pid_t pid, const char *library)
{
	char path[32], line[4096];
	bool found = false;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return true; /* it has ended: too late for a word about it */
	while (!found && fgets(line, sizeof(line), maps))
		found = strstr(line, library);
	fclose(maps);
	return found;
}

const char *emu_program_lacks(pid_t pid, const char *library)
{
	char path[32];

	if (is_loaded(pid, library))
		return NULL;
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return emu_program_is_static(path)
		       ? "it is linked statically, and nothing can be loaded into it: link it "
			 "dynamically"
		       : "LD_PRELOAD was taken from its environment: leave it there";
}
