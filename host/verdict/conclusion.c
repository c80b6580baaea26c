/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/conclusion.h"

#include <string.h>

#include "host/verdict/breadth.h"
#include "host/verdict/coverage.h"
#include "host/verdict/setup.h"
#include "host/verdict/unjudged.h"

/* The reason of a line that nobody has looked at yet begins with it. */
#define UNEXPLAINED "not explained yet"

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
	    (!job_is_whole(job) || !clause_holds(job, entry->clause)))
		return FALSE;
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		/* What the VMM does wrong by itself a daemon may well do right. */
		if (entry->of_the_vmm && test->served)
			continue;
		if (expectation_concerns(entry, test) && test_is_judged(test))
			return TRUE;
	}
	return FALSE;
}

/* An entry did not come true: wrong, unless it is an older version that it was written for. */
static void add_stale(struct conclusion *conclusion, struct expectation *entry)
{
	if (conclusion->expectations->borrowed)
		g_ptr_array_add(conclusion->remarks,
				g_strdup_printf("expected of an older version, and mended: %s",
						entry->line));
	else
		g_ptr_array_add(conclusion->stale, entry);
}

static void compare_entries(struct conclusion *conclusion)
{
	const struct expectations *expectations = conclusion->expectations;
	const struct job *job = conclusion->job;

	if (expectations->borrowed)
		g_ptr_array_add(conclusion->remarks,
				g_strdup_printf("no expectations are known for %s %s; those of the "
						"nearest lower version are used: %s",
						job->vmm, job->version, expectations->path));
	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];
		const struct test_result *fine = entry_is_too_broad(entry, job);
		g_autofree char *label = fine ? test_label(fine) : NULL;

		if (fine)
			g_ptr_array_add(conclusion->remarks,
					g_strdup_printf("broader than what was seen, %s passed: %s",
							label, entry->line));
		if (!entry->met && !entry->sometimes && had_occasion(entry, job))
			add_stale(conclusion, entry);
	}
}

/* Entries that came true, and that --update has made. */
static unsigned count_unexplained(const struct expectations *expectations)
{
	unsigned count = 0;

	for (unsigned i = 0; i < expectations->entries->len; i++) {
		const struct expectation *entry = expectations->entries->pdata[i];

		count += entry->met && g_str_has_prefix(entry->reason, UNEXPLAINED);
	}
	return count;
}

struct conclusion *conclude(const struct job *job, const struct expectations *expectations,
			    const struct job *baseline, gboolean strict)
{
	struct conclusion *conclusion = g_new0(struct conclusion, 1);

	conclusion->job = job;
	conclusion->expectations = expectations;
	conclusion->strict = strict;
	conclusion->stale = g_ptr_array_new();
	conclusion->remarks = g_ptr_array_new_with_free_func(g_free);
	conclusion->troubles = setup_troubles(job);
	conclusion->losses = coverage_below_floors(job, expectations);
	if (baseline)
		g_ptr_array_extend_and_steal(conclusion->losses,
					     coverage_lost_since(job, baseline));
	conclusion->unjudged = unjudged_behaviour(job);
	conclusion->transport_alone = unjudged_but_transport(job, expectations);
	conclusion->unexplained = count_unexplained(expectations);
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
	compare_entries(conclusion);
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
	g_ptr_array_unref(conclusion->remarks);
	g_ptr_array_unref(conclusion->troubles);
	g_ptr_array_unref(conclusion->losses);
	g_ptr_array_unref(conclusion->unjudged);
	g_free(conclusion);
}

/* What is proposed: each once, however many messages there are. */
struct proposal {
	GHashTable *said;
	const char *before; /* that stands before each line */
	FILE *out;
};

static void propose_line(const struct proposal *proposal, const char *what,
			 const struct test_result *test, const char *verdict, const char *seen)
{
	g_autofree char *flat = g_strdelimit(g_strdup(seen), "\n\t", ' ');
	char *key =
		g_strdup_printf("%s\t%s\t*\t%s", what, *test->family ? test->family : "*", verdict);

	if (g_hash_table_add(proposal->said, key))
		fprintf(proposal->out, "%s%s\t" UNEXPLAINED ": %s\t\n", proposal->before, key,
			flat);
}

static void propose_test(const struct proposal *proposal, const struct test_result *test)
{
	if (test->checks->len == 0 || test_lost_the_vmm(test)) {
		propose_line(proposal, test->full_name, test, test_end_name(test), test->reason);
		return;
	}
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		g_autofree char *what = g_strdup_printf("%s@%s", check->clause, test->full_name);

		if (!check->expectation)
			propose_line(proposal, what, test,
				     verdict_name(level_verdict(check->level)), check->message);
	}
}

static void propose_additions(const struct conclusion *conclusion, const char *before, FILE *out)
{
	g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct proposal proposal = {.said = said, .before = before, .out = out};
	const GPtrArray *tests = conclusion->job->tests;

	for (unsigned i = 0; i < tests->len; i++) {
		if (test_is_unexpected(tests->pdata[i], conclusion->strict))
			propose_test(&proposal, tests->pdata[i]);
	}
}

void conclusion_propose_changes(const struct conclusion *conclusion, FILE *out)
{
	for (unsigned i = 0; i < conclusion->stale->len; i++)
		fprintf(out, "-%s\n",
			((const struct expectation *)conclusion->stale->pdata[i])->line);
	propose_additions(conclusion, "+", out);
}

void conclusion_propose(const struct conclusion *conclusion, FILE *out)
{
	const GPtrArray *entries = conclusion->expectations->entries;

	for (unsigned i = 0; i < entries->len; i++) {
		struct expectation *entry = entries->pdata[i];

		fputs(entry->remarks, out);
		if (!g_ptr_array_find(conclusion->stale, entry, NULL))
			fprintf(out, "%s\n", entry->line);
	}
	fputs(conclusion->expectations->remarks, out);
	propose_additions(conclusion, "", out);
}
