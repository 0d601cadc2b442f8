/* SPDX-License-Identifier: MIT */
/* The version at run time is the one of the headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include <sva/sva.h>

static void the_number(void **state)
{
	int n = sva_version_number();

	(void)state;
	assert_int_equal(n, SVA_VERSION_NUMBER);
	assert_int_equal(n / 1000000, SVA_VERSION_MAJOR);
	assert_int_equal(n / 1000 % 1000, SVA_VERSION_MINOR);
	assert_int_equal(n % 1000, SVA_VERSION_PATCH);
}

static void the_text(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "%d.%d.%d", SVA_VERSION_MAJOR, SVA_VERSION_MINOR,
		 SVA_VERSION_PATCH);
	assert_string_equal(sva_version(), text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_number),
		cmocka_unit_test(the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
