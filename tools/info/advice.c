/* SPDX-License-Identifier: MIT */
/*
 * Sources: sva-hardware(7); the numbers of cmd_status as in include/uapi/linux/idxd.h (enum
 * idxd_scmd_stat); accel-config(1).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "files.h"
#include "queue_config.h"

#define PARAMETERS  "intel_iommu=on,sm_on"
#define QUEUE_SIZE  16u
#define OUR_DRIVERS "/sys/bus/pci/drivers"

static void command(struct advice *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* All of them, or none where there is no room. */
static void add_commands(struct advice *a, const char *text)
{
	size_t length = strlen(a->commands);

	if (length + strlen(text) < sizeof(a->commands))
		strcpy(a->commands + length, text);
}

static void command(struct advice *a, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text) - 1, format, args);
	va_end(args);
	strcat(text, "\n");
	add_commands(a, text);
}

/*
 * The machine.
 */

/* What grub's file says of intel_iommu is replaced: of several, the kernel obeys the last one. */
#define EDIT_GRUB                                                                   \
	"sed -i 's/intel_iommu=[^ \"]* *//g; s/^GRUB_CMDLINE_LINUX=\"/&" PARAMETERS \
	" /' /etc/default/grub"

static void boot_with_parameters(struct advice *a, const struct machine *m)
{
	snprintf(a->remedy, sizeof(a->remedy), "boot with the kernel parameter %s", PARAMETERS);
	if (!strcmp(m->family, "debian")) {
		command(a, EDIT_GRUB);
		command(a, "update-grub");
	} else if (!strcmp(m->family, "fedora")) {
		command(a, "grubby --update-kernel=ALL --args=" PARAMETERS);
	} else if (!strcmp(m->family, "suse")) {
		command(a, EDIT_GRUB);
		command(a, "grub2-mkconfig -o /boot/grub2/grub.cfg");
	} else {
		return;
	}
	command(a, "reboot");
}

/* What is said of a machine, if it is so. */
struct lack {
	bool (*is)(const struct machine *m);
	const char *what, *remedy;
	void (*fix)(struct advice *a, const struct machine *m); /* beyond the remedy, or NULL */
	bool no_device; /* it says why there is no device, not why one cannot be opened */
};

static bool has_no_function(const struct machine *m)
{
	return !m->functions && file_exists(m->root, "/sys/bus/pci/devices");
}

static bool has_no_movdir64b(const struct machine *m)
{
	return machine_lacks_instruction(m, SVA_CPU_MOVDIR64B);
}

static bool has_no_firmware(const struct machine *m)
{
	return m->firmware == NO;
}

static bool has_no_iommu(const struct machine *m)
{
	return m->iommu == NO;
}

static bool has_no_scalable_mode(const struct machine *m)
{
	return m->scalable == NO;
}

static bool has_no_pasid(const struct machine *m)
{
	return m->pasid == NO;
}

static bool has_no_page_requests(const struct machine *m)
{
	return m->page_requests == NO;
}

static bool has_scalable_mode_off(const struct machine *m)
{
	return m->scalable_on == NO;
}

static bool has_no_svm(const struct machine *m)
{
	return m->svm == NO;
}

static bool has_no_driver(const struct machine *m)
{
	return !m->driver;
}

static void load_driver(struct advice *a, const struct machine *m)
{
	(void)m;
	command(a, "modprobe idxd");
}

static const struct lack lacks[] = {
	{ has_no_function, "this machine has no DSA: there is no PCI function of it",
	  "use a Xeon of the 4th generation or newer; in a virtual machine, have the host pass a "
	  "device through",
	  NULL, true },
	{ has_no_movdir64b,
	  "this CPU has no MOVDIR64B, without which the idxd driver does not load",
	  "use a Xeon of the 4th generation or newer; in a virtual machine, have the host give it "
	  "the features of its CPU",
	  NULL, true },
	{ has_no_firmware, "VT-d is disabled in the firmware: there is no ACPI table DMAR",
	  "enable VT-d and ENQCMD in the firmware's set-up: sva-hardware(7)", NULL, false },
	{ has_no_iommu, "the kernel does not use the IOMMU", "", boot_with_parameters, false },
	{ has_no_scalable_mode, "the IOMMU has no scalable mode",
	  "use a Xeon of the 4th generation or newer; in a virtual machine, have the host give it "
	  "an IOMMU in scalable mode",
	  NULL, false },
	{ has_scalable_mode_off, "the kernel does not use the IOMMU's scalable mode", "",
	  boot_with_parameters, false },
	{ has_no_pasid, "the IOMMU has no PASIDs",
	  "in a virtual machine, have the host give it an IOMMU with PASIDs", NULL, false },
	{ has_no_page_requests, "the IOMMU has no page requests",
	  "in a virtual machine, have the host give it an IOMMU with page requests", NULL, false },
	{ machine_lacks_sva, "this kernel has SVA for user queues disabled (CVE-2025-71089)",
	  "install Linux 6.18.7, 6.19 or newer", NULL, false },
	{ has_no_svm, "this kernel is built without CONFIG_INTEL_IDXD_SVM",
	  "install a kernel that has it", NULL, false },
	{ has_no_driver, "the idxd driver is not loaded", "", load_driver, true },
};

/* A function that idxd should have, and has not. */
static bool advise_function(struct advice *a, const struct machine *m)
{
	for (unsigned int i = 0; i < m->functions; i++) {
		const struct function *f = &m->function[i];

		if (!strcmp(f->driver, "idxd"))
			continue;
		if (*f->driver) {
			snprintf(a->what, sizeof(a->what), "PCI function %s is bound to %s",
				 f->address, f->driver);
			command(a, "echo %s > " OUR_DRIVERS "/%s/unbind", f->address, f->driver);
			command(a, "echo > /sys/bus/pci/devices/%s/driver_override", f->address);
		} else {
			snprintf(a->what, sizeof(a->what), "PCI function %s has no driver",
				 f->address);
		}
		command(a, "echo %s > " OUR_DRIVERS "/idxd/bind", f->address);
		return true;
	}
	return false;
}

bool advice_machine(struct advice *a, const struct machine *m, const struct sva_topology *topo)
{
	bool has_device = sva_topology_next_dev(topo, NULL);

	*a = (struct advice){ 0 };
	for (unsigned int i = 0; i < sizeof(lacks) / sizeof(*lacks); i++) {
		if (!lacks[i].is(m) || (has_device && lacks[i].no_device))
			continue;
		snprintf(a->what, sizeof(a->what), "%s", lacks[i].what);
		snprintf(a->remedy, sizeof(a->remedy), "%s", lacks[i].remedy);
		if (lacks[i].fix)
			lacks[i].fix(a, m);
		return true;
	}
	return !has_device && advise_function(a, m);
}

/*
 * Queues.
 */

const char *advice_command_status(uint32_t status)
{
	static const struct {
		uint32_t status;
		const char *text;
	} texts[] = {
		{ 0x80000010, "the device is enabled already" },
		{ 0x80000020, "the device is not enabled" },
		{ 0x80000021, "a queue is enabled" },
		{ 0x80020000, "the driver could not set up DMA" },
		{ 0x80030000, "the queue is in no group" },
		{ 0x80040000, "the queue has no name" },
		{ 0x80050000, "a shared queue needs SVA, which the kernel has not enabled" },
		{ 0x80060000, "the shared queue has no threshold" },
		{ 0x80070000, "the queue's portal could not be mapped" },
		{ 0x80080000, "the driver could not allocate what the queue needs" },
		{ 0x80090000, "the driver could not allocate counters" },
		{ 0x800a0000, "the queue could not be registered for DMA" },
		{ 0x800b0000, "the queue's char device could not be made" },
		{ 0x800c0000,
		  "a queue is shared, and the CPU, the kernel or its type does not allow that" },
		{ 0x800d0000, "no queue of the device has a size, or no engine has a group" },
		{ 0x800e0000, "the queue has no size" },
		{ 0x800f0000, "the privilege of the queue could not be set" },
		{ 0x80100000, "the driver could not get an interrupt" },
		{ 0x80110000, "a user queue needs SVA, which the kernel has not enabled" },
		{ 0x80120000, "the event log could not be set up" },
		{ 0x80200000, "the queue has no driver name, or a wrong one" },
	};

	for (unsigned int i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return status & 0x80000000 ? "an error that this version does not know" : "";
}

static bool is_enabled(const struct sva_wq_info *wq)
{
	return wq->state == SVA_DEV_STATE_ENABLED;
}

/* Entries that no queue of the device has. */
static uint32_t free_entries(const struct sva_topology *topo, const struct sva_dev_info *dev)
{
	uint32_t used = 0;

	sva_topology_foreach_wq (topo, wq)
		if (!strcmp(wq->device, dev->name))
			used += wq->size;
	return dev->max_work_queues_size > used ? dev->max_work_queues_size - used : 0;
}

static bool group_has_engine(const struct machine *m, const struct sva_dev_info *dev, int group)
{
	char text[16], expected[16];

	snprintf(expected, sizeof(expected), "%d", group);
	for (unsigned int i = 0; i < dev->max_engines; i++)
		if (file_read(text, sizeof(text), m->root,
			      "/sys/bus/dsa/devices/engine%s.%u/group_id", dev->name + 3, i) &&
		    !strcmp(text, expected))
			return true;
	return false;
}

/* Page requests: does the device have them, and is the queue allowed to make them? */
static bool can_block(const struct sva_dev_info *dev, const struct sva_wq_info *wq)
{
	return dev->gen_cap & SVA_GENCAP_BOF && !wq->prs_disable;
}

/*
 * What a queue needs to be one for programs; of what it has, nothing changes.
 * @entries: its device is disabled: give it so many; 0: it has some
 */
static void configure(struct advice *a, const struct machine *m, const struct sva_dev_info *dev,
		      const struct sva_wq_info *wq, uint32_t entries)
{
	int group = wq->group_id < 0 ? 0 : wq->group_id;
	uint32_t size = entries ? entries : wq->size;
	char text[2048];
	struct queue_config q = {
		.group = entries ? group : -1,
		.dedicated = (wq->size && wq->mode == SVA_WQ_MODE_DEDICATED) ||
			     machine_lacks_instruction(m, SVA_CPU_ENQCMD),
		.size = entries,
		.threshold = wq->threshold ? wq->threshold
			     : size > 1    ? size - 1
					   : 1,
	};

	if (dev->state != SVA_DEV_STATE_ENABLED || !group_has_engine(m, dev, group))
		command(a, "accel-config config-engine %s/engine%s.0 --group-id=%d", dev->name,
			dev->name + 3, group);
	queue_config_usual(&q, dev->max_batch_size, dev->max_transfer_size, can_block(dev, wq));
	if (wq->priority)
		q.priority = wq->priority;
	if (is_enabled(wq) && wq->max_batch_size > q.max_batch)
		q.max_batch = wq->max_batch_size;
	if (is_enabled(wq) && wq->max_transfer_size > q.max_transfer)
		q.max_transfer = wq->max_transfer_size;
	snprintf(q.name, sizeof(q.name), "%s", *wq->label ? wq->label : "app");
	if (file_exists(m->root, "/sys/bus/dsa/devices/%s/driver_name", wq->name))
		strcpy(q.driver, "user");
	queue_config_commands(&q, dev->name, wq->name, text, sizeof(text));
	add_commands(a, text);
}

/* A queue without entries. They can be given only while the device is disabled. */
static void set_up(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		   const struct sva_dev_info *dev, const struct sva_wq_info *wq)
{
	uint32_t entries = free_entries(topo, dev);

	if (!entries) {
		snprintf(a->remedy, sizeof(a->remedy),
			 "the other queues of %s have all its entries: use one of them, or make "
			 "one smaller",
			 dev->name);
	} else if (dev->state == SVA_DEV_STATE_ENABLED) {
		snprintf(a->remedy, sizeof(a->remedy),
			 "use another queue of %s; this one can be given entries only while the "
			 "device is disabled, which erases the configuration of all its queues",
			 dev->name);
	} else {
		configure(a, m, dev, wq, entries < QUEUE_SIZE ? entries : QUEUE_SIZE);
		command(a, "accel-config enable-device %s", dev->name);
		command(a, "accel-config enable-wq %s/%s", dev->name, wq->name);
	}
}

/* A reset erases the configuration of the device: what was enabled gets it again. */
static void reset(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		  const struct sva_dev_info *dev)
{
	/* accel-config 3.5 takes a halted device for a disabled one. */
	command(a, "echo %s > /sys/bus/dsa/drivers/idxd/unbind", dev->name);
	sva_topology_foreach_wq (topo, wq)
		if (!strcmp(wq->device, dev->name) && wq->size)
			configure(a, m, dev, wq, wq->size);
	command(a, "accel-config enable-device %s", dev->name);
	sva_topology_foreach_wq (topo, wq)
		if (!strcmp(wq->device, dev->name) && wq->size)
			command(a, "accel-config enable-wq %s/%s", wq->device, wq->name);
}

static bool is_for_programs(const struct sva_wq_info *wq)
{
	return wq->type == SVA_WQ_TYPE_USER && (!*wq->driver || !strcmp(wq->driver, "user"));
}

/* Has a disabled queue all that it takes to enable it? A disable takes some of it away. */
static bool is_complete(const struct sva_wq_info *wq)
{
	return is_for_programs(wq) && *wq->label && wq->priority &&
	       (wq->mode == SVA_WQ_MODE_DEDICATED || wq->threshold);
}

/* A queue with entries, which is disabled, or enabled otherwise. */
static void enable_queue(struct advice *a, const struct machine *m, const struct sva_dev_info *dev,
			 const struct sva_wq_info *wq)
{
	if (is_enabled(wq))
		command(a, "accel-config disable-wq %s/%s", wq->device, wq->name);
	if (is_enabled(wq) || !is_complete(wq))
		configure(a, m, dev, wq, 0);
	if (dev->state == SVA_DEV_STATE_DISABLED)
		command(a, "accel-config enable-device %s", dev->name);
	command(a, "accel-config enable-wq %s/%s", wq->device, wq->name);
}

static void advise_state(struct advice *a, const struct machine *m, const struct sva_topology *topo,
			 const struct sva_dev_info *dev, const struct sva_wq_info *wq)
{
	size_t length = strlen(a->what);

	if (*advice_command_status(dev->cmd_status))
		snprintf(a->what + length, sizeof(a->what) - length,
			 "; the last command failed: %s (cmd_status %#x)",
			 advice_command_status(dev->cmd_status), dev->cmd_status);
	if (dev->state == SVA_DEV_STATE_HALTED) {
		reset(a, m, topo, dev);
	} else if (!wq->size || wq->group_id < 0) {
		set_up(a, m, topo, dev, wq);
	} else if (is_enabled(wq) && wq->clients) {
		snprintf(a->remedy, sizeof(a->remedy), "the queue is in use: take another one");
	} else {
		enable_queue(a, m, dev, wq);
	}
}

/* The library's remedy, with the names of this queue for the words that stand for them. */
static void put_names(char *text, size_t size, const char *remedy, const struct sva_wq_info *wq)
{
	size_t length = 0;

	*text = '\0';
	while (*remedy && length < size) {
		const char *name = !strncmp(remedy, "DEVICE", 6)  ? wq->device
				   : !strncmp(remedy, "QUEUE", 5) ? wq->name
								  : NULL;

		if (name)
			length += (size_t)snprintf(text + length, size - length, "%s", name);
		else
			length += (size_t)snprintf(text + length, size - length, "%c", *remedy);
		remedy += !name ? 1 : *remedy == 'D' ? 6 : 5;
	}
}

static void advise_node(struct advice *a, const struct machine *m, const struct sva_wq_info *wq,
			int err)
{
	if (err == -ENOENT && m->container)
		snprintf(a->remedy, sizeof(a->remedy), "start the container with --device %s",
			 wq->devnode);
	else if (err == -EACCES && m->uid)
		command(a, "sudo chmod a+rw %s", wq->devnode);
	else if (err == -EACCES || err == -EPERM)
		snprintf(a->remedy, sizeof(a->remedy),
			 "the container does not allow the device: start it with --device %s",
			 wq->devnode);
}

/* Where there is no SVA, the machine says why. */
static bool is_about_sva(int err)
{
	return err == -EOPNOTSUPP || err == -ENOSPC || err == -EINVAL || err == -ENODEV;
}

void advice_queue(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		  const struct sva_wq_info *wq, const struct sva_rejection *r)
{
	const struct sva_dev_info *dev = sva_topology_find_dev(topo, wq->device);
	bool ready =
		dev && dev->state == SVA_DEV_STATE_ENABLED && is_enabled(wq) && is_for_programs(wq);
	struct advice machine;

	*a = (struct advice){ 0 };
	snprintf(a->what, sizeof(a->what), "%s", r->reason);
	if (dev && !ready)
		advise_state(a, m, topo, dev, wq);
	if (ready && is_about_sva(r->err) && advice_machine(&machine, m, topo)) {
		snprintf(a->remedy, sizeof(a->remedy), "%s%s%s", machine.what,
			 *machine.remedy ? ": " : "", machine.remedy);
		memcpy(a->commands, machine.commands, sizeof(a->commands));
	}
	advise_node(a, m, wq, r->err);
	if (!*a->remedy && !*a->commands)
		put_names(a->remedy, sizeof(a->remedy), r->remedy, wq);
}

bool advice_device(struct advice *a, const struct sva_topology *topo,
		   const struct sva_dev_info *dev)
{
	*a = (struct advice){ 0 };
	sva_topology_foreach_wq (topo, wq) {
		if (strcmp(wq->device, dev->name) != 0 || strcmp(wq->driver, "crypto") != 0 ||
		    !is_enabled(wq))
			continue;
		snprintf(a->what, sizeof(a->what),
			 "iaa_crypto has taken this device, as it does with every IAA device");
		command(a, "modprobe -r iaa_crypto");
		return true;
	}
	return false;
}

void advice_slow(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		 const struct sva_wq_info *wq)
{
	const struct sva_dev_info *dev = sva_topology_find_dev(topo, wq->device);
	struct queue_config usual = { 0 };
	bool blocks, small;

	*a = (struct advice){ 0 };
	if (!dev)
		return;
	queue_config_usual(&usual, dev->max_batch_size, dev->max_transfer_size, can_block(dev, wq));
	blocks = wq->block_on_fault || !usual.can_block;
	small = !(wq->unknown & SVA_ATTR_MAX_TRANSFER) &&
		wq->max_transfer_size < usual.max_transfer;
	if (!blocks)
		snprintf(a->what, sizeof(a->what),
			 "block on fault is off: an operation ends early at a page that is not "
			 "present");
	if (small)
		snprintf(a->what + strlen(a->what), sizeof(a->what) - strlen(a->what),
			 "%soperations take no more than %" PRIu64 " bytes", blocks ? "" : "; ",
			 wq->max_transfer_size);
	if (!*a->what)
		return;
	if (wq->clients)
		snprintf(a->remedy, sizeof(a->remedy), "when no program has it open:");
	enable_queue(a, m, dev, wq);
}
