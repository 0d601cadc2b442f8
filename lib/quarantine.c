/* SPDX-License-Identifier: MIT */
#include "drain.h"
#include "operation.h"
#include "path.h"
#include "probe.h"
#include "record.h"

/* Whoever changes anything has the right to; nobody waits for it. */
static bool take(struct svai_handle *h)
{
	return !__atomic_exchange_n(&h->quarantine.busy, true, __ATOMIC_ACQUIRE);
}

static void release(struct svai_handle *h)
{
	__atomic_store_n(&h->quarantine.busy, false, __ATOMIC_RELEASE);
}

static void set_length(struct svai_handle *h, int64_t length)
{
	__atomic_store_n(&h->quarantine.until_ns, svai_now_ns() + length, __ATOMIC_RELAXED);
	__atomic_store_n(&h->quarantine.length_ns, length, __ATOMIC_RELAXED);
}

void svai_failed(struct svai_handle *h)
{
	SVAI_COUNT(h, failures, 1);
	svai_probe_fail(h);
	if (!h->in_pool || !take(h))
		return;
	if (!h->quarantine.length_ns) {
		set_length(h, SVAI_QUARANTINE_MIN_NS);
		h->quarantine.asked = false;
		SVAI_COUNT(h, quarantines, 1);
		svai_log(&h->log, SVA_LOG_WARN,
			 "%s: failed; no more work for it until a NOOP has completed",
			 h->info.name);
	}
	release(h);
}

/*
 * The NOOP takes the place of an operation. A dedicated queue that does not answer has to be opened
 * anew (sva_pool_refresh()): a second NOOP might be one more than it has entries.
 */
static bool ask(struct svai_handle *h)
{
	struct sva_op *op = &h->probe.op;

	if (svai_queue_is_dead(h) || op->credit || !svai_take_credit(h->head.credit))
		return false;
	svai_prep_noop(h);
	if (!svai_submit_desc(h, &op->desc))
		return true;
	if (op->credit)
		__atomic_fetch_add(op->credit, SVA__CREDIT, __ATOMIC_RELAXED);
	op->credit = NULL;
	return false;
}

static void prove(struct svai_handle *h)
{
	int64_t length = 2 * h->quarantine.length_ns;

	if (svai_now_ns() >= h->quarantine.until_ns) {
		h->quarantine.asked |= ask(h);
		set_length(h, length < SVAI_QUARANTINE_MAX_NS ? length : SVAI_QUARANTINE_MAX_NS);
	}
	if (!h->quarantine.asked || sva_poll(&h->probe.op) != SVA_STATUS_SUCCESS)
		return;
	set_length(h, 0);
	svai_log(&h->log, SVA_LOG_WARN, "%s: works again", h->info.name);
}

bool svai_in_quarantine(struct svai_handle *h)
{
	if (__atomic_load_n(&h->quarantine.length_ns, __ATOMIC_RELAXED) && take(h)) {
		if (h->quarantine.length_ns)
			prove(h);
		__atomic_store_n(&h->quarantine.has_entry, h->probe.op.credit != NULL,
				 __ATOMIC_RELAXED);
		release(h);
	}
	return __atomic_load_n(&h->quarantine.length_ns, __ATOMIC_RELAXED) != 0;
}

void svai_quarantine_stop(struct svai_handle *h)
{
	while (!take(h))
		sva_pause();
}
