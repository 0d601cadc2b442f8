/* SPDX-License-Identifier: MIT */
/* What is missing, or of another type, is 0 or "": a file may come from anywhere. */
#include <errno.h>
#include <json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "samples.h"

#define MOST 100000u /* of anything */

static void text(const struct json_object *o, const char *name, char *to, size_t size)
{
	struct json_object *value;

	*to = '\0';
	if (json_object_object_get_ex(o, name, &value) &&
	    json_object_is_type(value, json_type_string))
		snprintf(to, size, "%s", json_object_get_string(value));
}

static double real(const struct json_object *o)
{
	double value = json_object_get_double(o);

	return isfinite(value) && value >= 0 && value < 1e18 ? value : 0;
}

static double number(const struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? real(value) : 0;
}

/* An array of at most MOST; NULL: none, or empty */
static struct json_object *array(const struct json_object *o, const char *name, size_t *count)
{
	struct json_object *value;

	*count = 0;
	if (!json_object_object_get_ex(o, name, &value) ||
	    !json_object_is_type(value, json_type_array))
		return NULL;
	*count = json_object_array_length(value);
	if (*count > MOST)
		*count = 0;
	return *count ? value : NULL;
}

static int load_samples(const struct json_object *o, const char *name, double **to, size_t *count)
{
	const struct json_object *from = array(o, name, count);

	*to = from ? calloc(*count, sizeof(**to)) : NULL;
	if (from && !*to)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++)
		(*to)[i] = real(json_object_array_get_idx(from, i));
	return 0;
}

static int load_latency(const struct json_object *o, struct loaded_cell *cell)
{
	const struct json_object *from = array(o, "latency_ns", &cell->points);

	cell->latency = from ? calloc(cell->points, sizeof(*cell->latency)) : NULL;
	if (from && !cell->latency)
		return -ENOMEM;
	for (size_t i = 0; i < cell->points; i++) {
		const struct json_object *pair = json_object_array_get_idx(from, i);

		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2)
			continue;
		cell->latency[i].value = real(json_object_array_get_idx(pair, 0));
		cell->latency[i].count = real(json_object_array_get_idx(pair, 1));
	}
	return 0;
}

static int load_cell(const struct json_object *o, struct loaded_cell *cell)
{
	int err;

	if (!json_object_is_type(o, json_type_object))
		return -EINVAL;
	text(o, "op", cell->op, sizeof(cell->op));
	text(o, "mode", cell->mode, sizeof(cell->mode));
	cell->size = (uint64_t)number(o, "bytes");
	cell->depth = (uint64_t)number(o, "depth");
	cell->batch = (uint64_t)number(o, "batch");
	cell->threads = (uint64_t)number(o, "threads");
	cell->cpu_ns = number(o, "cpu_ns");
	err = load_samples(o, "ns", &cell->ns, &cell->turns);
	if (!err)
		err = load_samples(o, "plain_ns", &cell->plain_ns, &cell->plain_turns);
	if (!err)
		err = load_latency(o, cell);
	return err ? err : cell->size && cell->turns ? 0 : -EINVAL;
}

static int load_all(struct loaded *l, const struct json_object *all)
{
	struct json_object *machine, *queue, *cells = array(all, "cells", &l->count);
	size_t count = l->count;
	int err = 0;

	l->count = 0;
	if (!cells)
		return -EINVAL;
	text(all, "run", l->run, sizeof(l->run));
	text(all, "date", l->date, sizeof(l->date));
	text(all, "library", l->library, sizeof(l->library));
	if (json_object_object_get_ex(all, "machine", &machine)) {
		text(machine, "cpu", l->cpu, sizeof(l->cpu));
		text(machine, "kernel", l->kernel, sizeof(l->kernel));
	}
	if (json_object_object_get_ex(all, "queue", &queue))
		text(queue, "why", l->queue, sizeof(l->queue));
	l->cells = calloc(count, sizeof(*l->cells));
	if (!l->cells)
		return -ENOMEM;
	while (!err && l->count < count) {
		err = load_cell(json_object_array_get_idx(cells, l->count), &l->cells[l->count]);
		l->count++;
	}
	return err;
}

int load(struct loaded *l, const char *file)
{
	struct json_object *all;
	int err = -EINVAL;

	memset(l, 0, sizeof(*l));
	errno = 0;
	all = json_object_from_file(file);
	if (!all)
		return errno ? -errno : -EINVAL;
	if (json_object_is_type(all, json_type_object))
		err = load_all(l, all);
	json_object_put(all);
	return err;
}

void load_free(struct loaded *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->cells[i].ns);
		free(l->cells[i].plain_ns);
		free(l->cells[i].latency);
	}
	free(l->cells);
}

double load_percentile(const struct loaded_cell *cell, double percent)
{
	double all = 0, seen = 0;

	for (size_t i = 0; i < cell->points; i++)
		all += cell->latency[i].count;
	for (size_t i = 0; i < cell->points; i++) {
		seen += cell->latency[i].count;
		if (seen >= all * percent / 100)
			return cell->latency[i].value;
	}
	return 0;
}

/* In units of the plain function; NULL: it was not measured, or no memory */
static double *ratios(const struct loaded_cell *cell)
{
	double *r = cell->turns == cell->plain_turns ? calloc(cell->turns, sizeof(*r)) : NULL;

	for (size_t i = 0; r && i < cell->turns; i++)
		r[i] = cell->plain_ns[i] > 0 ? cell->ns[i] / cell->plain_ns[i] : 0;
	return r;
}

double load_change(const struct loaded_cell *a, const struct loaded_cell *b)
{
	double *ratio_a = ratios(a), *ratio_b = ratios(b);
	double change = samples_differ(a->ns, a->turns, b->ns, b->turns), relative = change;

	if (ratio_a && ratio_b)
		relative = samples_differ(ratio_a, a->turns, ratio_b, b->turns);
	free(ratio_a);
	free(ratio_b);
	if (change * relative <= 0)
		return 0;
	return fabs(relative) < fabs(change) ? relative : change;
}

const struct loaded_cell *load_same(const struct loaded *l, const struct loaded_cell *cell)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct loaded_cell *c = &l->cells[i];

		if (!strcmp(c->op, cell->op) && !strcmp(c->mode, cell->mode) &&
		    c->size == cell->size && c->depth == cell->depth && c->batch == cell->batch &&
		    c->threads == cell->threads)
			return c;
	}
	return NULL;
}
