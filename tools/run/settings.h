/* SPDX-License-Identifier: MIT */
/*
 * What sva-run and its library can be told: each setting is an option of the command, a variable of
 * the environment, and a line of a file. One table has them all.
 */
#ifndef RUN_SETTINGS_H
#define RUN_SETTINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <sva/wq.h>

/* The functions that are offloaded; others count as the one that they are a variant of. */
enum run_function { RUN_MEMCPY, RUN_MEMMOVE, RUN_MEMSET, RUN_MEMCMP, RUN_FUNCTIONS };

extern const char *const run_function_names[RUN_FUNCTIONS];

#define RUN_THRESHOLD 16384u /* bytes: the break-even of published measurements, at most */
#define RUN_LOWEST    4096u  /* below it a device can hardly win */

struct run_settings {
	bool offload, adapt, record, stats, json;
	unsigned int functions; /* bit i: enum run_function i */
	char queue[64];         /* "": all shared ones, as a pool */
	enum sva_wait_policy wait;
	enum sva_fault_policy fault; /* SVA_FAULT_REPORT: the plain function does the rest */
	uint64_t threshold;          /* bytes; 0: RUN_LOWEST and what is found, or RUN_THRESHOLD */
	int64_t timeout_ns;          /* 0: none */
	int signal;                  /* that asks for statistics; 0: none */
	char output[PATH_MAX];       /* "": standard error */
};

struct run_setting {
	const char *name;
	const char *value; /* its placeholder; NULL: a switch, off by default */
	const char *help;
	/* NULL, or what should have been given. */
	const char *(*set)(struct run_settings *settings, const char *value);
};

/* run_setting_at - the i-th; NULL after the last */
const struct run_setting *run_setting_at(unsigned int i);

void run_settings_default(struct run_settings *settings);

/* run_setting_variable - LIBSVA_RUN_NAME */
void run_setting_variable(const struct run_setting *setting, char variable[64]);

/**
 * run_settings_file - the lines "name = value" of a file
 * @program: after a line "[program]" for others than this one they are passed over; NULL: none are
 * @why: gets a sentence
 *
 * Returns 0 or -errno.
 */
int run_settings_file(struct run_settings *settings, const char *path, const char *program,
		      char *why, size_t len);

/**
 * run_settings_environment - LIBSVA_RUN_CONFIG, then the other variables
 *
 * A set-user-ID program reads none. Returns 0 or -errno.
 */
int run_settings_environment(struct run_settings *settings, const char *program, char *why,
			     size_t len);

#endif
