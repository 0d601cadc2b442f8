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

/* Is it the queue, whose folder may be another one in a container? Two emulators have queues alike.
 */
static bool is_node(const struct machine *m, const char *name, int fds, const char *fd,
		    const struct stat *node)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(fds, fd, target, sizeof(target) - 1);
	struct stat st;

	target[length < 0 ? 0 : length] = '\0';
	if (!strrchr(target, '/') || strcmp(strrchr(target, '/') + 1, name) != 0)
		return false; /* stat() may wait: for a file server, for instance */
	return !fstatat(fds, fd, &st, 0) && S_ISCHR(st.st_mode) && st.st_rdev == node->st_rdev &&
	       (!m->emulated || st.st_dev == node->st_dev);
}

static bool has_open(const struct machine *m, const char *pid, const char *name,
		     const struct stat *node)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%s/fd", m->root, pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir)))
		found = is_node(m, name, dirfd(dir), entry->d_name, node);
	if (dir)
		closedir(dir);
	return found;
}

/* Of other users' processes only root sees what they have open. */
static void look_for_holders(struct queue *q, const struct machine *m)
{
	const struct dirent *entry;
	char path[PATH_MAX], name[32], self[16];
	struct stat node;
	DIR *dir;

	if (stat(q->info->devnode, &node))
		return;
	snprintf(self, sizeof(self), "%d", getpid());
	snprintf(path, sizeof(path), "%s/proc", m->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name) || !strcmp(entry->d_name, self) ||
		    !has_open(m, entry->d_name, q->info->name, &node))
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

void queue_holders(const struct queue *q, char *text, size_t size)
{
	size_t length = 0;

	*text = '\0';
	for (unsigned int i = 0; i < q->holder_count && i < HOLDERS && length < size; i++)
		length += (size_t)snprintf(text + length, size - length, "%s%s", i ? ", " : "",
					   q->holders[i]);
	if (q->holder_count > HOLDERS && length < size)
		snprintf(text + length, size - length, ", ...");
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
static void advise_portal(struct advice *a, const struct queue *q, const struct machine *m)
{
	*a = (struct advice){ 0 };
	if (q->path != SVA_PATH_WRITE || (m->rawio && m->initial_user_namespace) ||
	    !machine_is_at_least(m, 5, 18))
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

/* Who has the dedicated queue? */
static void name_holders(struct queue *q, int err)
{
	size_t length = strlen(q->advice.what);
	char names[512];

	queue_holders(q, names, sizeof(names));
	if (err == -EBUSY && *names)
		snprintf(q->advice.what + length, sizeof(q->advice.what) - length, ": %s", names);
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
		advise_portal(&q->slow[0], q, m);
		advice_slow(&q->slow[1], m, topo, q->info);
	} else {
		none.err = err;
		r = sva_report_get(report, 0);
		advice_queue(&q->advice, m, topo, q->info, r ? r : &none);
		name_holders(q, err);
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
