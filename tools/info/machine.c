/* SPDX-License-Identifier: MIT */
/*
 * Sources: the bits of ECAP as in drivers/iommu/intel/iommu.h; PCI devices as in
 * drivers/dma/idxd/registers.h; what came with which kernel as in sva-hardware(7).
 */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sva/sva.h>

#include "files.h"
#include "machine.h"

#define CAP_SYS_RAWIO_BIT  17
#define ECAP_PAGE_REQUESTS 29
#define ECAP_PASID         40
#define ECAP_SCALABLE      43
#define ACPI_TABLES        "/sys/firmware/acpi/tables"
#define ENTIRE_USER_IDS    "         0          0 4294967295"

static void look_at_cpu(struct machine *m)
{
	static const struct {
		const char *flag;
		unsigned int feature;
	} flags[] = { { " enqcmd", SVA_CPU_ENQCMD },
		      { " movdir64b", SVA_CPU_MOVDIR64B },
		      { " waitpkg", SVA_CPU_WAITPKG } };
	char line[1024];

	file_find(line, sizeof(line), "model name", m->root, "/proc/cpuinfo");
	snprintf(m->cpu, sizeof(m->cpu), "%s", line + strspn(line, "\t :"));
	if (!*m->root) {
		m->features = sva_cpu_features();
		return;
	}
	/* A copy of another machine. */
	file_find(line, sizeof(line), "flags", m->root, "/proc/cpuinfo");
	for (unsigned int i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strstr(line, flags[i].flag))
			m->features |= flags[i].feature;
}

/* Of names that begin alike, /etc/os-release has ID and, for relatives, ID_LIKE. */
static void look_at_distribution(struct machine *m)
{
	static const char *const families[][2] = {
		{ "debian", "debian" }, { "ubuntu", "debian" }, { "fedora", "fedora" },
		{ "rhel", "fedora" },   { "centos", "fedora" }, { "suse", "suse" },
	};
	char id[64], like[64], name[128];

	file_find(id, sizeof(id), "ID=", m->root, "/etc/os-release");
	file_find(like, sizeof(like), "ID_LIKE=", m->root, "/etc/os-release");
	file_find(name, sizeof(name), "PRETTY_NAME=", m->root, "/etc/os-release");
	name[strcspn(name + (*name == '"'), "\"") + (*name == '"')] = '\0';
	snprintf(m->distribution, sizeof(m->distribution), "%.95s", name + (*name == '"'));
	m->debian = !strcmp(id, "debian");
	for (unsigned int i = 0; i < sizeof(families) / sizeof(*families) && !*m->family; i++)
		if (strstr(id, families[i][0]) || strstr(like, families[i][0]))
			snprintf(m->family, sizeof(m->family), "%s", families[i][1]);
}

static void look_at_kernel(struct machine *m)
{
	char *at = m->release;

	if (!file_read(m->release, sizeof(m->release), m->root, "/proc/sys/kernel/osrelease"))
		snprintf(m->release, sizeof(m->release), "unknown");
	for (unsigned int i = 0; i < 3 && isdigit((unsigned char)*at); i++) {
		m->version[i] = (unsigned int)strtoul(at, &at, 10);
		at += *at == '.';
	}
	file_read(m->parameters, sizeof(m->parameters), m->root, "/proc/cmdline");
}

/* CONFIG_@option of the kernel that runs, where the distribution keeps it. */
static enum known configured(const struct machine *m, const char *option)
{
	char name[160], key[64], value[8];

	snprintf(name, sizeof(name), "/boot/config-%s", m->release);
	if (!file_find(value, sizeof(value), "CONFIG_", m->root, name))
		return UNKNOWN;
	snprintf(key, sizeof(key), "CONFIG_%s=", option);
	return file_find(value, sizeof(value), key, m->root, name) ? YES : NO;
}

/* All units alike: what the first one lacks, the machine lacks. */
static void look_at_units(struct machine *m)
{
	char path[PATH_MAX], text[32];
	uint64_t ecap;
	const struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/sys/class/iommu", m->root);
	dir = opendir(path);
	if (!dir)
		return; /* not all of sysfs is here */
	m->iommu = NO;
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "dmar", 4))
			continue;
		m->iommu = YES;
		if (m->scalable ||
		    !file_read(text, sizeof(text), m->root, "/sys/class/iommu/%s/intel-iommu/ecap",
			       entry->d_name))
			continue;
		ecap = strtoull(text, NULL, 16);
		m->scalable = ecap >> ECAP_SCALABLE & 1 ? YES : NO;
		m->pasid = ecap >> ECAP_PASID & 1 ? YES : NO;
		m->page_requests = ecap >> ECAP_PAGE_REQUESTS & 1 ? YES : NO;
	}
	closedir(dir);
}

/* Of the values of intel_iommu, the last one decides, as in the kernel. */
static enum known scalable_by_parameter(const struct machine *m)
{
	enum known on = UNKNOWN;

	for (const char *at = m->parameters; (at = strstr(at, "sm_o")); at++) {
		if (at == m->parameters || !strchr(",=", at[-1]))
			continue;
		if (!strncmp(at, "sm_on", 5))
			on = YES;
		else if (!strncmp(at, "sm_off", 6))
			on = NO;
	}
	return on;
}

static void look_at_iommu(struct machine *m)
{
	if (m->emulated)
		return; /* that of the emulator's host says nothing */
	if (file_exists(m->root, ACPI_TABLES "/DMAR"))
		m->firmware = YES;
	else if (file_exists(m->root, ACPI_TABLES "/FACP"))
		m->firmware = NO;
	look_at_units(m);
	if (m->iommu == YES)
		m->firmware = YES;
	m->scalable_on = scalable_by_parameter(m);
	if (m->scalable_on == UNKNOWN)
		m->scalable_on = configured(m, "INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON");
	m->svm = configured(m, "INTEL_IDXD_SVM");
}

static bool is_ours(unsigned int device)
{
	static const uint16_t ids[] = { 0x0b25, 0x0cfe, 0x11fb, 0x1212, 0x1216, 0xb02d };

	for (unsigned int i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (ids[i] == device)
			return true;
	return false;
}

static void look_at_function(struct machine *m, const char *address)
{
	struct function *f = &m->function[m->functions];
	char vendor[16], device[16];

	if (m->functions == FUNCTIONS || strlen(address) >= sizeof(f->address) ||
	    !file_read(vendor, sizeof(vendor), m->root, "/sys/bus/pci/devices/%s/vendor",
		       address) ||
	    !file_read(device, sizeof(device), m->root, "/sys/bus/pci/devices/%s/device",
		       address) ||
	    strcmp(vendor, "0x8086") != 0 || !is_ours((unsigned int)strtoul(device, NULL, 16)))
		return;
	strcpy(f->address, address);
	f->device = (uint16_t)strtoul(device, NULL, 16);
	file_link(f->driver, sizeof(f->driver), m->root, "/sys/bus/pci/devices/%s/driver", address);
	m->functions++;
}

static void look_at_driver(struct machine *m)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count;

	m->driver = file_exists(m->root, "/sys/module/idxd");
	m->iaa_crypto = file_exists(m->root, "/sys/module/iaa_crypto");
	file_read(m->sva, sizeof(m->sva), m->root, "/sys/module/idxd/parameters/sva");
	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", m->root);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		look_at_function(m, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void look_at_user(struct machine *m)
{
	const char *preload = getenv("LD_PRELOAD");
	char text[4096];

	m->uid = (unsigned int)geteuid();
	if (file_find(text, sizeof(text), "CapEff:", m->root, "/proc/self/status"))
		m->rawio = strtoull(text, NULL, 16) >> CAP_SYS_RAWIO_BIT & 1;
	m->initial_user_namespace = !file_read(text, sizeof(text), m->root, "/proc/self/uid_map") ||
				    !strcmp(text, ENTIRE_USER_IDS);
	m->container = file_exists(m->root, "/.dockerenv") ||
		       file_exists(m->root, "/run/.containerenv") || getenv("container");
	m->emulated = (preload && strstr(preload, "libsva-emu")) ||
		      (file_read(text, sizeof(text), m->root, "/proc/self/mounts") &&
		       strstr(text, "\nsva-emu "));
}

void machine_look(struct machine *m, const char *root)
{
	*m = (struct machine){ .root = root };
	look_at_cpu(m);
	look_at_distribution(m);
	look_at_kernel(m);
	look_at_user(m);
	look_at_iommu(m);
	look_at_driver(m);
}

bool machine_is_at_least(const struct machine *m, unsigned int major, unsigned int minor)
{
	return m->version[0] > major || (m->version[0] == major && m->version[1] >= minor);
}

bool machine_lacks_instruction(const struct machine *m, unsigned int feature)
{
	return *m->cpu && !(m->features & feature); /* without a name: /proc/cpuinfo is missing */
}

/* CVE-2025-71089 is fixed by disabling it: of Debian 12, in linux 6.1.164-1 (its changelog). */
bool machine_lacks_sva(const struct machine *m)
{
	const char debian[] = "6.1.0-";

	if (m->emulated)
		return false; /* the kernel is that of the emulator's host */
	if (m->version[0] == 6 && m->version[1] == 12)
		return m->version[2] >= 64;
	return m->debian && !strncmp(m->release, debian, strlen(debian)) &&
	       strtoul(m->release + strlen(debian), NULL, 10) >= 44;
}

const char *machine_news(const struct machine *m, unsigned int n)
{
	static const struct {
		unsigned int major, minor;
		const char *text;
	} news[] = {
		{ 5, 11, "SVA for dedicated queues" },
		{ 5, 18, "ENQCMD" },
		{ 6, 4, "event log" },
		{ 6, 7, "driver_name" },
		{ 6, 10, "write(2)" },
		{ 6, 16, "batches by write(2)" },
	};

	if (n >= sizeof(news) / sizeof(*news) ||
	    !machine_is_at_least(m, news[n].major, news[n].minor))
		return NULL;
	return news[n].text;
}
