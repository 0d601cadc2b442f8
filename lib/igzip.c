/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <isa-l.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/isal.h"
#include "igzip.h"
#include "kept.h"

#define MOST (1u << 30) /* bytes: sizes of the library have 32 bits */
#define KEPT 8          /* workspaces that are not in use */

struct svai_compressor {
	struct isal_zstream stream;
};

struct svai_decompressor {
	struct inflate_state state;
};

#define LEVELS 4 /* of which the first one can make incompressible data much larger */

static const uint32_t level_sizes[LEVELS] = { ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
					      ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	bool usable, avx;
	__typeof__(isal_adler32) *adler32;
	__typeof__(isal_deflate_init) *deflate_init;
	__typeof__(isal_deflate) *deflate;
	__typeof__(isal_inflate_init) *inflate_init;
	__typeof__(isal_inflate) *inflate;
} isal;

static void load(void)
{
	isal.avx = sva_cpu_features() & SVA_CPU_AVX2;
	isal.usable = svai_library_find(SVAI_ISAL, "isal_adler32", &isal.adler32) &&
		      svai_library_find(SVAI_ISAL, "isal_deflate_init", &isal.deflate_init) &&
		      svai_library_find(SVAI_ISAL, "isal_deflate", &isal.deflate) &&
		      svai_library_find(SVAI_ISAL, "isal_inflate_init", &isal.inflate_init) &&
		      svai_library_find(SVAI_ISAL, "isal_inflate", &isal.inflate);
}

int svai_igzip_usable(void)
{
	pthread_once(&once, load);
	return isal.usable ? 0 : -ELIBACC;
}

uint32_t svai_adler32(uint32_t adler, const void *data, size_t size)
{
	for (const uint8_t *at = data; size;) {
		size_t some = size < MOST ? size : MOST;

		adler = isal.adler32(adler, at, some);
		at += some;
		size -= some;
	}
	svai_isal_leave(isal.avx);
	return adler;
}

static void *kept_compressors[LEVELS][KEPT], *kept_decompressors[KEPT];

struct svai_compressor *svai_compressor_get(unsigned int level, unsigned int window)
{
	struct svai_compressor *c = svai_kept_take(kept_compressors[level], KEPT);

	if (!c)
		c = malloc(sizeof(*c) + level_sizes[level]);
	if (!c)
		return NULL;
	isal.deflate_init(&c->stream);
	c->stream.level = level;
	c->stream.hist_bits = (uint16_t)window;
	c->stream.level_buf = (uint8_t *)(c + 1);
	c->stream.level_buf_size = level_sizes[level];
	return c;
}

void svai_compressor_put(struct svai_compressor *c)
{
	if (c)
		svai_kept_put(kept_compressors[c->stream.level], KEPT, c);
}

struct svai_decompressor *svai_decompressor_get(void)
{
	struct svai_decompressor *d = svai_kept_take(kept_decompressors, KEPT);

	if (!d)
		d = malloc(sizeof(*d));
	if (d)
		isal.inflate_init(&d->state);
	return d;
}

void svai_decompressor_put(struct svai_decompressor *d)
{
	svai_kept_put(kept_decompressors, KEPT, d);
}

static uint32_t at_most(size_t size)
{
	return size < MOST ? (uint32_t)size : MOST;
}

/*
 * One call of the library, of as much as its sizes can express. May it do more? It has moved, and
 * there is more input, or it has filled what it was told of the output.
 */
static bool compress_some(struct isal_zstream *s, struct svai_flow *flow, enum svai_flush flush)
{
	uint32_t in = at_most(flow->in_size), out = at_most(flow->out_size);
	bool last = in == flow->in_size;

	s->next_in = (uint8_t *)(uintptr_t)flow->in;
	s->avail_in = in;
	s->next_out = flow->out;
	s->avail_out = out;
	s->flush = last && flush == SVAI_SYNC ? SYNC_FLUSH : NO_FLUSH;
	s->end_of_stream = last && flush == SVAI_FINISH;
	isal.deflate(s);
	flow->in += in - s->avail_in;
	flow->in_size -= in - s->avail_in;
	flow->out += out - s->avail_out;
	flow->out_size -= out - s->avail_out;
	return (s->avail_in != in || s->avail_out != out) && (flow->in_size || !s->avail_out);
}

int svai_compress(struct svai_compressor *c, struct svai_flow *flow, enum svai_flush flush)
{
	while (compress_some(&c->stream, flow, flush))
		;
	svai_isal_leave(isal.avx);
	if (flush == SVAI_FINISH)
		return c->stream.internal_state.state == ZSTATE_END;
	return flush == SVAI_SYNC && !flow->in_size && flow->out_size;
}

int svai_decompress(struct svai_decompressor *d, struct svai_flow *flow)
{
	struct inflate_state *s = &d->state;
	uint32_t in, out, used;
	int err;

	do {
		in = at_most(flow->in_size);
		out = at_most(flow->out_size);
		s->next_in = (uint8_t *)(uintptr_t)flow->in;
		s->avail_in = in;
		s->next_out = flow->out;
		s->avail_out = out;
		err = isal.inflate(s);
		/* Of damaged data, it may say that it has read more than there is. */
		used = s->avail_in <= in ? in - s->avail_in : in;
		flow->in += used;
		flow->in_size -= used;
		flow->out += out - s->avail_out;
		flow->out_size -= out - s->avail_out;
	} while (!err && s->block_state != ISAL_BLOCK_FINISH && flow->out_size &&
		 (flow->in_size || !s->avail_out) && (s->avail_in != in || s->avail_out != out));
	svai_isal_leave(isal.avx);
	if (err < 0)
		return -EBADMSG;
	return s->block_state == ISAL_BLOCK_FINISH;
}

unsigned int svai_decompress_rest(const struct svai_decompressor *d, uint8_t rest[8])
{
	unsigned int bits = d->state.read_in_length > 0 ? (unsigned int)d->state.read_in_length : 0;

	for (unsigned int i = 0; i < bits / 8; i++)
		rest[i] = (uint8_t)(d->state.read_in >> (bits % 8 + 8 * i));
	return bits / 8;
}
