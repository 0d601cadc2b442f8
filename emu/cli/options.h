/* SPDX-License-Identifier: MIT */
/* What the command line of sva-emu says. */
#ifndef EMU_CLI_OPTIONS_H
#define EMU_CLI_OPTIONS_H

#include <stdio.h>

#include "machine.h"

struct emu_options {
	struct emu_hardware hardware;
	const struct emu_profile *profile;
	const char *config; /* a file of accel-config's; NULL: emu_machine_default() */
	const char *trace;  /* file, or NULL */
	bool list, no_mmap, no_page_check, plain, statistics, iaa_crypto;
	enum emu_timing timing;
	uint64_t seed;
	struct emu_rule rule[EMU_RULES];
	uint32_t rule_count;
	char **command; /* what stands behind "--"; NULL with --list */
};

/**
 * emu_options_parse - read the command line
 *
 * Returns 0; or, when there is nothing more to do, 1 (help and version were printed) or -EINVAL
 * (the reason and the remedy were printed to stderr).
 */
int emu_options_parse(int argc, char **argv, struct emu_options *options);

/* emu_rule_parse - one --inject rule; on -EINVAL, @why is a sentence that says what is wrong */
int emu_rule_parse(const char *text, struct emu_rule *rule, const char **why);

/* emu_config_devices - the devices that an accel-config JSON file names; errors as below */
int emu_config_devices(const char *path, struct emu_hardware *hardware);

/* emu_config_load - apply an accel-config JSON file; what is wrong goes to stderr. 0 or -errno. */
int emu_config_load(struct emu_state *state, const char *path);

/* emu_print_machine - --list: devices, queues, their state; emu_print_statistics - --stats */
void emu_print_machine(const struct emu_state *state, FILE *to);
void emu_print_statistics(const struct emu_state *state, FILE *to);

/**
 * emu_run - run the command on the emulated machine, to its end
 *
 * Returns what sva-emu exits with: the command's status, or 128 plus the signal that ended it, 125
 * when the emulator could not start, 126 and 127 as a shell has them.
 */
int emu_run(struct emu_state *state, const struct emu_options *options);

/* emu_kmod - sva-emu under the name of lsmod, modprobe, rmmod, …: acts on the emulated driver */
int emu_kmod(int argc, char **argv);

#endif
