/* SPDX-License-Identifier: MIT */
/* The kernel model's sysfs: what is there, what it shows, what it refuses, and what binding does.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "default.h"
#include "driver.h"
#include "machine.h"
#include "queue.h"
#include "sysfs.h"

static struct emu_state memory, *const machine = &memory;
static struct emu_dsa *dsa;

static void boot(const char *profile, uint32_t version)
{
	struct emu_hardware hardware = { .version = { version, version } };

	memset(machine, 0, sizeof(*machine));
	machine->profile = *emu_profile_find(profile);
	assert_int_equal(emu_machine_init(machine, &hardware), 0);
	dsa = &machine->device[0];
}

static int setup(void **state)
{
	(void)state;
	boot("latest", 0x100);
	return 0;
}

static int setup_default(void **state)
{
	return setup(state) || emu_machine_default(machine);
}

/* What reading a file of the bus gives: lines, or nothing; "-ERRNO" for an error. */
static const char *show(const char *path)
{
	static char buf[EMU_SYSFS_PAGE];
	uint64_t node = emu_sysfs_path(machine, path);
	ssize_t length = node ? emu_sysfs_show(machine, node, buf) : -ENOENT;

	if (length < 0)
		snprintf(buf, sizeof(buf), "%zd", length);
	else if (length > 0)
		assert_int_equal(buf[length - 1], '\n');
	return buf;
}

#define assert_shows(path, text) assert_string_equal(show(path), text)

static int store(const char *path, const char *value)
{
	return emu_sysfs_write(machine, path, value);
}

/* A write, and its answer; @error is an errno or 0. */
struct step {
	const char *path, *value;
	int error;
};

static void take(const struct step *steps, unsigned int count)
{
	int error;

	for (unsigned int i = 0; i < count; i++) {
		error = store(steps[i].path, steps[i].value);
		if (error != steps[i].error)
			fail_msg("step %u: %s to %s: %d, not %d", i, steps[i].value, steps[i].path,
				 error, steps[i].error);
	}
}

/* A file, and what it shows. */
struct shown {
	const char *path, *text;
};

static void look(const struct shown *shown, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcmp(show(shown[i].path), shown[i].text))
			fail_msg("%s: %s, not %s", shown[i].path, show(shown[i].path),
				 shown[i].text);
}

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/*
 * The tree.
 */

/* Walks everything below a folder: each entry can be found by its name, and looked at. */
static unsigned int walk(uint64_t dir)
{
	char name[EMU_SYSFS_NAME], buf[EMU_SYSFS_PAGE];
	unsigned int count = 0;
	uint64_t node, found;

	for (unsigned int i = 0; !emu_sysfs_entry(machine, dir, i, name, &node); i++) {
		mode_t mode = emu_sysfs_mode(machine, node);

		assert_int_equal(emu_sysfs_lookup(machine, dir, name, &found), 0);
		assert_int_equal(found, node);
		count++;
		if (S_ISDIR(mode))
			count += walk(node);
		else if (S_ISLNK(mode))
			assert_true(emu_sysfs_readlink(machine, node, buf) > 0);
		else
			assert_true(S_ISREG(mode) && (mode & 0600));
	}
	return count;
}

static void test_walk(void **state)
{
	(void)state;
	assert_in_range(walk(EMU_NODE_BUS), 40, 60);
	assert_in_range(walk(EMU_NODE_PCI), 500, 2000);
	assert_int_equal(walk(EMU_NODE_DRIVER), 6);
	assert_int_equal(walk(EMU_NODE_MODULE), 4);
	assert_int_equal(emu_module_unload(machine), 0);
	assert_int_equal(walk(EMU_NODE_BUS), 0);
	assert_in_range(walk(EMU_NODE_PCI), 30, 50); /* the functions stay */
	assert_int_equal(walk(EMU_NODE_DRIVER), 0);
	assert_int_equal(emu_module_load(machine), 0);
	assert_in_range(walk(EMU_NODE_PCI), 400, 2000);
}

static void test_nonsense(void **state)
{
	static const char *const paths[] = {
		"nowhere",
		"devices/dsa2",
		"devices/wq0.8",
		"devices/dsa0/wq1.0",
		"devices//dsa0",
		"devices/dsa0/version/x",
		"/",
		"devices/engine0.4",
		"drivers/idxd/x",
	};
	char buf[EMU_SYSFS_PAGE];
	uint64_t node;

	(void)state;
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_int_equal(emu_sysfs_path(machine, paths[i]), 0);
	for (unsigned int i = 0; i < 64; i++) {
		node = UINT64_C(3) << i;
		emu_sysfs_mode(machine, node);
		emu_sysfs_lookup(machine, node, "x", &node);
		emu_sysfs_readlink(machine, UINT64_C(3) << i, buf);
		emu_sysfs_show(machine, UINT64_C(3) << i, buf);
		assert_true(emu_sysfs_store(machine, UINT64_C(7) << i, "", 0) <= 0);
	}
	assert_int_equal(store("devices/dsa0/version", "1"), -EACCES);
	assert_shows("drivers/idxd/bind", "-13");
}

static void test_modes(void **state)
{
	static const struct {
		const char *path;
		mode_t mode;
	} all[] = {
		{ "devices", S_IFDIR | 0755 },
		{ "devices/dsa0/version", S_IFREG | 0444 },
		{ "devices/dsa0/cmd_status", S_IFREG | 0644 },
		{ "devices/wq0.0/size", S_IFREG | 0644 },
		{ "devices/wq0.0/state", S_IFREG | 0444 },
		{ "drivers/idxd/bind", S_IFREG | 0200 },
		{ "drivers/user/unbind", S_IFREG | 0200 },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT(all); i++)
		assert_int_equal(emu_sysfs_mode(machine, emu_sysfs_path(machine, all[i].path)),
				 all[i].mode);
}

/* Where a link leads, from its folder; "": there is none. */
static const char *leads(uint64_t dir, const char *name)
{
	static char buf[EMU_SYSFS_PAGE];
	uint64_t node;

	buf[0] = '\0';
	if (!emu_sysfs_lookup(machine, dir, name, &node)) {
		ssize_t length = emu_sysfs_readlink(machine, node, buf);

		assert_int_equal(length, strlen(buf));
	}
	return buf;
}

static const char *leads_from(const char *path, const char *name)
{
	return leads(emu_sysfs_path(machine, path), name);
}

#define TREE "devices/pci0000:6a/0000:6a:01.0"

static void test_links(void **state)
{
	(void)state;
	dsa->bus = 0x6a;
	machine->file[3] = (struct emu_file){ .used = true, .number = 5, .lane = EMU_NONE };
	assert_string_equal(leads_from("devices", "wq0.3"), "../../../" TREE "/dsa0/wq0.3");
	assert_string_equal(leads_from("devices", "dsa0"), "../../../" TREE "/dsa0");
	assert_string_equal(leads_from("devices", "dsa!wq0.0"),
			    "../../../" TREE "/dsa0/wq0.0/dsa!wq0.0");
	assert_string_equal(leads_from("devices", "file5"),
			    "../../../" TREE "/dsa0/wq0.0/dsa!wq0.0/file5");
	assert_string_equal(leads_from("drivers/user", "wq0.1"), "../../../../" TREE "/dsa0/wq0.1");
	assert_string_equal(leads_from("drivers/user", "wq0.2"), "");
	assert_string_equal(leads_from("devices/dsa0", "driver"),
			    "../../../../bus/dsa/drivers/idxd");
	assert_string_equal(leads_from("devices/wq0.0", "subsystem"), "../../../../../bus/dsa");
	assert_string_equal(leads_from("devices/dsa1", "driver"), "");
	assert_string_equal(leads(EMU_NODE_DRIVER, "module"), "../../../../module/idxd");
	assert_string_equal(leads(EMU_NODE_DRIVER, "0000:6a:01.0"), "../../../../" TREE);
}

/*
 * The PCI function.
 */

static uint64_t below(uint64_t dir, const char *name)
{
	uint64_t node;

	return emu_sysfs_lookup(machine, dir, name, &node) ? 0 : node;
}

static uint64_t function(void)
{
	dsa->bus = 0x6a;
	return below(below(EMU_NODE_PCI, "pci0000:6a"), "0000:6a:01.0");
}

static void test_function(void **state)
{
	static const struct shown shown[] = {
		{ "vendor", "0x8086\n" },
		{ "device", "0x0b25\n" },
		{ "class", "0x088000\n" },
		{ "subsystem_vendor", "0x8086\n" },
		{ "numa_node", "0\n" },
		{ "enable", "1\n" },
		{ "modalias", "pci:v00008086d00000B25sv00008086sd00000000bc08sc80i00\n" },
		{ "driver_override", "(null)\n" },
		{ "uevent", "DRIVER=idxd\nPCI_CLASS=88000\nPCI_ID=8086:0B25\n"
			    "PCI_SUBSYS_ID=8086:0000\nPCI_SLOT_NAME=0000:6a:01.0\n"
			    "MODALIAS=pci:v00008086d00000B25sv00008086sd00000000bc08sc80i00\n" },
	};
	char buf[EMU_SYSFS_PAGE];
	uint64_t pci = function();

	(void)state;
	for (unsigned int i = 0; i < COUNT(shown); i++) {
		assert_true(emu_sysfs_show(machine, below(pci, shown[i].path), buf) > 0);
		assert_string_equal(buf, shown[i].text);
	}
	assert_string_equal(leads(pci, "driver"), "../../../bus/pci/drivers/idxd");
	assert_string_equal(leads(pci, "subsystem"), "../../../bus/pci");
	assert_int_not_equal(below(pci, "dsa0"), 0);
	assert_int_equal(below(pci, "dsa1"), 0);
}

/* The control word of an extended capability; -1: there is no such. */
static int control(const uint8_t *config, unsigned int id, unsigned int offset)
{
	unsigned int at = 0x100;

	while (at && (config[at] | config[at + 1] << 8) != (int)id)
		at = (unsigned int)(config[at + 2] >> 4 | config[at + 3] << 4);
	return at ? config[at + offset] | config[at + offset + 1] << 8 : -1;
}

static void test_config_space(void **state)
{
	uint8_t config[EMU_SYSFS_PAGE];
	uint64_t node = below(function(), "config");

	(void)state;
	assert_int_equal(emu_sysfs_show(machine, node, (char *)config), 4096);
	assert_memory_equal(config, "\x86\x80\x25\x0b", 4);
	assert_memory_equal(config + 9, "\x00\x80\x08", 3);
	assert_int_equal(control(config, 0x1b, 6) & 1, 1);  /* PASID */
	assert_int_equal(control(config, 0x0f, 6), 0x8000); /* ATS */
	assert_int_equal(control(config, 0x13, 4), 1);      /* PRI */
	assert_int_equal(control(config, 0x13, 8), 512);
	dsa->bound = false;
	assert_int_equal(emu_sysfs_show(machine, node, (char *)config), 4096);
	assert_int_equal(control(config, 0x1b, 6) & 1, 0);
}

static int write_to(uint64_t node, const char *value)
{
	ssize_t result = emu_sysfs_store(machine, node, value, strlen(value));

	return result < 0 ? (int)result : 0;
}

static void test_pci_bind(void **state)
{
	uint64_t pci = function(), bind = below(EMU_NODE_DRIVER, "bind"),
		 unbind = below(EMU_NODE_DRIVER, "unbind"),
		 override = below(pci, "driver_override");

	(void)state;
	dsa->queue[0].clients = 1;
	assert_int_equal(write_to(unbind, "0000:6a:01.0"), -EBUSY);
	dsa->queue[0].clients = 0;
	assert_int_equal(write_to(bind, "0000:6a:01.0"), -EBUSY);
	assert_int_equal(write_to(unbind, "0000:6a:01.1"), -ENODEV);
	assert_int_equal(write_to(unbind, "0000:6a:01.0\n"), 0);
	assert_int_equal(write_to(unbind, "0000:6a:01.0\n"), -ENODEV);
	assert_int_equal(below(pci, "dsa0"), 0);
	assert_string_equal(leads(pci, "driver"), "");
	assert_shows("devices/wq0.0/size", "-2");
	assert_shows("devices/wq1.0/size", "0\n");
	assert_int_equal(store("drivers/idxd/bind", "dsa0"), -ENODEV);
	assert_int_equal(write_to(override, "vfio-pci\n"), 0);
	assert_int_equal(write_to(bind, "0000:6a:01.0"), -ENODEV);
	assert_int_equal(write_to(override, "\n"), 0);
	assert_int_equal(write_to(bind, "0000:6a:01.0"), 0);
	assert_shows("devices/wq0.0/state", "disabled\n");
	assert_shows("devices/wq0.0/size", "0\n");
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "new_id"), "8086 0b25"), -EEXIST);
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "new_id"), "8086"), -EINVAL);
}

/* The first function that is bound is dsa0. */
static void test_pci_order(void **state)
{
	char other[16];

	(void)state;
	function();
	snprintf(other, sizeof(other), "0000:%02x:01.0", machine->device[1].bus & 0xff);
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "unbind"), "0000:6a:01.0"), 0);
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "unbind"), other), 0);
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "bind"), other), 0);
	assert_int_equal(machine->device[1].id, 0);
	assert_int_equal(write_to(below(EMU_NODE_DRIVER, "bind"), "0000:6a:01.0"), 0);
	assert_int_equal(dsa->id, 1);
	assert_int_equal(below(function(), "dsa0"), 0);
	assert_int_not_equal(below(function(), "dsa1"), 0);
}

/*
 * Formats.
 */

#define ZEROS "00000000,00000000,00000000,00000000,00000000,00000000,"

static void test_formats(void **state)
{
	static const struct shown shown[] = {
		{ "devices/dsa0/version", "0x100\n" },
		{ "devices/dsa0/gen_cap", "0x40915f0107\n" },
		{ "devices/dsa0/op_cap", ZEROS "00000001,003f03fd\n" },
		{ "devices/dsa0/errors", ZEROS "00000000,00000000\n" },
		{ "devices/dsa0/max_work_queues", "8\n" },
		{ "devices/dsa0/max_work_queues_size", "128\n" },
		{ "devices/dsa0/max_transfer_size", "2147483648\n" },
		{ "devices/dsa0/max_batch_size", "1024\n" },
		{ "devices/dsa0/max_engines", "4\n" },
		{ "devices/dsa0/max_groups", "4\n" },
		{ "devices/dsa0/numa_node", "0\n" },
		{ "devices/dsa0/configurable", "1\n" },
		{ "devices/dsa0/clients", "0\n" },
		{ "devices/dsa0/state", "enabled\n" },
		{ "devices/dsa1/state", "disabled\n" },
		{ "devices/dsa0/cmd_status", "0x0\n" },
		{ "devices/dsa0/pasid_enabled", "1\n" },
		{ "devices/dsa0/max_read_buffers", "96\n" },
		{ "devices/dsa0/max_tokens", "96\n" },
		{ "devices/dsa0/read_buffer_limit", "0\n" },
		{ "devices/dsa0/token_limit", "0\n" },
		{ "devices/dsa0/cdev_major", "236\n" },
		{ "devices/dsa0/event_log_size", "-2" },
		{ "devices/dsa0/uevent", "DEVTYPE=dsa\nDRIVER=idxd\nMODALIAS=idxd:t0\n" },
		{ "devices/wq0.0/state", "enabled\n" },
		{ "devices/wq0.2/state", "disabled\n" },
		{ "devices/wq0.0/clients", "0\n" },
		{ "devices/wq0.0/group_id", "0\n" },
		{ "devices/wq0.0/mode", "shared\n" },
		{ "devices/wq0.1/mode", "dedicated\n" },
		{ "devices/wq0.0/priority", "10\n" },
		{ "devices/wq0.0/block_on_fault", "1\n" },
		{ "devices/wq0.0/threshold", "48\n" },
		{ "devices/wq0.0/size", "64\n" },
		{ "devices/wq0.0/name", "shared\n" },
		{ "devices/wq0.0/type", "user\n" },
		{ "devices/wq0.0/driver_name", "user\n" },
		{ "devices/wq0.0/cdev_minor", "0\n" },
		{ "devices/wq0.0/max_transfer_size", "2097152\n" },
		{ "devices/wq0.0/max_batch_size", "32\n" },
		{ "devices/wq0.0/ats_disable", "0\n" },
		{ "devices/wq0.0/enqcmds_retries", "32\n" },
		{ "devices/wq0.0/occupancy", "0\n" },
		{ "devices/wq0.0/op_config", "-2" },
		{ "devices/wq0.0/prs_disable", "-2" },
		{ "devices/wq0.0/uevent", "DEVTYPE=wq\nDRIVER=user\nMODALIAS=idxd:t0\n" },
		{ "devices/wq0.1/enqcmds_retries", "-95" },
		{ "devices/wq0.1/cdev_minor", "1\n" },
		{ "devices/wq0.2/cdev_minor", "-6" },
		{ "devices/wq0.2/group_id", "-1\n" },
		{ "devices/wq0.2/type", "none\n" },
		{ "devices/wq0.2/name", "\n" },
		{ "devices/wq0.2/uevent", "DEVTYPE=wq\nMODALIAS=idxd:t0\n" },
		{ "devices/group0.0/engines", "engine0.0 engine0.1 engine0.2 engine0.3\n" },
		{ "devices/group0.0/work_queues", "wq0.0 wq0.1\n" },
		{ "devices/group0.1/engines", "" },
		{ "devices/group0.1/work_queues", "" },
		{ "devices/group0.0/traffic_class_a", "1\n" },
		{ "devices/group0.0/traffic_class_b", "1\n" },
		{ "devices/group0.0/use_token_limit", "0\n" },
		{ "devices/group0.0/use_read_buffer_limit", "0\n" },
		{ "devices/group0.0/tokens_allowed", "96\n" },
		{ "devices/group0.0/read_buffers_allowed", "96\n" },
		{ "devices/group0.0/tokens_reserved", "0\n" },
		{ "devices/group0.0/read_buffers_reserved", "0\n" },
		{ "devices/group0.0/desc_progress_limit", "-2" },
		{ "devices/group0.0/uevent", "DEVTYPE=group\nMODALIAS=idxd:t0\n" },
		{ "devices/engine0.0/group_id", "0\n" },
		{ "devices/engine1.0/group_id", "-1\n" },
		{ "devices/engine0.0/uevent", "DEVTYPE=engine\nMODALIAS=idxd:t0\n" },
	};
	uint64_t node;
	char buf[EMU_SYSFS_PAGE];

	(void)state;
	look(shown, COUNT(shown));
	assert_int_equal(emu_sysfs_lookup(machine, EMU_NODE_MODULE, "parameters", &node), 0);
	assert_int_equal(emu_sysfs_lookup(machine, node, "sva", &node), 0);
	assert_int_equal(emu_sysfs_show(machine, node, buf), 2);
	assert_string_equal(buf, "Y\n");
	emu_device_halt(machine, 0, 0);
	assert_shows("devices/dsa0/state", "halted\n");
	machine->live.device[0].error[0] = 0x5301;
	machine->live.device[0].error[3] = 1ull << 32;
	assert_shows("devices/dsa0/errors", "00000001,00000000,00000000,00000000,00000000,00000000,"
					    "00000000,00005301\n");
}

/* What depends on the kernel, and on the device. */
static void test_profiles(void **state)
{
	static const struct {
		const char *profile;
		uint32_t version;
		struct shown shown;
	} all[] = {
		{ "latest", 0x200, { "devices/dsa0/version", "0x200\n" } },
		{ "latest", 0x200, { "devices/dsa0/event_log_size", "64\n" } },
		{ "latest", 0x200, { "devices/dsa0/op_cap", ZEROS "00000001,00bf07ff\n" } },
		{ "latest", 0x200, { "devices/wq0.0/op_config", ZEROS "00000001,00bf07ff\n" } },
		{ "latest", 0x200, { "devices/wq0.0/prs_disable", "0\n" } },
		{ "latest", 0x200, { "devices/group0.0/desc_progress_limit", "0\n" } },
		{ "latest", 0x200, { "devices/group0.0/batch_progress_limit", "0\n" } },
		{ "6.16", 0x100, { "devices/dsa0/op_cap", ZEROS "00000001,003f03fd\n" } },
		{ "6.16", 0x200, { "devices/dsa0/op_cap", ZEROS "00000001,00bf07ff\n" } },
		{ "6.12", 0x200, { "devices/dsa0/op_cap", ZEROS "00000001,00bf07fd\n" } },
		{ "6.12", 0x200, { "devices/wq0.0/op_config", ZEROS "00000001,00bf07fd\n" } },
		{ "6.12-nosva", 0x100, { "devices/dsa0/pasid_enabled", "1\n" } },
		{ "6.7", 0x100, { "devices/dsa0/op_cap", ZEROS "00000001,003f03ff\n" } },
		{ "6.7", 0x100, { "devices/wq0.0/driver_name", "\n" } },
		{ "6.7", 0x200, { "devices/dsa0/event_log_size", "64\n" } },
		{ "6.1", 0x200, { "devices/wq0.0/op_config", ZEROS "00000001,00bf07ff\n" } },
		{ "6.1", 0x200, { "devices/wq0.0/driver_name", "-2" } },
		{ "6.1", 0x200, { "devices/wq0.0/prs_disable", "-2" } },
		{ "6.1", 0x200, { "devices/dsa0/event_log_size", "-2" } },
		{ "5.18", 0x100, { "devices/dsa0/op_cap", "0x1003f03ff 0x0 0x0 0x0\n" } },
		{ "5.18",
		  0x100,
		  { "devices/dsa0/errors", "0x0000000000000000 0x0000000000000000 "
					   "0x0000000000000000 0x0000000000000000\n" } },
		{ "5.18", 0x200, { "devices/wq0.0/op_config", "-2" } },
		{ "5.18", 0x200, { "devices/group0.0/desc_progress_limit", "-2" } },
		{ "5.18", 0x100, { "devices/dsa0/max_read_buffers", "96\n" } },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT(all); i++) {
		boot(all[i].profile, all[i].version);
		look(&all[i].shown, 1);
	}
	assert_null(emu_profile_find("2.6"));
	assert_null(emu_profile_at(100));
	assert_string_equal(emu_profile_at(0)->name, "latest");
}

/* Every kernel configures and enables the default machine, and old ones need less for it. */
static void test_default_everywhere(void **state)
{
	const struct emu_profile *profile;

	(void)state;
	for (unsigned int i = 0; (profile = emu_profile_at(i)); i++) {
		boot(profile->name, 0x200);
		assert_int_equal(emu_machine_default(machine), 0);
		assert_shows("devices/wq0.0/state", "enabled\n");
		assert_shows("devices/wq0.1/state", "enabled\n");
		assert_shows("devices/dsa1/state", "disabled\n");
	}
}

/*
 * Writes.
 */

/* How a value may be written. */
static void test_syntax(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/size", "64\n", 0 },
		{ "devices/wq0.0/size", "+64", 0 },
		{ "devices/wq0.0/size", "064", 0 },
		{ "devices/wq0.0/size", "64\n\n", -EINVAL },
		{ "devices/wq0.0/size", " 64", -EINVAL },
		{ "devices/wq0.0/size", "64 ", -EINVAL },
		{ "devices/wq0.0/size", "0x40", -EINVAL },
		{ "devices/wq0.0/size", "-1", -EINVAL },
		{ "devices/wq0.0/size", "+-1", -EINVAL },
		{ "devices/wq0.0/size", "++1", -EINVAL },
		{ "devices/wq0.0/size", "1e", -EINVAL },
		{ "devices/wq0.0/size", "x", -EINVAL },
		{ "devices/wq0.0/size", "\n", -EINVAL },
		{ "devices/wq0.0/size", "99999999999999999999", -EINVAL },
		{ "devices/wq0.0/threshold", "0x20", 0 }, /* any base */
		{ "devices/wq0.0/threshold", "040", 0 },
		{ "devices/wq0.0/threshold", "08", -EINVAL },
		{ "devices/wq0.0/max_transfer_size", "0x1000", 0 },
		{ "devices/wq0.0/enqcmds_retries", "x", -EINVAL },
		{ "devices/wq0.0/enqcmds_retries", "4294967296", -ERANGE },
		{ "devices/wq0.0/enqcmds_retries", "99999999999999999999", -ERANGE },
		{ "devices/wq0.0/ats_disable", "y", 0 },
		{ "devices/wq0.0/ats_disable", "off", 0 },
		{ "devices/wq0.0/ats_disable", "On\n", 0 },
		{ "devices/wq0.0/ats_disable", "2", -EINVAL },
		{ "devices/wq0.0/ats_disable", "\n", -EINVAL },
		{ "devices/wq0.0/ats_disable", "o", -EINVAL },
		{ "devices/wq0.0/mode", "dedicated\n", 0 },
		{ "devices/wq0.0/mode", "shared ", -EINVAL },
		{ "devices/wq0.0/mode", "share", -EINVAL },
		{ "devices/wq0.0/name", "  two words \n", 0 },
	};

	(void)state;
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/size", "64\n");
	assert_shows("devices/wq0.0/ats_disable", "1\n");
	assert_shows("devices/wq0.0/name", "two words\n");
	/* As libaccel-config writes: with the byte behind the text. */
	assert_int_equal(
		emu_sysfs_store(machine, emu_sysfs_path(machine, "devices/wq0.0/size"), "32", 3),
		3);
	assert_shows("devices/wq0.0/size", "32\n");
	assert_int_equal(
		emu_sysfs_store(machine, emu_sysfs_path(machine, "devices/wq0.0/name"), "", 1),
		-EINVAL);
	assert_int_equal(
		emu_sysfs_store(machine, emu_sysfs_path(machine, "devices/wq0.0/size"), "8", 0), 0);
	assert_shows("devices/wq0.0/size", "32\n");
}

static void test_queue(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/size", "128", 0 },
		{ "devices/wq0.1/size", "1", -EINVAL },
		{ "devices/wq0.0/size", "64", 0 },
		{ "devices/wq0.1/size", "65", -EINVAL },
		{ "devices/wq0.1/size", "64", 0 },
		{ "devices/wq0.0/size", "129", -EINVAL },
		{ "devices/wq0.0/group_id", "3", 0 },
		{ "devices/wq0.0/group_id", "-1", 0 },
		{ "devices/wq0.0/group_id", "4", -EINVAL },
		{ "devices/wq0.0/group_id", "-2", -EINVAL },
		{ "devices/wq0.0/group_id", "x", -EINVAL },
		{ "devices/wq0.0/threshold", "64", 0 },
		{ "devices/wq0.0/threshold", "65", -EINVAL },
		{ "devices/wq0.0/threshold", "0", -EINVAL },
		{ "devices/wq0.0/mode", "both", -EINVAL },
		{ "devices/wq0.0/mode", "dedicated", 0 },
		{ "devices/wq0.0/threshold", "1", -EINVAL },
		{ "devices/wq0.0/enqcmds_retries", "1", -EOPNOTSUPP },
		{ "devices/wq0.0/mode", "shared", 0 },
		{ "devices/wq0.0/enqcmds_retries", "100", 0 },
		{ "devices/wq0.0/priority", "0", 0 },
		{ "devices/wq0.0/priority", "15", 0 },
		{ "devices/wq0.0/priority", "16", -EINVAL },
		{ "devices/wq0.0/type", "user", 0 },
		{ "devices/wq0.0/type", "mdev", -EINVAL },
		{ "devices/wq0.0/max_transfer_size", "0", -EINVAL },
		{ "devices/wq0.0/max_transfer_size", "2147483649", -EINVAL },
		{ "devices/wq0.0/max_transfer_size", "18446744073709551615", -EINVAL },
		{ "devices/wq0.0/max_transfer_size", "2147483648", 0 },
		{ "devices/wq0.0/max_transfer_size", "3000", 0 },
		{ "devices/wq0.0/max_batch_size", "1025", -EINVAL },
		{ "devices/wq0.0/max_batch_size", "1000", 0 },
		{ "devices/wq0.0/block_on_fault", "1", 0 },
		{ "devices/wq0.0/prs_disable", "1", 0 },
		{ "devices/wq0.0/block_on_fault", "1", -EOPNOTSUPP },
		{ "devices/wq0.0/block_on_fault", "0", 0 },
		{ "devices/wq0.0/state", "enabled", -EACCES },
		{ "devices/wq0.0/cdev_minor", "1", -EACCES },
		{ "devices/wq0.0/occupancy", "1", -EACCES },
		{ "devices/wq0.0/clients", "1", -EACCES },
		{ "devices/wq0.0/enable", "1", -ENOENT },
		{ "devices/wq0.0/uevent", "change\n", 0 },
		{ "devices/wq0.0/uevent", "changed", -EINVAL },
	};

	(void)state;
	boot("latest", 0x200);
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/max_transfer_size", "4096\n");
	assert_shows("devices/wq0.0/max_batch_size", "1024\n");
	assert_shows("devices/wq0.0/enqcmds_retries", "64\n");
	assert_shows("devices/wq0.0/threshold", "0\n"); /* dedicated has cleared it */
	assert_int_equal(store("devices/wq0.0/block_on_fault", "0"), 0);
	assert_int_equal(store("devices/wq0.0/prs_disable", "0"), 0);
	assert_int_equal(store("devices/wq0.0/block_on_fault", "1"), 0);
	assert_int_equal(store("devices/wq0.0/prs_disable", "1"), 0);
	assert_shows("devices/wq0.0/block_on_fault", "0\n");
	dsa->gen_cap &= ~1ull;
	assert_int_equal(store("devices/wq0.1/block_on_fault", "0"), -EOPNOTSUPP);
}

static void test_type_clears_name(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/type", "user", 0 },
		{ "devices/wq0.0/name", "a", 0 },
		{ "devices/wq0.0/type", "user\n", 0 },
	};

	(void)state;
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/name", "a\n");
	assert_int_equal(store("devices/wq0.0/type", "kernel"), 0);
	assert_shows("devices/wq0.0/name", "\n");
}

static void test_op_config(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/op_config", "1,003f03ff", 0 },
		{ "devices/wq0.0/op_config", "800", -EINVAL }, /* not of this device */
		{ "devices/wq0.0/op_config", "2,0", -EINVAL }, /* neither is this */
		{ "devices/wq0.0/op_config", "0x1", -EINVAL },
		{ "devices/wq0.0/op_config", "1g", -EINVAL },
		{ "devices/wq0.0/op_config", "1,2,3,4,5,6,7,8,9", -EOVERFLOW },
		{ "devices/wq0.0/op_config", "123456789", -EOVERFLOW },
		{ "devices/wq0.0/op_config", " 1, 00000009\n", 0 },
	};

	(void)state;
	boot("latest", 0x200);
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/op_config", ZEROS "00000001,00000009\n");
	assert_int_equal(store("devices/wq0.0/op_config", "\n"), 0);
	assert_shows("devices/wq0.0/op_config", ZEROS "00000000,00000000\n");
}

static void test_groups(void **state)
{
	static const struct step steps[] = {
		{ "devices/group0.0/traffic_class_a", "1", -EPERM },
		{ "devices/group0.0/traffic_class_b", "-1", -EPERM },
		{ "devices/group0.0/traffic_class_b", "x", -EINVAL },
		{ "devices/group0.0/use_read_buffer_limit", "1", -EPERM }, /* there is no limit */
		{ "devices/dsa0/read_buffer_limit", "97", -EINVAL },
		{ "devices/dsa0/token_limit", "50", 0 },
		{ "devices/group0.0/use_token_limit", "2", 0 },
		{ "devices/group0.0/read_buffers_reserved", "97", -EINVAL },
		{ "devices/group0.0/read_buffers_reserved", "90", 0 },
		{ "devices/group0.1/tokens_reserved", "7", -EINVAL },
		{ "devices/group0.1/read_buffers_allowed", "7", -EINVAL },
		{ "devices/group0.1/tokens_allowed", "6", 0 },
		{ "devices/engine0.0/group_id", "2", 0 },
		{ "devices/engine0.1/group_id", "2", 0 },
		{ "devices/engine0.1/group_id", "4", -EINVAL },
		{ "devices/engine0.1/group_id", "-2", -EINVAL },
		{ "devices/group0.0/read_buffers_reserved", "8", 0 },
		{ "devices/group0.2/read_buffers_allowed", "7", -EINVAL }, /* 4 for each engine */
		{ "devices/group0.2/read_buffers_allowed", "8", 0 },
		{ "devices/group0.1/desc_progress_limit", "4", -EINVAL },
		{ "devices/group0.1/desc_progress_limit", "3", 0 },
		{ "devices/group0.1/batch_progress_limit", "2", 0 },
		{ "devices/group0.0/engines", "engine0.0", -EACCES },
		{ "devices/dsa0/event_log_size", "63", -EINVAL },
		{ "devices/dsa0/event_log_size", "65536", -EINVAL },
		{ "devices/dsa0/event_log_size", "128", 0 },
		{ "devices/dsa0/version", "1", -EACCES },
		{ "devices/dsa0/state", "1", -EACCES },
	};
	static const struct shown shown[] = {
		{ "devices/dsa0/read_buffer_limit", "50\n" },
		{ "devices/group0.0/use_read_buffer_limit", "1\n" },
		{ "devices/group0.1/read_buffers_allowed", "6\n" },
		{ "devices/group0.0/tokens_reserved", "8\n" },
		{ "devices/group0.2/engines", "engine0.0 engine0.1\n" },
		{ "devices/group0.1/desc_progress_limit", "3\n" },
		{ "devices/group0.1/batch_progress_limit", "2\n" },
		{ "devices/dsa0/event_log_size", "128\n" },
	};

	(void)state;
	boot("latest", 0x200);
	take(steps, COUNT(steps));
	look(shown, COUNT(shown));
}

static void test_long_names(void **state)
{
	char name[200];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(store("devices/wq0.0/name", name), -EINVAL);
	name[129] = '\0';
	assert_int_equal(store("devices/wq0.0/name", name), -EINVAL);
	name[128] = '\0';
	assert_int_equal(store("devices/wq0.0/name", name), 0);
	assert_int_equal(strlen(show("devices/wq0.0/name")), 129);
}

/* What is enabled keeps its configuration; what is no value at all is said first. */
static void test_enabled(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/size", "1", -EPERM },
		{ "devices/wq0.0/size", "x", -EINVAL },
		{ "devices/wq0.2/size", "0", -EPERM }, /* of the device */
		{ "devices/wq0.0/mode", "shared", -EPERM },
		{ "devices/wq0.0/group_id", "9", -EPERM },
		{ "devices/wq0.0/priority", "99", -EPERM },
		{ "devices/wq0.0/type", "user", -EPERM },
		{ "devices/wq0.0/name", "1", -EPERM },
		{ "devices/wq0.0/driver_name", "1", -EPERM },
		{ "devices/wq0.0/max_transfer_size", "x", -EPERM },
		{ "devices/wq0.0/max_batch_size", "x", -EPERM },
		{ "devices/wq0.0/ats_disable", "1", -EPERM },
		{ "devices/wq0.0/prs_disable", "1", -EPERM },
		{ "devices/wq0.0/op_config", "x", -EPERM },
		{ "devices/wq0.0/block_on_fault", "0", -ENXIO },
		{ "devices/wq0.0/threshold", "8", -ENXIO },
		{ "devices/wq0.0/threshold", "65", -EINVAL },
		{ "devices/dsa0/read_buffer_limit", "1", -EPERM },
		{ "devices/dsa0/event_log_size", "100", -EPERM },
		{ "devices/group0.0/read_buffers_reserved", "1", -EPERM },
		{ "devices/group0.0/read_buffers_allowed", "90", -EPERM },
		{ "devices/group0.0/use_read_buffer_limit", "1", -EPERM },
		{ "devices/wq0.2/priority", "3", 0 }, /* is not enabled itself */
		{ "devices/wq0.0/enqcmds_retries", "7", 0 },
		{ "devices/group0.0/desc_progress_limit", "1", 0 },
	};
	struct emu_queue before;

	(void)state;
	boot("latest", 0x200);
	assert_int_equal(emu_machine_default(machine), 0);
	before = dsa->queue[0];
	take(steps, COUNT(steps));
	before.enqcmds_retries = 7;
	assert_memory_equal(&before, &dsa->queue[0], offsetof(struct emu_queue, state));
}

/*
 * Binding.
 */

/* A bind, its errno, and what is in cmd_status then; NO_WORD: the driver has said nothing. */
struct attempt {
	const char *driver, *dev;
	int error;
	uint32_t status;
};

#define NO_WORD 42u

static void attempt(const struct attempt *a)
{
	char path[64];
	int error;

	dsa->cmd_status = NO_WORD;
	snprintf(path, sizeof(path), "drivers/%s/bind", a->driver);
	error = store(path, a->dev);
	if (error != a->error || dsa->cmd_status != a->status)
		fail_msg("%s to %s: %d and %#x, not %d and %#x", a->dev, a->driver, error,
			 dsa->cmd_status, a->error, a->status);
}

/* One obstacle after the other, in the order in which they are found; then what removes it. */
static void test_bind(void **state)
{
	static const struct {
		struct attempt attempt;
		struct step next;
	} all[] = {
		{ { "idxd", "dsa0", -ENXIO, 0x800d0000 }, { "devices/wq0.0/group_id", "0", 0 } },
		{ { "idxd", "dsa0", -ENXIO, 0x800c0000 }, { "devices/wq0.0/type", "user", 0 } },
		{ { "idxd", "dsa0", -ENXIO, NO_WORD }, { "devices/engine0.0/group_id", "1", 0 } },
		{ { "idxd", "dsa0", -ENXIO, 0x15 }, { "devices/engine0.0/group_id", "0", 0 } },
		{ { "user", "wq0.0", -ENXIO, NO_WORD }, { "devices/wq0.0/size", "16", 0 } },
		{ { "idxd", "dsa0\n", 0, 0 }, { "devices/dsa0/cmd_status", "x", 0 } },
		{ { "idxd", "dsa0", -EBUSY, NO_WORD }, { "devices/wq0.1/driver_name", "user", 0 } },
		{ { "user", "wq0.1", -ENXIO, 0x80030000 }, { "devices/wq0.1/group_id", "0", 0 } },
		{ { "user", "wq0.0", -ENODEV, 0x80200000 },
		  { "devices/wq0.0/driver_name", "usher", 0 } },
		{ { "user", "wq0.0", -ENODEV, 0x80200000 },
		  { "devices/wq0.0/driver_name", "user", 0 } },
		{ { "user", "wq0.0", -ENXIO, 0x80040000 }, { "devices/wq0.0/name", "a", 0 } },
		{ { "user", "wq0.0", -ENXIO, 0x80060000 }, { "devices/wq0.0/threshold", "8", 0 } },
		{ { "user", "wq0.0", -EINVAL, 0x800c0000 },
		  { "devices/wq0.1/mode", "dedicated", 0 } },
		{ { "user", "wq0.0", -ENXIO, 0x23 }, { "devices/wq0.0/priority", "1", 0 } },
		{ { "dmaengine", "wq0.0", -ENODEV, 0x80200000 },
		  { "devices/engine0.0/group_id", "-1", 0 } },
		{ { "user", "wq0.0", -EINVAL, NO_WORD }, { "devices/engine0.0/group_id", "0", 0 } },
		{ { "user", "wq0.0", 0, 0 }, { "devices/dsa0/cmd_status", "x", 0 } },
		{ { "user", "wq0.0", -EBUSY, NO_WORD }, { "devices/wq0.1/name", "b", 0 } },
		{ { "user", "wq0.1", -ENXIO, 0x22 }, { "devices/wq0.1/priority", "1", 0 } },
		{ { "user", "dsa0", -ENODEV, NO_WORD }, { "devices/dsa0/cmd_status", "1", 0 } },
		{ { "idxd", "wq0.0", -ENODEV, NO_WORD }, { "devices/dsa0/cmd_status", "1", 0 } },
		{ { "idxd", "group0.0", -ENODEV, NO_WORD }, { "devices/dsa0/cmd_status", "1", 0 } },
		{ { "user", "wq0.9", -ENODEV, NO_WORD }, { "devices/dsa0/cmd_status", "1", 0 } },
		{ { "user", "wq0.0\n\n", -ENODEV, NO_WORD }, { "devices/dsa0/cmd_status", "", 0 } },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT(all); i++) {
		attempt(&all[i].attempt);
		take(&all[i].next, 1);
	}
	assert_shows("devices/dsa0/cmd_status", "0x2a\n"); /* "" is no write at all */
	assert_shows("devices/wq0.0/state", "enabled\n");
	assert_shows("devices/wq0.0/type", "user\n");
	assert_shows("devices/wq0.1/type", "none\n");
}

/* A queue with a type and no size gets one of 16. */
static void test_default_size(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/group_id", "0", 0 },     { "devices/wq0.0/type", "user", 0 },
		{ "devices/wq0.1/group_id", "0", 0 },     { "devices/wq0.2/type", "user", 0 },
		{ "devices/wq0.1/mode", "dedicated", 0 }, { "devices/engine0.0/group_id", "0", 0 },
		{ "drivers/idxd/bind", "dsa0", 0 },
	};

	(void)state;
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/size", "16\n");
	assert_shows("devices/wq0.1/size", "0\n");
	assert_shows("devices/wq0.2/size", "0\n");
	boot("latest", 0x100);
	assert_int_equal(store("devices/wq0.3/group_id", "0"), 0);
	assert_int_equal(store("devices/wq0.3/mode", "dedicated"), 0);
	assert_int_equal(store("devices/wq0.3/size", "128"), 0);
	take(steps, COUNT(steps) - 1);
	attempt(&(struct attempt){ "idxd", "dsa0", -ENXIO, 0x14 });
}

/* Before 6.7 nobody asks for the name of a driver. */
static void test_bind_old(void **state)
{
	static const struct step steps[] = {
		{ "devices/wq0.0/group_id", "0", 0 },     { "devices/wq0.0/size", "16", 0 },
		{ "devices/wq0.0/mode", "dedicated", 0 }, { "devices/wq0.0/name", "a", 0 },
		{ "devices/wq0.0/priority", "1", 0 },     { "devices/engine0.0/group_id", "0", 0 },
		{ "drivers/idxd/bind", "dsa0", 0 },       { "drivers/user/bind", "wq0.0", 0 },
	};

	(void)state;
	boot("6.1", 0x100);
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/type", "user\n");
}

static void test_minors(void **state)
{
	static const struct step steps[] = {
		{ "drivers/user/unbind", "wq0.0", 0 }, { "devices/wq0.0/name", "again", 0 },
		{ "devices/wq0.0/priority", "1", 0 },  { "devices/wq0.0/threshold", "1", 0 },
		{ "drivers/user/bind", "wq0.0", 0 },
	};

	(void)state;
	take(steps, COUNT(steps));
	assert_shows("devices/wq0.0/cdev_minor", "0\n");
	assert_shows("devices/wq0.1/cdev_minor", "1\n");
}

static void test_unbind_queue(void **state)
{
	static const struct shown left[] = {
		{ "devices/wq0.0/state", "disabled\n" },
		{ "devices/wq0.0/size", "64\n" },
		{ "devices/wq0.0/group_id", "0\n" },
		{ "devices/wq0.0/driver_name", "user\n" },
		{ "devices/wq0.0/name", "\n" },
		{ "devices/wq0.0/type", "none\n" },
		{ "devices/wq0.0/mode", "shared\n" },
		{ "devices/wq0.0/threshold", "0\n" },
		{ "devices/wq0.0/priority", "0\n" },
		{ "devices/wq0.0/block_on_fault", "0\n" },
		{ "devices/wq0.0/max_transfer_size", "2097152\n" },
		{ "devices/wq0.0/max_batch_size", "32\n" },
		{ "devices/wq0.0/enqcmds_retries", "32\n" },
		{ "devices/wq0.0/cdev_minor", "-6" },
		{ "devices/wq0.1/state", "enabled\n" },
		{ "devices/dsa0/cmd_status", "0x0\n" },
	};

	(void)state;
	dsa->cmd_status = NO_WORD;
	dsa->queue[0].max_transfer_size = dsa->queue[0].max_batch_size = 1;
	dsa->queue[0].enqcmds_retries = 1;
	assert_int_equal(store("drivers/dmaengine/unbind", "wq0.0"), -ENODEV);
	assert_int_equal(store("drivers/user/unbind", "wq0.2"), -ENODEV);
	assert_int_equal(store("drivers/user/unbind", "wq0.0"), 0);
	assert_int_equal(store("drivers/user/unbind", "wq0.0"), -ENODEV);
	look(left, COUNT(left));
}

static void test_unbind_device(void **state)
{
	static const struct shown left[] = {
		{ "devices/dsa0/state", "disabled\n" },
		{ "devices/wq0.1/state", "disabled\n" },
		{ "devices/wq0.1/size", "0\n" },
		{ "devices/wq0.1/group_id", "-1\n" },
		{ "devices/wq0.1/name", "\n" },
		{ "devices/wq0.1/driver_name", "user\n" },
		{ "devices/engine0.0/group_id", "-1\n" },
		{ "devices/group0.0/engines", "" },
		{ "devices/group0.0/read_buffers_reserved", "0\n" },
		{ "devices/group0.0/read_buffers_allowed", "96\n" },
		{ "devices/dsa0/read_buffer_limit", "9\n" },
		{ "devices/dsa0/cmd_status", "0x0\n" },
	};

	(void)state;
	dsa->cmd_status = NO_WORD;
	dsa->read_buffer_limit = 9;
	dsa->group[0].read_buffers_reserved = 5;
	assert_int_equal(store("drivers/idxd/unbind", "dsa1"), -ENODEV);
	assert_int_equal(store("drivers/idxd/unbind", "dsa0"), 0);
	look(left, COUNT(left));
	assert_int_equal(emu_machine_default(machine), 0);
	assert_shows("devices/wq0.1/state", "enabled\n");
}

static void test_kernel_queue(void **state)
{
	(void)state;
	assert_int_equal(store("drivers/user/unbind", "wq0.0"), 0);
	assert_int_equal(store("devices/wq0.0/mode", "dedicated"), 0);
	assert_int_equal(store("devices/wq0.0/type", "kernel"), 0);
	assert_int_equal(store("devices/wq0.0/name", "dmaengine"), 0);
	assert_int_equal(store("devices/wq0.0/driver_name", "dmaengine"), 0);
	attempt(&(struct attempt){ "dmaengine", "wq0.0", -ENXIO, 0x23 });
	for (unsigned int i = 0; i < 4; i++)
		dsa->engine[i].group_id = EMU_NONE;
	assert_int_equal(store("devices/wq0.0/name", "dmaengine"), 0);
	attempt(&(struct attempt){ "dmaengine", "wq0.0", -ENXIO, NO_WORD });
	dsa->engine[0].group_id = 0;
	assert_shows("devices/wq0.0/type", "none\n");
	assert_int_equal(store("devices/wq0.0/name", "dmaengine"), 0);
	assert_int_equal(store("devices/wq0.0/priority", "1"), 0);
	assert_int_equal(store("drivers/dmaengine/bind", "wq0.0"), 0);
	assert_shows("devices/wq0.0/type", "kernel\n");
	assert_shows("devices/wq0.0/cdev_minor", "-6");
	assert_shows("devices/wq0.0/uevent", "DEVTYPE=wq\nDRIVER=dmaengine\nMODALIAS=idxd:t0\n");
	assert_int_equal(store("drivers/user/unbind", "wq0.0"), -ENODEV);
	assert_int_equal(store("drivers/dmaengine/unbind", "wq0.0"), 0);
}

static void test_module(void **state)
{
	(void)state;
	dsa->queue[0].clients = 1;
	assert_int_equal(emu_module_unload(machine), -EBUSY);
	assert_shows("devices/wq0.0/clients", "1\n");
	assert_shows("devices/dsa0/clients", "1\n");
	dsa->queue[0].clients = 0;
	dsa->read_buffer_limit = 9;
	dsa->cmd_status = machine->live.device[0].error[0] = 1;
	assert_int_equal(emu_module_load(machine), 0);
	assert_shows("devices/wq0.0/state", "enabled\n");
	assert_int_equal(emu_module_unload(machine), 0);
	assert_int_equal(emu_sysfs_path(machine, "devices"), 0);
	assert_int_equal(emu_module_load(machine), 0);
	assert_shows("devices/wq0.0/size", "0\n");
	assert_shows("devices/wq0.0/driver_name", "\n");
	assert_shows("devices/dsa0/read_buffer_limit", "0\n");
	assert_shows("devices/dsa0/cmd_status", "0x0\n");
	assert_shows("devices/dsa0/errors", ZEROS "00000000,00000000\n");
}

/* file<N> of an open, with the faults that the kernel has mended for it. */
static void test_opens(void **state)
{
	(void)state;
	machine->file[3] = (struct emu_file){ .used = true, .number = 5, .lane = 7, .pid = 42 };
	atomic_store(&machine->live.lane[7].cr_faults, 3);
	assert_shows("devices/wq0.0/dsa!wq0.0/file5/cr_faults", "3\n");
	assert_shows("devices/wq0.0/dsa!wq0.0/file5/cr_fault_failures", "0\n");
	assert_shows("devices/wq0.0/dsa!wq0.0/file5/pid", "42\n");
	assert_shows("devices/wq0.1/dsa!wq0.1/file5/pid", "-2");
	machine->file[3].lane = EMU_NONE;
	assert_shows("devices/wq0.0/dsa!wq0.0/file5/cr_faults", "0\n");
	assert_shows("devices/dsa!wq0.1/dev", "236:1\n");
	assert_string_equal(leads_from("devices/dsa!wq0.0", "subsystem"),
			    "../../../../../../bus/dsa");
	assert_string_equal(leads_from("devices/file5", "subsystem"),
			    "../../../../../../../bus/dsa");
	machine->profile.event_log = false;
	assert_shows("devices/wq0.0/dsa!wq0.0/file5/pid", "-2");
	assert_shows(
		"devices/wq0.1/dsa!wq0.1/uevent",
		"MAJOR=236\nMINOR=1\nDEVNAME=dsa/wq0.1\nDEVTYPE=idxd_cdev\nMODALIAS=idxd:t0\n");
}

/*
 * Devices of both types on one bus.
 */

static void boot_both(const char *profile, uint32_t version)
{
	struct emu_hardware hardware = { .devices = 2,
					 .type = { [1] = EMU_TYPE_IAX },
					 .version = { [EMU_TYPE_IAX] = version } };

	memset(machine, 0, sizeof(*machine));
	machine->profile = *emu_profile_find(profile);
	assert_int_equal(emu_machine_init(machine, &hardware), 0);
}

/* What a Sapphire Rapids has. */
static void test_iax(void **state)
{
	static const struct shown shown[] = {
		{ "devices/iax1/version", "0x100\n" },
		{ "devices/iax1/max_groups", "4\n" },
		{ "devices/iax1/max_work_queues", "8\n" },
		{ "devices/iax1/max_work_queues_size", "128\n" },
		{ "devices/iax1/max_engines", "8\n" },
		{ "devices/iax1/max_transfer_size", "2147483648\n" },
		{ "devices/iax1/gen_cap", "0x71f10901f0105\n" },
		{ "devices/iax1/op_cap", "00000000,00000000,00000000,00000000,00000000,007f331c,"
					 "00000000,0000000d\n" },
		{ "devices/iax1/cdev_major", "235\n" },
		{ "devices/dsa0/cdev_major", "236\n" },
		{ "devices/iax1/uevent", "DEVTYPE=iax\nDRIVER=idxd\nMODALIAS=idxd:t0\n" },
		{ "devices/iax1/iaa_cap", "-2" },
		{ "devices/dsa0/iaa_cap", "-2" },
		{ "devices/iax1/max_batch_size", "-2" },
		{ "devices/iax1/max_read_buffers", "-2" },
		{ "devices/iax1/read_buffer_limit", "-2" },
		{ "devices/iax1/max_tokens", "-2" },
		{ "devices/iax1/token_limit", "-2" },
		{ "devices/iax1/event_log_size", "-2" },
		{ "devices/wq1.0/max_batch_size", "-2" },
		{ "devices/wq1.0/max_transfer_size", "2097152\n" },
		{ "devices/wq1.0/op_config", "-2" },
		{ "devices/wq1.0/cdev_minor", "0\n" },
		{ "devices/wq1.1/cdev_minor", "1\n" },
		{ "devices/wq0.1/cdev_minor", "1\n" },
		{ "devices/group1.0/read_buffers_allowed", "-2" },
		{ "devices/group1.0/read_buffers_reserved", "-2" },
		{ "devices/group1.0/use_read_buffer_limit", "-2" },
		{ "devices/group1.0/tokens_allowed", "-2" },
		{ "devices/group1.0/tokens_reserved", "-2" },
		{ "devices/group1.0/use_token_limit", "-2" },
		{ "devices/iax!wq1.1/dev", "235:1\n" },
		{ "devices/iax!wq1.1/uevent", "MAJOR=235\nMINOR=1\nDEVNAME=iax/wq1.1\n"
					      "DEVTYPE=idxd_cdev\nMODALIAS=idxd:t0\n" },
		{ "devices/dsa!wq0.1/dev", "236:1\n" },
		{ "devices/wq1.1/iax!wq1.1/dev", "235:1\n" },
		{ "devices/dsa1/state", "-2" },
		{ "devices/iax0/state", "-2" },
		{ "devices/dsa!wq1.1/dev", "-2" },
		{ "devices/iax!wq0.1/dev", "-2" },
	};

	(void)state;
	boot_both("latest", 0x100);
	assert_int_equal(emu_machine_default(machine), 0);
	look(shown, COUNT(shown));
	assert_in_range(walk(EMU_NODE_BUS), 55, 75);
}

static void test_iax_profiles(void **state)
{
	static const struct {
		const char *profile;
		uint32_t version;
		struct shown shown;
	} all[] = {
		{ "latest", 0x200, { "devices/iax1/version", "0x200\n" } },
		{ "latest", 0x200, { "devices/dsa0/version", "0x100\n" } },
		{ "latest", 0x200, { "devices/iax1/iaa_cap", "0x501\n" } },
		{ "latest", 0x200, { "devices/iax1/event_log_size", "64\n" } },
		{ "latest",
		  0x200,
		  { "devices/wq1.0/op_config", "00000000,00000000,00000000,00000000,00000000,"
					       "007f771f,00000000,0000000d\n" } },
		{ "6.7", 0x200, { "devices/iax1/iaa_cap", "0x501\n" } },
		{ "6.7", 0x100, { "devices/iax1/iaa_cap", "-2" } },
		{ "6.1", 0x200, { "devices/iax1/iaa_cap", "-2" } },
		{ "5.18", 0x100, { "devices/iax1/op_cap", "0xd 0x7f331c 0x0 0x0\n" } },
		{ "5.18", 0x100, { "devices/iax1/max_batch_size", "-2" } },
	};

	(void)state;
	for (unsigned int i = 0; i < COUNT(all); i++) {
		boot_both(all[i].profile, all[i].version);
		look(&all[i].shown, 1);
		assert_int_equal(emu_machine_default(machine), 0);
		assert_shows("devices/wq1.1/state", "enabled\n");
	}
}

/* The function is of another kind; and a device that goes leaves its number to the next one. */
static void test_iax_function(void **state)
{
	uint64_t pci;
	char buf[EMU_SYSFS_PAGE];

	(void)state;
	boot_both("latest", 0x100);
	machine->device[1].bus = 0x6f;
	pci = below(below(EMU_NODE_PCI, "pci0000:6f"), "0000:6f:01.0");
	assert_true(emu_sysfs_show(machine, below(pci, "device"), buf) > 0);
	assert_string_equal(buf, "0x0cfe\n");
	assert_true(emu_sysfs_show(machine, below(pci, "modalias"), buf) > 0);
	assert_string_equal(buf, "pci:v00008086d00000CFEsv00008086sd00000000bc08sc80i00\n");
	assert_true(emu_sysfs_show(machine, below(pci, "uevent"), buf) > 0);
	assert_non_null(strstr(buf, "PCI_ID=8086:0CFE\n"));
	assert_int_equal(emu_sysfs_show(machine, below(pci, "config"), buf), 4096);
	assert_memory_equal(buf, "\x86\x80\xfe\x0c", 4);
	assert_int_not_equal(below(pci, "iax1"), 0);
	assert_int_equal(emu_module_unload(machine), 0);
	assert_shows("devices/iax1/state", "-2");
	emu_driver_probe(machine, &machine->device[1]);
	machine->loaded = true;
	assert_shows("devices/iax0/state", "disabled\n");
	assert_shows("devices/iax1/state", "-2");
}

/* iaa_crypto takes what nobody has configured, and gives it back. */
static void test_crypto(void **state)
{
	static const struct shown taken[] = {
		{ "devices/iax1/state", "enabled\n" },
		{ "devices/iax1/clients", "0\n" },
		{ "devices/wq1.0/state", "enabled\n" },
		{ "devices/wq1.0/mode", "dedicated\n" },
		{ "devices/wq1.0/size", "128\n" },
		{ "devices/wq1.0/type", "kernel\n" },
		{ "devices/wq1.0/name", "iaa_crypto\n" },
		{ "devices/wq1.0/driver_name", "crypto\n" },
		{ "devices/wq1.0/priority", "10\n" },
		{ "devices/engine1.7/group_id", "0\n" },
		{ "devices/wq1.0/cdev_minor", "-6" },
		{ "devices/iax!wq1.0/dev", "-2" },
		{ "devices/dsa0/state", "disabled\n" },
		{ "drivers/crypto/verify_compress", "1\n" },
		{ "drivers/crypto/sync_mode", "sync\n" },
		{ "drivers/user/sync_mode", "-2" },
	};
	uint64_t queue, module = EMU_NODE_CRYPTO;

	(void)state;
	boot_both("latest", 0x100);
	assert_int_equal(emu_sysfs_mode(machine, module), 0);
	assert_int_equal(store("drivers/crypto/bind", "wq1.0"), -ENOENT);
	assert_int_equal(emu_module_unload(machine), 0);
	assert_int_equal(emu_crypto_load(machine), 0); /* and idxd */
	look(taken, COUNT(taken));
	machine->device[1].bus = 0x6f;
	queue = below(below(below(below(EMU_NODE_PCI, "pci0000:6f"), "0000:6f:01.0"), "iax1"),
		      "wq1.0");
	assert_string_equal(leads(queue, "driver"), "../../../../../bus/dsa/drivers/crypto");
	assert_int_equal(walk(module), 2);
	assert_int_equal(emu_module_unload(machine), -EBUSY);
	assert_int_equal(emu_machine_default(machine), 0); /* leaves it alone */
	assert_shows("devices/wq1.1/state", "disabled\n");
	assert_int_equal(store("drivers/crypto/bind", "wq0.2"), -ENODEV);
	assert_int_equal(store("drivers/dmaengine/unbind", "wq1.0"), -ENODEV);
	assert_int_equal(emu_crypto_unload(machine), 0);
	assert_shows("devices/wq1.0/state", "disabled\n");
	assert_shows("devices/iax1/state", "enabled\n");
	assert_shows("drivers/crypto/sync_mode", "-2");
	assert_int_equal(emu_sysfs_mode(machine, module), 0);
	assert_int_equal(emu_module_unload(machine), 0);
}

/* A device that is configured, or enabled, is its owner's; a kernel before 6.8 has no such module.
 */
static void test_crypto_refused(void **state)
{
	(void)state;
	boot_both("latest", 0x100);
	assert_int_equal(emu_machine_default(machine), 0);
	assert_int_equal(emu_crypto_load(machine), 0);
	assert_shows("devices/wq1.0/type", "user\n");
	boot_both("latest", 0x100);
	assert_int_equal(store("devices/wq1.3/group_id", "0"), 0);
	assert_int_equal(emu_crypto_load(machine), 0);
	assert_shows("devices/iax1/state", "disabled\n");
	boot_both("6.7", 0x100);
	assert_int_equal(emu_crypto_load(machine), -ENOENT);
	assert_shows("devices/iax1/state", "disabled\n");
}

static void test_hardware(void **state)
{
	struct emu_hardware small = {
		.devices = 1, .engines = 1, .queues = 1, .groups = 1, .queue_size = 1
	};
	struct emu_hardware large = { .devices = EMU_DEVICES + 1 };

	(void)state;
	memset(machine, 0, sizeof(*machine));
	machine->profile = *emu_profile_at(0);
	assert_int_equal(emu_machine_init(machine, &large), -EINVAL);
	assert_int_equal(emu_machine_init(machine, &small), 0);
	assert_int_equal(emu_machine_default(machine), 0);
	assert_shows("devices/wq0.0/state", "enabled\n");
	assert_shows("devices/wq0.0/threshold", "1\n");
	assert_shows("devices/wq0.1/state", "-2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_walk, setup_default),
		cmocka_unit_test_setup(test_nonsense, setup_default),
		cmocka_unit_test_setup(test_modes, setup_default),
		cmocka_unit_test_setup(test_links, setup_default),
		cmocka_unit_test_setup(test_function, setup_default),
		cmocka_unit_test_setup(test_config_space, setup_default),
		cmocka_unit_test_setup(test_pci_bind, setup_default),
		cmocka_unit_test_setup(test_pci_order, setup_default),
		cmocka_unit_test_setup(test_formats, setup_default),
		cmocka_unit_test_setup(test_profiles, setup),
		cmocka_unit_test_setup(test_default_everywhere, setup),
		cmocka_unit_test_setup(test_syntax, setup),
		cmocka_unit_test_setup(test_queue, setup),
		cmocka_unit_test_setup(test_type_clears_name, setup),
		cmocka_unit_test_setup(test_op_config, setup),
		cmocka_unit_test_setup(test_groups, setup),
		cmocka_unit_test_setup(test_long_names, setup),
		cmocka_unit_test_setup(test_enabled, setup_default),
		cmocka_unit_test_setup(test_bind, setup),
		cmocka_unit_test_setup(test_default_size, setup),
		cmocka_unit_test_setup(test_bind_old, setup),
		cmocka_unit_test_setup(test_minors, setup_default),
		cmocka_unit_test_setup(test_unbind_queue, setup_default),
		cmocka_unit_test_setup(test_unbind_device, setup_default),
		cmocka_unit_test_setup(test_kernel_queue, setup_default),
		cmocka_unit_test_setup(test_module, setup_default),
		cmocka_unit_test_setup(test_opens, setup_default),
		cmocka_unit_test_setup(test_iax, setup),
		cmocka_unit_test_setup(test_iax_profiles, setup),
		cmocka_unit_test_setup(test_iax_function, setup),
		cmocka_unit_test_setup(test_crypto, setup),
		cmocka_unit_test_setup(test_crypto_refused, setup),
		cmocka_unit_test_setup(test_hardware, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
