/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "queue.h"

static void describe_mode(char *text, size_t size, mode_t mode)
{
	const char *letters = "rwxrwxrwx";
	char shown[11];

	shown[0] = S_ISCHR(mode) ? 'c' : S_ISREG(mode) ? '-' : '?';
	for (unsigned int i = 0; i < 9; i++)
		shown[i + 1] = mode >> (8 - i) & 1 ? letters[i] : '-';
	shown[10] = '\0';
	snprintf(text, size, "%s", shown);
}

static void look_at_node(struct queue *q)
{
	char mode[16], user[32], group[32];
	const struct passwd *pw;
	const struct group *gr;
	struct stat st;

	if (stat(q->info->devnode, &st)) {
		snprintf(q->node, sizeof(q->node), "%s", strerror(errno));
		return;
	}
	describe_mode(mode, sizeof(mode), st.st_mode);
	pw = getpwuid(st.st_uid);
	gr = getgrgid(st.st_gid);
	snprintf(user, sizeof(user), "%u", st.st_uid);
	snprintf(group, sizeof(group), "%u", st.st_gid);
	snprintf(q->node, sizeof(q->node), "%s %.31s:%.31s", mode, pw ? pw->pw_name : user,
		 gr ? gr->gr_name : group);
	q->readable = !access(q->info->devnode, R_OK | W_OK);
}

static bool has_open(const struct machine *m, const char *pid, const char *node)
{
	char path[PATH_MAX], target[PATH_MAX];
	const struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%s/fd", m->root, pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[length < 0 ? 0 : length] = '\0';
		found = !strcmp(target, node);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Of other users' processes only root sees what they have open. */
static void look_for_holders(struct queue *q, const struct machine *m)
{
	const struct dirent *entry;
	char path[PATH_MAX], name[32];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc", m->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name) ||
		    !has_open(m, entry->d_name, q->info->devnode))
			continue;
		file_read(name, sizeof(name), m->root, "/proc/%s/comm", entry->d_name);
		if (q->holder_count < HOLDERS)
			snprintf(q->holders[q->holder_count], sizeof(q->holders[0]), "%.12s (%s)",
				 entry->d_name, name);
		q->holder_count++;
	}
	if (dir)
		closedir(dir);
}

void queue_faults(const char *root, const char *name, uint64_t *faults, uint64_t *failures)
{
	char path[PATH_MAX], text[32];
	const struct dirent *entry;
	DIR *dir;

	*faults = *failures = 0;
	snprintf(path, sizeof(path), "%s/sys/bus/dsa/devices/%s/dsa!%s", root, name, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "file", 4))
			continue;
		if (file_read(text, sizeof(text), path, "/%s/cr_faults", entry->d_name))
			*faults += strtoull(text, NULL, 10);
		if (file_read(text, sizeof(text), path, "/%s/cr_fault_failures", entry->d_name))
			*failures += strtoull(text, NULL, 10);
	}
	if (dir)
		closedir(dir);
}

/* It works by write(2); what would the portal take? */
static void advise_portal(struct queue *q, const struct machine *m)
{
	struct advice *a = &q->advice;

	*a = (struct advice){ 0 };
	if (q->path != SVA_PATH_WRITE || m->rawio || !machine_is_at_least(m, 5, 18))
		return;
	snprintf(a->what, sizeof(a->what), "the portal would be faster: it needs CAP_SYS_RAWIO");
	if (!m->initial_user_namespace)
		snprintf(a->remedy, sizeof(a->remedy),
			 "run outside of the user namespace: the kernel asks for the capability in "
			 "the initial one");
	else if (m->container)
		snprintf(a->remedy, sizeof(a->remedy),
			 "start the container with --cap-add SYS_RAWIO");
	else
		snprintf(a->remedy, sizeof(a->remedy),
			 "setcap cap_sys_rawio+ep PROGRAM, a powerful capability");
}

static void try_to_open(struct queue *q, const struct machine *m, const struct sva_topology *topo)
{
	struct sva_report *report = NULL;
	struct sva_wq_opts opts = {
		.size = sizeof(opts), .flags = SVA_OPEN_NO_CPU, .topology = topo, .report = &report
	};
	struct sva_rejection none = { .reason = "it could not be opened", .remedy = "" };
	const struct sva_rejection *r;
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, q->info->name, &opts);

	if (!err) {
		q->usable = true;
		q->path = sva_wq_path(wq);
		snprintf(q->why, sizeof(q->why), "%s", sva_wq_why(wq));
		sva_wq_close(wq);
		advise_portal(q, m);
	} else {
		none.err = err;
		r = sva_report_get(report, 0);
		advice_queue(&q->advice, m, topo, q->info, r ? r : &none);
	}
	sva_report_free(report);
}

void queue_look(struct queue *q, const struct machine *m, const struct sva_topology *topo,
		const struct sva_wq_info *info)
{
	*q = (struct queue){ .info = info, .dev = sva_topology_find_dev(topo, info->device) };
	look_at_node(q);
	if (info->clients || info->unknown & SVA_ATTR_CLIENTS)
		look_for_holders(q, m);
	queue_faults(m->root, info->name, &q->cr_faults, &q->cr_fault_failures);
	try_to_open(q, m, topo);
}
