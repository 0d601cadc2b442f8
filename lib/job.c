/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <string.h>

#include <sva/status.h>

#include "drain.h"
#include "job.h"
#include "least.h"
#include "opcode.h"
#include "operation.h"
#include "options.h"
#include "path.h"
#include "pick.h"
#include "policy.h"
#include "populate.h"
#include "probe.h"
#include "record.h"
#include "resume.h"
#include "submit.h"
#include "wait.h"

#define LINE     64u
#define PART_MIN 65536u /* bytes: smaller parts cost more than they bring */

/*
 * Cutting.
 */

static uint64_t size_to_cut(const struct svai_job *job)
{
	uint64_t bytes = svai_least(job->left, job->part_max);
	uint64_t past_line = job->desc.dst_addr % LINE;

	if (!job->lines || job->cpu)
		return bytes;
	if (past_line)
		return svai_least(bytes, LINE - past_line);
	return bytes < LINE ? bytes : bytes - bytes % LINE;
}

/* The record that a part would leave behind, as far as it matters for what follows. */
static struct sva_record record_of_cut(const struct svai_job *job, uint64_t bytes)
{
	const struct sva_desc_dif *dif = &job->desc.dif;
	uint32_t blocks = (uint32_t)(bytes / job->unit);
	struct sva_record record = { 0 }; /* a CRC begins anew: see ops_crc.c */

	if (!svai_is_dif(sva_desc_opcode(&job->desc)))
		return record;
	record.dif_src = dif->src;
	record.dif_dst = dif->dst;
	record.dif_src.ref_tag += dif->src_flags & SVA_DIF_SRC_REF_FIXED ? 0 : blocks;
	record.dif_dst.ref_tag += dif->dst_flags & SVA_DIF_DST_REF_FIXED ? 0 : blocks;
	if (dif->src_flags & SVA_DIF_SRC_APP_INC)
		record.dif_src.app_tag = (uint16_t)(dif->src.app_tag + blocks);
	if (dif->dst_flags & SVA_DIF_DST_APP_INC)
		record.dif_dst.app_tag = (uint16_t)(dif->dst.app_tag + blocks);
	return record;
}

static void cut(struct svai_job *job, struct svai_part *part)
{
	struct sva_record record;

	part->bytes = size_to_cut(job);
	if (job->lines && part->bytes < LINE)
		part->why = SVA_WHY_EDGE;
	part->desc = job->desc;
	part->desc.size_word = part->bytes;
	if (job->backward) {
		part->desc.src_addr += job->left - part->bytes;
		part->desc.dst_addr += job->left - part->bytes;
		return;
	}
	record = record_of_cut(job, part->bytes);
	svai_advance(&job->desc, &record, (uint32_t)part->bytes);
}

static bool fits(const struct svai_job *job, const struct sva_desc *desc)
{
	const struct svai_limits *limits = &job->h->limits;

	if (job->iax && desc->iax.max_dst_size > limits->max_transfer)
		return false;
	return sva_opmask_has(&limits->opcodes, sva_desc_opcode(desc)) &&
	       desc->xfer_size <= limits->max_transfer;
}

static void next_part(struct svai_job *job, struct svai_part *part)
{
	part->offset = job->size - job->left;
	part->why = 0;
	part->on_device = false;
	part->faults = (struct svai_faults){ 0 };
	if (job->next)
		job->next(job, part);
	else
		cut(job, part);
	job->left -= part->bytes;
	if (job->cpu)
		part->why = job->cpu;
	else if (!part->why && !fits(job, &part->desc))
		part->why = SVA_WHY_UNSUPPORTED;
	part->desc.op_flags |= svai_policy_flags(&job->policy, &part->desc);
	part->op.desc = part->desc;
	part->op.done = part->op.rest = 0;
	job->outcome.parts++;
}

/*
 * One part, on the device or on the CPU.
 */

/* Bytes of it that are done, by what is left in its descriptor. */
static uint64_t done_of(const struct svai_part *part)
{
	if (sva_desc_opcode(&part->desc) == SVA_OP_APPLY_DELTA) /* counts another thing */
		return 0;
	return svai_least(part->bytes, part->desc.xfer_size - part->op.desc.xfer_size);
}

/* What is left of it. */
static void run_on_cpu(struct svai_job *job, struct svai_part *part, uint32_t why)
{
	uint64_t done = part->on_device ? done_of(part) : 0;
	unsigned int status = job->outcome.status;
	int err = job->declines ? svai_allow_cpu(&job->policy, &part->op, why, status)
				: svai_finish_on_cpu(job->h, &job->policy, &part->op, why, status);

	if (job->declines) {
		job->stop = true;
		job->declined = err ? 0 : why;
	}
	if (err) {
		job->error = err;
		return;
	}
	job->outcome.why |= why;
	job->outcome.device_bytes += done;
	part->on_device = false;
}

/* The device has nothing more to do with it, and what it has done is not known. */
static void begin_again_on_cpu(struct svai_job *job, struct svai_part *part, uint32_t why)
{
	uint64_t record = part->op.desc.completion_addr;

	part->op.desc = part->desc;
	part->op.desc.completion_addr = record;
	part->op.done = part->op.rest = 0;
	if (!job->error)
		run_on_cpu(job, part, why);
}

/* Is the time over? */
static bool look_at_clock(struct svai_job *job)
{
	if (job->deadline == INT64_MAX || svai_now_ns() < job->deadline)
		return false;
	if (!job->error) {
		job->error = -ETIMEDOUT;
		SVAI_COUNT(job->h, timeouts, 1);
		svai_probe_timeout(job->h, NULL, sva_desc_opcode(&job->desc), job->size);
	}
	return true;
}

/* 0: the queue has it; else why it has not. @patient: try as long as it takes, but for the clock */
static uint32_t submit(struct svai_job *job, struct svai_part *part, bool patient)
{
	unsigned int tries = 0;
	int err;

	while ((err = svai_submit_device(&job->h->head, &part->op, true)) == -EAGAIN) {
		if (!patient || look_at_clock(job))
			return SVA_WHY_FULL;
		svai_back_off(tries++);
	}
	if (err == -ESTALE || err == -EBADF)
		job->error = err;
	if (err)
		return SVA_WHY_DEAD;
	part->on_device = true;
	return 0;
}

/*
 * The device has stopped at a page. Returns true if it has gone on; else the CPU has done the rest,
 * or the error is set.
 */
static bool go_on(struct svai_job *job, struct svai_part *part)
{
	int next = svai_meet_fault(&job->policy, &part->op, &part->faults);
	uint32_t why;

	job->outcome.faults++;
	job->outcome.fault_addr = part->faults.addr;
	if (next < 0 && !job->error)
		job->error = next;
	if (job->error || look_at_clock(job))
		return false;
	why = next ? (uint32_t)next : submit(job, part, job->policy.flags & SVA_POLICY_NO_CPU);
	if (!why) {
		job->outcome.resumed++;
		SVAI_COUNT(svai_handle(part->op.wq), resumed, 1);
		svai_probe_resume(svai_handle(part->op.wq), SVAI_TRACED(&part->op));
	} else if (!job->error) {
		run_on_cpu(job, part, why);
	}
	return !why;
}

/* However long it takes. When the time is over, only to learn that the device has ended it. */
static int wait_for(struct svai_job *job, struct svai_part *part)
{
	int status = sva_poll(&part->op);
	int64_t time;

	if (status)
		return status;
	time = job->deadline == INT64_MAX ? -1 : job->deadline - svai_now_ns();
	if (job->deadline != INT64_MAX && time < 0)
		time = 0;
	status = svai_wait_op(&part->op, time, job->policy.wait);
	if (status != -ETIMEDOUT)
		return status;
	look_at_clock(job);
	return svai_wait_op(&part->op, -1, job->policy.wait);
}

static enum svai_end end_of(const struct svai_job *job, int status)
{
	if (job->no_verdict && status > 0 && svai_is_verdict((unsigned int)status))
		return SVAI_FAILED;
	return svai_end_of(status);
}

/* Bring what the device has to its end, by the device or by the CPU. */
static void settle(struct svai_job *job, struct svai_part *part)
{
	int status;

	do {
		status = wait_for(job, part);
		svai_probe_complete(svai_handle(part->op.wq), SVAI_TRACED(&part->op), status);
	} while (svai_end_of(status) == SVAI_FAULT && go_on(job, part));
	switch (end_of(job, status)) {
	case SVAI_FAULT:
		break;
	case SVAI_NO_ANSWER:
		/* Of a pool, another member may do the next part. */
		if (status < 0 && job->h->path != SVA_PATH_POOL)
			job->cpu = SVA_WHY_DEAD;
		begin_again_on_cpu(job, part, status < 0 ? SVA_WHY_DEAD : SVA_WHY_LOST);
		break;
	case SVAI_DONE:
		sva_op_resume(&part->op);
		break;
	case SVAI_FAILED:
		job->outcome.status = (unsigned int)status;
		begin_again_on_cpu(job, part, SVA_WHY_ERROR);
		break;
	}
}

static void take_verdict(struct svai_job *job, const struct svai_part *part, unsigned int code)
{
	uint32_t done = code == SVA_STATUS_DIF_ERROR ? part->op.record.bytes_completed : 0;

	job->error = -EBADMSG;
	job->stop = true;
	job->outcome.status = code;
	job->outcome.dif_errors = code == SVA_STATUS_DIF_ERROR ? part->op.record.result : 0;
	job->outcome.bytes += done;
	job->outcome.offset = part->offset + done;
}

static void finish_oldest(struct svai_job *job)
{
	struct svai_part *part = &job->parts[job->finished % SVAI_PARTS];
	unsigned int status;

	if (part->on_device)
		settle(job, part);
	job->finished++;
	status = sva_record_status(svai_record(&part->op));
	if (part->on_device)
		job->outcome.device_bytes += sva_status_errno(status) ? done_of(part) : part->bytes;
	if (job->stop)
		return;
	if (!sva_status_errno(status) || (job->iax && svai_is_verdict(status))) {
		job->outcome.bytes += part->bytes;
		if (job->collect)
			job->collect(job, part);
	} else if (svai_is_verdict(status)) {
		take_verdict(job, part, SVA_STATUS_CODE(status));
	} else {
		if (!job->error)
			job->error = sva_status_errno(status);
		job->outcome.bytes += done_of(part);
		job->stop = true;
	}
}

/* A queue may be full of our own parts. */
static uint32_t submit_or_make_room(struct svai_job *job, struct svai_part *part)
{
	uint32_t why;

	for (;;) {
		bool alone = job->finished == job->started;

		why = submit(job, part, alone && job->policy.flags & SVA_POLICY_NO_CPU);
		if (why != SVA_WHY_FULL || alone || job->error)
			return why;
		finish_oldest(job);
		if (job->error || job->stop)
			return why;
	}
}

/* Returns whether it is under way. */
static bool start(struct svai_job *job, struct svai_part *part)
{
	uint32_t why = part->why;

	if (!why && job->policy.fault == SVA_FAULT_POPULATE && svai_populate_operands(&part->desc))
		job->error = -EFAULT;
	if (!why && !job->error)
		why = submit_or_make_room(job, part);
	if (job->error || job->stop)
		return part->on_device;
	if (why == SVA_WHY_DEAD)
		job->cpu = why;
	if (why)
		run_on_cpu(job, part, why);
	return !job->error;
}

static bool start_next(struct svai_job *job)
{
	struct svai_part *part = &job->parts[job->started % SVAI_PARTS];

	if (job->started - job->finished == job->window)
		finish_oldest(job);
	if (!job->left || job->error || job->stop || look_at_clock(job))
		return false;
	next_part(job, part);
	if (!start(job, part))
		return false;
	job->started++;
	return true;
}

int svai_job_begin(struct svai_job *job, struct sva_wq *wq, uint64_t size,
		   const struct sva_outcome *outcome)
{
	struct svai_handle *h = svai_handle(wq);
	int err = svai_handle_state(wq);

	memset(job, 0, offsetof(struct svai_job, parts));
	if (err)
		return err;
	if (outcome && outcome->size < offsetof(struct sva_outcome, device_bytes))
		return -EINVAL;
	job->h = h;
	job->size = job->left = size;
	job->unit = 1;
	job->window = SVAI_PARTS;
	return 0;
}

/* So that as many parts as may be in flight have something to do, on all engines and members. */
static uint64_t part_of(const struct svai_job *job)
{
	uint64_t share = (job->size / SVAI_PARTS + PART_MIN - 1) & -(uint64_t)PART_MIN;
	uint64_t most = job->h->limits.max_transfer;

	return svai_least(share > PART_MIN ? share : PART_MIN, most);
}

/* Why the queue can do nothing of it; 0: it can. */
static uint32_t why_not(const struct svai_job *job)
{
	if (job->h->path == SVA_PATH_CPU || svai_pool_is_empty(job->h))
		return SVA_WHY_NO_DEVICE;
	if (job->h->iax != job->iax)
		return SVA_WHY_UNSUPPORTED;
	return svai_queue_stays_dead(job->h) ? SVA_WHY_DEAD : 0;
}

static void set_where(struct svai_job *job)
{
	const struct svai_limits *limits = &job->h->limits;
	unsigned int opcode = sva_desc_opcode(&job->desc);
	bool wide = opcode == SVA_OP_FILL && sva_desc_flags(&job->desc) & SVA_FLAG_FILL_16;
	uint32_t why = why_not(job);

	if (job->policy.flags & SVA_POLICY_NO_CPU || job->policy.fault == SVA_FAULT_REPORT)
		job->lines = false;
	/* In the order of the reasons. NOLINTBEGIN(bugprone-branch-clone) */
	if (why)
		job->cpu = why;
	else if (!(job->policy.flags & SVA_POLICY_NO_CPU) && !job->declines &&
		 job->size < job->policy.threshold)
		job->cpu = SVA_WHY_SMALL;
	else if (!job->cpu && wide && !(limits->gen_cap & SVA_GENCAP_FILL_16))
		job->cpu = SVA_WHY_UNSUPPORTED;
	/* NOLINTEND(bugprone-branch-clone) */
	if (!job->part_max)
		job->part_max = job->cpu ? SVAI_MAX_TRANSFER : part_of(job);
	job->part_max -= job->part_max % job->unit;
	if (!job->part_max) { /* the queue does not take a single unit */
		job->cpu = job->cpu ? job->cpu : SVA_WHY_UNSUPPORTED;
		job->part_max = job->unit;
	}
}

int svai_job_run(struct svai_job *job, struct sva_outcome *outcome)
{
	int state;

	/* The operations are on this stack: the thread must not go while the device has them. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	svai_policy_read(job->h, &job->policy);
	if (job->no_cpu)
		job->policy.flags |= SVA_POLICY_NO_CPU;
	if (!job->deadline)
		job->deadline = svai_policy_deadline(job->h);
	set_where(job);
	while (start_next(job))
		;
	while (job->finished != job->started)
		finish_oldest(job);
	pthread_setcancelstate(state, NULL);
	if (outcome)
		svai_give_result(outcome, &job->outcome, sizeof(job->outcome));
	return job->error;
}
