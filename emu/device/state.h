/* SPDX-License-Identifier: MIT */
/*
 * The emulated machine: everything that sva-emu and the programs under it share, in one range.
 *
 * Who writes what: what stands before struct emu_live is the kernel model's (sva-emu, one thread);
 * the programs can only read it. The configuration changes only while a queue is disabled. What is
 * in struct emu_live is everybody's, and atomic; so whatever stands there, the kernel model takes
 * no index or size from it. Pointers do not occur: every process has the range elsewhere.
 */
#ifndef EMU_DEVICE_STATE_H
#define EMU_DEVICE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sva/iax.h>

#define EMU_DEVICES   32u
#define EMU_QUEUES    16u /* of a device */
#define EMU_GROUPS    8u
#define EMU_ENGINES   8u
#define EMU_SLOTS     256u /* of a queue: the most that max_work_queues_size can be */
#define EMU_PROCESSES 1024u
#define EMU_LANES     2048u
#define EMU_WORKERS   8u /* engine threads of a process */
#define EMU_FILES     4096u
#define EMU_RULES     32u
#define EMU_PATH      1024u
#define EMU_NAME      129u /* a queue's name or driver name, with its end */
#define EMU_OPCODES   128u /* that are counted each; higher ones count as the last */

#define EMU_NONE      (-1)

/* How the kernel of the chosen profile behaves; kernel/profile.c has the table. */
struct emu_profile {
	char name[24];
	bool sva;             /* false: open() fails with EOPNOTSUPP (CVE-2025-71089) */
	bool write;           /* write(2) submits */
	bool mmap_privileged; /* mmap() needs CAP_SYS_RAWIO */
	bool same_mm;         /* mmap, write and poll only by the process that has opened */
	bool hides_batch;     /* op_cap and write(2) of a DSA 1.0 have no BATCH */
	bool hides_batch_2;   /* those of a later DSA, too */
	bool op_config;       /* wq/op_config; op_cap and errors as 32-bit words with commas */
	bool driver_name;     /* wq/driver_name, and a user queue must have it */
	bool event_log;       /* event_log_size, prs_disable, file<N>/cr_faults */
	bool read_buffers;    /* read_buffer names beside the token names */
	bool iaa_crypto;      /* the module of that name */
};

/* What a device is: the driver has both on one bus, and numbers them together. */
enum emu_type { EMU_TYPE_DSA, EMU_TYPE_IAX, EMU_TYPES };

enum emu_device_state { EMU_DEV_DISABLED, EMU_DEV_ENABLED, EMU_DEV_HALTED };
enum emu_queue_state { EMU_WQ_DISABLED, EMU_WQ_ENABLED };
enum emu_queue_mode { EMU_WQ_SHARED, EMU_WQ_DEDICATED };
enum emu_queue_type { EMU_WQ_NONE, EMU_WQ_KERNEL, EMU_WQ_USER };

struct emu_group {
	int32_t traffic_class_a, traffic_class_b;
	uint32_t use_read_buffer_limit;
	uint32_t read_buffers_allowed, read_buffers_reserved;
	uint32_t desc_progress_limit, batch_progress_limit;
};

struct emu_engine {
	int32_t group_id; /* EMU_NONE */
};

/* Counters for --stats. */
struct emu_counters {
	atomic_uint_fast64_t submitted; /* attempts */
	atomic_uint_fast64_t accepted;
	atomic_uint_fast64_t retried; /* ENQCMD with ZF=1 */
	atomic_uint_fast64_t dropped; /* MOVDIR64B to a full queue, or to a shared one */
	atomic_uint_fast64_t completed;
	atomic_uint_fast64_t faults; /* operations that ended with a page fault */
	atomic_uint_fast64_t opcode[EMU_OPCODES];
	atomic_uint_fast64_t
		occupancy[EMU_SLOTS + 1]; /* found by an accepted one, itself counted */
};

/*
 * A place in a queue. Its word says whether it is free, being filled, or ready, which lane's it is,
 * and its number in the order of submission: slot_word() in queue.c. What is in a slot is the
 * queue's occupancy; there is no other count that a process could leave wrong by dying.
 */
struct emu_slot {
	atomic_uint_fast64_t word;
};

struct emu_queue {
	int32_t group_id; /* EMU_NONE */
	enum emu_queue_mode mode;
	enum emu_queue_type type;
	uint32_t size;
	uint32_t priority;
	uint32_t threshold;
	bool block_on_fault;
	bool ats_disable, prs_disable;
	char name[EMU_NAME];
	char driver_name[EMU_NAME];
	uint64_t max_transfer_size; /* bytes */
	uint32_t max_batch_size;    /* descriptors */
	uint32_t enqcmds_retries;
	uint64_t op_config[4]; /* bit n of word n / 64: opcode n */
	uint32_t minor;        /* of its char device, while it is an enabled user queue */
	uint32_t clients;      /* opens */
	uint32_t times_enabled;
	uint64_t ino; /* of its plain file, where there are no char devices; 0: none */

	_Atomic(enum emu_queue_state) state;
};

/* A device of either type. */
struct emu_dsa {
	/* Hardware: fixed when it is made. */
	enum emu_type type;
	uint32_t id;      /* of its name: dsa<id>, wq<id>.<n>; given by the driver */
	uint32_t version; /* 0x100, 0x200 */
	uint64_t gen_cap;
	uint64_t iaa_cap; /* IAX */
	uint64_t op_cap[4];
	uint32_t queue_count, group_count, engine_count;
	uint32_t max_queue_size; /* slots of all queues together */
	uint64_t max_transfer_size;
	uint32_t max_batch_size;
	uint32_t max_read_buffers;
	int32_t numa_node;
	uint32_t bus; /* of its PCI function: 0000:<bus>:01.0 */

	/* Its PCI function. */
	bool bound; /* to the driver; if not, there is no device dsa<id> */
	char driver_override[EMU_NAME];

	/* Configuration. */
	uint32_t read_buffer_limit;
	uint32_t event_log_size;
	uint32_t cmd_status;

	atomic_bool enabled; /* by the driver, whether it halts or not */

	struct emu_group group[EMU_GROUPS];
	struct emu_engine engine[EMU_ENGINES];
	struct emu_queue queue[EMU_QUEUES];
};

/*
 * A process that has a queue open: one memory, one PASID. It is there from the first open to the
 * end of its engine threads, which neither fork() nor exec() takes along.
 */
struct emu_process {
	atomic_int pid; /* 0: free */
	uint32_t pasid;
	atomic_uint lane_count;
	uint16_t lane[EMU_DEVICES * EMU_QUEUES];
};

/* A process's use of one queue, whatever the number of its opens; as long as the process. */
struct emu_lane {
	atomic_int process; /* index; EMU_NONE: free */
	uint16_t device, queue;
};

/* An open of a char device: file<N> of sysfs. */
struct emu_file {
	bool used;
	uint32_t number;
	int32_t lane; /* EMU_NONE while the process has no engine thread yet */
	int32_t pid;
	uint16_t device, queue;
	uint64_t ino; /* of the socket that it is in the program, where there are no char devices */
};

enum emu_action {
	EMU_INJECT_STATUS, /* end with @value as the status, and nothing else done */
	EMU_INJECT_FULL,   /* this submission and the @value - 1 next are answered "retry" */
	EMU_INJECT_LOST,   /* executed, without a completion record */
	EMU_INJECT_FAULT,  /* a page fault at byte @value of the first operand */
	EMU_INJECT_HALT, /* the device halts; after @value ms, if not 0, it is reset and enabled */
};

/* One rule of --inject: which descriptors it is for, and what becomes of them. */
struct emu_rule {
	int32_t device, queue; /* numbers of its name; EMU_NONE: all */
	int32_t opcode;        /* EMU_NONE: all */
	uint32_t first;        /* the n-th that matches, from 1 on … */
	uint32_t every;        /* … and then each n-th; 0: only the first */
	uint32_t one_in;       /* of these, one in so many, by chance; 0: all */
	enum emu_action action;
	uint32_t value;
};

enum emu_timing { EMU_TIMING_FAST, EMU_TIMING_SPR };

struct emu_queue_live {
	atomic_uint_fast64_t ticket; /* next number in the order of submission */
	struct emu_slot slot[EMU_SLOTS];
	struct sva_desc desc[EMU_SLOTS];
	struct emu_counters counters;
};

struct emu_device_live {
	atomic_uint_fast64_t halted_until; /* CLOCK_MONOTONIC nanoseconds; 0: it works */
	atomic_bool error_lock;            /* the error register is written as a whole */
	uint64_t error[4]; /* SWERR, 9.2.16 of the specification; bit 0 of word 0: valid */
	atomic_uint_fast64_t busy_until; /* under --timing: CLOCK_MONOTONIC nanoseconds */
	struct emu_queue_live queue[EMU_QUEUES];
};

/* What an engine thread of a process has in hand. */
struct emu_worker {
	atomic_int lane;
	atomic_uint_fast64_t ticket; /* 0: nothing */
};

/* Whether one of the engine threads takes what is submitted next. */
enum emu_watch {
	EMU_UNWATCHED, /* all work or sleep */
	EMU_WOKEN,     /* one has been woken for it */
	EMU_WATCHED,   /* one is awake, and looks at the bell */
};

struct emu_process_live {
	atomic_uint bell;     /* futex: rung at each submission */
	atomic_uint sleepers; /* engine threads that wait for it */
	_Atomic(enum emu_watch) watch;
	struct emu_worker worker[EMU_WORKERS];
};

struct emu_lane_live {
	atomic_uint cr_faults, cr_fault_failures;
};

struct emu_rule_live {
	atomic_uint_fast64_t matched;
	atomic_uint left; /* of a run of refusals */
};

/* Under the same numbers as in struct emu_state. */
struct emu_live {
	struct emu_device_live device[EMU_DEVICES];
	struct emu_process_live process[EMU_PROCESSES];
	struct emu_lane_live lane[EMU_LANES];
	struct emu_rule_live rule[EMU_RULES];
};

#define EMU_STATE_MAGIC 0x756d6561u

struct emu_state {
	uint32_t magic; /* written last, by whoever makes it */
	struct emu_profile profile;
	enum emu_timing timing;
	uint64_t seed;    /* of what the rules leave to chance */
	bool loaded;      /* the idxd module */
	bool crypto;      /* the iaa_crypto module */
	bool no_mmap;     /* --no-mmap */
	bool page_check;  /* false: --no-page-check */
	bool rawio;       /* sva-emu itself was started with CAP_SYS_RAWIO */
	bool trace;       /* --trace */
	bool plain;       /* --plain: there is no namespace, and there are no char devices */
	char without[64]; /* why there is none */
	bool statistics;  /* --stats: also what costs time */
	uint32_t major[EMU_TYPES]; /* of the char devices */
	uint64_t files_dev;        /* st_dev of the plain files in their place */
	char library[EMU_PATH];    /* what is preloaded into programs */
	uint32_t device_count;
	struct emu_dsa device[EMU_DEVICES];
	struct emu_process process[EMU_PROCESSES];
	struct emu_lane lane[EMU_LANES];
	struct emu_file file[EMU_FILES];
	uint32_t rule_count;
	struct emu_rule rule[EMU_RULES];
	_Alignas(4096) struct emu_live live;
};

/* The two files that it consists of. */
#define EMU_CONFIG_SIZE offsetof(struct emu_state, live)
#define EMU_LIVE_SIZE   (sizeof(struct emu_state) - EMU_CONFIG_SIZE)

/* Bytes of a completion record, which are also its alignment. */
static inline uint32_t emu_record_size(const struct emu_dsa *dsa)
{
	return dsa->type == EMU_TYPE_DSA ? sizeof(struct sva_record)
					 : sizeof(struct sva_iax_record);
}

static inline struct emu_dsa *emu_lane_device(struct emu_state *state, unsigned int lane)
{
	return &state->device[state->lane[lane].device];
}

static inline struct emu_device_live *emu_lane_device_live(struct emu_state *state,
							   unsigned int lane)
{
	return &state->live.device[state->lane[lane].device];
}

static inline struct emu_queue_live *emu_lane_queue_live(struct emu_state *state, unsigned int lane)
{
	return &emu_lane_device_live(state, lane)->queue[state->lane[lane].queue];
}

static inline struct emu_queue *emu_lane_queue(struct emu_state *state, unsigned int lane)
{
	return &emu_lane_device(state, lane)->queue[state->lane[lane].queue];
}

#endif
