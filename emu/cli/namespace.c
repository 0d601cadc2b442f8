/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "address.h"
#include "control.h"
#include "namespace.h"
#include "serve.h"

#define CAP_ADMIN 21
#define CAP_RAWIO 17
#define PTMX      makedev(5, 2)

static int failed(const char *what, const char *path)
{
	int err = errno;

	fprintf(stderr, "sva-emu: cannot %s %s: %s\n", what, path, strerror(err));
	return -err;
}

static unsigned long long capabilities(void)
{
	unsigned long long caps = 0;
	char line[128];
	FILE *status = fopen("/proc/self/status", "re");

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (status)
		fclose(status);
	return caps;
}

/* The first user namespace maps every number to itself. */
static bool in_first_user_namespace(void)
{
	unsigned int inside = 1, outside = 1, count = 0;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (!map)
		return true; /* a kernel without user namespaces */
	if (fscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
		count = 0;
	fclose(map);
	return inside == 0 && outside == 0 && count == ~0u;
}

bool emu_has_rawio(void)
{
	return capabilities() >> CAP_RAWIO & 1 && in_first_user_namespace();
}

static int write_text(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (file < 0 || write(file, text, strlen(text)) < 0)
		err = failed("write to", path);
	if (file >= 0)
		close(file);
	return err;
}

/* Everybody stays who he is. */
static int map_ids(uid_t uid, gid_t gid)
{
	char map[64];
	int err;

	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	err = write_text("/proc/self/uid_map", map);
	if (err)
		return err;
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_text("/proc/self/gid_map", map);
}

/*
 * The root of a chroot may be no mount point, of which one could say it. That of the namespace is
 * one: go there, and come back.
 */
static int make_all_private(void)
{
	int root = open("/", O_PATH | O_CLOEXEC), here = open(".", O_PATH | O_CLOEXEC);
	int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (root < 0 || here < 0 || namespace < 0 || setns(namespace, CLONE_NEWNS))
		err = failed("leave the chroot by", "/proc/self/ns/mnt");
	else if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		err = failed("make private", "/");
	if (!err && (fchdir(root) || chroot(".") || fchdir(here)))
		err = failed("return to", "the chroot");
	close(root);
	close(here);
	close(namespace);
	return err;
}

/* What is mounted here must not appear in the rest of the system. */
static int make_private(void)
{
	if (!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 0;
	return errno == EINVAL ? make_all_private() : failed("make private", "/");
}

int emu_namespace_enter(void)
{
	bool privileged = capabilities() >> CAP_ADMIN & 1;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int err = 0;

	if (unshare(CLONE_NEWNS | (privileged ? 0 : CLONE_NEWUSER))) {
		err = -errno;
		fprintf(stderr,
			"sva-emu: cannot make a namespace: %s: run it as root, or allow user "
			"namespaces (sysctl user.max_user_namespaces, "
			"kernel.unprivileged_userns_clone, "
			"kernel.apparmor_restrict_unprivileged_userns; "
			"in a container, --cap-add SYS_ADMIN)\n",
			strerror(-err));
		return err;
	}
	if (!privileged)
		err = map_ids(uid, gid);
	return err ? err : make_private();
}

/* The kernel looks for the folder pts beside the node: one that is bound does not do. */
static int keep_ptmx(const char *path)
{
	if (!mknod(path, S_IFCHR | 0666, PTMX))
		return chmod(path, 0666);
	return symlink("pts/ptmx", path); /* not allowed: where there is one for everybody */
}

/* An entry of a folder that was covered: bound, or made anew where it is a link. */
static int keep_entry(int old, const char *name, const char *folder)
{
	char source[PATH_MAX], path[PATH_MAX], target[PATH_MAX] = { 0 };
	struct stat st;

	snprintf(source, sizeof(source), "/proc/self/fd/%d/%s", old, name);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (lstat(source, &st))
		return 0; /* gone meanwhile */
	if (S_ISLNK(st.st_mode))
		return readlink(source, target, sizeof(target) - 1) < 0 || symlink(target, path);
	if (S_ISCHR(st.st_mode) && st.st_rdev == PTMX)
		return keep_ptmx(path);
	if (S_ISDIR(st.st_mode) ? mkdir(path, 0755) : mknod(path, S_IFREG | 0644, 0))
		return -1;
	return mount(source, path, NULL, MS_BIND | MS_REC, NULL);
}

/* Not kept: the host's iaa_crypto; and an emulator that this one runs in has such things, too. */
static bool is_kept(int old, const char *name)
{
	char path[PATH_MAX];
	struct statfs fs;

	if (!strcmp(name, ".") || !strcmp(name, "..") || !strncmp(name, ".sva-emu", 8) ||
	    !strcmp(name, EMU_SERVE_CRYPTO))
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", old, name);
	return statfs(path, &fs) || fs.f_type != EMU_SERVE_MAGIC;
}

static int keep_entries(int old, const char *folder)
{
	DIR *dir = fdopendir(dup(old));
	struct dirent *entry;
	int err = dir ? 0 : -1;

	while (!err && (entry = readdir(dir)))
		if (is_kept(old, entry->d_name))
			err = keep_entry(old, entry->d_name, folder);
	if (dir)
		closedir(dir);
	return err;
}

static int cover(const char *folder)
{
	int old = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (old < 0)
		return failed("open", folder);
	if (mount("sva-emu", folder, "tmpfs", MS_NOSUID, "mode=755") || keep_entries(old, folder))
		err = failed("cover", folder);
	close(old);
	return err;
}

/* Root can have what a container has left out. */
static int provide_fuse(void)
{
	if (!access("/dev/fuse", F_OK) || !mknod("/dev/fuse", S_IFCHR | 0666, makedev(10, 229)))
		return 0;
	fprintf(stderr, "sva-emu: there is no /dev/fuse: load the module fuse; in a container, "
			"--device /dev/fuse\n");
	return -ENODEV;
}

static int make(const char *folder)
{
	if (mkdir(folder, 0755) && errno != EEXIST) /* a machine with such devices */
		return failed("make", folder);
	return 0;
}

/* Where there is no PCI, there is now. The links go first, while they still lead somewhere. */
static int cover_pci(const struct emu_state *state)
{
	static const char *const covered[] = { EMU_PCI_DEVICES, "/sys/bus/pci/drivers",
					       "/sys/devices" };
	char name[EMU_PCI_NAME], path[PATH_MAX];
	int err = make("/sys/bus/pci");

	for (unsigned int i = 0; i < 3 && !err; i++)
		err = access(covered[i], F_OK) ? make(covered[i]) : cover(covered[i]);
	for (unsigned int d = 0; d < state->device_count && !err; d++) {
		emu_pci_bus_name(&state->device[d], name);
		snprintf(path, sizeof(path), "/sys/devices/%s", name);
		err = make(path);
	}
	return err ? err : make(EMU_PCI_DRIVER);
}

int emu_namespace_cover(const struct emu_state *state)
{
	static const char *const covered[] = { "/dev", "/sys/bus", "/sys/module" };
	static const char *const made[] = { EMU_MOUNTPOINT,    EMU_CONTROL_DIR, EMU_DSA_PATH,
					    EMU_IAX_PATH,      EMU_TOOLS_DIR,   "/sys/bus/dsa",
					    "/sys/module/idxd" };
	int err = 0;

	for (unsigned int i = 0; i < 3 && !err; i++)
		err = cover(covered[i]);
	for (unsigned int i = 0; i < sizeof(made) / sizeof(*made) && !err; i++)
		err = make(made[i]);
	if (!err)
		err = cover_pci(state);
	return err ? err : provide_fuse();
}

static int bind_at(const char *source, const char *target)
{
	return mount(source, target, NULL, MS_BIND, NULL) ? failed("bind", target) : 0;
}

/* The tools that load modules are one program under many names. */
static int replace_module_tools(const char *self)
{
	static const char *const names[] = { "lsmod", "modprobe", "rmmod", "insmod", "modinfo" };
	static const char *const places[] = { "/usr/bin/kmod", "/bin/kmod" };
	char path[sizeof(EMU_TOOLS_DIR) + 16];

	for (unsigned int i = 0; i < 2; i++)
		if (!access(places[i], F_OK))
			return bind_at(self, places[i]);
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s/%s", EMU_TOOLS_DIR, names[i]);
		if (symlink(self, path))
			return failed("make", path);
	}
	return 0;
}

static int bind_function(const struct emu_dsa *dsa)
{
	char name[EMU_PCI_NAME], source[PATH_MAX], path[PATH_MAX], target[EMU_PCI_LINK];

	emu_pci_bus_name(dsa, name);
	snprintf(source, sizeof(source), EMU_MOUNTPOINT "/" EMU_SERVE_PCI "/%s", name);
	snprintf(path, sizeof(path), "/sys/devices/%s", name);
	if (bind_at(source, path))
		return -errno;
	emu_pci_name(dsa, name);
	emu_pci_link(dsa, target);
	snprintf(path, sizeof(path), EMU_PCI_DEVICES "/%s", name);
	return symlink(target, path) ? failed("make", path) : 0;
}

int emu_namespace_bind(const struct emu_state *state, const char *self)
{
	static const char *const folders[][2] = {
		{ EMU_MOUNTPOINT "/" EMU_SERVE_BUS, "/sys/bus/dsa" },
		{ EMU_MOUNTPOINT "/" EMU_SERVE_MODULE, "/sys/module/idxd" },
		{ EMU_MOUNTPOINT "/" EMU_SERVE_DRIVER, EMU_PCI_DRIVER },
		{ EMU_MOUNTPOINT "/" EMU_SERVE_DSA, EMU_DSA_PATH },
		{ EMU_MOUNTPOINT "/" EMU_SERVE_IAX, EMU_IAX_PATH },
		{ EMU_MOUNTPOINT "/" EMU_SERVE_CONTROL, EMU_CONTROL_DIR },
	};
	int err = 0;

	for (unsigned int i = 0; i < sizeof(folders) / sizeof(*folders) && !err; i++)
		err = bind_at(folders[i][0], folders[i][1]);
	for (unsigned int d = 0; d < state->device_count && !err; d++)
		err = bind_function(&state->device[d]);
	if (!err)
		err = emu_server_link(state);
	return err ? err : replace_module_tools(self);
}

/*
 * Is it possible? A child that tries can leave things as they are.
 */

enum { POSSIBLE, NO_NAMESPACE, NO_MOUNT, NO_FUSE };

static int try_namespace(void)
{
	bool missing = access("/dev/fuse", F_OK);
	int file;

	if (!freopen("/dev/null", "w", stderr) || emu_namespace_enter())
		return NO_NAMESPACE;
	if (!missing && access("/dev/fuse", R_OK | W_OK))
		return NO_FUSE;
	if (mount("sva-emu", "/sys/bus", "tmpfs", 0, NULL))
		return NO_MOUNT;
	if (missing && mount("sva-emu", "/dev", "tmpfs", 0, NULL))
		return NO_MOUNT;
	if (missing && provide_fuse())
		return NO_FUSE;
	file = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	return file < 0 ? NO_FUSE : POSSIBLE;
}

const char *emu_namespace_lacks(void)
{
	static const char *const words[] = { [POSSIBLE] = NULL,
					     [NO_NAMESPACE] = "no namespace can be made here",
					     [NO_MOUNT] = "nothing can be mounted here",
					     [NO_FUSE] = "/dev/fuse cannot be opened" };
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(try_namespace());
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > NO_FUSE)
		return words[NO_NAMESPACE];
	return words[WEXITSTATUS(status)];
}
