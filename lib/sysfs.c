/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "env.h"
#include "sysfs.h"

#define ATTR_MAX   4096 /* one page; what sysfs shows is shorter */
#define HEX_DIGITS "0123456789abcdefABCDEF"

int svai_sysfs_devices(void)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/bus/dsa/devices", svai_sysfs_path()) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * One attribute as text, without its newline. Returns 0 or -errno; -EBADMSG for what no attribute
 * is: empty, binary, longer than a page.
 */
static int read_attr(int devices, const char *object, const char *attr, char text[ATTR_MAX])
{
	char path[128];
	ssize_t n;
	int fd;

	*text = '\0';
	/* A name that comes from outside must not lead out of the directory. */
	if (!*object || *object == '.' || strchr(object, '/'))
		return -EINVAL;
	if (snprintf(path, sizeof(path), "%s/%s", object, attr) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = openat(devices, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = read(fd, text, ATTR_MAX);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	if (n == 0 || n == ATTR_MAX || memchr(text, 0, (size_t)n))
		return -EBADMSG;
	text[text[n - 1] == '\n' ? n - 1 : n] = '\0';
	return 0;
}

/* Decimal, or hexadecimal with 0x. strtoull() alone would take spaces, signs and octal, too. */
bool svai_parse_number(const char *text, uint64_t max, uint64_t *value)
{
	bool hex = !strncmp(text, "0x", 2);
	const char *digits = hex ? text + 2 : text;
	uint64_t n;

	/* errno is never zero after a failure. NOLINTNEXTLINE(clang-analyzer-core.*) */
	if (!*digits || digits[strspn(digits, hex ? HEX_DIGITS : "0123456789")])
		return false;
	errno = 0;
	n = strtoull(digits, NULL, hex ? 16 : 10);
	if (errno || n > max)
		return false;
	*value = n;
	return true;
}

/* One word of a mask; moves *text behind it. */
static bool take_word(const char **text, size_t max_digits, uint64_t *word)
{
	size_t digits = strspn(*text, HEX_DIGITS);

	if (!digits || digits > max_digits)
		return false;
	*word = strtoull(*text, NULL, 16);
	*text += digits;
	return true;
}

/* "%*pb": eight words of 32 bits, the most significant one first. */
static bool parse_commas(const char *text, struct sva_opmask *mask)
{
	for (unsigned int i = 8; i-- > 0; text++) {
		uint64_t word;

		if (!take_word(&text, 8, &word) || *text != (i ? ',' : '\0'))
			return false;
		mask->bits[i / 2] |= word << i % 2 * 32;
	}
	return true;
}

/* "%#llx" for each word of 64 bits, the least significant one first: all four, or only that one. */
static bool parse_spaces(const char *text, struct sva_opmask *mask)
{
	for (unsigned int i = 0; i < 4; i++, text++) {
		if (strncmp(text, "0x", 2))
			return false;
		text += 2;
		if (!take_word(&text, 16, &mask->bits[i]))
			return false;
		if (!*text)
			return i == 0 || i == 3;
		if (*text != ' ')
			return false;
	}
	return false;
}

/*
 * A mask of 256 bits: with commas since Linux 6.0, with spaces before; op_cap was a single word at
 * first (5.6). Source: op_cap_show() and errors_show() in drivers/dma/idxd/sysfs.c.
 */
bool svai_parse_bitmap(const char *text, struct sva_opmask *mask)
{
	struct sva_opmask result = { { 0 } };

	if (!(strchr(text, ',') ? parse_commas : parse_spaces)(text, &result))
		return false;
	*mask = result;
	return true;
}

bool svai_is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

/* The object that is being read. */
struct reader {
	int devices;
	const char *object;
	uint32_t *unknown; /* bits of the attributes that could not be read */
	int err;           /* a shortage */
};

static bool read_text(struct reader *r, const char *attr, char text[ATTR_MAX])
{
	int err = read_attr(r->devices, r->object, attr, text);

	if (svai_is_shortage(err))
		r->err = err;
	return !err;
}

/* Attributes that nobody needs to know the absence of have no bit: @unknown_bit is 0. */
static uint64_t number(struct reader *r, const char *attr, uint64_t max, uint32_t unknown_bit)
{
	char text[ATTR_MAX];
	uint64_t value = 0;

	if (!read_text(r, attr, text) || !svai_parse_number(text, max, &value))
		*r->unknown |= unknown_bit;
	return value;
}

static uint32_t u32(struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return (uint32_t)number(r, attr, UINT32_MAX, unknown_bit);
}

static bool flag(struct reader *r, const char *attr, uint32_t unknown_bit)
{
	return number(r, attr, 1, unknown_bit) == 1;
}

/* The kernel writes -1 for none. It is also the value of what is unknown. */
static int int_or_none(struct reader *r, const char *attr, uint32_t unknown_bit)
{
	char text[ATTR_MAX];
	uint64_t value;

	if (read_text(r, attr, text)) {
		if (!strcmp(text, "-1"))
			return -1;
		if (svai_parse_number(text, INT_MAX, &value))
			return (int)value;
	}
	*r->unknown |= unknown_bit;
	return -1;
}

static struct sva_opmask bitmap(struct reader *r, const char *attr, uint32_t unknown_bit)
{
	struct sva_opmask mask = { { 0 } };
	char text[ATTR_MAX];

	if (!read_text(r, attr, text) || !svai_parse_bitmap(text, &mask))
		*r->unknown |= unknown_bit;
	return mask;
}

/* The place of the attribute's word in a list of words; 0, "unknown", if it is none of them. */
static unsigned int word(struct reader *r, const char *attr, const char *const *words)
{
	char text[ATTR_MAX];

	if (!read_text(r, attr, text))
		return 0;
	for (unsigned int i = 1; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	return 0;
}

/* Cut to @size; "" if there is none. */
static void string(struct reader *r, const char *attr, char *out, size_t size)
{
	char text[ATTR_MAX];
	size_t len = 0;

	if (read_text(r, attr, text)) {
		len = strnlen(text, size - 1);
		memcpy(out, text, len);
	}
	out[len] = '\0';
}

static const char *const states[] = { "", "disabled", "enabled", "halted", NULL };
static const char *const modes[] = { "", "shared", "dedicated", NULL };
static const char *const types[] = { "", "kernel", "user", NULL };

static void read_dev_for_open(struct reader *r, struct sva_dev_info *info)
{
	info->version = u32(r, "version", SVA_ATTR_VERSION);
	info->cdev_major = u32(r, "cdev_major", SVA_ATTR_CDEV);
	info->cmd_status = u32(r, "cmd_status", SVA_ATTR_CMD_STATUS);
	info->gen_cap = number(r, "gen_cap", UINT64_MAX, SVA_ATTR_GEN_CAP);
	if (info->kind == SVA_DEV_KIND_IAX) /* from version 2.0 on */
		info->iaa_cap = number(r, "iaa_cap", UINT64_MAX, 0);
	info->op_cap = bitmap(r, "op_cap", SVA_ATTR_OP_CAP);
}

static void read_dev_for_people(struct reader *r, struct sva_dev_info *info)
{
	info->pasid_enabled = flag(r, "pasid_enabled", SVA_ATTR_PASID_ENABLED);
	info->clients = u32(r, "clients", SVA_ATTR_CLIENTS);
	info->max_work_queues = u32(r, "max_work_queues", 0);
	info->max_work_queues_size = u32(r, "max_work_queues_size", 0);
	info->max_groups = u32(r, "max_groups", 0);
	info->max_engines = u32(r, "max_engines", 0);
	info->max_batch_size = u32(r, "max_batch_size", SVA_ATTR_MAX_BATCH);
	info->event_log_size = u32(r, "event_log_size", 0);
	info->max_transfer_size = number(r, "max_transfer_size", UINT64_MAX, SVA_ATTR_MAX_TRANSFER);
	info->errors = bitmap(r, "errors", SVA_ATTR_ERRORS);
}

int svai_sysfs_read_dev(int devices, struct sva_dev_info *info, enum svai_depth depth)
{
	struct reader r = { devices, info->name, &info->unknown, 0 };
	bool usable;

	info->state = (enum sva_dev_state)word(&r, "state", states);
	info->numa_node = int_or_none(&r, "numa_node", SVA_ATTR_NUMA_NODE);
	usable = info->state != SVA_DEV_STATE_DISABLED && info->state != SVA_DEV_STATE_HALTED;
	if (depth == SVAI_READ_ALL || (depth == SVAI_READ_OPEN && usable))
		read_dev_for_open(&r, info);
	if (depth == SVAI_READ_ALL)
		read_dev_for_people(&r, info);
	return r.err;
}

static void read_wq_for_order(struct reader *r, struct sva_wq_info *info)
{
	info->mode = (enum sva_wq_mode)word(r, "mode", modes);
	string(r, "driver_name", info->driver, sizeof(info->driver));
	info->clients = u32(r, "clients", SVA_ATTR_CLIENTS);
}

static void read_wq_for_open(struct reader *r, struct sva_wq_info *info)
{
	string(r, "name", info->label, sizeof(info->label));
	info->group_id = int_or_none(r, "group_id", 0);
	info->size = u32(r, "size", SVA_ATTR_SIZE);
	info->threshold = u32(r, "threshold", SVA_ATTR_THRESHOLD);
	info->priority = u32(r, "priority", 0);
	info->occupancy = u32(r, "occupancy", SVA_ATTR_OCCUPANCY);
	info->max_batch_size = u32(r, "max_batch_size", SVA_ATTR_MAX_BATCH);
	info->cdev_minor = u32(r, "cdev_minor", SVA_ATTR_CDEV);
	info->block_on_fault = flag(r, "block_on_fault", 0);
	info->ats_disable = flag(r, "ats_disable", 0);
	info->prs_disable = flag(r, "prs_disable", 0);
	info->max_transfer_size = number(r, "max_transfer_size", UINT64_MAX, SVA_ATTR_MAX_TRANSFER);
	info->op_config = bitmap(r, "op_config", SVA_ATTR_OP_CONFIG);
}

int svai_sysfs_read_wq(int devices, struct sva_wq_info *info, enum svai_depth depth)
{
	struct reader r = { devices, info->name, &info->unknown, 0 };

	info->state = (enum sva_dev_state)word(&r, "state", states);
	info->type = (enum sva_wq_type)word(&r, "type", types);
	if (depth != SVAI_READ_ALL &&
	    (info->state == SVA_DEV_STATE_DISABLED || info->type != SVA_WQ_TYPE_USER))
		return r.err;
	read_wq_for_order(&r, info);
	if (depth != SVAI_READ_ORDER)
		read_wq_for_open(&r, info);
	return r.err;
}

int svai_sysfs_read_rest(struct sva_dev_info *dev, struct sva_wq_info *wq)
{
	int devices = svai_sysfs_devices();
	struct reader of_dev = { devices, dev->name, &dev->unknown, 0 };
	struct reader of_wq = { devices, wq->name, &wq->unknown, 0 };

	read_dev_for_open(&of_dev, dev);
	read_wq_for_open(&of_wq, wq);
	if (devices < 0)
		return svai_is_shortage(devices) ? devices : 0;
	close(devices);
	return of_dev.err ? of_dev.err : of_wq.err;
}

int svai_sysfs_open_state(const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/bus/dsa/devices/%s/state", svai_sysfs_path(), name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

bool svai_sysfs_is_disabled(int state_fd)
{
	char text[16];
	ssize_t n = pread(state_fd, text, sizeof(text), 0);

	if (n < 0)
		return errno == ENODEV;
	return (n >= 8 && !memcmp(text, "disabled", 8)) || (n >= 6 && !memcmp(text, "halted", 6));
}

enum sva_wq_mode svai_sysfs_mode(const char *wq)
{
	int devices = svai_sysfs_devices();
	struct reader r = { devices, wq, NULL, 0 };
	enum sva_wq_mode mode;

	if (devices < 0)
		return SVA_WQ_MODE_ANY;
	mode = (enum sva_wq_mode)word(&r, "mode", modes);
	close(devices);
	return mode;
}

uint32_t svai_sysfs_clients(const char *wq)
{
	int devices = svai_sysfs_devices();
	uint32_t unknown = 0, clients;
	struct reader r = { devices, wq, &unknown, 0 };

	if (devices < 0)
		return UINT32_MAX;
	clients = u32(&r, "clients", SVA_ATTR_CLIENTS);
	close(devices);
	return unknown ? UINT32_MAX : clients;
}

static int open_directory(const char *path, const char *name)
{
	char full[PATH_MAX];
	int fd;

	if (snprintf(full, sizeof(full), "%s/%s/%s", svai_sysfs_path(), path, name) >=
	    (int)sizeof(full))
		return -1;
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* Where the kernel does not say, as the ACPI specification has it (5.2.17). */
#define HERE  10
#define THERE 20

/* The list has the nodes that exist, in the order of their numbers. */
static void read_distances(int nodes, int node, uint8_t *distances, unsigned int count)
{
	char name[16], text[ATTR_MAX], *at = text, *end;

	snprintf(name, sizeof(name), "node%d", node);
	if (read_attr(nodes, name, "distance", text))
		return;
	for (unsigned int i = 0; i < count; i++) {
		unsigned long distance;

		snprintf(name, sizeof(name), "node%u", i);
		if (faccessat(nodes, name, F_OK, 0))
			continue;
		distance = strtoul(at, &end, 10);
		if (end == at || distance < HERE || distance > UINT8_MAX)
			return;
		distances[i] = (uint8_t)distance;
		at = end;
	}
}

void svai_sysfs_distances(int node, uint8_t *distances, unsigned int count)
{
	int nodes = node < 0 ? -1 : open_directory("devices/system", "node");

	for (unsigned int i = 0; i < count; i++)
		distances[i] = node < 0 || i == (unsigned int)node ? HERE : THERE;
	if (nodes < 0)
		return;
	read_distances(nodes, node, distances, count);
	close(nodes);
}

static uint64_t count_in(int files, const char *file, const char *attr)
{
	uint64_t value = 0;
	char text[ATTR_MAX];

	if (!read_attr(files, file, attr, text))
		svai_parse_number(text, UINT64_MAX, &value);
	return value;
}

/* One "file<N>" for each open file of the queue (Linux 6.4). */
void svai_sysfs_cr_faults(const char *wq, uint64_t *faults, uint64_t *failures)
{
	const struct dirent *entry;
	char name[64];
	DIR *dir;
	int fd;

	snprintf(name, sizeof(name), "%s/dsa!%s", wq, wq);
	fd = open_directory("bus/dsa/devices", name);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, "file", 4) ||
		    count_in(fd, entry->d_name, "pid") != (uint64_t)getpid())
			continue;
		*faults += count_in(fd, entry->d_name, "cr_faults");
		*failures += count_in(fd, entry->d_name, "cr_fault_failures");
	}
	closedir(dir);
}
