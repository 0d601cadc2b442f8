/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

/* A number of at most six digits and without leading zeros, as the kernel writes it. */
static bool take_number(const char **s, unsigned int *n)
{
	size_t digits = strspn(*s, "0123456789");

	if (!digits || digits > 6 || (digits > 1 && **s == '0'))
		return false;
	*n = (unsigned int)strtoul(*s, NULL, 10);
	*s += digits;
	return true;
}

bool svai_object_parse(struct svai_object *o, const char *name)
{
	memset(o, 0, sizeof(*o));
	if (!strncmp(name, "wq", 2)) {
		name += 2;
		return take_number(&name, &o->device) && *name++ == '.' &&
		       take_number(&name, &o->queue) && !*name;
	}
	if (!strncmp(name, "dsa", 3))
		o->kind = SVA_DEV_KIND_DSA;
	else if (!strncmp(name, "iax", 3))
		o->kind = SVA_DEV_KIND_IAX;
	else
		return false;
	name += 3;
	return take_number(&name, &o->device) && !*name;
}

static bool is_queue(const char *name)
{
	struct svai_object o;

	return svai_object_parse(&o, name) && o.kind == SVA_DEV_KIND_ANY;
}

static bool is_device(const char *name)
{
	struct svai_object o;

	return svai_object_parse(&o, name) && o.kind != SVA_DEV_KIND_ANY;
}

/* "/dev/dsa/wq0.0"; LIBSVA_DEV_PATH may stand for "/dev" */
static bool is_path(const char *s)
{
	const char *queue = strrchr(s, '/') + 1;

	return queue - s >= 5 &&
	       (!strncmp(queue - 5, "/dsa/", 5) || !strncmp(queue - 5, "/iax/", 5)) &&
	       is_queue(queue);
}

int svai_name_parse(struct svai_name *name, const char *text)
{
	char *slash;

	memset(name, 0, sizeof(*name));
	if (!text || !*text)
		return 0;
	if (*text == '/') {
		name->path = text;
		return is_path(text) ? 0 : -EINVAL;
	}
	name->cpu = !strcmp(text, "cpu");
	if (name->cpu)
		return 0;
	if (strlen(text) >= sizeof(name->text))
		return -EINVAL;
	strcpy(name->text, text);
	slash = strchr(name->text, '/');
	if (slash)
		*slash = '\0';
	if (slash || is_device(name->text))
		name->device = name->text;
	if (slash || !name->device)
		name->queue = slash ? slash + 1 : name->text;
	if ((name->device && !is_device(name->device)) || (name->queue && !is_queue(name->queue)))
		return -EINVAL;
	return 0;
}

bool svai_name_means(const struct svai_name *name, const struct svai_object *device)
{
	const char *queue = name->path ? strrchr(name->path, '/') + 1 : name->queue;
	struct svai_object o;

	if (name->device && svai_object_parse(&o, name->device) &&
	    (o.kind != device->kind || o.device != device->device))
		return false;
	return !queue || !svai_object_parse(&o, queue) || o.device == device->device;
}

bool svai_name_means_queue(const struct svai_name *name, const struct sva_wq_info *wq)
{
	return (!name->path || !strcmp(name->path, wq->devnode)) &&
	       (!name->device || !strcmp(name->device, wq->device)) &&
	       (!name->queue || !strcmp(name->queue, wq->name));
}
