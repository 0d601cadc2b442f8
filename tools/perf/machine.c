/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <sva/discover.h>
#include <sva/version.h>
#include <sva/wq.h>

#include "machine.h"

#define BUSY  0.5 /* load for each CPU */
#define NOISY 0.2 /* of the median: the range of half of the turns */

/* The first line of a file, without its newline; "" where there is none. */
static const char *first_line(const char *path, char *line, size_t len)
{
	FILE *file = fopen(path, "re");

	*line = '\0';
	if (file && fgets(line, (int)len, file))
		line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	return line;
}

/* Does a line of the file contain that text? The line is kept. */
static bool has_line(const char *path, const char *text, char *line, size_t len)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file && !found && fgets(line, (int)len, file))
		found = strstr(line, text) != NULL;
	if (file)
		fclose(file);
	return found;
}

static void cpu_model(char *model, size_t len)
{
	char line[512], *colon;

	snprintf(model, len, "unknown");
	if (!has_line("/proc/cpuinfo", "model name", line, sizeof(line)))
		return;
	colon = strchr(line, ':');
	if (colon) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(model, len, "%s", colon + 1 + strspn(colon + 1, " "));
	}
}

unsigned int perf_machine_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	return (unsigned int)CPU_COUNT(&set);
}

static double load_average(void)
{
	double load[1] = { 0 };

	return getloadavg(load, 1) == 1 ? load[0] : 0;
}

/* sva-emu preloads its library into every program, and its file system bears its name. */
static bool is_emulated(void)
{
	char line[4096];

	return has_line("/proc/self/maps", "libsva-emu.so", line, sizeof(line)) ||
	       has_line("/proc/self/mountinfo", " sva-emu ", line, sizeof(line));
}

static void describe_cpu(struct perf_run *run)
{
	struct perf_facts *facts = &run->machine;
	unsigned int features = sva_cpu_features();
	char line[512], model[256];

	cpu_model(model, sizeof(model));
	perf_fact(facts, "cpu", "%s", model);
	perf_fact_number(facts, "cpus", perf_machine_cpus());
	perf_fact(facts, "governor", "%s",
		  first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line,
			     sizeof(line)));
	perf_fact(facts, "instructions", "%s%s%s", features & SVA_CPU_ENQCMD ? "enqcmd " : "",
		  features & SVA_CPU_MOVDIR64B ? "movdir64b " : "",
		  features & SVA_CPU_WAITPKG ? "waitpkg" : "");
	perf_fact_number(facts, "l1d_bytes", (uint64_t)sysconf(_SC_LEVEL1_DCACHE_SIZE));
	perf_fact_number(facts, "l2_bytes", (uint64_t)sysconf(_SC_LEVEL2_CACHE_SIZE));
	perf_fact_number(facts, "l3_bytes", (uint64_t)sysconf(_SC_LEVEL3_CACHE_SIZE));
	perf_fact(facts, "hypervisor", "%s",
		  has_line("/proc/cpuinfo", " hypervisor", line, sizeof(line)) ? "yes" : "no");
	if (strstr(model, "QEMU") || strstr(model, "TCG"))
		perf_warn(run, "the CPU is emulated (%s): nothing here says how fast a real one is",
			  model);
	first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", line, sizeof(line));
	if (*line && strcmp(line, "performance") != 0)
		perf_warn(run,
			  "the CPU's frequency changes while it is measured (governor \"%s\"): "
			  "cpupower frequency-set -g performance",
			  line);
}

static void describe_devices(struct perf_run *run)
{
	struct sva_topology *topology;
	unsigned int devices = 0;
	int nodes = 0;

	if (sva_topology_discover(&topology))
		return;
	sva_topology_foreach_dev (topology, dev) {
		devices++;
		nodes = dev->numa_node >= nodes ? dev->numa_node + 1 : nodes;
	}
	sva_topology_free(topology);
	perf_fact_number(&run->machine, "devices", devices);
	perf_fact_number(&run->machine, "device_nodes", (uint64_t)nodes);
}

void perf_machine_describe(struct perf_run *run)
{
	struct perf_facts *facts = &run->machine;
	double load = load_average();
	unsigned int cpus = perf_machine_cpus();
	struct utsname name;
	char line[256];

	if (!uname(&name)) {
		perf_fact(facts, "host", "%s", name.nodename);
		perf_fact(facts, "kernel", "%s %s %s", name.sysname, name.release, name.machine);
	}
	describe_cpu(run);
	perf_fact(facts, "nodes", "%s",
		  first_line("/sys/devices/system/node/online", line, sizeof(line)));
	perf_fact_number(facts, "memory_bytes",
			 (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
	perf_fact(facts, "huge_pages", "%s",
		  first_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof(line)));
	describe_devices(run);
	perf_fact(facts, "load", "%.2f", load);
	perf_fact(facts, "emulator", "%s", is_emulated() ? "sva-emu" : "none");
	perf_fact(facts, "library", "libsva %s", sva_version());
	if (is_emulated())
		perf_warn(run,
			  "the devices are emulated by sva-emu: figures of the device say nothing "
			  "about hardware");
	if (load > BUSY * cpus)
		perf_warn(
			run,
			"the machine is busy: a load of %.2f on %u CPUs: stop what else is running",
			load, cpus);
}

static bool uses_device(const struct perf_run *run)
{
	for (unsigned int i = 0; i < run->cell_count; i++)
		if (!perf_is_plain(&run->cell[i]) &&
		    strcmp(run->cell[i].text[PERF_PATH], "cpu") != 0)
			return true;
	return false;
}

void perf_machine_judge(struct perf_run *run)
{
	unsigned int noisy = 0, measured = 0, by_cpu = 0, cpus = perf_machine_cpus();
	uint64_t threads = 0;

	for (unsigned int i = 0; i < run->cell_count; i++) {
		const struct perf_cell *cell = &run->cell[i];

		threads = cell->value[PERF_THREADS] > threads ? cell->value[PERF_THREADS] : threads;
		if (!cell->turns)
			continue;
		measured++;
		noisy += perf_spread(cell) > NOISY;
		by_cpu += cell->by_cpu && strcmp(cell->text[PERF_PATH], "cpu") != 0;
	}
	if (!uses_device(run))
		perf_warn(run, "no device was used: all figures are those of the CPU");
	if (threads > cpus)
		perf_warn(run, "%" PRIu64 " threads on %u CPUs: they take turns", threads, cpus);
	if (by_cpu)
		perf_warn(run,
			  "in %u configurations the CPU did some of the device's work: see the "
			  "column \"by CPU\"",
			  by_cpu);
	if (noisy * 4 > measured)
		perf_warn(run,
			  "noise: in %u of %u configurations half of the turns differ by more than "
			  "%.0f %%",
			  noisy, measured, NOISY * 100);
}
