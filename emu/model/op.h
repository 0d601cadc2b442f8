/* SPDX-License-Identifier: MIT */
/*
 * The model of a DSA device's operations: what it refuses, what it does, and what it reports. It is
 * the second opinion on lib/cpu: it shares the layouts of <sva/desc.h> with it and nothing else.
 * Plain loops instead of fast ones.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0);
 * section numbers in the comments are its.
 */
#ifndef EMU_MODEL_OP_H
#define EMU_MODEL_OP_H

#include <sva/desc.h>

/* Capabilities (GENCAP, 9.2.2). */
#define EMU_CAP_OVERLAP        (1ull << 1)
#define EMU_CAP_CACHE_CONTROL  (1ull << 2)
#define EMU_CAP_FLUSH_CONTROL  (1ull << 3) /* DSA 1.0: flush without invalidation */
#define EMU_CAP_DURABLE        (1ull << 5)
#define EMU_CAP_FETCH_STRIDE   (1ull << 7)
#define EMU_CAP_READBACK       (1ull << 8)
#define EMU_CAP_DRAIN_READBACK (1ull << 9)
#define EMU_CAP_FILL_16        (1ull << 10)
#define EMU_CAP_CRC64          (1ull << 11)
#define EMU_CAP_FAULT_INFO     (1ull << 12)
#define EMU_CAP_BATCH_ERROR    (1ull << 15)
#define EMU_CAP_BATCH_OF_ONE   (1ull << 52)

/* Flags of one opcode that <sva/desc.h> does not name. */
#define EMU_FLAG_BATCH_ERROR 0x010000u /* batch: an earlier part of it had a failure */
#define EMU_FLAG_CRC64       0x080000u /* CRC: 64 bits */

#define EMU_PAGE             4096u
#define EMU_DELTA_ENTRY      10u      /* bytes: offset and data */
#define EMU_DELTA_MAX        0x80000u /* bytes that its 16-bit offsets reach */
#define EMU_TUPLE            8u       /* bytes: guard, application tag, reference tag */

/* What the device is, and how the queue was configured. */
struct emu_device {
	uint32_t version;      /* 0x100: 1.0 */
	uint64_t gen_cap;      /* EMU_CAP_* */
	uint64_t iaa_cap;      /* of an IAX device: SVA_IAACAP_* */
	uint64_t op_cap[4];    /* bit n of word n / 64: opcode n */
	uint64_t max_transfer; /* bytes */
	uint32_t max_batch;    /* descriptors */
	bool block_on_fault;   /* allowed on this queue */
	bool page_requests;    /* for lists, completion records and readbacks, whatever the flags */
	bool event_log;        /* is on: takes what report() gets */
};

/*
 * The memory that the device sees. Any function may be NULL. Without read() and write(), which come
 * together, the device's addresses are the caller's own, and memory is accessed where it is.
 */
struct emu_memory {
	void *ctx;
	/*
	 * How many of @len bytes from @addr on can be accessed now without a fault: all of them, or
	 * those before a page boundary. NULL: all of them. Where there is read(): not beyond the
	 * page.
	 */
	size_t (*accessible)(void *ctx, uint64_t addr, size_t len, bool write);
	/*
	 * With page requests: make them for some pages at once. How many of @len bytes from @addr
	 * on can be accessed then; 0: accessible() and resolve() have to find out. NULL: always.
	 */
	size_t (*request)(void *ctx, uint64_t addr, size_t len, bool write);
	/* Bytes within a page. False: it cannot be accessed, or not any more. */
	bool (*read)(void *ctx, uint64_t addr, void *to, size_t len);
	bool (*write)(void *ctx, uint64_t addr, const void *from, size_t len);
	/* A page request: true when the page is there now. NULL: always refused. */
	bool (*resolve)(void *ctx, uint64_t addr, bool write);
	/*
	 * What has no completion record to go to (error register, event log): @record is what it
	 * would have been.
	 */
	void (*report)(void *ctx, const struct sva_desc *desc, const struct sva_record *record,
		       unsigned int status);
};

struct emu_outcome {
	struct sva_record record; /* also when it was not written */
	bool written;             /* to the completion address */
};

/**
 * emu_execute - execute a descriptor, with the members if it is a batch, to its end
 *
 * Returns the status byte: as in the record, but for a record that cannot be written
 * (SVA_STATUS_CR_TRANSLATION with SVA_STATUS_WRITE) or whose address is misaligned
 * (SVA_STATUS_CR_ALIGN). A descriptor without a completion record has its status here alone.
 */
unsigned int emu_execute(const struct emu_device *dev, const struct emu_memory *mem,
			 const struct sva_desc *desc, struct emu_outcome *outcome);

/* What is wrong with a descriptor. */
struct emu_findings {
	uint64_t statuses;      /* bit n: status n is justified; the device reports one of them */
	uint32_t invalid_flags; /* forbidden ones that are set, required ones that are not */
};

/* emu_violations - list everything that a device could refuse (5.4, 5.5) */
void emu_violations(const struct emu_device *dev, const struct sva_desc *desc, bool member,
		    struct emu_findings *findings);

/* One of @findings, in the order of 5.4; 0: none. */
unsigned int emu_first_violation(const struct emu_findings *findings);

/* The rest is between the files of the model. */

static inline void emu_find_if(struct emu_findings *findings, bool wrong, unsigned int status)
{
	if (wrong)
		findings->statuses |= 1ull << status;
}

/* What both kinds of device refuse about a translation fetch. */
void emu_check_fetch(const struct sva_desc *desc, struct emu_findings *findings);

/* Operands, as the fault information of the completion record has them (8.2.3). */
enum emu_operand {
	EMU_SRC = 1,  /* also the list of a batch, the delta record that is applied */
	EMU_SRC2 = 2, /* also the seed of a CRC */
	EMU_DST = 3,  /* also the delta record that is created */
	EMU_DST2 = 4,
	EMU_RECORD = 5,
};

/* An operation that is under way. */
struct emu_run {
	const struct emu_device *dev;
	const struct emu_memory *mem;
	const struct sva_desc *desc;
	struct sva_record *comp; /* or the beginning of an IAX record, which is laid out alike */
	bool page_request;       /* ask for pages that are not there */
	unsigned int fault;      /* status of the fault that ends it */
};

/* Memory that is accessed where it is. */
static inline void *emu_ptr(uint64_t addr)
{
	return (void *)(uintptr_t)addr; /* NOLINT: the device's view of an address */
}

/* How many of @len bytes from @addr on can be accessed; 0: the operation ends with a fault. */
size_t emu_reach(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand);
/* The same for the bytes before @end. */
size_t emu_reach_back(struct emu_run *run, uint64_t end, size_t len, enum emu_operand operand);
/* Can all @len bytes be accessed? */
bool emu_reach_all(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand);
/* The same for a translation alone, without an access. */
bool emu_translate(struct emu_run *run, uint64_t addr, enum emu_operand operand);
/*
 * @len bytes that emu_reach() has found: where they are, or read into @buffer (EMU_PAGE bytes).
 * NULL: they are gone, and the operation ends with a fault.
 */
const void *emu_view(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand,
		     void *buffer);
/* Copy, page by page; false: the operation ends with a fault. */
bool emu_load(struct emu_run *run, void *to, uint64_t addr, size_t len, enum emu_operand operand);
bool emu_store(struct emu_run *run, uint64_t addr, const void *from, size_t len,
	       enum emu_operand operand);
/* End with the fault that emu_reach() found, after @done bytes; returns the status. */
unsigned int emu_stop(struct emu_run *run, uint32_t done);

/*
 * Write a record of @size bytes, or report it: @record is its beginning, which has the status. Sets
 * @written if it was written; returns the status that this leaves.
 */
unsigned int emu_deliver(const struct emu_device *dev, const struct emu_memory *mem,
			 const struct sva_desc *desc, const struct sva_record *record, size_t size,
			 bool *written);

/*
 * CRC of any width up to 64 bits, most significant bit first: the register is kept in the upper
 * bits, and so is @poly.
 */
uint64_t emu_crc_bytes(uint64_t reg, uint64_t poly, const uint8_t *data, size_t len, bool reflect);

/* Blocks of data and tuples. */
uint32_t emu_dif_block(const struct sva_desc *desc);

/* One operation that has passed the checks. Returns the status. */
typedef unsigned int emu_op(struct emu_run *run);

emu_op emu_memmove, emu_fill, emu_dualcast, emu_cache_flush, emu_fetch; /* copy.c */
emu_op emu_drain;
emu_op emu_compare, emu_compare_pattern;                             /* compare.c */
emu_op emu_create_delta, emu_apply_delta;                            /* delta.c */
emu_op emu_crc, emu_copy_crc;                                        /* crc.c */
emu_op emu_dif_check, emu_dif_insert, emu_dif_strip, emu_dif_update; /* dif.c */
emu_op emu_dix_generate;

#endif
