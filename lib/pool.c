/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "close.h"
#include "discover.h"
#include "drain.h"
#include "least.h"
#include "lock.h"
#include "open.h"
#include "options.h"
#include "policy.h"
#include "pool.h"
#include "select.h"
#include "sysfs.h"

#define MAX_WEIGHT 1000

static int read_opts(struct sva_pool_opts *opts, const struct sva_pool_opts *from)
{
	int err = svai_read_options(opts, sizeof(*opts), from,
				    offsetof(struct sva_pool_opts, queues));

	if (!err && (opts->flags & ~SVA_POOL_STRICT || opts->near > SVA_POOL_NEAR_NONE))
		err = -EINVAL;
	return err;
}

/*
 * Joining.
 */

/* The place of a queue, or the next one; NULL: there is none left. */
static struct svai_member *place_of(struct svai_pool *pool, const char *queue)
{
	for (unsigned int i = 0; i < pool->count; i++)
		if (!strcmp(pool->members[i].name, queue))
			return &pool->members[i];
	return pool->count < SVAI_POOL_MAX ? &pool->members[pool->count] : NULL;
}

/* Others look at the distances of the member that it was before. */
static void set_distances(struct svai_member *m, int node)
{
	uint8_t distance[SVAI_NODES];

	svai_sysfs_distances(node, distance, SVAI_NODES);
	for (unsigned int i = 0; i < SVAI_NODES; i++)
		__atomic_store_n(&m->distance[i], distance[i], __ATOMIC_RELAXED);
}

static void enter(struct svai_pool *pool, struct svai_member *m, struct svai_handle *h)
{
	bool first = m == &pool->members[pool->count];

	h->in_pool = true;
	set_distances(m, h->info.numa_node);
	if (first) {
		snprintf(m->name, sizeof(m->name), "%s", h->info.name);
		m->weight = 1;
	}
	__atomic_store_n(&m->h, h, __ATOMIC_RELEASE);
	if (first)
		__atomic_store_n(&pool->count, pool->count + 1, __ATOMIC_RELEASE);
}

static unsigned int distance_from(const struct svai_member *m, unsigned int place)
{
	return place ? m->distance[place - 1] : 0;
}

static void map_near(const struct svai_pool *pool, unsigned int place, struct svai_near *near)
{
	unsigned int least = UINT_MAX, count = 0;

	for (unsigned int i = 0; i < pool->count; i++) {
		const struct svai_member *m = &pool->members[i];

		if (m->h && distance_from(m, place) < least)
			least = distance_from(m, place);
	}
	for (unsigned int i = 0; i < pool->count; i++)
		if (pool->members[i].h && distance_from(&pool->members[i], place) == least)
			__atomic_store_n(&near->number[count++], (uint8_t)i, __ATOMIC_RELAXED);
	__atomic_store_n(&near->count, count, __ATOMIC_RELEASE);
}

void svai_pool_map(struct svai_pool *pool)
{
	for (unsigned int place = 0; place <= SVAI_NODES; place++)
		map_near(pool, place, &pool->near_to[place]);
}

static int add_rejections(struct sva_report *to, const struct sva_report *from)
{
	for (unsigned int i = 0; i < sva_report_count(from); i++) {
		bool tried = from->tried && i + 1 >= from->tried;

		if ((tried ? svai_report_add_tried
			   : svai_report_add)(to, sva_report_get(from, i)) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

static int open_member(struct svai_handle *h, const struct sva_topology *topo,
		       const struct sva_wq_info *info, struct svai_member *m)
{
	struct sva_wq_opts opts = h->pool->queues;
	struct sva_report *report = NULL;
	struct sva_wq *wq;
	int err;

	opts.flags |= SVA_OPEN_NO_CPU;
	opts.topology = topo;
	opts.report = &report;
	err = sva_wq_open(&wq, info->name, &opts);
	if (err) {
		if (add_rejections(&h->report, report))
			err = -ENOMEM;
		sva_report_free(report);
		return err;
	}
	sva_report_free(report);
	enter(h->pool, m, svai_handle(wq));
	return 0;
}

static int reject(struct svai_handle *h, const struct sva_wq_info *info, int err,
		  const char *reason, const char *remedy)
{
	struct sva_rejection r = { .err = err, .remedy = remedy };

	snprintf(r.queue, sizeof(r.queue), "%s", info->name);
	snprintf(r.reason, sizeof(r.reason), "%s", reason);
	return svai_report_add_tried(&h->report, &r);
}

static int too_many(struct svai_handle *h, const struct sva_wq_info *info)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "a pool has at most %d members", SVAI_POOL_MAX);
	return reject(h, info, -E2BIG, reason, "ask for fewer queues");
}

static const struct svai_name any_queue;

/*
 * To close the file that a dedicated queue had before it was disabled would take the PASID from the
 * one that is opened now.
 */
static bool is_leaving(const struct svai_pool *pool, const struct sva_wq_info *info)
{
	for (unsigned int i = 0; i < SVAI_POOL_MAX; i++)
		if (info->mode == SVA_WQ_MODE_DEDICATED && pool->left[i] &&
		    !strcmp(pool->left[i]->info.name, info->name))
			return true;
	return false;
}

/* All queues that fit and are none yet. Those that cannot be opened are in the report. */
static int join(struct svai_handle *h, const struct sva_topology *topo)
{
	const struct sva_wq_info **list = NULL;
	int n = svai_select(topo, &any_queue, &h->pool->queues, &list, &h->report);
	int err = n < 0 ? n : 0;

	for (int i = 0; i < n; i++) {
		struct svai_member *m = place_of(h->pool, list[i]->name);

		if (m && m->h)
			continue;
		if (is_leaving(h->pool, list[i]))
			err = reject(h, list[i], -EBUSY,
				     "operations from before it was disabled are not reaped",
				     "reap them, then refresh the pool");
		else
			err = m ? open_member(h, topo, list[i], m) : too_many(h, list[i]);
		if (err == -ENOMEM || svai_is_shortage(err))
			break;
		err = 0;
	}
	free(list);
	svai_pool_map(h->pool);
	return err;
}

static unsigned int count_members(const struct svai_pool *pool)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < pool->count; i++)
		n += pool->members[i].h != NULL;
	return n;
}

/*
 * Leaving.
 */

static void leave(struct svai_pool *pool, struct svai_member *m)
{
	struct svai_handle *h = m->h;

	for (unsigned int i = 0; i < SVAI_POOL_MAX; i++) {
		if (pool->left[i])
			continue;
		svai_quarantine_stop(h);
		pool->left[i] = h;
		__atomic_store_n(&m->h, NULL, __ATOMIC_SEQ_CST);
		svai_log(&h->log, SVA_LOG_WARN, "%s has left its pool", h->info.name);
		return;
	}
}

/* What it has counted is kept. 0, or -ETIMEDOUT: still open. */
static int close_member(struct svai_pool *pool, struct svai_handle **h)
{
	struct sva_wq_stats stats = pool->gone;

	if (!*h)
		return 0;
	svai_shards_add((*h)->shards, &stats);
	if (svai_queue_close(*h) == -ETIMEDOUT)
		return -ETIMEDOUT;
	pool->gone = stats;
	*h = NULL;
	return 0;
}

/*
 * Those that nobody submits to any more, and that have nothing in flight. See svai_pick_take(). A
 * picker that has found it before must not prove anything by it any more.
 */
static void close_left(struct svai_pool *pool)
{
	for (unsigned int i = 0; i < SVAI_POOL_MAX; i++)
		if (pool->left[i] && svai_pool_in_flight(pool->left[i]) <= 0)
			close_member(pool, &pool->left[i]);
}

static void let_leave(struct svai_pool *pool)
{
	for (unsigned int i = 0; i < pool->count; i++) {
		struct svai_member *m = &pool->members[i];

		if (m->h && (svai_queue_is_dead(m->h) || svai_in_quarantine(m->h)))
			leave(pool, m);
	}
	close_left(pool);
}

/* 0, or -ETIMEDOUT: some are still open. */
static int close_all(struct svai_pool *pool)
{
	int err = 0;

	for (unsigned int i = 0; i < SVAI_POOL_MAX; i++) {
		if (close_member(pool, &pool->members[i].h))
			err = -ETIMEDOUT;
		if (close_member(pool, &pool->left[i]))
			err = -ETIMEDOUT;
	}
	return err;
}

/*
 * The pool.
 */

static void narrow(struct svai_limits *limits, const struct svai_limits *member)
{
	for (unsigned int i = 0; i < 4; i++)
		limits->opcodes.bits[i] &= member->opcodes.bits[i];
	limits->version = (uint32_t)svai_least(limits->version, member->version);
	limits->gen_cap &= member->gen_cap;
	limits->iaa_cap &= member->iaa_cap;
	limits->max_transfer = (uint32_t)svai_least(limits->max_transfer, member->max_transfer);
	limits->max_batch = (uint32_t)svai_least(limits->max_batch, member->max_batch);
	limits->block_on_fault &= member->block_on_fault;
}

static void describe_members(struct svai_handle *h)
{
	unsigned int n = count_members(h->pool);
	int used = snprintf(h->why, sizeof(h->why), "pool of %u queue%s", n, n == 1 ? "" : "s");

	for (unsigned int i = 0; i < h->pool->count; i++) {
		const struct svai_handle *m = h->pool->members[i].h;

		if (m && used < (int)sizeof(h->why))
			used += snprintf(h->why + used, sizeof(h->why) - (size_t)used, "; %s",
					 m->why);
	}
}

/* What it takes, and what it says about itself; not changed by those who join or leave later. */
static void describe(struct svai_handle *h, const struct sva_topology *topo)
{
	const struct sva_rejection *first = svai_report_main(&h->report);
	bool any = false;

	svai_open_on_cpu(h, &h->pool->queues);
	for (unsigned int i = 0; i < h->pool->count; i++) {
		const struct svai_handle *m = h->pool->members[i].h;

		if (!m)
			continue;
		if (any)
			narrow(&h->limits, &m->limits);
		else
			h->limits = m->limits;
		any = true;
	}
	h->info.kind = h->iax ? SVA_DEV_KIND_IAX : SVA_DEV_KIND_DSA;
	strcpy(h->info.name, "pool");
	strcpy(h->info.device, "pool");
	svai_open_describe(h);
	if (any)
		describe_members(h);
	else if (first)
		snprintf(h->why, sizeof(h->why), "pool without a queue, running on the CPU: %s: %s",
			 first->queue, first->reason);
	else
		snprintf(h->why, sizeof(h->why), "pool without a queue, running on the CPU: %s",
			 *sva_topology_why(topo) ? sva_topology_why(topo) : "there is no queue");
}

static int start(struct svai_handle *h, const struct sva_topology *topo)
{
	const struct sva_rejection *first;
	int err = join(h, topo);

	if (err)
		return err;
	describe(h, topo);
	first = svai_report_main(&h->report);
	if (!count_members(h->pool) && h->flags & SVA_OPEN_NO_CPU)
		return first ? first->err : -ENODEV;
	svai_log(&h->log, SVA_LOG_INFO, "%s", h->why);
	return 0;
}

/* With the caller's topology, or one of our own. */
static int with_topology(struct svai_handle *h, const struct sva_topology *topo,
			 int (*what)(struct svai_handle *h, const struct sva_topology *topo))
{
	struct sva_topology *own = NULL;
	int err = topo ? 0 : svai_discover(&own, &any_queue, SVAI_READ_OPEN);

	if (!err)
		err = what(h, topo ? topo : own);
	sva_topology_free(own);
	return err;
}

static int open_pool(struct svai_handle *h, const struct sva_pool_opts *opts,
		     const struct sva_wq_opts *queues, const struct sva_policy *policy)
{
	int err;

	h->path = SVA_PATH_POOL;
	h->iax = queues->kind == SVA_DEV_KIND_IAX;
	h->pool = calloc(1, sizeof(*h->pool));
	if (!h->pool)
		return -ENOMEM;
	pthread_mutex_init(&h->pool->lock, NULL);
	h->pool->near = opts->near;
	h->pool->strict = opts->flags & SVA_POOL_STRICT;
	h->pool->queues = *queues;
	h->pool->queues.size = sizeof(*queues);
	h->pool->queues.policy = NULL;
	h->pool->queues.report = NULL;
	h->pool->queues.topology = NULL;
	err = with_topology(h, queues->topology, start);
	if (queues->report)
		*queues->report = svai_report_copy(&h->report);
	if (!err)
		err = svai_open_end(h, policy);
	return err;
}

int sva_pool_open(struct sva_wq **pool, const struct sva_pool_opts *user_opts)
{
	struct sva_pool_opts opts;
	struct sva_wq_opts queues;
	struct sva_policy policy;
	struct svai_handle *h;
	int err;

	if (!pool)
		return -EINVAL;
	*pool = NULL;
	err = read_opts(&opts, user_opts);
	if (!err)
		err = svai_open_options(&queues, &policy, opts.queues);
	if (err)
		return err;
	h = svai_open_begin(&queues);
	if (!h)
		return -ENOMEM;
	err = open_pool(h, &opts, &queues, &policy);
	if (!err) {
		svai_handle_publish(h, NULL);
		*pool = &h->head;
		return 0;
	}
	if (h->pool)
		close_all(h->pool);
	free(h->pool);
	svai_handle_free(h, false);
	return err;
}

int svai_pool_close(struct svai_handle *h)
{
	int err;

	if (!__atomic_exchange_n(&h->open, false, __ATOMIC_ACQ_REL))
		return -EBADF;
	err = close_all(h->pool);
	if (err) {
		__atomic_store_n(&h->open, true, __ATOMIC_RELEASE);
		return err;
	}
	svai_handle_withdraw(h);
	free(h->pool);
	svai_handle_free(h, true);
	return 0;
}

/* All handles are the parent's, and another thread of its may have had the lock. */
int svai_pool_reopen(struct svai_handle *h)
{
	int err;

	pthread_mutex_init(&h->pool->lock, NULL);
	h->measuring = false;
	close_all(h->pool);
	memset(&h->pool->gone, 0, sizeof(h->pool->gone));
	memset(h->shards, 0, sizeof(h->shards));
	svai_report_clear(&h->report);
	err = with_topology(h, NULL, start);
	if (err)
		return err;
	svai_handle_publish(h, NULL);
	svai_policy_publish(h, NULL);
	return 0;
}

static int pool_state(const struct sva_wq *wq)
{
	int err = svai_handle_state(wq);

	return !err && svai_handle(wq)->path != SVA_PATH_POOL ? -EINVAL : err;
}

static int refresh(struct svai_handle *h, const struct sva_topology *topo)
{
	int err;

	svai_report_clear(&h->report);
	let_leave(h->pool);
	err = join(h, topo);
	return err ? err : (int)count_members(h->pool);
}

int sva_pool_refresh(struct sva_wq *pool)
{
	struct svai_handle *h = svai_handle(pool);
	int n = pool_state(pool), state;

	if (n)
		return n;
	state = svai_lock(&h->pool->lock);
	n = with_topology(h, NULL, refresh);
	svai_unlock(&h->pool->lock, state);
	return n;
}

bool svai_pool_has_portals(const struct svai_handle *h)
{
	bool all = true;

	pthread_mutex_lock(&h->pool->lock);
	for (unsigned int i = 0; i < h->pool->count; i++) {
		const struct svai_handle *m = h->pool->members[i].h;

		if (m && m->path != SVA_PATH_PORTAL)
			all = false;
	}
	pthread_mutex_unlock(&h->pool->lock);
	return all;
}

/* But what drains and the NOOP of a quarantine have taken: these are not a caller's. */
int64_t svai_pool_in_flight(struct svai_handle *h)
{
	int64_t n = svai_handle_in_flight(h) + __atomic_load_n(&h->executing, __ATOMIC_SEQ_CST);
	int64_t kept = h->info.size >= 2;

	if (!h->head.credit)
		return n;
	n -= __atomic_load_n(&h->quarantine.has_entry, __ATOMIC_RELAXED);
	pthread_mutex_lock(&h->drains.lock);
	if (h->drains.submitted > h->drains.proved)
		n -= (int64_t)(h->drains.submitted - h->drains.proved) - kept;
	pthread_mutex_unlock(&h->drains.lock);
	return n;
}

static void add_member(struct svai_handle *h, struct sva_wq_stats *stats)
{
	svai_shards_add(h->shards, stats);
	stats->in_flight += (uint64_t)svai_pool_in_flight(h);
}

/* Of a queue that has left and come back the kernel says it once. */
static void add_cr_faults(const struct svai_pool *pool, struct sva_wq_stats *stats)
{
	for (unsigned int i = 0; i < pool->count; i++)
		svai_sysfs_cr_faults(pool->members[i].name, &stats->cr_faults,
				     &stats->cr_fault_failures);
}

void svai_pool_stats(struct svai_handle *h, struct sva_wq_stats *stats)
{
	struct svai_pool *pool = h->pool;
	int state = svai_lock(&pool->lock);

	*stats = pool->gone;
	for (unsigned int i = 0; i < SVAI_POOL_MAX; i++) {
		if (pool->members[i].h)
			add_member(pool->members[i].h, stats);
		if (pool->left[i])
			add_member(pool->left[i], stats);
	}
	add_cr_faults(pool, stats);
	svai_unlock(&pool->lock, state);
	svai_shards_add(h->shards, stats);
}

unsigned int sva_pool_count(const struct sva_wq *pool)
{
	return pool_state(pool)
		       ? 0
		       : __atomic_load_n(&svai_handle(pool)->pool->count, __ATOMIC_ACQUIRE);
}

const struct sva_wq *sva_pool_member(const struct sva_wq *pool, unsigned int i)
{
	struct svai_handle *m;

	if (i >= sva_pool_count(pool))
		return NULL;
	m = __atomic_load_n(&svai_handle(pool)->pool->members[i].h, __ATOMIC_ACQUIRE);
	return m ? &m->head : NULL;
}

int sva_pool_set_weight(struct sva_wq *pool, const char *queue, unsigned int weight)
{
	int err = pool_state(pool);
	unsigned int count = sva_pool_count(pool);

	if (!err && (!queue || weight > MAX_WEIGHT))
		err = -EINVAL;
	if (err)
		return err;
	for (unsigned int i = 0; i < count; i++) {
		struct svai_member *m = &svai_handle(pool)->pool->members[i];

		if (strcmp(m->name, queue))
			continue;
		__atomic_store_n(&m->weight, weight, __ATOMIC_RELAXED);
		return 0;
	}
	return -ENOENT;
}
