/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <sva/version.h>

#include "format.h"
#include "names.h"
#include "options.h"

enum {
	OPT_LIST = 256,
	OPT_CONFIG,
	OPT_KERNEL,
	OPT_NO_MMAP,
	OPT_NO_PAGE_CHECK,
	OPT_PLAIN,
	OPT_DEVICES,
	OPT_ENGINES,
	OPT_QUEUES,
	OPT_GROUPS,
	OPT_WQ_SIZE,
	OPT_DSA,
	OPT_IAX,
	OPT_IAA_CRYPTO,
	OPT_NUMA,
	OPT_OP_CAP,
	OPT_INJECT,
	OPT_TIMING,
	OPT_SEED,
	OPT_STATS,
	OPT_TRACE,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "list", no_argument, NULL, OPT_LIST },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "no-mmap", no_argument, NULL, OPT_NO_MMAP },
	{ "no-page-check", no_argument, NULL, OPT_NO_PAGE_CHECK },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "devices", required_argument, NULL, OPT_DEVICES },
	{ "engines", required_argument, NULL, OPT_ENGINES },
	{ "queues", required_argument, NULL, OPT_QUEUES },
	{ "groups", required_argument, NULL, OPT_GROUPS },
	{ "wq-size", required_argument, NULL, OPT_WQ_SIZE },
	{ "dsa", required_argument, NULL, OPT_DSA },
	{ "iax", required_argument, NULL, OPT_IAX },
	{ "iaa-crypto", no_argument, NULL, OPT_IAA_CRYPTO },
	{ "numa", required_argument, NULL, OPT_NUMA },
	{ "op-cap", required_argument, NULL, OPT_OP_CAP },
	{ "inject", required_argument, NULL, OPT_INJECT },
	{ "timing", required_argument, NULL, OPT_TIMING },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static void print_help(void)
{
	const struct emu_profile *profile;

	printf("usage: sva-emu [OPTION...] -- COMMAND [ARGUMENT...]\n"
	       "Run COMMAND and the programs that it starts on a machine with emulated DSA and\n"
	       "IAX devices. Defaults are in brackets.\n\n"
	       "  --list               show the devices and queues, and run nothing\n"
	       "  --config FILE        configure the devices from FILE, in accel-config's format\n"
	       "  --kernel PROFILE     behave like this Linux:");
	for (unsigned int i = 0; (profile = emu_profile_at(i)); i++)
		printf(" %s", profile->name);
	printf("\n"
	       "  --no-mmap            refuse to map portals: only write(2) is left\n"
	       "  --no-page-check      treat every page as present, which is faster\n"
	       "  --plain              use no namespace, as in a container that allows none\n"
	       "  --devices N|LIST     1 to %u DSA devices, or a list such as dsa,iax [2]\n"
	       "  --engines N          engines of each device, 1 to %u [4; IAX devices: 8]\n"
	       "  --queues N           queues of each device, 1 to %u [8]\n"
	       "  --groups N           groups of each device, 1 to %u [4]\n"
	       "  --wq-size N          total entries in the queues of each device, 1 to %u [128]\n"
	       "  --dsa 1.0|2.0        version of the DSA devices [1.0]\n"
	       "  --iax 1.0|2.0        version of the IAX devices [1.0]\n"
	       "  --iaa-crypto         behave as if iaa_crypto had taken the IAX devices\n"
	       "  --numa N             spread the devices over N NUMA nodes, 1 to %u [1]\n"
	       "  --op-cap BITMAP      operations that the DSA devices support, as in sysfs\n"
	       "  --inject RULE        make operations fail; can be given up to %u times\n"
	       "  --timing fast|spr    as fast as possible, or as slow as Sapphire Rapids [fast]\n"
	       "  --seed N             seed for the random choices of the rules [0]\n"
	       "  --stats              print counts for each queue at the end\n"
	       "  --trace FILE         write a line for each descriptor to FILE\n"
	       "  --help               print this help\n"
	       "  --version            print the version\n\n"
	       "See sva-emu(1) for details and for the rules.\n",
	       EMU_DEVICES, EMU_ENGINES, EMU_QUEUES, EMU_GROUPS, EMU_SLOTS, EMU_DEVICES, EMU_RULES);
}

static int wrong(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "sva-emu: --%s %s: %s\n", option, value, expected);
	return -EINVAL;
}

static int number(const char *option, const char *value, uint32_t most, uint32_t *result)
{
	char expected[64], *end;
	unsigned long parsed;

	errno = 0;
	parsed = strtoul(value, &end, 0);
	if (!errno && isdigit((unsigned char)*value) && !*end && parsed >= 1 && parsed <= most) {
		*result = (uint32_t)parsed;
		return 0;
	}
	snprintf(expected, sizeof(expected), "give a number from 1 to %u", most);
	return wrong(option, value, expected);
}

static int kernel(const char *value, struct emu_options *options)
{
	options->profile = emu_profile_find(value);
	return options->profile ? 0 : wrong("kernel", value, "no such profile; --help lists them");
}

/* The types of the devices, in the order of their numbers. */
static int device_list(const char *value, struct emu_hardware *hardware)
{
	const char *at = value;

	for (hardware->devices = 0; hardware->devices < EMU_DEVICES;) {
		size_t length = strcspn(at, ",");
		unsigned int type = 0;

		while (type < EMU_TYPES && (length != strlen(emu_type_name[type]) ||
					    strncmp(at, emu_type_name[type], length) != 0))
			type++;
		if (type == EMU_TYPES)
			return wrong("devices", value,
				     "give a number, or a list of dsa and iax, as in dsa,iax");
		hardware->type[hardware->devices++] = (enum emu_type)type;
		if (!at[length])
			return 0;
		at += length + 1;
	}
	return wrong("devices", value, "a machine has no more than 32 devices");
}

static int devices(const char *value, struct emu_hardware *hardware)
{
	if (isalpha((unsigned char)*value))
		return device_list(value, hardware);
	memset(hardware->type, 0, sizeof(hardware->type)); /* of a list before it */
	return number("devices", value, EMU_DEVICES, &hardware->devices);
}

static int version(enum emu_type type, const char *value, struct emu_options *options)
{
	if (!strcmp(value, "1.0"))
		options->hardware.version[type] = 0x100;
	else if (!strcmp(value, "2.0"))
		options->hardware.version[type] = 0x200;
	else
		return wrong(emu_type_name[type], value, "give 1.0 or 2.0");
	return 0;
}

static int timing(const char *value, struct emu_options *options)
{
	if (!strcmp(value, "fast"))
		options->timing = EMU_TIMING_FAST;
	else if (!strcmp(value, "spr"))
		options->timing = EMU_TIMING_SPR;
	else
		return wrong("timing", value, "give fast or spr");
	return 0;
}

static int seed(const char *value, struct emu_options *options)
{
	char *end;

	errno = 0;
	options->seed = strtoull(value, &end, 0);
	return errno || !isdigit((unsigned char)*value) || *end
		       ? wrong("seed", value, "give a number from 0 on, of 64 bits")
		       : 0;
}

static int inject(const char *value, struct emu_options *options)
{
	const char *why;

	if (options->rule_count == EMU_RULES)
		return wrong("inject", value, "there is no room for another rule: leave one out");
	if (emu_rule_parse(value, &options->rule[options->rule_count], &why))
		return wrong("inject", value, why);
	options->rule_count++;
	return 0;
}

static int apply(int option, const char *value, struct emu_options *options)
{
	switch (option) {
	case OPT_LIST:
		options->list = true;
		return 0;
	case OPT_CONFIG:
		options->config = value;
		return 0;
	case OPT_KERNEL:
		return kernel(value, options);
	case OPT_NO_MMAP:
		options->no_mmap = true;
		return 0;
	case OPT_NO_PAGE_CHECK:
		options->no_page_check = true;
		return 0;
	case OPT_PLAIN:
		options->plain = true;
		return 0;
	case OPT_DEVICES:
		return devices(value, &options->hardware);
	case OPT_ENGINES:
		return number("engines", value, EMU_ENGINES, &options->hardware.engines);
	case OPT_QUEUES:
		return number("queues", value, EMU_QUEUES, &options->hardware.queues);
	case OPT_GROUPS:
		return number("groups", value, EMU_GROUPS, &options->hardware.groups);
	case OPT_WQ_SIZE:
		return number("wq-size", value, EMU_SLOTS, &options->hardware.queue_size);
	case OPT_DSA:
		return version(EMU_TYPE_DSA, value, options);
	case OPT_IAX:
		return version(EMU_TYPE_IAX, value, options);
	case OPT_IAA_CRYPTO:
		options->iaa_crypto = true;
		return 0;
	case OPT_NUMA:
		return number("numa", value, EMU_DEVICES, &options->hardware.nodes);
	case OPT_OP_CAP:
		return emu_parse_op_cap(value, options->hardware.op_cap)
			       ? wrong("op-cap", value,
				       "give a bitmap in hexadecimal, as in 1003f027d")
			       : 0;
	case OPT_INJECT:
		return inject(value, options);
	case OPT_TIMING:
		return timing(value, options);
	case OPT_SEED:
		return seed(value, options);
	case OPT_STATS:
		options->statistics = true;
		return 0;
	case OPT_TRACE:
		options->trace = value;
		return 0;
	default: /* getopt has said what is wrong */
		fprintf(stderr, "sva-emu: --help lists the options\n");
		return -EINVAL;
	}
}

int emu_options_parse(int argc, char **argv, struct emu_options *options)
{
	int option, err;

	*options = (struct emu_options){ .profile = emu_profile_at(0) };
	optind = 1;
	/* "+": the command's own options are not ours, also without the two dashes. */
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1) {
		if (option == OPT_HELP) {
			print_help();
			return 1;
		}
		if (option == OPT_VERSION) {
			printf("sva-emu %d.%d.%d\n", SVA_VERSION_MAJOR, SVA_VERSION_MINOR,
			       SVA_VERSION_PATCH);
			return 1;
		}
		err = apply(option, optarg, options);
		if (err)
			return err;
	}
	options->command = argv + optind;
	if (options->list || *options->command)
		return 0;
	fprintf(stderr, "sva-emu: no command: sva-emu [OPTION...] -- COMMAND [ARGUMENT...]\n");
	return -EINVAL;
}
