/* SPDX-License-Identifier: MIT */
/* Statuses, opcodes and errors in words; completion records of every operation decoded. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <sva/sva.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Every status, and the error number that sva_status_errno() promises for it. */
static const struct {
	enum sva_status status;
	int err;
} statuses[] = {
	{ SVA_STATUS_NONE, -EINPROGRESS },
	{ SVA_STATUS_SUCCESS, 0 },
	{ SVA_STATUS_SUCCESS_PREDICATE, 0 },
	{ SVA_STATUS_PAGE_FAULT, -EFAULT },
	{ SVA_STATUS_PAGE_RESPONSE, -EFAULT },
	{ SVA_STATUS_BATCH_FAIL, -ECANCELED },
	{ SVA_STATUS_BATCH_PAGE_FAULT, -EFAULT },
	{ SVA_STATUS_DELTA_ORDER, -EBADMSG },
	{ SVA_STATUS_DELTA_RANGE, -EBADMSG },
	{ SVA_STATUS_DIF_ERROR, -EBADMSG },
	{ SVA_STATUS_ANALYTICS, -EBADMSG },
	{ SVA_STATUS_OUTPUT_OVERFLOW, -ENOSPC },
	{ SVA_STATUS_BAD_OPCODE, -EOPNOTSUPP },
	{ SVA_STATUS_BAD_FLAGS, -EINVAL },
	{ SVA_STATUS_RESERVED, -EINVAL },
	{ SVA_STATUS_BAD_SIZE, -EINVAL },
	{ SVA_STATUS_BAD_COUNT, -EINVAL },
	{ SVA_STATUS_BAD_DELTA_SIZE, -EINVAL },
	{ SVA_STATUS_OVERLAP, -EINVAL },
	{ SVA_STATUS_DUALCAST_ALIGN, -EINVAL },
	{ SVA_STATUS_LIST_ALIGN, -EINVAL },
	{ SVA_STATUS_INT_HANDLE, -EINVAL },
	{ SVA_STATUS_CR_TRANSLATION, -EFAULT },
	{ SVA_STATUS_CR_ALIGN, -EINVAL },
	{ SVA_STATUS_ADDR_ALIGN, -EINVAL },
	{ SVA_STATUS_PRIV, -EINVAL },
	{ SVA_STATUS_TRAFFIC_CLASS, -EINVAL },
	{ SVA_STATUS_READBACK_FAULT, -EFAULT },
	{ SVA_STATUS_HW_READ, -EIO },
	{ SVA_STATUS_HW_WRITE, -EIO },
	{ SVA_STATUS_TRANSLATION, -EFAULT },
	{ SVA_STATUS_PRS_TIMEOUT, -EFAULT },
	{ SVA_STATUS_WATCHDOG, -EIO },
	{ SVA_STATUS_DRAIN_EVL, -EFAULT },
	{ SVA_STATUS_BATCH_EVL, -EFAULT },
	{ SVA_STATUS_PASID, -EINVAL },
	{ SVA_STATUS_HANDLE, -EINVAL },
	{ SVA_STATUS_PERMISSION, -EPERM },
	{ SVA_STATUS_WINDOW, -EFAULT },
	{ SVA_STATUS_WINDOW_ENTRY, -EINVAL },
	{ SVA_STATUS_WINDOW_CONTROL, -EINVAL },
	{ SVA_STATUS_DOMAIN, -EIO },
	{ SVA_STATUS_BAD_OP_FLAGS, -EINVAL },
	{ SVA_STATUS_BAD_FILTER_FLAGS, -EINVAL },
	{ SVA_STATUS_BAD_INPUT_SIZE, -EINVAL },
	{ SVA_STATUS_BAD_ELEMENTS, -EINVAL },
	{ SVA_STATUS_BAD_WIDTH, -EINVAL },
	{ SVA_STATUS_BAD_INVERT, -EINVAL },
	{ SVA_STATUS_NOT_SUBMITTED, -EAGAIN },
	{ SVA_STATUS_LOST, -EIO },
	{ SVA_STATUS_NO_LIBRARY, -ELIBACC },
};

static const enum sva_opcode opcodes[] = {
	SVA_OP_NOOP,
	SVA_OP_BATCH,
	SVA_OP_DRAIN,
	SVA_OP_MEMMOVE,
	SVA_OP_FILL,
	SVA_OP_COMPARE,
	SVA_OP_COMPARE_PATTERN,
	SVA_OP_CREATE_DELTA,
	SVA_OP_APPLY_DELTA,
	SVA_OP_DUALCAST,
	SVA_OP_TRANSLATION_FETCH,
	SVA_OP_CRC,
	SVA_OP_COPY_CRC,
	SVA_OP_DIF_CHECK,
	SVA_OP_DIF_INSERT,
	SVA_OP_DIF_STRIP,
	SVA_OP_DIF_UPDATE,
	SVA_OP_DIX_GENERATE,
	SVA_OP_CACHE_FLUSH,
	SVA_OP_UPDATE_WINDOW,
	SVA_OP_DOMAIN_MEMMOVE,
	SVA_OP_DOMAIN_FILL,
	SVA_OP_DOMAIN_COMPARE,
	SVA_OP_DOMAIN_COMPARE_PATTERN,
};

static bool is_sentence(const char *text)
{
	return strlen(text) > 10 && text[strlen(text) - 1] == '.';
}

static void every_status_has_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const char *name = sva_status_name(statuses[i].status);

		assert_string_not_equal(name, "");
		assert_string_not_equal(name, "unknown status");
		assert_true(is_sentence(sva_status_text(statuses[i].status)));
		assert_non_null(sva_status_remedy(statuses[i].status));
		assert_int_equal(sva_status_errno(statuses[i].status), statuses[i].err);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name, sva_status_name(statuses[j].status));
	}
}

/* Where something went wrong there is something to do. */
static void every_error_has_a_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const char *remedy = sva_status_remedy(statuses[i].status);

		if (statuses[i].err && statuses[i].status != SVA_STATUS_NONE)
			assert_string_not_equal(remedy, "");
		else
			assert_string_equal(remedy, "");
	}
}

static void the_write_bit(void **state)
{
	(void)state;
	assert_string_equal(sva_status_name(0x03), "page fault");
	assert_string_equal(sva_status_name(0x83), "page fault on write");
	assert_string_not_equal(sva_status_name(0x04), sva_status_name(0x84));
	assert_int_equal(sva_status_errno(0x83), -EFAULT);
	assert_int_equal(sva_status_errno(0x84), -EFAULT);
	assert_string_equal(sva_status_text(0x83), sva_status_text(0x03));
	assert_string_equal(sva_status_remedy(0x83), sva_status_remedy(0x03));
	assert_string_equal(sva_status_name(0x9a), sva_status_name(0x1a));
}

static bool is_known(unsigned int code)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		if (statuses[i].status == code)
			return true;
	return false;
}

static void assert_unknown(unsigned int status)
{
	assert_string_equal(sva_status_name(status), "unknown status");
	assert_true(is_sentence(sva_status_text(status)));
	assert_string_not_equal(sva_status_remedy(status), "");
	assert_int_equal(sva_status_errno(status), -EIO);
}

static void unknown_statuses(void **state)
{
	(void)state;
	for (unsigned int status = 0; status < 0x100; status++)
		if (!is_known(status & 0x7f))
			assert_unknown(status);
}

/* The error of a sva_wait() that was taken for a status. */
static void what_is_no_byte_is_no_status(void **state)
{
	(void)state;
	assert_unknown(0x101);
	assert_unknown((unsigned int)-ETIMEDOUT);
	assert_unknown(UINT_MAX);
}

static void every_opcode_has_a_name(void **state)
{
	unsigned int named = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(opcodes); i++) {
		const char *name = sva_opcode_name(opcodes[i]);

		assert_string_not_equal(name, "");
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(name, sva_opcode_name(opcodes[j]));
	}
	for (unsigned int opcode = 0; opcode < 0x40; opcode++) /* the others are of IAX */
		named += strcmp(sva_opcode_name(opcode), "unknown opcode") != 0;
	assert_int_equal(named, COUNT(opcodes));
	assert_string_equal(sva_opcode_name(SVA_OP_MEMMOVE), "memmove");
	assert_string_equal(sva_opcode_name(SVA_IAX_OP_CRC64), "CRC64");
	assert_string_equal(sva_opcode_name(0x144), "unknown opcode");
	assert_string_equal(sva_opcode_name(UINT_MAX), "unknown opcode");
}

/*
 * Decoding. A record in which every field has a value of its own, so that a field that is taken
 * from the wrong place, or where the operation has none, is seen.
 */

#define SIZE       4096u
#define DONE       1000u
#define FAULT_ADDR 0x7fff12345000u
#define CRC        0x89abcdefu /* also the size of a delta, the offending flags, a reference tag */

static const struct sva_dif_tags src_tags = { CRC, 0x1122, 0x3344 };
static const struct sva_dif_tags dst_tags = { 0x55667788, 0x99aa, 0xbbcc };

static struct sva_record record(unsigned int status, unsigned int result)
{
	struct sva_record comp = { .status = (uint8_t)status,
				   .result = (uint8_t)result,
				   .fault_info = 0xff,
				   .reserved = 0xff,
				   .bytes_completed = DONE,
				   .fault_addr = FAULT_ADDR };

	comp.dif_src = src_tags;
	comp.dif_dst = dst_tags;
	return comp;
}

static struct sva_desc operation(unsigned int opcode)
{
	struct sva_desc desc;

	memset(&desc, 0xee, sizeof(desc));
	desc.op_flags = opcode << 24 | 0xeeeeee;
	desc.xfer_size = SIZE;
	return desc;
}

static struct sva_result decoded(unsigned int opcode, unsigned int status, unsigned int result)
{
	struct sva_desc desc = operation(opcode);
	struct sva_record comp = record(status, result);
	struct sva_result r;

	memset(&r, 0xa5, sizeof(r));
	r.size = sizeof(r);
	assert_int_equal(sva_decode(&desc, &comp, &r), sva_status_errno(status));
	return r;
}

/* What a result has when nothing but the status is said. */
static struct sva_result plain(unsigned int status)
{
	struct sva_result r;

	memset(&r, 0, sizeof(r));
	r.size = sizeof(r);
	r.status = status;
	r.code = status & 0x7f;
	r.error = sva_status_errno(status);
	return r;
}

static void assert_tags(struct sva_dif_tags got, struct sva_dif_tags expected)
{
	assert_memory_equal(&got, &expected, sizeof(got));
}

static void assert_result(struct sva_result got, struct sva_result expected)
{
	assert_int_equal(got.status, expected.status);
	assert_int_equal(got.code, expected.code);
	assert_int_equal(got.error, expected.error);
	assert_int_equal(got.write_fault, expected.write_fault);
	assert_int_equal(got.partial, expected.partial);
	assert_int_equal(got.backward, expected.backward);
	assert_int_equal(got.result, expected.result);
	assert_int_equal(got.dif_errors, expected.dif_errors);
	assert_int_equal(got.bytes_completed, expected.bytes_completed);
	assert_int_equal(got.descs_completed, expected.descs_completed);
	assert_int_equal(got.fault_addr, expected.fault_addr);
	assert_int_equal(got.invalid_flags, expected.invalid_flags);
	assert_int_equal(got.delta_size, expected.delta_size);
	assert_int_equal(got.crc, expected.crc);
	assert_tags(got.dif_src, expected.dif_src);
	assert_tags(got.dif_dst, expected.dif_dst);
}

static struct sva_result success(uint32_t bytes)
{
	struct sva_result r = plain(SVA_STATUS_SUCCESS);

	r.bytes_completed = bytes;
	return r;
}

static struct sva_result fault(unsigned int status)
{
	struct sva_result r = plain(status);

	r.write_fault = status & SVA_STATUS_WRITE;
	r.partial = true;
	r.bytes_completed = DONE;
	r.fault_addr = FAULT_ADDR;
	return r;
}

/* Operations with nothing in their record but the status, and how many bytes a success is. */
static void success_without_a_result(void **state)
{
	static const struct {
		enum sva_opcode opcode;
		uint32_t bytes;
	} cases[] = {
		{ SVA_OP_NOOP, 0 },           { SVA_OP_DRAIN, 0 },
		{ SVA_OP_MEMMOVE, SIZE },     { SVA_OP_FILL, SIZE },
		{ SVA_OP_DUALCAST, SIZE },    { SVA_OP_TRANSLATION_FETCH, SIZE },
		{ SVA_OP_CACHE_FLUSH, SIZE }, { SVA_OP_DOMAIN_MEMMOVE, SIZE },
		{ SVA_OP_DOMAIN_FILL, SIZE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_result(decoded(cases[i].opcode, SVA_STATUS_SUCCESS, 1),
			      success(cases[i].bytes));
}

static void a_page_fault_of_a_read_and_of_a_write(void **state)
{
	(void)state;
	assert_result(decoded(SVA_OP_FILL, SVA_STATUS_PAGE_FAULT, 0), fault(0x03));
	assert_result(decoded(SVA_OP_FILL, SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE, 0),
		      fault(0x83));
	assert_result(decoded(SVA_OP_DUALCAST, SVA_STATUS_PAGE_RESPONSE, 0), fault(0x04));
	assert_result(decoded(SVA_OP_DUALCAST, SVA_STATUS_PAGE_RESPONSE | SVA_STATUS_WRITE, 0),
		      fault(0x84));
}

/* Other faults have an address, but there is nothing to resume. */
static void faults_that_are_no_partial_completion(void **state)
{
	static const unsigned int faults[] = { SVA_STATUS_CR_TRANSLATION | SVA_STATUS_WRITE,
					       SVA_STATUS_READBACK_FAULT };

	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct sva_result expected = fault(faults[i]);

		expected.partial = false;
		assert_result(decoded(SVA_OP_MEMMOVE, faults[i], 0), expected);
	}
}

/* Overlapping buffers are copied from the end, and result 1 says so, but only of a partial copy. */
static void a_memmove_from_the_end(void **state)
{
	static const enum sva_opcode moves[] = { SVA_OP_MEMMOVE, SVA_OP_DOMAIN_MEMMOVE };
	struct sva_result backward = fault(0x83);

	(void)state;
	backward.backward = true;
	for (size_t i = 0; i < COUNT(moves); i++) {
		assert_result(decoded(moves[i], 0x83, 1), backward);
		assert_result(decoded(moves[i], 0x83, 0), fault(0x83));
		assert_result(decoded(moves[i], SVA_STATUS_SUCCESS, 1), success(SIZE));
	}
	assert_result(decoded(SVA_OP_FILL, 0x83, 1), fault(0x83)); /* nothing else goes backwards */
}

static void compares(void **state)
{
	static const enum sva_opcode all[] = {
		SVA_OP_COMPARE,
		SVA_OP_DOMAIN_COMPARE,
		SVA_OP_COMPARE_PATTERN,
		SVA_OP_DOMAIN_COMPARE_PATTERN,
	};
	struct sva_result differ = success(DONE), unexpected = plain(SVA_STATUS_SUCCESS_PREDICATE);

	(void)state;
	differ.result = 1;
	unexpected.bytes_completed = SIZE;
	for (size_t i = 0; i < COUNT(all); i++) {
		assert_result(decoded(all[i], SVA_STATUS_SUCCESS, 0), success(SIZE));
		assert_result(decoded(all[i], SVA_STATUS_SUCCESS, 1), differ);
		assert_result(decoded(all[i], SVA_STATUS_SUCCESS_PREDICATE, 0), unexpected);
		assert_result(decoded(all[i], SVA_STATUS_PAGE_FAULT, 0), fault(0x03));
	}
}

/* Results 0: equal, 1: a complete record, 2: it did not fit after so many bytes of the source. */
static void create_delta(void **state)
{
	(void)state;
	for (unsigned int result = 0; result <= 2; result++) {
		struct sva_result expected = success(result == 2 ? DONE : SIZE);

		expected.result = result;
		expected.delta_size = CRC;
		assert_result(decoded(SVA_OP_CREATE_DELTA, SVA_STATUS_SUCCESS, result), expected);
		expected.status = expected.code = SVA_STATUS_SUCCESS_PREDICATE;
		assert_result(decoded(SVA_OP_CREATE_DELTA, SVA_STATUS_SUCCESS_PREDICATE, result),
			      expected);
	}
}

/* To go on after a fault one needs to know how much of the record there is. */
static void create_delta_with_a_fault(void **state)
{
	struct sva_result expected = fault(0x03);

	(void)state;
	expected.delta_size = CRC;
	assert_result(decoded(SVA_OP_CREATE_DELTA, SVA_STATUS_PAGE_FAULT, 0), expected);
}

/* The bytes of an apply delta are those of the delta record. */
static void apply_delta(void **state)
{
	struct sva_desc desc = operation(SVA_OP_APPLY_DELTA);
	struct sva_record comp = record(SVA_STATUS_SUCCESS, 0);
	struct sva_result r = { .size = sizeof(r) }, damaged = plain(SVA_STATUS_DELTA_ORDER);

	(void)state;
	desc.delta.delta_size = 120;
	assert_int_equal(sva_decode(&desc, &comp, &r), 0);
	assert_result(r, success(120));
	assert_result(decoded(SVA_OP_APPLY_DELTA, 0x83, 0), fault(0x83));
	damaged.bytes_completed = DONE;
	assert_result(decoded(SVA_OP_APPLY_DELTA, SVA_STATUS_DELTA_ORDER, 0), damaged);
}

/* 32 bits at offset 16, whatever stands behind them; the partial CRC is the seed of the rest. */
static void the_crc(void **state)
{
	static const enum sva_opcode crcs[] = { SVA_OP_CRC, SVA_OP_COPY_CRC };

	(void)state;
	for (size_t i = 0; i < COUNT(crcs); i++) {
		struct sva_result whole = success(SIZE), partial = fault(0x03);

		whole.crc = partial.crc = CRC;
		assert_result(decoded(crcs[i], SVA_STATUS_SUCCESS, 0), whole);
		assert_result(decoded(crcs[i], SVA_STATUS_PAGE_FAULT, 0), partial);
	}
}

static void the_tags_of_dif(void **state)
{
	static const struct {
		enum sva_opcode opcode;
		bool src, dst;
	} cases[] = {
		{ SVA_OP_DIF_CHECK, true, false },    { SVA_OP_DIF_STRIP, true, false },
		{ SVA_OP_DIF_INSERT, false, true },   { SVA_OP_DIF_UPDATE, true, true },
		{ SVA_OP_DIX_GENERATE, false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sva_result whole = success(SIZE), partial = fault(0x83);

		if (cases[i].src)
			whole.dif_src = partial.dif_src = src_tags;
		if (cases[i].dst)
			whole.dif_dst = partial.dif_dst = dst_tags;
		assert_result(decoded(cases[i].opcode, SVA_STATUS_SUCCESS, 0), whole);
		assert_result(decoded(cases[i].opcode, 0x83, 0), partial);
	}
}

static void a_dif_error(void **state)
{
	struct sva_result expected = plain(SVA_STATUS_DIF_ERROR);

	(void)state;
	expected.bytes_completed = DONE;
	expected.dif_errors = 0x05;
	assert_result(decoded(SVA_OP_DIF_STRIP, SVA_STATUS_DIF_ERROR, 0x05), expected);
}

/* 24 bits; the byte above them is reserved. */
static void invalid_flags(void **state)
{
	struct sva_desc desc = operation(SVA_OP_CRC);
	struct sva_record comp = record(SVA_STATUS_BAD_FLAGS, 0);
	struct sva_result r = { .size = sizeof(r) }, expected = plain(SVA_STATUS_BAD_FLAGS);

	(void)state;
	comp.bytes_completed = 0;
	expected.invalid_flags = CRC & 0xffffff;
	assert_int_equal(sva_decode(&desc, &comp, &r), -EINVAL);
	assert_result(r, expected);
}

static void a_batch(void **state)
{
	struct sva_result expected = plain(SVA_STATUS_SUCCESS);

	(void)state;
	expected.descs_completed = DONE;
	assert_result(decoded(SVA_OP_BATCH, SVA_STATUS_SUCCESS, 0), expected);

	expected = plain(SVA_STATUS_BATCH_FAIL);
	expected.descs_completed = DONE;
	expected.result = 1;
	assert_result(decoded(SVA_OP_BATCH, SVA_STATUS_BATCH_FAIL, 1), expected);

	expected = plain(SVA_STATUS_BATCH_PAGE_FAULT);
	expected.descs_completed = DONE;
	expected.fault_addr = FAULT_ADDR;
	assert_result(decoded(SVA_OP_BATCH, SVA_STATUS_BATCH_PAGE_FAULT, 0), expected);
}

/* No status, no record: nothing of what stands there is taken for an answer. */
static void not_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(opcodes); i++) {
		assert_result(decoded(opcodes[i], SVA_STATUS_NONE, 1), plain(SVA_STATUS_NONE));
		assert_result(decoded(opcodes[i], SVA_STATUS_NOT_SUBMITTED, 1),
			      plain(SVA_STATUS_NOT_SUBMITTED));
	}
}

/* A descriptor that the device refused has no result, and nothing is done. */
static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(opcodes); i++) {
		struct sva_desc desc = operation(opcodes[i]);
		struct sva_record comp = record(SVA_STATUS_RESERVED, 1);
		struct sva_result r = { .size = sizeof(r) };

		comp.bytes_completed = 0;
		assert_int_equal(sva_decode(&desc, &comp, &r), -EINVAL);
		assert_result(r, plain(SVA_STATUS_RESERVED));
	}
}

static void decode_without_arguments(void **state)
{
	struct sva_desc desc = operation(SVA_OP_NOOP);
	struct sva_record comp = record(SVA_STATUS_SUCCESS, 0);
	struct sva_result r = { .size = sizeof(r) };

	(void)state;
	assert_int_equal(sva_decode(NULL, &comp, &r), -EINVAL);
	assert_int_equal(sva_decode(&desc, NULL, &r), -EINVAL);
	assert_int_equal(sva_decode(&desc, &comp, NULL), -EINVAL);
	r.size--;
	assert_int_equal(sva_decode(&desc, &comp, &r), -EINVAL);
	r.size = SIZE_MAX;
	assert_int_equal(sva_decode(&desc, &comp, &r), -EINVAL);
}

/* A program that was compiled for a later version: what it has more of is zero. */
static void a_longer_result(void **state)
{
	struct sva_desc desc = operation(SVA_OP_NOOP);
	struct sva_record comp = record(SVA_STATUS_SUCCESS, 0);
	struct {
		struct sva_result known;
		uint64_t more;
	} r;

	(void)state;
	memset(&r, 0xa5, sizeof(r));
	r.known.size = sizeof(r);
	assert_int_equal(sva_decode(&desc, &comp, &r.known), 0);
	assert_int_equal(r.known.size, sizeof(r));
	assert_int_equal(r.known.status, SVA_STATUS_SUCCESS);
	assert_int_equal(r.more, 0);
}

static void errors_and_statuses(void **state)
{
	(void)state;
	assert_string_equal(sva_strresult(-EBADF), sva_strerror(-EBADF));
	assert_string_equal(sva_strresult(0x83), sva_status_name(0x83));
	assert_string_equal(sva_strresult(0), "not complete");
}

/*
 * One line for a person.
 */

static void assert_explained(unsigned int opcode, unsigned int status, unsigned int result,
			     const char *expected)
{
	struct sva_desc desc = operation(opcode);
	struct sva_record comp = record(status, result);
	char text[512];
	int len = sva_explain(&desc, &comp, text, sizeof(text));

	assert_int_equal(len, strlen(text));
	if (strncmp(text, expected, strlen(expected)))
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
	assert_null(strchr(text, '\n'));
	assert_non_null(strstr(text, sva_status_remedy(status)));
}

static void explanations(void **state)
{
	(void)state;
	assert_explained(SVA_OP_NOOP, SVA_STATUS_SUCCESS, 0, "noop: status 0x1, success");
	assert_explained(SVA_OP_MEMMOVE, 0x83, 0,
			 "memmove: status 0x83, page fault on write at 0x7fff12345000, 1000 bytes "
			 "done; touch the page");
	assert_explained(SVA_OP_CRC, SVA_STATUS_BAD_FLAGS, 0,
			 "CRC: status 0x11, invalid flags 0xabcdef; ");
	assert_explained(SVA_OP_DIF_CHECK, SVA_STATUS_DIF_ERROR, 5,
			 "DIF check: status 0x9, DIF error 0x5; ");
	assert_explained(SVA_OP_BATCH, SVA_STATUS_BATCH_FAIL, 1,
			 "batch: status 0x5, batch failed; ");
	assert_explained(SVA_OP_FILL, SVA_STATUS_NONE, 0, "fill: status 0, not complete");
	assert_explained(0xff, 0x7f, 0, "unknown opcode: status 0x7f, unknown status; ");
}

static void every_explanation_fits_in_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(opcodes); i++)
		for (unsigned int status = 0; status < 0x100; status++)
			assert_explained(opcodes[i], status, 1, sva_opcode_name(opcodes[i]));
}

static void explanations_that_are_cut(void **state)
{
	struct sva_desc desc = operation(SVA_OP_MEMMOVE);
	struct sva_record comp = record(0x83, 0);
	char whole[512], text[512];
	int len = sva_explain(&desc, &comp, whole, sizeof(whole));

	(void)state;
	assert_in_range(len, 20, sizeof(whole) - 1);
	assert_int_equal(sva_explain(&desc, &comp, NULL, 0), len);
	for (size_t room = 0; room <= (size_t)len + 1; room++) {
		memset(text, '#', sizeof(text));
		assert_int_equal(sva_explain(&desc, &comp, text, room), len);
		assert_int_equal(text[room], '#'); /* nothing behind the end */
		if (!room)
			continue;
		assert_int_equal(text[room - 1], '\0');
		assert_memory_equal(text, whole, room - 1);
	}
}

static void explain_without_arguments(void **state)
{
	struct sva_desc desc = operation(SVA_OP_NOOP);
	struct sva_record comp = record(SVA_STATUS_SUCCESS, 0);
	char text[100];
	int len = sva_explain(NULL, &comp, text, sizeof(text));

	(void)state;
	assert_true(len > 0);
	assert_int_equal(strlen(text), len);
	assert_int_equal(sva_explain(&desc, NULL, text, sizeof(text)), len);
	assert_int_equal(sva_explain(NULL, NULL, NULL, 0), len);
}

/*
 * Error numbers.
 */

/* What this library returns, as the public headers list it, has words of the library. */
static void the_librarys_errors(void **state)
{
	static const int errors[] = {
		EINVAL, E2BIG,  ENOMEM, EAGAIN,     EBADF,   ESTALE, EALREADY,  ENODEV,
		EBUSY,  EACCES, EPERM,  ENOENT,     ENXIO,   EIO,    ETIMEDOUT, EINPROGRESS,
		EFAULT, ENOSPC, EMFILE, EOPNOTSUPP, EBADMSG, ENFILE, ECANCELED,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		const char *text = sva_strerror(-errors[i]);

		assert_true(strlen(text) > 5);
		assert_string_equal(sva_strerror(errors[i]), text);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(text, sva_strerror(errors[j]));
	}
}

static void errors_of_others(void **state)
{
	(void)state;
	assert_string_equal(sva_strerror(EINTR), strerror(EINTR));
	assert_string_equal(sva_strerror(-EINTR), strerror(EINTR));
}

static void errors_that_are_none(void **state)
{
	static const int nonsense[] = { INT_MIN, INT_MIN + 1, -4096, -4095, 4095, 100000, INT_MAX };

	(void)state;
	assert_string_equal(sva_strerror(0), "no error");
	for (size_t i = 0; i < COUNT(nonsense); i++)
		assert_string_equal(sva_strerror(nonsense[i]), "unknown error");
	for (int err = -5000; err < 5000; err++)
		assert_string_not_equal(sva_strerror(err), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_words),
		cmocka_unit_test(every_error_has_a_remedy),
		cmocka_unit_test(the_write_bit),
		cmocka_unit_test(unknown_statuses),
		cmocka_unit_test(what_is_no_byte_is_no_status),
		cmocka_unit_test(every_opcode_has_a_name),
		cmocka_unit_test(success_without_a_result),
		cmocka_unit_test(a_page_fault_of_a_read_and_of_a_write),
		cmocka_unit_test(faults_that_are_no_partial_completion),
		cmocka_unit_test(a_memmove_from_the_end),
		cmocka_unit_test(compares),
		cmocka_unit_test(create_delta),
		cmocka_unit_test(create_delta_with_a_fault),
		cmocka_unit_test(apply_delta),
		cmocka_unit_test(the_crc),
		cmocka_unit_test(the_tags_of_dif),
		cmocka_unit_test(a_dif_error),
		cmocka_unit_test(invalid_flags),
		cmocka_unit_test(a_batch),
		cmocka_unit_test(not_complete),
		cmocka_unit_test(refused),
		cmocka_unit_test(decode_without_arguments),
		cmocka_unit_test(a_longer_result),
		cmocka_unit_test(errors_and_statuses),
		cmocka_unit_test(explanations),
		cmocka_unit_test(every_explanation_fits_in_a_line),
		cmocka_unit_test(explanations_that_are_cut),
		cmocka_unit_test(explain_without_arguments),
		cmocka_unit_test(the_librarys_errors),
		cmocka_unit_test(errors_of_others),
		cmocka_unit_test(errors_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
