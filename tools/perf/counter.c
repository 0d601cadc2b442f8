/* SPDX-License-Identifier: MIT */
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counter.h"

static int open_counter(int without_kernel)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_HW_CPU_CYCLES,
					.exclude_hv = 1 };

	attr.exclude_kernel = without_kernel != 0;
	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int perf_counter_open(void)
{
	int counter = open_counter(0);

	return counter >= 0 ? counter : open_counter(1);
}

uint64_t perf_counter_read(int counter)
{
	uint64_t value = 0;

	if (counter < 0 || read(counter, &value, sizeof(value)) != sizeof(value))
		return 0;
	return value;
}

void perf_counter_close(int counter)
{
	if (counter >= 0)
		close(counter);
}

const char *perf_counter_what(void)
{
	int with = open_counter(0), without = with < 0 ? open_counter(1) : -1;
	const char *what =
		with >= 0      ? "user and kernel"
		: without >= 0 ? "user"
			       : "not available (perf_event_open: kernel.perf_event_paranoid, or "
				 "a machine without counters)";

	perf_counter_close(with);
	perf_counter_close(without);
	return what;
}
