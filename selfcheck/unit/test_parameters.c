/* SPDX-License-Identifier: BSD-2-Clause */
/* links: lib/parameters.c lib/format.c lib/string.c lib/random.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/parameters.h"
#include "lib/random.h"

static struct values {
	bool trace;
	uint64_t seed, timeout;
	uint64_t duration; /* seconds */
	const char *tests, *bench;
	unsigned format;
} values;

static const struct parameter parameters[] = {
	{.key = "trace", .about = "trace", .kind = PARAMETER_FLAG, .value = &values.trace},
	{.key = "seed", .about = "seed", .kind = PARAMETER_NUMBER, .value = &values.seed},
	{.key = "timeout",
	 .about = "milliseconds",
	 .kind = PARAMETER_NUMBER,
	 .minimum = 1,
	 .maximum = 100,
	 .value = &values.timeout},
	{.key = "for", .about = "how long", .kind = PARAMETER_TIME, .value = &values.duration},
	{.key = "tests", .about = "globs", .kind = PARAMETER_TEXT, .value = &values.tests},
	{.key = "bench", .about = "benchmarks", .kind = PARAMETER_OPTION, .value = &values.bench},
	{.key = "format",
	 .about = "format",
	 .kind = PARAMETER_CHOICE,
	 .choices = "text|tap|json",
	 .value = &values.format},
	{.key = "sabotage", .about = "not by this image", .kind = PARAMETER_REFUSED},
};

static char message[256];
static char *line;

/* The line lives in memory of exactly its size, so that a byte too far is seen. */
static bool parse(const char *command_line)
{
	free(line);
	line = strdup(command_line);
	values = (struct values){.seed = 99, .format = 77};
	message[0] = '\0';
	return parameters_parse(parameters, ARRAY_LENGTH(parameters), line, message,
				sizeof(message));
}

static int drop_line(void **state)
{
	free(line);
	line = NULL;
	return 0;
}

static void expect_refusal(const char *command_line, const char *words)
{
	if (parse(command_line))
		fail_msg("accepted: %s", command_line);
	if (!strstr(message, words))
		fail_msg("'%s' gives: %s", command_line, message);
}

static void reads_times(void **state)
{
	static const struct {
		const char *word;
		uint64_t seconds;
	} times[] = {{"90", 90}, {"90s", 90}, {"5m", 300}, {"2h", 7200}};
	static const char *const wrong[] = {
		"0", "h", "2d", "-1s", "1.5h", "5000000000", "111111111111111111s"};

	for (size_t n = 0; n < ARRAY_LENGTH(times); n++) {
		char word[32];

		snprintf(word, sizeof(word), "vp.for=%s", times[n].word);
		assert_true(parse(word));
		assert_int_equal(values.duration, times[n].seconds);
	}
	for (size_t n = 0; n < ARRAY_LENGTH(wrong); n++) {
		char word[64];

		snprintf(word, sizeof(word), "vp.for=%s", wrong[n]);
		expect_refusal(word, "must be a time such as 90s, 5m or 2h");
	}
	expect_refusal("vp.for=", "needs a value");
}

static void reads_each_kind(void **state)
{
	assert_true(parse("vp.trace vp.seed=0x10 vp.timeout=100 vp.tests=ring.* vp.bench=net "
			  "vp.format=json"));
	assert_true(values.trace);
	assert_int_equal(values.seed, 16);
	assert_int_equal(values.timeout, 100);
	assert_string_equal(values.tests, "ring.*");
	assert_string_equal(values.bench, "net");
	assert_int_equal(values.format, 2);
}

static void leaves_absent_words_untouched(void **state)
{
	assert_true(parse(""));
	assert_int_equal(values.seed, 99);
	assert_int_equal(values.format, 77);
	assert_null(values.tests);
	assert_null(values.bench);
	assert_false(values.trace);
}

static void reads_flags(void **state)
{
	assert_true(parse("vp.trace=1") && values.trace);
	assert_true(parse("vp.trace=on") && values.trace);
	assert_true(parse("vp.trace=yes") && values.trace);
	assert_true(parse("vp.trace vp.trace=0") && !values.trace);
	assert_true(parse("vp.trace vp.trace=off") && !values.trace);
	assert_true(parse("vp.trace vp.trace=no") && !values.trace);
	expect_refusal("vp.trace=maybe", "vp.trace=maybe");
	expect_refusal("vp.trace=", "vp.trace=");
}

static void an_option_may_be_bare(void **state)
{
	assert_true(parse("vp.bench"));
	assert_string_equal(values.bench, "");
	assert_true(parse("vp.bench="));
	assert_string_equal(values.bench, "");
}

static void leaves_foreign_words_alone(void **state)
{
	assert_true(parse("BOOT_IMAGE=/vp.elf panic=-1 noapic pci=off virtio_mmio.device=4K@0xc:5 "
			  "vpx.seed=1 xvp.seed=2 vp seed=3 =vp.seed=4 \tvp.seed=5\n"));
	assert_int_equal(values.seed, 5);
}

static void foreign_quotes_hide_our_words(void **state)
{
	assert_true(parse("dyndbg=\"file a vp.seed=1 vp.nonsense\" vp.timeout=7"));
	assert_int_equal(values.seed, 99);
	assert_int_equal(values.timeout, 7);
	/* A quote that never closes is no reason to lose our words. */
	assert_true(parse("size=5\" vp.timeout=8"));
	assert_int_equal(values.timeout, 8);
}

static void reads_quoted_values(void **state)
{
	assert_true(parse("vp.tests=\"a b\" vp.seed=3"));
	assert_string_equal(values.tests, "a b");
	assert_int_equal(values.seed, 3);
	assert_true(parse("\"vp.tests=a b\" vp.seed=4"));
	assert_string_equal(values.tests, "a b");
	assert_int_equal(values.seed, 4);
	assert_true(parse("\"vp.trace\""));
	assert_true(values.trace);
	expect_refusal("vp.tests=\"a b", "quote");
	expect_refusal("\"vp.tests=a b", "quote");
	expect_refusal("vp.tests=\"a\"b", "quote");
	expect_refusal("vp.tests=\"", "quote");
}

static void the_last_word_counts(void **state)
{
	assert_true(parse("vp.seed=1 vp.seed=2"));
	assert_int_equal(values.seed, 2);
}

static void refuses_unknown_words(void **state)
{
	expect_refusal("vp.nonsense", "vp.nonsense is not known");
	expect_refusal("vp.nonsense=1",
		       "vp.trace, vp.seed, vp.timeout, vp.for, vp.tests, vp.bench, vp.format.");
	expect_refusal("vp.", "vp. is not known");
	expect_refusal("vp.=1", "vp. is not known");
	expect_refusal("vp.Seed=1", "vp.Seed is not known");
	expect_refusal("vp.seedling=1", "vp.seedling is not known");
}

static void says_why_a_word_is_refused(void **state)
{
	expect_refusal("vp.sabotage", "vp.sabotage: not by this image.");
	expect_refusal("vp.sabotage=all vp.nonsense", "vp.sabotage: not by this image.");
}

static void refuses_bad_values(void **state)
{
	expect_refusal("vp.seed", "vp.seed needs a value");
	expect_refusal("vp.seed=", "vp.seed needs a value");
	expect_refusal("vp.seed=abc", "vp.seed=abc");
	expect_refusal("vp.seed=-1", "vp.seed=-1");
	expect_refusal("vp.seed=18446744073709551616", "must be a number");
	expect_refusal("vp.timeout=0", "from 1 to 100");
	expect_refusal("vp.timeout=101", "from 1 to 100");
	expect_refusal("vp.tests", "vp.tests needs a value");
	expect_refusal("vp.tests=", "vp.tests needs a value");
	expect_refusal("vp.format=xml", "text|tap|json");
	expect_refusal("vp.format=tex", "vp.format=tex");
	expect_refusal("vp.format=text|tap", "must be one of");
	expect_refusal("vp.format", "vp.format needs a value");
}

static void a_long_complaint_is_cut(void **state)
{
	char word[2000] = "vp.";
	char small[16];

	memset(word + 3, 'x', sizeof(word) - 4);
	word[sizeof(word) - 1] = '\0';
	assert_false(parse(word));
	assert_int_equal(strlen(message), sizeof(message) - 1);
	assert_false(
		parameters_parse(parameters, ARRAY_LENGTH(parameters), word, small, sizeof(small)));
	assert_int_equal(strlen(small), sizeof(small) - 1);
}

/* Whatever stands on the line, reading it ends and stays within it. */
static void survives_noise(void **state)
{
	static const char *const pieces[] = {"vp.",      "seed", "tests", "=",      "\"",
					     " ",        "\t",   "1",     "format", "\n",
					     "vp.seed=", "x",    "bench", "\xff",   "trace"};
	struct random random;

	random_seed(&random, 1);
	for (unsigned round = 0; round < 20000; round++) {
		char noise[256] = "";
		uint64_t count = random_below(&random, 20);

		for (unsigned i = 0; i < count; i++)
			strcat(noise, pieces[random_below(&random, ARRAY_LENGTH(pieces))]);
		if (!parse(noise))
			assert_true(message[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(reads_times, drop_line),
		cmocka_unit_test_teardown(reads_each_kind, drop_line),
		cmocka_unit_test_teardown(leaves_absent_words_untouched, drop_line),
		cmocka_unit_test_teardown(reads_flags, drop_line),
		cmocka_unit_test_teardown(an_option_may_be_bare, drop_line),
		cmocka_unit_test_teardown(leaves_foreign_words_alone, drop_line),
		cmocka_unit_test_teardown(foreign_quotes_hide_our_words, drop_line),
		cmocka_unit_test_teardown(reads_quoted_values, drop_line),
		cmocka_unit_test_teardown(the_last_word_counts, drop_line),
		cmocka_unit_test_teardown(refuses_unknown_words, drop_line),
		cmocka_unit_test_teardown(says_why_a_word_is_refused, drop_line),
		cmocka_unit_test_teardown(refuses_bad_values, drop_line),
		cmocka_unit_test_teardown(a_long_complaint_is_cut, drop_line),
		cmocka_unit_test_teardown(survives_noise, drop_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
