/* SPDX-License-Identifier: MIT */
#include "inflate_whole.h"

#include <libdeflate.h>
#include <pthread.h>

#include "cpu/library.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	bool usable;
	__typeof__(libdeflate_alloc_decompressor) *alloc;
	__typeof__(libdeflate_free_decompressor) *free;
	__typeof__(libdeflate_deflate_decompress_ex) *decompress;
} deflate;

static void load(void)
{
	deflate.usable =
		svai_library_find(SVAI_LIBDEFLATE, "libdeflate_alloc_decompressor",
				  &deflate.alloc) &&
		svai_library_find(SVAI_LIBDEFLATE, "libdeflate_free_decompressor", &deflate.free) &&
		svai_library_find(SVAI_LIBDEFLATE, "libdeflate_deflate_decompress_ex",
				  &deflate.decompress);
}

bool svai_inflate_whole(struct svai_flow *flow)
{
	struct libdeflate_decompressor *d;
	size_t in, out;
	enum libdeflate_result result;

	pthread_once(&once, load);
	d = deflate.usable ? deflate.alloc() : NULL;
	if (!d)
		return false;
	result = deflate.decompress(d, flow->in, flow->in_size, flow->out, flow->out_size, &in,
				    &out);
	deflate.free(d);
	if (result != LIBDEFLATE_SUCCESS)
		return false;
	flow->in += in;
	flow->in_size -= in;
	flow->out += out;
	flow->out_size -= out;
	return true;
}
