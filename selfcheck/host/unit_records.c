/* SPDX-License-Identifier: BSD-2-Clause */
/* Records out of every kind of console: torn, foreign, endless, wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "host/record/job.h"
#include "host/record/records.h"

struct seen {
	GPtrArray *types;
	GString *noise;
	gsize noise_bytes;
};

static void take_record(JsonObject *record, const char *line, void *context)
{
	struct seen *seen = context;

	assert_true(g_str_has_prefix(line, "{\"type\":"));
	g_ptr_array_add(seen->types, g_strdup(record_text(record, "type")));
}

static void take_noise(const char *text, gsize length, void *context)
{
	struct seen *seen = context;

	seen->noise_bytes += length;
	if (seen->noise->len < 4096)
		g_string_append_len(seen->noise, text, (gssize)length);
}

static struct record_reader *start(struct seen *seen)
{
	struct record_listener listener = {
		.record = take_record, .noise = take_noise, .context = seen};

	seen->types = g_ptr_array_new_with_free_func(g_free);
	seen->noise = g_string_new(NULL);
	seen->noise_bytes = 0;
	return record_reader_new(&listener);
}

static void finish(struct seen *seen, struct record_reader *reader)
{
	g_ptr_array_unref(seen->types);
	g_string_free(seen->noise, TRUE);
	record_reader_free(reader);
}

/* Feeds text in pieces of `step` bytes and compares what comes out. */
static void check_stream(const char *text, gsize step, const char *types, const char *noise)
{
	struct seen seen;
	struct record_reader *reader = start(&seen);
	gsize length = strlen(text);

	for (gsize at = 0; at < length; at += step)
		record_reader_feed(reader, text + at, MIN(step, length - at));
	record_reader_finish(reader);
	g_ptr_array_add(seen.types, NULL);

	g_autofree char *joined = g_strjoinv(" ", (char **)seen.types->pdata);

	assert_string_equal(joined, types);
	assert_string_equal(seen.noise->str, noise);
	finish(&seen, reader);
}

static void records_are_found_however_they_are_cut(void **state)
{
	static const char text[] = "{\"type\":\"run\",\"cpus\":2}\n{\"type\":\"test\"}\r\n\n"
				   "{\"type\":\"summary\"}";

	for (gsize step = 1; step <= sizeof(text); step++)
		check_stream(text, step, "run test summary", "");
}

static void foreign_words_are_noise(void **state)
{
	check_stream("SeaBIOS\nBooting...{\"type\":\"run\"}\nqemu: {\"kind\": \"x\"}\n", 5, "run",
		     "SeaBIOSBooting...qemu: {\"kind\": \"x\"}");
	check_stream("{\"type\":\"run\"}terminating\n", 7, "run", "terminating");
	check_stream("{\"type\":\"a\"}{\"type\":\"b\"}\n", 7, "a b", "");
}

static void torn_records_do_not_hide_the_next(void **state)
{
	check_stream("{\"type\":\"test\",\"su{\"type\":\"run\"}\n", 100, "run",
		     "{\"type\":\"test\",\"su");
	check_stream("{\"type\":\"te\n\"}\n{\"type\":\"run\"}\n", 100, "run", "{\"type\":\"te\"}");
	/* A record may quote one. */
	check_stream("{\"type\":\"note\",\"text\":\"{\\\"type\\\":\\\"run\\\"}\"}\n", 3, "note",
		     "");
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"type\":1}",
		"{\"type\":null}",
		"{\"type\":[\"run\"]}",
		"{\"type\":\"\"}",
		"{\"typ\":\"run\"}",
		"{\"type\":\"run\"",
		"{\"type\":\"run\"}}",
		"{\"type\":\"run\",}",
		"{\"type\":\"\xff\"}",
		"{\"type\":\"run\",\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}",
		"{\"type\":\"run\" \"a\":1}",
		"{\"type\":\"run\\\"}",
	};

	for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
		JsonObject *record = record_parse(wrong[i], strlen(wrong[i]));

		if (record)
			print_error("taken for a record: %s\n", wrong[i]);
		assert_null(record);
	}
	assert_null(record_parse("{\"type\":\"r\0n\"}", 14));
}

static void members_of_the_wrong_type_read_as_missing(void **state)
{
	static const char text[] = "{\"type\":\"x\",\"n\":\"12\",\"t\":12,\"o\":[],\"a\":{},"
				   "\"z\":null,\"r\":1.5,\"b\":true,\"big\":18446744073709551616}";
	JsonObject *record = record_parse(text, strlen(text));

	assert_non_null(record);
	assert_int_equal(record_number(record, "n", -1), -1);
	assert_int_equal(record_number(record, "z", -1), -1);
	assert_int_equal(record_number(record, "r", -1), -1);
	assert_int_equal(record_number(record, "t", -1), 12);
	assert_string_equal(record_text(record, "t"), "");
	assert_string_equal(record_text(record, "missing"), "");
	assert_string_equal(record_text(record, "o"), "");
	assert_null(record_object(record, "o"));
	assert_null(record_array(record, "a"));
	assert_null(record_object(record, "z"));
	assert_true(record_real(record, "r", 0) == 1.5);
	assert_true(record_real(record, "t", 0) == 12);
	assert_true(record_real(record, "b", -1) == -1);
	assert_true(record_real(record, "n", -1) == -1);
	json_object_unref(record);
}

/* Whatever types the members have, a job takes the record and stays sound. */
static void a_job_survives_wrong_types(void **state)
{
	static const char *const types[] = {"job",   "run",     "device", "start",
					    "check", "test",    "clause", "measure",
					    "vmm",   "summary", "note"};
	static const char *const values[] = {"1", "\"x\"", "null", "[]", "{}", "-1", "true"};

	for (unsigned t = 0; t < G_N_ELEMENTS(types); t++) {
		struct job *job = job_new();

		for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
			g_autofree char *text = g_strdup_printf(
				"{\"type\":\"%s\",\"suite\":%s,\"test\":%s,\"device\":%s,\"n\":%s,"
				"\"bdf\":%s,\"verdict\":%s,\"id\":%s,\"clauses\":%s,\"us\":%s}",
				types[t], values[v], values[v], values[v], values[v], values[v],
				values[v], values[v], values[v], values[v]);
			JsonObject *record = record_parse(text, strlen(text));

			assert_non_null(record);
			job_add(job, record);
			json_object_unref(record);
		}
		job_free(job);
	}
}

/* 100 MB without a record, one of them without a line end, and then one record. */
static void floods_of_garbage_are_survived(void **state)
{
	enum { PIECE = 1 << 16, PIECES = 1600 };
	struct seen seen;
	struct record_reader *reader = start(&seen);
	g_autofree char *piece = g_malloc(PIECE);
	guint32 random = 1;

	for (unsigned i = 0; i < PIECES; i++) {
		for (unsigned j = 0; j < PIECE; j++) {
			random = random * 1664525u + 1013904223u;
			piece[j] = i < 160 ? "{\"type\":"[j % 8] : (char)(random >> 24);
		}
		record_reader_feed(reader, piece, PIECE);
	}
	record_reader_feed(reader, "\n{\"type\":\"run\"}\n", 17);
	record_reader_finish(reader);
	assert_int_equal(seen.types->len, 1);
	finish(&seen, reader);
}

static void deep_nesting_does_not_exhaust_the_stack(void **state)
{
	struct seen seen;
	struct record_reader *reader = start(&seen);

	for (unsigned i = 0; i < 100000; i++)
		record_reader_feed(reader, "{\"type\":", 8);
	for (unsigned i = 0; i < 100000; i++)
		record_reader_feed(reader, "}", 1);
	record_reader_feed(reader, "\n", 1);
	record_reader_finish(reader);
	assert_int_equal(seen.types->len, 0);
	finish(&seen, reader);
}

static void add(struct job *job, const char *line)
{
	JsonObject *record = record_parse(line, strlen(line));

	assert_non_null(record);
	job_add(job, record);
	json_object_unref(record);
}

#define FINDING(test)                                                                              \
	"{\"type\":\"finding\",\"device\":\"00:03.0\",\"clause\":\"FEAT-TXT-2\",\"since\":\"" test \
	"\"}"
#define CHECK(clause) "{\"type\":\"check\",\"clause\":\"" clause "\",\"level\":\"MUST\"}"
#define TEST(name, rest)                                                                           \
	"{\"type\":\"test\",\"suite\":\"ring\",\"test\":\"" name "\",\"device\":\"00:03.0\"," rest \
	"}"
#define LOST                                                                                       \
	"\"verdict\":\"skip\",\"because\":\"not judged\",\"reason\":\"not judged since ring.one broke X\""

/* A fault that is there in each boot is one red line; what else a fresh boot shows counts. */
static void a_root_fault_is_told_once(void **state)
{
	struct job *job = job_new();

	add(job, CHECK("FEAT-TXT-2"));
	add(job, FINDING("ring.one"));
	add(job, TEST("one", "\"verdict\":\"fail\""));
	add(job, TEST("two", LOST));
	add(job, TEST("three", LOST));
	add(job, "{\"type\":\"boot\",\"device\":\"00:03.0\"}");
	add(job, CHECK("FEAT-TXT-2"));
	add(job, FINDING("ring.two"));
	add(job, TEST("two", "\"verdict\":\"fail\""));
	add(job, CHECK("SPLIT-USED-2"));
	add(job, TEST("three", "\"verdict\":\"fail\""));
	assert_int_equal(job->tests->len, 3);
	assert_int_equal(job->counts.of[VERDICT_FAIL], 2);
	assert_int_equal(job->counts.of[VERDICT_SKIP], 1);
	assert_int_equal(job->regained, 1);
	job_free(job);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_found_however_they_are_cut),
		cmocka_unit_test(foreign_words_are_noise),
		cmocka_unit_test(torn_records_do_not_hide_the_next),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(members_of_the_wrong_type_read_as_missing),
		cmocka_unit_test(a_job_survives_wrong_types),
		cmocka_unit_test(a_root_fault_is_told_once),
		cmocka_unit_test(floods_of_garbage_are_survived),
		cmocka_unit_test(deep_nesting_does_not_exhaust_the_stack),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
