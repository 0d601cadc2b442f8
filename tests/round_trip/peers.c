/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <isa-l.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "peers.h"

/*
 * zlib.
 */

/* How it asks for a format. */
static int window_bits(enum sva_deflate_format format, int window)
{
	return format == SVA_DEFLATE_RAW    ? -window
	       : format == SVA_DEFLATE_ZLIB ? window
					    : window + 16;
}

struct buffer by_zlib(const struct buffer *data, enum sva_deflate_format format, int level,
		      int window, int strategy)
{
	z_stream z = { .next_in = data->data, .avail_in = (uInt)data->size };
	struct buffer packed;

	if (deflateInit2(&z, level, Z_DEFLATED, window_bits(format, window), 8, strategy) != Z_OK)
		give_up("zlib: deflateInit2()");
	packed =
		buffer_new(deflateBound(&z, data->size) + 64); /* short of some for small windows */
	z.next_out = packed.data;
	z.avail_out = (uInt)packed.size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		give_up("zlib: deflate()");
	packed = buffer_cut(packed, z.total_out);
	deflateEnd(&z);
	return packed;
}

void zlib_reads(const struct buffer *packed, enum sva_deflate_format format,
		const struct buffer *data)
{
	struct buffer back = buffer_new(data->size + 1);
	z_stream z = { .next_in = packed->data,
		       .avail_in = (uInt)packed->size,
		       .next_out = back.data,
		       .avail_out = (uInt)back.size };
	int status;

	if (inflateInit2(&z, window_bits(format, 15)) != Z_OK)
		give_up("zlib: inflateInit2()");
	status = inflate(&z, Z_FINISH);
	if (status != Z_STREAM_END || z.avail_in)
		give_up("zlib: status %d (%s), %u of %zu bytes are left", status,
			z.msg ? z.msg : "-", z.avail_in, packed->size);
	back.size = z.total_out;
	inflateEnd(&z);
	expect_same("zlib", &back, data);
	free(back.data);
}

/*
 * ISA-L.
 */

struct buffer by_isal(const struct buffer *data, enum sva_deflate_format format, int level)
{
	static const uint32_t room[ISAL_LEVELS] = { ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
						    ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT };
	static uint8_t workspace[ISAL_DEF_LVL3_DEFAULT > ISAL_DEF_LVL2_DEFAULT
					 ? ISAL_DEF_LVL3_DEFAULT
					 : ISAL_DEF_LVL2_DEFAULT];
	static struct isal_zstream s;
	struct buffer packed = buffer_new(data->size * 2 + 1024);

	isal_deflate_init(&s);
	s.level = (uint32_t)level;
	s.level_buf = workspace;
	s.level_buf_size = room[level];
	s.gzip_flag = format == SVA_DEFLATE_RAW    ? IGZIP_DEFLATE
		      : format == SVA_DEFLATE_ZLIB ? IGZIP_ZLIB
						   : IGZIP_GZIP;
	s.end_of_stream = 1;
	s.next_in = data->data;
	s.avail_in = (uint32_t)data->size;
	s.next_out = packed.data;
	s.avail_out = (uint32_t)packed.size;
	if (isal_deflate(&s) != COMP_OK || s.internal_state.state != ZSTATE_END)
		give_up("ISA-L: isal_deflate()");
	return buffer_cut(packed, s.total_out);
}

void isal_reads(const struct buffer *packed, enum sva_deflate_format format,
		const struct buffer *data)
{
	static struct inflate_state s;
	struct buffer back = buffer_new(data->size + 1);
	int status;

	isal_inflate_init(&s);
	s.crc_flag = format == SVA_DEFLATE_RAW    ? ISAL_DEFLATE
		     : format == SVA_DEFLATE_ZLIB ? ISAL_ZLIB
						  : ISAL_GZIP;
	s.next_in = packed->data;
	s.avail_in = (uint32_t)packed->size;
	s.next_out = back.data;
	s.avail_out = (uint32_t)back.size;
	status = isal_inflate(&s);
	if (status != ISAL_DECOMP_OK || s.block_state != ISAL_BLOCK_FINISH)
		give_up("ISA-L: status %d, %u of %zu bytes are left", status, s.avail_in,
			packed->size);
	back.size = s.total_out;
	expect_same("ISA-L", &back, data);
	free(back.data);
}

/*
 * gzip: from a file whose name it writes into the header.
 */

static void write_file(int fd, const struct buffer *content)
{
	FILE *file = fdopen(fd, "w");

	if (!file || fwrite(content->data, 1, content->size, file) != content->size || fclose(file))
		give_up("a temporary file: %s", strerror(errno));
}

static struct buffer output_of_gzip(const char *options, const struct buffer *input, size_t most)
{
	char path[] = "/tmp/round-trip-XXXXXX.gz", command[64];
	int fd = mkstemps(path, 3);
	struct buffer output = buffer_new(most);
	FILE *pipe;

	if (fd < 0)
		give_up("a temporary file: %s", strerror(errno));
	write_file(fd, input);
	snprintf(command, sizeof(command), "gzip %s %s", options, path);
	pipe = popen(command, "re");
	if (!pipe)
		give_up("%s: %s", command, strerror(errno));
	output = buffer_cut(output, fread(output.data, 1, most, pipe));
	if (pclose(pipe))
		give_up("%s: it says that something is wrong", command);
	unlink(path);
	return output;
}

struct buffer by_gzip(const struct buffer *data, int level)
{
	char options[16];

	snprintf(options, sizeof(options), "-cf%d", level);
	return output_of_gzip(options, data, data->size + data->size / 1000 + 1024);
}

void gzip_reads(const struct buffer *packed, const struct buffer *data)
{
	struct buffer back = output_of_gzip("-cd", packed, data->size + 1);

	expect_same("gzip", &back, data);
	free(back.data);
}
