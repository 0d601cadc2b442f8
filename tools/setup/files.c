/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

#define RULE   "/etc/udev/rules.d/60-sva-setup.rules"
#define UNIT   "/etc/systemd/system/sva-setup.service"
#define CONFIG "/etc/sva-setup/config.json"
#define BEFORE "/var/lib/sva-setup/before.json"

static const char *name_of(const struct files *files, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", files->root, name);
	return path;
}

const char *files_before(const struct files *files)
{
	return name_of(files, BEFORE);
}

static int complain(const char *file, int err)
{
	fprintf(stderr, "sva-setup: %s: %s\n", file, strerror(-err));
	return err;
}

#define RULES ((size_t)PLAN_DEVICES * 128) /* bytes */

/* In the names of the kernel, another character stands for the slash. */
static void print_queues(const struct plan_device *device, char *text, size_t size)
{
	snprintf(text, size, "KERNEL==\"%.3s?wq%s.*\"", device->name, device->name + 3);
}

static void add_text(char *text, const char *more)
{
	if (strlen(text) + strlen(more) < RULES)
		strcat(text, more);
}

static void print_rules(const struct files *files, const struct plan *plan, char text[RULES])
{
	char line[256], queues[64], group[128] = "";

	if (files->group)
		snprintf(group, sizeof(group), "GROUP=\"%s\", ", files->group);
	for (unsigned int i = 0; i < plan->devices; i++) {
		print_queues(&plan->device[i], queues, sizeof(queues));
		snprintf(line, sizeof(line), "SUBSYSTEM==\"dsa\", %s, %sMODE=\"%s\"\n", queues,
			 group, files->group ? "0660" : "0666");
		add_text(text, line);
	}
}

/* Those of earlier runs, of other devices. */
static void keep_rules(const struct files *files, const struct plan *plan, char text[RULES])
{
	FILE *file = fopen(name_of(files, RULE), "re");
	char line[256], queues[64];

	while (file && fgets(line, sizeof(line), file)) {
		bool other = true;

		for (unsigned int i = 0; i < plan->devices && other; i++) {
			print_queues(&plan->device[i], queues, sizeof(queues));
			other = !strstr(line, queues);
		}
		if (other)
			add_text(text, line);
	}
	if (file)
		fclose(file);
}

static void find_self(char self[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", self, PATH_MAX - 1);

	if (length > 0)
		self[length] = '\0';
	else
		snprintf(self, PATH_MAX, "sva-setup");
}

static bool is_roots(const struct stat *st)
{
	bool sticky = S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;

	return st->st_uid == 0 && (sticky || !(st->st_mode & (S_IWGRP | S_IWOTH)));
}

/* The unit runs this program as root at each boot: only root may be able to put another in its
 * place. */
int files_check(const struct files *files)
{
	char path[PATH_MAX];
	struct stat st;

	if (files->no_boot || *files->root)
		return 0;
	find_self(path);
	while (!stat(*path ? path : "/", &st) && is_roots(&st)) {
		char *slash = strrchr(path, '/');

		if (!slash)
			return 0;
		*slash = '\0';
	}
	fprintf(stderr,
		"sva-setup: others than root can change %s, and the unit would run this program as "
		"root: install it, or use --no-boot\n",
		*path ? path : "/");
	return -EPERM;
}

static void print_unit(char *text, size_t size)
{
	char self[PATH_MAX];

	find_self(self);
	snprintf(text, size,
		 "[Unit]\n"
		 "Description=Configure the work queues of DSA and IAA devices\n"
		 "ConditionPathExists=/sys/bus/dsa/devices\n"
		 "After=systemd-udev-settle.service systemd-modules-load.service\n\n"
		 "[Service]\n"
		 "Type=oneshot\n"
		 "RemainAfterExit=yes\n"
		 "ExecStart=%s --load %s --apply --no-files\n\n"
		 "[Install]\n"
		 "WantedBy=multi-user.target\n",
		 self, CONFIG);
}

static int make_folder_of(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", file);
	for (char *slash = path; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	int err = 0;

	if (!file)
		return -errno;
	if (fputs(text, file) < 0 || fflush(file) || fsync(fileno(file)))
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

/* Whatever happens meanwhile, there is the file of before or the new one. */
static int write_text(const struct files *files, const char *name, const char *text)
{
	const char *path = name_of(files, name);
	int err = make_folder_of(path);
	char new[PATH_MAX];

	if ((size_t)snprintf(new, sizeof(new), "%s.new", path) >= sizeof(new))
		err = -ENAMETOOLONG;
	if (err)
		return complain(path, err);
	err = write_file(new, text);
	if (!err && rename(new, path))
		err = -errno;
	if (err)
		unlink(new);
	return err ? complain(path, err) : 0;
}

static int write_plan(const struct files *files, const char *name, const struct plan *plan)
{
	char *text = plan_text(plan);
	int err = text ? write_text(files, name, text) : -ENOMEM;

	free(text);
	return err;
}

/* On this machine alone: not where the files are for another one. */
static void tell_systemd(const struct files *files, const char *what)
{
	char command[128];
	int status;

	if (*files->root || access("/run/systemd/system", F_OK))
		return;
	snprintf(command, sizeof(command), "systemctl %s sva-setup.service", what);
	status = system(command);
	if (status)
		fprintf(stderr, "sva-setup: %s: exit status %d\n", command, WEXITSTATUS(status));
}

void files_show(const struct files *files, const struct plan *plan)
{
	char rules[RULES] = "", text[2048];

	print_rules(files, plan, rules);
	printf("\n# %s\n%s", name_of(files, RULE), rules);
	if (files->no_boot)
		return;
	print_unit(text, sizeof(text));
	printf("\n# %s, which loads\n", name_of(files, UNIT));
	printf("# %s after each boot\n%s", name_of(files, CONFIG), text);
}

int files_keep(const struct files *files, const struct plan *before)
{
	return write_plan(files, BEFORE, before);
}

/* The plan, and what earlier runs have configured of other devices that are there. */
static void add_earlier(const struct files *files, const struct plan *now, struct plan *all)
{
	static struct plan earlier;

	if (plan_read(&earlier, name_of(files, CONFIG), now))
		return;
	for (unsigned int i = 0; i < earlier.devices && all->devices < PLAN_DEVICES; i++)
		if (!plan_find(all, earlier.device[i].name))
			all->device[all->devices++] = earlier.device[i];
}

int files_write(const struct files *files, const struct plan *plan, const struct plan *now)
{
	static struct plan all;
	char rules[RULES] = "", unit[2048];
	int err;

	keep_rules(files, plan, rules);
	print_rules(files, plan, rules);
	err = write_text(files, RULE, rules);
	all = *plan;
	add_earlier(files, now, &all);
	if (!err && !files->no_boot)
		err = write_plan(files, CONFIG, &all);
	print_unit(unit, sizeof(unit));
	if (!err && !files->no_boot)
		err = write_text(files, UNIT, unit);
	if (!err && !files->no_boot)
		tell_systemd(files, "enable");
	return err;
}

/* udev gives a node the permissions of the rule only when it makes it. */
int files_permit(const struct files *files, const struct plan *plan)
{
	const struct group *group = files->group ? getgrnam(files->group) : NULL;
	char node[64];

	for (unsigned int i = 0; i < plan->devices; i++)
		for (unsigned int q = 0; q < plan->device[i].queues; q++) {
			const struct queue_config *queue = &plan->device[i].queue[q];

			if (!queue->enabled || strcmp(queue->type, "user") != 0)
				continue;
			snprintf(node, sizeof(node), "/dev/%.3s/wq%s.%u", plan->device[i].name,
				 plan->device[i].name + 3, q);
			if ((group && chown(node, (uid_t)-1, group->gr_gid)) ||
			    chmod(node, group ? 0660 : 0666))
				return complain(node, -errno);
		}
	return 0;
}

int files_remove(const struct files *files)
{
	static const char *const names[] = { RULE, UNIT, CONFIG, BEFORE };
	int err = 0;

	tell_systemd(files, "disable");
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (unlink(name_of(files, names[i])) && errno != ENOENT)
			err = complain(name_of(files, names[i]), -errno);
	return err;
}
