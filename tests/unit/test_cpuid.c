/* SPDX-License-Identifier: MIT */
/*
 * sva_cpu_features(): CPUID with LIBSVA_CPU on top, asked once. The answer is kept for the life of
 * the process, so each case asks in a child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <sva/sva.h>

#define EVERYTHING "+enqcmd,+movdir64b,+waitpkg,+cldemote,+clflushopt,+avx2,+avx512"
#define NOTHING    "-enqcmd,-movdir64b,-waitpkg,-cldemote,-clflushopt,-avx2,-avx512"
#define ALL                                                                        \
	(SVA_CPU_ENQCMD | SVA_CPU_MOVDIR64B | SVA_CPU_WAITPKG | SVA_CPU_CLDEMOTE | \
	 SVA_CPU_CLFLUSHOPT | SVA_CPU_AVX2 | SVA_CPU_AVX512)

static bool set_user_id; /* what secure_getenv(3) would find out */
static unsigned int asked;

char *__wrap_secure_getenv(const char *name);

char *__wrap_secure_getenv(const char *name)
{
	asked++;
	return set_user_id ? NULL : getenv(name);
}

/* Run @question in a child; its answer is an exit status. */
static unsigned int in_a_child(unsigned int (*question)(const char *value), const char *value)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child)
		_exit((int)question(value));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (unsigned int)WEXITSTATUS(status);
}

static unsigned int ask_with(const char *value)
{
	if (value)
		setenv("LIBSVA_CPU", value, 1);
	else
		unsetenv("LIBSVA_CPU");
	return sva_cpu_features();
}

static void assert_features(const char *value, unsigned int expected)
{
	unsigned int got = in_a_child(ask_with, value);

	if (got != expected)
		fail_msg("LIBSVA_CPU=%s: %#x, not %#x", value ? value : "(unset)", got, expected);
}

static void without_the_variable(void **state)
{
	(void)state;
	assert_features(NULL, sva__cpuid_features());
}

static void each_bit_is_set_and_cleared(void **state)
{
	const unsigned int cpu = sva__cpuid_features();

	(void)state;
	assert_features("+enqcmd", cpu | SVA_CPU_ENQCMD);
	assert_features("+movdir64b", cpu | SVA_CPU_MOVDIR64B);
	assert_features("+waitpkg", cpu | SVA_CPU_WAITPKG);
	assert_features("+cldemote", cpu | SVA_CPU_CLDEMOTE);
	assert_features("+clflushopt", cpu | SVA_CPU_CLFLUSHOPT);
	assert_features("+avx2", cpu | SVA_CPU_AVX2);
	assert_features("+avx512", cpu | SVA_CPU_AVX512);
	assert_features(EVERYTHING ",-enqcmd", ALL & ~SVA_CPU_ENQCMD);
	assert_features(EVERYTHING ",-movdir64b", ALL & ~SVA_CPU_MOVDIR64B);
	assert_features(EVERYTHING ",-waitpkg", ALL & ~SVA_CPU_WAITPKG);
	assert_features(EVERYTHING ",-cldemote", ALL & ~SVA_CPU_CLDEMOTE);
	assert_features(EVERYTHING ",-clflushopt", ALL & ~SVA_CPU_CLFLUSHOPT);
	assert_features(EVERYTHING ",-avx2", ALL & ~SVA_CPU_AVX2);
	assert_features(EVERYTHING ",-avx512", ALL & ~SVA_CPU_AVX512);
}

static void several_words(void **state)
{
	const unsigned int cpu = sva__cpuid_features();

	(void)state;
	assert_features(EVERYTHING, ALL);
	assert_features(NOTHING, 0);
	assert_features("+enqcmd,-waitpkg", (cpu | SVA_CPU_ENQCMD) & ~SVA_CPU_WAITPKG);
	assert_features("+enqcmd,-enqcmd", cpu & ~SVA_CPU_ENQCMD); /* the last word counts */
	assert_features("-enqcmd,+enqcmd", cpu | SVA_CPU_ENQCMD);
}

static void words_that_are_not_understood(void **state)
{
	static const char *const nonsense[] = {
		"",         ",",        ",,,",
		"+",        "-",        "+,-",
		"enqcmd",   "+enq",     "+enqcmds",
		"+ENQCMD",  "+ enqcmd", " +enqcmd",
		"++enqcmd", "=enqcmd",  "+enqcmd;-waitpkg",
		"\xff\xfe", "none",     "+enqcmd -waitpkg",
	};
	const unsigned int cpu = sva__cpuid_features();

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		assert_features(nonsense[i], cpu);
}

static void nonsense_does_not_hide_the_rest(void **state)
{
	(void)state;
	assert_features(
		",+enqcmd,,rubbish,+movdir64b,+,+waitpkg,+cldemote,+clflushopt,+avx2,+avx512,",
		ALL);
	assert_features(
		"-,-enqcmd,-movdir64b,x,-waitpkg,-cldemote,-clflushopt,+nothing,-avx2,-avx512", 0);
}

static unsigned int ask_twice(const char *value)
{
	unsigned int first = ask_with(value);

	return ask_with(NULL) == first && ask_with("-enqcmd") == first && asked == 1;
}

static void asked_once(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(ask_twice, "+enqcmd"), 1);
}

static void not_for_a_set_user_id_program(void **state)
{
	const unsigned int cpu = sva__cpuid_features();

	(void)state;
	set_user_id = true;
	assert_features(EVERYTHING, cpu);
	assert_features(NOTHING, cpu);
	set_user_id = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_the_variable),
		cmocka_unit_test(each_bit_is_set_and_cleared),
		cmocka_unit_test(several_words),
		cmocka_unit_test(words_that_are_not_understood),
		cmocka_unit_test(nonsense_does_not_hide_the_rest),
		cmocka_unit_test(asked_once),
		cmocka_unit_test(not_for_a_set_user_id_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
