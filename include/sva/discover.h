/* SPDX-License-Identifier: MIT */
/*
 * Which accelerators and work queues this machine has.
 *
 * Source: the attributes of the idxd driver in sysfs (Linux Documentation/ABI/stable/
 * sysfs-driver-dma-idxd; formats of Linux 5.6 to 6.19, seen in 6.1 to 7.3). libaccel-config is not
 * used, because 3.5.3 clears cmd_status, leaks, and crashes if the driver goes away meanwhile.
 *
 * Environment, respected unless the program is set-user-ID: LIBSVA_SYSFS_PATH (instead of /sys) and
 * LIBSVA_DEV_PATH (instead of /dev).
 */
#ifndef SVA_DISCOVER_H
#define SVA_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sva/insn.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sva_dev_kind {
	SVA_DEV_KIND_ANY = 0,
	SVA_DEV_KIND_DSA,
	SVA_DEV_KIND_IAX, /* IAA; Linux calls it IAX */
	SVA_DEV_KIND_CPU, /* the library's own software device */
};

enum sva_wq_mode {
	SVA_WQ_MODE_ANY = 0, /* in an info: not known */
	SVA_WQ_MODE_SHARED,
	SVA_WQ_MODE_DEDICATED,
};

enum sva_wq_type {
	SVA_WQ_TYPE_NONE = 0,
	SVA_WQ_TYPE_KERNEL,
	SVA_WQ_TYPE_USER,
};

/* Of a device or a queue. */
enum sva_dev_state {
	SVA_DEV_STATE_UNKNOWN = 0,
	SVA_DEV_STATE_DISABLED,
	SVA_DEV_STATE_ENABLED,
	SVA_DEV_STATE_HALTED,
};

/* 256 bits, one for each opcode: bit n is bits[n / 64] >> n % 64 & 1. */
struct sva_opmask {
	uint64_t bits[4];
};

/* sva_opmask_set - add an opcode to a mask */
SVA__INLINE void sva_opmask_set(struct sva_opmask *mask, unsigned int opcode)
{
	mask->bits[opcode / 64 % 4] |= (uint64_t)1 << opcode % 64;
}

/* sva_opmask_has - is the opcode in the mask? */
SVA__INLINE bool sva_opmask_has(const struct sva_opmask *mask, unsigned int opcode)
{
	return mask->bits[opcode / 64 % 4] >> opcode % 64 & 1;
}

/* Bits of gen_cap (source: drivers/dma/idxd/registers.h, and the specification, 9.2.2). */
#define SVA_GENCAP_BOF            (1ull << 0) /* block on fault */
#define SVA_GENCAP_OVERLAP        (1ull << 1) /* memmove with overlapping buffers */
#define SVA_GENCAP_CC_MEMORY      (1ull << 2) /* cache control in memory operations */
#define SVA_GENCAP_CC_FLUSH       (1ull << 3) /* cache control in cache flush */
#define SVA_GENCAP_FETCH_STRIDE   (1ull << 7) /* translation fetch with a stride */
#define SVA_GENCAP_DST_READBACK   (1ull << 8)
#define SVA_GENCAP_DRAIN_READBACK (1ull << 9)
#define SVA_GENCAP_FILL_16        (1ull << 10) /* fill with a 16-byte pattern */

/*
 * An attribute that is missing, unreadable or malformed is "unknown": its bit in `unknown`
 * is set and the field is zero (numa_node: -1).
 */
#define SVA_ATTR_OP_CAP        (1u << 0)
#define SVA_ATTR_OP_CONFIG     (1u << 1)
#define SVA_ATTR_ERRORS        (1u << 2)
#define SVA_ATTR_CMD_STATUS    (1u << 3)
#define SVA_ATTR_MAX_TRANSFER  (1u << 4)
#define SVA_ATTR_MAX_BATCH     (1u << 5)
#define SVA_ATTR_SIZE          (1u << 6)
#define SVA_ATTR_OCCUPANCY     (1u << 7)
#define SVA_ATTR_GEN_CAP       (1u << 8)
#define SVA_ATTR_VERSION       (1u << 9)
#define SVA_ATTR_CDEV          (1u << 10)
#define SVA_ATTR_CLIENTS       (1u << 11)
#define SVA_ATTR_PASID_ENABLED (1u << 12)
#define SVA_ATTR_THRESHOLD     (1u << 13)
#define SVA_ATTR_NUMA_NODE     (1u << 14)

/**
 * struct sva_dev_info - a device
 */
struct sva_dev_info {
	char name[32]; /* "dsa0" */
	enum sva_dev_kind kind;
	enum sva_dev_state state;
	uint32_t unknown;   /* SVA_ATTR_* of what could not be read */
	uint32_t version;   /* 0x100: 1.0 */
	int numa_node;      /* -1: none or not known */
	bool pasid_enabled; /* proves nothing: only open(2) does */
	uint32_t clients;   /* processes that have a queue open */
	uint32_t max_work_queues;
	uint32_t max_work_queues_size; /* entries of all queues together */
	uint32_t max_groups;
	uint32_t max_engines;
	uint32_t max_batch_size; /* descriptors */
	uint32_t cdev_major;
	uint32_t cmd_status;        /* of the last command; 0x80110000: no SVA for user queues */
	uint32_t event_log_size;    /* entries; 0: no event log */
	uint64_t max_transfer_size; /* bytes */
	uint64_t gen_cap;           /* SVA_GENCAP_* */
	uint64_t iaa_cap;           /* SVA_IAACAP_* (iax.h); also 0 if the kernel does not say */
	struct sva_opmask op_cap;   /* a missing BATCH bit only means that write(2) may refuse it */
	struct sva_opmask errors;   /* the software error register, bit by bit */
};

/**
 * struct sva_wq_info - a work queue
 */
struct sva_wq_info {
	char name[32];     /* "wq0.0" */
	char device[32];   /* "dsa0"; look it up with sva_topology_find_dev() */
	char devnode[256]; /* "/dev/dsa/wq0.0" */
	char label[136];   /* the name that the administrator gave it */
	char driver[32];   /* "user"; "" on kernels before 6.7 */
	enum sva_dev_kind kind;
	enum sva_wq_mode mode;
	enum sva_wq_type type;
	enum sva_dev_state state;
	uint32_t unknown;        /* SVA_ATTR_* of what could not be read */
	int numa_node;           /* of its device */
	int group_id;            /* -1: none */
	uint32_t size;           /* entries */
	uint32_t threshold;      /* shared: entries that user space can fill */
	uint32_t priority;       /* 1 to 15 */
	uint32_t occupancy;      /* entries in use; needs a capability of the device */
	uint32_t clients;        /* processes that have it open */
	uint32_t max_batch_size; /* descriptors */
	uint32_t cdev_minor;
	bool block_on_fault; /* descriptors may ask for block on fault */
	bool ats_disable;
	bool prs_disable;
	uint64_t max_transfer_size;  /* bytes */
	struct sva_opmask op_config; /* opcodes that the administrator allows */
};

/**
 * struct sva_topology - a snapshot of all devices and queues; opaque
 *
 * Nothing in it changes after sva_topology_discover(); several threads may read it.
 */
struct sva_topology;

/**
 * sva_topology_discover - take a snapshot
 * @topo: receives it; free it with sva_topology_free()
 *
 * A machine without devices is not an error: the snapshot is then empty, and sva_topology_why()
 * says why.
 * Safe in any thread.
 *
 * Returns 0, -EINVAL for NULL, -ENOMEM, -EMFILE or -ENFILE.
 */
int sva_topology_discover(struct sva_topology **topo);

/* sva_topology_free - free a snapshot and everything obtained from it; NULL is allowed */
void sva_topology_free(struct sva_topology *topo);

/**
 * sva_topology_why - why there is no device: a sentence with the remedy; "" if there is one
 */
const char *sva_topology_why(const struct sva_topology *topo);

/**
 * sva_topology_next_dev, sva_topology_next_wq - walk through the devices or queues of a snapshot,
 * in the order of their numbers
 * @prev: NULL for the first
 *
 * Returns NULL after the last one. The info is valid as long as the snapshot.
 */
const struct sva_dev_info *sva_topology_next_dev(const struct sva_topology *topo,
						 const struct sva_dev_info *prev);
const struct sva_wq_info *sva_topology_next_wq(const struct sva_topology *topo,
					       const struct sva_wq_info *prev);

#define sva_topology_foreach_dev(topo, dev)                                                     \
	for (const struct sva_dev_info *dev = sva_topology_next_dev((topo), NULL); dev != NULL; \
	     dev = sva_topology_next_dev((topo), dev))
#define sva_topology_foreach_wq(topo, wq)                                                   \
	for (const struct sva_wq_info *wq = sva_topology_next_wq((topo), NULL); wq != NULL; \
	     wq = sva_topology_next_wq((topo), wq))

/* sva_topology_find_dev - the device called @name ("dsa0"), or NULL */
const struct sva_dev_info *sva_topology_find_dev(const struct sva_topology *topo, const char *name);

#ifdef __cplusplus
}
#endif

#endif
