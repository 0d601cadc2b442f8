/* SPDX-License-Identifier: MIT */
/* Waiting for the end of an operation, whether a record comes or not. */
#include "drain.h"
#include "probe.h"
#include "record.h"
#include "wait.h"

int svai_end_as_lost(struct sva_record *record)
{
	uint8_t none = SVA_STATUS_NONE;

	if (__atomic_compare_exchange_n(&record->status, &none, SVA_STATUS_LOST, false,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return SVA_STATUS_LOST;
	return none;
}

int svai_wait_end(struct svai_handle *h, struct sva_record *record, int64_t deadline,
		  enum sva_wait_policy policy)
{
	uint64_t mark = svai_drain_mark(h);
	int64_t since = svai_now_ns(), now = since;

	for (;; now = svai_now_ns()) {
		int64_t look = svai_queue_stays_dead(h) ? now : now + SVAI_LOOK_NS;
		bool last = deadline <= look;
		int status = svai_wait_record(record, since, last ? deadline : look, policy);
		int ended;

		if (status != -ETIMEDOUT)
			return status;
		ended = svai_ended(h, mark, false);
		if (ended == 1 || ended == -ENODEV) {
			status = svai_end_as_lost(record);
			if (status == SVA_STATUS_LOST)
				svai_failed(h);
			return status == SVA_STATUS_LOST && ended < 0 ? -ENODEV : status;
		}
		if (last)
			return -ETIMEDOUT;
	}
}

int svai_wait_op(struct sva_op *op, int64_t timeout_ns, enum sva_wait_policy policy)
{
	int64_t deadline;
	int status, err;

	if (!op || !op->desc.completion_addr)
		return -EINVAL;
	status = sva_poll(op);
	if (status)
		return status;
	err = svai_handle_state(op->wq);
	if (err) /* nobody will complete it any more */
		return err;
	deadline = svai_deadline(timeout_ns);
	status = svai_wait_end(svai_handle(op->wq),
			       (struct sva_record *)(uintptr_t)op->desc.completion_addr, deadline,
			       policy);
	if (status != -ETIMEDOUT)
		sva_poll(op); /* gives the credit back */
	return status;
}

int sva_wait(struct sva_op *op, int64_t timeout_ns, enum sva_wait_policy policy)
{
	int status = svai_wait_op(op, timeout_ns, policy);

	if (status == -ENODEV || (status > 0 && status != SVA_STATUS_NOT_SUBMITTED))
		svai_probe_complete(svai_handle(op->wq), SVAI_TRACED(op), status);
	else if (status == -ETIMEDOUT && timeout_ns)
		svai_probe_timeout(svai_handle(op->wq), SVAI_TRACED(op));
	return status;
}
