/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/format.c lib/string.c */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/format.h"

/* Formats into a buffer of exactly the text's size, so that a byte too far is seen. */
PRINTF_LIKE(2, 3) static void expect(const char *expected, const char *format, ...)
{
	size_t size = strlen(expected) + 1;
	char *exact = malloc(size);
	va_list arguments;

	va_start(arguments, format);
	int length = format_text_list(exact, size, format, arguments);
	va_end(arguments);
	assert_string_equal(exact, expected);
	assert_int_equal(length, strlen(expected));
	free(exact);
}

static void formats_integers(void **state)
{
	expect("0 7 -7", "%d %i %d", 0, 7, -7);
	expect("-2147483648 4294967295", "%d %u", INT_MIN, UINT_MAX);
	expect("-9223372036854775808", "%lld", LLONG_MIN);
	expect("18446744073709551615", "%llu", ULLONG_MAX);
	expect("ffffffffffffffff FFFFFFFFFFFFFFFF", "%lx %lX", ULONG_MAX, ULONG_MAX);
	expect("-1 255 -1 65535", "%hhd %hhu %hd %hu", -1, 255, -1, 65535);
	expect("1 2 3", "%zu %jd %td", (size_t)1, (intmax_t)2, (ptrdiff_t)3);
}

static void pads_integers(void **state)
{
	expect("    7|7    |00007", "%5d|%-5d|%05d", 7, 7, 7);
	expect("-0007|  -07|+7| 7", "%05d|%5.2d|%+d|% d", -7, -7, 7, 7);
	expect("007|  007|007  ", "%.3d|%5.3d|%-5.3d", 7, 7, 7);
	expect("[]", "[%.0d]", 0);
}

static void formats_hexadecimal(void **state)
{
	expect("0x0 0x1f 0X1F", "%#x %#x %#X", 0, 31, 31);
	expect("0x001f|  0x1f|0x1f  ", "%#06x|%#6x|%-#6x", 31, 31, 31);
	expect("0x0000001f", "%#.8x", 31);
	expect("0x1234", "%p", (void *)0x1234);
	expect("0x0", "%p", NULL);
	expect("0000000000001234", "%016llx", 0x1234ull);
}

static void formats_text(void **state)
{
	static const char unterminated[] = {'a', 'b', 'c'};

	expect("x|  abc|abc  |ab", "%c|%5s|%-5s|%.2s", 'x', "abc", "abc", "abc");
	expect("abc", "%.3s", unterminated);
	expect("ab", "%.*s", 2, unterminated);
	expect("  x|x  ", "%3c|%-3c", 'x', 'x');
	expect("%", "%%");
	expect("", "%s", "");
	expect("abc", "%.*s", -1, "abc");
	expect("  7|7  ", "%*d|%*d", 3, 7, -3, 7);
}

/* The compiler refuses these formats, and it is right: they come in by a pointer. */
static void survives_bad_formats(void **state)
{
	static const char *const formats[] = {"%",   "abc%",         "%5",   "%-",       "%.",
					      "%l",  "%q",           "%5q",  "%n",       "%f",
					      "%ll", "%#-+ 05.3lly", "%1$d", "\xff%\xff"};
	char buffer[64];

	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++) {
		const char *volatile format = formats[i];
		int (*print)(char *, size_t, const char *, ...) = format_text;

		assert_int_equal(print(buffer, sizeof(buffer), format), strlen(format));
		assert_string_equal(buffer, format);
	}

	int (*print)(char *, size_t, const char *, ...) = format_text;
	const char *volatile no_string = NULL;
	print(buffer, sizeof(buffer), "%s|%.2s|%8s", no_string, no_string, no_string);
	assert_string_equal(buffer, "(null)|(n|  (null)");
}

static void never_writes_past_the_end(void **state)
{
	char buffer[8] = "#######";

	assert_int_equal(format_text(buffer, 0, "%d", 12345), 5);
	assert_string_equal(buffer, "#######");
	assert_int_equal(format_text(buffer, 1, "%d", 12345), 5);
	assert_string_equal(buffer, "");
	assert_int_equal(buffer[1], '#');
	assert_int_equal(format_text(buffer, 4, "%d", 12345), 5);
	assert_string_equal(buffer, "123");
	assert_int_equal(buffer[4], '#');
	assert_int_equal(format_text(NULL, 0, "%s", "abc"), 3);
}

static void survives_hostile_widths(void **state)
{
	char buffer[8];

	assert_int_equal(format_text(buffer, sizeof(buffer), "%*d", INT_MAX, 1), INT_MAX);
	assert_string_equal(buffer, "       ");
	assert_int_equal(format_text(buffer, sizeof(buffer), "%*d", -INT_MAX, 1), INT_MAX);
	assert_string_equal(buffer, "1      ");
	assert_int_equal(format_text(buffer, sizeof(buffer), "%.*d", INT_MAX, 1), INT_MAX);
	assert_string_equal(buffer, "0000000");

	const char *volatile wide = "%99999999999999999999d";
	int (*print)(char *, size_t, const char *, ...) = format_text;
	assert_true(print(buffer, sizeof(buffer), wide, 1) > 99999);
	assert_string_equal(buffer, "       ");
}

/* Every case that C and we define alike gives what the host's own snprintf gives. */
static void agrees_with_the_host(void **state)
{
	static const char *const flags[] = {"", "-", "0", "+", " ", "-0", "+0", "- ", "+-"};
	static const char *const widths[] = {"", "1", "7", "20"};
	static const char *const precisions[] = {"", ".0", ".1", ".5", ".12"};
	static const char letters[] = "dux";
	static const int values[] = {0, 1, -1, 42, INT_MAX, INT_MIN};
	int (*ours)(char *, size_t, const char *, ...) = format_text;
	int (*theirs)(char *, size_t, const char *, ...) = snprintf;

	for (size_t i = 0;
	     i < ARRAY_LENGTH(flags) * ARRAY_LENGTH(widths) * ARRAY_LENGTH(precisions) *
			 ARRAY_LENGTH(values) * strlen(letters);
	     i++) {
		size_t n = i;
		char format[32], expected[64], got[64];
		const char *flag = flags[n % ARRAY_LENGTH(flags)];
		n /= ARRAY_LENGTH(flags);
		const char *width = widths[n % ARRAY_LENGTH(widths)];
		n /= ARRAY_LENGTH(widths);
		const char *precision = precisions[n % ARRAY_LENGTH(precisions)];
		n /= ARRAY_LENGTH(precisions);
		int value = values[n % ARRAY_LENGTH(values)];
		n /= ARRAY_LENGTH(values);

		snprintf(format, sizeof(format), "<%%%s%s%s%c>", flag, width, precision,
			 letters[n]);
		assert_int_equal(ours(got, sizeof(got), format, value),
				 theirs(expected, sizeof(expected), format, value));
		assert_string_equal(got, expected);
	}
}

static void text_grows_until_full(void **state)
{
	char buffer[8];
	struct text text = TEXT_ON(buffer);

	text_add(&text, "%d", 12);
	text_add(&text, "%s", "");
	text_add(&text, "%s", "abc");
	assert_string_equal(buffer, "12abc");
	assert_int_equal(text.length, 5);
	assert_false(text.cut);
	text_add(&text, "%s", "de");
	assert_false(text.cut);
	text_add(&text, "%s", "");
	assert_false(text.cut);
	text_add(&text, "%s", "f");
	assert_true(text.cut);
	assert_string_equal(buffer, "12abcde");
	text_add(&text, "%s", "g");
	assert_string_equal(buffer, "12abcde");
	assert_int_equal(text.length, 7);
}

static void text_keeps_what_fits(void **state)
{
	char buffer[4];
	struct text text = TEXT_ON(buffer), none = {.buffer = buffer, .size = 0};

	text_add(&text, "%s", "abcdef");
	assert_true(text.cut);
	assert_string_equal(buffer, "abc");
	text_add(&none, "%s", "x");
	assert_true(none.cut);
	assert_int_equal(none.length, 0);
	assert_string_equal(buffer, "abc");
}

static void expect_json(const char *expected, const char *value)
{
	char buffer[128];
	struct text text = TEXT_ON(buffer);

	buffer[0] = '\0';
	text_add_json_escaped(&text, value);
	assert_string_equal(buffer, expected);
	assert_false(text.cut);
}

static void escapes_json(void **state)
{
	expect_json("", "");
	expect_json("plain / text", "plain / text");
	expect_json("\\\"quoted\\\" back\\\\slash", "\"quoted\" back\\slash");
	expect_json("\\u000a\\u0009\\u0001\\u001f\\u007f", "\n\t\x01\x1f\x7f");
	expect_json("p99 \xe2\x89\xa4 5 \xc2\xb5s \xf0\x9f\x90\xa7",
		    "p99 \xe2\x89\xa4 5 \xc2\xb5s \xf0\x9f\x90\xa7");
}

/* What a device gives as its serial number need not be UTF-8; the record must be. */
static void escapes_what_is_no_utf8(void **state)
{
	expect_json("\\u00ff", "\xff");
	expect_json("\\u0080a", "\x80"
				"a");
	expect_json("\\u00c2", "\xc2");
	expect_json("\\u00c2a", "\xc2"
				"a");
	expect_json("\\u00c0\\u00af", "\xc0\xaf");
	expect_json("\\u00e2\\u0089", "\xe2\x89");
	expect_json("\\u00e0\\u0080\\u0080", "\xe0\x80\x80");
	expect_json("\\u00ed\\u00a0\\u0080", "\xed\xa0\x80");
	expect_json("\\u00f4\\u0090\\u0080\\u0080", "\xf4\x90\x80\x80");
	expect_json("\\u00f0\\u009f\\u0090", "\xf0\x9f\x90");
	expect_json("\\u00f5", "\xf5");
}

static void never_tears_an_escape(void **state)
{
	char buffer[8];
	struct text text = TEXT_ON(buffer);

	text_add_json_escaped(&text, "ab\n");
	assert_true(text.cut);
	assert_string_equal(buffer, "ab");

	text = TEXT_ON(buffer);
	text_add_json_escaped(&text, "a\n");
	assert_false(text.cut);
	assert_string_equal(buffer, "a\\u000a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_integers),
		cmocka_unit_test(pads_integers),
		cmocka_unit_test(formats_hexadecimal),
		cmocka_unit_test(formats_text),
		cmocka_unit_test(survives_bad_formats),
		cmocka_unit_test(never_writes_past_the_end),
		cmocka_unit_test(survives_hostile_widths),
		cmocka_unit_test(agrees_with_the_host),
		cmocka_unit_test(text_grows_until_full),
		cmocka_unit_test(text_keeps_what_fits),
		cmocka_unit_test(escapes_json),
		cmocka_unit_test(escapes_what_is_no_utf8),
		cmocka_unit_test(never_tears_an_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
