/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <uuid.h>

#include "perf.h"
#include "samples.h"

static void csv_cell(FILE *file, const struct perf_cell *cell)
{
	fprintf(file, "%s,%s,%zu,%u,%u,%u,%u,%.3f,%.3f,%.3f,%llu,%llu,%llu,%llu,%llu,%.6f\n",
		perf_op_names[cell->op], perf_mode_names[cell->mode], cell->size, cell->depth,
		cell->batch, cell->threads, cell->turns, samples_median(cell->ns, cell->turns),
		samples_spread(cell->ns, cell->turns), samples_median(cell->plain_ns, cell->turns),
		(unsigned long long)histogram_percentile(cell->latency, 50),
		(unsigned long long)histogram_percentile(cell->latency, 90),
		(unsigned long long)histogram_percentile(cell->latency, 99),
		(unsigned long long)histogram_percentile(cell->latency, 99.9),
		(unsigned long long)cell->latency->largest,
		cell->operations ? cell->cpu_ns / (double)cell->operations : 0);
}

int perf_csv(const struct perf_run *run, const char *name)
{
	FILE *file = fopen(name, "we");
	int err = 0;

	if (!file)
		return -errno;
	fprintf(file, "op,mode,bytes,depth,batch,threads,turns,ns,ns_spread,plain_ns,p50_ns,p90_ns,"
		      "p99_ns,p99.9_ns,max_ns,cpu_ns\n");
	for (unsigned int i = 0; i < run->cells; i++)
		if (run->cell[i].turns)
			csv_cell(file, &run->cell[i]);
	if (ferror(file))
		err = -EIO;
	if (fclose(file))
		err = -errno;
	return err;
}

static void add_text(struct json_object *to, const char *name, const char *text)
{
	json_object_object_add(to, name, json_object_new_string(text));
}

static void add_number(struct json_object *to, const char *name, uint64_t number)
{
	json_object_object_add(to, name, json_object_new_uint64(number));
}

static struct json_object *samples_array(const double *samples, unsigned int count)
{
	struct json_object *array = json_object_new_array();
	char text[32];

	for (unsigned int i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%.4f", samples[i]);
		json_object_array_add(array, json_object_new_double_s(samples[i], text));
	}
	return array;
}

/* Pairs: the largest value of a bucket, and how many there are. */
static struct json_object *histogram_array(const struct histogram *h)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		struct json_object *pair;

		if (!h->bucket[i])
			continue;
		pair = json_object_new_array();
		json_object_array_add(pair, json_object_new_uint64(histogram_value(i)));
		json_object_array_add(pair, json_object_new_uint64(h->bucket[i]));
		json_object_array_add(array, pair);
	}
	return array;
}

static struct json_object *cell_object(const struct perf_cell *cell)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "op", perf_op_names[cell->op]);
	add_text(o, "mode", perf_mode_names[cell->mode]);
	add_number(o, "bytes", cell->size);
	add_number(o, "depth", cell->depth);
	add_number(o, "batch", cell->batch);
	add_number(o, "threads", cell->threads);
	add_number(o, "operations", cell->operations);
	add_number(o, "by_cpu", cell->by_cpu);
	json_object_object_add(
		o, "cpu_ns",
		json_object_new_double(cell->operations ? cell->cpu_ns / (double)cell->operations
							: 0));
	json_object_object_add(o, "ns", samples_array(cell->ns, cell->turns));
	json_object_object_add(o, "plain_ns", samples_array(cell->plain_ns, cell->turns));
	json_object_object_add(o, "latency_ns", histogram_array(cell->latency));
	return o;
}

static void add_run(struct json_object *all)
{
	char text[UUID_STR_LEN], date[32];
	time_t now = time(NULL);
	struct tm tm;
	uuid_t id;

	uuid_generate(id);
	uuid_unparse_lower(id, text);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	add_text(all, "run", text);
	add_text(all, "date", date);
	add_text(all, "library", sva_version());
}

static struct json_object *machine_object(void)
{
	struct json_object *o = json_object_new_object();
	char cpu[128], kernel[128];
	unsigned int cpus;

	perf_machine(cpu, sizeof(cpu), kernel, sizeof(kernel), &cpus);
	add_text(o, "cpu", cpu);
	add_text(o, "kernel", kernel);
	add_number(o, "cpus", cpus);
	return o;
}

static struct json_object *queue_object(const struct sva_wq *wq)
{
	const struct sva_wq_info *info = sva_wq_info(wq);
	struct json_object *o = json_object_new_object();

	add_text(o, "why", sva_wq_why(wq));
	add_text(o, "path", sva_path_name(sva_wq_path(wq)));
	if (!info)
		return o;
	add_text(o, "name", info->name);
	add_text(o, "device", info->device);
	add_text(o, "mode", info->mode == SVA_WQ_MODE_DEDICATED ? "dedicated" : "shared");
	add_number(o, "size", info->size);
	add_number(o, "threshold", info->threshold);
	add_number(o, "max_transfer_size", info->max_transfer_size);
	add_number(o, "max_batch_size", info->max_batch_size);
	json_object_object_add(o, "block_on_fault", json_object_new_boolean(info->block_on_fault));
	json_object_object_add(o, "numa_node", json_object_new_int(info->numa_node));
	return o;
}

int perf_json(const struct perf_run *run, const char *name)
{
	struct json_object *all = json_object_new_object(), *cells = json_object_new_array(),
			   *warnings = json_object_new_array();
	int err = 0;

	add_run(all);
	json_object_object_add(all, "machine", machine_object());
	json_object_object_add(all, "queue", queue_object(run->wq));
	for (unsigned int i = 0; i < run->warning_count; i++)
		json_object_array_add(warnings, json_object_new_string(run->warnings[i]));
	json_object_object_add(all, "warnings", warnings);
	for (unsigned int i = 0; i < run->cells; i++)
		if (run->cell[i].turns)
			json_object_array_add(cells, cell_object(&run->cell[i]));
	json_object_object_add(all, "cells", cells);
	errno = 0;
	if (json_object_to_file_ext(name, all, JSON_C_TO_STRING_PLAIN))
		err = errno ? -errno : -EIO;
	json_object_put(all);
	return err;
}
