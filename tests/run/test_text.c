/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static char buffer[256];
static struct run_text text;

static int start(void **state)
{
	(void)state;
	memset(buffer, 0, sizeof(buffer));
	text = (struct run_text){ .at = buffer, .end = buffer + sizeof(buffer) - 1 };
	return 0;
}

static void writes_numbers(void **state)
{
	(void)state;
	run_text_number(&text, 0, 0);
	run_text_number(&text, 42, 5);
	run_text_number(&text, UINT64_MAX, 3);
	run_text_char(&text, ' ');
	run_text_hex(&text, 0xdeadbeef);
	assert_string_equal(buffer, "0   4218446744073709551615 0xdeadbeef");
}

static void writes_sizes_and_times(void **state)
{
	(void)state;
	run_text_size(&text, 0, 3);
	run_text_size(&text, 512, 5);
	run_text_size(&text, 65536, 5);
	run_text_size(&text, UINT64_C(1) << 40, 0);
	run_text_char(&text, ' ');
	run_text_ms(&text, 1234567);
	assert_string_equal(buffer, "  0  512  64K1T 1.234");
}

static void writes_json(void **state)
{
	(void)state;
	run_text_char(&text, '{');
	run_text_member(&text, "a", 1);
	run_text_key(&text, "b");
	run_text_json(&text, "x\"\\\n\xe4");
	run_text_char(&text, '}');
	assert_string_equal(buffer, "{\"a\":1,\"b\":\"x\\\"\\\\\\u000a\\u00e4\"}");
}

static void ends_with_the_buffer(void **state)
{
	(void)state;
	text.end = buffer + 5;
	run_text_string(&text, "long text");
	run_text_number(&text, 12, 3);
	assert_string_equal(buffer, "long ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
	const struct CMUnitTest tests[] = {
		TEST(writes_numbers),
		TEST(writes_sizes_and_times),
		TEST(writes_json),
		TEST(ends_with_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
