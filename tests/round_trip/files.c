/* SPDX-License-Identifier: MIT */
/*
 * files QUEUE MOST FILE... - round trips of files, or of their first MOST bytes, through a queue of
 * an IAX device or through "cpu": what libsva compresses, zlib, ISA-L and gzip inflate, and so does
 * libsva; and what they compress, at several levels, libsva inflates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "peers.h"
#include "sides.h"

static const enum sva_deflate_format formats[] = { SVA_DEFLATE_RAW, SVA_DEFLATE_ZLIB,
						   SVA_DEFLATE_GZIP };
static const char *const names[] = { "raw", "zlib", "gzip" };
static const uint32_t pieces[] = { 7, 511, 4099, 65537, 1u << 20 };

static struct dice dice = { 1 };

/* The smallest pieces are for the smallest files. */
static uint32_t some_piece(const struct buffer *data)
{
	return pieces[data->size < 20000 ? dice_below(&dice, 5) : 1 + dice_below(&dice, 4)];
}

static void others_read(const struct buffer *packed, enum sva_deflate_format format,
			const struct buffer *data)
{
	zlib_reads(packed, format, data);
	isal_reads(packed, format, data);
	if (format == SVA_DEFLATE_GZIP)
		gzip_reads(packed, data);
}

static void we_read(struct sva_wq *wq, struct buffer packed, enum sva_deflate_format format,
		    const struct buffer *data)
{
	sva_reads(wq, &packed, format, data);
	sva_stream_reads(wq, &packed, format, data, &dice, some_piece(data));
	if (format != SVA_DEFLATE_RAW)
		sva_reads(wq, &packed, SVA_DEFLATE_AUTO, data);
	free(packed.data);
}

static void from_us(struct sva_wq *wq, const char *path, const struct buffer *data)
{
	for (unsigned int f = 0; f < 3; f++) {
		struct sva_deflate_opts opts = { .size = sizeof(opts),
						 .format = formats[f],
						 .flags = dice_below(&dice, 2) ? SVA_DEFLATE_FIXED
									       : 0,
						 .level = dice_below(&dice, 4) };
		struct buffer packed;

		working_on("%s, compressed as %s by libsva, level %u, flags %#x", path, names[f],
			   opts.level, opts.flags);
		packed = by_sva(wq, data, &opts);
		others_read(&packed, formats[f], data);
		we_read(wq, packed, formats[f], data);
		working_on("%s, compressed as a stream, %s, by libsva, level %u", path, names[f],
			   opts.level);
		packed = by_sva_stream(wq, data, &opts, &dice, some_piece(data));
		others_read(&packed, formats[f], data);
		we_read(wq, packed, formats[f], data);
	}
}

static void from_others(struct sva_wq *wq, const char *path, const struct buffer *data)
{
	static const int levels[] = { 1, 6, 9 };

	for (unsigned int f = 0; f < 3; f++) {
		for (unsigned int i = 0; i < 3; i++) {
			int window = (f + i) % 2 ? 12 : 15; /* the device has 12 */

			working_on("%s, compressed as %s by zlib, level %d, window %d", path,
				   names[f], levels[i], window);
			we_read(wq,
				by_zlib(data, formats[f], levels[i], window, Z_DEFAULT_STRATEGY),
				formats[f], data);
		}
		for (int level = 0; level < ISAL_LEVELS; level++) {
			working_on("%s, compressed as %s by ISA-L, level %d", path, names[f],
				   level);
			we_read(wq, by_isal(data, formats[f], level), formats[f], data);
		}
	}
	for (unsigned int i = 0; i < 3; i++) {
		working_on("%s, compressed by gzip -%d", path, levels[i]);
		we_read(wq, by_gzip(data, levels[i]), SVA_DEFLATE_GZIP, data);
	}
}

int main(int argc, char **argv)
{
	struct sva_wq *wq;
	size_t bytes = 0;

	working_on("files QUEUE MOST FILE...");
	if (argc < 4)
		give_up("arguments are missing");
	wq = queue_open(argv[1]);
	for (int i = 3; i < argc; i++) {
		struct buffer data;

		working_on("%s", argv[i]);
		data = buffer_read(argv[i], strtoul(argv[2], NULL, 10));
		from_us(wq, argv[i], &data);
		from_others(wq, argv[i], &data);
		bytes += data.size;
		free(data.data);
	}
	queue_close(wq);
	printf("files: %d of %zu bytes, of all round trips the device has done %zu\n", argc - 3,
	       bytes, (size_t)by_device);
	return 0;
}
