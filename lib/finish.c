/* SPDX-License-Identifier: MIT */
#include <sva/status.h>

#include "finish.h"
#include "iax_opcode.h"
#include "operation.h"
#include "path.h"
#include "policy.h"
#include "populate.h"
#include "probe.h"

#define FUTILE_MAX 3 /* page faults in one place before the CPU does the rest */

bool svai_is_verdict(unsigned int status)
{
	unsigned int code = SVA_STATUS_CODE(status);

	return code == SVA_STATUS_DIF_ERROR || code == SVA_STATUS_DELTA_ORDER ||
	       code == SVA_STATUS_DELTA_RANGE || code == SVA_STATUS_ANALYTICS ||
	       code == SVA_STATUS_OUTPUT_OVERFLOW;
}

enum svai_end svai_end_of(int status)
{
	unsigned int code = SVA_STATUS_CODE((unsigned int)status);

	if (status < 0 || status == SVA_STATUS_LOST)
		return SVAI_NO_ANSWER;
	if (code == SVA_STATUS_PAGE_FAULT || code == SVA_STATUS_PAGE_RESPONSE)
		return SVAI_FAULT;
	if (!sva_status_errno((unsigned int)status) || svai_is_verdict((unsigned int)status))
		return SVAI_DONE;
	return SVAI_FAILED;
}

int svai_meet_fault(const struct sva_policy *policy, struct sva_op *op, struct svai_faults *faults)
{
	struct sva_result r = { .size = sizeof(r) };

	sva_decode(&op->desc, svai_record(op), &r);
	if (r.write_fault)
		SVAI_COUNT(svai_handle(op->wq), write_faults, 1);
	else
		SVAI_COUNT(svai_handle(op->wq), read_faults, 1);
	faults->addr = r.fault_addr;
	faults->count++;
	faults->futile = r.bytes_completed ? 0 : faults->futile + 1;
	sva_op_resume(op);
	if (policy->fault == SVA_FAULT_REPORT)
		return -EFAULT;
	if (policy->fault == SVA_FAULT_CPU || faults->futile > FUTILE_MAX)
		return SVA_WHY_FAULT;
	/* What begins anew would meet one page after the other. */
	if (svai_has_iax_record(op) && !svai_populate_operands(&op->desc))
		return 0;
	return svai_populate_fault(&op->desc, r.fault_addr, r.write_fault);
}

/* What it means where the CPU may not do what the device does not. */
static int error_of(uint32_t why, unsigned int status)
{
	switch (why) {
	case SVA_WHY_DEAD:
	case SVA_WHY_NO_DEVICE:
		return -ENODEV;
	case SVA_WHY_UNSUPPORTED:
	case SVA_WHY_OVERLAP:
		return -EOPNOTSUPP;
	case SVA_WHY_FAULT:
		return -EFAULT;
	case SVA_WHY_ERROR:
		return sva_status_errno(status);
	default:
		return -EIO;
	}
}

/* A call has operations of one kind, its queue may be of the other. */
static __attribute__((noinline)) void execute_iax(struct svai_handle *h, struct sva_op *op)
{
	struct svai_limits limits;

	svai_iax_limits(&limits);
	limits.max_transfer = SVAI_MAX_TRANSFER;
	svai_link_iax(h, op);
	op->credit = NULL;
	svai_iax_execute(&limits, &op->desc);
	sva_op_resume(op);
}

static void execute_dsa(struct svai_handle *h, struct sva_op *op)
{
	sva__op_link(op, &h->head);
	op->credit = NULL;
	if (op->desc.xfer_size < SVAI_SHARED_MIN)
		svai_cpu_execute(&svai_cpu_any_size, &op->desc);
	else
		svai_cpu_execute_shared(&svai_cpu_any_size, &op->desc, svai_cpu_threads(h));
	if (op->done)
		sva_op_resume(op); /* the record is that of the whole */
}

int svai_allow_cpu(const struct sva_policy *policy, const struct sva_op *op, uint32_t why,
		   unsigned int status)
{
	if (policy->flags & SVA_POLICY_NO_CPU)
		return error_of(why, status);
	if (why == SVA_WHY_FAULT || policy->fault == SVA_FAULT_REPORT)
		return svai_populate_operands(&op->desc) ? -EFAULT : 0;
	return 0;
}

int svai_finish_on_cpu(struct svai_handle *h, const struct sva_policy *policy, struct sva_op *op,
		       uint32_t why, unsigned int status)
{
	int err = svai_allow_cpu(policy, op, why, status);

	if (err)
		return err;
	svai_count_cpu(h->shards, why);
	svai_probe_cpu(h, SVAI_TRACED(op), why);
	if (svai_has_iax_record(op))
		execute_iax(h, op);
	else
		execute_dsa(h, op);
	return 0;
}

/* But to a flush, cache control means another thing. */
uint32_t svai_policy_flags(const struct sva_policy *policy, const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);

	if (!policy->desc_flags)
		return 0;
	return policy->desc_flags & (svai_opcode(opcode)->flags | svai_iax_opcode(opcode)->flags) &
	       ~(opcode == SVA_OP_CACHE_FLUSH ? SVA_FLAG_CC : 0);
}
