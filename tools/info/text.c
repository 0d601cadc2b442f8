/* SPDX-License-Identifier: MIT */
/* Source of the error register's layout: union sw_err_reg in drivers/dma/idxd/registers.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "show.h"

#define COLUMN "            " /* where values begin */

const char *const show_states[] = { "unknown", "disabled", "enabled", "halted" };
const char *const show_modes[] = { "unknown", "shared", "dedicated" };
const char *const show_types[] = { "none", "kernel", "user" };

const char *show_size(uint64_t bytes, char text[32])
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;

	while (bytes && unit < 4 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, 32, "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}

bool show_errors(const struct sva_dev_info *dev, struct advice *a)
{
	uint64_t low = dev->errors.bits[0];
	unsigned int number = low >> 8 & 0xff;
	const char *status = sva_status_text(number);
	char op[64] = "", queue[64] = "";

	*a = (struct advice){ 0 };
	if (!(low & 1))
		return false;
	if (low >> 2 & 1)
		snprintf(op, sizeof(op), ", of %s",
			 sva_opcode_name((unsigned int)(low >> 32 & 0xff)));
	if (low >> 3 & 1)
		snprintf(queue, sizeof(queue), ", in wq%s.%u", dev->name + 3,
			 (unsigned int)(low >> 16 & 0xff));
	snprintf(a->what, sizeof(a->what), "%.*s%s%s, address %#" PRIx64, (int)strcspn(status, "."),
		 status, op, queue, dev->errors.bits[2]);
	snprintf(a->remedy, sizeof(a->remedy), "%s", sva_status_remedy(number));
	return true;
}

static const char *yes_or_no(enum known k)
{
	return k == YES ? "yes" : k == NO ? "no" : "not known";
}

/* Those that matter; there may be many. */
static void show_parameters(const struct machine *m)
{
	char text[sizeof(m->parameters)], *next = text;
	unsigned int shown = 0;

	printf(COLUMN "kernel parameters: ");
	strcpy(text, m->parameters);
	for (char *word; (word = strsep(&next, " "));)
		if (strstr(word, "iommu") || strstr(word, "idxd") || strstr(word, "iaa"))
			printf("%s%s", shown++ ? " " : "", word);
	printf("%s\n", shown            ? ""
		       : *m->parameters ? "none of the IOMMU or the driver"
					: "not known");
}

static void show_machine(const struct machine *m)
{
	const char *news;

	printf("CPU         %s\n", *m->cpu ? m->cpu : "unknown");
	printf(COLUMN "ENQCMD: %s, MOVDIR64B: %s, WAITPKG: %s\n",
	       m->features & SVA_CPU_ENQCMD ? "yes" : "no",
	       m->features & SVA_CPU_MOVDIR64B ? "yes" : "no",
	       m->features & SVA_CPU_WAITPKG ? "yes" : "no");
	printf("Kernel      Linux %s%s%s\n", m->release, *m->distribution ? ", " : "",
	       m->distribution);
	if (machine_lacks_sva(m))
		printf(COLUMN "SVA for user queues is disabled in this version (CVE-2025-71089)\n");
	for (unsigned int n = 0; (news = machine_news(m, n)); n++)
		printf("%s%s", n ? ", " : COLUMN "has: ", news);
	printf("%s", machine_news(m, 0) ? "\n" : "");
	printf("IOMMU       VT-d in the firmware: %s, used by the kernel: %s\n",
	       yes_or_no(m->firmware), yes_or_no(m->iommu));
	printf(COLUMN "scalable mode: %s, PASID: %s, page requests: %s\n", yes_or_no(m->scalable),
	       yes_or_no(m->pasid), yes_or_no(m->page_requests));
	show_parameters(m);
	printf("Driver      idxd: %s%s%s%s%s\n", m->driver ? "loaded" : "not loaded",
	       *m->sva ? ", sva=" : "", m->sva, m->iaa_crypto ? "; iaa_crypto: loaded" : "",
	       m->emulated ? "; emulated by sva-emu" : "");
	printf("User        %s%u, CAP_SYS_RAWIO: %s%s%s\n", m->uid ? "uid " : "root, uid ", m->uid,
	       m->rawio ? "yes" : "no",
	       m->initial_user_namespace ? "" : ", not in the initial user namespace",
	       m->container ? ", in a container" : "");
}

static void show_commands(const char *commands)
{
	for (const char *end; *commands; commands = end + 1) {
		end = strchr(commands, '\n');
		printf(COLUMN "  # %.*s\n", (int)(end - commands), commands);
	}
}

static void show_obstacle(const char *verdict, const struct advice *a)
{
	if (*a->what)
		printf(COLUMN "%s%s\n", verdict, a->what);
	if (*a->remedy)
		printf(COLUMN "%s%s\n", *a->commands ? "" : "do: ", a->remedy);
	show_commands(a->commands);
}

static void show_device(const struct sva_topology *topo, const struct sva_dev_info *dev)
{
	const char *status = advice_command_status(dev->cmd_status);
	struct advice advice;

	printf("%-12s%s %u.%u, %s%s, NUMA node %d, %u engines, %u groups, %u clients\n", dev->name,
	       dev->kind == SVA_DEV_KIND_DSA ? "DSA" : "IAA", dev->version >> 8,
	       dev->version & 0xff, dev->state ? "" : "state ", show_states[dev->state],
	       dev->numa_node, dev->max_engines, dev->max_groups, dev->clients);
	if (*status)
		printf(COLUMN "the last command failed: %s (cmd_status %#x)\n", status,
		       dev->cmd_status);
	if (show_errors(dev, &advice))
		show_obstacle("error: ", &advice);
	if (advice_device(&advice, topo, dev))
		show_obstacle("", &advice);
}

static void show_attributes(const struct sva_wq_info *wq)
{
	char size[32];

	printf("  %-10s%s%s, %s%s", wq->name, wq->state ? "" : "state ", show_states[wq->state],
	       wq->mode ? "" : "mode ", show_modes[wq->mode]);
	if (!wq->size) {
		printf(", not configured\n");
		return;
	}
	printf(", type %s%s%s, name \"%s\"\n", show_types[wq->type], *wq->driver ? ", driver " : "",
	       wq->driver, wq->label);
	printf(COLUMN "size %u", wq->size);
	if (wq->mode == SVA_WQ_MODE_SHARED)
		printf(", threshold %u", wq->threshold);
	printf(", priority %u, group %d, transfers up to %s", wq->priority, wq->group_id,
	       show_size(wq->max_transfer_size, size));
	if (wq->kind == SVA_DEV_KIND_DSA)
		printf(", batches up to %u", wq->max_batch_size);
	printf("\n");
	printf(COLUMN "block on fault: %s%s%s, clients: %u", wq->block_on_fault ? "yes" : "no",
	       wq->ats_disable ? ", ATS: off" : "", wq->prs_disable ? ", page requests: off" : "",
	       wq->clients);
	if (!(wq->unknown & SVA_ATTR_OCCUPANCY))
		printf(", occupancy: %u", wq->occupancy);
	printf("\n");
}

static void show_faults(const struct queue *q)
{
	if (q->cr_faults || q->cr_fault_failures)
		printf(COLUMN "completion records that the kernel had to write: %" PRIu64
			      ", and could not: %" PRIu64 "\n" COLUMN "do: %s\n",
		       q->cr_faults, q->cr_fault_failures,
		       sva_status_remedy(SVA_STATUS_CR_TRANSLATION));
}

static void show_queue(const struct queue *q)
{
	const struct sva_wq_info *wq = q->info;
	char holders[512];

	show_attributes(wq);
	if (wq->state == SVA_DEV_STATE_ENABLED)
		printf(COLUMN "%s: %s%s\n", wq->devnode, q->node,
		       q->readable ? "" : ", not readable and writable for you");
	queue_holders(q, holders, sizeof(holders));
	if (*holders)
		printf(COLUMN "open in: %s\n", holders);
	show_faults(q);
	if (q->usable)
		printf(COLUMN "usable: %s\n", strchr(q->why, ':') + 2);
	else
		show_obstacle("not usable: ", &q->advice);
	for (unsigned int i = 0; q->usable && i < 2; i++)
		show_obstacle("", &q->slow[i]);
}

/* Of queues that are not configured, one stands for all. */
static void show_queues(const struct found *f, const char *device)
{
	unsigned int alike = 0;

	for (unsigned int i = 0; i < f->count; i++) {
		const struct sva_wq_info *wq = f->queues[i].info;

		if (strcmp(wq->device, device) != 0)
			continue;
		if (wq->size || !alike++)
			show_queue(&f->queues[i]);
	}
	if (alike > 1)
		printf("  %u more   not configured either\n", alike - 1);
}

static bool has_queue_of(const struct found *f, const char *device)
{
	for (unsigned int i = 0; i < f->count; i++)
		if (!strcmp(f->queues[i].info->device, device))
			return true;
	return false;
}

void show_text(const struct found *f)
{
	show_machine(f->machine);
	sva_topology_foreach_dev (f->topo, dev) {
		if (f->some && !has_queue_of(f, dev->name))
			continue;
		show_device(f->topo, dev);
		show_queues(f, dev->name);
	}
	printf("Result      ");
	if (*sva_topology_why(f->topo))
		printf("%s\n", sva_topology_why(f->topo));
	else if (f->count)
		printf("%u of %u queues are usable\n", f->usable, f->count);
	else
		printf("there is no such queue\n");
	show_obstacle("", &f->advice);
}
