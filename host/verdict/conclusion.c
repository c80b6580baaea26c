/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/conclusion.h"

#include <string.h>

static gboolean is_wrong(const struct test_result *test, gboolean strict)
{
	return test->verdict != VERDICT_PASS && test->verdict != VERDICT_SKIP &&
	       (strict || test->verdict != VERDICT_WARN);
}

gboolean test_is_unexpected(const struct test_result *test, gboolean strict)
{
	gboolean explained = FALSE;

	if (!is_wrong(test, strict) || test->expectation)
		return FALSE;
	if (test_lost_the_vmm(test) || test->verdict == VERDICT_ERROR)
		return TRUE;
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (check->expectation)
			explained = TRUE;
		else if (strict || level_verdict(check->level) == VERDICT_FAIL)
			return TRUE;
	}
	return !explained;
}

enum test_end test_end(const struct test_result *test, gboolean strict)
{
	if (test->verdict == VERDICT_SKIP)
		return END_SKIPPED;
	if (test_is_unexpected(test, strict))
		return test->verdict == VERDICT_ERROR ? END_ERROR : END_FAILED;
	if (test->verdict == VERDICT_FAIL || test->verdict == VERDICT_ERROR)
		return END_EXPECTED;
	return END_PASSED;
}

/* A run of chosen tests shows nothing about an expectation that names no test. */
static gboolean is_whole_run(const struct job *job)
{
	const char *line = job->run ? job->run->command_line : "";

	return !strstr(line, "vp.tests=") && !strstr(line, "vp.skip=") &&
	       !strstr(line, "vp.device=") && !strstr(line, "vp.variant=");
}

static gboolean clause_holds(const struct job *job, const char *pattern)
{
	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		if (g_pattern_match_simple(pattern, clause->id) && clause->verdict == CLAUSE_HOLDS)
			return TRUE;
	}
	return FALSE;
}

/* Whether the job had the occasion to meet the entry: a test that it concerns was judged. */
static gboolean had_occasion(const struct expectation *entry, const struct job *job)
{
	if (strcmp(entry->test, "*") == 0 &&
	    (!is_whole_run(job) || !clause_holds(job, entry->clause)))
		return FALSE;
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (expectation_concerns(entry, test) && test->verdict != VERDICT_SKIP &&
		    test->verdict != VERDICT_ERROR)
			return TRUE;
	}
	return FALSE;
}

struct conclusion *conclude(const struct job *job, const struct expectations *expectations,
			    gboolean strict)
{
	struct conclusion *conclusion = g_new0(struct conclusion, 1);

	conclusion->job = job;
	conclusion->expectations = expectations;
	conclusion->strict = strict;
	conclusion->stale = g_ptr_array_new();
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_unexpected(test, strict)) {
			conclusion->unexpected++;
			conclusion->lost += test_lost_the_vmm(test);
			conclusion->errors += test->verdict == VERDICT_ERROR;
		} else if (is_wrong(test, strict)) {
			conclusion->expected++;
		}
	}
	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];

		if (!entry->met && !entry->sometimes && had_occasion(entry, job))
			g_ptr_array_add(conclusion->stale, entry);
	}
	return conclusion;
}

const struct expectation *test_expectation(const struct test_result *test)
{
	if (test->expectation)
		return test->expectation;
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (check->expectation)
			return check->expectation;
	}
	return NULL;
}

void conclusion_free(struct conclusion *conclusion)
{
	g_ptr_array_unref(conclusion->stale);
	g_free(conclusion);
}

static void propose_line(GHashTable *said, const char *what, const struct test_result *test,
			 const char *verdict, const char *seen, FILE *out)
{
	g_autofree char *flat = g_strdelimit(g_strdup(seen), "\n\t", ' ');
	g_autofree char *line = g_strdup_printf("%s\t%s\t*\t%s\tnot explained yet: %s\t", what,
						*test->family ? test->family : "*", verdict, flat);

	if (g_hash_table_add(said, g_strdup(line)))
		fprintf(out, "%s\n", line);
}

static void propose_test(GHashTable *said, const struct test_result *test, FILE *out)
{
	if (test->checks->len == 0)
		propose_line(said, test->full_name, test, test_end_name(test), test->reason, out);
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		g_autofree char *what = g_strdup_printf("%s@%s", check->clause, test->full_name);

		if (!check->expectation)
			propose_line(said, what, test, verdict_name(level_verdict(check->level)),
				     check->message, out);
	}
}

void conclusion_propose(const struct conclusion *conclusion, FILE *out)
{
	const GPtrArray *entries = conclusion->expectations->entries;
	const GPtrArray *tests = conclusion->job->tests;
	g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < entries->len; i++) {
		struct expectation *entry = entries->pdata[i];

		if (!g_ptr_array_find(conclusion->stale, entry, NULL))
			fprintf(out, "%s\n", entry->line);
	}
	for (unsigned i = 0; i < tests->len; i++) {
		const struct test_result *test = tests->pdata[i];

		if (test_is_unexpected(test, conclusion->strict))
			propose_test(said, test, out);
	}
}
