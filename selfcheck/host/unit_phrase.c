/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a failure, and the words of records it is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "host/report/phrase.h"
#include "selfcheck/host/make_job.h"

#define CHECK(clause, level, seen)                                                                 \
	"{\"type\":\"check\",\"clause\":\"" clause "\",\"level\":\"" level "\","                   \
	"\"message\":\"" seen "\",\"statement\":\"It is so.\",\"section\":\"A / B\"}\n"

static const char begin[] =
	"{\"type\":\"job\",\"repeat_before\":\"run '\",\"repeat_after\":\"'\"}\n";

static void check_lines(const char *records, const char *lines)
{
	g_autofree char *text = g_strconcat(begin, records, NULL);
	struct job *job = make_job(text);
	g_autofree char *said = phrase_lines(job, job->tests->pdata[0], "> ");

	assert_string_equal(said, lines);
	job_free(job);
}

static void a_reason_that_is_a_check_is_not_said_twice(void **state)
{
	check_lines(
		CHECK("A-1", "MUST",
		      "it reads 1") "{\"type\":\"test\",\"verdict\":\"fail\",\"because\":\"check\","
				    "\"reason\":\"A-1: it rea\"}",
		"> A-1 (MUST): it reads 1\n>   required: It is so. [A / B]\n");
	check_lines(
		CHECK("A-1", "SHOULD NOT",
		      "it reads 1") "{\"type\":\"test\",\"verdict\":\"fail\",\"because\":\"suite\","
				    "\"reason\":\"A-1: it rea\"}",
		"> A-1: it rea\n> A-1 (SHOULD NOT): it reads 1\n"
		">   required: It is so. [A / B]\n");
	check_lines("{\"type\":\"test\",\"verdict\":\"skip\",\"because\":\"not judged\","
		    "\"reason\":\"not\\noffered\"}",
		    "> not\n> offered\n");
	check_lines("{\"type\":\"test\",\"verdict\":\"pass\"}", "");
}

static void what_is_required_is_said_once_a_clause(void **state)
{
	check_lines(
		CHECK("A-1", "MUST", "one") CHECK("A-1", "MUST", "two") CHECK(
			"A-2", "what",
			"three") "{\"type\":\"test\",\"verdict\":\"fail\",\"because\":\"check\","
				 "\"dump\":\"ring\\nused\",\"repeat\":\"vp.tests=a.b\"}",
		"> | ring\n> | used\n"
		"> A-1 (MUST): one\n>   required: It is so. [A / B]\n"
		"> A-1 (MUST): two\n"
		"> A-2 (): three\n>   required: It is so. [A / B]\n"
		"> repeat: run 'vp.tests=a.b'\n");
}

static void check_headline(const struct test_result *test, const char *wanted)
{
	g_autofree char *headline = phrase_headline(test, FALSE);

	assert_string_equal(headline, wanted);
}

static void a_headline_is_what_nobody_expected(void **state)
{
	struct job *job = make_job(CHECK("A-1", "MUST", "one") CHECK("A-2", "SHOULD", "two") CHECK(
		"A-3", "MUST",
		"three") "{\"type\":\"test\",\"verdict\":\"fail\",\"because\":\"check\",\"reason\":\"A-1: one\"}\n");
	struct test_result *test = job->tests->pdata[0];
	struct expectation known = {.reason = "known"};

	check_headline(test, "A-1: one");
	((struct check *)test->checks->pdata[0])->expectation = &known;
	check_headline(test, "A-3: three");
	((struct check *)test->checks->pdata[2])->expectation = &known;
	check_headline(test, "A-1: one");
	job_free(job);
}

static void a_headline_is_the_reason_or_what_was_seen(void **state)
{
	struct job *job = make_job(
		CHECK("A-1", "MUST",
		      "seen") "{\"type\":\"test\",\"verdict\":\"fail\"}\n"
			      "{\"type\":\"test\",\"verdict\":\"error\",\"reason\":\"why\"}\n"
			      "{\"type\":\"test\",\"verdict\":\"pass\"}\n");

	check_headline(job->tests->pdata[0], "A-1: seen");
	check_headline(job->tests->pdata[1], "why");
	check_headline(job->tests->pdata[2], "");
	job_free(job);
}

static void what_is_no_test_has_a_line_of_its_own(void **state)
{
	struct job *job = make_job("{\"type\":\"vmm\",\"event\":\"vmm-died\",\"words\":\"w\"}\n"
				   "{\"type\":\"vmm\",\"event\":\"vmm-hung\",\"test\":\"a.b\"}\n");
	struct expectations *nothing = expectations_none();
	struct conclusion *conclusion = conclude(job, nothing, NULL, FALSE);
	g_autoptr(GPtrArray) extras = phrase_extras(conclusion);

	assert_int_equal(extras->len, 3);
	assert_string_equal(((struct extra *)extras->pdata[0])->line, "vmm-died: w");
	assert_string_equal(((struct extra *)extras->pdata[1])->line,
			    "set-up: nothing was judged: no record came");
	assert_string_equal(((struct extra *)extras->pdata[2])->line,
			    "incomplete: the summary never came");
	conclusion_free(conclusion);
	expectations_free(nothing);
	job_free(job);
}

static void words_that_are_none_decide_nothing_good(void **state)
{
	static const char *const wrong[] = {"", "Pass", "passed", "holds", "vmm-", "MUST  NOT"};
	struct job *job = make_job("{\"type\":\"test\",\"verdict\":\"passed\"}\n"
				   "{\"type\":\"test\"}\n");
	enum verdict verdict = VERDICT_WARN;

	for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
		assert_false(verdict_parse(wrong[i], &verdict));
		assert_int_equal(verdict, VERDICT_WARN);
		assert_int_equal(level_parse(wrong[i]), LEVEL_NONE);
		assert_int_equal(outcome_parse(wrong[i]), OUTCOME_NONE);
	}
	assert_int_equal(clause_verdict_parse("held"), CLAUSE_UNJUDGED);
	assert_int_equal(job->counts.of[VERDICT_ERROR], 2);
	job_free(job);
}

static void each_word_reads_as_the_value_that_it_is_of(void **state)
{
	for (enum verdict wanted = 0; wanted < VERDICTS; wanted++) {
		enum verdict read = VERDICTS;

		assert_true(verdict_parse(verdict_name(wanted), &read));
		assert_int_equal(read, wanted);
	}
	for (enum level level = 0; level < LEVELS; level++)
		assert_int_equal(level_parse(level_name(level)), level);
	for (enum clause_verdict verdict = 0; verdict < CLAUSE_VERDICTS; verdict++)
		assert_int_equal(clause_verdict_parse(clause_verdict_name(verdict)), verdict);
	for (enum outcome outcome = 0; outcome < OUTCOMES; outcome++)
		assert_int_equal(outcome_parse(outcome_name(outcome)), outcome);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_that_is_a_check_is_not_said_twice),
		cmocka_unit_test(what_is_required_is_said_once_a_clause),
		cmocka_unit_test(a_headline_is_what_nobody_expected),
		cmocka_unit_test(a_headline_is_the_reason_or_what_was_seen),
		cmocka_unit_test(what_is_no_test_has_a_line_of_its_own),
		cmocka_unit_test(words_that_are_none_decide_nothing_good),
		cmocka_unit_test(each_word_reads_as_the_value_that_it_is_of),
	};

	return cmocka_run_group_tests_name("phrases", tests, NULL, NULL);
}
