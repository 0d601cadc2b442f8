/* SPDX-License-Identifier: MIT */
/*
 * What a status byte, a completion record and an error number mean, in words.
 *
 * All functions are safe in any thread. All strings are constant and never freed.
 */
#ifndef SVA_STATUS_H
#define SVA_STATUS_H

#include <sva/desc.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * sva_status_name - short name of a status byte: "page fault on write"
 * sva_status_text - what has happened, one sentence
 * sva_status_remedy - what to do about it, one sentence; "" if there is nothing to do
 * @status: status byte as sva_poll() or sva_wait() returned it, with or without the write bit
 *
 * A status that the library does not know is named "unknown status".
 *
 * Source: linux/idxd.h (6.1); the codes above 0x22 from the kernel's event log support (6.4).
 */
const char *sva_status_name(unsigned int status);
const char *sva_status_text(unsigned int status);
const char *sva_status_remedy(unsigned int status);

/**
 * sva_status_errno - the error number for a status byte
 *
 * Returns 0 for success (including with a false predicate: the operation was done), -EINPROGRESS
 * for 0, -EFAULT for page faults and translation errors, -EBADMSG for DIF and delta errors, -EINVAL
 * if the device refused the descriptor, -EOPNOTSUPP for an opcode that it does not know, -ECANCELED
 * for a batch with a failed member, -EAGAIN for an operation that no queue accepted, -ELIBACC if a
 * library that the CPU needs is missing, -EIO for everything else.
 */
int sva_status_errno(unsigned int status);

/* sva_opcode_name - "memmove"; "unknown opcode" for one that is not in enum sva_opcode */
const char *sva_opcode_name(unsigned int opcode);

/**
 * sva_strerror - what an error number returned by this library means, in one sentence
 * @err: a return value (negative) or an errno (positive)
 */
const char *sva_strerror(int err);

/**
 * sva_strresult - a result in a few words, whether it is an error or a status
 * @result: returned by sva_submit(), sva_poll(), sva_wait() or a similar function
 */
const char *sva_strresult(int result);

/**
 * struct sva_result - a completion record, decoded
 *
 * Fields that the operation or its status does not have are zero.
 */
struct sva_result {
	size_t size;             /* sizeof(struct sva_result); set by the caller */
	unsigned int status;     /* the byte as it was */
	unsigned int code;       /* enum sva_status: without the write bit */
	int error;               /* as sva_status_errno() says */
	bool write_fault;        /* the faulting access was a write */
	bool partial;            /* a page fault: only bytes_completed are done */
	bool backward;           /* memmove, partial: the bytes done are the last ones */
	unsigned int result;     /* compare: 1 = differ; create delta: 0, 1, 2; batch: 1 = failed */
	unsigned int dif_errors; /* DIF error: which checks failed, as the record has it */
	uint32_t bytes_completed; /* compare: up to the difference; apply delta: of its record */
	uint32_t descs_completed; /* batch: descriptors */
	uint64_t fault_addr;      /* where the page fault was */
	uint32_t invalid_flags;   /* bad flags: the offending ones */
	uint32_t delta_size;      /* create delta: bytes of the record */
	uint32_t crc;             /* CRC, copy with CRC */
	struct sva_dif_tags dif_src, dif_dst; /* DIF: tags after the last block */
};

/**
 * sva_decode - decode the completion record of an operation
 * @desc: the descriptor; only its opcode and its flags are used
 * @record: its completion record, whose status must not be zero
 * @result: filled, as far as its size allows
 *
 * Returns @result->error, or -EINVAL for NULL or a size that is not that of any version.
 */
int sva_decode(const struct sva_desc *desc, const struct sva_record *record,
	       struct sva_result *result);

/**
 * sva_explain - one line of text: operation, status, bytes, fault address, remedy
 * @buf: receives the text, always terminated unless @len is 0
 * @len: bytes at @buf
 *
 * Returns the length of the whole text, as snprintf(3) does.
 */
int sva_explain(const struct sva_desc *desc, const struct sva_record *record, char *buf,
		size_t len);

#ifdef __cplusplus
}
#endif

#endif
