/* SPDX-License-Identifier: MIT */
/* sva-emu: runs a command on a machine with emulated DSA devices. */
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/mman.h>

#include "default.h"
#include "driver.h"
#include "options.h"

#define EXIT_EMULATOR 125

static bool is_module_tool(const char *name)
{
	static const char *const names[] = { "kmod",   "lsmod",  "modprobe", "rmmod",
					     "insmod", "depmod", "modinfo" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void set_behaviour(struct emu_state *state, const struct emu_options *options)
{
	state->page_check = !options->no_page_check;
	state->no_mmap = options->no_mmap;
	state->timing = options->timing;
	state->seed = options->seed;
	state->trace = options->trace;
	state->statistics = options->statistics;
	state->rule_count = options->rule_count;
	memcpy(state->rule, options->rule, sizeof(state->rule));
}

static bool has_queue(const struct emu_state *state, const struct emu_rule *rule)
{
	for (uint32_t i = 0; i < state->device_count; i++)
		if (state->device[i].id == (uint32_t)rule->device)
			return (uint32_t)rule->queue < state->device[i].queue_count;
	return false;
}

static int check_rules(const struct emu_state *state, const struct emu_options *options)
{
	for (uint32_t i = 0; i < options->rule_count; i++) {
		const struct emu_rule *rule = &options->rule[i];

		if (rule->device == EMU_NONE || has_queue(state, rule))
			continue;
		fprintf(stderr,
			"sva-emu: --inject wq=%d.%d: this machine does not have it: see --list\n",
			rule->device, rule->queue);
		return -EINVAL;
	}
	return 0;
}

/* What the options say about the machine. Errors are printed. */
static int make_machine(struct emu_state *state, struct emu_options *options)
{
	int err = 0;

	state->profile = *options->profile;
	if (options->config && (err = emu_config_devices(options->config, &options->hardware)))
		return err;
	err = emu_machine_init(state, &options->hardware);
	if (!err && (err = check_rules(state, options)))
		return err;
	if (!err && options->iaa_crypto && emu_crypto_load(state)) {
		fprintf(stderr, "sva-emu: --iaa-crypto: the kernel %s has no such module\n",
			state->profile.name);
		return -EINVAL;
	}
	if (!err && options->config)
		return emu_config_load(state, options->config);
	if (!err)
		err = emu_machine_default(state);
	if (err == -EEXIST)
		fprintf(stderr, "sva-emu: two devices of different types have the same number\n");
	else if (err)
		fprintf(stderr, "sva-emu: there is no machine with these numbers: %s\n",
			strerror(-err));
	return err;
}

/* Output that was asked for and cannot be written is an error. */
static int check_output(FILE *to, int code)
{
	if (!fflush(to) && !ferror(to))
		return code;
	fprintf(stderr, "sva-emu: cannot write: %s\n", strerror(errno));
	return code ? code : EXIT_EMULATOR;
}

int main(int argc, char **argv)
{
	struct emu_options options;
	struct emu_state *state;
	int code;

	if (argc > 0 && is_module_tool(basename(argv[0])))
		return check_output(stdout, emu_kmod(argc, argv));
	code = emu_options_parse(argc, argv, &options);
	if (code)
		return code < 0 ? EXIT_EMULATOR : check_output(stdout, 0);
	state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (state == MAP_FAILED) {
		fprintf(stderr, "sva-emu: %s\n", strerror(errno));
		return EXIT_EMULATOR;
	}
	if (make_machine(state, &options))
		return EXIT_EMULATOR;
	set_behaviour(state, &options); /* after the machine, which has defaults */
	state->magic = EMU_STATE_MAGIC;
	if (options.list) {
		emu_print_machine(state, stdout);
		return check_output(stdout, 0);
	}
	code = emu_run(state, &options);
	if (options.statistics)
		emu_print_statistics(state, stderr);
	return check_output(stderr, code);
}
