/* SPDX-License-Identifier: MIT */
/*
 * limits QUEUE: what the calls of IAX say where an emulated device comes to a limit: too little
 * room, which it reports in another way than lib/cpu/ does, and sets that it is too small for.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include <sva/sva.h>

#define ELEMENTS 1000u
#define BYTES    (ELEMENTS * 12 / 8)

static const char *name;
static uint8_t column_data[BYTES], deflated[2 * BYTES], set[512], ones[ELEMENTS / 8], out[8192];
static struct sva_column column = { .size = sizeof(column),
				    .data = column_data,
				    .bytes = BYTES,
				    .elements = ELEMENTS,
				    .width = 12 };
static struct sva_outcome outcome = { .size = sizeof(outcome) };

static struct sva_wq *open_queue(uint32_t flags)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1, .flags = flags };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;

	assert_int_equal(sva_wq_open(&wq, name, &opts), 0);
	for (unsigned int i = 0; i < BYTES; i++)
		column_data[i] = (uint8_t)(i * i >> 3);
	memset(set, 0x35, sizeof(set));
	memset(ones, 0xff, sizeof(ones));
	return wq;
}

static void too_little_room(void **state)
{
	struct sva_wq *wq = open_queue(0);
	struct sva_column bytes = column;

	(void)state;
	bytes.width = 8;
	assert_int_equal(sva_scan(wq, &column, 0, 4095, 0, out, 124, NULL, &outcome), -ENOSPC);
	assert_int_equal(outcome.bytes, 0);
	assert_int_equal(sva_scan(wq, &column, 0, 4095, SVA_FILTER_INDICES, out, 100, NULL, NULL),
			 -ENOSPC);
	assert_int_equal(sva_extract(wq, &column, 0, 99, SVA_FILTER_OUT_32, out, 399, NULL, NULL),
			 -ENOSPC);
	assert_int_equal(sva_select(wq, &column, ones, 0, out, BYTES - 1, NULL, NULL), -ENOSPC);
	assert_int_equal(sva_expand(wq, &column, ones, ELEMENTS, 0, out, BYTES - 1, NULL, NULL),
			 -ENOSPC);
	assert_int_equal(sva_rle_burst(wq, &bytes, &bytes, 0, out, 10, NULL, &outcome), -ENOSPC);
	assert_int_equal(outcome.bytes, 0);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void sets_of_compressed_elements(void **state)
{
	struct sva_wq *wq = open_queue(0);
	struct sva_filter_result plain = { .size = sizeof(plain) }, result = plain;
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };
	struct sva_column packed = column;
	size_t size = sizeof(deflated);

	(void)state;
	assert_int_equal(sva_set_membership(wq, &column, set, 0, out, 125, &plain, &outcome), 0);
	assert_int_equal(outcome.why, 0);
	assert_int_equal(sva_deflate(wq, deflated, &size, column_data, BYTES, NULL, NULL), 0);
	packed.data = deflated;
	packed.bytes = size;
	packed.flags = SVA_COLUMN_DEFLATED;
	assert_int_equal(sva_set_membership(wq, &packed, set, 0, out, 125, &result, &outcome), 0);
	assert_int_equal(result.count, plain.count);
	assert_int_equal(outcome.why, SVA_WHY_UNSUPPORTED);
	assert_int_equal(sva_find_unique(wq, &packed, out, 512, &result, &outcome), 0);
	assert_int_equal(outcome.why, SVA_WHY_UNSUPPORTED);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_set_membership(wq, &packed, set, 0, out, 125, NULL, NULL),
			 -EOPNOTSUPP);
	assert_int_equal(sva_wq_close(wq), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_little_room),
		cmocka_unit_test(sets_of_compressed_elements),
	};

	name = argc > 1 ? argv[1] : "wq1.0";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
