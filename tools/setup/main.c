/* SPDX-License-Identifier: MIT */
/* sva-setup: configure devices and queues for common wishes. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sva/version.h>

#include "accel.h"
#include "files.h"

struct options {
	enum wish wish;
	unsigned int queues;
	const char *device, *load, *save;
	bool apply, undo, no_files;
	struct files files;
};

static void print_help(void)
{
	printf("usage: sva-setup [OPTION...] shared | dedicated [N] | per-node | storage\n"
	       "       sva-setup [OPTION...] --load FILE\n"
	       "       sva-setup [OPTION...] --undo\n"
	       "Configure DSA devices and their queues. Without --apply, only say what would be "
	       "done.\n\n"
	       "  shared           one queue that all programs share\n"
	       "  dedicated [N]    N queues (1) for one program each\n"
	       "  per-node         one shared queue on each NUMA node\n"
	       "  storage          one shared queue that does not block on page faults\n\n"
	       "  --apply          do it\n"
	       "  --undo           what there was before the first --apply\n"
	       "  --device DEVICE  this one (dsa0), not the first one\n"
	       "  --group GROUP    whose members may use the queues; everybody\n"
	       "  --load FILE      a configuration as accel-config saves it\n"
	       "  --save FILE      write the configuration there, too\n"
	       "  --no-boot        not again after each boot\n"
	       "  --no-files       neither that, nor a udev rule, nor what --undo needs\n"
	       "  --root DIR       write files below DIR\n"
	       "  --help, --version\n\n"
	       "sva-setup(1) explains them.\n");
}

enum {
	OPT_APPLY = 256,
	OPT_UNDO,
	OPT_DEVICE,
	OPT_GROUP,
	OPT_LOAD,
	OPT_SAVE,
	OPT_NO_BOOT,
	OPT_NO_FILES,
	OPT_ROOT,
	OPT_HELP,
	OPT_VERSION,
};

static int take_option(int option, struct options *o)
{
	switch (option) {
	case OPT_APPLY:
		o->apply = true;
		return 0;
	case OPT_UNDO:
		o->undo = true;
		return 0;
	case OPT_DEVICE:
		o->device = optarg;
		return 0;
	case OPT_GROUP:
		o->files.group = optarg;
		return 0;
	case OPT_LOAD:
		o->load = optarg;
		return 0;
	case OPT_SAVE:
		o->save = optarg;
		return 0;
	case OPT_NO_BOOT:
		o->files.boot = false;
		return 0;
	case OPT_NO_FILES:
		o->no_files = true;
		return 0;
	case OPT_ROOT:
		o->files.root = optarg;
		return 0;
	case OPT_HELP:
		print_help();
		exit(0);
	case OPT_VERSION:
		printf("sva-setup %s\n", sva_version());
		exit(0);
	default: /* getopt_long() has said what is wrong */
		return -EINVAL;
	}
}

static int wrong(const char *what)
{
	fprintf(stderr, "sva-setup: %s; --help shows how it is used\n", what);
	return -EINVAL;
}

static int take_wish(int count, char **words, struct options *o)
{
	static const char *const wishes[] = { "", "shared", "dedicated", "per-node", "storage" };
	char *end;

	for (unsigned int i = 1; count && i < sizeof(wishes) / sizeof(*wishes); i++)
		if (!strcmp(words[0], wishes[i]))
			o->wish = (enum wish)i;
	if (count && !o->wish)
		return wrong("no such wish");
	if ((o->wish != WISH_NONE) + (o->load != NULL) + o->undo != 1)
		return wrong("give a wish, --load or --undo, and one alone");
	o->queues = 1;
	if (o->wish == WISH_DEDICATED && count == 2) {
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
	static const struct option long_options[] = {
		{ "apply", no_argument, NULL, OPT_APPLY },
		{ "undo", no_argument, NULL, OPT_UNDO },
		{ "device", required_argument, NULL, OPT_DEVICE },
		{ "group", required_argument, NULL, OPT_GROUP },
		{ "load", required_argument, NULL, OPT_LOAD },
		{ "save", required_argument, NULL, OPT_SAVE },
		{ "no-boot", no_argument, NULL, OPT_NO_BOOT },
		{ "no-files", no_argument, NULL, OPT_NO_FILES },
		{ "root", required_argument, NULL, OPT_ROOT },
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 },
	};
	int option, err;

	*o = (struct options){ .files = { .root = "", .boot = true } };
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
		err = take_option(option, o);
		if (err)
			return err;
	}
	if (o->files.group && !getgrnam(o->files.group)) {
		fprintf(stderr, "sva-setup: there is no group %s: groupadd --system %s\n",
			o->files.group, o->files.group);
		return -EINVAL;
	}
	return take_wish(argc - optind, argv + optind, o);
}

static int make_plan(const struct options *o, const struct plan *now, struct plan *plan)
{
	const char *file = o->undo ? files_before(&o->files) : o->load;
	int err = file ? plan_read(plan, file, now)
		       : plan_wish(now, o->wish, o->queues, o->device, plan);

	if (!err)
		return 0;
	if (file && o->undo && err == -ENOENT)
		fprintf(stderr, "sva-setup: nothing to undo: there is no %s\n", file);
	else if (file)
		fprintf(stderr, "sva-setup: %s: %s\n", file,
			err == -EINVAL   ? "no configuration as accel-config saves it, or of other "
					   "queues than there are"
			: err == -ENODEV ? "it names a device that is not there"
					 : strerror(-err));
	else if (err == -EINVAL)
		fprintf(stderr, "sva-setup: the device has fewer queues\n");
	else
		fprintf(stderr, "sva-setup: there is no DSA device%s%s; sva-info says why\n",
			o->device ? " " : "", o->device ? o->device : "");
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
	if (plan_read(&before, files_before(&o->files), now))
		before.devices = 0; /* the first run */
	add_devices(&before, plan, now);
	err = files_keep(&o->files, &before); /* first: nothing is done that cannot be undone */
	if (!err)
		err = apply(plan, now);
	if (!err)
		err = files_permit(&o->files, plan);
	return err ? err : files_write(&o->files, plan);
}

static void show(const struct options *o, const struct plan *plan, const struct plan *now)
{
	plan_show(plan, now);
	if (!o->no_files && !o->undo)
		files_show(&o->files);
	printf("\n# Nothing has been done. With --apply, it is.\n");
}

int main(int argc, char **argv)
{
	static struct plan now, plan;
	struct options o;
	int err = take_options(argc, argv, &o);

	if (err)
		return 2;
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
	if (!err && (fflush(stdout) || ferror(stdout))) {
		fprintf(stderr, "sva-setup: the output: %s\n", strerror(errno));
		err = -EIO;
	}
	return err != 0;
}
