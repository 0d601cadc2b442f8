/* SPDX-License-Identifier: MIT */
/*
 * Streams that a device inflates, in pieces, on a device that lib/cpu is and that takes little at
 * once: any bytes, or what zlib makes of the input, damaged here and there; the device fails when
 * the input says so. What zlib inflates, alike, up to the same byte; of what it does not, the
 * beginning.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "fixture.h"
#include "least.h"
#include "stream_step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the first bytes of an input say. */
struct choice {
	enum sva_deflate_format format;
	bool made;                 /* the stream, by zlib */
	bool near, no_cpu;         /* for the stream */
	bool window_12;            /* of zlib */
	bool end;                  /* with the last piece */
	size_t in_most, out_most;  /* bytes of a piece */
	unsigned int level, times; /* of zlib; so often the data */
	unsigned int fails_after;  /* so many operations of the device; 0: never */
	uint8_t damage[3];         /* where, and by what */
	bool cut;                  /* the stream, instead of followed */
	uint8_t behind;            /* bytes that follow the stream, or miss */
};

static unsigned int operations, last_good;

static bool fails(const struct sva_desc *desc)
{
	struct sva_record *record = (struct sva_record *)(uintptr_t)desc->completion_addr;

	if (sva_desc_opcode(desc) != SVA_IAX_OP_DECOMPRESS || !last_good ||
	    operations++ < last_good)
		return false;
	__atomic_store_n(&record->status, (uint8_t)SVA_STATUS_READBACK_FAULT, __ATOMIC_RELEASE);
	return true;
}

static struct sva_wq *queue(void)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	static struct sva_wq *wq;
	static void *tree;

	if (wq)
		return wq;
	check(!fixture_setup(&tree));
	fixture_iax(tree, "4096\n");
	check(!sva_wq_open(&wq, "wq1.0", &opts));
	fake_tree_free(tree);
	fake.stops = fails;
	return wq;
}

/*
 * What zlib makes, and what it makes of it.
 */

static size_t make(uint8_t *to, const uint8_t *data, size_t size, const struct choice *choice)
{
	z_stream z = { .next_out = to, .avail_out = 2 * ROOM };
	int bits = window_bits(choice->format, choice->window_12 ? 12 : 15);
	unsigned int at;

	check(deflateInit2(&z, (int)choice->level % 10, Z_DEFLATED, bits > 31 ? bits - 16 : bits, 8,
			   (int)choice->level / 10 % 5) == Z_OK);
	for (unsigned int i = 0; i <= choice->times; i++) {
		z.next_in = (uint8_t *)(uintptr_t)data;
		z.avail_in = (uInt)size;
		check(deflate(&z, i == choice->times ? Z_FINISH : Z_NO_FLUSH) >= 0);
	}
	size = z.total_out;
	deflateEnd(&z);
	at = (unsigned int)(choice->damage[0] << 8 | choice->damage[1]);
	to[at * size >> 16] ^= choice->damage[2];
	if (choice->cut)
		return size - (choice->behind < size ? choice->behind : size);
	memset(to + size, 0x55, choice->behind);
	return size + choice->behind;
}

static void by_zlib(struct outcome *o, const uint8_t *data, size_t size,
		    const struct choice *choice)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)size,
		       .next_out = o->data,
		       .avail_out = ROOM };
	int status;

	check(inflateInit2(&z, window_bits(choice->format, 15)) == Z_OK);
	status = inflate(&z, Z_SYNC_FLUSH);
	o->err = status == Z_STREAM_END                    ? 0
		 : status == Z_OK || status == Z_BUF_ERROR ? -ENODATA
							   : -EBADMSG;
	o->in = z.total_in;
	o->out = z.total_out;
	inflateEnd(&z);
}

/*
 * The stream, with buffers of exactly the size.
 */

static void by_stream(struct outcome *o, const uint8_t *data, size_t size,
		      const struct choice *choice)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts),
					 .format = choice->format,
					 .flags = choice->near ? SVA_DEFLATE_NEAR : 0 };
	uint8_t rest[SVA_STREAM_REST];
	struct sva_stream *stream;
	size_t in, out, before;
	bool last;

	o->in = o->out = 0;
	check(!sva_inflate_open(&stream, queue(), &opts));
	do {
		before = o->in + o->out;
		in = svai_least(choice->in_most, size - o->in);
		out = svai_least(choice->out_most, ROOM - o->out);
		last = in == size - o->in;
		o->err = step(stream, o, data + o->in, in, out,
			      last && choice->end ? SVA_FLUSH_END : SVA_FLUSH_NONE);
	} while (!o->err && o->in + o->out > before);
	if (o->err > 0) {
		unsigned int n = sva_stream_rest(stream, rest);

		check(n <= o->in && !memcmp(rest, data + o->in - n, n));
		o->in -= n;
		o->err = 0;
	} else if (!o->err) {
		o->err = -ENODATA;
	}
	sva_stream_close(stream);
}

static void compare(const struct outcome *o, const struct outcome *expected,
		    const struct choice *choice)
{
	/* A promise that is not kept, or nobody who could go on. */
	bool within_reach = choice->made && choice->window_12;
	bool may_fail = choice->near || (choice->no_cpu && (!within_reach || last_good));

	check(!memcmp(o->data, expected->data, svai_least(o->out, expected->out)));
	if (o->err && may_fail)
		return;
	if (expected->err == -ENODATA && expected->out == ROOM)
		return;
	if (!expected->err)
		check(!o->err && o->in == expected->in && o->out == expected->out);
	/* Of damaged data, some accept more than others. */
	if (expected->err && choice->made && !choice->damage[2])
		check(o->err == expected->err && o->out <= expected->out &&
		      o->out + 3 >= expected->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome stream, zlib;
	static uint8_t made[2 * ROOM + 256];
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct choice choice;

	if (size < 11 || size > ROOM / 4)
		return 0;
	choice = (struct choice){ .format = (enum sva_deflate_format)(data[0] & 3),
				  .made = data[0] & 4,
				  .near = data[0] & 8,
				  .no_cpu = data[0] & 16,
				  .window_12 = data[0] & 32,
				  .end = data[0] & 64,
				  .cut = data[0] & 128,
				  .in_most = 1u << data[1] % 17,
				  .out_most = 1u << data[2] % 17,
				  .level = data[3],
				  .times = data[4] % 8,
				  .fails_after = data[5] % 16,
				  .behind = data[6],
				  .damage = { data[7], data[8], data[9] } };
	choice.in_most += data[1] / 17;
	choice.out_most += data[2] / 17;
	data += 10;
	size -= 10;
	if (choice.made) {
		size = make(made, data, size, &choice);
		data = made;
	}
	policy.flags = choice.no_cpu ? SVA_POLICY_NO_CPU : 0;
	check(!sva_wq_set_policy(queue(), &policy));
	operations = 0;
	last_good = choice.fails_after;
	by_zlib(&zlib, data, size, &choice);
	by_stream(&stream, data, size, &choice);
	compare(&stream, &zlib, &choice);
	return 0;
}
