/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#include <sva/sva.h>

#include "adapt.h"
#include "count.h"
#include "offload.h"
#include "plain.h"
#include "queue.h"
#include "record.h"

#define LINE 64u

size_t run_gate[RUN_FUNCTIONS];

static bool ready; /* the constructor has run */
static struct run_settings settings;
static struct run_adapt adapt[RUN_FUNCTIONS];
static bool adapt_taken[RUN_FUNCTIONS];

/*
 * Is this thread in here already? Of the memory that every thread has from its start, so that
 * nothing is called or allocated to find it, also in a signal handler.
 */
static _Thread_local bool busy __attribute__((tls_model("initial-exec")));

struct call {
	enum run_function function;
	unsigned char *dst;       /* memcmp(): the first buffer */
	const unsigned char *src; /* NULL: memset() */
	size_t size;
	int c; /* of memset() */
	int order;
};

/*
 * The plain functions, over a part of a call.
 */

static void plain(struct call *call, size_t from, size_t size)
{
	switch (call->function) {
	case RUN_MEMSET:
		run_plain.set(call->dst + from, call->c, size);
		break;
	case RUN_MEMCMP:
		call->order = run_plain.compare(call->dst + from, call->src + from, size);
		break;
	default:
		run_plain.move(call->dst + from, call->src + from, size);
		break;
	}
}

static void early(struct call *call)
{
	switch (call->function) {
	case RUN_MEMSET:
		run_early_set(call->dst, call->c, call->size);
		break;
	case RUN_MEMCMP:
		call->order = run_early_compare(call->dst, call->src, call->size);
		break;
	default:
		run_early_move(call->dst, call->src, call->size);
		break;
	}
}

/*
 * The device.
 */

static int by_device(struct sva_wq *wq, struct call *call, size_t from, size_t size,
		     struct sva_outcome *outcome)
{
	unsigned char *dst = call->dst + from;

	switch (call->function) {
	case RUN_MEMSET:
		return sva_memset(wq, dst, call->c, size, outcome);
	case RUN_MEMCMP:
		return sva_memcmp(wq, dst, call->src + from, size, &call->order, outcome);
	case RUN_MEMMOVE:
		return sva_memmove(wq, dst, call->src + from, size, outcome);
	default:
		return sva_memcpy(wq, dst, call->src + from, size, outcome);
	}
}

static enum run_why why_of(int err, const struct sva_outcome *outcome)
{
	switch (err) {
	case -EFAULT:
		return RUN_WHY_FAULT;
	case -ETIMEDOUT:
		return RUN_WHY_TIMEOUT;
	case -EAGAIN:
		return RUN_WHY_FULL;
	case -EOPNOTSUPP:
		return RUN_WHY_UNSUPPORTED;
	case -EIO:
		return outcome->status ? RUN_WHY_ERROR : RUN_WHY_LOST;
	default:
		return outcome->status ? RUN_WHY_ERROR : RUN_WHY_DEAD;
	}
}

/*
 * Its operations are on this stack, and a handler might leave by siglongjmp() while the device
 * works: so there are none meanwhile. Those that a fault of our own would raise stay.
 */
static void block_signals(sigset_t *old)
{
	static const int own[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS };
	sigset_t most;

	sigfillset(&most);
	for (unsigned int i = 0; i < sizeof(own) / sizeof(*own); i++)
		sigdelset(&most, own[i]);
	pthread_sigmask(SIG_SETMASK, &most, old);
}

/*
 * Is the memory of the CPU's part there? A fault of it while the device works would run the
 * program's handler, who may leave by siglongjmp() and use for something else what the device still
 * writes to.
 */
static bool can_touch(const struct call *call, size_t from, size_t size)
{
	const uintptr_t mask = ~(uintptr_t)4095;
	uintptr_t dst = (uintptr_t)call->dst + from, src = (uintptr_t)call->src + from;

	if (madvise((void *)(dst & mask), size + dst % 4096, MADV_POPULATE_WRITE))
		return false;
	return !call->src || !madvise((void *)(src & mask), size + src % 4096, MADV_POPULATE_READ);
}

/* The device does the first @size bytes, while this thread does the @rest. */
static int by_both(struct sva_wq *wq, const struct call *call, size_t from, size_t size,
		   size_t rest, struct sva_outcome *outcome)
{
	static _Thread_local struct sva_op op __attribute__((tls_model("initial-exec")));
	struct call by_cpu = *call;
	int status;

	if (size > sva_wq_info(wq)->max_transfer_size)
		return -EOPNOTSUPP;
	if (!can_touch(call, from + size, rest))
		return -EFAULT;
	if (call->src)
		sva_prep_memmove(&op.desc, call->dst + from, call->src + from, size, 0);
	else
		sva_prep_fill(&op.desc, call->dst + from,
			      (unsigned char)call->c * UINT64_C(0x0101010101010101), size, 0);
	status = sva_submit(wq, &op);
	if (status)
		return status;
	plain(&by_cpu, from + size, rest);
	status = sva_wait(&op, -1, settings.wait);
	if (status < 0)
		return status;
	outcome->status = status == SVA_STATUS_SUCCESS ? 0 : (uint32_t)status;
	return sva_status_errno((unsigned int)status);
}

/* Why the device has not done @size bytes from @from on. @rest: the CPU's, of which it does all. */
static enum run_why try_device(struct call *call, size_t from, size_t size, size_t rest)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	enum run_why why;
	struct sva_wq *wq;
	sigset_t old;
	int err = 0, saved = errno, cancel;

	if (busy)
		return RUN_WHY_NESTED;
	block_signals(&old);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel); /* no function of these cancels */
	busy = true;
	wq = run_queue_get(&old, &why);
	if (wq)
		err = rest ? by_both(wq, call, from, size, rest, &outcome)
			   : by_device(wq, call, from, size, &outcome);
	busy = false;
	errno = saved;
	pthread_setcancelstate(cancel, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err ? why_of(err, &outcome) : why;
}

/*
 * Who does it.
 */

static bool overlap(const struct call *call)
{
	uintptr_t dst = (uintptr_t)call->dst, src = (uintptr_t)call->src;

	return call->function < RUN_MEMSET && dst < src + call->size && src < dst + call->size;
}

static bool counts_all(void)
{
	return settings.record || settings.stats || settings.signal;
}

static void publish_gate(enum run_function function)
{
	uint64_t threshold = run_adapt_threshold(&adapt[function]);

	if (counts_all())
		return;
	if (threshold < settings.threshold)
		threshold = settings.threshold;
	__atomic_store_n(&run_gate[function], threshold, __ATOMIC_RELAXED);
}

/* Not if another thread has it, or one that a signal has interrupted, perhaps for ever. */
static bool take_adapt(enum run_function function)
{
	return !__atomic_exchange_n(&adapt_taken[function], true, __ATOMIC_ACQUIRE);
}

static void give_adapt(enum run_function function)
{
	__atomic_store_n(&adapt_taken[function], false, __ATOMIC_RELEASE);
}

static struct run_choice choose(enum run_function function, size_t size)
{
	struct run_choice choice = { 0 };

	if (!settings.adapt)
		return choice;
	if (!take_adapt(function))
		return run_adapt_peek(&adapt[function], size);
	choice = run_adapt_choose(&adapt[function], size);
	give_adapt(function);
	return choice;
}

static void learn(enum run_function function, size_t size, struct run_choice choice, uint64_t ns)
{
	if (!take_adapt(function))
		return;
	if (run_adapt_learn(&adapt[function], size, choice, ns))
		publish_gate(function);
	give_adapt(function);
}

/* Reasons that are known without looking at the queue. */
static enum run_why why_not(const struct call *call)
{
	if (call->size < settings.threshold)
		return RUN_WHY_SMALL;
	return overlap(call) ? RUN_WHY_OVERLAP : RUN_WHY_NONE;
}

#define GLANCE 1024u /* bytes of two buffers that differ mostly tell so */

/* The bytes before the part that is worth its while at the device. */
static size_t head_of(const struct call *call)
{
	return call->function == RUN_MEMCMP ? GLANCE : -(uintptr_t)call->dst % LINE;
}

/* The CPU does the edges and its share, and all of it if the device does not. */
static enum run_why offload(struct call *call, unsigned int cpu, uint64_t *device_bytes)
{
	size_t head = head_of(call), body, rest;
	enum run_why why;

	if (call->size < 2 * head + LINE) {
		plain(call, 0, call->size);
		return RUN_WHY_SMALL;
	}
	plain(call, 0, head);
	if (call->order)
		return RUN_WHY_DIFFERENT;
	body = (call->size - head) & -(size_t)LINE;
	rest = body / RUN_ALL * cpu & -(size_t)LINE;
	why = try_device(call, head, body - rest, rest);
	if (why)
		plain(call, head, body);
	else
		*device_bytes = body - rest;
	if (!call->order)
		plain(call, head + body, call->size - head - body);
	return why;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void run_offload_end(void)
{
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		__atomic_store_n(&run_gate[f], SIZE_MAX, __ATOMIC_RELAXED);
}

static enum run_why run_chosen(struct call *call, uint64_t *device_bytes)
{
	struct run_choice choice = choose(call->function, call->size);
	enum run_why why = RUN_WHY_FASTER;
	bool was_open = run_queue_is_open();
	uint64_t start = choice.measure ? now_ns() : 0;

	if (choice.cpu == RUN_ALL)
		plain(call, 0, call->size);
	else
		why = offload(call, choice.cpu, device_bytes);
	if (why == RUN_WHY_NO_DEVICE && !counts_all())
		run_offload_end();
	/* What only this call could not do says nothing of the device, nor does the opening. */
	if (choice.measure &&
	    (why == RUN_WHY_FASTER || (was_open && (*device_bytes || why >= RUN_WHY_FAULT))))
		learn(call->function, call->size, choice, now_ns() - start);
	return why;
}

static void record(struct call *call, const void *caller)
{
	uint64_t start;

	run_record_before(call->function, call->dst, call->src, call->size, caller);
	start = now_ns();
	plain(call, 0, call->size);
	run_record_after(call->function, call->size, now_ns() - start);
	run_count(call->function, call->size, 0, RUN_WHY_NONE);
}

static void run(struct call *call, const void *caller)
{
	uint64_t device_bytes = 0;
	enum run_why why;

	if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE)) {
		early(call);
		return;
	}
	if (settings.record) {
		record(call, caller);
		return;
	}
	why = why_not(call);
	if (!why && run_queue_is_missing())
		why = RUN_WHY_NO_DEVICE;
	if (why)
		plain(call, 0, call->size);
	else
		why = run_chosen(call, &device_bytes);
	if (counts_all())
		run_count(call->function, call->size, device_bytes, why);
}

void *run_copy(void *dst, const void *src, size_t size, enum run_function function,
	       const void *caller)
{
	struct call call = { .function = function, .dst = dst, .src = src, .size = size };

	run(&call, caller);
	return dst;
}

void *run_fill(void *dst, int c, size_t size, const void *caller)
{
	struct call call = { .function = RUN_MEMSET, .dst = dst, .size = size, .c = c };

	run(&call, caller);
	return dst;
}

int run_compare(const void *a, const void *b, size_t size, const void *caller)
{
	struct call call = {
		.function = RUN_MEMCMP, .dst = (unsigned char *)(uintptr_t)a, .src = b, .size = size
	};

	run(&call, caller);
	return call.order;
}

/*
 * Beginning and end.
 */

static size_t first_gate(enum run_function function)
{
	if (!settings.offload || !(settings.functions >> function & 1))
		return SIZE_MAX;
	return counts_all() ? 0 : settings.threshold;
}

void run_offload_start(const struct run_settings *from)
{
	settings = *from;
	if (!settings.threshold)
		settings.threshold = settings.adapt ? RUN_LOWEST : RUN_THRESHOLD;
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		run_adapt_start(&adapt[f], settings.threshold, f != RUN_MEMCMP);
	run_queue_start(&settings);
	__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		__atomic_store_n(&run_gate[f], first_gate((enum run_function)f), __ATOMIC_RELAXED);
}

/* Whatever another thread was about to do, it has stayed behind. */
void run_offload_forked(void)
{
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		adapt_taken[f] = false;
	run_queue_forked();
}

static void bin_text(struct run_text *to, enum run_function function, unsigned int bin)
{
	unsigned int cpu = run_adapt_best(&adapt[function], bin);

	run_text_cell(to, run_function_names[function], 10);
	run_text_string(to, "of ");
	run_text_size(to, UINT64_C(1) << bin, 0);
	run_text_string(to, " and more: ");
	if (cpu == RUN_ALL) {
		run_text_string(to, "the CPU is faster\n");
	} else if (!cpu) {
		run_text_string(to, "the device is faster\n");
	} else {
		run_text_string(to, "both at once are faster, with a share of the CPU of ");
		run_text_number(to, cpu, 0);
		run_text_string(to, "/8\n");
	}
}

void run_offload_text(struct run_text *to)
{
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		for (unsigned int bin = 0; bin < RUN_BINS; bin++)
			if (settings.adapt && run_adapt_known(&adapt[f], bin))
				bin_text(to, (enum run_function)f, bin);
}

void run_offload_json(struct run_text *to)
{
	run_text_key(to, "tuned");
	run_text_char(to, '[');
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		for (unsigned int bin = 0; bin < RUN_BINS; bin++) {
			if (!settings.adapt || !run_adapt_known(&adapt[f], bin))
				continue;
			if (to->at[-1] != '[')
				run_text_char(to, ',');
			run_text_char(to, '{');
			run_text_key(to, "function");
			run_text_json(to, run_function_names[f]);
			run_text_member(to, "from", UINT64_C(1) << bin);
			run_text_member(to, "cpu_eighths", run_adapt_best(&adapt[f], bin));
			run_text_char(to, '}');
		}
	}
	run_text_char(to, ']');
}
