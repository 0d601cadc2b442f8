/* SPDX-License-Identifier: MIT */
/*
 * The engines. A descriptor is executed by a thread of the process that has submitted it, since
 * only there its addresses mean something; how many run at once is the group's number of engines.
 * These threads have no file and no signal in common with the program: it can close what it wants.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "ask.h"
#include "clock.h"
#include "control.h"
#include "copy.h"
#include "iax.h"
#include "inject.h"
#include "local.h"
#include "lock.h"
#include "process.h"
#include "queue.h"
#include "sys.h"

#define WATCH_TICKS (1u << 16) /* of the time-stamp counter: 15 to 30 us, some wake-ups' time */
#define CROWD_TICKS (1u << 28) /* 0.1 s: as long, who was kept from working is let go first */
#define FAIR_ROUND  8u         /* each so many descriptors, priority does not count */
#define RETRIES     3u         /* of an operation whose memory went away while it ran */
#define BATCH_AHEAD 32u        /* pages: the members' buffers often stand side by side */

#define EVENT_LOG   (3ull << 13) /* GENCAP */

struct engine {
	int file; /* the connection of EMU_ASK_PROCESS */
	struct emu_view view;
	const struct emu_process *process;
	struct emu_process_live *live;
	struct emu_worker *worker;
	unsigned int served;
	bool alone;     /* on one CPU, where to watch is to keep others from working */
	bool watches;   /* live->watch is this engine's */
	bool patient;   /* what it has done last came soon */
	long preempted; /* how often */
};

/* The first engine's files, which are those of all. */
static struct engine first;

/* Time-stamps: when an engine was last done with something; and until when CPUs are scarce. */
static atomic_uint_fast64_t done_at, crowded_until;

/*
 * An operation's environment.
 */

static bool has_event_log(const struct emu_state *state, const struct emu_dsa *dsa)
{
	return state->profile.event_log && (dsa->gen_cap & EVENT_LOG);
}

static struct emu_device device_of(struct emu_state *state, unsigned int lane)
{
	const struct emu_dsa *dsa = emu_lane_device(state, lane);
	const struct emu_queue *queue = emu_lane_queue(state, lane);
	struct emu_device device = {
		.version = dsa->version,
		.gen_cap = dsa->gen_cap,
		.iaa_cap = dsa->iaa_cap,
		.max_transfer = queue->max_transfer_size,
		.max_batch = queue->max_batch_size,
		.block_on_fault = queue->block_on_fault,
		/* Page requests are a part of ATS; what else depends on it is (unverified). */
		.page_requests = !queue->prs_disable && !queue->ats_disable,
		.event_log = has_event_log(state, dsa),
	};

	for (unsigned int i = 0; i < 4; i++)
		device.op_cap[i] = dsa->op_cap[i] & queue->op_config[i];
	return device;
}

/* The status last. */
static bool copy_record(const struct emu_view *view, uint64_t addr, const void *record)
{
	uint32_t size = emu_record_size(emu_lane_device(view->state, view->lane));
	char *to = emu_ptr(addr);

	return !emu_copy(to + 1, (const char *)record + 1, size - 1) && !emu_copy(to, record, 1);
}

static bool write_record(struct emu_view *view, const struct sva_desc *desc,
			 const struct sva_record *record)
{
	return emu_pages_resolve(view, desc->completion_addr, true) &&
	       copy_record(view, desc->completion_addr, record);
}

/* The kernel at an entry of the event log: it writes the record that the device has not. */
static void serve_event(struct emu_view *view, const struct sva_desc *desc,
			const struct sva_record *record, unsigned int status)
{
	struct emu_lane_live *lane = &view->state->live.lane[view->lane];
	bool fault = SVA_STATUS_CODE(status) == SVA_STATUS_CR_TRANSLATION, written;

	if (!fault && status != SVA_STATUS_DRAIN_EVL)
		return;
	written = write_record(view, desc, record); /* may begin the operation again */
	if (!fault)
		return;
	atomic_fetch_add(&lane->cr_faults, 1);
	if (!written)
		atomic_fetch_add(&lane->cr_fault_failures, 1);
}

/* What has no completion record to go to. */
static void report(void *ctx, const struct sva_desc *desc, const struct sva_record *record,
		   unsigned int status)
{
	struct emu_view *view = ctx;
	const struct emu_dsa *dsa = emu_lane_device(view->state, view->lane);
	const struct emu_lane *lane = &view->state->lane[view->lane];

	if (has_event_log(view->state, dsa)) {
		serve_event(view, desc, record, status);
		return;
	}
	emu_device_error(emu_lane_device_live(view->state, view->lane),
			 &(struct emu_error){
				 .code = status,
				 .queue = lane->queue,
				 .desc = desc,
				 .pasid = view->state->process[atomic_load(&lane->process)].pasid,
				 .address = desc->completion_addr });
}

/*
 * Injected outcomes.
 */

static uint64_t page_of(uint64_t addr)
{
	return addr & ~(uint64_t)(EMU_PAGE - 1);
}

/* The page of byte @offset of the operand that the operation begins with. */
static uint64_t forced_page(const struct sva_desc *desc, uint32_t offset)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint64_t base = opcode == SVA_OP_FILL || opcode == SVA_OP_CACHE_FLUSH ? desc->dst_addr
									      : desc->src_addr;

	return page_of(base + offset);
}

/* A record that the model does not make: nothing but a status. */
static unsigned int put_record(struct emu_view *view, const struct sva_desc *desc,
			       union emu_record *record, unsigned int status)
{
	*record = (union emu_record){ .iax.status = (uint8_t)status };
	if (!(sva_desc_flags(desc) & SVA_FLAG_CRAV))
		report(view, desc, &record->dsa, status);
	else
		copy_record(view, desc->completion_addr, record);
	return status;
}

/*
 * Execution.
 */

/* A drain completes when all that this process has submitted before it has (3.4). */
static void wait_for_older(struct engine *engine, uint64_t ticket)
{
	struct emu_state *state = engine->view.state;
	unsigned int lane = engine->view.lane;

	while (!emu_lane_settled(state, lane, ticket) &&
	       emu_device_state(state, state->lane[lane].device) == EMU_DEV_ENABLED)
		emu_sys(SYS_sched_yield);
}

static unsigned int execute_here(struct emu_view *view, const struct sva_desc *desc,
				 union emu_record *record)
{
	const struct emu_memory memory = {
		.ctx = view,
		.accessible = emu_pages_accessible,
		.request = emu_pages_request,
		.resolve = emu_pages_resolve,
		.report = report,
	};
	struct emu_device device = device_of(view->state, view->lane);
	struct emu_iax_outcome iax;
	struct emu_outcome dsa;
	unsigned int status;

	if (emu_lane_device(view->state, view->lane)->type == EMU_TYPE_IAX) {
		status = emu_iax_execute(&device, &memory, desc, &iax);
		record->iax = iax.record;
	} else {
		status = emu_execute(&device, &memory, desc, &dsa);
		record->dsa = dsa.record;
	}
	return status;
}

/*
 * Memory that goes away under an operation: it is begun again, and looks at each page. With
 * --no-page-check, that is how all missing memory is found.
 */
static unsigned int execute_guarded(struct emu_view *view, const struct sva_desc *desc,
				    union emu_record *record)
{
	volatile unsigned int tries = 0;
	struct emu_guard guard;
	unsigned int status;

	if (emu_guard_here(&guard)) {
		view->page_check = true;
		tries++;
	}
	if (tries > RETRIES) {
		emu_guard_set(NULL);
		return put_record(view, desc, record, SVA_STATUS_TRANSLATION);
	}
	emu_pages_forget(view);
	emu_guard_set(&guard);
	status = execute_here(view, desc, record);
	emu_guard_set(NULL);
	return status;
}

static unsigned int execute(struct engine *engine, const struct sva_desc *desc,
			    union emu_record *record)
{
	struct emu_state *state = engine->view.state;
	const struct emu_rule *rule = emu_inject_outcome(state, engine->view.lane, desc);
	struct sva_desc changed = *desc;
	union emu_record nowhere;

	engine->view.forced_fault = 0;
	engine->view.page_check = state->page_check;
	engine->view.ahead = sva_desc_opcode(desc) == SVA_OP_BATCH ? BATCH_AHEAD : 0;
	if (rule && rule->action == EMU_INJECT_STATUS)
		return put_record(&engine->view, desc, record, rule->value);
	if (rule && rule->action == EMU_INJECT_HALT) {
		emu_device_halt(state, state->lane[engine->view.lane].device, rule->value);
		return SVA_STATUS_NONE;
	}
	if (rule && rule->action == EMU_INJECT_FAULT)
		engine->view.forced_fault = forced_page(desc, rule->value);
	if (rule && rule->action == EMU_INJECT_LOST && (sva_desc_flags(desc) & SVA_FLAG_CRAV))
		changed.completion_addr = (uintptr_t)&nowhere;
	return execute_guarded(&engine->view, &changed, record);
}

static void trace(struct engine *engine, const struct sva_desc *desc, unsigned int status,
		  const union emu_record *record)
{
	const struct emu_dsa *dsa = emu_lane_device(engine->view.state, engine->view.lane);
	const struct emu_trace line = {
		.time = emu_now(),
		.pid = atomic_load(&engine->process->pid),
		.device = dsa->id,
		.type = dsa->type,
		.queue = engine->view.state->lane[engine->view.lane].queue,
		.status = status,
		.record = *record,
		.desc = *desc,
	};

	/* Without the emulator, there is no need for it any more. */
	emu_sys(SYS_sendto, engine->file, &line, sizeof(line), MSG_NOSIGNAL);
}

static void count(struct emu_queue_live *queue, unsigned int status)
{
	unsigned int code = SVA_STATUS_CODE(status);

	atomic_fetch_add_explicit(&queue->counters.completed, 1, memory_order_relaxed);
	if (code == SVA_STATUS_PAGE_FAULT || code == SVA_STATUS_PAGE_RESPONSE ||
	    code == SVA_STATUS_BATCH_PAGE_FAULT || code == SVA_STATUS_CR_TRANSLATION)
		atomic_fetch_add_explicit(&queue->counters.faults, 1, memory_order_relaxed);
}

static void serve(struct engine *engine, const struct sva_desc *desc)
{
	struct emu_state *state = engine->view.state;
	union emu_record record = { 0 };
	unsigned int status;

	if (sva_desc_opcode(desc) == SVA_OP_DRAIN)
		wait_for_older(engine, atomic_load(&engine->worker->ticket));
	if (state->timing != EMU_TIMING_FAST)
		emu_clock_wait(state, engine->view.lane, desc);
	status = execute(engine, desc, &record);
	count(emu_lane_queue_live(state, engine->view.lane), status);
	if (state->trace)
		trace(engine, desc, status, &record);
	atomic_store(&engine->worker->ticket, 0);
	atomic_store(&done_at, __builtin_ia32_rdtsc());
}

/*
 * Arbitration.
 */

/* Are the engines of the lane's group all at work, for this process? */
static bool group_busy(const struct engine *engine, unsigned int lane)
{
	struct emu_state *state = engine->view.state;
	const struct emu_dsa *dsa = emu_lane_device(state, lane);
	int group = emu_lane_queue(state, lane)->group_id;
	unsigned int engines = 0, busy = 0;

	for (unsigned int i = 0; i < dsa->engine_count; i++)
		engines += dsa->engine[i].group_id == group;
	for (unsigned int i = 0; i < EMU_WORKERS; i++) {
		const struct emu_worker *worker = &engine->live->worker[i];
		int other = atomic_load(&worker->lane);

		busy += worker != engine->worker && atomic_load(&worker->ticket) &&
			(unsigned int)other < EMU_LANES &&
			emu_lane_device(state, (unsigned int)other) == dsa &&
			emu_lane_queue(state, (unsigned int)other)->group_id == group;
	}
	return busy >= engines;
}

/*
 * The lane to serve: that of the highest priority, but each so many times the next one in turn, so
 * that none starves.
 */
static int choose(struct engine *engine)
{
	unsigned int i, lanes = atomic_load(&engine->process->lane_count);
	bool in_turn = engine->served % FAIR_ROUND == 0;
	int best = EMU_NONE;

	for (i = 0; i < lanes; i++) {
		unsigned int turn = (engine->served / FAIR_ROUND + i) % lanes;
		unsigned int lane = engine->process->lane[turn];

		if (!emu_queue_ready(engine->view.state, lane) || group_busy(engine, lane))
			continue;
		if (in_turn)
			return (int)lane;
		if (best == EMU_NONE ||
		    emu_lane_queue(engine->view.state, lane)->priority >
			    emu_lane_queue(engine->view.state, (unsigned int)best)->priority)
			best = (int)lane;
	}
	return best;
}

static void stop_watching(struct engine *engine)
{
	if (engine->watches)
		atomic_store(&engine->live->watch, EMU_UNWATCHED);
	engine->watches = false;
}

/* One engine chooses at a time; whoever finds more to do wakes the next one. */
static bool take(struct engine *engine, struct sva_desc *desc)
{
	bool taken = false, more = false;
	int lane;

	emu_lock(&emu_local->arbiter);
	lane = choose(engine);
	if (lane != EMU_NONE)
		taken = emu_queue_dispatch(engine->view.state, (unsigned int)lane, engine->worker,
					   desc);
	if (taken) {
		engine->view.lane = (unsigned int)lane;
		engine->served++;
		engine->patient = __builtin_ia32_rdtsc() - atomic_load(&done_at) < WATCH_TICKS;
		stop_watching(engine);
		more = choose(engine) != EMU_NONE;
	}
	emu_unlock(&emu_local->arbiter);
	if (more)
		emu_process_ring(engine->live);
	return taken;
}

/*
 * Whether it pays to be awake when the next descriptor comes: if that is likely to be soon, and
 * nobody else has to wait for the CPU meanwhile.
 */
static bool should_watch(struct engine *engine)
{
	uint64_t now = __builtin_ia32_rdtsc();
	struct rusage usage = { 0 };

	emu_sys(SYS_getrusage, RUSAGE_THREAD, &usage);
	if (usage.ru_nivcsw != engine->preempted)
		atomic_store(&crowded_until, now + CROWD_TICKS);
	engine->preempted = usage.ru_nivcsw;
	return !engine->alone && engine->patient && now >= atomic_load(&crowded_until);
}

/* Whether the bell rings before it is time to sleep. One engine at a time watches. */
static bool watch_bell(struct engine *engine, unsigned int heard)
{
	enum emu_watch nobody = EMU_UNWATCHED;
	uint64_t start = __builtin_ia32_rdtsc();

	if (!engine->watches)
		engine->watches =
			atomic_compare_exchange_strong(&engine->live->watch, &nobody, EMU_WATCHED);
	if (!engine->watches)
		return false;
	atomic_store(&engine->live->watch, EMU_WATCHED);
	do {
		if (atomic_load(&engine->live->bell) != heard)
			return true;
		__builtin_ia32_pause();
	} while (__builtin_ia32_rdtsc() - start < WATCH_TICKS);
	return false;
}

static void wait_for_bell(struct engine *engine, unsigned int heard)
{
	struct emu_process_live *process = engine->live;

	if (should_watch(engine) && watch_bell(engine, heard))
		return;
	stop_watching(engine);
	atomic_fetch_add(&process->sleepers, 1);
	/* Who wakes an engine has it watch. */
	engine->watches = !emu_sys(SYS_futex, &process->bell, FUTEX_WAIT, heard, NULL);
	atomic_fetch_sub(&process->sleepers, 1);
}

static bool has_one_cpu(void)
{
	uint64_t cpus[1024 / 64] = { 0 };
	unsigned int count = 0;

	emu_sys(SYS_sched_getaffinity, 0, sizeof(cpus), cpus);
	for (unsigned int cpu = 0; cpu < 1024; cpu++)
		count += cpus[cpu / 64] >> cpu % 64 & 1;
	return count == 1;
}

static void work(void *argument)
{
	struct engine engine = first;
	struct sva_desc desc;
	unsigned int heard;

	engine.worker = argument;
	engine.alone = has_one_cpu();
	emu_sys(SYS_prctl, PR_SET_NAME, "sva-emu engine");
	for (;;) {
		heard = atomic_load(&engine.live->bell);
		if (take(&engine, &desc))
			serve(&engine, &desc);
		else
			wait_for_bell(&engine, heard);
	}
}

/*
 * Start.
 */

/* Without the emulator there are no devices; as of a machine that lost them, nothing goes on. */
static void watch(void *unused)
{
	static const char text[] = "sva-emu: the emulator has ended before this program, which is "
				   "killed: its devices are gone\n";
	struct pollfd file = { .fd = first.file, .events = POLLIN };
	long log;

	(void)unused;
	emu_sys(SYS_prctl, PR_SET_NAME, "sva-emu watch");
	while (emu_sys(SYS_poll, &file, 1, -1) < 0)
		;
	/* The program's standard error: this thread has files of its own. */
	log = emu_sys(SYS_openat, AT_FDCWD, "/proc/self/fd/2", O_WRONLY | O_APPEND);
	if (log >= 0)
		emu_sys(SYS_write, log, text, sizeof(text) - 1);
	emu_sys(SYS_kill, emu_sys(SYS_getpid), SIGKILL);
}

/* Files of our own: the program's stay its, and ours close with the last engine. */
static int open_files(struct engine *engine)
{
	int process, err;

	if (emu_sys(SYS_close_range, 0, ~0u, 2 /* CLOSE_RANGE_UNSHARE */) < 0)
		return -ENOSYS;
	engine->file = emu_ask_connect(emu_root);
	if (engine->file < 0)
		return engine->file;
	process = emu_ask(engine->file, &(struct emu_request){ .ask = EMU_ASK_PROCESS }, NULL);
	if (process < 0)
		return process;
	err = emu_pages_open(&engine->view);
	return err ? err : process;
}

static unsigned int worker_count(const struct emu_state *state)
{
	unsigned int most = 1;

	for (unsigned int i = 0; i < state->device_count; i++)
		if (state->device[i].engine_count > most)
			most = state->device[i].engine_count;
	return most < EMU_WORKERS ? most : EMU_WORKERS;
}

/* The rest of the threads; they share the first one's files. Fewer than asked for do it, too. */
static void start_others(struct emu_process_live *process, unsigned int count)
{
	emu_thread_start(watch, NULL);
	for (unsigned int i = 1; i < count; i++)
		if (!emu_thread_start(work, &process->worker[i]))
			break;
}

void emu_engine_main(void *argument)
{
	struct emu_engine_start *start = argument;
	int result;

	memset(&first, 0, sizeof(first));
	first.view.state = emu_machine();
	result = open_files(&first);
	if (result >= 0) {
		first.process = &first.view.state->process[result];
		first.live = &first.view.state->live.process[result];
		start_others(first.live, worker_count(first.view.state));
	}
	start->result = result;
	atomic_store(&start->done, 1);
	emu_sys(SYS_futex, &start->done, FUTEX_WAKE, 1);
	if (result >= 0)
		work(&first.live->worker[0]);
}
