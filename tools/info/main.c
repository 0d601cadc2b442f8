/* SPDX-License-Identifier: MIT */
/* sva-info: what this machine can offload, and what stands in the way. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "show.h"
#include "try.h"
#include "variables.h"
#include "watch.h"

#define EXIT_USABLE     0
#define EXIT_NOT_USABLE 1
#define EXIT_WRONG      2 /* options, or something that has nothing to do with the machine */

struct options {
	bool check, json, test;
	unsigned int watch, times; /* seconds; 0: do not */
	const char *root;
	const char *only; /* a queue or a device */
};

static const char help[] =
	"usage: sva-info [OPTION...] [QUEUE | DEVICE]\n"
	"Show what this machine can offload, and what prevents offloading.\n\n"
	"  --check          print one line; the exit status is for scripts\n"
	"  --json           print everything as JSON\n"
	"  --test           run a NOOP, a copy and a page fault through each usable queue\n"
	"  --watch[=N]      show how full the queues are, every N seconds (1 by default)\n"
	"  --times N        end --watch after N rounds\n"
	"  --root DIR       read the files of another machine, copied to DIR\n"
	"  --help           print this help\n"
	"  --version        print the version\n\n"
	"Exit status: 0 if a queue is usable; 1 if none is, or a test failed; 2 for another\n"
	"error. See sva-info(1) for what the output means.\n";

static int take_options(int argc, char **argv, struct options *o)
{
	const struct tool_option table[] = {
		{ .name = "check", .flag = &o->check },
		{ .name = "json", .flag = &o->json },
		{ .name = "test", .flag = &o->test },
		{ .name = "watch", .number = &o->watch, .optional = true },
		{ .name = "times", .number = &o->times },
		{ .name = "root", .text = &o->root },
		{ 0 },
	};
	int err;

	*o = (struct options){ .root = "" };
	err = options_take("sva-info", help, table, argc, argv);
	if (!err)
		err = variables_check("sva-info");
	if (err)
		return err;
	if (argc - optind > 1 || (o->check + o->json + o->test + !!o->watch > 1) ||
	    (*o->root && (o->test || o->watch)) || (o->times && !o->watch)) {
		fprintf(stderr, "sva-info: %s\n",
			argc - optind > 1 ? "one queue or device at most"
			: *o->root        ? "a copy can be neither tested nor watched"
			: o->times && !o->watch
				? "--times goes with --watch"
				: "one of --check, --json, --test and --watch at most");
		return -EINVAL;
	}
	o->only = argv[optind];
	return 0;
}

/* The library, too, is to look there. */
static int look_below(const char *root)
{
	char path[PATH_MAX];

	if (!*root)
		return 0;
	snprintf(path, sizeof(path), "%s/sys", root);
	if (access(path, X_OK)) {
		fprintf(stderr,
			"sva-info: %s: %s: copy /sys, /proc, /etc, /boot and /dev to there\n", path,
			strerror(errno));
		return -errno;
	}
	if (setenv("LIBSVA_SYSFS_PATH", path, 1))
		return -errno;
	snprintf(path, sizeof(path), "%s/dev", root);
	return setenv("LIBSVA_DEV_PATH", path, 1) ? -errno : 0;
}

static bool is_wanted(const struct options *o, const struct sva_wq_info *wq)
{
	return !o->only || !strcmp(o->only, wq->name) || !strcmp(o->only, wq->device);
}

static int look_at_queues(struct found *f, const struct options *o)
{
	unsigned int count = 0;

	sva_topology_foreach_wq (f->topo, wq)
		count++;
	f->queues = calloc(count + 1, sizeof(*f->queues));
	if (!f->queues)
		return -ENOMEM;
	sva_topology_foreach_wq (f->topo, wq) {
		if (!is_wanted(o, wq))
			continue;
		queue_look(&f->queues[f->count], f->machine, f->topo, wq);
		f->usable += f->queues[f->count++].usable;
	}
	if (!f->count)
		advice_machine(&f->advice, f->machine, f->topo);
	return 0;
}

static void show_check(const struct found *f)
{
	for (unsigned int i = 0; i < f->count; i++)
		if (f->queues[i].usable) {
			printf("usable: %s\n", f->queues[i].why);
			return;
		}
	if (*sva_topology_why(f->topo))
		printf("not usable: %s\n", sva_topology_why(f->topo));
	else if (f->count)
		printf("not usable: %s: %s\n", f->queues[0].info->name, f->queues[0].advice.what);
	else
		printf("not usable: there is no such queue\n");
}

/* Returns how many queues failed. */
static unsigned int run_tests(const struct found *f)
{
	unsigned int failed = 0;
	char text[400];
	bool good;

	for (unsigned int i = 0; i < f->count; i++) {
		if (!f->queues[i].usable)
			continue;
		good = try_queue(f->queues[i].info->name, text, sizeof(text));
		printf("%s: %s: %s\n", f->queues[i].info->name, good ? "good" : "failed", text);
		failed += !good;
	}
	if (!f->usable)
		show_check(f);
	return failed;
}

static int show(const struct found *f, const struct options *o, unsigned int *failed)
{
	if (o->json)
		return show_json(f);
	if (o->check)
		show_check(f);
	else if (o->test)
		*failed = run_tests(f);
	else
		show_text(f);
	return 0;
}

static int look(const struct machine *m, const struct options *o)
{
	struct found f = { .machine = m, .some = o->only };
	struct sva_topology *topo;
	unsigned int failed = 0;
	int err = sva_topology_discover(&topo);

	if (!err) {
		f.topo = topo;
		err = look_at_queues(&f, o);
		if (!err)
			err = show(&f, o, &failed);
		sva_topology_free(topo);
	}
	free(f.queues);
	if (!err && fflush(stdout))
		err = -errno;
	if (err) {
		fprintf(stderr, "sva-info: %s\n", strerror(-err));
		return EXIT_WRONG;
	}
	return f.usable && !failed ? EXIT_USABLE : EXIT_NOT_USABLE;
}

int main(int argc, char **argv)
{
	static struct machine machine;
	struct options o;
	int err;

	if (take_options(argc, argv, &o) || look_below(o.root))
		return EXIT_WRONG;
	machine_look(&machine, o.root);
	if (!o.watch)
		return look(&machine, &o);
	err = watch(&machine, o.only, o.watch, o.times);
	if (err)
		fprintf(stderr, "sva-info: %s\n", strerror(-err));
	return err ? EXIT_WRONG : EXIT_USABLE;
}
