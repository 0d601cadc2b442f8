/* SPDX-License-Identifier: MIT */
/* What a call has done, in words. */
#include <limits.h>
#include <stdio.h>

#include <sva/ops.h>
#include <sva/status.h>

const char *sva_why_text(uint32_t why)
{
	switch (why) {
	case SVA_WHY_NO_DEVICE:
		return "no device";
	case SVA_WHY_SMALL:
		return "below the threshold";
	case SVA_WHY_EDGE:
		return "partial cache lines";
	case SVA_WHY_FAULT:
		return "page fault";
	case SVA_WHY_FULL:
		return "queue full";
	case SVA_WHY_DEAD:
		return "device or queue no longer usable";
	case SVA_WHY_LOST:
		return "no completion record";
	case SVA_WHY_UNSUPPORTED:
		return "not supported by the queue";
	case SVA_WHY_OVERLAP:
		return "overlapping buffers";
	case SVA_WHY_ERROR:
		return "device error";
	default:
		return "";
	}
}

/* Appends like snprintf(), @used the length of all so far. */
#define ADD(...)                                               \
	(used += snprintf(used < (int)len ? buf + used : NULL, \
			  used < (int)len ? len - (size_t)used : 0, __VA_ARGS__))

int sva_outcome_explain(const struct sva_outcome *o, char *buf, size_t len)
{
	const char *separator = "; by the CPU: ";
	int used = 0;

	if (!o || (!buf && len))
		return -EINVAL;
	len = len < INT_MAX ? len : INT_MAX;
	ADD("%llu bytes in %u part%s, %llu by the device", (unsigned long long)o->bytes, o->parts,
	    o->parts == 1 ? "" : "s", (unsigned long long)o->device_bytes);
	for (uint32_t bit = 1; bit && bit <= o->why; bit <<= 1) {
		if (!(o->why & bit))
			continue;
		ADD("%s%s", separator, sva_why_text(bit));
		separator = ", ";
	}
	if (o->faults)
		ADD("; %u page fault%s, the last one at %#llx, %u resumed", o->faults,
		    o->faults == 1 ? "" : "s", (unsigned long long)o->fault_addr, o->resumed);
	if (o->status)
		ADD("; status %#x: %s", o->status, sva_status_name(o->status));
	return used;
}
