/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sva/sva.h>

#include "queue.h"
#include "text.h"

enum state {
	CLOSED, /* not needed so far */
	STALE,  /* the parent's */
	OPENING,
	OPEN,
	NONE, /* there is nothing to be had */
};

static enum state state;
static pid_t owner; /* not the process's own number: a child of vfork(), or of clone() by hand */
static struct sva_wq *queue;
static struct run_settings wanted;
static char text[512] = "no queue was needed";

void run_log(enum sva_log_level level, const char *line)
{
	static const char *const names[] = { "none", "error", "warn", "info", "debug" };
	const char *asked = secure_getenv("LIBSVA_LOG");
	char buffer[1024];
	struct run_text to = { .at = buffer, .end = buffer + sizeof(buffer) - 1 };
	unsigned int most = SVA_LOG_DEBUG;

	while (asked && most > 0 && strcasecmp(asked, names[most]))
		most--;
	if (!asked || level > most)
		return;
	run_text_string(&to, "sva-run: ");
	run_text_string(&to, names[level]);
	run_text_string(&to, ": ");
	run_text_string(&to, line);
	*to.at++ = '\n';
	if (write(STDERR_FILENO, buffer, (size_t)(to.at - buffer)) < 0)
		return; /* nobody wants to know */
}

static void log_of_library(void *context, enum sva_log_level level, const char *line)
{
	(void)context;
	run_log(level, line);
}

void run_queue_start(const struct run_settings *settings)
{
	wanted = *settings;
	owner = getpid();
}

void run_queue_forked(void)
{
	owner = getpid();
	if (state == OPEN)
		state = STALE;
	else if (state == OPENING) /* by a thread that has stayed behind */
		state = CLOSED;
}

/*
 * A handler runs with its signal blocked, but for SA_NODEFER. A thread that blocks a signal which
 * has a handler for other reasons is taken for one.
 */
static bool may_be_handler(const sigset_t *blocked)
{
	struct sigaction action;

	if (sigisemptyset(blocked))
		return false;
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(blocked, sig) == 1 && !sigaction(sig, NULL, &action) &&
		    action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)
			return true;
	return false;
}

/* Where there may be room for little more than a handler that calls memcpy(). */
static bool on_alternate_stack(void)
{
	stack_t stack;

	return !sigaltstack(NULL, &stack) && stack.ss_flags & SS_ONSTACK;
}

static int open_queue(struct sva_report **report)
{
	/* No memory of the program's is touched but by the device, or by the plain function. */
	struct sva_policy policy = { .size = sizeof(policy),
				     .flags = SVA_POLICY_NO_CPU,
				     .fault = wanted.fault,
				     .wait = wanted.wait,
				     .timeout_ns = wanted.timeout_ns };
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .kind = SVA_DEV_KIND_DSA,
				    .log = log_of_library,
				    .log_level = SVA_LOG_DEBUG,
				    .report = report,
				    .policy = &policy };
	struct sva_pool_opts pool = { .size = sizeof(pool), .queues = &opts };

	sva_opmask_set(&opts.opcodes, SVA_OP_MEMMOVE);
	sva_opmask_set(&opts.opcodes, SVA_OP_FILL);
	sva_opmask_set(&opts.opcodes, SVA_OP_COMPARE);
	if (*wanted.queue)
		return sva_wq_open(&queue, wanted.queue, &opts);
	opts.mode = SVA_WQ_MODE_SHARED; /* a dedicated one would be taken from all others */
	return sva_pool_open(&queue, &pool);
}

/* A machine without a device has nothing in the report of a pool. */
static void describe_machine(int err)
{
	struct sva_topology *topo;

	snprintf(text, sizeof(text), "no device: %s", sva_strerror(err));
	if (sva_topology_discover(&topo))
		return;
	if (*sva_topology_why(topo))
		snprintf(text, sizeof(text), "%s", sva_topology_why(topo));
	sva_topology_free(topo);
}

static void describe(int err, const struct sva_report *report)
{
	const struct sva_rejection *first = sva_report_get(report, 0);

	if (!err)
		snprintf(text, sizeof(text), "%s", sva_wq_why(queue));
	else if (first)
		snprintf(text, sizeof(text), "no device: %s%s%s", first->queue,
			 *first->queue ? ": " : "", first->reason);
	else
		describe_machine(err);
}

static void open_or_reopen(enum state from)
{
	struct sva_report *report = NULL;
	int err = from == STALE ? sva_wq_reopen(queue) : open_queue(&report);

	describe(err, report);
	sva_report_free(report);
	run_log(SVA_LOG_INFO, text);
	__atomic_store_n(&state, err ? NONE : OPEN, __ATOMIC_RELEASE);
}

struct sva_wq *run_queue_get(const sigset_t *blocked, enum run_why *why)
{
	enum state now = __atomic_load_n(&state, __ATOMIC_ACQUIRE);

	*why = RUN_WHY_NONE;
	if (now == NONE)
		*why = RUN_WHY_NO_DEVICE;
	else if (getpid() != owner)
		*why = RUN_WHY_VFORK;
	else if (on_alternate_stack() || (may_be_handler(blocked) && now != OPEN))
		*why = RUN_WHY_HANDLER;
	if (*why || now == OPEN)
		return *why ? NULL : queue;
	if (now == OPENING || !__atomic_compare_exchange_n(&state, &now, OPENING, false,
							   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		*why = RUN_WHY_OPENING;
		return NULL;
	}
	open_or_reopen(now);
	return run_queue_get(blocked, why);
}

bool run_queue_is_open(void)
{
	return __atomic_load_n(&state, __ATOMIC_RELAXED) == OPEN;
}

bool run_queue_is_missing(void)
{
	return __atomic_load_n(&state, __ATOMIC_RELAXED) == NONE;
}

bool run_queue_stats(struct sva_wq_stats *stats)
{
	*stats = (struct sva_wq_stats){ .size = sizeof(*stats) };
	return run_queue_is_open() && getpid() == owner && !sva_wq_stats(queue, stats);
}

const char *run_queue_text(void)
{
	return text;
}
