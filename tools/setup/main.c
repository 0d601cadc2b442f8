/* SPDX-License-Identifier: MIT */
/* sva-setup: configure devices and queues by presets. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "accel.h"
#include "files.h"
#include "options.h"

struct options {
	enum preset preset;
	unsigned int queues;
	const char *device, *load, *save;
	bool apply, undo, no_files;
	struct files files;
};

static const char help[] =
	"usage: sva-setup [OPTION...] shared | dedicated [N] | per-node | storage\n"
	"       sva-setup [OPTION...] --load FILE\n"
	"       sva-setup [OPTION...] --undo\n"
	"Configure DSA and IAA devices and their queues. Without --apply, only print what would be "
	"done.\n\n"
	"  shared           one queue, shared by all programs\n"
	"  dedicated [N]    N queues (1 by default), each for one program at a time\n"
	"  per-node         one shared queue on each NUMA node\n"
	"  storage          one shared queue without block on fault\n\n"
	"  --apply          make the changes\n"
	"  --undo           restore the configuration from before the first --apply\n"
	"  --device DEVICE  configure DEVICE, such as dsa1 or iax3; dsa (the default) and iax\n"
	"                   stand for the first one, for per-node on each node\n"
	"  --group GROUP    allow only members of GROUP to use the queues, not everybody\n"
	"  --load FILE      use a configuration that accel-config has saved\n"
	"  --save FILE      also write the configuration to FILE\n"
	"  --no-boot        write no systemd unit to repeat this after each boot\n"
	"  --no-files       write no unit, no udev rule, and nothing for --undo\n"
	"  --root DIR       write the files below DIR\n"
	"  --help           print this help\n"
	"  --version        print the version\n\n"
	"See sva-setup(1) for details.\n";

static int wrong(const char *what)
{
	fprintf(stderr, "sva-setup: %s; --help shows how it is used\n", what);
	return -EINVAL;
}

static int take_preset(int count, char **words, struct options *o)
{
	static const char *const presets[] = { "", "shared", "dedicated", "per-node", "storage" };
	char *end;

	for (unsigned int i = 1; count && i < sizeof(presets) / sizeof(*presets); i++)
		if (!strcmp(words[0], presets[i]))
			o->preset = (enum preset)i;
	if (count && !o->preset)
		return wrong("the presets are shared, dedicated, per-node and storage");
	if ((o->preset != PRESET_NONE) + (o->load != NULL) + o->undo != 1)
		return wrong("give one of a preset, --load and --undo");
	if (o->device && !o->preset)
		return wrong("--device goes with a preset");
	if (!o->device)
		o->device = "dsa";
	o->queues = 1;
	if (o->preset == PRESET_DEDICATED && count == 2) {
		unsigned long n = strtoul(words[1], &end, 10);

		if (*words[1] < '1' || *words[1] > '9' || *end || n > PLAN_QUEUES)
			return wrong("the number of dedicated queues is 1 to 16");
		o->queues = (unsigned int)n;
	} else if (count > 1) {
		return wrong("too many words");
	}
	return 0;
}

static int take_options(int argc, char **argv, struct options *o)
{
	const struct tool_option table[] = {
		{ .name = "apply", .flag = &o->apply },
		{ .name = "undo", .flag = &o->undo },
		{ .name = "device", .text = &o->device },
		{ .name = "group", .text = &o->files.group },
		{ .name = "load", .text = &o->load },
		{ .name = "save", .text = &o->save },
		{ .name = "no-boot", .flag = &o->files.no_boot },
		{ .name = "no-files", .flag = &o->no_files },
		{ .name = "root", .text = &o->files.root },
		{ 0 },
	};
	int err;

	*o = (struct options){ .files = { .root = "" } };
	err = options_take("sva-setup", help, table, argc, argv);
	if (err)
		return err;
	if (o->files.group && !getgrnam(o->files.group)) {
		fprintf(stderr, "sva-setup: there is no group %s: groupadd --system %s\n",
			o->files.group, o->files.group);
		return -EINVAL;
	}
	return take_preset(argc - optind, argv + optind, o);
}

static const char *reading_error(int err)
{
	if (err == -EEXIST)
		return "it names a device or a queue twice";
	if (err == -EINVAL)
		return "not a configuration in the format of accel-config, or it has queues that "
		       "this machine lacks";
	return err == -ENODEV ? "it names a device that is not there" : strerror(-err);
}

static int make_plan(const struct options *o, const struct plan *now, struct plan *plan)
{
	const char *file = o->undo ? files_before(&o->files) : o->load;
	int err = file ? plan_read(plan, file, now)
		       : plan_preset(now, o->preset, o->queues, o->device, plan);

	if (!err)
		return 0;
	if (file && o->undo && err == -ENOENT)
		fprintf(stderr, "sva-setup: nothing to undo: there is no %s\n", file);
	else if (file)
		fprintf(stderr, "sva-setup: %s: %s\n", file, reading_error(err));
	else if (err == -EINVAL)
		fprintf(stderr, "sva-setup: the device has fewer queues\n");
	else
		fprintf(stderr, "sva-setup: there is no device %s; sva-info says why\n", o->device);
	return err;
}

/* Add to @before what there is of the devices of the plan that it lacks. */
static void add_devices(struct plan *before, const struct plan *plan, const struct plan *now)
{
	for (unsigned int i = 0; i < plan->devices; i++)
		if (!plan_find(before, plan->device[i].name) && before->devices < PLAN_DEVICES)
			before->device[before->devices++] = *plan_find(now, plan->device[i].name);
}

/* Configure; if that fails, go back. */
static int apply(const struct plan *plan, const struct plan *now)
{
	static struct plan old;
	char why[400], again[400];
	int err = accel_apply(plan, why, sizeof(why));

	if (!err)
		return 0;
	fprintf(stderr, "sva-setup: %s\n", why);
	add_devices(&old, plan, now);
	if (accel_apply(&old, again, sizeof(again)))
		fprintf(stderr, "sva-setup: and the configuration before: %s\n", again);
	else
		fprintf(stderr, "sva-setup: the configuration is what it was before\n");
	return err;
}

static int carry_out(const struct options *o, const struct plan *plan, const struct plan *now)
{
	const struct plan_device *busy = plan_in_use(plan, now);
	static struct plan before;
	int err;

	if (busy) {
		fprintf(stderr,
			"sva-setup: %s has queues that are open: end the programs that use them "
			"(sva-info shows which), or take another device\n",
			busy->name);
		return -EBUSY;
	}
	if (o->no_files)
		return apply(plan, now);
	if (o->undo) {
		err = apply(plan, now);
		return err ? err : files_remove(&o->files);
	}
	err = files_check(&o->files);
	if (err)
		return err;
	err = plan_read(&before, files_before(&o->files), now);
	if (err && err != -ENOENT) {
		fprintf(stderr, "sva-setup: %s: %s; --undo needs this file: repair or remove it\n",
			files_before(&o->files), reading_error(err));
		return err;
	}
	if (err)
		before.devices = 0; /* the first run */
	add_devices(&before, plan, now);
	err = files_keep(&o->files, &before); /* first: nothing is done that cannot be undone */
	if (!err)
		err = apply(plan, now);
	if (err)
		return err;
	err = files_permit(&o->files, plan);
	if (!err)
		err = files_write(&o->files, plan, now);
	if (err)
		fprintf(stderr, "sva-setup: the queues are configured, but not all files are "
				"written; --undo --apply restores what there was before\n");
	return err;
}

static void show(const struct options *o, const struct plan *plan, const struct plan *now)
{
	plan_show(plan, now);
	if (!o->no_files && !o->undo)
		files_show(&o->files, plan);
	printf("\n# Nothing has been done: run it again with --apply.\n");
}

int main(int argc, char **argv)
{
	static struct plan now, plan;
	struct options o;
	int err = take_options(argc, argv, &o);

	if (err)
		return 2;
	umask(022); /* what root reads at each boot, nobody else may write */
	err = accel_read(&now);
	if (err) {
		fprintf(stderr, "sva-setup: libaccel-config: %s\n", strerror(-err));
		return 1;
	}
	err = make_plan(&o, &now, &plan);
	if (!err && o.save && (err = plan_write(&plan, o.save)))
		fprintf(stderr, "sva-setup: %s: %s\n", o.save, strerror(-err));
	if (!err && o.apply)
		err = carry_out(&o, &plan, &now);
	else if (!err)
		show(&o, &plan, &now);
	if ((err == -EACCES || err == -EPERM) && geteuid())
		fprintf(stderr, "sva-setup: only root may do that\n");
	if (!err && (fflush(stdout) || ferror(stdout))) {
		fprintf(stderr, "sva-setup: the output: %s\n", strerror(errno));
		err = -EIO;
	}
	return err != 0;
}
