/* SPDX-License-Identifier: MIT */
/*
 * Count the elements of a column that lie in a range, and say where that was done. The column is a
 * file of bit-packed integers, or (width 0) of Parquet's RLE and bit-packing.
 *
 *	cc scan_column.c $(pkg-config --cflags --libs libsva) -o scan_column
 *	./scan_column FILE WIDTH ELEMENTS LOW HIGH
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sva/sva.h>

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	return 1;
}

/* The file as it lies in memory: NULL if it cannot be had. */
static void *map(const char *name, uint64_t *size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size > 0) {
		*size = (uint64_t)st.st_size;
		data = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	close(fd);
	return data == MAP_FAILED ? NULL : data;
}

static int scan(struct sva_wq *wq, const struct sva_column *column, uint32_t low, uint32_t high)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	size_t size = column->elements / 8 + 1;
	void *bits = malloc(size);
	char text[256];
	int err;

	if (!bits)
		return -ENOMEM;
	err = sva_scan(wq, column, low, high, 0, bits, size, &result, &outcome);
	free(bits);
	if (err)
		return err;
	printf("%llu of %llu", (unsigned long long)result.count,
	       (unsigned long long)column->elements);
	if (result.count)
		printf(", from %llu to %llu", (unsigned long long)result.first,
		       (unsigned long long)result.last);
	sva_outcome_explain(&outcome, text, sizeof(text));
	printf("\n%s\n", text);
	return 0;
}

int main(int argc, char **argv)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_column column = { .size = sizeof(column) };
	struct sva_wq *wq;
	int err;

	if (argc != 6)
		return fail(argv[0], "usage: scan_column FILE WIDTH ELEMENTS LOW HIGH");
	column.data = map(argv[1], &column.bytes);
	if (!column.data)
		return fail(argv[1], "cannot be read, or is empty");
	column.width = (uint32_t)strtoul(argv[2], NULL, 0);
	column.elements = strtoull(argv[3], NULL, 0);
	column.flags = column.width ? 0 : SVA_COLUMN_RLE;
	err = sva_wq_open(&wq, getenv("LIBSVA_QUEUE"), &opts);
	if (err)
		return fail("sva_wq_open", sva_strerror(err));
	printf("%s\n", sva_wq_why(wq));
	err = scan(wq, &column, (uint32_t)strtoul(argv[4], NULL, 0),
		   (uint32_t)strtoul(argv[5], NULL, 0));
	sva_wq_close(wq);
	return err ? fail("sva_scan", sva_strerror(err)) : 0;
}
