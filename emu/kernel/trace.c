/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "trace.h"

static int format_trace(const struct emu_trace *trace, char line[256])
{
	const struct sva_desc *desc = &trace->desc;
	const char *name = emu_opcode_name(sva_desc_opcode(desc));
	char number[8];

	if (!name) {
		snprintf(number, sizeof(number), "0x%02x", sva_desc_opcode(desc));
		name = number;
	}
	return snprintf(line, 256,
			"%" PRIu64 ".%09" PRIu64 " %d wq%u.%u op=%s flags=0x%06x src=0x%" PRIx64
			" dst=0x%" PRIx64 " size=%u cr=0x%" PRIx64
			" status=0x%02x result=%u bytes=%u\n",
			trace->time / 1000000000, trace->time % 1000000000, trace->pid,
			trace->device, trace->queue, name, sva_desc_flags(desc), desc->src_addr,
			desc->dst_addr, desc->xfer_size, desc->completion_addr, trace->status,
			trace->result, trace->bytes_completed);
}

void emu_trace_write(struct emu_trace_file *file, const struct emu_trace *trace)
{
	char line[256];
	ssize_t length = format_trace(trace, line), done;

	if (file->error || file->fd < 0)
		return;
	done = write(file->fd, line, (size_t)length);
	if (done == length)
		return;
	file->error = done < 0 ? -errno : -ENOSPC;
	fprintf(stderr, "sva-emu: cannot write the trace: %s: it ends here\n",
		strerror(-file->error));
}
