/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/string.h"

static void copies_what_fits(void **state)
{
	char buffer[4] = "xyz";

	assert_true(copy_string(buffer, sizeof(buffer), "abc"));
	assert_string_equal(buffer, "abc");
	assert_false(copy_string(buffer, sizeof(buffer), "abcd"));
	assert_string_equal(buffer, "abc");
	assert_true(copy_string(buffer, 1, ""));
	assert_string_equal(buffer, "");
	assert_false(copy_string(buffer, 1, "a"));
	assert_string_equal(buffer, "");
}

static void knows_prefixes(void **state)
{
	assert_true(starts_with("vp.seed", "vp."));
	assert_true(starts_with("vp.", "vp."));
	assert_true(starts_with("anything", ""));
	assert_false(starts_with("vp", "vp."));
	assert_false(starts_with("", "v"));
}

static void matches_globs(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{"", "a", false},
		{"*", "", true},
		{"**", "", true},
		{"*", "anything", true},
		{"?", "", false},
		{"?", "a", true},
		{"?", "ab", false},
		{"abc", "abc", true},
		{"abc", "ab", false},
		{"abc", "abcd", false},
		{"a*c", "ac", true},
		{"a*c", "abcbc", true},
		{"a*c", "abcb", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"*.masked_?ector", "interrupt.masked_vector", true},
		{"PCI-MSIX-*", "PCI-MSIX-11", true},
		{"PCI-MSIX-*", "PCI-CAP-1", false},
		{"*?", "", false},
		{"*?", "a", true},
		{"?*?", "a", false},
		{"*a", "aaaa", true},
		{"*aab", "aaaaab", true},
		{"*", "*", true},
		{"[a]", "a", false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		if (glob_list_match(cases[i].pattern, cases[i].text) != cases[i].matches)
			fail_msg("%s against %s", cases[i].pattern, cases[i].text);
	}
}

/* A matcher that tries every '*' at every place would not come back from this one. */
static void globs_stay_linear(void **state)
{
	char text[4097];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(glob_list_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", text));
}

static void matches_lists_of_globs(void **state)
{
	assert_false(glob_list_match("", ""));
	assert_false(glob_list_match("", "a"));
	assert_false(glob_list_match(",", ""));
	assert_true(glob_list_match("a", "a"));
	assert_true(glob_list_match("b,a", "a"));
	assert_true(glob_list_match("a,", "a"));
	assert_true(glob_list_match(",,a", "a"));
	assert_true(glob_list_match("x*,ring.*", "ring.wrap"));
	assert_false(glob_list_match("ring,.wrap", "ring.wrap"));
	assert_false(glob_list_match("a,b", "a,b"));
	assert_false(glob_list_match("ab,c", "a"));
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} cases[] = {
		{"0", 0},
		{"007", 7},
		{"18446744073709551615", UINT64_MAX},
		{"0x0", 0},
		{"0xfFfFfFfFfFfFfFfF", UINT64_MAX},
		{"0x0000000000000000001", 1},
		{"4k", 4096},
		{"4K", 4096},
		{"3M", 3 << 20},
		{"2G", 2ull << 30},
		{"0x10k", 16384},
		{"17179869183G", 17179869183ull << 30},
		{"0G", 0},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t value = 0xdead;

		if (!parse_number(cases[i].text, &value))
			fail_msg("%s is a number", cases[i].text);
		assert_true(value == cases[i].value);
	}
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const cases[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"0x",
		"0xg",
		"0X10",
		"abc",
		"1.5",
		"1kk",
		"1m",
		"k",
		"1T",
		"0xk",
		"1G2",
		"0x1G1",
		"12a",
		"18446744073709551616",
		"99999999999999999999999",
		"0x10000000000000000",
		"17179869184G",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint64_t value = 0xdead;

		if (parse_number(cases[i], &value))
			fail_msg("%s is no number", cases[i]);
		assert_int_equal(value, 0xdead);
	}
}

static void compares_bytes(void **state)
{
	static const uint8_t bytes[] = {7, 7, 7, 8};

	assert_true(all_bytes_are(bytes, 7, 3));
	assert_false(all_bytes_are(bytes, 7, 4));
	assert_false(all_bytes_are(bytes, 0, 1));
	assert_true(all_bytes_are(bytes, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_what_fits),
		cmocka_unit_test(knows_prefixes),
		cmocka_unit_test(matches_globs),
		cmocka_unit_test(globs_stay_linear),
		cmocka_unit_test(matches_lists_of_globs),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(compares_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
