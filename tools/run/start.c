/* SPDX-License-Identifier: MIT */
/* The beginning, the end and the forks of a process that has this library loaded. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "count.h"
#include "offload.h"
#include "plain.h"
#include "queue.h"
#include "record.h"
#include "report.h"

static struct run_settings settings;
static bool child; /* of a fork: one that has called nothing has nothing to tell */

static bool tells(void)
{
	return settings.offload && (settings.stats || settings.record || settings.signal);
}

/* Of the run time of a sanitizer, whose functions check what the program does. */
void __asan_init(void) __attribute__((weak));
void __hwasan_init(void) __attribute__((weak));
void __msan_init(void) __attribute__((weak));
void __tsan_init(void) __attribute__((weak));

static bool has_sanitizer(void)
{
	return __asan_init || __hwasan_init || __msan_init || __tsan_init;
}

static void forked(void)
{
	child = true;
	run_offload_forked();
	if (!tells())
		return;
	run_count_reset();
	run_record_reset();
}

static void asked(int sig)
{
	(void)sig;
	run_report_live();
}

static void handle_signal(void)
{
	struct sigaction action = { .sa_handler = asked, .sa_flags = SA_RESTART };

	if (!settings.signal || !settings.offload)
		return;
	sigemptyset(&action.sa_mask);
	sigaction(settings.signal, &action, NULL);
}

static void read_settings(void)
{
	char why[512];

	run_settings_default(&settings);
	if (run_settings_environment(&settings, program_invocation_short_name, why, sizeof(why))) {
		run_log(SVA_LOG_ERROR, why);
		run_settings_default(&settings);
		settings.offload = false;
	}
	if (settings.offload && has_sanitizer()) {
		run_log(SVA_LOG_WARN, "a sanitizer checks this program: nothing is offloaded");
		settings.offload = false;
	}
}

__attribute__((constructor)) static void start(void)
{
	int saved = errno;

	run_plain_find();
	read_settings();
	pthread_atfork(NULL, NULL, forked);
	if (tells())
		run_report_start(&settings);
	handle_signal();
	run_offload_start(&settings);
	errno = saved;
}

__attribute__((destructor)) static void end(void)
{
	run_offload_end();
	if (tells() && (settings.stats || settings.record) && (!child || run_count_calls()))
		run_report();
}
