/* SPDX-License-Identifier: MIT */
/* The software device: DIF check, insert, strip, update, and DIX generate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "reference.h"

#define BLOCKS 5u

static const uint32_t block_sizes[] = { 512, 520, 4096, 4104 };
static const struct sva_dif_tags seed = { 0xfffffffe, 0xf000, 0xabff };

static struct sva_desc desc;
static struct sva_record comp;

static uint16_t guard_of(const uint8_t *block, uint8_t dif_flags)
{
	uint16_t guard = ref_crc16(block, block_sizes[dif_flags & 3],
				   dif_flags & SVA_DIF_INVERT_SEED ? 0xffff : 0);

	return dif_flags & SVA_DIF_INVERT_RESULT ? (uint16_t)~guard : guard;
}

/* The bits for counting are the same ones in source and destination flags. */
static struct sva_dif_tags nth(struct sva_dif_tags tags, uint8_t flags, uint32_t n)
{
	tags.ref_tag += flags & SVA_DIF_DST_REF_FIXED ? 0 : n;
	tags.app_tag = (uint16_t)(tags.app_tag + (flags & SVA_DIF_DST_APP_INC ? n : 0));
	return tags;
}

static void make_tuple(uint8_t *dst, const uint8_t *block, uint8_t dif_flags, uint8_t flags,
		       uint32_t n)
{
	struct sva_dif_tags tags = nth(seed, flags, n);

	ref_tuple(dst, guard_of(block, dif_flags), (uint16_t)(tags.app_tag & ~tags.app_mask),
		  tags.ref_tag);
}

/* Blocks of noise, each with its tuple. */
static uint8_t *protected(uint8_t dif_flags, uint8_t flags)
{
	uint32_t block = block_sizes[dif_flags & 3], step = block + 8;
	uint8_t *buffer = ref_buffer(BLOCKS * step);

	for (uint32_t i = 0; i < BLOCKS; i++)
		make_tuple(buffer + i * step + block, buffer + i * step, dif_flags, flags, i);
	return buffer;
}

static void expect_tags(const struct sva_dif_tags *got, uint8_t flags)
{
	struct sva_dif_tags expected = nth(seed, flags, BLOCKS);

	assert_memory_equal(got, &expected, sizeof(expected));
	assert_int_equal(comp.bytes_completed, 0);
}

static void the_check_value(void **state)
{
	(void)state;
	assert_int_equal(ref_crc16((const uint8_t *)"123456789", 9, 0), 0xd0db);
}

static void insert_and_generate(uint8_t dif_flags, uint8_t dst_flags)
{
	uint32_t block = block_sizes[dif_flags & 3], step = block + 8;
	uint8_t *src = ref_buffer(BLOCKS * block + 1) + 1, *dst = ref_buffer(BLOCKS * step);
	uint8_t *dix = ref_buffer(BLOCKS * 8);

	sva_prep_dif_insert(&desc, dst, src, BLOCKS * block, dif_flags, dst_flags, seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	expect_tags(&comp.dif_dst, dst_flags);
	sva_prep_dix_generate(&desc, dix, src, BLOCKS * block, dif_flags, dst_flags, seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	expect_tags(&comp.dif_dst, dst_flags);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		uint8_t tuple[8];

		make_tuple(tuple, src + i * block, dif_flags, dst_flags, i);
		assert_memory_equal(dst + i * step, src + i * block, block);
		assert_memory_equal(dst + i * step + block, tuple, 8);
		assert_memory_equal(dix + 8 * i, tuple, 8);
	}
	free(src - 1);
	free(dst);
	free(dix);
}

static void insert_and_generate_all_kinds(void **state)
{
	(void)state;
	for (unsigned int dif_flags = 0; dif_flags < 16; dif_flags++) {
		insert_and_generate((uint8_t)dif_flags, 0);
		insert_and_generate((uint8_t)dif_flags, SVA_DIF_DST_APP_INC);
		insert_and_generate((uint8_t)dif_flags, SVA_DIF_DST_REF_FIXED);
		/* There is nothing to pass: ignored. */
		insert_and_generate((uint8_t)dif_flags, SVA_DIF_DST_APP_PASS |
								SVA_DIF_DST_GUARD_PASS |
								SVA_DIF_DST_REF_PASS);
	}
}

static void check_and_strip(uint8_t dif_flags, uint8_t src_flags)
{
	uint32_t block = block_sizes[dif_flags & 3], step = block + 8;
	uint8_t *src = protected(dif_flags, src_flags), *dst = ref_buffer(BLOCKS * block);

	sva_prep_dif_check(&desc, src, BLOCKS * step, dif_flags, src_flags, seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	expect_tags(&comp.dif_src, src_flags);
	sva_prep_dif_strip(&desc, dst, src, BLOCKS * step, dif_flags, src_flags, seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	expect_tags(&comp.dif_src, src_flags);
	for (uint32_t i = 0; i < BLOCKS; i++)
		assert_memory_equal(dst + i * block, src + i * step, block);
	free(src);
	free(dst);
}

static void check_and_strip_all_kinds(void **state)
{
	(void)state;
	for (unsigned int dif_flags = 0; dif_flags < 16; dif_flags++) {
		check_and_strip((uint8_t)dif_flags, 0);
		check_and_strip((uint8_t)dif_flags, SVA_DIF_SRC_APP_INC);
		check_and_strip((uint8_t)dif_flags, SVA_DIF_SRC_REF_FIXED);
	}
}

/* Overwrite parts of a tuple, and see what the check makes of it. */
struct damage {
	uint8_t first, last; /* bytes of the tuple: 0-1 guard, 2-3 application, 4-7 reference tag */
	uint8_t src_flags;
	uint16_t app_mask;
	unsigned int dif_status; /* 0: none */
};

static const struct damage damages[] = {
	{ 0, 1, 0, 0, 1 },
	{ 2, 3, 0, 0, 2 },
	{ 4, 7, 0, 0, 4 },
	{ 0, 7, 0, 0, 7 },
	{ 2, 7, 0, 0, 6 },
	{ 0, 1, SVA_DIF_SRC_NO_GUARD, 0, 0 },
	{ 4, 7, SVA_DIF_SRC_NO_REF, 0, 0 },
	{ 2, 3, 0, 0xffff, 0 },
	{ 0, 7, SVA_DIF_SRC_NO_GUARD | SVA_DIF_SRC_NO_REF, 0xffff, 0 },
	{ 0, 7, SVA_DIF_SRC_ALL_F_DETECT, 0, 0 },
	{ 0, 7, SVA_DIF_SRC_ALL_F_DETECT | SVA_DIF_SRC_ALL_F_ERROR, 0, 8 },
	{ 0, 7, SVA_DIF_SRC_ALL_F_ERROR, 0, 7 }, /* ignored without detection */
	{ 2, 7, SVA_DIF_SRC_ALL_F_DETECT | SVA_DIF_SRC_ALL_F_ERROR, 0, 6 },
	{ 0, 3, SVA_DIF_SRC_APP_F_DETECT, 0, 0 },
	{ 4, 7, SVA_DIF_SRC_APP_F_DETECT, 0, 4 },
	{ 2, 7, SVA_DIF_SRC_REF_F_DETECT, 0, 0 },
	{ 2, 3, SVA_DIF_SRC_REF_F_DETECT, 0, 2 },
};

static void expect_damage(const struct damage *d, uint32_t good_bytes)
{
	unsigned int status = ref_run(&desc, &comp);

	assert_int_equal(status, d->dif_status ? SVA_STATUS_DIF_ERROR : SVA_STATUS_SUCCESS);
	assert_int_equal(comp.result, d->dif_status);
	assert_int_equal(comp.bytes_completed, d->dif_status ? good_bytes : 0);
}

static void damaged_tuples(void **state)
{
	const uint32_t block = 512, step = 520, bad = 2;
	const struct sva_dif_tags fixed = { 1, 0, 0x55aa };

	(void)state;
	for (size_t n = 0; n < sizeof(damages) / sizeof(*damages); n++) {
		const struct damage *d = &damages[n];
		struct sva_dif_tags tags = fixed;
		uint8_t *src = ref_buffer(BLOCKS * step), *dst = ref_buffer(BLOCKS * step);
		uint8_t *untouched = ref_copy(dst, BLOCKS * step);
		uint32_t written = d->dif_status ? bad : BLOCKS;

		for (uint32_t i = 0; i < BLOCKS; i++)
			ref_tuple(src + i * step + block, ref_crc16(src + i * step, block, 0),
				  d->app_mask ? 0x1234 : 0x55aa, 1 + i);
		for (uint8_t i = d->first; i <= d->last; i++)
			src[bad * step + block + i] = 0xff;
		tags.app_mask = d->app_mask;
		sva_prep_dif_check(&desc, src, BLOCKS * step, 0, d->src_flags, tags, 0);
		expect_damage(d, bad * step);
		sva_prep_dif_strip(&desc, dst, src, BLOCKS * step, 0, d->src_flags, tags, 0);
		expect_damage(d, bad * step);
		assert_memory_equal(dst + (written - 1) * block, src + (written - 1) * step, block);
		assert_memory_equal(dst + written * block, untouched + written * block,
				    BLOCKS * step - written * block);
		sva_prep_dif_update(&desc, dst, src, BLOCKS * step, 0, d->src_flags, tags, 0, fixed,
				    0);
		expect_damage(d, bad * step);
		free(untouched);
		free(src);
		free(dst);
	}
}

/* The application tag must be as computed, zero where the mask has a one. */
static void masked_application_tag(void **state)
{
	const struct sva_dif_tags tags = { 0, 0xff00, 0x1234 };
	uint8_t *src = ref_buffer(520);
	uint16_t guard = ref_crc16(src, 512, 0);

	(void)state;
	sva_prep_dif_check(&desc, src, 520, 0, 0, tags, 0);
	ref_tuple(src + 512, guard, 0x0034, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	ref_tuple(src + 512, guard, 0x1234, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_DIF_ERROR);
	free(src);
}

static void update(uint8_t dif_flags, uint8_t src_flags, uint8_t dst_flags)
{
	const struct sva_dif_tags dst_seed = { 77, 0x000f, 0xfff8 };
	uint32_t block = block_sizes[dif_flags & 3], step = block + 8;
	uint8_t *src = protected(dif_flags, src_flags), *dst = ref_buffer(BLOCKS * step);

	sva_prep_dif_update(&desc, dst, src, BLOCKS * step, dif_flags, src_flags, seed, dst_flags,
			    dst_seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	expect_tags(&comp.dif_src, src_flags);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		const uint8_t *from = src + i * step;
		struct sva_dif_tags tags = nth(dst_seed, dst_flags, i);
		uint8_t tuple[8];

		ref_tuple(tuple, guard_of(from, dif_flags),
			  (uint16_t)(tags.app_tag & ~tags.app_mask), tags.ref_tag);
		if (dst_flags & SVA_DIF_DST_GUARD_PASS)
			memcpy(tuple, from + block, 2);
		if (dst_flags & SVA_DIF_DST_APP_PASS)
			memcpy(tuple + 2, from + block + 2, 2);
		if (dst_flags & SVA_DIF_DST_REF_PASS)
			memcpy(tuple + 4, from + block + 4, 4);
		assert_memory_equal(dst + i * step, from, block);
		assert_memory_equal(dst + i * step + block, tuple, 8);
	}
	free(src);
	free(dst);
}

static void update_all_kinds(void **state)
{
	(void)state;
	for (unsigned int dif_flags = 0; dif_flags < 16; dif_flags++)
		for (unsigned int dst_flags = 0; dst_flags < 256; dst_flags += 8)
			update((uint8_t)dif_flags, dst_flags & 8 ? SVA_DIF_SRC_APP_INC : 0,
			       (uint8_t)dst_flags);
}

/* A guard that is passed on is not computed: a wrong one stays wrong. */
static void update_passes_a_wrong_guard(void **state)
{
	uint8_t *src = protected(0, 0), *dst = ref_buffer(BLOCKS * 520);

	(void)state;
	src[512] ^= 1;
	sva_prep_dif_update(&desc, dst, src, BLOCKS * 520, 0, SVA_DIF_SRC_NO_GUARD, seed,
			    SVA_DIF_DST_GUARD_PASS, seed, 0);
	assert_int_equal(ref_run(&desc, &comp), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, src, 514);
	free(src);
	free(dst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value),
		cmocka_unit_test(insert_and_generate_all_kinds),
		cmocka_unit_test(check_and_strip_all_kinds),
		cmocka_unit_test(damaged_tuples),
		cmocka_unit_test(masked_application_tag),
		cmocka_unit_test(update_all_kinds),
		cmocka_unit_test(update_passes_a_wrong_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
