/* SPDX-License-Identifier: MIT */
/*
 * What a descriptor is refused for, by the check and by the software device alike.
 *
 * The tables are those of the Intel DSA Architecture Specification (341204, revision 3.0), 5.5 and
 * 8.3, written down once more, in another form than in the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

#define SIZE 4160u /* a multiple of 520, 8 and 64 */

static uint8_t src[SIZE] __attribute__((aligned(4096)));
static uint8_t dst[4096 * 4] __attribute__((aligned(4096)));
static uint8_t dst2[SIZE] __attribute__((aligned(4096)));
static uint8_t record[1000] __attribute__((aligned(8)));
static struct sva_desc list[2];
static struct sva_desc desc;
static struct sva_record comp;
static struct svai_limits limits;
static struct svai_finding finding;

/* A correct descriptor of each operation. */
static void prepare(unsigned int opcode)
{
	const struct sva_dif_tags tags = { 0 };

	memset(&comp, 0, sizeof(comp));
	switch (opcode) {
	case SVA_OP_NOOP:
		sva_prep_noop(&desc, 0);
		break;
	case SVA_OP_BATCH:
		sva_prep_noop(&list[0], 0);
		sva_prep_noop(&list[1], 0);
		sva_prep_batch(&desc, list, 2, 0);
		break;
	case SVA_OP_DRAIN:
		sva_prep_drain(&desc, 0);
		break;
	case SVA_OP_MEMMOVE:
		sva_prep_memmove(&desc, dst, src, SIZE, 0);
		break;
	case SVA_OP_FILL:
		sva_prep_fill(&desc, dst, 1, SIZE, 0);
		break;
	case SVA_OP_COMPARE:
		sva_prep_compare(&desc, dst, src, SIZE, 0);
		break;
	case SVA_OP_COMPARE_PATTERN:
		sva_prep_compare_pattern(&desc, src, 1, SIZE, 0);
		break;
	case SVA_OP_CREATE_DELTA:
		sva_prep_create_delta(&desc, src, dst, SIZE, record, 1000, 0);
		break;
	case SVA_OP_APPLY_DELTA:
		memset(record, 0, sizeof(record));
		sva_prep_apply_delta(&desc, dst, SIZE, record, 10, 0);
		break;
	case SVA_OP_DUALCAST:
		sva_prep_dualcast(&desc, dst, dst2, src, SIZE, 0);
		break;
	case SVA_OP_TRANSLATION_FETCH:
		sva_prep_translation_fetch(&desc, src, SIZE, 0, 0);
		break;
	case SVA_OP_CRC:
		sva_prep_crc(&desc, src, SIZE, 0, 0);
		break;
	case SVA_OP_COPY_CRC:
		sva_prep_copy_crc(&desc, dst, src, SIZE, 0, 0);
		break;
	case SVA_OP_DIF_CHECK:
		sva_prep_dif_check(&desc, src, SIZE, 0, 0, tags, 0);
		break;
	case SVA_OP_DIF_INSERT:
		sva_prep_dif_insert(&desc, dst, src, 512, 0, 0, tags, 0);
		break;
	case SVA_OP_DIF_STRIP:
		sva_prep_dif_strip(&desc, dst, src, SIZE, 0, 0, tags, 0);
		break;
	case SVA_OP_DIF_UPDATE:
		sva_prep_dif_update(&desc, dst, src, SIZE, 0, 0, tags, 0, tags, 0);
		break;
	case SVA_OP_DIX_GENERATE:
		sva_prep_dix_generate(&desc, dst, src, 512, 0, 0, tags, 0);
		break;
	case SVA_OP_CACHE_FLUSH:
		sva_prep_cache_flush(&desc, dst, SIZE, 0);
		break;
	default:
		fail_msg("no example of opcode %u", opcode);
	}
	desc.completion_addr = (uintptr_t)&comp;
}

static unsigned int check(void)
{
	return svai_check(&limits, &desc, false, &finding);
}

/* Refused, for the same reason, by the check and in the completion record; nothing is done. */
static void refused(unsigned int status)
{
	assert_int_equal(check(), status);
	assert_int_equal(finding.status, status);
	assert_non_null(finding.text);
	memset(&comp, 0xee, sizeof(comp));
	svai_cpu_execute(&limits, &desc);
	assert_int_equal(comp.status, status);
	assert_int_equal(comp.bytes_completed, 0);
	assert_int_equal(comp.result, 0);
	assert_int_equal(comp.invalid_flags,
			 status == SVA_STATUS_BAD_FLAGS ? finding.invalid_flags : 0);
}

/* Bytes from and to, both inclusive, that must be zero; what follows is {0, 0}. */
struct form {
	unsigned int opcode;
	uint32_t flags; /* all that may be set alone, besides CRAV and RCR */
	bool needs_record;
	uint8_t reserved[6][2];
};

static const struct form forms[] = {
	{ SVA_OP_NOOP, 0x1000, false, { { 16, 35 }, { 36, 63 } } },
	{ SVA_OP_BATCH, 0x1200, false, { { 24, 31 }, { 36, 63 } } },
	{ SVA_OP_DRAIN, 0xf1000, true, { { 16, 35 }, { 36, 63 } } },
	{ SVA_OP_MEMMOVE, 0x7702, false, { { 36, 63 } } },
	{ SVA_OP_FILL, 0x47502, false, { { 36, 63 } } },
	{ SVA_OP_COMPARE, 0x1682, true, { { 36, 39 }, { 41, 63 } } },
	{ SVA_OP_COMPARE_PATTERN, 0x1282, true, { { 36, 39 }, { 41, 63 } } },
	{ SVA_OP_CREATE_DELTA, 0x7f82, true, { { 36, 39 }, { 52, 55 }, { 57, 63 } } },
	{ SVA_OP_APPLY_DELTA, 0x7702, false, { { 36, 39 }, { 44, 63 } } },
	{ SVA_OP_DUALCAST, 0x7f02, false, { { 36, 39 }, { 48, 63 } } },
	{ SVA_OP_TRANSLATION_FETCH, 0x11002, false, { { 24, 31 }, { 36, 63 } } },
	{ SVA_OP_CRC, 0x71202, true, { { 24, 31 }, { 36, 39 }, { 44, 63 } } },
	{ SVA_OP_COPY_CRC, 0x77702, true, { { 36, 39 }, { 44, 63 } } },
	{ SVA_OP_DIF_CHECK,
	  0x1202,
	  true,
	  { { 24, 31 }, { 36, 39 }, { 41, 41 }, { 43, 47 }, { 56, 63 } } },
	{ SVA_OP_DIF_INSERT, 0x7702, false, { { 36, 40 }, { 43, 55 } } },
	{ SVA_OP_DIF_STRIP, 0x7702, false, { { 36, 39 }, { 41, 41 }, { 43, 47 }, { 56, 63 } } },
	{ SVA_OP_DIF_UPDATE, 0x7702, false, { { 36, 39 }, { 43, 47 } } },
	{ SVA_OP_DIX_GENERATE, 0x7702, true, { { 36, 40 }, { 43, 55 } } },
	{ SVA_OP_CACHE_FLUSH, 0x7402, false, { { 16, 23 }, { 36, 63 } } },
};

#define FORMS (sizeof(forms) / sizeof(*forms))

static int setup(void **state)
{
	(void)state;
	svai_cpu_limits(&limits);
	return 0;
}

static void the_examples_are_correct(void **state)
{
	(void)state;
	for (size_t n = 0; n < FORMS; n++) {
		prepare(forms[n].opcode);
		assert_int_equal(check(), 0);
	}
}

/* The software device takes what it can execute, and batches. */
static void the_opcodes_of_the_cpu(void **state)
{
	(void)state;
	for (unsigned int opcode = 0; opcode < 256; opcode++)
		assert_int_equal(sva_opmask_has(&limits.opcodes, opcode),
				 svai_opcode(opcode)->execute || opcode == SVA_OP_BATCH);
}

/* What a table says twice, for the sake of speed. */
static void the_rows_agree_with_themselves(void **state)
{
	const uint32_t always = SVA_FLAG_CRAV | SVA_FLAG_RCR;

	(void)state;
	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		const struct svai_opcode *row = svai_opcode(opcode);
		uint32_t special = row->features[0].flag | row->features[1].flag;
		uint64_t fields = row->features[0].fields | row->features[1].fields;

		assert_int_equal(fields & ~row->reserved, 0);
		assert_int_equal(row->reserved & 0xffff, 0);
		if (!row->plain_word)
			continue;
		assert_false(row->one_of);
		assert_int_equal(row->plain_word, opcode << 24 | SVA_FLAG_CRAV | row->required);
		assert_int_equal(row->plain_free & (special | row->required | SVA_FLAG_CRAV), 0);
		assert_int_equal(row->plain_free & ~(row->flags | always), 0);
	}
}

static void each_flag_of_each_operation(void **state)
{
	(void)state;
	for (size_t n = 0; n < FORMS; n++)
		for (uint32_t flag = 1; flag <= 0x800000; flag <<= 1) {
			if (flag & (SVA_FLAG_CRAV | SVA_FLAG_RCR))
				continue;
			prepare(forms[n].opcode);
			desc.op_flags |= flag;
			if (forms[n].flags & flag) {
				assert_int_not_equal(check(), SVA_STATUS_BAD_FLAGS);
				continue;
			}
			refused(SVA_STATUS_BAD_FLAGS);
			assert_int_equal(finding.invalid_flags, flag);
		}
}

static bool is_reserved(const struct form *form, unsigned int byte)
{
	for (size_t i = 0; i < 6 && form->reserved[i][1]; i++)
		if (byte >= form->reserved[i][0] && byte <= form->reserved[i][1])
			return true;
	return false;
}

static void each_byte_of_each_operation(void **state)
{
	(void)state;
	for (size_t n = 0; n < FORMS; n++)
		for (unsigned int byte = 16; byte < 64; byte++) {
			prepare(forms[n].opcode);
			((uint8_t *)&desc)[byte] |= 0x08; /* of the DIF flags none is reserved */
			if (is_reserved(&forms[n], byte))
				refused(SVA_STATUS_RESERVED);
			else
				assert_int_not_equal(check(), SVA_STATUS_RESERVED);
		}
}

static void operations_with_a_result_need_a_record(void **state)
{
	(void)state;
	for (size_t n = 0; n < FORMS; n++) {
		prepare(forms[n].opcode);
		desc.op_flags &= ~SVA_FLAG_RCR;
		if (!forms[n].needs_record) {
			assert_int_equal(check(), 0);
			continue;
		}
		refused(SVA_STATUS_BAD_FLAGS);
		assert_int_equal(finding.invalid_flags, SVA_FLAG_RCR);
	}
}

static void what_goes_with_a_record_address(void **state)
{
	(void)state;
	prepare(SVA_OP_NOOP);
	desc.op_flags &= ~SVA_FLAG_CRAV;
	assert_int_equal(check(), SVA_STATUS_BAD_FLAGS);
	assert_int_equal(finding.invalid_flags, SVA_FLAG_RCR);
	desc.op_flags &= ~SVA_FLAG_RCR;
	assert_int_equal(check(), SVA_STATUS_RESERVED);
	desc.completion_addr = 0;
	assert_int_equal(check(), 0);
	desc.op_flags |= SVA_FLAG_CR_TCS;
	assert_int_equal(check(), SVA_STATUS_BAD_FLAGS);
}

static void a_misaligned_record_is_not_written(void **state)
{
	(void)state;
	prepare(SVA_OP_FILL);
	desc.completion_addr = (uintptr_t)&comp - 16;
	assert_int_equal(check(), SVA_STATUS_CR_ALIGN);
	memset(dst, 0, SIZE);
	svai_cpu_execute(&limits, &desc);
	assert_int_equal(comp.status, 0);
	assert_int_equal(dst[0], 0);
}

static void opcodes(void **state)
{
	(void)state;
	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		bool known = false;

		for (size_t n = 0; n < FORMS; n++)
			known |= forms[n].opcode == opcode;
		prepare(SVA_OP_NOOP);
		desc.op_flags |= opcode << 24;
		if (known)
			assert_int_not_equal(check(), SVA_STATUS_BAD_OPCODE);
		else
			refused(SVA_STATUS_BAD_OPCODE);
	}
}

static void the_owner_is_the_hardwares_business(void **state)
{
	(void)state;
	prepare(SVA_OP_NOOP);
	assert_int_equal(svai_check_owner(&desc, &finding), 0);
	desc.pasid_priv = 1u << 31;
	assert_int_equal(svai_check_owner(&desc, &finding), SVA_STATUS_PRIV);
	desc.pasid_priv = 5;
	assert_int_equal(svai_check_owner(&desc, &finding), SVA_STATUS_RESERVED);
	desc.pasid_priv = 1u << 31 | 5;
	assert_int_equal(check(), 0); /* no device looks at it */
}

static void transfer_sizes(void **state)
{
	(void)state;
	for (size_t n = 0; n < FORMS; n++) {
		unsigned int opcode = forms[n].opcode;

		if (opcode == SVA_OP_NOOP || opcode == SVA_OP_DRAIN || opcode == SVA_OP_BATCH)
			continue;
		prepare(opcode);
		desc.xfer_size = 0;
		refused(SVA_STATUS_BAD_SIZE);
		if (opcode == SVA_OP_TRANSLATION_FETCH)
			continue; /* has a region, not a transfer */
		desc.xfer_size = (uint32_t)limits.max_transfer + 1;
		refused(SVA_STATUS_BAD_SIZE);
		assert_int_equal(finding.got, limits.max_transfer + 1);
	}
	prepare(SVA_OP_CREATE_DELTA);
	desc.xfer_size = 0x80008;
	refused(SVA_STATUS_BAD_SIZE);
	assert_int_equal(finding.limit, 0x80000);
	prepare(SVA_OP_APPLY_DELTA);
	desc.xfer_size = 0x80008;
	refused(SVA_STATUS_BAD_SIZE);
}

static void whole_blocks(void **state)
{
	static const unsigned int dif_opcodes[] = { SVA_OP_DIF_CHECK, SVA_OP_DIF_INSERT,
						    SVA_OP_DIF_STRIP, SVA_OP_DIF_UPDATE,
						    SVA_OP_DIX_GENERATE };

	(void)state;
	for (size_t n = 0; n < sizeof(dif_opcodes) / sizeof(*dif_opcodes); n++) {
		prepare(dif_opcodes[n]);
		desc.xfer_size--;
		refused(SVA_STATUS_BAD_SIZE);
	}
}

static void batches(void **state)
{
	(void)state;
	prepare(SVA_OP_BATCH);
	desc.desc_count = 0;
	refused(SVA_STATUS_BAD_COUNT);
	desc.desc_count = 1;
	refused(SVA_STATUS_BAD_COUNT);
	desc.desc_count = limits.max_batch + 1;
	refused(SVA_STATUS_BAD_COUNT);
	assert_int_equal(finding.limit, limits.max_batch);
	desc.desc_count = 2;
	desc.desc_list_addr += 32;
	refused(SVA_STATUS_LIST_ALIGN);
	for (size_t n = 0; n < FORMS; n++) {
		unsigned int opcode = forms[n].opcode;
		bool can = opcode != SVA_OP_BATCH && opcode != SVA_OP_DRAIN;

		prepare(opcode);
		desc.op_flags |= can ? SVA_FLAG_FENCE : 0;
		assert_int_equal(svai_check(&limits, &desc, true, &finding),
				 can ? 0 : SVA_STATUS_BAD_OPCODE);
	}
}

static void deltas(void **state)
{
	(void)state;
	prepare(SVA_OP_CREATE_DELTA);
	desc.delta.max_size = 79;
	refused(SVA_STATUS_BAD_DELTA_SIZE);
	desc.delta.max_size = (uint32_t)limits.max_transfer + 1;
	refused(SVA_STATUS_BAD_DELTA_SIZE);
	desc.delta.max_size = 999; /* should be a multiple of ten, but need not be */
	assert_int_equal(check(), 0);
	desc.src_addr += 4;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_CREATE_DELTA);
	desc.src2_addr += 4;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_CREATE_DELTA);
	desc.xfer_size -= 4;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_APPLY_DELTA);
	desc.dst_addr += 1;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_APPLY_DELTA);
	desc.delta.delta_size = 0;
	refused(SVA_STATUS_BAD_DELTA_SIZE);
	desc.delta.delta_size = 11;
	refused(SVA_STATUS_BAD_DELTA_SIZE);
	desc.delta.delta_size = (uint32_t)limits.max_transfer + 8;
	refused(SVA_STATUS_BAD_DELTA_SIZE);
}

static void overlaps(void **state)
{
	(void)state;
	prepare(SVA_OP_COPY_CRC);
	desc.dst_addr = desc.src_addr + SIZE - 1;
	refused(SVA_STATUS_OVERLAP);
	desc.dst_addr = desc.src_addr - SIZE + 1;
	refused(SVA_STATUS_OVERLAP);
	desc.dst_addr = desc.src_addr + SIZE;
	assert_int_equal(check(), 0);
	desc.dst_addr = desc.src_addr - SIZE;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_CREATE_DELTA);
	desc.delta.delta_addr = desc.src_addr - 999; /* its whole room counts */
	refused(SVA_STATUS_OVERLAP);
	desc.delta.delta_addr = desc.src2_addr + SIZE - 1;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_APPLY_DELTA);
	desc.src_addr = desc.dst_addr - 9;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_DUALCAST);
	desc.dualcast.dst2_addr = desc.dst_addr;
	refused(SVA_STATUS_OVERLAP);
	desc.dualcast.dst2_addr = desc.src_addr;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_DUALCAST);
	desc.dst_addr = desc.src_addr;
	refused(SVA_STATUS_OVERLAP);
}

/* The destination of an insertion is longer than the source, that of a removal is shorter. */
static void overlaps_of_blocks(void **state)
{
	(void)state;
	prepare(SVA_OP_DIF_INSERT);
	desc.dst_addr = desc.src_addr - 519;
	refused(SVA_STATUS_OVERLAP);
	desc.dst_addr = desc.src_addr - 520;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_DIF_STRIP);
	desc.dst_addr = desc.src_addr - 8 * 512;
	assert_int_equal(check(), 0);
	desc.dst_addr++;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_DIF_UPDATE);
	desc.dst_addr = desc.src_addr;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_DIX_GENERATE);
	desc.dst_addr = desc.src_addr - 8;
	assert_int_equal(check(), 0);
	desc.dst_addr = desc.src_addr;
	refused(SVA_STATUS_OVERLAP);
}

static void alignment(void **state)
{
	(void)state;
	prepare(SVA_OP_DUALCAST);
	desc.dualcast.dst2_addr += 0x800;
	refused(SVA_STATUS_DUALCAST_ALIGN);
	prepare(SVA_OP_CRC);
	sva_desc_set_crc_seed_addr(&desc, (const uint32_t *)(src + 4));
	assert_int_equal(check(), 0);
	desc.crc.seed_addr += 2;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_DIX_GENERATE);
	desc.dst_addr += 4;
	refused(SVA_STATUS_ADDR_ALIGN);
	prepare(SVA_OP_TRANSLATION_FETCH);
	desc.op_flags |= SVA_FLAG_FETCH_STRIDE;
	for (uint32_t stride = 1024; stride < 20000; stride += 1024) {
		desc.fetch.stride = stride;
		if (stride == 4096 || stride == 8192 || stride == 16384)
			assert_int_equal(check(), 0);
		else
			refused(SVA_STATUS_ADDR_ALIGN);
	}
}

static void fields_that_a_flag_opens(void **state)
{
	(void)state;
	prepare(SVA_OP_FILL);
	desc.op_flags |= SVA_FLAG_FILL_16;
	desc.fill.pattern_high = UINT64_MAX;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_DRAIN);
	desc.op_flags |= SVA_FLAG_DRAIN_READBACK1 | SVA_FLAG_ADDR1_TCS;
	desc.readback_addr1 = (uintptr_t)src;
	assert_int_equal(check(), 0);
	desc.op_flags |= SVA_FLAG_ADDR2_TCS;
	refused(SVA_STATUS_BAD_FLAGS);
	assert_int_equal(finding.invalid_flags, SVA_FLAG_ADDR2_TCS);
	prepare(SVA_OP_CRC);
	sva_desc_set_crc_seed_addr(&desc, (const uint32_t *)src);
	desc.op_flags |= SVA_FLAG_ADDR3_TCS;
	assert_int_equal(check(), 0);
	desc.crc.seed = 1; /* of two seeds one is too many */
	refused(SVA_STATUS_RESERVED);
}

static void reserved_dif_flags(void **state)
{
	(void)state;
	prepare(SVA_OP_DIF_UPDATE);
	desc.dif.flags = 0x10;
	refused(SVA_STATUS_RESERVED);
	desc.dif.flags = 0;
	desc.dif.dst_flags = 0x04;
	refused(SVA_STATUS_RESERVED);
}

static void what_the_device_has_not_got(void **state)
{
	(void)state;
	limits.gen_cap = 0;
	limits.block_on_fault = false;
	prepare(SVA_OP_MEMMOVE);
	for (uint32_t flag = 1; flag < 0x10000; flag <<= 1)
		if (flag & (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_DRDBK)) {
			prepare(SVA_OP_MEMMOVE);
			desc.op_flags |= flag;
			refused(SVA_STATUS_BAD_FLAGS);
		}
	prepare(SVA_OP_MEMMOVE);
	desc.dst_addr = desc.src_addr + SIZE - 1;
	refused(SVA_STATUS_OVERLAP);
	prepare(SVA_OP_FILL);
	desc.op_flags |= SVA_FLAG_FILL_16;
	refused(SVA_STATUS_BAD_FLAGS);
}

static void what_other_devices_have_got(void **state)
{
	(void)state;
	limits.gen_cap = UINT64_MAX;
	prepare(SVA_OP_CACHE_FLUSH);
	desc.op_flags |= SVA_FLAG_CC;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_BATCH);
	desc.desc_count = 1;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_DUALCAST);
	desc.op_flags |= SVA_FLAG_CRSTS | SVA_FLAG_DSTS | SVA_FLAG_DUALCAST_DEST2_STEERING;
	assert_int_equal(check(), SVA_STATUS_BAD_FLAGS);
	limits.version = 0x100;
	assert_int_equal(check(), 0);
	prepare(SVA_OP_COMPARE);
	desc.op_flags |= SVA_FLAG_DSTS;
	assert_int_equal(check(), SVA_STATUS_BAD_FLAGS);
}

static void domains(void **state)
{
	(void)state;
	memset(&limits.opcodes, 0xff, sizeof(limits.opcodes));
	prepare(SVA_OP_MEMMOVE);
	sva_desc_set_domain(&desc, 0, 0);
	assert_int_equal(check(), SVA_STATUS_BAD_FLAGS);
	desc.op_flags |= SVA_FLAG_DOMAIN2;
	assert_int_equal(check(), 0);
	desc.domain.handle2 = 3;
	assert_int_equal(check(), 0);
	desc.domain.handle1 = 3;
	assert_int_equal(check(), SVA_STATUS_RESERVED);
	sva_prep_update_window(&desc, src, SIZE, SVA_WINDOW_READ, 3, 0);
	assert_int_equal(check(), 0);
	assert_int_equal(svai_check(&limits, &desc, true, &finding), SVA_STATUS_BAD_OPCODE);
}

static void unknown_operations_are_the_devices_business(void **state)
{
	(void)state;
	memset(&limits.opcodes, 0xff, sizeof(limits.opcodes));
	memset(&desc, 0xff, sizeof(desc));
	desc.completion_addr = 0;
	assert_int_equal(check(), 0);
	desc.completion_addr = 1;
	assert_int_equal(check(), SVA_STATUS_CR_ALIGN);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_examples_are_correct),
		TEST(the_opcodes_of_the_cpu),
		TEST(the_rows_agree_with_themselves),
		TEST(each_flag_of_each_operation),
		TEST(each_byte_of_each_operation),
		TEST(operations_with_a_result_need_a_record),
		TEST(what_goes_with_a_record_address),
		TEST(a_misaligned_record_is_not_written),
		TEST(opcodes),
		TEST(the_owner_is_the_hardwares_business),
		TEST(transfer_sizes),
		TEST(whole_blocks),
		TEST(batches),
		TEST(deltas),
		TEST(overlaps),
		TEST(overlaps_of_blocks),
		TEST(alignment),
		TEST(fields_that_a_flag_opens),
		TEST(reserved_dif_flags),
		TEST(what_the_device_has_not_got),
		TEST(what_other_devices_have_got),
		TEST(domains),
		TEST(unknown_operations_are_the_devices_business),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
