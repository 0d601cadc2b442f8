/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "sysfs.h"

#define ATTR_MAX 4096 /* one page: sysfs has no longer ones */

int svai_sysfs_devices(void)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/bus/dsa/devices", svai_sysfs_path());
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One attribute as text without the newline; false if it is missing, unreadable or binary. */
static bool read_attr(int devices, const char *object, const char *attr, char *text, size_t size)
{
	char path[128];
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", object, attr) >= (int)sizeof(path))
		return false;
	fd = openat(devices, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0 || memchr(text, 0, (size_t)n))
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return true;
}

/* Decimal, or hexadecimal with 0x; nothing behind it. */
bool svai_parse_number(const char *text, long long min, unsigned long long max,
		       unsigned long long *value)
{
	unsigned long long n;
	char *end;

	if (*text != '-' && (*text < '0' || *text > '9'))
		return false;
	errno = 0;
	if (*text == '-') {
		long long negative = strtoll(text, &end, 0);

		n = (unsigned long long)negative;
		if (negative < min)
			return false;
	} else {
		n = strtoull(text, &end, 0);
		if (n > max)
			return false;
	}
	if (errno || end == text || *end)
		return false;
	*value = n;
	return true;
}

/*
 * A mask of 256 bits, most significant word first: since Linux 6.0 eight words of 32 bits with
 * commas between them ("%*pb"), before that four words of 64 bits with spaces. Either
 * generation of libaccel-config reads only one of the two.
 */
bool svai_parse_bitmap(const char *text, struct sva_opmask *mask)
{
	unsigned int width = strchr(text, ',') ? 32 : 64;
	unsigned int words = 256 / width;
	struct sva_opmask result = { { 0 } };

	for (unsigned int i = words; i-- > 0;) {
		size_t digits;

		if (!strncmp(text, "0x", 2))
			text += 2;
		digits = strspn(text, "0123456789abcdefABCDEF");
		if (!digits || digits > width / 4)
			return false;
		result.bits[i * width / 64] |= (uint64_t)strtoull(text, NULL, 16) << i * width % 64;
		text += digits;
		if (i && *text++ != (width == 32 ? ',' : ' '))
			return false;
	}
	if (text[strspn(text, " ")])
		return false;
	*mask = result;
	return true;
}

/* One object: what could not be read is noted in *unknown. */
struct reader {
	int devices;
	const char *object;
	uint32_t *unknown;
};

static unsigned long long number_or(const struct reader *r, const char *attr, long long min,
				    unsigned long long max, uint32_t unknown_bit,
				    unsigned long long otherwise)
{
	unsigned long long value = otherwise;
	char text[ATTR_MAX];

	if (!read_attr(r->devices, r->object, attr, text, sizeof(text)) ||
	    !svai_parse_number(text, min, max, &value))
		*r->unknown |= unknown_bit;
	return value;
}

static uint64_t u64(const struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return number_or(r, attr, 0, UINT64_MAX, unknown_bit, 0);
}

static uint32_t u32(const struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return (uint32_t)number_or(r, attr, 0, UINT32_MAX, unknown_bit, 0);
}

static bool flag(const struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return number_or(r, attr, 0, 1, unknown_bit, 0) == 1;
}

static struct sva_opmask bitmap(const struct reader *r, const char *attr, uint32_t unknown_bit)
{
	struct sva_opmask mask = { { 0 } };
	char text[ATTR_MAX];

	if (!read_attr(r->devices, r->object, attr, text, sizeof(text)) ||
	    !svai_parse_bitmap(text, &mask))
		*r->unknown |= unknown_bit;
	return mask;
}

/* -1 stands for "none", in sysfs and for what is missing. */
static int int_or_none(const struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return (int)number_or(r, attr, -1, INT_MAX, unknown_bit, (unsigned long long)-1);
}

/* The place of the attribute's word in a list of words; 0, "unknown", if it is none of them. */
static unsigned int word(const struct reader *r, const char *attr, const char *const *words)
{
	char text[ATTR_MAX];

	if (!read_attr(r->devices, r->object, attr, text, sizeof(text)))
		return 0;
	for (unsigned int i = 1; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	return 0;
}

static void string(const struct reader *r, const char *attr, char *out, size_t size)
{
	char text[ATTR_MAX];

	*out = '\0';
	if (read_attr(r->devices, r->object, attr, text, sizeof(text)))
		snprintf(out, size, "%s", text);
}

static const char *const states[] = { "", "disabled", "enabled", "halted", NULL };
static const char *const modes[] = { "", "shared", "dedicated", NULL };
static const char *const types[] = { "", "kernel", "user", NULL };

void svai_sysfs_read_dev(int devices, struct sva_dev_info *info)
{
	struct reader r = { devices, info->name, &info->unknown };
	uint32_t ignore = 0;
	struct reader optional = { devices, info->name, &ignore };

	info->state = (enum sva_state)word(&r, "state", states);
	info->version = u32(&r, "version", SVA_ATTR_VERSION);
	info->numa_node = int_or_none(&r, "numa_node", SVA_ATTR_NUMA_NODE);
	info->pasid_enabled = flag(&r, "pasid_enabled", SVA_ATTR_PASID_ENABLED);
	info->clients = u32(&r, "clients", SVA_ATTR_CLIENTS);
	info->max_work_queues = u32(&optional, "max_work_queues", 0);
	info->max_work_queues_size = u32(&optional, "max_work_queues_size", 0);
	info->max_groups = u32(&optional, "max_groups", 0);
	info->max_engines = u32(&optional, "max_engines", 0);
	info->max_batch_size = u32(&r, "max_batch_size", SVA_ATTR_MAX_BATCH);
	info->cdev_major = u32(&r, "cdev_major", SVA_ATTR_CDEV);
	info->cmd_status = u32(&r, "cmd_status", SVA_ATTR_CMD_STATUS);
	info->event_log_size = u32(&optional, "event_log_size", 0);
	info->max_transfer_size = u64(&r, "max_transfer_size", SVA_ATTR_MAX_TRANSFER);
	info->gen_cap = u64(&r, "gen_cap", SVA_ATTR_GEN_CAP);
	info->op_cap = bitmap(&r, "op_cap", SVA_ATTR_OP_CAP);
	info->errors = bitmap(&r, "errors", SVA_ATTR_ERRORS);
}

void svai_sysfs_read_wq(int devices, struct sva_wq_info *info)
{
	struct reader r = { devices, info->name, &info->unknown };
	uint32_t ignore = 0;
	struct reader optional = { devices, info->name, &ignore };

	info->state = (enum sva_state)word(&r, "state", states);
	info->mode = (enum sva_mode)word(&r, "mode", modes);
	info->type = (enum sva_type)word(&r, "type", types);
	string(&r, "name", info->label, sizeof(info->label));
	string(&r, "driver_name", info->driver, sizeof(info->driver));
	info->group_id = int_or_none(&optional, "group_id", 0);
	info->size = u32(&r, "size", SVA_ATTR_SIZE);
	info->threshold = u32(&r, "threshold", SVA_ATTR_THRESHOLD);
	info->priority = u32(&optional, "priority", 0);
	info->occupancy = u32(&r, "occupancy", SVA_ATTR_OCCUPANCY);
	info->clients = u32(&r, "clients", SVA_ATTR_CLIENTS);
	info->max_batch_size = u32(&r, "max_batch_size", SVA_ATTR_MAX_BATCH);
	info->cdev_minor = u32(&r, "cdev_minor", SVA_ATTR_CDEV);
	info->block_on_fault = flag(&optional, "block_on_fault", 0);
	info->ats_disable = flag(&optional, "ats_disable", 0);
	info->prs_disable = flag(&optional, "prs_disable", 0);
	info->max_transfer_size = u64(&r, "max_transfer_size", SVA_ATTR_MAX_TRANSFER);
	info->op_config = bitmap(&r, "op_config", SVA_ATTR_OP_CONFIG);
}

enum sva_state svai_sysfs_state(const char *name)
{
	int devices = svai_sysfs_devices();
	uint32_t ignore = 0;
	struct reader r = { devices, name, &ignore };
	enum sva_state state;

	if (devices < 0)
		return SVA_STATE_UNKNOWN;
	state = (enum sva_state)word(&r, "state", states);
	close(devices);
	return state;
}
