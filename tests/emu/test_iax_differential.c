/* SPDX-License-Identifier: MIT */
/*
 * iax_differential [QUEUE] - random operations of IAX, executed by the software device (lib/cpu)
 * and by the emulator's model, or by a queue: the same status, the same record, the same output.
 * What is compressed is compared by what becomes of it when the other one inflates it.
 *
 * EMU_SEED and EMU_ROUNDS in the environment choose what is run.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "cpu/iax.h"
#include "handle.h"
#include "iax.h"

#define ROUNDS          60000u
#define ROOM            20000u
#define SETS_OF_15_BITS (0xeull << 47 | 7ull << 42) /* as Sapphire Rapids has them */

static uint64_t seed;
static uint8_t src[ROOM], src2[ROOM], model_out[2 * ROOM], cpu_out[2 * ROOM], packed[2 * ROOM];
static struct sva_iax_op op __attribute__((aligned(64)));
static struct emu_device device;
static struct svai_limits limits;
static const struct emu_memory memory;
static const char *queue_name; /* NULL: the model */
static struct sva_wq *wq;

static uint32_t below(uint32_t n)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

static void fill(uint8_t *data, size_t size)
{
	uint32_t kind = below(4);

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(kind == 0   ? below(256)
				    : kind == 1 ? below(3)
				    : kind == 2 ? i / 9
						: (below(8) ? 0 : below(256)));
}

/* Both on the same input; what the first one has left is in model_record and model_out. */
static struct sva_iax_record model_record;
static unsigned int model_status;

/* The other device: the model, or a queue. Pages that it misses are touched: it begins again. */
static void run_other(struct sva_iax_record *record)
{
	struct emu_iax_outcome outcome;

	if (!wq) {
		unsigned int status = emu_iax_execute(&device, &memory, &op.op.desc, &outcome);

		*record = outcome.record;
		record->status = (uint8_t)status;
		return;
	}
	do {
		struct sva_result r = { .size = sizeof(r) };

		if (op.record.status) {
			sva_decode(&op.op.desc, &op.head, &r);
			*(volatile uint8_t *)(uintptr_t)r.fault_addr |= 0;
		}
		memset(&op.record, 0, sizeof(op.record));
		assert_int_equal(sva_submit(wq, &op.op), 0);
		assert_true(sva_wait(&op.op, -1, SVA_WAIT_AUTO) > 0);
	} while (SVA_STATUS_CODE(op.record.status) == SVA_STATUS_PAGE_FAULT);
	*record = op.record;
}

static void run_both(size_t room)
{
	memset(model_out, 0x5a, sizeof(model_out));
	memset(cpu_out, 0x5a, sizeof(cpu_out));
	op.op.desc.dst_addr = room ? (uintptr_t)model_out : 0;
	op.op.desc.completion_addr = (uintptr_t)&op.record;
	memset(&op.record, 0, sizeof(op.record));
	run_other(&model_record);
	model_status = model_record.status;
	op.op.desc.dst_addr = room ? (uintptr_t)cpu_out : 0;
	memset(&op.record, 0, sizeof(op.record));
	svai_iax_execute(&limits, &op.op.desc);
}

static bool is_without_room(unsigned int status, unsigned int error)
{
	return status == SVA_STATUS_OUTPUT_OVERFLOW ||
	       (status == SVA_STATUS_ANALYTICS && error == SVA_IAX_ERROR_OVERFLOW);
}

static void expect_same(bool data)
{
	bool good =
		model_status == SVA_STATUS_SUCCESS || model_status == SVA_STATUS_OUTPUT_OVERFLOW;

	/* No source says which status a refusal has, nor zero decompression without room. */
	if (op.record.status >= SVA_STATUS_BAD_OPCODE && model_status >= SVA_STATUS_BAD_OPCODE)
		return;
	if (is_without_room(op.record.status, op.record.error_code) &&
	    is_without_room(model_status, model_record.error_code))
		return;
	if (op.record.status != model_status)
		fail_msg(
			"opcode %#x: status %#x, model %#x/%u (cpu %u), flags %#x %#x, %u elements",
			sva_desc_opcode(&op.op.desc), op.record.status, model_status,
			model_record.error_code, op.record.error_code, op.op.desc.tail.iax_flags,
			op.op.desc.iax.filter.flags, op.op.desc.iax.filter.elements);
	if (!good)
		return;
	assert_int_equal(op.record.output_size, model_record.output_size);
	if (data)
		assert_memory_equal(cpu_out, model_out, op.record.output_size);
	if (model_status != SVA_STATUS_SUCCESS)
		return;
	assert_int_equal(op.record.output_bits, model_record.output_bits);
	assert_int_equal(op.record.crc, model_record.crc);
	assert_int_equal(op.record.xor_checksum, model_record.xor_checksum);
	assert_int_equal(op.record.min_first, model_record.min_first);
	assert_int_equal(op.record.max_last, model_record.max_last);
	assert_int_equal(op.record.sum_count, model_record.sum_count);
}

static void crc64(void)
{
	size_t size = 1 + below(ROOM - 1);

	fill(src, size);
	sva_iax_prep_crc64(&op, src, size,
			   ((uint64_t)below(UINT32_MAX) << 32 | below(UINT32_MAX)) << below(40) |
				   1ull << (63 - below(60)),
			   below(2) * SVA_IAX_CRC64_INVERT + below(2) * SVA_IAX_CRC64_REFLECT, 0);
	run_both(0);
	expect_same(false);
}

static void zeros(void)
{
	static const unsigned int words[] = { 32, 16, 8 };
	unsigned int word = words[below(3)];
	size_t size = 1 + below(3000);

	fill(src, size);
	if (below(2))
		sva_iax_prep_zero_compress(&op, NULL, 1 + below(4000), src, size, word, 0);
	else
		sva_iax_prep_zero_decompress(&op, NULL, 1 + below(20000), src, size, word, 0);
	run_both(1);
	expect_same(true);
}

/* zlib's, whole or damaged. */
static void inflate_something(void)
{
	size_t size = below(ROOM), packed_size;
	z_stream z = { .next_in = src,
		       .avail_in = (uInt)size,
		       .next_out = packed,
		       .avail_out = sizeof(packed) };
	uint32_t flags = SVA_IAX_DECOMP_STREAM;

	fill(src, size);
	deflateInit2(&z, (int)below(10), Z_DEFLATED, -12, 9, (int)below(5));
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	packed_size = sizeof(packed) - z.avail_out;
	if (!below(4))
		packed_size = 1 + below((uint32_t)packed_size);
	if (!below(4))
		packed[below((uint32_t)packed_size)] ^= (uint8_t)(1u << below(8));
	if (!below(8))
		flags |= SVA_IAX_DECOMP_NO_OUTPUT;
	if (!below(8))
		flags &= ~SVA_IAX_DECOMP_CHECK_EOB;
	sva_iax_prep_decompress(&op, NULL, 1 + (below(3) ? ROOM : below(ROOM)), packed, packed_size,
				flags, below(2) ? SVA_IAX_FLAG_CRC32C : 0);
	run_both(1);
	expect_same(true);
}

static void fixed_tables(struct sva_iax_compress_aecs *aecs)
{
	memset(aecs, 0, sizeof(*aecs));
	for (uint32_t i = 0; i < SVA_IAX_LL; i++)
		aecs->ll[i] = i < 144   ? SVA_IAX_CODE(0x30 + i, 8)
			      : i < 256 ? SVA_IAX_CODE(0x190 + i - 144, 9)
			      : i < 280 ? SVA_IAX_CODE(i - 256, 7)
					: SVA_IAX_CODE(0xc0 + i - 280, 8);
	for (uint32_t i = 0; i < SVA_IAX_D; i++)
		aecs->d[i] = SVA_IAX_CODE(i, 5);
	aecs->output_accumulator[0] = 3;
	aecs->output_accumulator_bits = 3;
}

/* Each inflates what the other one has compressed. */
static void compress_something(void)
{
	static struct sva_iax_compress_aecs aecs;
	size_t size = 1 + below(ROOM - 1);
	uint32_t sizes[2];

	fill(src, size);
	fixed_tables(&aecs);
	sva_iax_prep_compress(
		&op, NULL, sizeof(cpu_out), src, size,
		SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB | (below(4) ? 0 : SVA_IAX_COMP_LITERALS), 0);
	sva_iax_op_set_aecs(&op, &aecs, sizeof(aecs), 0);
	run_both(1);
	assert_int_equal(model_status, SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.crc, model_record.crc);
	assert_int_equal(op.record.xor_checksum, model_record.xor_checksum);
	sizes[0] = model_record.output_size;
	sizes[1] = op.record.output_size;
	for (unsigned int i = 0; i < 2; i++) {
		memcpy(packed, i ? cpu_out : model_out, sizes[i]);
		sva_iax_prep_decompress(&op, NULL, ROOM, packed, sizes[i], SVA_IAX_DECOMP_STREAM,
					0);
		if (i == 0) { /* this one's output is needed once more */
			struct sva_iax_record record;

			op.op.desc.dst_addr = (uintptr_t)src2;
			memset(&op.record, 0, sizeof(op.record));
			run_other(&record);
			assert_int_equal(record.status, SVA_STATUS_SUCCESS);
			assert_memory_equal(src2, src, size);
			svai_iax_execute(&limits, &op.op.desc);
			assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
			assert_memory_equal(src2, src, size);
			continue;
		}
		run_both(1);
		expect_same(true);
		assert_memory_equal(model_out, src, size);
	}
}

static bool has_range(unsigned int opcode)
{
	return opcode == SVA_IAX_OP_SCAN || opcode == SVA_IAX_OP_EXTRACT;
}

static void filter(void)
{
	unsigned int opcode = SVA_IAX_OP_SCAN + below(7), format = below(8) ? below(2) : 2;

	uint32_t width = 1 + below(below(4) ? 15 : 32), elements = 1 + below(3000);
	bool set = opcode == SVA_IAX_OP_SET_MEMBERSHIP || opcode == SVA_IAX_OP_FIND_UNIQUE;
	uint32_t size, flags = format;
	bool bits = set || opcode == SVA_IAX_OP_SCAN;

	if (set)
		width = 1 + below(15); /* IAX 1.0 has no larger sets */
	size = (elements * width + 7) / 8;
	if (opcode == SVA_IAX_OP_RLE_BURST) {
		format &= 1; /* no source says whether counts may be in runs */
		flags = format;
		width = below(2) ? 8 : 16;
		elements = 1 + below(200);
		size = elements * width / 8;
	}
	fill(src, ROOM);
	fill(src2, ROOM);
	if (format == 2)
		src[0] = (uint8_t)(set ? 1 + below(15) : below(34));
	else
		flags |= SVA_IAX_FILTER_WIDTH(width);
	flags |= below(4) ? 0 : below(4) << 13;
	flags |= below(4) ? 0 : SVA_IAX_FILTER_OUT_BE;
	flags |= bits && !below(3) ? SVA_IAX_FILTER_INVERT : 0;
	sva_iax_prep_filter(&op, opcode, NULL, below(6) ? sizeof(cpu_out) : 1 + below(200), src,
			    below(8) ? size : 1 + below(size), elements, flags, 0);
	if (has_range(opcode))
		sva_iax_op_set_range(&op, below(1u << (width < 31 ? width : 31)),
				     below(1u << (width < 31 ? width : 31)));
	else if (opcode == SVA_IAX_OP_SET_MEMBERSHIP)
		sva_iax_op_set_src2(&op, src2, 4096);
	else if (opcode == SVA_IAX_OP_RLE_BURST) {
		uint32_t value_width = 1 + below(32);

		op.op.desc.iax.filter.flags |= SVA_IAX_FILTER_SRC2_WIDTH(value_width);
		sva_iax_op_set_src2(&op, src2, (elements * value_width + 7) / 8);
	} else if (opcode != SVA_IAX_OP_FIND_UNIQUE) {
		sva_iax_op_set_src2(&op, src2, (elements + 7) / 8);
	}
	run_both(1);
	expect_same(true);
}

/*
 * Several jobs that go on from each other, each device with an AECS of its own: what is written
 * there no client reads, but the vector. Now and then the last one before is damaged.
 */
static void cipher(void)
{
	static struct sva_iax_cipher_aecs aecs[2][2];
	bool encrypt = below(2), flush = below(4);
	uint32_t jobs = 1 + below(3);

	fill(src, ROOM);
	sva_iax_cipher_aecs_init(&aecs[0][0], src + below(100), below(2) ? 32 : 16,
				 src + below(100));
	if (!below(16))
		((uint8_t *)aecs)[24 + below(4)] ^= (uint8_t)(1u << below(8));
	memcpy(&aecs[1], &aecs[0], sizeof(aecs[0]));
	for (uint32_t i = 0; i < jobs; i++) {
		uint32_t size = below(below(8) ? 100 : 5000), toggle = i % 2;
		uint32_t flags = (below(8) ? SVA_IAX_FLAG_AECS_WRITE : 0) |
				 (toggle ? SVA_IAX_FLAG_AECS_TOGGLE : 0);
		struct sva_iax_cipher_aecs *next[2] = { &aecs[0][!toggle], &aecs[1][!toggle] };
		struct emu_iax_outcome outcome;

		for (unsigned int which = 0; which < 2; which++) {
			uint8_t *read = &aecs[which][toggle].flags;

			if (!flush || i + 1 < jobs)
				*read &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
			else
				*read |= SVA_IAX_CIPHER_FLUSH_INPUT;
		}
		if (encrypt)
			sva_iax_prep_encrypt(&op, model_out, size + below(20), src, size, 0);
		else
			sva_iax_prep_decrypt(&op, model_out, size + below(20), src, size, 0);
		memset(model_out, 0x5a, size + 20);
		memset(cpu_out, 0x5a, size + 20);
		sva_iax_op_set_aecs(&op, aecs[0], sizeof(aecs[0][0]), flags);
		model_status = emu_iax_execute(&device, &memory, &op.op.desc, &outcome);
		model_record = outcome.record;
		op.op.desc.dst_addr = (uintptr_t)cpu_out;
		op.op.desc.iax.aecs_addr = (uintptr_t)aecs[1];
		memset(&op.record, 0, sizeof(op.record));
		svai_iax_execute(&limits, &op.op.desc);
		expect_same(true);
		assert_memory_equal(cpu_out, model_out, size + 20);
		if (op.record.status != SVA_STATUS_SUCCESS || !(flags & SVA_IAX_FLAG_AECS_WRITE))
			return;
		assert_memory_equal(next[0]->iv, next[1]->iv, sizeof(next[0]->iv));
	}
}

static void (*const kinds[])(void) = {
	crc64, zeros, inflate_something, compress_something, filter, filter, filter, cipher
};

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* The rounds that are of this kind: each is a test of its own, so that one run shows all that
 * differ. */
static void rounds_of(void (*kind)(void))
{
	uint64_t first = setting("EMU_SEED", 1), rounds = setting("EMU_ROUNDS", ROUNDS);

	print_message("EMU_SEED=0x%" PRIx64 " EMU_ROUNDS=%" PRIu64 "\n", first, rounds);
	for (uint64_t i = 0; i < rounds; i++) {
		unsigned int n;

		seed = first + i;
		below(1);
		n = below(sizeof(kinds) / sizeof(kinds[0]));
		if (kinds[n] == kind)
			kind();
	}
}

static void crc64_agrees(void **unused)
{
	(void)unused;
	rounds_of(crc64);
}

static void zeros_agree(void **unused)
{
	(void)unused;
	rounds_of(zeros);
}

static void inflating_agrees(void **unused)
{
	(void)unused;
	rounds_of(inflate_something);
}

static void compressing_agrees(void **unused)
{
	(void)unused;
	rounds_of(compress_something);
}

static void filters_agree(void **unused)
{
	(void)unused;
	rounds_of(filter);
}

static int equal_capabilities(void **unused)
{
	(void)unused;
	svai_iax_limits(&limits);
	device = (struct emu_device){ .version = limits.version,
				      .gen_cap = limits.gen_cap | SETS_OF_15_BITS |
						 EMU_IAX_CAP_DECOMPRESS,
				      .iaa_cap = limits.iaa_cap,
				      .max_transfer = limits.max_transfer,
				      .block_on_fault = limits.block_on_fault };
	memcpy(device.op_cap, limits.opcodes.bits, sizeof(device.op_cap));
	return 0;
}

static int open_queue(void **unused)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };

	(void)unused;
	if (!queue_name)
		return equal_capabilities(NULL);
	if (sva_wq_open(&wq, queue_name, &opts))
		return -1;
	limits = svai_handle(wq)->limits;
	return 0;
}

static int close_queue(void **unused)
{
	(void)unused;
	return wq ? sva_wq_close(wq) : 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc64_agrees),     cmocka_unit_test(zeros_agree),
		cmocka_unit_test(inflating_agrees), cmocka_unit_test(compressing_agrees),
		cmocka_unit_test(filters_agree),

	};

	queue_name = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, open_queue, close_queue);
}
