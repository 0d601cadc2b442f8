/* SPDX-License-Identifier: MIT */
/* Rings: their memory, reaping, waiting, and the end. Submission: ring_submit.c. */
#include <linux/mman.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "operation.h"
#include "options.h"
#include "path.h"
#include "policy.h"
#include "pool.h"
#include "record.h"
#include "ring.h"

#define HUGE_PAGE     (2u << 20)
#define BATCH_DEFAULT 16
#define POLLS_FIRST   256    /* searches, before a wait for one record */
#define WAIT_NS       100000 /* for one record, before the next search */

/*
 * Memory.
 */

/*
 * A huge page of its own, if the administrator has set some aside; else perhaps of the kernel's.
 * One that was promised may still be missing here, by cgroup or NUMA policy: the first access would
 * be a SIGBUS.
 */
static void *map_huge(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *page = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
			  flags | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
	char *start;

	if (page != MAP_FAILED && !madvise(page, HUGE_PAGE, MADV_POPULATE_WRITE))
		return page;
	if (page != MAP_FAILED)
		munmap(page, HUGE_PAGE);
	start = mmap(NULL, 2 * (size_t)HUGE_PAGE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (start == MAP_FAILED)
		return MAP_FAILED;
	page = start + (-(uintptr_t)start % HUGE_PAGE);
	if (page != start)
		munmap(start, (size_t)(page - start));
	munmap(page + HUGE_PAGE, (size_t)(start + HUGE_PAGE - page));
	(void)madvise(page, HUGE_PAGE, MADV_HUGEPAGE);
	return page;
}

/* What the device reads and writes. */
static int map_memory(struct svai_ring *r)
{
	size_t ops = (r->count * sizeof(struct sva_op)) << r->shift;
	size_t size = ops + r->chunk_count * r->chunk_size;

	r->memory_size = size <= SVAI_PAGE ? SVAI_PAGE : HUGE_PAGE;
	r->memory = size <= SVAI_PAGE ? mmap(NULL, SVAI_PAGE, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
				      : map_huge();
	if (r->memory == MAP_FAILED) {
		r->memory = NULL;
		return -ENOMEM;
	}
	memset(r->memory, 0, size);
	r->head.ops = r->memory;
	r->chunks = (char *)r->memory + ops;
	return 0;
}

static int allocate(struct svai_ring *r)
{
	r->head.mask = r->count - 1;
	r->head.circle = calloc(r->count, sizeof(struct sva_op *));
	r->head.data = calloc(r->count << r->shift, sizeof(*r->head.data));
	r->slots = calloc(r->count, sizeof(*r->slots));
	r->uses = calloc(r->chunk_count + 1, sizeof(*r->uses));
	if (!r->head.circle || !r->head.data || !r->slots || !r->uses)
		return -ENOMEM;
	return map_memory(r);
}

static void release(struct svai_ring *r)
{
	if (r->armed)
		svai_waiter_withdraw(&r->waiting);
	if (r->waiting.fd >= 0)
		close(r->waiting.fd);
	if (r->memory)
		munmap(r->memory, r->memory_size);
	free(r->head.circle);
	free(r->head.data);
	free(r->slots);
	free(r->uses);
	free(r);
}

/* One write(2) submits many descriptors anyway, and the CPU path gains nothing by a batch. */
static bool takes_batches(const struct svai_handle *h)
{
	return sva_opmask_has(&h->limits.opcodes, SVA_OP_BATCH) &&
	       (h->path == SVA_PATH_PORTAL ||
		(h->path == SVA_PATH_POOL && svai_pool_has_portals(h)));
}

static uint32_t group_of(const struct svai_ring *r, uint32_t wanted)
{
	uint32_t group = wanted ? wanted : BATCH_DEFAULT;

	if (group > r->count / 2)
		group = r->count / 2;
	if (group > r->h->limits.max_batch)
		group = r->h->limits.max_batch;
	return group >= SVAI_BATCH_MIN && takes_batches(r->h) ? group : 0;
}

/* All operations are free, and no batch is under way. */
static void clear(struct svai_ring *r)
{
	r->head.head = r->head.submitted = r->head.tail = r->cursor = r->prepared = 0;
	memset(r->slots, 0, r->count * sizeof(*r->slots));
	memset(r->uses, 0, r->chunk_count * sizeof(*r->uses));
	memset(r->head.ops, 0, (r->count * sizeof(*r->head.ops)) << r->shift);
	for (uint32_t i = 0; i < r->count; i++) {
		r->head.circle[i] = &r->head.ops[i << r->shift];
		r->head.circle[i]->wq = &r->h->head;
	}
	r->stats = &r->h->shards[svai_shard_number()].stats;
	r->generation = r->h->generation;
}

static bool has_ended(struct svai_waiting *w)
{
	struct svai_ring *r =
		(struct svai_ring *)(void *)((char *)w - offsetof(struct svai_ring, waiting));

	for (uint32_t at = r->head.head; at != r->hidden; at++) {
		const struct sva_op *op = *svai_ring_place(r, at);

		if (svai_slot(r, op)->state == SVAI_SLOT_ENDED ||
		    (svai_slot(r, op)->state == SVAI_SLOT_PLAIN &&
		     sva_record_status(svai_record(op))))
			return true;
	}
	/* What failed as a whole may have left its members without records. */
	for (uint32_t i = 0; i < r->chunk_count; i++) {
		unsigned int status = sva_record_status(&svai_chunk(r, i)->op.record);

		if (r->uses[i].size && status && status != SVA_STATUS_SUCCESS)
			return true;
	}
	return false;
}

static uint32_t power_of_2(uint32_t n)
{
	return n > 1 ? 1u << (32 - __builtin_clz(n - 1)) : 1;
}

int sva_ring_open(struct sva_ring **ring, struct sva_wq *wq, unsigned int slots,
		  const struct sva_ring_opts *user_opts)
{
	struct sva_ring_opts opts;
	struct svai_ring *r;
	int err;

	if (!ring)
		return -EINVAL;
	*ring = NULL;
	err = svai_read_options(&opts, sizeof(opts), user_opts,
				offsetof(struct sva_ring_opts, batch));
	if (!err)
		err = svai_handle_state(wq);
	if (!err && (!slots || opts.batch > SVAI_BATCH_MAX || opts.reserved))
		err = -EINVAL;
	if (err)
		return err;
	if (slots > SVA_RING_MAX)
		return -E2BIG;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->h = svai_handle(wq);
	r->count = power_of_2(slots);
	r->shift = r->h->iax ? 1 : 0; /* struct sva_iax_op */
	r->head.slots = slots;
	r->group = group_of(r, opts.batch);
	r->chunk_count = r->group ? r->count / r->group : 0;
	r->chunk_size = sizeof(struct svai_chunk) + r->group * sizeof(struct sva_desc);
	r->avx = sva_cpu_features() & SVA_CPU_AVX2;
	r->waiting.fd = -1;
	r->waiting.has_ended = has_ended;
	err = allocate(r);
	if (err) {
		release(r);
		return err;
	}
	clear(r);
	*ring = &r->head;
	return 0;
}

/*
 * Reaping.
 */

static int state_of(const struct svai_ring *r)
{
	int err = svai_handle_state(&r->h->head);

	return !err && r->generation != r->h->generation ? -ESTALE : err;
}

/* While the ring is armed its inline functions find nothing, and come here; in a child, for good.
 */
int svai_ring_awake(struct svai_ring *r)
{
	int err = state_of(r);

	if (r->armed && err != -ESTALE) {
		svai_waiter_withdraw(&r->waiting);
		r->head.submitted = r->hidden;
		r->armed = false;
	}
	return err;
}

/* Behind the last one that the queue has, armed or not. */
static uint32_t end_of(const struct svai_ring *r)
{
	return r->armed ? r->hidden : r->head.submitted;
}

/* The oldest one takes its place. */
static struct sva_op *take(struct svai_ring *r, uint32_t at, int *result)
{
	struct sva_op **place = svai_ring_place(r, at), *op = *place;
	struct svai_slot *slot = svai_slot(r, op);

	*result = slot->error;
	op->credit = NULL;
	memset(slot, 0, sizeof(*slot));
	*place = *svai_ring_place(r, r->head.head);
	*svai_ring_place(r, r->head.head++) = op;
	r->cursor = at + 1;
	return op;
}

/* The next one that has ended, from the place on where the last one was found. */
static struct sva_op *search(struct svai_ring *r, int *result)
{
	uint32_t count = r->head.submitted - r->head.head, first = r->cursor - r->head.head;

	first = first < count ? first : 0;
	for (uint32_t n = 0; n < count; n++) {
		uint32_t at = r->head.head + (first + n) % count;

		if (svai_ring_settle(r, *svai_ring_place(r, at)))
			return take(r, at, result);
	}
	return NULL;
}

struct sva_op *sva__ring_reap_slow(struct sva_ring *ring, int *result)
{
	struct svai_ring *r = svai_ring(ring);
	struct sva_op *op;

	if (svai_ring_awake(r))
		return NULL;
	svai_policy_now(r->h, &r->policy);
	op = search(r, result);
	if (!op)
		svai_ring_look(r);
	return op;
}

unsigned int sva_ring_in_flight(const struct sva_ring *ring)
{
	const struct svai_ring *r = svai_ring(ring);

	return ring ? end_of(r) - ring->head : 0;
}

/* Of the operations in flight, one whose record may still change. */
static struct sva_record *some_record(const struct svai_ring *r)
{
	for (uint32_t at = r->head.head; at != r->head.submitted; at++) {
		struct sva_op *op = *svai_ring_place(r, at);

		if (svai_slot(r, op)->state == SVAI_SLOT_PLAIN)
			return svai_record(op);
	}
	return NULL;
}

/* Wait a little for something to happen. */
static void rest(const struct svai_ring *r, unsigned int searches, int64_t since, int64_t deadline)
{
	int64_t until = svai_deadline(WAIT_NS);
	const struct sva_record *record = some_record(r);

	if (searches < POLLS_FIRST || !record)
		svai_back_off(searches);
	else
		svai_wait_record(record, since, until < deadline ? until : deadline,
				 r->policy.wait);
}

struct sva_op *sva_ring_wait(struct sva_ring *ring, int64_t timeout_ns, int *result)
{
	struct sva_op *op = sva_ring_reap(ring, result);
	struct svai_ring *r = svai_ring(ring);
	int64_t since, deadline;

	if (op)
		return op;
	since = svai_now_ns();
	deadline = svai_deadline(timeout_ns);
	for (unsigned int searches = 0; !op; searches++) {
		*result = svai_ring_awake(r);
		if (!*result && !sva_ring_in_flight(ring))
			*result = -ENOENT;
		if (!*result && svai_now_ns() >= deadline)
			*result = -ETIMEDOUT;
		if (*result)
			return NULL;
		rest(r, searches, since, deadline);
		op = sva_ring_reap(ring, result);
	}
	return op;
}

/* Does anything go on that has not ended? */
static bool is_busy(struct svai_ring *r)
{
	bool busy = false;

	for (uint32_t at = r->head.head; at != r->head.submitted; at++)
		busy |= !svai_ring_settle(r, *svai_ring_place(r, at));
	svai_ring_settle_chunks(r);
	for (uint32_t i = 0; i < r->chunk_count; i++)
		busy |= r->uses[i].size != 0;
	return busy;
}

int sva_ring_drain(struct sva_ring *ring, int64_t timeout_ns)
{
	struct svai_ring *r = svai_ring(ring);
	int err = ring ? svai_ring_awake(r) : -EINVAL;
	unsigned int searches = 0;
	int64_t since, deadline;

	if (err)
		return err;
	svai_policy_now(r->h, &r->policy);
	if (!is_busy(r))
		return 0;
	since = svai_now_ns();
	deadline = svai_deadline(timeout_ns);
	do {
		svai_ring_look(r);
		if (svai_now_ns() >= deadline)
			return -ETIMEDOUT;
		rest(r, searches++, since, deadline);
	} while (is_busy(r));
	return 0;
}

/* Is it the address of an operation of this ring? */
static bool has_op(const struct svai_ring *r, const struct sva_op *op)
{
	uintptr_t offset = (uintptr_t)op - (uintptr_t)r->head.ops;

	return offset % (sizeof(*op) << r->shift) == 0 &&
	       offset / (sizeof(*op) << r->shift) < r->count;
}

int sva_ring_cancel(struct sva_ring *ring, const struct sva_op *wanted)
{
	struct svai_ring *r = svai_ring(ring);
	int err = ring && wanted ? svai_ring_awake(r) : -EINVAL;

	if (!err && !has_op(r, wanted))
		err = -EINVAL;
	if (err)
		return err;
	for (uint32_t at = ring->head; at != ring->tail; at++) {
		struct sva_op **place = svai_ring_place(r, at), *op = *place;

		if (op != wanted)
			continue;
		if (at - ring->head < ring->submitted - ring->head) {
			if (svai_slot(r, op)->state != SVAI_SLOT_ENDED)
				svai_ring_set_error(r, op, -ECANCELED);
			return 0;
		}
		/* Not submitted: it ends here, in the place of the first that was not either. */
		svai_ring_end(r, op, svai_refuse(&r->h->head, op, -ECANCELED));
		*place = *svai_ring_place(r, ring->submitted);
		*svai_ring_place(r, ring->submitted++) = op;
		return 0;
	}
	return -ENOENT;
}

/*
 * A file descriptor to wait on.
 */

/* It leaves the ring armed: who waits may ask for it last. */
int sva_ring_fd(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);
	int err = ring ? state_of(r) : -EINVAL;

	if (err)
		return err;
	if (r->waiting.fd < 0)
		r->waiting.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return r->waiting.fd < 0 ? -errno : r->waiting.fd;
}

/* Is there one that the queue did not take again? */
static bool has_rests(const struct svai_ring *r)
{
	for (uint32_t at = r->head.head; at != r->head.submitted; at++) {
		if (svai_slot(r, *svai_ring_place(r, at))->state == SVAI_SLOT_AGAIN)
			return true;
	}
	return false;
}

int sva_ring_arm(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);
	int err = ring ? svai_ring_awake(r) : -EINVAL;

	if (!err && r->waiting.fd < 0)
		err = -EINVAL;
	if (err || (!sva_ring_in_flight(ring) && ring->tail == ring->submitted))
		return err;
	svai_policy_now(r->h, &r->policy);
	r->searches = 0; /* who waits here does not come by often */
	svai_ring_look(r);
	r->hidden = ring->submitted;
	if (has_ended(&r->waiting))
		return 1;
	r->waiting.submits = ring->tail != ring->submitted || has_rests(r);
	err = svai_waiter_arm(&r->waiting);
	if (err)
		return err;
	ring->submitted = ring->head;
	r->armed = true;
	return 0;
}

/*
 * The end, and a new beginning.
 */

int sva_ring_reopen(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);
	int err = ring ? svai_handle_state(&r->h->head) : -EINVAL;
	void *memory = ring ? r->memory : NULL;

	if (err)
		return err;
	if (r->generation == r->h->generation)
		return -EALREADY;
	/* Not the parent's pages: of huge ones there may be no second. */
	err = map_memory(r);
	if (err) {
		r->memory = memory;
		return err;
	}
	munmap(memory, r->memory_size);
	if (r->armed)
		svai_waiter_withdraw(&r->waiting);
	if (r->waiting.fd >= 0)
		close(r->waiting.fd);
	r->armed = false;
	r->waiting = (struct svai_waiting){ .has_ended = has_ended, .fd = -1 };
	clear(r);
	return 0;
}

int sva_ring_close(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);

	if (!ring)
		return -EINVAL;
	if (!svai_ring_awake(r) &&
	    sva_ring_drain(ring, (int64_t)r->h->timeout_ms * 1000000) == -ETIMEDOUT)
		return -ETIMEDOUT;
	release(r);
	return 0;
}
