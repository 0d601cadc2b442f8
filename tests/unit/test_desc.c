/* SPDX-License-Identifier: MIT */
/*
 * Layouts and builders. The other opinion is linux/idxd.h where it has the field; otherwise offsets
 * and values are written out as the specification has them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <linux/idxd.h>
#include <cmocka.h>

#include <sva/sva.h>

/*
 * Static assertions.
 */

#define SIZE_OF(type, field) sizeof(((type *)0)->field)
#define EQUAL(ours, theirs) \
	_Static_assert((unsigned int)(ours) == (unsigned int)(theirs), #ours " is " #theirs)
#define SAME(type, field, other, theirs)                                       \
	_Static_assert(offsetof(type, field) == offsetof(other, theirs) &&     \
			       SIZE_OF(type, field) == SIZE_OF(other, theirs), \
		       #field " is " #theirs)
#define PLACE(type, field, offset, size)                                                    \
	_Static_assert(offsetof(type, field) == (offset) && SIZE_OF(type, field) == (size), \
		       #field " is in its place")

EQUAL(sizeof(struct sva_desc), sizeof(struct dsa_hw_desc));
EQUAL(sizeof(struct sva_record), sizeof(struct dsa_completion_record));
EQUAL(_Alignof(struct sva_desc), 64);
EQUAL(_Alignof(struct sva_record), 32);

#define DESC(field, theirs) SAME(struct sva_desc, field, struct dsa_hw_desc, theirs)
DESC(completion_addr, completion_addr);
DESC(src_addr, src_addr);
DESC(pattern, pattern);
DESC(desc_list_addr, desc_list_addr);
DESC(readback_addr1, rdback_addr);
DESC(dst_addr, dst_addr);
DESC(src2_addr, src2_addr);
DESC(compare_pattern, comp_pattern);
DESC(readback_addr2, rdback_addr2);
DESC(xfer_size, xfer_size);
DESC(desc_count, desc_count);
DESC(tail.size, xfer_size);
DESC(tail.int_handle, int_handle);
DESC(tail.reserved, rsvd1);
DESC(op_specific, op_specific);
DESC(op_words, op_specific);
DESC(compare.expected_result, expected_res);
DESC(delta.delta_addr, delta_addr);
DESC(delta.max_size, max_delta_size);
DESC(delta.reserved, delt_rsvd);
DESC(delta.expected_result_mask, expected_res_mask);
DESC(delta.delta_size, delta_rec_size);
DESC(dualcast.dst2_addr, dest2);
DESC(crc.seed, crc_seed);
DESC(crc.reserved, crc_rsvd);
DESC(crc.seed_addr, seed_addr);
DESC(dif.src_flags, src_dif_flags); /* check and strip */
DESC(dif.flags, dif_chk_flags);
DESC(dif.src.ref_tag, chk_ref_tag_seed);
DESC(dif.src.app_mask, chk_app_tag_mask);
DESC(dif.src.app_tag, chk_app_tag_seed);
DESC(dif.dst_flags, dest_dif_flag); /* insert */
DESC(dif.flags, dif_ins_flags);
DESC(dif.dst.ref_tag, ins_ref_tag_seed);
DESC(dif.dst.app_mask, ins_app_tag_mask);
DESC(dif.dst.app_tag, ins_app_tag_seed);
DESC(dif.src_flags, src_upd_flags); /* update */
DESC(dif.dst_flags, upd_dest_flags);
DESC(dif.flags, dif_upd_flags);
DESC(dif.reserved, dif_upd_res);
DESC(dif.src.ref_tag, src_ref_tag_seed);
DESC(dif.src.app_mask, src_app_tag_mask);
DESC(dif.src.app_tag, src_app_tag_seed);
DESC(dif.dst.ref_tag, dest_ref_tag_seed);
DESC(dif.dst.app_mask, dest_app_tag_mask);
DESC(dif.dst.app_tag, dest_app_tag_seed);

/* What linux/idxd.h has as bit fields, or not at all. */
PLACE(struct sva_desc, pasid_priv, 0, 4);
PLACE(struct sva_desc, op_flags, 4, 4);
PLACE(struct sva_desc, size_word, 32, 8);
PLACE(struct sva_desc, fill.pattern_high, 40, 8);
PLACE(struct sva_desc, fetch.stride, 48, 4);
PLACE(struct sva_desc, domain.handle1, 60, 2);
PLACE(struct sva_desc, domain.handle2, 62, 2);
PLACE(struct sva_desc, window.flags, 61, 1);
PLACE(struct sva_desc, window.handle, 62, 2);
EQUAL(sizeof(struct sva_desc_compare), 24);
EQUAL(sizeof(struct sva_desc_delta), 24);
EQUAL(sizeof(struct sva_desc_dualcast), 24);
EQUAL(sizeof(struct sva_desc_fill), 24);
EQUAL(sizeof(struct sva_desc_crc), 24);
EQUAL(sizeof(struct sva_desc_dif), 24);
EQUAL(sizeof(struct sva_desc_fetch), 24);
EQUAL(sizeof(struct sva_desc_domain), 24);
EQUAL(sizeof(struct sva_desc_window), 24);

#define COMP(field, theirs) SAME(struct sva_record, field, struct dsa_completion_record, theirs)
COMP(status, status);
COMP(result, result);
COMP(result, dif_status);
COMP(bytes_completed, bytes_completed);
COMP(fault_addr, fault_addr);
COMP(delta_size, delta_rec_size);
COMP(dif_src.ref_tag, dif_chk_ref_tag);
COMP(dif_src.app_mask, dif_chk_app_tag_mask);
COMP(dif_src.app_tag, dif_chk_app_tag);
COMP(dif_dst.ref_tag, dif_ins_ref_tag);
COMP(dif_dst.app_mask, dif_ins_app_tag_mask);
COMP(dif_dst.app_tag, dif_ins_app_tag);
COMP(dif_src.ref_tag, dif_upd_src_ref_tag);
COMP(dif_src.app_mask, dif_upd_src_app_tag_mask);
COMP(dif_src.app_tag, dif_upd_src_app_tag);
COMP(dif_dst.ref_tag, dif_upd_dest_ref_tag);
COMP(dif_dst.app_mask, dif_upd_dest_app_tag_mask);
COMP(dif_dst.app_tag, dif_upd_dest_app_tag);
PLACE(struct sva_record, fault_info, 2, 1);
PLACE(struct sva_record, invalid_flags, 16, 4);
PLACE(struct sva_record, crc, 16,
      4); /* crc_val is 16 or 64 bits wide, as the kernel's age has it */
EQUAL(offsetof(struct sva_record, crc), offsetof(struct dsa_completion_record, crc_val));

EQUAL(SVA_OP_NOOP, DSA_OPCODE_NOOP);
EQUAL(SVA_OP_BATCH, DSA_OPCODE_BATCH);
EQUAL(SVA_OP_DRAIN, DSA_OPCODE_DRAIN);
EQUAL(SVA_OP_MEMMOVE, DSA_OPCODE_MEMMOVE);
EQUAL(SVA_OP_FILL, DSA_OPCODE_MEMFILL);
EQUAL(SVA_OP_COMPARE, DSA_OPCODE_COMPARE);
EQUAL(SVA_OP_COMPARE_PATTERN, DSA_OPCODE_COMPVAL);
EQUAL(SVA_OP_CREATE_DELTA, DSA_OPCODE_CR_DELTA);
EQUAL(SVA_OP_APPLY_DELTA, DSA_OPCODE_AP_DELTA);
EQUAL(SVA_OP_DUALCAST, DSA_OPCODE_DUALCAST);
EQUAL(SVA_OP_CRC, DSA_OPCODE_CRCGEN);
EQUAL(SVA_OP_COPY_CRC, DSA_OPCODE_COPY_CRC);
EQUAL(SVA_OP_DIF_CHECK, DSA_OPCODE_DIF_CHECK);
EQUAL(SVA_OP_DIF_INSERT, DSA_OPCODE_DIF_INS);
EQUAL(SVA_OP_DIF_STRIP, DSA_OPCODE_DIF_STRP);
EQUAL(SVA_OP_DIF_UPDATE, DSA_OPCODE_DIF_UPDT);
EQUAL(SVA_OP_CACHE_FLUSH, DSA_OPCODE_CFLUSH);
EQUAL(SVA_OP_TRANSLATION_FETCH, 0x0a);
EQUAL(SVA_OP_DIX_GENERATE, 0x17);
EQUAL(SVA_OP_UPDATE_WINDOW, 0x21);
EQUAL(SVA_OP_DOMAIN_MEMMOVE, 0x23);
EQUAL(SVA_OP_DOMAIN_FILL, 0x24);
EQUAL(SVA_OP_DOMAIN_COMPARE, 0x25);
EQUAL(SVA_OP_DOMAIN_COMPARE_PATTERN, 0x26);

EQUAL(SVA_FLAG_FENCE, IDXD_OP_FLAG_FENCE);
EQUAL(SVA_FLAG_BOF, IDXD_OP_FLAG_BOF);
EQUAL(SVA_FLAG_CRAV, IDXD_OP_FLAG_CRAV);
EQUAL(SVA_FLAG_RCR, IDXD_OP_FLAG_RCR);
EQUAL(SVA_FLAG_RCI, IDXD_OP_FLAG_RCI);
EQUAL(SVA_FLAG_CRSTS, IDXD_OP_FLAG_CRSTS);
EQUAL(SVA_FLAG_CR, IDXD_OP_FLAG_CR);
EQUAL(SVA_FLAG_CC, IDXD_OP_FLAG_CC);
EQUAL(SVA_FLAG_ADDR1_TCS, IDXD_OP_FLAG_ADDR1_TCS);
EQUAL(SVA_FLAG_ADDR2_TCS, IDXD_OP_FLAG_ADDR2_TCS);
EQUAL(SVA_FLAG_ADDR3_TCS, IDXD_OP_FLAG_ADDR3_TCS);
EQUAL(SVA_FLAG_CR_TCS, IDXD_OP_FLAG_CR_TCS);
EQUAL(SVA_FLAG_STORD, IDXD_OP_FLAG_STORD);
EQUAL(SVA_FLAG_DRDBK, IDXD_OP_FLAG_DRDBK);
EQUAL(SVA_FLAG_DSTS, IDXD_OP_FLAG_DSTS);
EQUAL(SVA_FLAG_CRC_SEED_ADDR, 1 << 16);
EQUAL(SVA_FLAG_CRC_BYPASS_INVERT, 1 << 17);
EQUAL(SVA_FLAG_CRC_BYPASS_REFLECT, 1 << 18);
EQUAL(SVA_FLAG_FILL_16, 1 << 18);
EQUAL(SVA_FLAG_DRAIN_READBACK1, 1 << 16);
EQUAL(SVA_FLAG_DRAIN_READBACK2, 1 << 17);
EQUAL(SVA_FLAG_DRAIN_NO_TCA_READBACK, 1 << 18);
EQUAL(SVA_FLAG_DRAIN_NO_TCB_READBACK, 1 << 19);
EQUAL(SVA_FLAG_DOMAIN1, 1 << 16);
EQUAL(SVA_FLAG_DOMAIN2, 1 << 17);
EQUAL(SVA_FLAG_WINDOW_NO_DRAIN, 1 << 16);
EQUAL(SVA_FLAG_FETCH_STRIDE, 1 << 16);
EQUAL(SVA_FLAG_DUALCAST_DEST2_STEERING, 1 << 16);

EQUAL(SVA_STATUS_NONE, DSA_COMP_NONE);
EQUAL(SVA_STATUS_SUCCESS, DSA_COMP_SUCCESS);
EQUAL(SVA_STATUS_SUCCESS_PREDICATE, DSA_COMP_SUCCESS_PRED);
EQUAL(SVA_STATUS_PAGE_FAULT, DSA_COMP_PAGE_FAULT_NOBOF);
EQUAL(SVA_STATUS_PAGE_RESPONSE, DSA_COMP_PAGE_FAULT_IR);
EQUAL(SVA_STATUS_BATCH_FAIL, DSA_COMP_BATCH_FAIL);
EQUAL(SVA_STATUS_BATCH_PAGE_FAULT, DSA_COMP_BATCH_PAGE_FAULT);
EQUAL(SVA_STATUS_DELTA_ORDER, DSA_COMP_DR_OFFSET_NOINC);
EQUAL(SVA_STATUS_DELTA_RANGE, DSA_COMP_DR_OFFSET_ERANGE);
EQUAL(SVA_STATUS_DIF_ERROR, DSA_COMP_DIF_ERR);
EQUAL(SVA_STATUS_BAD_OPCODE, DSA_COMP_BAD_OPCODE);
EQUAL(SVA_STATUS_BAD_FLAGS, DSA_COMP_INVALID_FLAGS);
EQUAL(SVA_STATUS_RESERVED, DSA_COMP_NOZERO_RESERVE);
EQUAL(SVA_STATUS_BAD_SIZE, DSA_COMP_XFER_ERANGE);
EQUAL(SVA_STATUS_BAD_COUNT, DSA_COMP_DESC_CNT_ERANGE);
EQUAL(SVA_STATUS_BAD_DELTA_SIZE, DSA_COMP_DR_ERANGE);
EQUAL(SVA_STATUS_OVERLAP, DSA_COMP_OVERLAP_BUFFERS);
EQUAL(SVA_STATUS_DUALCAST_ALIGN, DSA_COMP_DCAST_ERR);
EQUAL(SVA_STATUS_LIST_ALIGN, DSA_COMP_DESCLIST_ALIGN);
EQUAL(SVA_STATUS_INT_HANDLE, DSA_COMP_INT_HANDLE_INVAL);
EQUAL(SVA_STATUS_CR_TRANSLATION, DSA_COMP_CRA_XLAT);
EQUAL(SVA_STATUS_CR_ALIGN, DSA_COMP_CRA_ALIGN);
EQUAL(SVA_STATUS_ADDR_ALIGN, DSA_COMP_ADDR_ALIGN);
EQUAL(SVA_STATUS_PRIV, DSA_COMP_PRIV_BAD);
EQUAL(SVA_STATUS_TRAFFIC_CLASS, DSA_COMP_TRAFFIC_CLASS_CONF);
EQUAL(SVA_STATUS_READBACK_FAULT, DSA_COMP_PFAULT_RDBA);
EQUAL(SVA_STATUS_HW_READ, DSA_COMP_HW_ERR1);
EQUAL(SVA_STATUS_HW_WRITE, DSA_COMP_HW_ERR_DRB);
EQUAL(SVA_STATUS_TRANSLATION, DSA_COMP_TRANSLATION_FAIL);
EQUAL(SVA_STATUS_DRAIN_EVL, 0x26); /* since Linux 6.4 */
EQUAL(SVA_STATUS_BATCH_EVL, 0x27);
EQUAL(SVA_STATUS_CODE(0xff), DSA_COMP_STATUS_MASK);
EQUAL(SVA_STATUS_WRITE, DSA_COMP_STATUS_WRITE);

EQUAL(SVA_DIF_BLOCK_512, 0);
EQUAL(SVA_DIF_BLOCK_520, 1);
EQUAL(SVA_DIF_BLOCK_4096, 2);
EQUAL(SVA_DIF_BLOCK_4104, 3);
EQUAL(SVA_DIF_INVERT_SEED, 1 << 2);
EQUAL(SVA_DIF_INVERT_RESULT, 1 << 3);
EQUAL(SVA_DIF_SRC_ALL_F_ERROR, 1 << 0);
EQUAL(SVA_DIF_SRC_ALL_F_DETECT, 1 << 1);
EQUAL(SVA_DIF_SRC_APP_F_DETECT, 1 << 2);
EQUAL(SVA_DIF_SRC_REF_F_DETECT, 1 << 3);
EQUAL(SVA_DIF_SRC_APP_INC, 1 << 4);
EQUAL(SVA_DIF_SRC_NO_GUARD, 1 << 5);
EQUAL(SVA_DIF_SRC_NO_REF, 1 << 6);
EQUAL(SVA_DIF_SRC_REF_FIXED, 1 << 7);
EQUAL(SVA_DIF_DST_APP_PASS, 1 << 3);
EQUAL(SVA_DIF_DST_APP_INC, 1 << 4);
EQUAL(SVA_DIF_DST_GUARD_PASS, 1 << 5);
EQUAL(SVA_DIF_DST_REF_PASS, 1 << 6);
EQUAL(SVA_DIF_DST_REF_FIXED, 1 << 7);
EQUAL(SVA_WINDOW_READ, 1 << 0);
EQUAL(SVA_WINDOW_WRITE, 1 << 1);
EQUAL(SVA_WINDOW_ENABLE, 1 << 2);
EQUAL(SVA_WINDOW_OFFSET, 1 << 3);

/*
 * Builders. Each test states in a descriptor of linux/idxd.h what is to come out, runs a builder
 * over memory full of 0xa5, and compares all 64 bytes. The completion address stays 0xa5.
 */

#define ADDR1     0x1122334455667788u
#define ADDR2     0x99aabbccddeeff01u
#define ADDR3     0x23456789abcdef13u
#define FIRST     ((void *)ADDR1)
#define SECOND    ((void *)ADDR2)
#define THIRD     ((void *)ADDR3)
#define SIZE      0xfedcba98u
#define FLAGS     (SVA_FLAG_FENCE | SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_DSTS)

#define UNTOUCHED 0xa5a5a5a5a5a5a5a5u

static struct sva_desc built;
static struct dsa_hw_desc want;

/* A fresh start: @opcode with FLAGS, both addresses and the size is wanted. */
static struct sva_desc *start(unsigned int opcode)
{
	memset(&want, 0, sizeof(want));
	want.opcode = opcode & 0xff;
	want.flags = FLAGS | IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR;
	want.completion_addr = UNTOUCHED;
	want.src_addr = ADDR1;
	want.dst_addr = ADDR2;
	want.xfer_size = SIZE;
	memset(&built, 0xa5, sizeof(built));
	return &built;
}

/* A field that linux/idxd.h does not have. */
static void want_at(unsigned int offset, uint64_t value, size_t size)
{
	memcpy((unsigned char *)&want + offset, &value, size);
}

static void assert_built(void)
{
	assert_memory_equal(&built, &want, sizeof(built));
}

static void noop(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_NOOP);

	(void)state;
	want.src_addr = want.dst_addr = want.xfer_size = 0;
	sva_prep_noop(desc, FLAGS);
	assert_built();
}

static void drain(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DRAIN);

	(void)state;
	want.src_addr = want.dst_addr = want.xfer_size = 0;
	sva_prep_drain(desc, FLAGS);
	assert_built();
}

static void drain_with_readback(void **state)
{
	struct sva_desc *desc;

	(void)state;
	for (unsigned int given = 0; given < 4; given++) {
		desc = start(DSA_OPCODE_DRAIN);
		want.xfer_size = 0;
		want.rdback_addr = given & 1 ? ADDR1 : 0;
		want.rdback_addr2 = given & 2 ? ADDR2 : 0;
		want.flags |= given << 16;
		sva_prep_drain_readback(desc, given & 1 ? FIRST : NULL, given & 2 ? SECOND : NULL,
					FLAGS);
		assert_built();
	}
}

static void move(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_MEMMOVE);

	(void)state;
	sva_prep_memmove(desc, SECOND, FIRST, SIZE, FLAGS);
	assert_built();
}

static void fill(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_MEMFILL);

	(void)state;
	want.pattern = ADDR3;
	sva_prep_fill(desc, SECOND, ADDR3, SIZE, FLAGS);
	assert_built();
}

static void fill_with_sixteen_bytes(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_MEMFILL);

	(void)state;
	want.flags |= 1 << 18;
	want_at(40, ADDR3, 8);
	sva_prep_fill16(desc, SECOND, ADDR1, ADDR3, SIZE, FLAGS);
	assert_built();
}

static void compare(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_COMPARE);

	(void)state;
	sva_prep_compare(desc, FIRST, SECOND, SIZE, FLAGS);
	assert_built();
	want.flags |= IDXD_OP_FLAG_CR;
	want.expected_res = 1;
	sva_desc_set_expected(desc, 1);
	assert_built();
}

static void compare_pattern(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_COMPVAL);

	(void)state;
	want.comp_pattern = ADDR3;
	sva_prep_compare_pattern(desc, FIRST, ADDR3, SIZE, FLAGS);
	assert_built();
	want.flags |= IDXD_OP_FLAG_CR;
	sva_desc_set_expected(desc, 0);
	assert_built();
}

static void create_delta(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_CR_DELTA);

	(void)state;
	want.delta_addr = ADDR3;
	want.max_delta_size = 0x12345678;
	sva_prep_create_delta(desc, FIRST, SECOND, SIZE, THIRD, 0x12345678, FLAGS);
	assert_built();
	want.flags |= IDXD_OP_FLAG_CR;
	want.expected_res_mask = 6;
	sva_desc_set_expected_mask(desc, 6);
	assert_built();
}

static void apply_delta(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_AP_DELTA);

	(void)state;
	want.delta_rec_size = 0x12345678;
	sva_prep_apply_delta(desc, SECOND, SIZE, FIRST, 0x12345678, FLAGS);
	assert_built();
}

static void dualcast(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DUALCAST);

	(void)state;
	want.dest2 = ADDR3;
	sva_prep_dualcast(desc, SECOND, THIRD, FIRST, SIZE, FLAGS);
	assert_built();
}

static void crc(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_CRCGEN);

	(void)state;
	want.dst_addr = 0;
	want.crc_seed = 0x12345678;
	sva_prep_crc(desc, FIRST, SIZE, 0x12345678, FLAGS);
	assert_built();
	want.flags |= 1 << 16;
	want.crc_seed = 0; /* reserved then */
	want.seed_addr = ADDR3;
	sva_desc_set_crc_seed_addr(desc, THIRD);
	assert_built();
}

static void copy_with_crc(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_COPY_CRC);

	(void)state;
	want.crc_seed = 0x12345678;
	sva_prep_copy_crc(desc, SECOND, FIRST, SIZE, 0x12345678, FLAGS);
	assert_built();
	want.flags |= 1 << 16;
	want.crc_seed = 0; /* reserved then */
	want.seed_addr = ADDR3;
	sva_desc_set_crc_seed_addr(desc, THIRD);
	assert_built();
}

static const struct sva_dif_tags tags = { 0x12345678, 0x9abc, 0xdef1 };
static const struct sva_dif_tags other_tags = { 0x87654321, 0xcba9, 0x1fed };

static void want_check(void)
{
	want.src_dif_flags = 0x5b;
	want.dif_chk_flags = 0x0e;
	want.chk_ref_tag_seed = tags.ref_tag;
	want.chk_app_tag_mask = tags.app_mask;
	want.chk_app_tag_seed = tags.app_tag;
}

static void dif_check(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DIF_CHECK);

	(void)state;
	want.dst_addr = 0;
	want_check();
	sva_prep_dif_check(desc, FIRST, SIZE, 0x0e, 0x5b, tags, FLAGS);
	assert_built();
}

static void dif_strip(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DIF_STRP);

	(void)state;
	want_check();
	sva_prep_dif_strip(desc, SECOND, FIRST, SIZE, 0x0e, 0x5b, tags, FLAGS);
	assert_built();
}

static void want_insert(void)
{
	want.dest_dif_flag = 0xa8;
	want.dif_ins_flags = 0x0d;
	want.ins_ref_tag_seed = tags.ref_tag;
	want.ins_app_tag_mask = tags.app_mask;
	want.ins_app_tag_seed = tags.app_tag;
}

static void dif_insert(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DIF_INS);

	(void)state;
	want_insert();
	sva_prep_dif_insert(desc, SECOND, FIRST, SIZE, 0x0d, 0xa8, tags, FLAGS);
	assert_built();
}

static void dix_generate(void **state)
{
	struct sva_desc *desc = start(0x17);

	(void)state;
	want_insert();
	sva_prep_dix_generate(desc, SECOND, FIRST, SIZE, 0x0d, 0xa8, tags, FLAGS);
	assert_built();
}

static void dif_update(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_DIF_UPDT);

	(void)state;
	want.src_upd_flags = 0x5b;
	want.upd_dest_flags = 0xa8;
	want.dif_upd_flags = 0x0f;
	want.src_ref_tag_seed = tags.ref_tag;
	want.src_app_tag_mask = tags.app_mask;
	want.src_app_tag_seed = tags.app_tag;
	want.dest_ref_tag_seed = other_tags.ref_tag;
	want.dest_app_tag_mask = other_tags.app_mask;
	want.dest_app_tag_seed = other_tags.app_tag;
	sva_prep_dif_update(desc, SECOND, FIRST, SIZE, 0x0f, 0x5b, tags, 0xa8, other_tags, FLAGS);
	assert_built();
}

static void translation_fetch(void **state)
{
	struct sva_desc *desc = start(0x0a);

	(void)state;
	want.dst_addr = 0;
	sva_prep_translation_fetch(desc, FIRST, SIZE, 0, FLAGS);
	assert_built();

	desc = start(0x0a);
	want.dst_addr = 0;
	want.flags |= 1 << 16;
	want_at(48, 0x12345678, 4);
	sva_prep_translation_fetch(desc, FIRST, SIZE, 0x12345678, FLAGS);
	assert_built();
}

static void cache_flush(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_CFLUSH);

	(void)state;
	want.src_addr = 0;
	sva_prep_cache_flush(desc, SECOND, SIZE, FLAGS);
	assert_built();
}

static void batch(void **state)
{
	struct sva_desc *desc = start(DSA_OPCODE_BATCH);

	(void)state;
	want.desc_list_addr = ADDR1 & ~63ull;
	want.dst_addr = 0;
	want.desc_count = SIZE;
	sva_prep_batch(desc, (const struct sva_desc *)(ADDR1 & ~63ull), SIZE, FLAGS);
	assert_built();
}

static void update_window(void **state)
{
	struct sva_desc *desc = start(0x21);

	(void)state;
	want.xfer_size = 0;
	want_at(61, 0x0f, 1);
	want_at(62, 0x1234, 2);
	sva_prep_update_window(desc, FIRST, ADDR2, 0x0f, 0x1234, FLAGS);
	assert_built();
}

/* The inter-domain forms keep everything that was prepared, pattern and expected result included.
 */

static void want_handles(unsigned int opcode)
{
	want.opcode = opcode & 0xff;
	want_at(60, 0x1234, 2);
	want_at(62, 0x5678, 2);
}

/* @built and @want hold a plain operation: turn it into its inter-domain form. */
static void assert_domain(unsigned int opcode)
{
	assert_built();
	want_handles(opcode);
	sva_desc_set_domain(&built, 0x1234, 0x5678);
	assert_built();
}

static void domains(void **state)
{
	(void)state;
	sva_prep_memmove(start(DSA_OPCODE_MEMMOVE), SECOND, FIRST, SIZE, FLAGS | SVA_FLAG_DOMAIN1);
	want.flags |= 1 << 16;
	assert_domain(0x23);

	sva_prep_fill16(start(DSA_OPCODE_MEMFILL), SECOND, ADDR1, ADDR3, SIZE,
			FLAGS | SVA_FLAG_DOMAIN2);
	want.flags |= 1 << 17 | 1 << 18;
	want_at(40, ADDR3, 8);
	assert_domain(0x24);

	sva_prep_compare(start(DSA_OPCODE_COMPARE), FIRST, SECOND, SIZE, FLAGS);
	sva_desc_set_expected(&built, 1);
	want.flags |= IDXD_OP_FLAG_CR;
	want.expected_res = 1;
	assert_domain(0x25);

	sva_prep_compare_pattern(start(DSA_OPCODE_COMPVAL), FIRST, ADDR2, SIZE, FLAGS);
	assert_domain(0x26);
}

/* Without a flag of the caller there are two: a record, and at this address. */
static void flags_of_every_builder(void **state)
{
	(void)state;
	sva_prep_noop(start(0), 0);
	assert_int_equal(sva_desc_flags(&built), IDXD_OP_FLAG_CRAV | IDXD_OP_FLAG_RCR);
	assert_int_equal(built.completion_addr, UNTOUCHED);
	sva_prep_memmove(start(0), SECOND, FIRST, SIZE, 0xffffff);
	assert_int_equal(sva_desc_flags(&built), 0xffffff);
	assert_int_equal(sva_desc_opcode(&built), SVA_OP_MEMMOVE);
}

/* What a size has over 4 GiB lands in fields for which the device refuses the descriptor. */

static const size_t sizes[] = {
	0, 1, UINT32_MAX, (size_t)UINT32_MAX + 1, (size_t)UINT32_MAX + 4097, 1ull << 48, SIZE_MAX,
};

#define ASSERT_SIZES(...)                                                                 \
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {                   \
		const size_t n = sizes[i];                                                \
		struct sva_desc *d = start(0);                                            \
                                                                                          \
		__VA_ARGS__;                                                              \
		assert_int_equal(d->xfer_size, (uint32_t)n);                              \
		assert_int_equal((d->tail.int_handle | (uint32_t)d->tail.reserved << 16), \
				 n >> 32);                                                \
	}

static void sizes_of_moves_and_compares(void **state)
{
	(void)state;
	ASSERT_SIZES(sva_prep_memmove(d, SECOND, FIRST, n, 0));
	ASSERT_SIZES(sva_prep_fill(d, SECOND, 0, n, 0));
	ASSERT_SIZES(sva_prep_fill16(d, SECOND, 0, 0, n, 0));
	ASSERT_SIZES(sva_prep_compare(d, FIRST, SECOND, n, 0));
	ASSERT_SIZES(sva_prep_compare_pattern(d, FIRST, 0, n, 0));
	ASSERT_SIZES(sva_prep_dualcast(d, SECOND, THIRD, FIRST, n, 0));
	ASSERT_SIZES(sva_prep_create_delta(d, FIRST, SECOND, n, THIRD, 80, 0));
	ASSERT_SIZES(sva_prep_apply_delta(d, SECOND, n, FIRST, 10, 0));
}

static void sizes_of_the_rest(void **state)
{
	(void)state;
	ASSERT_SIZES(sva_prep_crc(d, FIRST, n, 0, 0));
	ASSERT_SIZES(sva_prep_copy_crc(d, SECOND, FIRST, n, 0, 0));
	ASSERT_SIZES(sva_prep_dif_check(d, FIRST, n, 0, 0, tags, 0));
	ASSERT_SIZES(sva_prep_dif_insert(d, SECOND, FIRST, n, 0, 0, tags, 0));
	ASSERT_SIZES(sva_prep_dif_strip(d, SECOND, FIRST, n, 0, 0, tags, 0));
	ASSERT_SIZES(sva_prep_dif_update(d, SECOND, FIRST, n, 0, 0, tags, 0, tags, 0));
	ASSERT_SIZES(sva_prep_dix_generate(d, SECOND, FIRST, n, 0, 0, tags, 0));
	ASSERT_SIZES(sva_prep_translation_fetch(d, FIRST, n, 0, 0));
	ASSERT_SIZES(sva_prep_cache_flush(d, SECOND, n, 0));
}

/* The bit field of linux/idxd.h, and the status byte. */
static void the_completion_record(void **state)
{
	struct dsa_completion_record theirs = { .status = 0x83, .invalid_flags = 0xfedcba };
	struct sva_record ours;

	(void)state;
	memcpy(&ours, (const void *)&theirs, sizeof(ours));
	assert_int_equal(sva_record_status(&ours), 0x83);
	assert_int_equal(ours.invalid_flags, 0xfedcba);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noop),
		cmocka_unit_test(drain),
		cmocka_unit_test(drain_with_readback),
		cmocka_unit_test(move),
		cmocka_unit_test(fill),
		cmocka_unit_test(fill_with_sixteen_bytes),
		cmocka_unit_test(compare),
		cmocka_unit_test(compare_pattern),
		cmocka_unit_test(create_delta),
		cmocka_unit_test(apply_delta),
		cmocka_unit_test(dualcast),
		cmocka_unit_test(crc),
		cmocka_unit_test(copy_with_crc),
		cmocka_unit_test(dif_check),
		cmocka_unit_test(dif_strip),
		cmocka_unit_test(dif_insert),
		cmocka_unit_test(dix_generate),
		cmocka_unit_test(dif_update),
		cmocka_unit_test(translation_fetch),
		cmocka_unit_test(cache_flush),
		cmocka_unit_test(batch),
		cmocka_unit_test(update_window),
		cmocka_unit_test(domains),
		cmocka_unit_test(flags_of_every_builder),
		cmocka_unit_test(sizes_of_moves_and_compares),
		cmocka_unit_test(sizes_of_the_rest),
		cmocka_unit_test(the_completion_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
