/* SPDX-License-Identifier: MIT */
/* Status bytes, opcodes and error numbers in words; completion records decoded. */
#include <stdio.h>
#include <string.h>

#include "opcode.h"

struct meaning {
	unsigned int code;
	int err;
	const char *name;
	const char *text;
	const char *remedy;
};

#define MAX_RESULT 4096 /* so large is no version of struct sva_result */
#define TOUCH      "touch the page at fault_addr (write if it was a write), sva_op_resume(), submit"
#define OURS       "correct the descriptor; sva_desc_check() says what is wrong with it"
#define DOMAIN     "look at the permissions of the handle, set by the owner of the other domain"
#define HW         "look for errors of the device in sysfs and dmesg; reset it if they go on"

/* Sorted by code. */
static const struct meaning meanings[] = {
	{ SVA_STATUS_NONE, -EINPROGRESS, "not complete", "The operation is in flight.", "" },
	{ SVA_STATUS_SUCCESS, 0, "success", "The operation is done.", "" },
	{ SVA_STATUS_SUCCESS_PREDICATE, 0, "success with false predicate",
	  "The operation is done; its result is not the expected one.", "" },
	{ SVA_STATUS_PAGE_FAULT, -EFAULT, "page fault",
	  "A page was not present: bytes_completed are done, the rest is not.", TOUCH },
	{ SVA_STATUS_PAGE_RESPONSE, -EFAULT, "page request refused",
	  "The kernel refused the page that the device asked for: the address is not mapped, or "
	  "not writable.",
	  "map the memory; touching does not help while it is not mapped" },
	{ SVA_STATUS_BATCH_FAIL, -ECANCELED, "batch failed",
	  "At least one member of the batch did not succeed.", "look at the members' records" },
	{ SVA_STATUS_BATCH_PAGE_FAULT, -EFAULT, "page fault on the batch list",
	  "The list of descriptors was not present from member descs_completed on.",
	  "touch the list, submit the members that are left" },
	{ SVA_STATUS_DELTA_ORDER, -EBADMSG, "delta offsets not increasing",
	  "The delta record's offsets do not increase; the entries before are applied.",
	  "the record is damaged" },
	{ SVA_STATUS_DELTA_RANGE, -EBADMSG, "delta offset out of range",
	  "An offset of the delta record is behind the end of the destination; the entries before "
	  "are applied.",
	  "the record is damaged, or belongs to a larger buffer" },
	{ SVA_STATUS_DIF_ERROR, -EBADMSG, "DIF error",
	  "A block's guard or tag is not the expected one; dif_errors says which.",
	  "the data is damaged, or the tags are those of another block" },
	{ SVA_STATUS_ANALYTICS, -EBADMSG, "analytics error",
	  "The input is not valid for the operation, or its output does not fit; the record's "
	  "error_code says which.",
	  "see sva_iax_error_text()" },
	{ SVA_STATUS_OUTPUT_OVERFLOW, -ENOSPC, "output overflow",
	  "The destination is full: bytes_completed of the input are consumed.",
	  "give more room; with an AECS that was written, go on from it" },
	{ SVA_STATUS_BAD_OPCODE, -EOPNOTSUPP, "unsupported opcode",
	  "The device does not know the opcode, the queue does not allow it, or it is not allowed "
	  "in a batch.",
	  "look at op_cap of the device and op_config of the queue" },
	{ SVA_STATUS_BAD_FLAGS, -EINVAL, "invalid flags",
	  "A flag is not allowed for the opcode, the device or the queue.", OURS },
	{ SVA_STATUS_RESERVED, -EINVAL, "reserved field not zero",
	  "A field that must be zero is not.", OURS },
	{ SVA_STATUS_BAD_SIZE, -EINVAL, "transfer size out of range",
	  "The transfer size is zero or over the queue's max_transfer_size.",
	  "give 1 to max_transfer_size bytes, see sva_wq_info(); split what is larger" },
	{ SVA_STATUS_BAD_COUNT, -EINVAL, "descriptor count out of range",
	  "The batch has fewer than two members or more than the queue's max_batch_size.",
	  "give 2 to max_batch_size members, see sva_wq_info(); split what is larger" },
	{ SVA_STATUS_BAD_DELTA_SIZE, -EINVAL, "delta record size out of range",
	  "The size of the delta record is not one that the device takes.", OURS },
	{ SVA_STATUS_OVERLAP, -EINVAL, "buffers overlap", "Buffers overlap that must not.", OURS },
	{ SVA_STATUS_DUALCAST_ALIGN, -EINVAL, "dualcast destinations differ in bits 11:0",
	  "The two destinations of a dualcast must be equal in their address bits 11:0.", OURS },
	{ SVA_STATUS_LIST_ALIGN, -EINVAL, "descriptor list misaligned",
	  "The descriptor list of a batch must be 64-byte aligned.", OURS },
	{ SVA_STATUS_INT_HANDLE, -EINVAL, "invalid interrupt handle",
	  "The interrupt handle is not one of this queue.",
	  "user queues have none: leave it zero" },
	{ SVA_STATUS_CR_TRANSLATION, -EFAULT, "completion record page fault",
	  "The page of the completion record was not writable by the device.",
	  "keep the record in memory that is mapped, writable and touched" },
	{ SVA_STATUS_CR_ALIGN, -EINVAL, "completion record misaligned",
	  "The completion record must be 32-byte aligned.", OURS },
	{ SVA_STATUS_ADDR_ALIGN, -EINVAL, "address misaligned",
	  "An address or size is not aligned as the opcode demands.", OURS },
	{ SVA_STATUS_PRIV, -EINVAL, "privilege bit not allowed",
	  "The descriptor has the privilege bit set.", "leave the first word of it zero" },
	{ SVA_STATUS_TRAFFIC_CLASS, -EINVAL, "traffic class wrongly configured",
	  "A traffic class selector does not fit the group's configuration.",
	  "drop the traffic class flags" },
	{ SVA_STATUS_READBACK_FAULT, -EFAULT, "page fault on a readback address",
	  "The address to read back was not present.", "touch it, submit again" },
	{ SVA_STATUS_HW_READ, -EIO, "hardware error on a read",
	  "The device could not read: a hardware error or a time-out.", HW },
	{ SVA_STATUS_HW_WRITE, -EIO, "hardware error on a write",
	  "The device could not write or read back: a hardware error or a time-out.", HW },
	{ SVA_STATUS_TRANSLATION, -EFAULT, "address translation failed",
	  "The IOMMU could not translate an address.",
	  "check that the memory is mapped; else look at dmesg for DMAR faults" },
	{ SVA_STATUS_PRS_TIMEOUT, -EFAULT, "page request timed out",
	  "The kernel did not answer the device's request for a page in time.",
	  "touch the memory, submit again" },
	{ SVA_STATUS_WATCHDOG, -EIO, "watchdog expired",
	  "The operation took longer than the device allows.", "split it, or do it on the CPU" },
	{ SVA_STATUS_DRAIN_EVL, -EFAULT, "drain: completion record page fault",
	  "The record of a drain was not writable; the kernel completed it through the event log.",
	  "keep the record in memory that is mapped, writable and touched" },
	{ SVA_STATUS_BATCH_EVL, -EFAULT, "batch: completion record page fault",
	  "The record of a batch was not writable; the kernel completed it through the event log.",
	  "keep the record in memory that is mapped, writable and touched" },
	{ SVA_STATUS_PASID, -EINVAL, "inter-domain: PASID", "The PASID of a handle is not valid.",
	  DOMAIN },
	{ SVA_STATUS_HANDLE, -EINVAL, "inter-domain: handle",
	  "A handle names no entry of the inter-domain permission table.", DOMAIN },
	{ SVA_STATUS_PERMISSION, -EPERM, "inter-domain: permission",
	  "The owner of the handle does not permit the access.", DOMAIN },
	{ SVA_STATUS_WINDOW, -EFAULT, "inter-domain: window",
	  "An address lies outside the window of the handle.", DOMAIN },
	{ SVA_STATUS_WINDOW_ENTRY, -EINVAL, "inter-domain: window entry",
	  "The window to update belongs to no valid entry.", DOMAIN },
	{ SVA_STATUS_WINDOW_CONTROL, -EINVAL, "inter-domain: window control",
	  "The window cannot be changed that way.", DOMAIN },
	{ SVA_STATUS_DOMAIN, -EIO, "inter-domain: error", "The access to another domain failed.",
	  DOMAIN },
	{ SVA_STATUS_BAD_OP_FLAGS, -EINVAL, "invalid operation flags",
	  "A flag of compression, decompression, CRC64 or encryption is not allowed.", OURS },
	{ SVA_STATUS_BAD_FILTER_FLAGS, -EINVAL, "invalid filter flags",
	  "A filter flag is not allowed for the operation or the device.", OURS },
	{ SVA_STATUS_BAD_INPUT_SIZE, -EINVAL, "input size out of range",
	  "The size of a source does not fit the operation.", OURS },
	{ SVA_STATUS_BAD_ELEMENTS, -EINVAL, "number of elements out of range",
	  "The number of elements is zero, or not one that the operation takes.", OURS },
	{ SVA_STATUS_BAD_WIDTH, -EINVAL, "element width out of range",
	  "The width of an element is not one that the operation takes.", OURS },
	{ SVA_STATUS_BAD_INVERT, -EINVAL, "invert not allowed",
	  "Only output that is a bit vector can be inverted.", OURS },
	{ SVA_STATUS_NOT_SUBMITTED, -EAGAIN, "not submitted",
	  "No queue has accepted the operation.",
	  "what the submission returned says why; after EAGAIN, reap and submit again" },
	{ SVA_STATUS_LOST, -EIO, "lost",
	  "The operation ended without a completion record: the device was reset, the queue was "
	  "disabled, or the record could not be written. What it has done is unknown.",
	  "do the operation again, or on the CPU; look at dmesg and the device's errors in sysfs" },
	{ SVA_STATUS_NO_LIBRARY, -ELIBACC, "library missing",
	  "The CPU encrypts and decrypts by OpenSSL's libcrypto.so.3, which cannot be loaded, or "
	  "has no AES-CFB.",
	  "install OpenSSL 3: Debian's package libssl3" },
};

static const struct meaning *meaning_of(unsigned int status)
{
	static const struct meaning unknown = { 0, -EIO, "unknown status",
						"A status that this library does not know.", HW };

	if (status > 0xff) /* no status byte: an error of sva_wait(), perhaps */
		return &unknown;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].code == SVA_STATUS_CODE(status))
			return &meanings[i];
	return &unknown;
}

/* The write bit belongs to faults only. */
static bool is_fault(unsigned int code)
{
	return code == SVA_STATUS_PAGE_FAULT || code == SVA_STATUS_PAGE_RESPONSE ||
	       code == SVA_STATUS_BATCH_PAGE_FAULT || code == SVA_STATUS_CR_TRANSLATION ||
	       code == SVA_STATUS_READBACK_FAULT;
}

const char *sva_status_name(unsigned int status)
{
	if (status == (SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE))
		return "page fault on write";
	if (status == (SVA_STATUS_PAGE_RESPONSE | SVA_STATUS_WRITE))
		return "page request for write refused";
	return meaning_of(status)->name;
}

const char *sva_status_text(unsigned int status)
{
	return meaning_of(status)->text;
}

const char *sva_status_remedy(unsigned int status)
{
	return meaning_of(status)->remedy;
}

int sva_status_errno(unsigned int status)
{
	return meaning_of(status)->err;
}

static const struct {
	int err;
	const char *text;
} error_texts[] = {
	{ 0, "no error" },
	{ EINVAL,
	  "a NULL pointer, a misaligned operation, an empty batch, an option or name that makes no "
	  "sense, or a descriptor that sva_desc_check() explains" },
	{ E2BIG, "options of a newer version, a batch over the queue's max_batch_size, or a ring "
		 "too large" },
	{ ENOMEM, "no memory" },
	{ EAGAIN, "the queue is full, or all credits are taken: reap completions, then try again" },
	{ EBADF, "the handle is closed" },
	{ ESTALE, "the handle was inherited across a fork: call sva_wq_reopen() in the child" },
	{ EALREADY, "the handle works: there is nothing to reopen" },
	{ ENODEV, "there is no usable queue, or the device or queue is no longer enabled" },
	{ EBUSY,
	  "the queue is dedicated, and another process has it open; or the operation is still in "
	  "flight (SVA_CHECKED)" },
	{ EACCES, "no permission on the device node" },
	{ EPERM, "the kernel refuses: no permission, or the file was opened by another process" },
	{ ENOENT, "there is no device node for the queue; or the pool or ring has no such member" },
	{ ENXIO, "no driver is bound to the device node: the queue is not enabled" },
	{ EOPNOTSUPP, "the kernel has no SVA for user queues, or the operation is not supported" },
	{ ENOSPC,
	  "no room for the output; or, at open, no PASID could be allocated: the IOMMU is not "
	  "in scalable mode" },
	{ ENODATA, "the compressed stream goes on after the end of the input" },
	{ EMFILE, "the process has no file descriptor left" },
	{ ENFILE, "the system has no file descriptor left" },
	{ ETIMEDOUT, "not complete in time; what sva_submit() has submitted is still in flight" },
	{ EINPROGRESS, "the operation is in flight" },
	{ EFAULT, "a page fault, or an address that the device could not translate" },
	{ EBADMSG, "the data are damaged: a DIF error, a delta record that does not fit, or a "
		   "compressed stream or column that is not one" },
	{ ECANCELED,
	  "a member of the batch did not succeed, or the operation of a ring was cancelled" },
	{ ELIBACC,
	  "a library is missing: ISA-L (Debian's package libisal2) to compress and inflate, "
	  "OpenSSL 3 (libssl3) to encrypt" },
	{ EIO, "an error of the device, or an operation that ended without a record" },
};

const char *sva_strerror(int err)
{
	const char *text;

	if (err < 0 && err > -4096) /* what the kernel's convention knows as an errno */
		err = -err;
	for (size_t i = 0; i < sizeof(error_texts) / sizeof(error_texts[0]); i++)
		if (error_texts[i].err == err)
			return error_texts[i].text;
	text = strerrordesc_np(err);
	return text ? text : "unknown error";
}

const char *sva_strresult(int result)
{
	return result < 0 ? sva_strerror(result) : sva_status_name((unsigned int)result);
}

/* What the device has done of it: a completed operation has no count in its record. */
static uint32_t bytes_done(const struct sva_desc *desc, const struct sva_record *record,
			   unsigned int opcode)
{
	switch (opcode) {
	case SVA_OP_NOOP:
	case SVA_OP_BATCH:
	case SVA_OP_DRAIN:
		return 0;
	case SVA_OP_COMPARE:
	case SVA_OP_COMPARE_PATTERN:
	case SVA_OP_CREATE_DELTA:
		if (record->result == (opcode == SVA_OP_CREATE_DELTA ? 2 : 1))
			return record->bytes_completed;
		break;
	case SVA_OP_APPLY_DELTA: /* counts bytes of the delta record */
		return sva_status_errno(record->status) ? record->bytes_completed
							: desc->delta.delta_size;
	default:
		break;
	}
	return sva_status_errno(record->status) ? record->bytes_completed : desc->xfer_size;
}

/* The fields of a record that only some opcodes have. */
static void decode_operation(const struct sva_desc *desc, const struct sva_record *record,
			     struct sva_result *r)
{
	switch (svai_plain_opcode(desc)) {
	case SVA_OP_BATCH:
		r->descs_completed = record->bytes_completed;
		r->result = record->result;
		break;
	case SVA_OP_MEMMOVE:
		r->backward = r->partial && record->result == 1;
		break;
	case SVA_OP_COMPARE:
	case SVA_OP_COMPARE_PATTERN:
		r->result = record->result;
		break;
	case SVA_OP_CREATE_DELTA:
		r->result = record->result;
		r->delta_size = record->delta_size;
		break;
	case SVA_OP_CRC:
	case SVA_OP_COPY_CRC:
		r->crc = record->crc;
		break;
	case SVA_OP_DIF_CHECK:
	case SVA_OP_DIF_STRIP:
		r->dif_src = record->dif_src;
		break;
	case SVA_OP_DIF_UPDATE:
		r->dif_src = record->dif_src;
		r->dif_dst = record->dif_dst;
		break;
	case SVA_OP_DIF_INSERT:
	case SVA_OP_DIX_GENERATE:
		r->dif_dst = record->dif_dst;
		break;
	default:
		break;
	}
}

/* All that the caller's struct has is set, also what a later version has added to it. */
int sva_decode(const struct sva_desc *desc, const struct sva_record *record, struct sva_result *r)
{
	if (!desc || !record || !r || r->size < sizeof(*r) || r->size > MAX_RESULT)
		return -EINVAL;
	memset((char *)r + sizeof(r->size), 0, r->size - sizeof(r->size));
	r->status = sva_record_status(record);
	r->code = SVA_STATUS_CODE(r->status);
	r->error = sva_status_errno(r->status);
	if (r->code == SVA_STATUS_NONE || r->code == SVA_STATUS_NOT_SUBMITTED ||
	    r->code == SVA_STATUS_LOST)
		return r->error;
	if (is_fault(r->code)) {
		r->write_fault = r->status & SVA_STATUS_WRITE;
		r->fault_addr = record->fault_addr;
	}
	r->partial = r->code == SVA_STATUS_PAGE_FAULT || r->code == SVA_STATUS_PAGE_RESPONSE;
	r->bytes_completed = bytes_done(desc, record, svai_plain_opcode(desc));
	if (r->code == SVA_STATUS_BAD_FLAGS)
		r->invalid_flags = record->invalid_flags & 0xffffff;
	else if (r->code == SVA_STATUS_DIF_ERROR)
		r->dif_errors = record->result;
	else if (!r->error || r->partial || r->code == SVA_STATUS_BATCH_FAIL ||
		 r->code == SVA_STATUS_BATCH_PAGE_FAULT)
		decode_operation(desc, record, r);
	return r->error;
}

int sva_explain(const struct sva_desc *desc, const struct sva_record *record, char *buf, size_t len)
{
	char where[96] = "", done[48] = "";
	struct sva_result r = { .size = sizeof(r) };
	const char *remedy;

	if (!desc || !record)
		return snprintf(buf, len, "no descriptor or no completion record");
	sva_decode(desc, record, &r);
	if (is_fault(r.code))
		snprintf(where, sizeof(where), " at %#llx", (unsigned long long)r.fault_addr);
	else if (r.invalid_flags)
		snprintf(where, sizeof(where), " %#x", r.invalid_flags);
	else if (r.dif_errors)
		snprintf(where, sizeof(where), " %#x", r.dif_errors);
	else if (r.code == SVA_STATUS_ANALYTICS)
		snprintf(where, sizeof(where), " %u, %s", record->result,
			 sva_iax_error_text(record->result));
	if (r.partial)
		snprintf(done, sizeof(done), ", %u bytes done", r.bytes_completed);
	remedy = sva_status_remedy(r.status);
	return snprintf(buf, len, "%s: status %#x, %s%s%s%s%s",
			sva_opcode_name(sva_desc_opcode(desc)), r.status, sva_status_name(r.status),
			where, done, *remedy ? "; " : "", remedy);
}
