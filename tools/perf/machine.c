/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "perf.h"

static bool first_line(const char *name, char *text, size_t size)
{
	FILE *file = fopen(name, "re");
	bool good = file && fgets(text, (int)size, file);

	if (file)
		fclose(file);
	if (!good)
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	return good;
}

static void warn(struct perf_run *run, const char *text)
{
	if (run->warning_count < sizeof(run->warnings) / sizeof(run->warnings[0]))
		snprintf(run->warnings[run->warning_count++], sizeof(run->warnings[0]), "%s", text);
}

static bool is_emulated(void)
{
	const char *preload = getenv("LD_PRELOAD");
	char line[512];
	FILE *mounts;
	bool found = preload && strstr(preload, "libsva-emu");

	mounts = fopen("/proc/self/mounts", "re");
	while (mounts && !found && fgets(line, sizeof(line), mounts))
		found = !strncmp(line, "sva-emu ", 8);
	if (mounts)
		fclose(mounts);
	return found;
}

static unsigned int most_threads(const struct perf_run *run)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < run->cells; i++)
		if (run->cell[i].threads > most)
			most = run->cell[i].threads;
	return most;
}

void perf_warn(struct perf_run *run)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double load = 0;
	char text[64];

	if (is_emulated())
		warn(run, "the device is emulated by sva-emu: the times are those of the emulator");
	if (sva_wq_path(run->wq) == SVA_PATH_CPU)
		warn(run, "there is no device: the CPU does the operations");
	if (first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text,
		       sizeof(text)) &&
	    strcmp(text, "performance") != 0)
		warn(run, "the CPU's frequency changes: set the governor to performance");
	if (getloadavg(&load, 1) == 1 && load > 0.5 * (double)cpus)
		warn(run, "the machine is busy: its load is above half of its CPUs");
	if ((long)most_threads(run) > cpus)
		warn(run, "there are more threads than CPUs");
}

void perf_machine(char *cpu, size_t size, char *kernel, size_t kernel_size, unsigned int *cpus)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	struct utsname name;
	char line[512];

	snprintf(cpu, size, "unknown");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
			snprintf(cpu, size, "%s", strchr(line, ':') + 2);
			cpu[strcspn(cpu, "\n")] = '\0';
			break;
		}
	if (file)
		fclose(file);
	snprintf(kernel, kernel_size, "%s", uname(&name) ? "unknown" : name.release);
	*cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
}
