/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "trace.h"

#define LINE 256

static int format_trace(const struct emu_trace *trace, char line[LINE])
{
	const struct sva_record *record = &trace->record.dsa; /* which an IAX record begins as */
	const struct sva_desc *desc = &trace->desc;
	const char *name = emu_opcode_name(sva_desc_opcode(desc));
	char number[8];
	int length;

	if (!name) {
		snprintf(number, sizeof(number), "0x%02x", sva_desc_opcode(desc));
		name = number;
	}
	length = snprintf(line, LINE,
			  "%" PRIu64 ".%09" PRIu64 " %d wq%u.%u op=%s flags=0x%06x src=0x%" PRIx64
			  " dst=0x%" PRIx64 " size=%u cr=0x%" PRIx64
			  " status=0x%02x result=%u bytes=%u",
			  trace->time / 1000000000, trace->time % 1000000000, trace->pid,
			  trace->device, trace->queue, name, sva_desc_flags(desc), desc->src_addr,
			  desc->dst_addr, desc->xfer_size, desc->completion_addr, trace->status,
			  record->result, record->bytes_completed);
	if (trace->type == EMU_TYPE_IAX)
		length += snprintf(line + length, (size_t)(LINE - length), " output=%u",
				   trace->record.iax.output_size);
	return length + snprintf(line + length, (size_t)(LINE - length), "\n");
}

void emu_trace_write(struct emu_trace_file *file, const struct emu_trace *trace)
{
	char line[LINE];
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
