/* SPDX-License-Identifier: MIT */
/*
 * Streams that are inflated in pieces, with the parsers of their headers and trailers, on the CPU:
 * any bytes, or what zlib makes of the input with a header of the input's choice, damaged here and
 * there. No crash and no endless loop; in pieces the same as the whole; and what zlib inflates,
 * alike.
 */
#include <errno.h>
#include <zlib.h>

#include <sva/wq.h>

#include "least.h"
#include "stream_step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the first bytes of an input say. */
struct choice {
	enum sva_deflate_format format;
	bool made;                 /* the stream, by zlib */
	uint8_t in_most, out_most; /* bytes of a piece */
	uint8_t level, header;     /* of zlib; which optional fields there are */
	uint8_t damage[2];         /* where, and by what */
};

/*
 * The stream.
 */

static size_t make(uint8_t *to, size_t room, const uint8_t *data, size_t size,
		   const struct choice *choice)
{
	/* The extra field and the texts are the input, too. */
	Bytef extra[64] = { 0 }, name[32] = { 0 }, comment[32] = { 0 };
	gz_header header = { .extra = choice->header & 1 ? extra : NULL,
			     .extra_len = choice->header >> 4,
			     .name = choice->header & 2 ? name : NULL,
			     .comment = choice->header & 4 ? comment : NULL,
			     .hcrc = choice->header >> 3 & 1 };
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)size,
		       .next_out = to,
		       .avail_out = (uInt)room };
	int bits = window_bits(choice->format, 15);

	memcpy(extra, data, size < sizeof(extra) ? size : sizeof(extra));
	memcpy(name, data, size < sizeof(name) ? size : sizeof(name) - 1);
	memcpy(comment, data, size / 2 < sizeof(comment) ? size / 2 : sizeof(comment) - 1);
	check(deflateInit2(&z, choice->level % 10, Z_DEFLATED, bits > 31 ? 31 : bits, 8,
			   choice->level / 10 % 5) == Z_OK);
	if (bits >= 31)
		check(deflateSetHeader(&z, &header) == Z_OK);
	if (bits == 15 && choice->header & 1) /* FDICT */
		check(deflateSetDictionary(&z, extra, sizeof(extra)) == Z_OK);
	check(deflate(&z, Z_FINISH) == Z_STREAM_END);
	size = z.total_out;
	deflateEnd(&z);
	if (choice->damage[1])
		to[choice->damage[0] * size / 256] ^= choice->damage[1];
	return size;
}

/*
 * Who inflates it.
 */

static struct sva_wq *cpu(void)
{
	static struct sva_wq *wq;

	check(wq || !sva_wq_open(&wq, "cpu", NULL));
	return wq;
}

static void inflate_whole(struct outcome *o, const uint8_t *data, size_t size,
			  const struct choice *choice)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = choice->format };

	o->in = size;
	o->out = ROOM;
	o->err = sva_inflate(cpu(), o->data, &o->out, data, &o->in, &opts, NULL);
	check(o->in <= size && o->out <= ROOM);
	check(!o->err || o->err == -ENODATA || o->err == -ENOSPC || o->err == -EBADMSG);
}

static void inflate_pieces(struct outcome *o, const uint8_t *data, size_t size,
			   const struct choice *choice)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = choice->format };
	struct sva_stream *stream;
	uint8_t rest[SVA_STREAM_REST];
	size_t in, out, before;
	int status;

	o->in = o->out = 0;
	check(!sva_inflate_open(&stream, cpu(), &opts));
	do {
		before = o->in + o->out;
		in = svai_least(choice->in_most + 1u, size - o->in);
		out = svai_least(choice->out_most + 1u, ROOM - o->out);
		status = step(stream, o, data + o->in, in, out, SVA_FLUSH_NONE);
	} while (!status && o->in + o->out > before);
	if (status > 0)
		o->in -= sva_stream_rest(stream, rest);
	o->err = status == 1 ? 0 : status ? status : o->out == ROOM ? -ENOSPC : -ENODATA;
	sva_stream_close(stream);
}

static void against_zlib(const struct outcome *o, const uint8_t *data, size_t size,
			 const struct choice *choice)
{
	static uint8_t other[ROOM];
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data,
		       .avail_in = (uInt)size,
		       .next_out = other,
		       .avail_out = ROOM };

	check(inflateInit2(&z, window_bits(choice->format, 15)) == Z_OK);
	if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
		check(!o->err && o->out == z.total_out && o->in == z.total_in);
		check(!memcmp(o->data, other, o->out));
	}
	inflateEnd(&z);
}

/* The whole is for libdeflate, which takes some that ISA-L and zlib refuse: too long a run of code
 * lengths. */
static void compare(const struct outcome *whole, const struct outcome *pieces)
{
	bool refused = pieces->err == -EBADMSG;

	check(whole->err == pieces->err || refused);
	check(whole->err || refused || whole->in == pieces->in);
	check(whole->err == -EBADMSG || refused || whole->out == pieces->out);
	check(whole->err == -EBADMSG ||
	      (pieces->out <= whole->out && !memcmp(whole->data, pieces->data, pieces->out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole, pieces;
	static uint8_t stream[2 * ROOM];
	struct choice choice;

	if (size < 8 || size > ROOM / 2)
		return 0;
	choice = (struct choice){ .format = (enum sva_deflate_format)(data[0] & 3),
				  .made = data[0] & 4,
				  .in_most = data[1],
				  .out_most = data[2],
				  .level = data[3],
				  .header = data[4],
				  .damage = { data[5], data[6] } };
	data += 7;
	size -= 7;
	if (choice.made) {
		size = make(stream, sizeof(stream), data, size, &choice);
		data = stream;
	}
	inflate_whole(&whole, data, size, &choice);
	inflate_pieces(&pieces, data, size, &choice);
	compare(&whole, &pieces);
	against_zlib(&whole, data, size, &choice);
	against_zlib(&pieces, data, size, &choice);
	return 0;
}
