/* SPDX-License-Identifier: MIT */
/* The command line of sva-emu, and the rules of --inject. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "options.h"

static struct emu_options options;
static char said[4096]; /* by the last parse(), to stderr */

/* The words behind the program's name; what is printed is kept. */
static int parse(const char *words)
{
	char text[512], *rest = text, *argv[64] = { text + sizeof(text) - 1 }, *word;
	int argc = 1, result, saved = dup(2), out = dup(1), file = memfd_create("said", 0);
	ssize_t length;

	snprintf(text, sizeof(text), "%s", words);
	text[sizeof(text) - 1] = '\0';
	while ((word = strsep(&rest, " ")) && argc < 63)
		argv[argc++] = word;
	dup2(file, 2);
	dup2(file, 1);
	result = emu_options_parse(argc, argv, &options);
	fflush(stdout);
	dup2(saved, 2);
	dup2(out, 1);
	length = pread(file, said, sizeof(said) - 1, 0);
	said[length > 0 ? length : 0] = '\0';
	close(saved);
	close(out);
	close(file);
	return result;
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(parse("true"), 0);
	assert_string_equal(options.profile->name, "latest");
	assert_null(options.config);
	assert_int_equal(options.rule_count, 0);
	assert_false(options.list || options.no_mmap || options.no_page_check ||
		     options.statistics || options.trace);
	assert_string_equal(said, "");
}

static void test_all(void **state)
{
	(void)state;
	assert_int_equal(
		parse("--kernel 6.1 --no-mmap --no-page-check --devices 1 --engines 2 "
		      "--queues 3 --groups 1 --wq-size 0x10 --dsa 2.0 --timing spr "
		      "--seed 7 --stats --trace t --config c --inject lost -- cmd -x --list"),
		0);
	assert_string_equal(options.profile->name, "6.1");
	assert_true(options.no_mmap && options.no_page_check && options.statistics);
	assert_false(options.list);
	assert_int_equal(options.hardware.devices, 1);
	assert_int_equal(options.hardware.engines, 2);
	assert_int_equal(options.hardware.queues, 3);
	assert_int_equal(options.hardware.groups, 1);
	assert_int_equal(options.hardware.queue_size, 16);
	assert_int_equal(options.hardware.version[EMU_TYPE_DSA], 0x200);
	assert_int_equal(options.timing, EMU_TIMING_SPR);
	assert_int_equal(options.seed, 7);
	assert_string_equal(options.trace, "t");
	assert_string_equal(options.config, "c");
	assert_int_equal(options.rule_count, 1);
	assert_string_equal(options.command[0], "cmd");
	assert_string_equal(options.command[2], "--list");
	assert_null(options.command[3]);
}

static void test_types(void **state)
{
	(void)state;
	assert_int_equal(parse("--devices iax,dsa,iax --iax 2.0 x"), 0);
	assert_int_equal(options.hardware.devices, 3);
	assert_int_equal(options.hardware.type[0], EMU_TYPE_IAX);
	assert_int_equal(options.hardware.type[1], EMU_TYPE_DSA);
	assert_int_equal(options.hardware.type[2], EMU_TYPE_IAX);
	assert_int_equal(options.hardware.version[EMU_TYPE_IAX], 0x200);
	assert_int_equal(options.hardware.version[EMU_TYPE_DSA], 0);
	assert_int_equal(parse("--devices iax --devices 2 x"), 0);
	assert_int_equal(options.hardware.devices, 2);
	assert_int_equal(options.hardware.type[0], EMU_TYPE_DSA);
	assert_int_equal(
		parse("--devices dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,"
		      "dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,dsa,iax x"),
		0);
	assert_int_equal(options.hardware.devices, EMU_DEVICES);
	assert_int_equal(options.hardware.type[EMU_DEVICES - 1], EMU_TYPE_IAX);
}

/* The command's options are its own, with the dashes or without. */
static void test_where_options_end(void **state)
{
	(void)state;
	assert_int_equal(parse("--stats ls --no-mmap"), 0);
	assert_true(options.statistics);
	assert_false(options.no_mmap);
	assert_string_equal(options.command[1], "--no-mmap");
}

static void test_nothing_to_run(void **state)
{
	(void)state;
	assert_int_equal(parse("--list"), 0);
	assert_int_equal(parse("--help"), 1);
	assert_non_null(strstr(said, "--no-page-check"));
	assert_non_null(strstr(said, "6.12-nosva"));
	assert_int_equal(parse("--version"), 1);
	assert_non_null(strstr(said, "sva-emu 0."));
}

/* Each names the option, the value and what to give instead. */
static void test_refused(void **state)
{
	static const char *const wrong[][2] = {
		{ "--stats", "no command" },
		{ "--kernel 2.4 x", "--kernel 2.4: no such profile" },
		{ "--devices 0 x", "--devices 0: give a number from 1 to 32" },
		{ "--devices 33 x", "--devices 33: give a number from 1 to 32" },
		{ "--engines -1 x", "--engines -1: give" },
		{ "--queues 1x x", "--queues 1x: give" },
		{ "--groups 99999999999999999999 x", "--groups" },
		{ "--wq-size 257 x", "1 to 256" },
		{ "--dsa 3.0 x", "--dsa 3.0: give 1.0 or 2.0" },
		{ "--iax 1 x", "--iax 1: give 1.0 or 2.0" },
		{ "--devices dsa,iaa x", "--devices dsa,iaa: give a number, or a list" },
		{ "--devices dsa, x", "--devices dsa,: give a number, or a list" },
		{ "--devices dsa2 x", "--devices dsa2: give a number, or a list" },
		{ "--devices iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,"
		  "iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax,iax x",
		  "no more than 32 devices" },
		{ "--timing slow x", "give fast or spr" },
		{ "--seed x x", "--seed x: give a number" },
		{ "--seed -1 x", "--seed -1: give a number" },
		{ "--seed 0x10000000000000000 x", "--seed 0x10000000000000000: give a number" },
		{ "--devices +1 x", "--devices +1: give a number from 1 to 32" },
		{ "--devices= x", "--devices : give a number from 1 to 32" },
		{ "--op-cap= x", "--op-cap : give a bitmap" },
		{ "--op-cap 0,0 x", "--op-cap 0,0: give a bitmap" },
		{ "--inject never x", "--inject never: a rule is" },
		{ "--nonsense x", "--help lists" },
		{ "--config", "--help lists" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(parse(wrong[i][0]), -EINVAL);
		if (!strstr(said, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], said);
	}
}

static void test_too_many_rules(void **state)
{
	char words[512] = "";

	(void)state;
	for (unsigned int i = 0; i < EMU_RULES; i++)
		strcat(words, "--inject=lost ");
	strcat(words, "x");
	assert_int_equal(parse(words), 0);
	assert_int_equal(options.rule_count, EMU_RULES);
	strcpy(strrchr(words, 'x'), "--inject=full=2 x");
	assert_int_equal(parse(words), -EINVAL);
	assert_non_null(strstr(said, "--inject full=2: there is no room for another rule"));
}

static void test_rules(void **state)
{
	static const struct {
		const char *text;
		struct emu_rule rule;
	} good[] = {
		{ "status=0x21", { -1, -1, -1, 1, 1, 0, EMU_INJECT_STATUS, 0x21 } },
		{ "wq=1.7,status=0x1a", { 1, 7, -1, 1, 1, 0, EMU_INJECT_STATUS, 0x1a } },
		{ "op=memmove,nth=5,lost", { -1, -1, 3, 5, 0, 0, EMU_INJECT_LOST, 0 } },
		{ "op=0x3f,every=10,fault=4096",
		  { -1, -1, 0x3f, 10, 10, 0, EMU_INJECT_FAULT, 4096 } },
		{ "full=3", { -1, -1, -1, 1, 1, 0, EMU_INJECT_FULL, 3 } },
		{ "one-in=4,halt", { -1, -1, -1, 1, 1, 4, EMU_INJECT_HALT, 0 } },
		{ "one-in=9,every=2,fault=0", { -1, -1, -1, 2, 2, 9, EMU_INJECT_FAULT, 0 } },
		{ "op=expand,lost", { -1, -1, 0x56, 1, 1, 0, EMU_INJECT_LOST, 0 } },
		{ "op=decompress,fault=0", { -1, -1, 0x42, 1, 1, 0, EMU_INJECT_FAULT, 0 } },
		{ "halt=20,op=crc", { -1, -1, 0x10, 1, 1, 0, EMU_INJECT_HALT, 20 } },
	};
	struct emu_rule rule;
	const char *why;

	(void)state;
	for (unsigned int i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(emu_rule_parse(good[i].text, &rule, &why), 0);
		assert_memory_equal(&rule, &good[i].rule, sizeof(rule));
	}
}

static void test_wrong_rules(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "a rule" },
		{ "nth=1", "needs an action" },
		{ "status", "status= takes" },
		{ "status=0", "status= takes" },
		{ "status=256", "status= takes" },
		{ "status=1,lost", "one action" },
		{ "full=0", "full= takes" },
		{ "lost=1", "no value" },
		{ "fault=x", "fault= takes" },
		{ "halt=0", "halt= takes" },
		{ "wq=60.5,lost", "wq= takes" },
		{ "wq=0,lost", "wq= takes" },
		{ "wq=0.0x,lost", "wq= takes" },
		{ "wq=-1.0,lost", "wq= takes" },
		{ "op=copy,lost", "op= takes" },
		{ "op=256,lost", "op= takes" },
		{ "nth=0,lost", "nth= takes" },
		{ "every=0,lost", "every= takes" },
		{ "every=,lost", "every= takes" },
		{ "one-in=0,lost", "one-in= takes" },
		{ "status=0x83", "use fault=" },
		{ "lost,", "a rule is" },
		{ "colour=red", "a rule is" },
		{ "full=+1", "full= takes" },
		{ "full= -18446744073709551615", "full= takes" },
		{ "full=4294967296", "full= takes" },
		{ "nth=2,every=3,lost", "nth= or every=" },
		{ "lost,wq=0.0,wq=0.1", "each condition once" },
	};
	struct emu_rule rule;
	const char *why;

	(void)state;
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (emu_rule_parse(wrong[i][0], &rule, &why) != -EINVAL ||
		    !strstr(why, wrong[i][1]))
			fail_msg("%s", wrong[i][0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),       cmocka_unit_test(test_all),
		cmocka_unit_test(test_types),          cmocka_unit_test(test_where_options_end),
		cmocka_unit_test(test_nothing_to_run), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many_rules), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_wrong_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
