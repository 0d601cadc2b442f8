/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "count.h"
#include "files.h"
#include "offload.h"
#include "queue.h"
#include "record.h"
#include "report.h"

#define ROOM 65536 /* bytes of a report */

static struct run_settings settings;
static int error_fd = -1;
static bool taken; /* the buffer */

void run_report_start(const struct run_settings *from)
{
	settings = *from;
	if (!*settings.output)
		error_fd = run_file_keep(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
}

static int open_output(void)
{
	if (*settings.output)
		return open(settings.output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
			    0666);
	return run_file_is_ours(error_fd) ? error_fd : -1;
}

/* In one piece, where that can be had: several processes may write to one file. */
static void write_out(const char *text, size_t length)
{
	int fd = open_output();

	while (fd >= 0 && length > 0) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		text += written;
		length -= (size_t)written;
	}
	if (fd >= 0 && fd != error_fd)
		close(fd);
}

/* The numbers of the queue that tell how well it goes. */
#define QUEUE_NUMBERS 5

static void queue_numbers(const struct sva_wq_stats *stats, uint64_t numbers[QUEUE_NUMBERS])
{
	numbers[0] = stats->operations;
	numbers[1] = stats->retries;
	numbers[2] = stats->read_faults + stats->write_faults;
	numbers[3] = stats->resumed;
	numbers[4] = stats->failures;
}

static void queue_text(struct run_text *to)
{
	static const char *const names[QUEUE_NUMBERS] = { " operations, ",
							  " tries while it was full, ",
							  " page faults, ", " resumed after one, ",
							  " failures\n" };
	uint64_t numbers[QUEUE_NUMBERS];
	struct sva_wq_stats stats;

	if (!run_queue_stats(&stats))
		return;
	queue_numbers(&stats, numbers);
	run_text_string(to, "queue     ");
	for (unsigned int i = 0; i < QUEUE_NUMBERS; i++) {
		run_text_number(to, numbers[i], 0);
		run_text_string(to, names[i]);
	}
}

static void queue_json(struct run_text *to)
{
	static const char *const names[QUEUE_NUMBERS] = { "operations", "retries", "page_faults",
							  "resumed", "failures" };
	uint64_t numbers[QUEUE_NUMBERS];
	struct sva_wq_stats stats;

	if (!run_queue_stats(&stats))
		return;
	queue_numbers(&stats, numbers);
	for (unsigned int i = 0; i < QUEUE_NUMBERS; i++)
		run_text_member(to, names[i], numbers[i]);
}

static void as_text(struct run_text *to, bool live)
{
	run_text_string(to, "sva-run: ");
	run_text_string(to, program_invocation_short_name);
	run_text_string(to, ", process ");
	run_text_number(to, (uint64_t)getpid(), 0);
	run_text_string(to, ": ");
	run_text_string(to, settings.record ? "recorded, nothing offloaded" : run_queue_text());
	run_text_char(to, '\n');
	run_count_text(to);
	run_offload_text(to);
	if (live)
		return;
	queue_text(to);
	if (settings.record)
		run_record_text(to);
}

static void as_json(struct run_text *to, bool live)
{
	run_text_char(to, '{');
	run_text_key(to, "program");
	run_text_json(to, program_invocation_short_name);
	run_text_member(to, "process", (uint64_t)getpid());
	run_text_key(to, "queue");
	run_text_json(to, run_queue_text());
	run_count_json(to);
	run_offload_json(to);
	if (!live)
		queue_json(to);
	if (settings.record && !live)
		run_record_json(to);
	run_text_string(to, "}\n");
}

static void report(bool live)
{
	static char buffer[ROOM];
	struct run_text to = { .at = buffer, .end = buffer + sizeof(buffer) };
	int saved = errno;

	if (__atomic_exchange_n(&taken, true, __ATOMIC_ACQUIRE))
		return;
	if (settings.json)
		as_json(&to, live);
	else
		as_text(&to, live);
	write_out(buffer, (size_t)(to.at - buffer));
	__atomic_store_n(&taken, false, __ATOMIC_RELEASE);
	errno = saved;
}

void run_report(void)
{
	report(false);
}

void run_report_live(void)
{
	report(true);
}
