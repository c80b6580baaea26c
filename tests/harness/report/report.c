/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/report/report.h"

#include "arch/console.h"
#include "lib/string.h"
#include "tests/harness/plan/options.h"

const struct reporter *reporter = &text_reporter;

void report_choose(void)
{
	static const struct reporter *const reporters[] = {
		[FORMAT_TEXT] = &text_reporter,
		[FORMAT_TAP] = &tap_reporter,
		[FORMAT_JSON] = &json_reporter,
	};

	reporter = reporters[options.format];
}

void print_text(const char *text)
{
	console_write(text, strlen(text));
}

void print(const char *format, ...)
{
	static char line[16384];
	struct text text = TEXT_ON(line);
	va_list arguments;

	va_start(arguments, format);
	text_add_list(&text, format, arguments);
	va_end(arguments);
	print_text(line);
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass", [VERDICT_SKIP] = "skip",   [VERDICT_WARN] = "warn",
		[VERDICT_FAIL] = "fail", [VERDICT_ERROR] = "error",
	};

	return names[verdict];
}

void test_full_name(const struct test *test, char name[TEST_NAME_SIZE])
{
	format_text(name, TEST_NAME_SIZE, "%s.%s", test->suite, test->name);
}
