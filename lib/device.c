/* SPDX-License-Identifier: MIT */
/*
 * Opening the char device. Only open(2) proves that Shared Virtual Addressing works: the attribute
 * pasid_enabled reads 1 also on kernels that then refuse to bind.
 *
 * Source of the error numbers: drivers/dma/idxd/cdev.c, Linux 5.18 to 6.19, seen in 6.1 to 7.3.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <sva/status.h>

#include "device.h"
#include "operation.h"
#include "path.h"
#include "record.h"

#define CMD_STATUS_NO_SVA 0x80110000u /* IDXD_SCMD_WQ_USER_NO_IOMMU */

/* What an errno of a step means here, and how to fix it. */
struct cause {
	int err;
	const char *text;
	const char *remedy;
};

static const struct cause open_causes[] = {
	{ EBUSY, "a dedicated queue that another process has open",
	  "use a shared queue, or end the process that has it" },
	{ EACCES, "no permission on the device node",
	  "give the user read and write access to it, by a udev rule or chmod" },
	{ EPERM, "no permission on the device node",
	  "give the user read and write access to it; in a container, allow the device" },
	{ ENOENT, "there is no such device node",
	  "in a container, pass the device in; otherwise check that udev runs" },
	{ ENXIO, "no driver is bound to the device node",
	  "enable the queue: accel-config enable-wq DEVICE/QUEUE" },
	{ ENODEV, "the kernel has no IOMMU for the device",
	  "enable VT-d in the firmware and boot with intel_iommu=on,sm_on" },
	{ EOPNOTSUPP, "the kernel has no Shared Virtual Addressing for user queues",
	  "enable VT-d in the firmware and boot with intel_iommu=on,sm_on; kernels 6.12.64 and "
	  "later 6.12, and 6.1.0-44 and later of Debian, have SVA disabled (CVE-2025-71089): "
	  "use 6.18.7, 6.19 or newer" },
	{ ENOSPC, "the kernel could not allocate a PASID",
	  "boot with intel_iommu=on,sm_on: the IOMMU must have PASIDs and run in scalable mode" },
	{ EINVAL, "the kernel found no valid PASID",
	  "boot with intel_iommu=on,sm_on: the IOMMU must have PASIDs and run in scalable mode" },
	{ EMFILE, "the process has no file descriptor left", "raise RLIMIT_NOFILE (ulimit -n)" },
	{ ENFILE, "the system has no file descriptor left", "raise fs.file-max" },
};

static const struct cause map_causes[] = {
	{ EPERM, "since Linux 6.10 the portal needs CAP_SYS_RAWIO (CVE-2024-21823)",
	  "run with CAP_SYS_RAWIO in the initial user namespace, or use write(2)" },
};

static const struct cause write_causes[] = {
	{ EINVAL, "the kernel does not take descriptors by write(2)",
	  "write(2) came with Linux 6.10; on older kernels use the portal" },
	{ EAGAIN, "the queue was full all the time", "try again, or use another queue" },
	{ ETIMEDOUT, "the device did not complete a NOOP in time",
	  "look for errors of the device: /sys/bus/dsa/devices/DEVICE/errors, dmesg" },
};

#define CAUSES(array) (array), sizeof(array) / sizeof((array)[0])

static int reject(struct sva_rejection *r, const char *step, int err, const struct cause *causes,
		  size_t count)
{
	const char *text = NULL;

	r->err = -err;
	r->remedy = "look at dmesg: this error is not one that the idxd driver is known for";
	for (size_t i = 0; i < count; i++) {
		if (causes[i].err == err) {
			text = causes[i].text;
			r->remedy = causes[i].remedy;
		}
	}
	snprintf(r->reason, sizeof(r->reason), "%s: %s%s%s", step, strerrordesc_np(err),
		 text ? ": " : "", text ? text : "");
	return r->err;
}

/* The kernel notes in cmd_status that it was SVA that was missing. */
static void add_cmd_status(const struct sva_dev_info *dev, struct sva_rejection *r)
{
	size_t len = strlen(r->reason);

	if (dev->cmd_status == CMD_STATUS_NO_SVA)
		snprintf(r->reason + len, sizeof(r->reason) - len,
			 " (cmd_status %#x: no IOMMU with SVA)", dev->cmd_status);
}

/* Is it the char device that sysfs speaks of? */
static int verify(const struct svai_handle *h, const struct sva_dev_info *dev,
		  struct sva_rejection *r)
{
	struct stat st;

	if (fstat(h->fd, &st))
		return reject(r, "fstat", errno, NULL, 0);
	if (!S_ISCHR(st.st_mode)) {
		r->remedy = "if this is sva-emu, keep its library in LD_PRELOAD; in a container, "
			    "pass the "
			    "device in; otherwise see what has made the file";
		snprintf(r->reason, sizeof(r->reason), "%s is not a character device",
			 h->info.devnode);
		return r->err = -ENODEV;
	}
	r->remedy =
		"check that udev runs; in a container, pass the device in again: numbers change "
		"when a queue is enabled";
	if (!((h->info.unknown | dev->unknown) & SVA_ATTR_CDEV) &&
	    (minor(st.st_rdev) != h->info.cdev_minor || major(st.st_rdev) != dev->cdev_major)) {
		snprintf(r->reason, sizeof(r->reason), "%s is device %u:%u, but the queue is %u:%u",
			 h->info.devnode, major(st.st_rdev), minor(st.st_rdev), dev->cdev_major,
			 h->info.cdev_minor);
		return r->err = -ENODEV;
	}
	return 0;
}

/* The portal, or NULL and the reason. */
static void *map_portal(const struct svai_handle *h, uint32_t flags, struct sva_rejection *r)
{
	bool dedicated = h->info.mode == SVA_WQ_MODE_DEDICATED;
	unsigned int need = dedicated ? SVA_CPU_MOVDIR64B : SVA_CPU_ENQCMD;
	void *portal;

	r->err = -EOPNOTSUPP;
	r->remedy = "leave SVA_OPEN_NO_PORTAL out, or allow write(2)";
	if (flags & SVA_OPEN_NO_PORTAL) {
		snprintf(r->reason, sizeof(r->reason), "the caller does not want the portal");
		return NULL;
	}
	if (!(sva_cpu_features() & need)) {
		snprintf(r->reason, sizeof(r->reason), "the CPU has no %s",
			 dedicated ? "MOVDIR64B" : "ENQCMD");
		r->remedy =
			"on a server with DSA, enable ENQCMD in the firmware; or allow write(2)";
		return NULL;
	}
	portal = mmap(NULL, SVAI_PAGE, PROT_WRITE, MAP_SHARED | MAP_POPULATE, h->fd, 0);
	if (portal != MAP_FAILED)
		return portal;
	reject(r, "mmap", errno, CAUSES(map_causes));
	return NULL;
}

/* One NOOP, once: a kernel before 6.10 takes no write(2), and a broken device never answers. */
static int prove_write(struct svai_handle *h, struct sva_rejection *r)
{
	int64_t since = svai_now_ns(), deadline = since + (int64_t)h->timeout_ms * 1000000;
	unsigned int tries = 0;
	int n, status;

	svai_prep_noop(h);
	h->probe.op.credit = NULL;
	while ((n = svai_write(h, &h->probe.op.desc, 1)) == -EAGAIN && svai_now_ns() < deadline)
		svai_back_off(tries++);
	if (n < 0)
		return reject(r, "write", -n, CAUSES(write_causes));
	status = svai_wait_record(svai_record(&h->probe.op), since, deadline, SVA_WAIT_AUTO);
	if (status < 0)
		return reject(r, "write", -status, CAUSES(write_causes));
	if (status == SVA_STATUS_SUCCESS)
		return 0;
	snprintf(r->reason, sizeof(r->reason), "write: a NOOP ended with status %#x", status);
	r->remedy = sva_status_remedy((unsigned int)status);
	return r->err = -EIO;
}

/* The portal if it is to be had, else write(2), or the reason why neither. */
static int find_path(struct svai_handle *h, uint32_t flags, struct svai_device *device,
		     struct sva_rejection *r)
{
	device->portal = map_portal(h, flags, r);
	if (device->portal) {
		device->path = SVA_PATH_PORTAL;
		return 0;
	}
	if (flags & SVA_OPEN_NO_WRITE)
		return r->err;
	snprintf(device->no_portal, sizeof(device->no_portal), "%s", r->reason);
	device->path = SVA_PATH_WRITE;
	return prove_write(h, r);
}

int svai_device_open(struct svai_handle *h, uint32_t flags, const struct sva_dev_info *dev,
		     struct svai_device *device, struct sva_rejection *rejection)
{
	int err;

	device->portal = NULL;
	device->no_portal[0] = '\0';
	err = svai_handle_open_file(h);
	if (err) {
		reject(rejection, "open", -err, CAUSES(open_causes));
		if (err == -EOPNOTSUPP)
			add_cmd_status(dev, rejection);
		return err;
	}
	err = verify(h, dev, rejection);
	if (!err)
		err = find_path(h, flags, device, rejection);
	if (err)
		svai_handle_close_file(h);
	return err;
}

void svai_device_close(struct svai_handle *h)
{
	void *portal = svai_handle_withdraw(h);

	if (portal)
		munmap(portal, SVAI_PAGE);
	svai_handle_close_file(h);
}
