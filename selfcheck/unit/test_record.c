/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/harness/report/record.c tests/harness/report/json.c lib/format.c lib/string.c lib/histogram.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/console.h"
#include "arch/power.h"
#include "tests/harness/report/report.h"

static char printed[1 << 20];
static size_t printed_length;
static jmp_buf end_of_run;

void print_text(const char *text)
{
	size_t length = strlen(text);

	assert_true(printed_length + length < sizeof(printed));
	memcpy(printed + printed_length, text, length + 1);
	printed_length += length;
}

void console_write(const char *text, size_t length)
{
}

NORETURN void power_off(enum power_way way, unsigned code)
{
	longjmp(end_of_run, (int)code);
}

static int forget(void **state)
{
	printed_length = 0;
	printed[0] = '\0';
	return 0;
}

static void every_kind_is_written(void **state)
{
	const uint64_t bits[] = {0x30000000, 0x1};
	const uint8_t bytes[] = {0x00, 0xab};

	report_as_json(RECORD("thing", TEXT("name", "a \"b\"\n"), NUMBER("count", UINT64_MAX),
			      TRUTH("good", true), TRUTH("bad", false), THOUSANDTHS("share", 1002),
			      BITS("features", bits), BYTES("frame", bytes, sizeof(bytes)),
			      NESTED("within", NUMBER("one", 1), NESTED("deeper", TEXT("x", "")))));
	assert_string_equal(printed,
			    "{\"type\":\"thing\",\"name\":\"a \\\"b\\\"\\u000a\","
			    "\"count\":18446744073709551615,\"good\":true,\"bad\":false,"
			    "\"share\":1.002,\"features\":\"0x10000000030000000\","
			    "\"frame\":\"00ab\",\"within\":{\"one\":1,\"deeper\":{\"x\":\"\"}}}\n");
}

static void json_leaves_out_what_is_for_people(void **state)
{
	report_as_json(RECORD("test", NUMBER("n", 7, FOR_PEOPLE), NUMBER("us", 8)));
	assert_string_equal(printed, "{\"type\":\"test\",\"us\":8}\n");
	forget(state);
	report_as_json(RECORD("test", NUMBER("n", 7, FOR_PEOPLE)));
	assert_string_equal(printed, "{\"type\":\"test\"}\n");
	forget(state);
	report_as_json(RECORD("ask", NESTED_FIELDS("arguments", (struct field[1]){})));
	assert_string_equal(printed, "{\"type\":\"ask\",\"arguments\":{}}\n");
}

static void histograms_may_be_long(void **state)
{
	static struct histogram histogram;
	unsigned buckets = 0;

	for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++)
		histogram_record(&histogram, histogram_bucket_lowest(n));
	report_as_json(RECORD("measure", HISTOGRAM("histogram", &histogram), NUMBER("after", 1)));
	assert_ptr_equal(strstr(printed, "{\"type\":\"measure\",\"count\":3776,\"min\":0,\"p50\":"),
			 printed);
	assert_string_equal(printed + printed_length - strlen(",1]],\"after\":1}\n"),
			    ",1]],\"after\":1}\n");
	for (const char *at = strstr(printed, "\"buckets\":["); (at = strstr(at + 1, ",1]"));)
		buckets++;
	assert_int_equal(buckets, HISTOGRAM_BUCKETS);
}

/* The longest texts, each byte an escape, behind as much as waits to be sent. */
static void texts_of_full_length_fit(void **state)
{
	static char text[4096 + 1];

	memset(text, '\x01', sizeof(text) - 1);
	report_as_json(RECORD("check", TEXT("a", text), TEXT("b", text), TEXT("c", text)));
	assert_int_equal(printed_length,
			 strlen("{\"type\":\"check\",\"a\":\"\",\"b\":\"\",\"c\":\"\"}\n") +
				 3ul * 6 * 4096);
	assert_string_equal(printed + printed_length - strlen("\\u0001\"}\n"), "\\u0001\"}\n");
}

static void fields_are_found_by_name(void **state)
{
	const struct record *record = RECORD("plan", TEXT("name", "x"), NUMBER("tests", 3),
					     TRUTH("whole", true, FOR_PEOPLE));

	assert_string_equal(record_text(record, "name"), "x");
	assert_int_equal(record_number(record, "tests"), 3);
	assert_true(record_truth(record, "whole"));
	assert_null(record_find(record, "test"));
	assert_int_equal(record_find(record, "tests")->number, 3);
}

static void asking_for_what_is_missing_ends_the_run(void **state)
{
	const struct record *record = RECORD("plan", NUMBER("tests", 3));

	if (!setjmp(end_of_run)) {
		record_number(record, "test");
		fail_msg("there is no such field");
	}
	if (!setjmp(end_of_run)) {
		record_text(record, "tests");
		fail_msg("it is of another kind");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_kind_is_written, forget),
		cmocka_unit_test_setup(json_leaves_out_what_is_for_people, forget),
		cmocka_unit_test_setup(histograms_may_be_long, forget),
		cmocka_unit_test_setup(texts_of_full_length_fit, forget),
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(asking_for_what_is_missing_ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
