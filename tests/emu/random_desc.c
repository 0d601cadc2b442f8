/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_desc.h"

struct arena before, arena, modelled;
struct svai_limits limits;
struct emu_device device;

static uint64_t state;
static uint64_t round_seed;
static const struct emu_memory memory;

static uint64_t random64(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t below(uint32_t limit)
{
	return (uint32_t)(random64() % limit);
}

static bool one_in(uint32_t n)
{
	return below(n) == 0;
}

/* Mostly small ones, as much is at stake at a byte as at a page. */
static uint32_t random_size(void)
{
	return 1 + below(one_in(16) ? MAX_TRANSFER : one_in(4) ? 1024 : 64);
}

static uint8_t *random_place(uint32_t align)
{
	uint32_t offset = below(DATA_SIZE - ROOM);

	return arena.data + (one_in(20) ? offset : offset / align * align);
}

static uint32_t random_flags(void)
{
	static const uint32_t some[] = { SVA_FLAG_CC,    SVA_FLAG_BOF,       SVA_FLAG_STORD,
					 SVA_FLAG_DRDBK, SVA_FLAG_ADDR1_TCS, SVA_FLAG_ADDR2_TCS,
					 SVA_FLAG_FENCE };

	return one_in(6) ? some[below(sizeof(some) / sizeof(some[0]))] : 0;
}

static struct sva_dif_tags random_tags(void)
{
	return (struct sva_dif_tags){
		.ref_tag = one_in(2) ? 0xfffffffe : (uint32_t)random64(),
		.app_mask = one_in(4)   ? 0xffff
			    : one_in(2) ? 0
					: 0xff,
		.app_tag = one_in(4) ? 0xffff : (uint16_t)random64(),
	};
}

/* Two buffers that are equal but for a few bytes, or not at all. */
static void make_similar(uint8_t *a, const uint8_t *b, uint32_t size)
{
	if (one_in(8))
		return;
	memmove(a, b, size);
	for (uint32_t i = below(4); i > 0; i--)
		a[below(size)] ^= (uint8_t)(1u << below(8));
}

static void make_compare(struct sva_desc *desc, bool pattern)
{
	uint32_t size = random_size();
	uint8_t *a = random_place(1);
	uint8_t *b = random_place(1);
	uint64_t value = random64();

	if (pattern) {
		for (uint32_t i = 0; i < size; i++)
			a[i] = (uint8_t)(value >> 8 * (i % 8));
		if (one_in(2))
			a[below(size)]++;
		sva_prep_compare_pattern(desc, a, value, size, random_flags());
	} else {
		make_similar(a, b, size);
		sva_prep_compare(desc, a, b, size, random_flags());
	}
	if (one_in(2))
		sva_desc_set_expected(desc, (uint8_t)random64());
}

static void make_create_delta(struct sva_desc *desc)
{
	uint32_t size = (random_size() + 7) / 8 * 8;
	uint8_t *a = random_place(8);
	uint8_t *b = random_place(8);
	uint32_t max = 80 + 10 * below(100);

	make_similar(a, b, size);
	sva_prep_create_delta(desc, a, b, size, random_place(1), max, random_flags());
	if (one_in(2))
		sva_desc_set_expected_mask(desc, (uint8_t)random64());
}

static void make_apply_delta(struct sva_desc *desc)
{
	uint32_t size = (random_size() + 7) / 8 * 8;
	uint8_t *record = random_place(1);
	uint32_t count = 1 + below(20);
	uint16_t index = (uint16_t)below(4);

	for (uint32_t i = 0; i < count; i++, index += 1 + below(6)) {
		if (one_in(40))
			index = (uint16_t)random64();
		memcpy(record + i * 10, &index, sizeof(index));
	}
	sva_prep_apply_delta(desc, random_place(8), size, record, count * 10, random_flags());
}

static void make_crc(struct sva_desc *desc, bool copy)
{
	uint32_t size = 1 + below(one_in(16) ? MAX_TRANSFER : 100);
	uint32_t flags = random_flags() | (uint32_t)(below(4) << 17);

	if (copy)
		sva_prep_copy_crc(desc, random_place(1), random_place(1), size, 0, flags);
	else
		sva_prep_crc(desc, random_place(1), size, 0, flags);
	if (one_in(3))
		sva_desc_set_crc_seed_addr(desc, (const uint32_t *)(const void *)random_place(4));
	else if (one_in(2))
		desc->crc.seed = (uint32_t)random64();
}

/* Blocks with tuples that fit, mostly. */
static void make_dif_source(const uint8_t *src, uint32_t blocks, uint8_t dif_flags,
			    struct sva_dif_tags tags, uint8_t src_flags)
{
	static const uint32_t sizes[] = { 512, 520, 4096, 4104 };
	uint32_t block = sizes[dif_flags & 3];
	struct sva_desc desc;
	struct emu_outcome outcome;
	uint8_t *tuple = arena.data + (src - arena.data) + block;

	memmove(arena.data + DATA_SIZE - ROOM, arena.data, 1); /* something to insert from */
	sva_prep_dif_insert(&desc, arena.data + (src - arena.data), arena.data + DATA_SIZE - ROOM,
			    (size_t)blocks * block, dif_flags & 0xf, src_flags & 0x90, tags, 0);
	desc.completion_addr = (uintptr_t)&before.records[0];
	emu_execute(&device, &memory, &desc, &outcome);
	tuple += below(blocks) * (block + 8);
	if (one_in(4))
		memset(tuple, 0xff, 8);
	else if (one_in(4))
		memset(tuple + 2, 0xff, one_in(2) ? 2 : 6);
	else if (one_in(4))
		tuple[below(8)] ^= 0x10;
}

static void make_dif(struct sva_desc *desc, unsigned int opcode)
{
	static const uint32_t sizes[] = { 512, 520, 4096, 4104 };
	uint8_t dif_flags = (uint8_t)(below(4) << 2 | (one_in(4) ? below(4) : below(2)));
	uint32_t block = sizes[dif_flags & 3];
	uint32_t blocks = 1 + below(block < 1000 ? 5 : 2);
	uint8_t *src = random_place(1);
	uint8_t *dst = random_place(8);
	uint8_t src_flags = (uint8_t)random64();
	uint8_t dst_flags = (uint8_t)random64() & (one_in(10) ? 0xff : 0xf8);
	struct sva_dif_tags tags = random_tags();
	uint32_t size = blocks * block;

	if (opcode == SVA_OP_DIF_INSERT) {
		sva_prep_dif_insert(desc, dst, src, size, dif_flags, dst_flags, tags, 0);
		return;
	}
	if (opcode == SVA_OP_DIX_GENERATE) {
		sva_prep_dix_generate(desc, dst, src, size, dif_flags, dst_flags, tags, 0);
		return;
	}
	size += blocks * 8;
	make_dif_source(src, blocks, dif_flags, tags, src_flags);
	if (opcode == SVA_OP_DIF_CHECK)
		sva_prep_dif_check(desc, src, size, dif_flags, src_flags, tags, 0);
	else if (opcode == SVA_OP_DIF_STRIP)
		sva_prep_dif_strip(desc, dst, src, size, dif_flags, src_flags, tags, 0);
	else
		sva_prep_dif_update(desc, dst, src, size, dif_flags, src_flags, tags, dst_flags,
				    random_tags(), 0);
	if (one_in(20))
		desc->xfer_size -= 1 + below(8);
}

static void make_dualcast(struct sva_desc *desc)
{
	uint8_t *dst1 = random_place(1);
	uint8_t *dst2 = arena.data + (dst1 - arena.data) % 4096 + below(7) * 4096;

	sva_prep_dualcast(desc, dst1, dst2, random_place(1), random_size(), random_flags());
}

/* What no operation is, or none that is executed here: with addresses anyway. */
static void make_other(struct sva_desc *desc)
{
	unsigned int opcode = below(256);

	if (opcode <= SVA_OP_DIX_GENERATE)
		opcode = SVA_OP_NOOP;
	sva_prep_memmove(desc, random_place(1), random_place(1), random_size(), random_flags());
	desc->op_flags = opcode << 24 | sva_desc_flags(desc);
}

static void make_valid(struct sva_desc *desc)
{
	static const uint8_t opcodes[] = { 0x00, 0x02, 0x03, 0x03, 0x04, 0x04, 0x05,
					   0x06, 0x07, 0x08, 0x09, 0x0a, 0x10, 0x11,
					   0x12, 0x13, 0x14, 0x15, 0x17, 0x20, 0xff };
	unsigned int opcode = opcodes[below(sizeof(opcodes))];

	switch (opcode) {
	case SVA_OP_NOOP:
		sva_prep_noop(desc, random_flags());
		break;
	case SVA_OP_DRAIN:
		sva_prep_drain(desc, random_flags());
		break;
	case SVA_OP_MEMMOVE:
		sva_prep_memmove(desc, random_place(1), random_place(1), random_size(),
				 random_flags());
		break;
	case SVA_OP_FILL:
		sva_prep_fill(desc, random_place(1), random64(), random_size(), random_flags());
		if (one_in(4)) {
			desc->op_flags |= SVA_FLAG_FILL_16;
			desc->fill.pattern_high = random64();
		}
		break;
	case SVA_OP_COMPARE:
	case SVA_OP_COMPARE_PATTERN:
		make_compare(desc, opcode == SVA_OP_COMPARE_PATTERN);
		break;
	case SVA_OP_CREATE_DELTA:
		make_create_delta(desc);
		break;
	case SVA_OP_APPLY_DELTA:
		make_apply_delta(desc);
		break;
	case SVA_OP_DUALCAST:
		make_dualcast(desc);
		break;
	case SVA_OP_TRANSLATION_FETCH:
		sva_prep_translation_fetch(desc, random_place(1), random_size(),
					   one_in(2) ? 0 : 1u << (11 + below(4)), 0);
		break;
	case SVA_OP_CRC:
	case SVA_OP_COPY_CRC:
		make_crc(desc, opcode == SVA_OP_COPY_CRC);
		break;
	case SVA_OP_CACHE_FLUSH:
		sva_prep_cache_flush(desc, random_place(1), random_size(), random_flags());
		break;
	case 0xff:
		make_other(desc);
		break;
	default:
		make_dif(desc, opcode);
	}
}

/* Bytes that hold addresses, which must stay in the arena but for their lowest bits. */
static bool is_address(const struct sva_desc *desc, unsigned int byte)
{
	unsigned int opcode = sva_desc_opcode(desc);

	if (byte < 32)
		return byte >= 8;
	if (byte >= 48 && byte < 56)
		return opcode == SVA_OP_CRC || opcode == SVA_OP_COPY_CRC;
	return byte >= 40 && byte < 48 &&
	       (opcode == SVA_OP_CREATE_DELTA || opcode == SVA_OP_DUALCAST);
}

static bool is_create_delta_size(const struct sva_desc *desc, unsigned int byte)
{
	return sva_desc_opcode(desc) == SVA_OP_CREATE_DELTA && byte >= 48 && byte < 52;
}

static void spoil_flags(struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t flag = 1u << below(24);

	/* Makes an address of a field that holds none. */
	if (flag == SVA_FLAG_CRC_SEED_ADDR || (flag == SVA_FLAG_CRAV && !desc->completion_addr) ||
	    (flag == SVA_FLAG_DRAIN_READBACK2 && opcode == SVA_OP_DRAIN))
		return;
	desc->op_flags ^= flag;
}

static void spoil_size(struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	const uint32_t sizes[] = { 0, 1, MAX_TRANSFER, limits.max_transfer + 1, UINT32_MAX };
	uint32_t too_large = (limits.max_transfer / 10 + 1) * 10;

	if (opcode == SVA_OP_TRANSLATION_FETCH)
		desc->xfer_size = 0; /* its size has no limit */
	else if (opcode == SVA_OP_APPLY_DELTA && one_in(2))
		desc->delta.delta_size = one_in(2) ? 0 : too_large;
	else if (opcode == SVA_OP_CREATE_DELTA && one_in(2))
		desc->delta.max_size = one_in(2) ? 70 : too_large;
	else if (opcode == SVA_OP_BATCH)
		desc->desc_count = one_in(2) ? below(2) : limits.max_batch + 1;
	else
		desc->xfer_size = sizes[below(5)];
}

static void spoil(struct sva_desc *desc)
{
	uint8_t *bytes = (uint8_t *)desc;
	unsigned int byte = below(64);

	switch (below(4)) {
	case 0:
		spoil_flags(desc);
		break;
	case 1:
		spoil_size(desc);
		break;
	default:
		/* The flags, the opcode and the size have their turn above. */
		if ((byte >= 4 && byte < 8) || (byte >= 32 && byte < 36))
			break;
		/* What a device does with the part of an entry that fits is not said. */
		if (is_create_delta_size(desc, byte))
			break;
		if (is_address(desc, byte))
			bytes[byte & ~7u] ^= (uint8_t)(1u << below(3));
		else if (byte >= 40 || one_in(2))
			bytes[byte] ^= (uint8_t)(1u << below(8));
	}
}

static void make_random(struct sva_desc *desc, struct sva_record *record)
{
	make_valid(desc);
	desc->completion_addr = (uintptr_t)record;
	if (one_in(8))
		desc->op_flags &= ~SVA_FLAG_RCR;
	if (one_in(30)) {
		desc->op_flags &= ~(SVA_FLAG_RCR | SVA_FLAG_CRAV);
		desc->completion_addr = 0;
	}
	for (uint32_t i = one_in(3) ? 1 + below(2) : 0; i > 0; i--)
		spoil(desc);
}

static void make_batch(struct sva_desc *desc)
{
	uint32_t count = 2 + below(MAX_BATCH - 1);

	for (uint32_t i = 0; i < count; i++) {
		make_random(&arena.list[i], &arena.records[i]);
		if (one_in(6))
			arena.list[i].op_flags |= SVA_FLAG_FENCE;
	}
	if (one_in(30)) {
		sva_prep_batch(&arena.list[0], arena.list, 2, 0);
		arena.list[0].completion_addr = (uintptr_t)&arena.records[0];
	}
	sva_prep_batch(desc, arena.list, count, one_in(10) ? random_flags() : 0);
	desc->completion_addr = (uintptr_t)&arena.records[MAX_BATCH];
	if (one_in(6))
		spoil(desc);
}

static bool explain(const struct sva_desc *desc, const struct sva_record *cpu,
		    const struct sva_record *model, const char *what)
{
	const uint64_t *words = (const uint64_t *)(const void *)desc;

	print_message("EMU_SEED=0x%" PRIx64
		      " EMU_ROUNDS=1: %s differs, opcode 0x%02x flags 0x%06x\n",
		      round_seed, what, sva_desc_opcode(desc), sva_desc_flags(desc));
	for (unsigned int i = 0; i < 8; i++)
		print_message(" %016" PRIx64, words[i]);
	print_message(
		"\n status cpu 0x%02x model 0x%02x, result %u %u, bytes %u %u, flags 0x%x 0x%x\n",
		cpu->status, model->status, cpu->result, model->result, cpu->bytes_completed,
		model->bytes_completed, cpu->invalid_flags, model->invalid_flags);
	return false;
}

static bool is_refusal(unsigned int status)
{
	return status >= SVA_STATUS_BAD_OPCODE && status <= SVA_STATUS_TRAFFIC_CLASS;
}

/* Refused by both: for reasons that both are true. */
static const char *compare_refusals(const struct sva_desc *desc, bool member,
				    const struct sva_record *cpu)
{
	struct emu_findings findings;

	emu_violations(&device, desc, member, &findings);
	if (!(findings.statuses >> cpu->status & 1))
		return "refusal";
	if (cpu->status == SVA_STATUS_BAD_FLAGS &&
	    (!cpu->invalid_flags || (cpu->invalid_flags & ~findings.invalid_flags)))
		return "invalid flags";
	return cpu->bytes_completed ? "bytes of a refusal" : NULL;
}

static const char *compare_tags(const struct sva_dif_tags *a, const struct sva_dif_tags *b)
{
	/* Whether the application tag is masked here is not specified. */
	if (a->ref_tag != b->ref_tag || a->app_mask != b->app_mask ||
	    (a->app_tag & ~a->app_mask) != (b->app_tag & ~b->app_mask))
		return "tags";
	return NULL;
}

static const char *compare_specific(unsigned int opcode, const struct sva_record *cpu,
				    const struct sva_record *model)
{
	const char *differs = NULL;

	if (opcode == SVA_OP_CRC || opcode == SVA_OP_COPY_CRC)
		return cpu->crc != model->crc ? "CRC" : NULL;
	if (opcode == SVA_OP_CREATE_DELTA)
		return cpu->delta_size != model->delta_size ? "delta size" : NULL;
	if (model->status != SVA_STATUS_SUCCESS)
		return NULL;
	if (opcode == SVA_OP_DIF_CHECK || opcode == SVA_OP_DIF_STRIP || opcode == SVA_OP_DIF_UPDATE)
		differs = compare_tags(&cpu->dif_src, &model->dif_src);
	if (!differs && (opcode == SVA_OP_DIF_INSERT || opcode == SVA_OP_DIF_UPDATE ||
			 opcode == SVA_OP_DIX_GENERATE))
		differs = compare_tags(&cpu->dif_dst, &model->dif_dst);
	return differs;
}

static const char *compare_records(const struct sva_desc *desc, bool member,
				   const struct sva_record *cpu, const struct sva_record *model)
{
	unsigned int opcode = sva_desc_opcode(desc);

	if (is_refusal(cpu->status) && is_refusal(model->status))
		return compare_refusals(desc, member, cpu);
	if (cpu->status != model->status)
		return "status";
	if (cpu->status == 0)
		return NULL; /* neither has written */
	/* A batch has a result only with batch continuation. */
	if (cpu->result != model->result &&
	    (opcode != SVA_OP_BATCH || (device.gen_cap & EMU_CAP_BATCH_ERROR)))
		return "result";
	if (opcode == SVA_OP_COMPARE_PATTERN) /* a lower bound */
		return cpu->bytes_completed > model->bytes_completed ? "bytes completed" : NULL;
	if (cpu->bytes_completed != model->bytes_completed)
		return "bytes completed";
	return compare_specific(opcode, cpu, model);
}

bool compare_all(const struct sva_desc *desc)
{
	const struct sva_record *cpu = &arena.records[MAX_BATCH];
	const struct sva_record *model = &modelled.records[MAX_BATCH];
	const char *differs;

	for (uint32_t i = 0; i < MAX_BATCH; i++) {
		differs = compare_records(&before.list[i], true, &arena.records[i],
					  &modelled.records[i]);
		if (differs)
			return explain(&before.list[i], &arena.records[i], &modelled.records[i],
				       differs);
	}
	differs = compare_records(desc, false, cpu, model);
	if (differs)
		return explain(desc, cpu, model, differs);
	if (memcmp(arena.list, modelled.list, sizeof(arena.list)) ||
	    memcmp(arena.data, modelled.data, sizeof(arena.data)))
		return explain(desc, cpu, model, "memory");
	return true;
}

void make_any(struct sva_desc *desc)
{
	for (unsigned int i = 0; i < 8; i++)
		arena.data[below(DATA_SIZE)] = (uint8_t)random64();
	if (one_in(5))
		make_batch(desc);
	else
		make_random(desc, &arena.records[MAX_BATCH]);
	memset(arena.records, 0, sizeof(arena.records));
	memcpy(&before, &arena, sizeof(arena));
}

void begin_round(uint64_t seed)
{
	state = round_seed = seed;
	for (uint32_t i = 0; i < DATA_SIZE; i += 8) {
		uint64_t word = random64();

		memcpy(arena.data + i, &word, sizeof(word));
	}
	memset(arena.list, 0, sizeof(arena.list));
}
