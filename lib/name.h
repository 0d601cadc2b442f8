/* SPDX-License-Identifier: MIT */
/* Names of devices and queues. */
#ifndef SVAI_NAME_H
#define SVAI_NAME_H

#include <sva/discover.h>

/* What a name is, and its numbers: "dsa0", "iax1", "wq0.3". */
struct svai_object {
	enum sva_dev_kind kind; /* SVA_DEV_KIND_ANY: a queue, of whatever device has its number */
	unsigned int device;
	unsigned int queue;
};

/* svai_object_parse - "dsa0", "iax1" or "wq0.3"; false: no such name */
bool svai_object_parse(struct svai_object *o, const char *name);

/* What the caller has asked for by name. */
struct svai_name {
	bool cpu;
	const char *device; /* "dsa0", or NULL */
	const char *queue;  /* "wq0.0", or NULL */
	const char *path;   /* "/dev/dsa/wq0.0", or NULL */
	char text[64];      /* what device and queue point into */
};

/* svai_name_parse - 0, or -EINVAL */
int svai_name_parse(struct svai_name *name, const char *text);

/* svai_name_means - can it mean this device, or a queue of it? */
bool svai_name_means(const struct svai_name *name, const struct svai_object *device);

/* svai_name_means_queue - does it mean this one? */
bool svai_name_means_queue(const struct svai_name *name, const struct sva_wq_info *wq);

#endif
