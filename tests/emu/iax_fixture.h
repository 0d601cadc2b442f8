/* SPDX-License-Identifier: MIT */
/* What the tests of the analytics device's model begin with: the device, and data. */
#ifndef TESTS_EMU_IAX_FIXTURE_H
#define TESTS_EMU_IAX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "iax.h"

/* Sapphire Rapids' GENCAP: sets of 15 bits, of 8 bits behind a decompression. */
#define GENCAP 0x71f10901f0105ull

static struct emu_device device __attribute__((unused)) = {
	.version = 0x100,
	.gen_cap = GENCAP,
	.op_cap = { 0xd, 0x7f771f },
	.max_transfer = 2 << 20,
	.block_on_fault = true,
};

static const struct emu_memory plain_memory __attribute__((unused));

/* One at a time. */
static struct sva_iax_op op __attribute__((unused));
static struct sva_iax_record *const record __attribute__((unused)) = &op.record;

/* Executes @op; the status. The record has it, too. */
static inline unsigned int execute(const struct emu_memory *memory)
{
	struct emu_iax_outcome outcome;
	unsigned int status;

	memset(&op.record, 0, sizeof(op.record));
	status = emu_iax_execute(&device, memory, &op.op.desc, &outcome);
	assert_true(outcome.written);
	assert_memory_equal(&op.record, &outcome.record, sizeof(op.record));
	assert_int_equal(op.record.status, status);
	return status;
}

static inline void expect_error(unsigned int error)
{
	assert_int_equal(execute(&plain_memory), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, error);
}

static inline uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* What is far comes again after all of the history, or after as much of it as zlib uses. */
enum data_kind { DATA_ZEROS, DATA_WORDS, DATA_RANDOM, DATA_FAR, DATA_LESS_FAR, DATA_KINDS };

static inline void make_data(uint8_t *to, size_t size, enum data_kind kind)
{
	static const char words[] = "the device reads words of the text and writes fewer of them ";
	size_t far = kind == DATA_FAR ? 4096 : 3800;
	uint32_t state = 7;

	for (size_t i = 0; i < size; i++) {
		uint8_t noise = (uint8_t)next_random(&state);

		if (kind == DATA_ZEROS)
			to[i] = 0;
		else if (kind == DATA_RANDOM || (kind >= DATA_FAR && i < far))
			to[i] = noise;
		else if (kind >= DATA_FAR)
			to[i] = i % 97 == 0 ? noise : to[i - far];
		else
			to[i] = (uint8_t)words[(i + noise / 64 * 7) % (sizeof(words) - 1)];
	}
}

static inline uint16_t xor_of(const uint8_t *data, size_t size)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum ^= (uint16_t)(i % 2 ? data[i] << 8 : data[i]);
	return sum;
}

/* A raw stream with a history of 4 KiB; returns its size. */
static inline size_t deflate_by_zlib(uint8_t *to, size_t room, const uint8_t *from, size_t size,
				     int level, int strategy)
{
	z_stream stream = { .next_in = (uint8_t *)(uintptr_t)from,
			    .avail_in = (uInt)size,
			    .next_out = to,
			    .avail_out = (uInt)room };

	assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, -12, 9, strategy), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return room - stream.avail_out;
}

/* The whole of a raw stream; returns how much it was. */
static inline size_t inflate_by_zlib(uint8_t *to, size_t room, const uint8_t *from, size_t size)
{
	z_stream stream = { .next_in = (uint8_t *)(uintptr_t)from,
			    .avail_in = (uInt)size,
			    .next_out = to,
			    .avail_out = (uInt)room };

	assert_int_equal(inflateInit2(&stream, -15), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.avail_in, 0);
	inflateEnd(&stream);
	return room - stream.avail_out;
}

#endif
