/* SPDX-License-Identifier: MIT */
/* The file format is described in sva-perf(1), FILE FORMAT. */
#include <errno.h>
#include <inttypes.h>
#include <json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "breakeven.h"
#include "output.h"

#define FORMAT     "sva-perf"
#define VERSION    1
#define BREAKEVENS 256
#define MOST_BYTES ((size_t)1 << 29) /* of a file */

/* A value that could not be allocated is null in the file: never a crash. */
static void put(json_object *object, const char *key, json_object *value)
{
	json_object_object_add(object, key, value);
}

static void put_text(json_object *object, const char *key, const char *text)
{
	put(object, key, json_object_new_string(text));
}

static json_object *new_number(double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.9g", value);
	return isfinite(value) ? json_object_new_double_s(value, text) : NULL;
}

static json_object *facts_object(const struct perf_facts *facts)
{
	json_object *object = json_object_new_object();

	for (unsigned int i = 0; i < facts->count; i++) {
		const struct perf_fact *fact = &facts->fact[i];

		if (fact->number)
			put(object, fact->key,
			    json_object_new_uint64(strtoull(fact->value, NULL, 10)));
		else
			put_text(object, fact->key, fact->value);
	}
	return object;
}

static json_object *histogram_array(const struct perf_histogram *histogram)
{
	json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < PERF_BUCKETS; i++) {
		json_object *pair;

		if (!histogram->count[i])
			continue;
		pair = json_object_new_array();
		json_object_array_add(pair, json_object_new_uint64(perf_bucket_low(i)));
		json_object_array_add(pair, json_object_new_uint64(histogram->count[i]));
		json_object_array_add(array, pair);
	}
	return array;
}

static json_object *latency_object(const struct perf_cell *cell)
{
	static const double percents[] = { 50, 90, 99, 99.9, 99.99 };
	json_object *object = json_object_new_object();
	char key[16];

	put(object, "count", json_object_new_uint64(cell->latency->total));
	put(object, "min_ns", json_object_new_uint64(cell->latency->min));
	put(object, "max_ns", json_object_new_uint64(cell->latency->max));
	for (unsigned int i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		snprintf(key, sizeof(key), "p%g_ns", percents[i]);
		put(object, key, new_number(perf_percentile(cell->latency, percents[i])));
	}
	put(object, "histogram", histogram_array(cell->latency));
	return object;
}

static json_object *samples_object(const struct perf_cell *cell)
{
	json_object *object = json_object_new_object();

	for (unsigned int m = 0; m < PERF_METRICS; m++) {
		json_object *array;

		if (!cell->sample[m])
			continue;
		array = json_object_new_array();
		for (unsigned int i = 0; i < cell->turns; i++)
			json_object_array_add(array, new_number(cell->sample[m][i]));
		put(object, perf_metric_name(m), array);
	}
	return object;
}

static json_object *cell_object(const struct perf_run *run, const struct perf_cell *cell)
{
	const struct perf_cell *peer = perf_peer(run, cell);
	json_object *object = json_object_new_object();

	for (unsigned int axis = 0; axis < PERF_AXES; axis++)
		if (perf_axis_is_number(axis))
			put(object, perf_axis_name(axis),
			    json_object_new_uint64(cell->value[axis]));
		else
			put_text(object, perf_axis_name(axis), cell->text[axis]);
	if (perf_is_plain(cell))
		put_text(object, "function", cell->peer);
	put(object, "operations", json_object_new_uint64(cell->operations));
	put(object, "faults", json_object_new_uint64(cell->faults));
	put(object, "full", json_object_new_uint64(cell->retries));
	put(object, "by_cpu", json_object_new_uint64(cell->by_cpu));
	if (*cell->failed)
		put_text(object, cell->skipped ? "skipped" : "failed", cell->failed);
	if (!cell->turns)
		return object;
	put(object, "bytes_per_s", new_number(perf_rate(cell)));
	put(object, "median_ns", new_number(perf_median(cell, PERF_TIME)));
	if (peer)
		put(object, "speed_up",
		    new_number(perf_median(peer, PERF_TIME) / perf_median(cell, PERF_TIME)));
	put(object, "latency", latency_object(cell));
	put(object, "samples", samples_object(cell));
	return object;
}

static json_object *breakeven_array(const struct perf_run *run)
{
	struct perf_breakeven found[BREAKEVENS];
	unsigned int count = perf_breakeven_find(run, found, BREAKEVENS);
	json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < count; i++) {
		json_object *object = json_object_new_object();
		char text[256];

		for (unsigned int axis = 0; axis < PERF_AXES; axis++)
			if (axis != PERF_SIZE)
				put_text(object, perf_axis_name(axis), found[i].cell->text[axis]);
		if (found[i].faster_from) {
			put(object, "faster_from", json_object_new_uint64(found[i].faster_from));
			put(object, "threshold", json_object_new_uint64(found[i].threshold));
		}
		perf_breakeven_text(&found[i], text, sizeof(text));
		put_text(object, "text", text);
		json_object_array_add(array, object);
	}
	return array;
}

static json_object *run_object(const struct perf_run *run)
{
	json_object *object = json_object_new_object(), *array;

	put_text(object, "format", FORMAT);
	put(object, "version", json_object_new_int(VERSION));
	put_text(object, "run", run->id);
	put_text(object, "time", run->time);
	put(object, "interrupted", json_object_new_boolean(run->interrupted));
	put(object, "machine", facts_object(&run->machine));
	put(object, "options", facts_object(&run->options));
	put(object, "method", facts_object(&run->method));
	array = json_object_new_array();
	for (unsigned int i = 0; i < run->queue_count; i++)
		json_object_array_add(array, facts_object(&run->queue[i]));
	put(object, "queues", array);
	array = json_object_new_array();
	for (unsigned int i = 0; i < run->warning_count; i++)
		json_object_array_add(array, json_object_new_string(run->warning[i]));
	put(object, "warnings", array);
	array = json_object_new_array();
	for (unsigned int i = 0; i < run->cell_count; i++)
		json_object_array_add(array, cell_object(run, &run->cell[i]));
	put(object, "results", array);
	put(object, "breakeven", breakeven_array(run));
	return object;
}

int perf_json_write(const struct perf_run *run, FILE *to)
{
	json_object *object = run_object(run);
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
	int err = text ? 0 : -ENOMEM;

	if (!err && (fputs(text, to) == EOF || fputc('\n', to) == EOF))
		err = errno ? -errno : -EIO;
	json_object_put(object);
	return err;
}

/*
 * Reading. Whatever the file holds, a value of the wrong type is as one that is missing, and a
 * number that is out of range is refused.
 */

static json_object *get(json_object *object, const char *key, enum json_type type)
{
	json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

static void get_text(json_object *object, const char *key, char *text, size_t len)
{
	json_object *value = get(object, key, json_type_string);

	snprintf(text, len, "%s", value ? json_object_get_string(value) : "");
}

static uint64_t get_number(json_object *object, const char *key)
{
	json_object *value = get(object, key, json_type_int);

	return value && json_object_get_int64(value) >= 0 ? json_object_get_uint64(value) : 0;
}

static void read_facts(json_object *object, struct perf_facts *facts)
{
	if (!json_object_is_type(object, json_type_object))
		return;
	json_object_object_foreach(object, key, value)
	{
		const char *text = json_object_get_string(value);
		unsigned int before = facts->count;

		perf_fact(facts, key, "%s", text ? text : "");
		if (facts->count > before)
			facts->fact[before].number = json_object_is_type(value, json_type_int);
	}
}

static bool is_sample(json_object *value, double *number)
{
	*number = json_object_get_double(value);
	return (json_object_is_type(value, json_type_double) ||
		json_object_is_type(value, json_type_int)) &&
	       isfinite(*number) && *number >= 0 && *number < 1e18;
}

static int read_samples(json_object *object, struct perf_cell *cell, char *why, size_t len)
{
	json_object *times = get(object, perf_metric_name(PERF_TIME), json_type_array);
	size_t turns = times ? json_object_array_length(times) : 0;

	if (turns > PERF_TURNS) {
		snprintf(why, len, "more than %d turns", PERF_TURNS);
		return -EINVAL;
	}
	if (perf_cell_room(cell, (unsigned int)turns))
		return -ENOMEM;
	cell->turns = (unsigned int)turns;
	for (unsigned int m = 0; m < PERF_METRICS; m++) {
		json_object *array = get(object, perf_metric_name(m), json_type_array);
		bool good = array && json_object_array_length(array) == turns;

		for (size_t i = 0; good && i < turns; i++)
			good = is_sample(json_object_array_get_idx(array, i),
					 &cell->sample[m][i]) &&
			       (m != PERF_TIME || cell->sample[m][i] > 0);
		if (good)
			continue;
		free(cell->sample[m]);
		cell->sample[m] = NULL;
	}
	if (cell->turns && !cell->sample[PERF_TIME]) {
		snprintf(why, len, "a sample that is no time");
		return -EINVAL;
	}
	return 0;
}

static int read_histogram(json_object *object, struct perf_histogram *histogram, char *why,
			  size_t len)
{
	json_object *array = get(object, "histogram", json_type_array);

	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		json_object *pair = json_object_array_get_idx(array, i), *low, *count;

		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2)
			pair = NULL;
		low = pair ? json_object_array_get_idx(pair, 0) : NULL;
		count = pair ? json_object_array_get_idx(pair, 1) : NULL;
		if (!json_object_is_type(low, json_type_int) ||
		    !json_object_is_type(count, json_type_int) || json_object_get_int64(low) < 0 ||
		    json_object_get_int64(count) < 0 ||
		    json_object_get_int64(count) > INT64_C(1) << 50) {
			snprintf(why, len, "a histogram that is none");
			return -EINVAL;
		}
		histogram->count[perf_bucket(json_object_get_uint64(low))] +=
			json_object_get_uint64(count);
		histogram->total += json_object_get_uint64(count);
	}
	histogram->min = get_number(object, "min_ns");
	histogram->max = get_number(object, "max_ns");
	return 0;
}

static int read_axes(json_object *object, struct perf_cell *cell)
{
	for (unsigned int axis = 0; axis < PERF_AXES; axis++) {
		if (!perf_axis_is_number(axis)) {
			get_text(object, perf_axis_name(axis), cell->text[axis], PERF_WORD);
			continue;
		}
		cell->value[axis] = get_number(object, perf_axis_name(axis));
		if (!cell->value[axis] || cell->value[axis] > INT64_C(1) << 40)
			return -EINVAL;
		if (axis == PERF_SIZE)
			perf_bytes_text(cell->value[axis], cell->text[axis], PERF_WORD);
		else
			snprintf(cell->text[axis], PERF_WORD, "%" PRIu64, cell->value[axis]);
	}
	cell->value[PERF_MODE] = !strcmp(cell->text[PERF_MODE], "plain")    ? PERF_PLAIN
				 : !strcmp(cell->text[PERF_MODE], "submit") ? PERF_SUBMIT
				 : !strcmp(cell->text[PERF_MODE], "ring")   ? PERF_RING
									    : PERF_CALL;
	return *cell->text[PERF_OP] ? 0 : -EINVAL;
}

static int read_cell(json_object *object, struct perf_cell *cell, char *why, size_t len)
{
	json_object *latency = get(object, "latency", json_type_object);
	int err;

	if (read_axes(object, cell)) {
		snprintf(why, len, "a configuration that is none");
		return -EINVAL;
	}
	get_text(object, "function", cell->peer, sizeof(cell->peer));
	get_text(object, "skipped", cell->failed, sizeof(cell->failed));
	cell->skipped = *cell->failed != '\0';
	if (!cell->skipped)
		get_text(object, "failed", cell->failed, sizeof(cell->failed));
	cell->operations = get_number(object, "operations");
	cell->faults = get_number(object, "faults");
	cell->retries = get_number(object, "full");
	cell->by_cpu = get_number(object, "by_cpu");
	err = read_samples(get(object, "samples", json_type_object), cell, why, len);
	return err ? err : read_histogram(latency, cell->latency, why, len);
}

static int read_cells(json_object *array, struct perf_run *run, char *why, size_t len)
{
	size_t count = json_object_array_length(array);
	int err = 0;

	if (count > PERF_CELLS) {
		snprintf(why, len, "more than %d configurations", PERF_CELLS);
		return -EINVAL;
	}
	run->cell = calloc(count + 1, sizeof(*run->cell));
	if (!run->cell)
		return -ENOMEM;
	for (size_t i = 0; i < count && !err; i++) {
		run->cell_count++;
		err = read_cell(json_object_array_get_idx(array, i), &run->cell[i], why, len);
	}
	return err;
}

static int read_run(json_object *object, struct perf_run *run, char *why, size_t len)
{
	json_object *results = get(object, "results", json_type_array);
	json_object *queues = get(object, "queues", json_type_array);
	json_object *warnings = get(object, "warnings", json_type_array), *interrupted;
	char format[32];

	get_text(object, "format", format, sizeof(format));
	if (strcmp(format, FORMAT) != 0 || !results) {
		snprintf(why, len, "it is no result of sva-perf --json");
		return -EINVAL;
	}
	if (get_number(object, "version") != VERSION) {
		snprintf(why, len, "its format is of another version of sva-perf: measure again");
		return -EINVAL;
	}
	get_text(object, "run", run->id, sizeof(run->id));
	get_text(object, "time", run->time, sizeof(run->time));
	interrupted = get(object, "interrupted", json_type_boolean);
	run->interrupted = interrupted && json_object_get_boolean(interrupted);
	read_facts(get(object, "machine", json_type_object), &run->machine);
	read_facts(get(object, "options", json_type_object), &run->options);
	read_facts(get(object, "method", json_type_object), &run->method);
	for (size_t i = 0; queues && i < json_object_array_length(queues) && i < PERF_QUEUES; i++)
		read_facts(json_object_array_get_idx(queues, i), &run->queue[run->queue_count++]);
	for (size_t i = 0; warnings && i < json_object_array_length(warnings); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(warnings, i));

		perf_warn(run, "%s", text ? text : "");
	}
	return read_cells(results, run, why, len);
}

/* A file, or a pipe, as a string. */
static char *read_file(const char *path, int *err, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	*err = file ? 0 : -errno;
	*size = 0;
	while (!*err && !feof(file)) {
		if (*size + 1 >= room) {
			char *more = room < MOST_BYTES ? realloc(text, 2 * room + 65536) : NULL;

			if (!more) {
				*err = room < MOST_BYTES ? -ENOMEM : -EFBIG;
				break;
			}
			text = more;
			room = 2 * room + 65536;
		}
		*size += fread(text + *size, 1, room - *size - 1, file);
		*err = ferror(file) ? -errno : 0;
	}
	if (text)
		text[*size] = '\0';
	if (file)
		fclose(file);
	return text;
}

int perf_json_read(const char *path, struct perf_run **run, char *why, size_t len)
{
	json_tokener *tokener;
	json_object *object = NULL;
	size_t size = 0;
	char *text;
	int err;

	*run = NULL;
	text = read_file(path, &err, &size);
	if (err) {
		snprintf(why, len, "%s", strerror(-err));
		free(text);
		return err;
	}
	tokener = json_tokener_new();
	if (tokener)
		json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	if (tokener)
		object = json_tokener_parse_ex(tokener, text, (int)size);
	if (tokener && !object && json_tokener_get_error(tokener) == json_tokener_continue)
		snprintf(why, len, "it ends early, after %zu bytes", size);
	else if (tokener && !object)
		snprintf(why, len, "no JSON: %s at byte %zu",
			 json_tokener_error_desc(json_tokener_get_error(tokener)),
			 json_tokener_get_parse_end(tokener));
	err = !tokener ? -ENOMEM : object ? 0 : -EINVAL;
	if (tokener)
		json_tokener_free(tokener);
	free(text);
	*run = calloc(1, sizeof(**run));
	if (!err)
		err = *run ? read_run(object, *run, why, len) : -ENOMEM;
	json_object_put(object);
	if (err && *run) {
		perf_run_free(*run);
		*run = NULL;
	}
	if (err == -ENOMEM)
		snprintf(why, len, "no memory");
	return err;
}
