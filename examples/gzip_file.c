/* SPDX-License-Identifier: MIT */
/*
 * Compress standard input to standard output as gzip does, or with -d inflate it, and say where
 * that was done.
 *
 *	cc gzip_file.c $(pkg-config --cflags --libs libsva) -o gzip_file
 *	./gzip_file <FILE >FILE.gz
 *	./gzip_file -d <FILE.gz | cmp - FILE
 *
 * LIBSVA_QUEUE names the queue, "iax1" or "wq1.0"; otherwise it is the best one of an IAX device,
 * or the CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#define PIECE ((size_t)1 << 20)

static unsigned char in[PIECE], out[PIECE];

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	return 1;
}

static bool write_out(const struct sva_stream_io *io)
{
	size_t size = PIECE - io->out_size;

	return fwrite(out, 1, size, stdout) == size;
}

/* From where the last piece ended: all of the input up to the end of the stream. */
static int run(struct sva_stream *stream, struct sva_stream_io *io, bool inflates)
{
	enum sva_flush flush = SVA_FLUSH_NONE;
	int done = 0;

	while (!done || (!inflates && flush != SVA_FLUSH_END)) {
		if (!io->in_size && !feof(stdin)) {
			io->in = in;
			io->in_size = fread(in, 1, PIECE, stdin);
			if (ferror(stdin))
				return -EIO;
		}
		if (!io->in_size && inflates)
			return -ENODATA;
		if (feof(stdin))
			flush = SVA_FLUSH_END;
		io->out = out;
		io->out_size = PIECE;
		done = sva_stream_run(stream, io, flush);
		if (done < 0)
			return done;
		if (!write_out(io))
			return -EIO;
	}
	return 0;
}

/* A file may have several members, one behind the other. */
static int run_all(struct sva_stream *stream, bool inflates)
{
	struct sva_stream_io io = { 0 };
	int err = run(stream, &io, inflates);

	while (!err && inflates && (io.in_size || !feof(stdin))) {
		if (!io.in_size) {
			io.in = in;
			io.in_size = fread(in, 1, PIECE, stdin);
		}
		if (io.in_size)
			err = sva_stream_reset(stream) ? -ENOMEM : run(stream, &io, inflates);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct sva_wq_opts queue = { .size = sizeof(queue), .kind = SVA_DEV_KIND_IAX };
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	bool inflates = argc == 2 && !strcmp(argv[1], "-d");
	struct sva_stream *stream;
	struct sva_wq *wq;
	char text[256];
	int err;

	if (argc > 2 || (argc == 2 && !inflates))
		return fail(argv[0], "usage: gzip_file [-d] <INPUT >OUTPUT");
	err = sva_wq_open(&wq, getenv("LIBSVA_QUEUE"), &queue);
	if (err)
		return fail("sva_wq_open", sva_strerror(err));
	fprintf(stderr, "%s\n", sva_wq_why(wq));
	err = inflates ? sva_inflate_open(&stream, wq, &opts)
		       : sva_deflate_open(&stream, wq, &opts);
	if (!err) {
		err = run_all(stream, inflates);
		if (!err && fflush(stdout))
			err = -EIO;
		sva_stream_outcome(stream, &outcome);
		sva_outcome_explain(&outcome, text, sizeof(text));
		fprintf(stderr, "%s\n", text);
		sva_stream_close(stream);
	}
	sva_wq_close(wq);
	return err ? fail(inflates ? "inflate" : "deflate", sva_strerror(err)) : 0;
}
