/* SPDX-License-Identifier: MIT */
/* What a queue or a pool has done, for who asks; counted by SVAI_COUNT(). */
#include "options.h"
#include "pool.h"
#include "sysfs.h"

static void stats_of_queue(struct svai_handle *h, struct sva_wq_stats *stats)
{
	svai_shards_add(h->shards, stats);
	if (h->path == SVA_PATH_CPU)
		return;
	if (h->in_pool)
		stats->in_flight = (uint64_t)svai_pool_in_flight(h);
	svai_sysfs_cr_faults(h->info.name, &stats->cr_faults, &stats->cr_fault_failures);
}

int sva_wq_stats(const struct sva_wq *wq, struct sva_wq_stats *stats)
{
	struct svai_handle *h = svai_handle(wq);
	struct sva_wq_stats now = { 0 };
	int err = svai_handle_state(wq);

	if (err)
		return err;
	if (!stats || stats->size < offsetof(struct sva_wq_stats, bytes))
		return -EINVAL;
	if (h->path == SVA_PATH_POOL)
		svai_pool_stats(h, &now);
	else
		stats_of_queue(h, &now);
	svai_give_result(stats, &now, sizeof(now));
	return 0;
}
