/* SPDX-License-Identifier: MIT */
/*
 * CRC64, and filters of a column of bytes: scan, set membership, find unique, extract, select,
 * expand, RLE burst. Half of the values are in the range, and in the set. What is expanded, and the
 * counts and values of a burst, make as many bytes as the size says.
 */
#include <sva/filter.h>

#include "contents.h"
#include "work.h"

#define ECMA UINT64_C(0x42f0e1eba9ea3693)
#define LOW  64u
#define HIGH 191u
#define SET  32u /* bytes: a bit for each value */

static void room_one(size_t size, size_t room[4])
{
	room[0] = size;
}

/* Eight bytes a step, as in work_look.c. */
static uint64_t crc64(const uint8_t *data, size_t size)
{
	uint64_t table[8][256], crc = 0;
	size_t i = 0;

	for (unsigned int n = 0; n < 256; n++) {
		table[0][n] = (uint64_t)n << 56;
		for (int bit = 0; bit < 8; bit++)
			table[0][n] = table[0][n] << 1 ^ (table[0][n] >> 63 ? ECMA : 0);
	}
	for (unsigned int t = 1; t < 8; t++)
		for (unsigned int n = 0; n < 256; n++)
			table[t][n] = table[t - 1][n] << 8 ^ table[0][table[t - 1][n] >> 56];
	for (; i + 8 <= size; i += 8) {
		uint64_t step = 0;

		for (unsigned int k = 0; k < 8; k++)
			step = step << 8 | data[i + k];
		step ^= crc;
		crc = 0;
		for (unsigned int k = 0; k < 8; k++)
			crc ^= table[k][step >> 8 * k & 0xff];
	}
	for (; i < size; i++)
		crc = crc << 8 ^ table[0][(crc >> 56 ^ data[i]) & 0xff];
	return crc;
}

static void fill_crc64(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	slot->want_crc = crc64(slot->in, slot->size);
}

static void spoil_crc64(struct perf_slot *slot)
{
	slot->crc = ~slot->want_crc;
}

static void prepare_crc64(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	sva_iax_prep_crc64(op, slot->in, slot->size, ECMA, 0, flags);
}

static int call_crc64(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_crc64(wq, slot->in, slot->size, ECMA, 0, &slot->crc, NULL);
}

static const char *check_crc64(const struct perf_slot *slot, bool answered)
{
	return answered && slot->crc != slot->want_crc ? "the CRC is another one" : NULL;
}

/*
 * Filters.
 */

static void room_bits(size_t size, size_t room[4])
{
	room[0] = size;
	room[1] = SET;
	room[2] = (size + 7) / 8;
}

static void room_set(size_t size, size_t room[4])
{
	room[0] = size;
	room[2] = SET;
}

static void room_elements(size_t size, size_t room[4])
{
	room[0] = size;
	room[1] = (size + 7) / 8;
	room[2] = size + 4;
}

static void fill_column(struct perf_slot *slot)
{
	size_t room[4] = { 0 };

	room_bits(slot->size, room);
	perf_words_fill(slot->in, slot->size, slot->seed);
	memset(slot->in2, 0x5a, SET);
	slot->room = room[2];
}

static void fill_unique(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	for (size_t i = 0; i < slot->size; i++)
		slot->in[i] |= 1;
	slot->room = SET;
}

static void fill_elements(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	perf_words_fill(slot->in2, (slot->size + 7) / 8, ~slot->seed);
	slot->room = slot->size + 4;
}

static void room_made(size_t size, size_t room[4])
{
	room[0] = room[1] = room[2] = size;
}

/* At least one bit is 1: there is always something to read. */
static void fill_expand(struct perf_slot *slot)
{
	perf_words_fill(slot->in2, (slot->size + 7) / 8, ~slot->seed);
	slot->in2[0] |= 1;
	slot->in_size = 0;
	for (size_t i = 0; i < slot->size; i++)
		slot->in_size += slot->in2[i / 8] >> i % 8 & 1;
	perf_words_fill(slot->in, slot->in_size, slot->seed);
	slot->room = slot->size;
}

/* Counts of 1 to 8; the last one is what is left. */
static void fill_burst(struct perf_slot *slot)
{
	size_t left = slot->size;

	perf_words_fill(slot->in, slot->size, slot->seed);
	perf_words_fill(slot->in2, slot->size, ~slot->seed);
	for (slot->in_size = 0; left; slot->in_size++) {
		uint8_t *count = &slot->in[slot->in_size];

		*count = (uint8_t)(*count >> 5) + 1;
		if (*count > left)
			*count = (uint8_t)left;
		left -= *count;
	}
	slot->room = slot->size;
}

static void spoil_output(struct perf_slot *slot)
{
	memset(slot->out, 0xa5, slot->room);
	slot->made = 0;
	slot->result = ~0u;
}

static void prepare_filter(struct sva_iax_op *op, const struct perf_slot *slot, unsigned int opcode,
			   uint32_t filter_flags, uint32_t flags)
{
	sva_iax_prep_filter(op, opcode, slot->out, (uint32_t)slot->room, slot->in, slot->size,
			    (uint32_t)slot->size, SVA_IAX_FILTER_WIDTH(8) | filter_flags, flags);
}

static struct sva_column bytes_of(const uint8_t *data, size_t size)
{
	return (struct sva_column){ .size = sizeof(struct sva_column),
				    .data = data,
				    .bytes = size,
				    .elements = size,
				    .width = 8 };
}

static struct sva_column column_of(const struct perf_slot *slot)
{
	return bytes_of(slot->in, slot->size);
}

/* What a call has found, as a record says it. */
static int take_bits(struct perf_slot *slot, const struct sva_filter_result *result, int err)
{
	slot->result = (uint32_t)result->count;
	slot->made = (size_t)result->bytes;
	return err;
}

static bool in_range(const struct perf_slot *slot, uint8_t value)
{
	(void)slot;
	return value >= LOW && value <= HIGH;
}

static bool in_set(const struct perf_slot *slot, uint8_t value)
{
	return slot->in2[value / 8] >> value % 8 & 1;
}

static const char *check_bits(const struct perf_slot *slot, bool answered,
			      bool (*is_in)(const struct perf_slot *slot, uint8_t value))
{
	uint32_t count = 0;

	for (size_t i = 0; i < slot->size; i += 8) {
		uint8_t bits = 0;

		for (unsigned int k = 0; k < 8 && i + k < slot->size; k++)
			if (is_in(slot, slot->in[i + k])) {
				bits |= (uint8_t)(1u << k);
				count++;
			}
		if (slot->out[i / 8] != bits)
			return "the bit vector is another one";
	}
	return answered && slot->result != count ? "the number of 1 bits is another one" : NULL;
}

static void prepare_scan(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	prepare_filter(op, slot, SVA_IAX_OP_SCAN, 0, flags);
	sva_iax_op_set_range(op, LOW, HIGH);
}

static int call_scan(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = column_of(slot);
	int err = sva_scan(wq, &column, LOW, HIGH, 0, slot->out, slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_scan(const struct perf_slot *slot, bool answered)
{
	return check_bits(slot, answered, in_range);
}

static void prepare_membership(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	prepare_filter(op, slot, SVA_IAX_OP_SET_MEMBERSHIP, 0, flags);
	sva_iax_op_set_src2(op, slot->in2, SET);
}

static int call_membership(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = column_of(slot);
	int err =
		sva_set_membership(wq, &column, slot->in2, 0, slot->out, slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_membership(const struct perf_slot *slot, bool answered)
{
	return check_bits(slot, answered, in_set);
}

static void prepare_unique(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	prepare_filter(op, slot, SVA_IAX_OP_FIND_UNIQUE, 0, flags);
}

static int call_unique(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = column_of(slot);
	int err = sva_find_unique(wq, &column, slot->out, slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_unique(const struct perf_slot *slot, bool answered)
{
	uint8_t set[SET] = { 0 };

	for (size_t i = 0; i < slot->size; i++)
		set[slot->in[i] / 8] |= (uint8_t)(1u << slot->in[i] % 8);
	(void)answered;
	return memcmp(set, slot->out, SET) ? "the set is another one" : NULL;
}

/* The first quarter, at least one; as many bytes as the column has. */
static uint32_t extracted(const struct perf_slot *slot)
{
	return (uint32_t)(slot->size < 4 ? 1 : slot->size / 4);
}

static void prepare_extract(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	prepare_filter(op, slot, SVA_IAX_OP_EXTRACT, SVA_IAX_FILTER_OUT_32, flags);
	sva_iax_op_set_range(op, 0, extracted(slot) - 1);
}

static int call_extract(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = column_of(slot);
	int err = sva_extract(wq, &column, 0, extracted(slot) - 1, SVA_FILTER_OUT_32, slot->out,
			      slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_extract(const struct perf_slot *slot, bool answered)
{
	for (uint32_t i = 0; i < extracted(slot); i++) {
		const uint8_t want[4] = { slot->in[i], 0, 0, 0 };

		if (memcmp(slot->out + (size_t)4 * i, want, 4) != 0)
			return "an element is another one";
	}
	return answered && slot->made != (size_t)4 * extracted(slot)
		       ? "there are more elements or fewer"
		       : NULL;
}

static void prepare_select(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	prepare_filter(op, slot, SVA_IAX_OP_SELECT, 0, flags);
	sva_iax_op_set_src2(op, slot->in2, (uint32_t)(slot->size + 7) / 8);
}

static int call_select(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = column_of(slot);
	int err = sva_select(wq, &column, slot->in2, 0, slot->out, slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_select(const struct perf_slot *slot, bool answered)
{
	size_t count = 0;

	for (size_t i = 0; i < slot->size; i++)
		if (slot->in2[i / 8] >> i % 8 & 1 && slot->out[count++] != slot->in[i])
			return "an element is another one";
	return answered && slot->made != count ? "there are more elements or fewer" : NULL;
}

/* Of as many elements as there are 1 bits. */
static void prepare_expand(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	sva_iax_prep_filter(op, SVA_IAX_OP_EXPAND, slot->out, (uint32_t)slot->room, slot->in,
			    slot->in_size, (uint32_t)slot->size, SVA_IAX_FILTER_WIDTH(8), flags);
	sva_iax_op_set_src2(op, slot->in2, (uint32_t)(slot->size + 7) / 8);
}

static int call_expand(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column column = bytes_of(slot->in, slot->in_size);
	int err = sva_expand(wq, &column, slot->in2, slot->size, 0, slot->out, slot->room, &result,
			     NULL);

	return take_bits(slot, &result, err);
}

static const char *check_expand(const struct perf_slot *slot, bool answered)
{
	size_t next = 0;

	for (size_t i = 0; i < slot->size; i++)
		if (slot->out[i] != (slot->in2[i / 8] >> i % 8 & 1 ? slot->in[next++] : 0))
			return "an element is another one";
	return answered && slot->made != slot->size ? "there are more elements or fewer" : NULL;
}

static void prepare_burst(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	sva_iax_prep_filter(op, SVA_IAX_OP_RLE_BURST, slot->out, (uint32_t)slot->room, slot->in,
			    slot->in_size, (uint32_t)slot->in_size,
			    SVA_IAX_FILTER_WIDTH(8) | SVA_IAX_FILTER_SRC2_WIDTH(8), flags);
	sva_iax_op_set_src2(op, slot->in2, (uint32_t)slot->in_size);
}

static int call_burst(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column counts = bytes_of(slot->in, slot->in_size);
	struct sva_column values = bytes_of(slot->in2, slot->in_size);
	int err = sva_rle_burst(wq, &counts, &values, 0, slot->out, slot->room, &result, NULL);

	return take_bits(slot, &result, err);
}

static const char *check_burst(const struct perf_slot *slot, bool answered)
{
	size_t done = 0;

	for (size_t i = 0; i < slot->in_size; done += slot->in[i++])
		if (perf_bytes_check(slot->out + done, slot->in[i], slot->in2[i]) < slot->in[i])
			return "an element is another one";
	return answered && slot->made != slot->size ? "there are more elements or fewer" : NULL;
}

#define FILTER(title, OPCODE, buffers, contents)                                       \
	.name = title, .opcode = OPCODE, .unit = 1, .room = buffers, .fill = contents, \
	.spoil = spoil_output

const struct perf_work perf_work_filters[] = {
	{ .name = "crc64",
	  .opcode = SVA_IAX_OP_CRC64,
	  .unit = 1,
	  .room = room_one,
	  .fill = fill_crc64,
	  .spoil = spoil_crc64,
	  .prepare_iax = prepare_crc64,
	  .call = call_crc64,
	  .check = check_crc64 },
	{ FILTER("scan", SVA_IAX_OP_SCAN, room_bits, fill_column), .prepare_iax = prepare_scan,
	  .call = call_scan, .check = check_scan },
	{ FILTER("set-membership", SVA_IAX_OP_SET_MEMBERSHIP, room_bits, fill_column),
	  .prepare_iax = prepare_membership, .call = call_membership, .check = check_membership },
	{ FILTER("find-unique", SVA_IAX_OP_FIND_UNIQUE, room_set, fill_unique),
	  .prepare_iax = prepare_unique, .call = call_unique, .check = check_unique },
	{ FILTER("extract", SVA_IAX_OP_EXTRACT, room_elements, fill_elements),
	  .prepare_iax = prepare_extract, .call = call_extract, .check = check_extract },
	{ FILTER("select", SVA_IAX_OP_SELECT, room_elements, fill_elements),
	  .prepare_iax = prepare_select, .call = call_select, .check = check_select },
	{ FILTER("expand", SVA_IAX_OP_EXPAND, room_made, fill_expand),
	  .prepare_iax = prepare_expand, .call = call_expand, .check = check_expand },
	{ FILTER("rle-burst", SVA_IAX_OP_RLE_BURST, room_made, fill_burst),
	  .prepare_iax = prepare_burst, .call = call_burst, .check = check_burst },
	{ 0 },
};
