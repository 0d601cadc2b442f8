/* SPDX-License-Identifier: MIT */
/*
 * random QUEUE - round trips of random and structured data, through a queue of an IAX device or
 * through "cpu", with zlib and ISA-L as judges. Each round has a seed of its own, ROUND_TRIP_SEED
 * in the environment and what follows it, and there are ROUND_TRIP_ROUNDS of them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "peers.h"
#include "sides.h"

#define ROUNDS 100000u
#define USUAL  4200u  /* bytes at most, */
#define LARGER 70000u /* but for one round of 100 */

static struct dice dice;

static uint32_t below(uint32_t n)
{
	return dice_below(&dice, n);
}

/*
 * Data.
 */

static void noise(uint8_t *data, size_t size, uint32_t values)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(below(values) * 37);
}

static void anything(uint8_t *data, size_t size)
{
	noise(data, size, 256);
}

static void few_values(uint8_t *data, size_t size)
{
	noise(data, size, 1 + below(4));
}

static void periodic(uint8_t *data, size_t size)
{
	size_t period = 1 + below(below(2) ? 12 : 600);

	noise(data, period < size ? period : size, 256);
	for (size_t i = period; i < size; i++)
		data[i] = below(500) ? data[i - period] : (uint8_t)below(256);
}

static void sparse(uint8_t *data, size_t size)
{
	uint32_t density = 2 + below(400);

	for (size_t i = 0; i < size; i++)
		data[i] = below(density) ? 0 : (uint8_t)below(256);
}

/* Letters, each of which few others follow. */
static void text(uint8_t *data, size_t size)
{
	static const char letters[] = "etaoin shrdlu\ncmfwyp,vbgk.jqxz";
	uint32_t last = 0;

	for (size_t i = 0; i < size; i++) {
		last = (last * 7 + below(2 + last % 5)) % (sizeof(letters) - 1);
		data[i] = (uint8_t)letters[last];
	}
}

/* Copies from just before, at, and just behind where a window ends. */
static void far_copies(uint8_t *data, size_t size)
{
	const size_t window = size > 33000 && below(2) ? 32768 : 4096;
	size_t i = window - 3 < size ? window - 3 : size;

	noise(data, i, 256);
	while (i < size) {
		size_t n = 3 + below(300), distance = window - 3 + below(7);

		for (; n && i < size; n--, i++)
			data[i] = distance <= i ? data[i - distance] : (uint8_t)below(256);
		if (i < size)
			data[i++] = (uint8_t)below(256);
	}
}

/* Lengths of runs around those that the codes have at most. */
static void runs(uint8_t *data, size_t size)
{
	for (size_t i = 0, n; i < size; i += n) {
		n = 1 + below(below(3) ? 9 : 270);
		n = n < size - i ? n : size - i;
		memset(data + i, (int)below(256), n);
	}
}

static struct buffer some_data(void)
{
	static void (*const kinds[])(uint8_t * data,
				     size_t size) = { anything, few_values, periodic, sparse,
						      text,     far_copies, runs };
	bool larger = !below(100);
	struct buffer data = buffer_new(below(larger ? LARGER : below(4) ? USUAL : 40));

	kinds[below(sizeof(kinds) / sizeof(kinds[0]))](data.data, data.size);
	return data;
}

/*
 * A round.
 */

/* Mostly small, so that there are many. */
static uint32_t some_piece(const struct buffer *data)
{
	return 1 + below(below(2) ? 32 + (uint32_t)data->size / 64 : 2000);
}

static void we_read(struct sva_wq *wq, struct buffer packed, enum sva_deflate_format format,
		    const struct buffer *data)
{
	if (below(2))
		sva_reads(wq, &packed, format, data);
	else
		sva_stream_reads(wq, &packed, format, data, &dice, some_piece(data));
	free(packed.data);
}

static void from_us(struct sva_wq *wq, const struct buffer *data)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts),
					 .format = (enum sva_deflate_format)below(3),
					 .flags = below(4),
					 .level = below(4) };
	struct buffer packed = below(3) ? by_sva(wq, data, &opts)
					: by_sva_stream(wq, data, &opts, &dice, some_piece(data));

	zlib_reads(&packed, opts.format, data);
	isal_reads(&packed, opts.format, data);
	we_read(wq, packed, opts.format, data);
}

static void from_others(struct sva_wq *wq, const struct buffer *data)
{
	enum sva_deflate_format format = (enum sva_deflate_format)below(3);
	struct buffer packed = below(3) ? by_zlib(data, format, (int)below(10), 9 + (int)below(7),
						  (int)below(Z_FIXED + 1))
					: by_isal(data, format, (int)below(ISAL_LEVELS));

	we_read(wq, packed, format, data);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t seed = setting("ROUND_TRIP_SEED", 1),
		 rounds = setting("ROUND_TRIP_ROUNDS", ROUNDS);
	struct sva_wq *wq;

	working_on("random QUEUE");
	if (argc != 2)
		give_up("give one queue");
	wq = queue_open(argv[1]);
	printf("ROUND_TRIP_SEED=%" PRIu64 " ROUND_TRIP_ROUNDS=%" PRIu64 "\n", seed, rounds);
	for (uint64_t i = 0; i < rounds; i++) {
		struct buffer data;

		dice.state = (seed + i) * 0x9e3779b97f4a7c15;
		data = some_data();
		working_on("ROUND_TRIP_SEED=%" PRIu64
			   " ROUND_TRIP_ROUNDS=1, %zu bytes, compressed by libsva",
			   seed + i, data.size);
		from_us(wq, &data);
		working_on("ROUND_TRIP_SEED=%" PRIu64
			   " ROUND_TRIP_ROUNDS=1, %zu bytes, compressed by others",
			   seed + i, data.size);
		from_others(wq, &data);
		free(data.data);
	}
	queue_close(wq);
	return 0;
}
