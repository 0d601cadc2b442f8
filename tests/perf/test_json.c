/* SPDX-License-Identifier: MIT */
/* JSON: what is written is read again; what is damaged in any way is refused, or read without harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "compare.h"
#include "output.h"
#include "page.h"

static char path[64];
static int file;

static struct perf_run *make_run(void)
{
	static const char *const words[PERF_AXES] = { "fill", "submit", "wq0.0", "portal", "64K",
						      "2",    "4",      "1",     "spin",   "bof+cc",
						      "0:1",  "2m",     "cold" };
	struct perf_run *run = calloc(1, sizeof(*run));
	struct perf_cell *cell;

	assert_non_null(run);
	run->cell = cell = calloc(1, sizeof(*run->cell));
	assert_non_null(cell);
	run->cell_count = 1;
	snprintf(run->id, sizeof(run->id), "an id");
	perf_fact(&run->machine, "host", "<b>\"&\n");
	perf_fact_number(&run->machine, "cpus", 7);
	perf_fact(&run->queue[run->queue_count++], "queue", "wq0.0");
	perf_warn(run, "beware of <script>");
	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		snprintf(cell->text[axis], PERF_WORD, "%s", words[axis]);
	cell->value[PERF_MODE] = PERF_SUBMIT;
	cell->value[PERF_SIZE] = 65536;
	cell->value[PERF_BATCH] = 2;
	cell->value[PERF_DEPTH] = 4;
	cell->value[PERF_THREADS] = 1;
	assert_int_equal(perf_cell_room(cell, 3), 0);
	cell->turns = 3;
	cell->faults = 5;
	for (unsigned int m = 0; m < PERF_METRICS; m++)
		for (unsigned int i = 0; i < 3; i++)
			cell->sample[m][i] = 1.5 + m + i;
	for (uint64_t i = 1; i < (uint64_t)1 << 40; i *= 3)
		perf_histogram_add(cell->latency, i);
	return run;
}

static void store(const char *text, size_t size)
{
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, text, size, 0), (ssize_t)size);
}

static char *written(const struct perf_run *run, size_t *size)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, size);

	assert_non_null(to);
	assert_int_equal(perf_json_write(run, to), 0);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void what_is_written_is_read_again(void **state)
{
	struct perf_run *run = make_run(), *read;
	char why[256];
	size_t size, again_size;
	char *text = written(run, &size), *again;

	(void)state;
	store(text, size);
	assert_int_equal(perf_json_read(path, &read, why, sizeof(why)), 0);
	assert_true(perf_same(run->cell, read->cell, 0));
	assert_int_equal(read->cell->turns, 3);
	assert_int_equal(read->cell->faults, 5);
	assert_memory_equal(run->cell->latency, read->cell->latency, sizeof(*run->cell->latency));
	again = written(read, &again_size);
	assert_string_equal(text, again);
	free(text);
	free(again);
	perf_run_free(run);
	perf_run_free(read);
}

/* What can be read can also be shown and compared. */
static void use(const struct perf_run *run)
{
	struct perf_comparison comparison;
	FILE *null = fopen("/dev/null", "we");

	assert_non_null(null);
	assert_int_equal(perf_compare(run, run, 3, 10, &comparison), 0);
	assert_int_equal(comparison.slower + comparison.faster, 0);
	perf_comparison_text(&comparison, 10, null);
	perf_page(run, run, &comparison, null);
	perf_text(run, null);
	perf_csv(run, null);
	perf_comparison_free(&comparison);
	fclose(null);
}

static void try_to_read(const char *text, size_t size)
{
	struct perf_run *run;
	char why[256] = "";

	store(text, size);
	if (perf_json_read(path, &run, why, sizeof(why))) {
		assert_null(run);
		assert_true(*why);
		return;
	}
	use(run);
	perf_run_free(run);
}

static void a_truncated_file_is_refused(void **state)
{
	struct perf_run *run = make_run(), *read;
	char why[256];
	size_t size;
	char *text = written(run, &size);

	(void)state;
	for (size_t i = 0; i + 2 < size; i += i < 64 ? 1 : 7) {
		store(text, i);
		assert_int_not_equal(perf_json_read(path, &read, why, sizeof(why)), 0);
		assert_null(read);
	}
	free(text);
	perf_run_free(run);
}

static void garbage_does_no_harm(void **state)
{
	static const char *const values[] = { "null",
					      "[]",
					      "{}",
					      "\"x\"",
					      "-1",
					      "1e999",
					      "1e308",
					      "99999999999999999999",
					      "0",
					      "true",
					      "[[]]",
					      "[1,2,3]",
					      "[[1,2],[3,-4]]",
					      "[null]",
					      "9223372036854775807" };
	struct perf_run *run = make_run();
	size_t size;
	char *text = written(run, &size), *damaged = calloc(1, size + 64);
	uint64_t random = 42;

	(void)state;
	assert_non_null(damaged);
	/* After each colon, something else. */
	for (char *at = strstr(text, "\": "); at; at = strstr(at + 3, "\": "))
		for (unsigned int i = 0; i < sizeof(values) / sizeof(*values); i++) {
			const char *rest = at + 3 + strcspn(at + 3, ",}");
			int length = snprintf(damaged, size + 64, "%.*s%s%s", (int)(at + 3 - text),
					      text, values[i], rest);

			try_to_read(damaged, (size_t)length);
		}
	/* And single bytes. */
	for (unsigned int i = 0; i < 3000; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		memcpy(damaged, text, size);
		damaged[(random >> 33) % size] = (char)(random >> 24);
		try_to_read(damaged, size);
	}
	free(damaged);
	free(text);
	perf_run_free(run);
}

static void other_files_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"format\": \"sva-perf\"}",
		"{\"format\": \"sva-perf\", \"version\": 2, \"results\": []}",
		"{\"format\": \"sva-perf\", \"version\": 1, \"results\": [1]}",
		"{\"format\": \"sva-perf\", \"version\": 1, \"results\": [{}]}",
		"{\"format\": \"another\", \"version\": 1, \"results\": []}",
		"{\"format\": \"sva-perf\", \"version\": 1, \"results\": [], \"run\": \"\xff\"}",
	};
	struct perf_run *run;
	char why[256];

	(void)state;
	for (unsigned int i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		store(texts[i], strlen(texts[i]));
		assert_int_not_equal(perf_json_read(path, &run, why, sizeof(why)), 0);
	}
	assert_int_not_equal(perf_json_read("/", &run, why, sizeof(why)), 0);
	assert_int_equal(perf_json_read("/does/not/exist", &run, why, sizeof(why)), -ENOENT);
}

static int make_file(void **state)
{
	(void)state;
	file = memfd_create("json", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return file < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(a_truncated_file_is_refused),
		cmocka_unit_test(garbage_does_no_harm),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, make_file, NULL);
}
