/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <string.h>

#include "show.h"

static void add_text(struct json_object *to, const char *name, const char *text)
{
	json_object_object_add(to, name, json_object_new_string(text));
}

static void add_number(struct json_object *to, const char *name, uint64_t number)
{
	json_object_object_add(to, name, json_object_new_uint64(number));
}

static void add_bool(struct json_object *to, const char *name, bool value)
{
	json_object_object_add(to, name, json_object_new_boolean(value));
}

/* null: it cannot be told. */
static void add_known(struct json_object *to, const char *name, enum known k)
{
	json_object_object_add(to, name, k == UNKNOWN ? NULL : json_object_new_boolean(k == YES));
}

static void add_advice(struct json_object *to, const struct advice *a)
{
	struct json_object *commands = json_object_new_array();

	if (*a->what)
		add_text(to, "obstacle", a->what);
	if (*a->remedy)
		add_text(to, "remedy", a->remedy);
	for (const char *c = a->commands, *end; *c; c = end + 1) {
		end = strchr(c, '\n');
		json_object_array_add(commands, json_object_new_string_len(c, (int)(end - c)));
	}
	json_object_object_add(to, "commands", commands);
}

static struct json_object *machine_object(const struct machine *m)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "cpu", m->cpu);
	add_bool(o, "enqcmd", m->features & SVA_CPU_ENQCMD);
	add_bool(o, "movdir64b", m->features & SVA_CPU_MOVDIR64B);
	add_bool(o, "waitpkg", m->features & SVA_CPU_WAITPKG);
	add_text(o, "kernel", m->release);
	add_text(o, "distribution", m->distribution);
	add_text(o, "kernel_parameters", m->parameters);
	add_bool(o, "kernel_lacks_sva", machine_lacks_sva(m));
	add_known(o, "vtd_in_firmware", m->firmware);
	add_known(o, "iommu_used", m->iommu);
	add_known(o, "scalable_mode", m->scalable);
	add_known(o, "pasid", m->pasid);
	add_known(o, "page_requests", m->page_requests);
	add_bool(o, "idxd", m->driver);
	add_bool(o, "iaa_crypto", m->iaa_crypto);
	add_bool(o, "emulated", m->emulated);
	add_number(o, "uid", m->uid);
	add_bool(o, "cap_sys_rawio", m->rawio);
	add_bool(o, "initial_user_namespace", m->initial_user_namespace);
	add_bool(o, "container", m->container);
	return o;
}

static struct json_object *device_object(const struct sva_topology *topo,
					 const struct sva_dev_info *dev)
{
	struct json_object *o = json_object_new_object();
	struct advice advice;

	add_text(o, "name", dev->name);
	add_text(o, "kind", dev->kind == SVA_DEV_KIND_DSA ? "dsa" : "iax");
	add_number(o, "version", dev->version);
	add_text(o, "state", show_states[dev->state]);
	json_object_object_add(o, "numa_node", json_object_new_int(dev->numa_node));
	add_number(o, "engines", dev->max_engines);
	add_number(o, "groups", dev->max_groups);
	add_number(o, "queues", dev->max_work_queues);
	add_number(o, "entries", dev->max_work_queues_size);
	add_number(o, "clients", dev->clients);
	add_number(o, "event_log_size", dev->event_log_size);
	add_number(o, "cmd_status", dev->cmd_status);
	add_text(o, "cmd_status_text", advice_command_status(dev->cmd_status));
	if (show_errors(dev, &advice)) {
		add_text(o, "error", advice.what);
		add_text(o, "error_remedy", advice.remedy);
	}
	if (advice_device(&advice, topo, dev))
		add_advice(o, &advice);
	return o;
}

static struct json_object *holders_array(const struct queue *q)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < q->holder_count && i < HOLDERS; i++)
		json_object_array_add(array, json_object_new_string(q->holders[i]));
	return array;
}

/* What would make it faster. */
static struct json_object *slow_array(const struct queue *q)
{
	struct json_object *array = json_object_new_array(), *o;

	for (unsigned int i = 0; q->usable && i < 2; i++) {
		if (!*q->slow[i].what)
			continue;
		o = json_object_new_object();
		add_advice(o, &q->slow[i]);
		json_object_array_add(array, o);
	}
	return array;
}

static struct json_object *queue_object(const struct queue *q)
{
	const struct sva_wq_info *wq = q->info;
	struct json_object *o = json_object_new_object();

	add_text(o, "name", wq->name);
	add_text(o, "device", wq->device);
	add_text(o, "state", show_states[wq->state]);
	add_text(o, "mode", show_modes[wq->mode]);
	add_text(o, "type", show_types[wq->type]);
	add_text(o, "label", wq->label);
	add_text(o, "driver", wq->driver);
	add_number(o, "size", wq->size);
	add_number(o, "threshold", wq->threshold);
	add_number(o, "priority", wq->priority);
	json_object_object_add(o, "group", json_object_new_int(wq->group_id));
	add_number(o, "max_transfer_size", wq->max_transfer_size);
	add_number(o, "max_batch_size", wq->max_batch_size);
	add_bool(o, "block_on_fault", wq->block_on_fault);
	add_number(o, "clients", wq->clients);
	add_number(o, "occupancy", wq->occupancy);
	add_number(o, "cr_faults", q->cr_faults);
	add_number(o, "cr_fault_failures", q->cr_fault_failures);
	add_text(o, "node", wq->devnode);
	add_text(o, "node_mode", q->node);
	json_object_object_add(o, "open_in", holders_array(q));
	add_bool(o, "usable", q->usable);
	if (q->usable) {
		add_text(o, "path", sva_path_name(q->path));
		add_text(o, "why", q->why);
	}
	json_object_object_add(o, "slow", slow_array(q));
	add_advice(o, &q->advice);
	return o;
}

int show_json(const struct found *f)
{
	struct json_object *all = json_object_new_object(), *devices = json_object_new_array(),
			   *queues = json_object_new_array();
	const char *text;

	json_object_object_add(all, "machine", machine_object(f->machine));
	sva_topology_foreach_dev (f->topo, dev)
		json_object_array_add(devices, device_object(f->topo, dev));
	for (unsigned int i = 0; i < f->count; i++)
		json_object_array_add(queues, queue_object(&f->queues[i]));
	json_object_object_add(all, "devices", devices);
	json_object_object_add(all, "queues", queues);
	add_number(all, "usable", f->usable);
	if (*sva_topology_why(f->topo))
		add_text(all, "why", sva_topology_why(f->topo));
	add_advice(all, &f->advice);
	text = json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY |
							   JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		puts(text);
	json_object_put(all);
	return text ? 0 : -ENOMEM;
}
