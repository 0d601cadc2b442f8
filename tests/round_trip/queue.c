/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <sva/status.h>
#include <sva/wq.h>

#include "sides.h"

struct sva_wq *queue_open(const char *name)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, name, &opts);

	working_on("queue %s", name);
	if (!err)
		err = sva_wq_set_policy(wq, &policy);
	if (err)
		give_up("%s", sva_strerror(err));
	if ((sva_wq_path(wq) == SVA_PATH_CPU) != !strcmp(name, "cpu"))
		give_up("%s", sva_wq_why(wq));
	return wq;
}
