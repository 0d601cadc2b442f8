/* SPDX-License-Identifier: MIT */
/*
 * Everything at once: two processes of eight threads mix calls, rings, plain operations and batches
 * on a shared queue, a dedicated one and a pool, while the device holds, is full and stops at
 * pages, and threads fork, refresh the pool and replace policies. No operation is lost, none is
 * executed twice, every byte is looked at. LIBSVA_SOAK=N: N times as long.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "reference.h"

#define THREADS   8
#define ROUNDS    20  /* of each thread */
#define RING_OPS  150 /* of a ring */
#define SLOTS     64
#define BYTES     512u /* of an operation at most */
#define GUARD     64u
#define PLAIN     16
#define CALL      20480u /* bytes of a call at most */
#define MAX_SPLIT 8u
#define SEAL      0xa7
#define LOST      (SVA_WHY_LOST | SVA_WHY_DEAD) /* the queue has not done it, or nobody knows */

enum kind { MOVE, FILL, COPY_CRC, CRC, KINDS };

/* An operation of a ring, of a batch, or a plain one, and its memory. */
struct slot {
	unsigned char src[BYTES], dst[BYTES + GUARD];
	uint64_t given; /* bytes of dst that the device has written, each time it has */
	uint64_t pattern;
	struct sva_op *op;
	enum kind kind;
	uint32_t size;
	unsigned int turn; /* which operation of its thread */
	bool busy, cancelled;
} __attribute__((aligned(64)));

struct tally {
	unsigned long calls, ring_ops, plain, members, batches;
	unsigned long device_bytes, refused, cancelled, lost, out_of_order, cpu, polls, faults;
	unsigned long children, refreshes, policies;
};

struct worker {
	struct slot slots[SLOTS];
	struct sva_op ops[PLAIN], batch_op;
	struct sva_desc descs[PLAIN];
	struct sva_record records[PLAIN];
	unsigned char a[CALL + GUARD], b[CALL + GUARD]; /* sources */
	unsigned char to[2][2 * CALL + GUARD], want[2 * CALL + GUARD];
	uint64_t delta[CALL / 8 * 10 / 8 + 8];
	uint64_t call_given[2];
	struct sva_outcome outcome;
	struct tally tally;
	pthread_t thread;
	unsigned int number, seed, turn, bad;
} __attribute__((aligned(64)));

static struct worker workers[THREADS];

static struct target {
	struct sva_wq *wq;
	bool exact; /* nothing fails: its policies are never strict, its queue never dies */
} targets[3];
enum { SHARED, DEDICATED, POOL };

static struct fake_tree *tree;
static bool by_write; /* this process has no portals, and its kernel refuses batches */
static unsigned int soak = 1, process;

/*
 * The sanitizers of gcc 12 do not hold the locks of their allocator across fork(2), as glibc does:
 * a child may wait forever for one that another thread had.
 */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
static const bool can_fork = false;
#else
static const bool can_fork = true;
#endif

#define CHECK(w, cond)                                                                   \
	do {                                                                             \
		if (!(cond) && (w)->bad++ < 5)                                           \
			fprintf(stderr, "process %u, thread %u, line %d: %s\n", process, \
				(w)->number, __LINE__, #cond);                           \
	} while (0)

static unsigned int chance(struct worker *w, unsigned int n)
{
	return (unsigned int)rand_r(&w->seed) % n;
}

/*
 * What the device executes, by destination.
 */

static bool writes(unsigned int opcode)
{
	switch (opcode) {
	case SVA_OP_MEMMOVE:
	case SVA_OP_FILL:
	case SVA_OP_COPY_CRC:
	case SVA_OP_DUALCAST:
	case SVA_OP_DIF_INSERT:
	case SVA_OP_DIF_STRIP:
	case SVA_OP_DIF_UPDATE:
		return true;
	default:
		return false;
	}
}

static void count_bytes(uint64_t addr, uint32_t bytes)
{
	uint64_t offset = addr - (uintptr_t)workers;
	struct worker *w = &workers[offset / sizeof(workers[0])];
	uint64_t in = offset % sizeof(workers[0]);

	if (offset >= sizeof(workers))
		return;
	if (in < sizeof(w->slots))
		__atomic_fetch_add(&w->slots[in / sizeof(struct slot)].given, bytes,
				   __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < 2; i++)
		if (addr - (uintptr_t)w->to[i] < sizeof(w->to[i]))
			__atomic_fetch_add(&w->call_given[i], bytes, __ATOMIC_RELAXED);
}

static void executes(const struct sva_desc *desc, uint32_t bytes)
{
	if (!writes(sva_desc_opcode(desc)))
		return;
	count_bytes(desc->dst_addr, bytes);
	if (sva_desc_opcode(desc) == SVA_OP_DUALCAST)
		count_bytes(desc->dualcast.dst2_addr, bytes);
}

static uint64_t given(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/*
 * Operations.
 */

static bool is_filled(const unsigned char *at, size_t size, int c)
{
	for (size_t i = 0; i < size; i++)
		if (at[i] != c)
			return false;
	return true;
}

/* Nothing has come late: what has ended stays as it was. */
static void check_sealed(struct worker *w, struct slot *s)
{
	CHECK(w, !s->busy);
	CHECK(w, is_filled(s->dst, sizeof(s->dst), SEAL));
	CHECK(w, given(&s->given) == 0);
}

static void seal(struct slot *s)
{
	memset(s->dst, SEAL, sizeof(s->dst));
	__atomic_store_n(&s->given, 0, __ATOMIC_RELAXED);
	s->busy = s->cancelled = false;
}

static void prep(struct slot *s, struct sva_desc *desc)
{
	switch (s->kind) {
	case MOVE:
		sva_prep_memmove(desc, s->dst, s->src, s->size, 0);
		break;
	case FILL:
		sva_prep_fill(desc, s->dst, s->pattern, s->size, 0);
		break;
	case COPY_CRC:
		sva_prep_copy_crc(desc, s->dst, s->src, s->size, 0, 0);
		break;
	default:
		sva_prep_crc(desc, s->src, s->size, 0, 0);
		break;
	}
}

/* One more operation, in memory that is new to it. */
static void begin(struct worker *w, struct slot *s, struct sva_desc *desc)
{
	check_sealed(w, s);
	s->turn = ++w->turn;
	s->kind = (enum kind)chance(w, 2 * KINDS); /* most of them copies */
	if (s->kind >= KINDS)
		s->kind = MOVE;
	s->size = 1 + chance(w, BYTES);
	s->pattern = s->turn * 0x9e3779b97f4a7c15u;
	for (uint32_t i = 0; i < s->size; i++)
		s->src[i] = (unsigned char)(s->turn * 151 + w->number * 31 + i * 7 + i / 256);
	s->busy = true;
	prep(s, desc);
}

static unsigned char wanted(const struct slot *s, uint32_t i)
{
	if (s->kind == CRC)
		return SEAL;
	return s->kind == FILL ? (unsigned char)(s->pattern >> i % 8 * 8) : s->src[i];
}

/* The device has written each byte at most once, and no other. */
static void check_not_doubled(struct worker *w, const struct slot *s)
{
	CHECK(w, given(&s->given) <= s->size);
	CHECK(w, is_filled(s->dst + s->size, sizeof(s->dst) - s->size, SEAL));
}

/* @exact: the device has done it all. */
static void check_done(struct worker *w, const struct slot *s, const struct sva_record *record,
		       bool exact)
{
	unsigned int differ = 0;

	for (uint32_t i = 0; i < s->size; i++)
		differ += s->dst[i] != wanted(s, i);
	CHECK(w, differ == 0);
	check_not_doubled(w, s);
	if (s->kind == CRC || s->kind == COPY_CRC)
		CHECK(w, record->crc == ref_crc32c(s->src, s->size, 0, 0));
	if (exact && s->kind != CRC)
		CHECK(w, given(&s->given) == s->size);
	w->tally.device_bytes += given(&s->given);
}

static struct slot *free_slot(struct worker *w)
{
	unsigned int first = chance(w, SLOTS);

	for (unsigned int i = 0; i < SLOTS; i++) {
		struct slot *s = &w->slots[(first + i) % SLOTS];

		if (!s->busy)
			return s;
	}
	return NULL;
}

static bool is_allowed(const struct target *t, int err)
{
	return !err || (!t->exact && (err == -EFAULT || err == -EIO || err == -EOPNOTSUPP ||
				      err == -ENODEV || err == -ETIMEDOUT));
}

/*
 * Plain operations.
 */

static void poll_all(struct worker *w, const bool *in_flight)
{
	for (unsigned int i = 0; i < PLAIN; i++)
		if (in_flight[i])
			sva_poll(&w->ops[i]);
	sched_yield();
}

static void submit_plain(struct worker *w, const struct target *t, unsigned int i, bool *in_flight)
{
	int err;

	while ((err = sva_submit(t->wq, &w->ops[i])) == -EAGAIN)
		poll_all(w, in_flight);
	CHECK(w, err == 0);
	in_flight[i] = !err;
}

/* What the queue had when it died was not executed: the fake device tells by what it was given. */
static void take_lost(struct worker *w, const struct target *t, struct slot *s)
{
	CHECK(w, t == &targets[POOL]);
	CHECK(w, given(&s->given) < s->size);
	check_not_doubled(w, s);
	w->tally.lost++;
}

static void wait_plain(struct worker *w, const struct target *t, struct slot *s, unsigned int i,
		       bool *in_flight)
{
	struct sva_op *op = &w->ops[i];
	int status;

	for (;;) {
		status = sva_wait(op, chance(w, 4) ? -1 : 1000, (enum sva_wait_policy)chance(w, 5));
		if (status == -ETIMEDOUT)
			continue;
		in_flight[i] = false;
		if (sva_op_resume(op) != 1)
			break;
		CHECK(w, SVA_STATUS_CODE((unsigned int)status) == SVA_STATUS_PAGE_FAULT);
		w->tally.faults++;
		submit_plain(w, t, i, in_flight);
	}
	if (status == SVA_STATUS_LOST || status == -ENODEV) {
		take_lost(w, t, s);
	} else {
		CHECK(w, status == SVA_STATUS_SUCCESS);
		/* Of a pool, the CPU may have done it. */
		check_done(w, s, &op->record, op->wq != t->wq || t != &targets[POOL]);
	}
	seal(s);
	w->tally.plain++;
}

static void use_plain(struct worker *w, const struct target *t)
{
	bool in_flight[PLAIN] = { 0 };
	unsigned int count = 1 + chance(w, PLAIN);
	struct slot *slots[PLAIN];

	/* With more than the queue has entries, all threads might wait for each other. */
	for (unsigned int i = 0; i < count; i++) {
		slots[i] = free_slot(w);
		begin(w, slots[i], &w->ops[i].desc);
		submit_plain(w, t, i, in_flight);
	}
	while (count--)
		wait_plain(w, t, slots[count], count, in_flight);
}

/*
 * Batches.
 */

static void finish_member(struct worker *w, const struct target *t, struct slot *s,
			  struct sva_record *record, bool lost)
{
	unsigned int code = SVA_STATUS_CODE(sva_record_status(record));
	uint32_t done = record->bytes_completed;

	switch (code) {
	case SVA_STATUS_SUCCESS:
		check_done(w, s, record, t != &targets[POOL]);
		break;
	case SVA_STATUS_PAGE_FAULT:
		CHECK(w, s->kind == MOVE && done == s->size / 2 && given(&s->given) == done);
		memcpy(s->dst + done, s->src + done, s->size - done);
		check_done(w, s, record, false);
		w->tally.faults++;
		break;
	case SVA_STATUS_LOST:
	case SVA_STATUS_NONE:
		CHECK(w, lost || t == &targets[POOL]);
		take_lost(w, t, s);
		break;
	default:
		CHECK(w, !"a status of a member");
	}
	seal(s);
	w->tally.members++;
}

static void use_batch(struct worker *w, const struct target *t)
{
	unsigned int count = 1 + chance(w, PLAIN);
	struct slot *slots[PLAIN];
	struct sva_batch batch;
	bool lost;
	int status;

	CHECK(w, !sva_batch_init(&batch, w->descs, w->records, PLAIN, 0));
	for (unsigned int i = 0; i < count; i++) {
		struct sva_desc *desc = sva_batch_add(&batch);

		slots[i] = free_slot(w);
		begin(w, slots[i], desc);
	}
	while ((status = sva_submit_batch(t->wq, &batch, &w->batch_op)) == -EAGAIN)
		sched_yield();
	CHECK(w, status == 0);
	status = sva_wait(&w->batch_op, -1, SVA_WAIT_AUTO);
	lost = status == SVA_STATUS_LOST || status == -ENODEV;
	CHECK(w, status == SVA_STATUS_SUCCESS || status == SVA_STATUS_BATCH_FAIL ||
			 (lost && t == &targets[POOL]));
	for (unsigned int i = 0; i < count; i++)
		finish_member(w, t, slots[i], &w->records[i], lost);
	w->tally.batches++;
}

/*
 * Rings.
 */

struct use {
	struct sva_ring *ring;
	const struct target *t;
	unsigned int left;   /* to be submitted */
	unsigned int busy;   /* got and not reaped */
	unsigned int newest; /* turn of what was reaped last */
	int fd;              /* -1: none */
};

static void take_reaped(struct worker *w, struct use *u, struct sva_op *op, int result)
{
	struct slot *s = sva_ring_data(u->ring, op);
	uint32_t why = sva_ring_why(op);

	CHECK(w, s->busy && s->op == op); /* once */
	w->tally.out_of_order += s->turn < u->newest;
	u->newest = s->turn;
	if (!result) {
		check_done(w, s, &op->record, !why);
		w->tally.cpu += why != 0;
		w->tally.lost += (why & LOST) != 0;
	} else if (result == -ECANCELED && s->cancelled) {
		check_not_doubled(w, s);
		CHECK(w, s->kind == CRC || given(&s->given) < s->size);
		w->tally.cancelled++;
	} else {
		CHECK(w, is_allowed(u->t, result));
		check_not_doubled(w, s);
		w->tally.refused++;
	}
	seal(s);
	s->op = NULL;
	u->busy--;
	w->tally.ring_ops++;
}

static void reap_ready(struct worker *w, struct use *u)
{
	struct sva_op *op;
	int result;

	while ((op = sva_ring_reap(u->ring, &result)))
		take_reaped(w, u, op, result);
}

static void get_some(struct worker *w, struct use *u)
{
	struct slot *s;

	while (u->left && (s = free_slot(w)) && chance(w, 12)) {
		s->op = sva_ring_get(u->ring);
		if (!s->op)
			break;
		begin(w, s, &s->op->desc);
		sva_ring_set_data(u->ring, s->op, s);
		u->left--;
		u->busy++;
	}
}

static void cancel_one(struct worker *w, struct use *u)
{
	struct slot *s = &w->slots[chance(w, SLOTS)];

	if (!s->busy)
		return;
	CHECK(w, sva_ring_cancel(u->ring, s->op) == 0);
	s->cancelled = true;
}

/* One way or another. */
static void wait_for_one(struct worker *w, struct use *u)
{
	struct pollfd p = { .fd = u->fd, .events = POLLIN };
	struct sva_op *op;
	int result;

	if (u->fd >= 0 && chance(w, 2)) {
		result = sva_ring_arm(u->ring);
		CHECK(w, result == 0 || result == 1);
		if (!result)
			CHECK(w, poll(&p, 1, -1) == 1);
		w->tally.polls += !result;
		return;
	}
	op = sva_ring_wait(u->ring, -1, &result);
	if (op)
		take_reaped(w, u, op, result);
	else
		CHECK(w, result == -ENOENT);
}

static void turn_ring(struct worker *w, struct use *u)
{
	int n;

	get_some(w, u);
	if (!chance(w, 10))
		cancel_one(w, u);
	n = sva_ring_submit(u->ring);
	CHECK(w, n >= 0 || n == -EAGAIN);
	if (n == -EAGAIN)
		sched_yield();
	if (chance(w, 3))
		reap_ready(w, u);
	if (u->busy && !chance(w, 3))
		wait_for_one(w, u);
}

static struct use open_ring(struct worker *w, const struct target *t)
{
	static const unsigned int sizes[] = { 1, 3, 8, 16, 31, 64 };
	static const uint32_t batches[] = { 0, 1, 4, 64 };
	struct sva_ring_opts opts = { .size = sizeof(opts), .batch = batches[chance(w, 4)] };
	struct use u = { .t = t, .left = RING_OPS, .fd = -1 };

	CHECK(w, !sva_ring_open(&u.ring, t->wq, sizes[chance(w, 6)], &opts));
	if (chance(w, 2)) {
		u.fd = sva_ring_fd(u.ring);
		CHECK(w, u.fd >= 0);
	}
	return u;
}

static void fork_a_child(struct worker *w, struct use *u);

static void use_ring(struct worker *w, const struct target *t, bool forks)
{
	struct use u = open_ring(w, t);

	while (u.left || u.busy) {
		turn_ring(w, &u);
		if (forks && u.left < RING_OPS / 2) {
			fork_a_child(w, &u);
			forks = false;
		}
		if (!u.left && sva_ring_in_flight(u.ring) == u.busy && chance(w, 2))
			CHECK(w, sva_ring_drain(u.ring, -1) == 0);
	}
	CHECK(w, sva_ring_in_flight(u.ring) == 0);
	CHECK(w, sva_ring_close(u.ring) == 0);
}

/*
 * Calls.
 */

struct call {
	const struct target *t;
	unsigned char *to;         /* destination, in w->to[0] */
	const unsigned char *from; /* source */
	size_t size;               /* of the source */
	size_t skip;               /* of @to in w->to[0] */
	size_t written;            /* of the destination */
	bool counted;              /* the device's bytes are those of the outcome */
	bool backward;             /* perhaps */
	int err;
};

/* The whole destination, and what is around it. */
static void check_call(struct worker *w, const struct call *c)
{
	size_t sure = c->err ? w->outcome.bytes : c->written, end = c->skip + c->written;

	CHECK(w, is_allowed(c->t, c->err));
	w->tally.refused += c->err != 0;
	w->tally.cpu += w->outcome.why != 0;
	w->tally.lost += (w->outcome.why & LOST) != 0;
	w->tally.faults += w->outcome.faults;
	w->tally.device_bytes += given(&w->call_given[0]);
	if (c->backward && c->err)
		sure = 0;
	CHECK(w, sure <= c->written || c->err);
	if (sure > c->written)
		sure = c->written;
	CHECK(w, !memcmp(w->to[0], w->want, c->skip + sure));
	CHECK(w, !memcmp(w->to[0] + end, w->want + end, sizeof(w->want) - end));
	CHECK(w, given(&w->call_given[0]) <= c->size);
	if (c->counted && !c->err && !(w->outcome.why & (LOST | SVA_WHY_ERROR)))
		CHECK(w, given(&w->call_given[0]) == w->outcome.device_bytes);
}

static struct sva_desc_dif dif_of(struct worker *w)
{
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };

	dif.src.ref_tag = dif.dst.ref_tag = w->turn * 77;
	dif.src.app_tag = dif.dst.app_tag = (uint16_t)(w->turn & 0xfff);
	return dif;
}

static void call_copy(struct worker *w, struct call *c)
{
	memcpy(w->want + c->skip, c->from, c->size);
	c->counted = true;
	c->err = sva_memcpy(c->t->wq, c->to, c->from, c->size, &w->outcome);
}

static void call_set(struct worker *w, struct call *c)
{
	memset(w->want + c->skip, (int)(w->turn & 0xff), c->size);
	c->counted = true;
	c->err = sva_memset(c->t->wq, c->to, (int)(w->turn & 0xff), c->size, &w->outcome);
}

/* To do this twice gives something else. */
static void call_move(struct worker *w, struct call *c)
{
	size_t by = chance(w, 4) ? 64 + chance(w, 4096) : 1 + chance(w, 64);
	unsigned char *from = c->to, *to = c->to;

	if (chance(w, 2))
		from += by;
	else
		to += by;
	memcpy(from, c->from, c->size);
	memcpy(w->want, w->to[0], sizeof(w->want));
	memmove(w->want + (to - w->to[0]), from, c->size);
	c->skip = (size_t)(to - w->to[0]);
	c->backward = true;
	c->err = sva_memmove(c->t->wq, to, from, c->size, &w->outcome);
}

static void call_compare(struct worker *w, struct call *c)
{
	size_t at = chance(w, 2 * (unsigned int)c->size);
	int order = 7;

	c->written = 0;
	memcpy(w->b, c->from, c->size);
	if (at < c->size)
		w->b[at]++;
	c->err = sva_memcmp(c->t->wq, c->from, w->b, c->size, &order, &w->outcome);
	if (!c->err)
		CHECK(w, at < c->size
				 ? order && (order < 0) == (memcmp(c->from, w->b, c->size) < 0) &&
					   w->outcome.offset == at
				 : !order);
}

static void call_crc(struct worker *w, struct call *c)
{
	uint32_t crc = w->turn, expected = ref_crc32c(c->from, c->size, w->turn, 0);

	c->written = 0;
	c->err = sva_crc32c(c->t->wq, c->from, c->size, &crc, &w->outcome);
	CHECK(w, c->err || crc == expected);
}

static void call_copy_crc(struct worker *w, struct call *c)
{
	uint32_t crc = 0, expected = ref_crc32c(c->from, c->size, 0, 0);

	memcpy(w->want + c->skip, c->from, c->size);
	c->counted = true;
	c->err = sva_copy_crc32c(c->t->wq, c->to, c->from, c->size, &crc, &w->outcome);
	CHECK(w, c->err || crc == expected);
}

static void call_dualcast(struct worker *w, struct call *c)
{
	unsigned char *second = w->to[1] + ((uintptr_t)(c->to - w->to[1]) & 4095);

	if (second + c->size > w->to[1] + sizeof(w->to[1]) || chance(w, 4))
		second = w->to[1] + chance(w, 64);
	memcpy(w->want + c->skip, c->from, c->size);
	c->err = sva_dualcast(c->t->wq, c->to, second, c->from, c->size, &w->outcome);
	CHECK(w, given(&w->call_given[1]) <= c->size);
	CHECK(w, c->err || !memcmp(second, c->from, c->size));
	CHECK(w, is_filled(w->to[1], (size_t)(second - w->to[1]), SEAL));
	CHECK(w, is_filled(second + c->size,
			   sizeof(w->to[1]) - (size_t)(second - w->to[1]) - c->size, SEAL));
	memset(w->to[1], SEAL, sizeof(w->to[1]));
}

static void call_delta(struct worker *w, struct call *c)
{
	size_t delta_size = 0, changes = chance(w, 50);

	c->size = (c->size + 7) / 8 * 8 <= CALL ? (c->size + 7) / 8 * 8 : CALL;
	c->skip = c->written = 0;
	memcpy(w->to[0], w->a, c->size);
	memcpy(w->b, w->a, c->size);
	for (size_t i = 0; i < changes; i++)
		w->b[chance(w, (unsigned int)c->size)]++;
	memcpy(w->want, w->to[0], sizeof(w->want));
	c->err = sva_create_delta(c->t->wq, w->a, w->b, c->size, w->delta, sva_delta_max(c->size),
				  &delta_size, &w->outcome);
	check_call(w, c);
	if (c->err)
		return;
	memcpy(w->want, w->b, c->size);
	w->outcome = (struct sva_outcome){ .size = sizeof(w->outcome) };
	c->written = c->size;
	c->err = sva_apply_delta(c->t->wq, w->to[0], c->size, w->delta, delta_size, &w->outcome);
	c->backward = true; /* bytes are not those of the destination */
}

static void call_dif(struct worker *w, struct call *c)
{
	struct sva_desc_dif dif = dif_of(w);
	size_t blocks = 1 + c->size / 1024;

	c->size = blocks * 512;
	c->written = blocks * 520;
	for (size_t i = 0; i < blocks; i++) {
		memcpy(w->want + c->skip + i * 520, c->from + i * 512, 512);
		ref_tuple(w->want + c->skip + i * 520 + 512, ref_crc16(c->from + i * 512, 512, 0),
			  dif.dst.app_tag, dif.dst.ref_tag + (uint32_t)i);
	}
	c->err = sva_dif_insert(c->t->wq, c->to, c->from, c->size, &dif, &w->outcome);
	if (c->err) {
		c->backward = true; /* bytes are the source's */
		return;
	}
	check_call(w, c);
	w->outcome = (struct sva_outcome){ .size = sizeof(w->outcome) };
	if (chance(w, 2)) {
		c->err = sva_dif_check(c->t->wq, c->to, c->written, &dif, &w->outcome);
		return;
	}
	c->err = sva_dif_strip(c->t->wq, w->to[1], c->to, c->written, &dif, &w->outcome);
	CHECK(w, given(&w->call_given[1]) <= c->written);
	CHECK(w, c->err || !memcmp(w->to[1], c->from, c->size));
	CHECK(w, is_filled(w->to[1] + c->size, sizeof(w->to[1]) - c->size, SEAL));
	memset(w->to[1], SEAL, sizeof(w->to[1]));
}

static size_t split(struct worker *w, struct iovec *v, unsigned char *at, size_t size)
{
	size_t n = 0;

	while (size) {
		size_t part = n + 1 == MAX_SPLIT ? size : chance(w, (unsigned int)size + 1);

		v[n++] = (struct iovec){ at, part };
		at += part;
		size -= part;
	}
	return n;
}

static void call_iov(struct worker *w, struct call *c)
{
	uint32_t crc = 0, expected = ref_crc32c(c->from, c->size, 0, 0);
	struct iovec to[MAX_SPLIT], from[MAX_SPLIT];
	size_t to_count = split(w, to, c->to, c->size);
	size_t from_count = split(w, from, w->a + (c->from - w->a), c->size);

	memcpy(w->want + c->skip, c->from, c->size);
	c->counted = true;
	c->err = sva_memcpy_iov(c->t->wq, to, to_count, from, from_count, &w->outcome);
	if (c->err)
		return;
	check_call(w, c);
	w->outcome = (struct sva_outcome){ .size = sizeof(w->outcome) };
	c->counted = false;
	c->err = sva_crc32c_iov(c->t->wq, from, from_count, &crc, &w->outcome);
	CHECK(w, c->err || crc == expected);
}

static void use_call(struct worker *w, const struct target *t)
{
	static void (*const calls[])(struct worker * w, struct call * c) = {
		call_copy,     call_set,      call_move,  call_compare, call_crc,
		call_copy_crc, call_dualcast, call_delta, call_dif,     call_iov,
	};
	struct call c = { .t = t, .skip = chance(w, 128), .size = 1 + chance(w, CALL - 128) };
	unsigned int shift = chance(w, 64);

	if (chance(w, 2))
		c.size = 1 + c.size % 1024;
	w->turn++;
	for (size_t i = 0; i < sizeof(w->a); i++)
		w->a[i] = (unsigned char)(w->turn * 59 + i * 3 + i / 256);
	CHECK(w, !given(&w->call_given[0]) && !given(&w->call_given[1]));
	CHECK(w, is_filled(w->to[0], sizeof(w->to[0]), SEAL));
	memset(w->want, SEAL, sizeof(w->want));
	w->outcome = (struct sva_outcome){ .size = sizeof(w->outcome) };
	c.from = w->a + shift;
	c.to = w->to[0] + c.skip;
	c.written = c.size;
	calls[chance(w, sizeof(calls) / sizeof(calls[0]))](w, &c);
	check_call(w, &c);
	memset(w->to[0], SEAL, sizeof(w->to[0]));
	for (unsigned int i = 0; i < 2; i++)
		__atomic_store_n(&w->call_given[i], 0, __ATOMIC_RELAXED);
	w->tally.calls++;
}

/*
 * Children.
 */

static void be_stale(struct worker *w, struct use *u)
{
	struct sva_op *op = &w->ops[0];
	int result = 0;

	for (unsigned int i = 0; i < 3; i++) {
		struct sva_wq *wq = targets[i].wq;

		sva_prep_noop(&op->desc, 0);
		CHECK(w, sva_submit(wq, op) == -ESTALE);
		CHECK(w, sva_poll(op) == SVA_STATUS_NOT_SUBMITTED);
		CHECK(w, sva_memcpy(wq, w->to[0], w->a, 4096, NULL) == -ESTALE);
		CHECK(w, sva_wq_path(wq) == SVA_PATH_NONE);
	}
	CHECK(w, sva_pool_refresh(targets[POOL].wq) == -ESTALE);
	CHECK(w, sva_ring_submit(u->ring) == -ESTALE);
	CHECK(w, sva_ring_drain(u->ring, -1) == -ESTALE);
	CHECK(w, sva_ring_reopen(u->ring) == -ESTALE);
	while (sva_ring_wait(u->ring, -1, &result)) /* what had ended before */
		;
	CHECK(w, result == -ESTALE);
}

/* Its device is a copy of the parent's, and has nothing of the child's yet. */
static void clean_device(void)
{
	static const char *const names[] = { "wq0.0", "wq0.1", "wq1.0", "wq1.1", "wq1.2" };

	for (unsigned int i = 0; i < 5; i++) {
		struct fake_queue *q = fake_queue(names[i]);

		fake_lose_of(names[i]);
		fake_lock();
		q->hold = q->full = false;
		fake_unlock();
	}
}

static void be_the_child(struct worker *w, struct use *u)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };

	w->bad = 0;
	alarm(200); /* rather than hang */
	clean_device();
	be_stale(w, u);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK(w, sva_wq_reopen(targets[i].wq) == 0);
		CHECK(w, sva_wq_reopen(targets[i].wq) == -EALREADY);
		CHECK(w, sva_wq_set_policy(targets[i].wq, &policy) == 0);
	}
	CHECK(w, sva_ring_reopen(u->ring) == 0);
	CHECK(w, sva_ring_reopen(u->ring) == -EALREADY);
	for (unsigned int i = 0; i < SLOTS; i++)
		seal(&w->slots[i]);
	u->busy = 0;
	u->left = 20;
	u->fd = -1; /* no threads here */
	while (u->left || u->busy)
		turn_ring(w, u);
	CHECK(w, sva_ring_close(u->ring) == 0);
	for (unsigned int i = 0; i < 3; i++) {
		use_call(w, &targets[i]);
		use_plain(w, &targets[i]);
		use_batch(w, &targets[i]);
		CHECK(w, sva_wq_close(targets[i].wq) == 0);
	}
	syscall(SYS_exit_group, w->bad != 0);
}

/* With the device's lock, which the child would otherwise find taken. */
static void fork_a_child(struct worker *w, struct use *u)
{
	int status;
	pid_t child;

	fake_lock();
	child = fork();
	fake_unlock();
	if (!child)
		be_the_child(w, u);
	CHECK(w, child > 0 && waitpid(child, &status, 0) == child && status == 0);
	w->tally.children++;
}

/*
 * What goes on meanwhile.
 */

/* As a disabled queue does: ENQCMD says "retry"; what it has is gone, or had ended. */
static void reconfigure(struct worker *w)
{
	bool enable = w->tally.refreshes % 2, held = false;
	struct fake_queue *q = fake_queue("wq1.2");

	/* If it has something at the moment, so much the better. */
	for (unsigned int i = 0; i < 200 && !enable && !held; i++) {
		fake_lock();
		held = q->held != 0;
		q->hold = true;
		q->capacity = 24;
		q->full |= held;
		fake_unlock();
		if (!held)
			sched_yield();
	}
	fake_lock();
	q->full = true;
	fake_unlock();
	fake_lose_of("wq1.2");
	fake_attr(tree, "wq1.2", "state", enable ? "enabled\n" : "disabled\n");
	fake_lock();
	q->full = !enable;
	fake_unlock();
	if (!enable || chance(w, 2))
		CHECK(w, sva_pool_refresh(targets[POOL].wq) >= 2);
	CHECK(w, !sva_pool_set_weight(targets[POOL].wq, "wq1.0", 1 + chance(w, 3)));
	CHECK(w, sva_pool_count(targets[POOL].wq) == 3);
	w->tally.refreshes++;
}

static void change_policies(struct worker *w)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct sva_wq_stats stats = { .size = sizeof(stats) };
		struct sva_policy policy = { .size = sizeof(policy) };

		policy.fault = (enum sva_fault_policy)chance(w, SVA_FAULT_REPORT);
		policy.wait = chance(w, 4) ? SVA_WAIT_AUTO : (enum sva_wait_policy)chance(w, 5);
		policy.desc_flags = chance(w, 2) ? SVA_FLAG_BOF : 0;
		policy.threshold = chance(w, 3) ? 1 : chance(w, 4096);
		if (!targets[i].exact && !chance(w, 3)) {
			policy.flags = SVA_POLICY_NO_CPU;
			policy.fault = chance(w, 2) ? SVA_FAULT_REPORT : SVA_FAULT_TOUCH;
			policy.timeout_ns = chance(w, 2) ? 1 + chance(w, 1000000) : 0;
		}
		CHECK(w, sva_wq_set_policy(targets[i].wq, &policy) == 0);
		CHECK(w, sva_wq_stats(targets[i].wq, &stats) == 0);
		w->tally.policies++;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (unsigned int round = 0; round < ROUNDS * soak; round++) {
		const struct target *t = &targets[chance(w, 3)];

		if (w->number == 1 && round % 2 == 0)
			reconfigure(w);
		if (w->number == 2)
			change_policies(w);
		use_ring(w, t, can_fork && w->number == 0 && round % 5 == 0);
		for (unsigned int i = 0; i < 6; i++) {
			use_call(w, &targets[chance(w, 3)]);
			use_plain(w, &targets[chance(w, 3)]);
			use_batch(w, &targets[chance(w, 3)]);
		}
	}
	return NULL;
}

/*
 * The device.
 */

static bool stop_device;

static void change_queue(struct worker *w, const char *name, bool dedicated, bool switched)
{
	struct fake_queue *q = fake_queue(name);
	unsigned int what = chance(w, 24);

	if (what == 0) {
		fake_stop_holding_of(name);
		return;
	}
	fake_lock();
	switch (what) {
	case 1:
		q->hold = true;
		q->capacity = dedicated ? DEDICATED_SIZE : 4 + chance(w, 20);
		break;
	case 2:
	case 3: /* a dedicated queue never says so; one that is switched is full while disabled */
		q->full = !dedicated && (switched ? q->full : !chance(w, 4));
		break;
	case 4:
		q->faults = 1 + chance(w, 4);
		break;
	case 5:
		q->write_faults = 1 + chance(w, 4);
		break;
	case 6:
		q->batch_faults = 1 + chance(w, 4);
		break;
	default:
		break;
	}
	fake_unlock();
}

static void *run_device(void *arg)
{
	static const char *const names[] = { "wq0.0", "wq0.1", "wq1.0", "wq1.1", "wq1.2" };
	struct worker *w = arg;

	while (!__atomic_load_n(&stop_device, __ATOMIC_RELAXED)) {
		for (unsigned int i = 0; i < 5; i++) {
			change_queue(w, names[i], i == 1 || i == 3, i == 4);
			fake_complete_of(names[i], 1 + chance(w, 8));
		}
		sched_yield();
	}
	return NULL;
}

static int setup(void **state)
{
	static const char *const names[] = { "wq0.0", "wq0.1", "wq1.0", "wq1.1", "wq1.2" };
	int err = fixture_setup(state);
	char size[16];

	if (err)
		return err;
	tree = fixture_tree(state);
	fake_device(tree, "dsa1");
	fake_attr(tree, "dsa1", "numa_node", "1\n");
	fixture_queue(tree, "wq1.0", "shared");
	fixture_queue(tree, "wq1.1", "dedicated");
	fixture_queue(tree, "wq1.2", "shared");
	snprintf(size, sizeof(size), "%d\n", DEDICATED_SIZE);
	fake_attr(tree, "wq1.1", "size", size);
	for (unsigned int i = 0; i < 5; i++)
		fake_attr(tree, names[i], "max_transfer_size", "4096\n");
	fake.executes = executes;
	fake.mmap_errno = by_write ? EPERM : 0;
	fake.write_no_batch = by_write;
	return 0;
}

static void open_all(void)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy, .retries = 8 };
	struct sva_pool_opts pool = { .size = sizeof(pool), .queues = &opts };

	assert_int_equal(sva_wq_open(&targets[SHARED].wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_wq_open(&targets[DEDICATED].wq, "wq0.1", &opts), 0);
	targets[DEDICATED].exact = true;
	opts.flags = SVA_OPEN_ON_NODE;
	opts.numa_node = 1;
	pool.near = SVA_POOL_NEAR_NONE;
	assert_int_equal(sva_pool_open(&targets[POOL].wq, &pool), 0);
	assert_int_equal(sva_pool_count(targets[POOL].wq), 3);
	assert_int_equal(sva_wq_path(targets[SHARED].wq),
			 by_write ? SVA_PATH_WRITE : SVA_PATH_PORTAL);
}

static void add_up(struct tally *sum, const struct tally *one)
{
	unsigned long *to = (unsigned long *)sum;
	const unsigned long *from = (const unsigned long *)one;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

static void print_tally(const struct tally *t)
{
	fprintf(stderr,
		"process %u: %lu operations: %lu calls, %lu of rings, %lu plain, %lu members of "
		"%lu "
		"batches; %lu bytes by the device, %lu cancelled, %lu lost, %lu refused by policy, "
		"%lu by the CPU, %lu faults, %lu out of order, %lu polls; %lu children, %lu "
		"refreshes, %lu policies\n",
		process, t->calls + t->ring_ops + t->plain + t->members, t->calls, t->ring_ops,
		t->plain, t->members, t->batches, t->device_bytes, t->cancelled, t->lost,
		t->refused, t->cpu, t->faults, t->out_of_order, t->polls, t->children, t->refreshes,
		t->policies);
}

static void start_workers(void)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		struct worker *w = &workers[i];

		w->number = i;
		w->seed = process * 1000 + i + 1;
		memset(w->to, SEAL, sizeof(w->to));
		for (unsigned int k = 0; k < SLOTS; k++)
			seal(&w->slots[k]);
		assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
	}
}

/* All have come to their end, and nothing comes after it. */
static void check_the_end(void)
{
	struct sva_wq_stats stats = { .size = sizeof(stats) };
	struct tally sum = { 0 };

	for (unsigned int i = 0; i < THREADS; i++) {
		for (unsigned int k = 0; k < SLOTS; k++)
			check_sealed(&workers[i], &workers[i].slots[k]);
		assert_int_equal(workers[i].bad, 0);
		add_up(&sum, &workers[i].tally);
	}
	print_tally(&sum);
	assert_int_equal(sum.ring_ops, (unsigned long)THREADS * ROUNDS * soak * RING_OPS);
	assert_int_equal(sum.calls, (unsigned long)THREADS * ROUNDS * soak * 6);
	assert_int_equal(sva_wq_stats(targets[POOL].wq, &stats), 0);
	assert_int_equal(stats.in_flight, 0);
}

static void everything(void **state)
{
	static struct worker device;
	pthread_t thread;

	(void)state;
	open_all();
	device.number = THREADS;
	device.seed = process + 77;
	stop_device = false;
	assert_int_equal(pthread_create(&thread, NULL, run_device, &device), 0);
	start_workers();
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
	__atomic_store_n(&stop_device, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(thread, NULL), 0);
	clean_device();
	check_the_end();
	for (unsigned int i = 0; i < 3; i++)
		close_fake(targets[i].wq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything, setup, fixture_teardown),
	};
	const char *times = getenv("LIBSVA_SOAK");
	pid_t other;
	int failed, status;

	soak = times && atoi(times) > 0 ? (unsigned int)atoi(times) : 1;
	other = fork();
	if (other < 0)
		return 1;
	process = by_write = !other;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (!other)
		return failed;
	if (waitpid(other, &status, 0) != other)
		return 1;
	return failed || status != 0;
}
