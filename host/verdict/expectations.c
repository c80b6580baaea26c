/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/expectations.h"

#include <string.h>

#include <gio/gio.h>

#include "host/record/records.h"
#include "host/system/paths.h"

enum { WHAT, DEVICE, VARIANT, VERDICT, REASON, LINK, COLUMNS };

static void expectation_free(void *data)
{
	struct expectation *entry = data;

	g_free(entry->clause);
	g_free(entry->test);
	g_free(entry->device);
	g_free(entry->variant);
	g_free(entry->verdict);
	g_free(entry->reason);
	g_free(entry->link);
	g_free(entry->line);
	g_free(entry);
}

struct expectations *expectations_none(void)
{
	struct expectations *expectations = g_new0(struct expectations, 1);

	expectations->entries = g_ptr_array_new_with_free_func(expectation_free);
	return expectations;
}

void expectations_free(struct expectations *expectations)
{
	if (!expectations)
		return;
	g_free(expectations->path);
	g_ptr_array_unref(expectations->entries);
	g_free(expectations);
}

/* Clauses have no dot in their ids, tests always have one. */
static void split_what(struct expectation *entry, const char *what)
{
	const char *at = strchr(what, '@');

	if (at) {
		entry->clause = g_strndup(what, (gsize)(at - what));
		entry->test = g_strdup(at + 1);
	} else if (strchr(what, '.')) {
		entry->test = g_strdup(what);
	} else {
		entry->clause = g_strdup(what);
		entry->test = g_strdup("*");
	}
}

/* What a clause, and what a test, can come to that is worth expecting. */
static gboolean verdict_is_known(const struct expectation *entry)
{
	static const char *const of_clauses[] = {"fail", "warn", "violated", NULL};
	static const char *const of_tests[] = {"fail",      "warn",        "error",
					       "vmm-died",  "vmm-ended",   "vmm-hung",
					       "vmm-spins", "vmm-stopped", NULL};

	return g_strv_contains(entry->clause ? of_clauses : of_tests, entry->verdict);
}

static struct expectation *parse_line(const char *line, GError **error)
{
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	guint count = g_strv_length(columns);

	if (count < LINK || count > COLUMNS || *columns[WHAT] == '\0' ||
	    *columns[VERDICT] == '\0' || *columns[REASON] == '\0') {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "not: what, device, variant, verdict, reason and maybe a link, with "
			    "tabs between");
		return NULL;
	}

	struct expectation *entry = g_new0(struct expectation, 1);

	split_what(entry, columns[WHAT]);
	entry->device = g_strdup(columns[DEVICE]);
	entry->variant = g_strdup(columns[VARIANT]);
	entry->verdict = g_strdup(columns[VERDICT]);
	entry->sometimes = g_str_has_suffix(entry->verdict, "?");
	if (entry->sometimes)
		entry->verdict[strlen(entry->verdict) - 1] = '\0';
	entry->reason = g_strdup(columns[REASON]);
	entry->link = g_strdup(count > LINK ? columns[LINK] : "");
	entry->line = g_strdup(line);
	if (verdict_is_known(entry))
		return entry;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no %s ends as '%s'",
		    entry->clause ? "clause" : "test", entry->verdict);
	expectation_free(entry);
	return NULL;
}

struct expectations *expectations_load(const char *path, GError **error)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;

	struct expectations *expectations = expectations_none();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	expectations->path = g_strdup(path);
	for (unsigned i = 0; lines[i]; i++) {
		const char *line = g_strchomp(lines[i]);

		if (*line == '\0' || *line == '#')
			continue;

		struct expectation *entry = parse_line(line, error);

		if (!entry) {
			g_prefix_error(error, "%s, line %u: ", path, i + 1);
			expectations_free(expectations);
			return NULL;
		}
		g_ptr_array_add(expectations->entries, entry);
	}
	return expectations;
}

char *expectations_find(const char *folder, const char *vmm, const char *version)
{
	g_autofree char *part = g_strdup(version);

	while (*part) {
		g_autofree char *base = g_strdup_printf("%s-%s.expect", vmm, part);
		g_autofree char *path = g_build_filename(folder, base, NULL);
		char *dot = strrchr(part, '.');

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
		if (dot)
			*dot = '\0';
		else
			*part = '\0';
	}
	return NULL;
}

struct expectations *expectations_choose(const char *choice, const char *vmm, const char *version,
					 GError **error)
{
	g_autofree char *folder = paths_expectations();
	g_autofree char *found = NULL;

	if (choice && strcmp(choice, "none") == 0)
		return expectations_none();
	found = choice ? g_strdup(choice) : expectations_find(folder, vmm, version);
	return found ? expectations_load(found, error) : expectations_none();
}

/* Whether the entry is about this test, whatever its verdict. */
static gboolean concerns(const struct expectation *entry, const struct test_result *test)
{
	return g_pattern_match_simple(entry->test, test->full_name) &&
	       (g_pattern_match_simple(entry->device, test->device) ||
		g_pattern_match_simple(entry->device, test->family) ||
		g_pattern_match_simple(entry->device, test->given)) &&
	       g_pattern_match_simple(entry->variant, test->variant);
}

static const char *check_verdict(const struct check *check)
{
	return g_str_has_prefix(check->level, "MUST") ? "fail" : "warn";
}

static gboolean foresees_check(const struct expectation *entry, const struct check *check)
{
	return entry->clause && g_pattern_match_simple(entry->clause, check->clause) &&
	       (strcmp(entry->verdict, "violated") == 0 ||
		strcmp(entry->verdict, check_verdict(check)) == 0);
}

static gboolean foresees_test(const struct expectation *entry, const struct test_result *test)
{
	const char *seen = test_lost_the_vmm(test) ? test->outcome : test->verdict;

	return !entry->clause && strcmp(entry->verdict, seen) == 0;
}

void expectations_mark(const struct expectations *expectations, struct test_result *test)
{
	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];

		if (!concerns(entry, test))
			continue;
		if (foresees_test(entry, test)) {
			test->expectation = entry;
			entry->met = TRUE;
		}
		for (unsigned j = 0; j < test->checks->len; j++) {
			struct check *check = test->checks->pdata[j];

			if (foresees_check(entry, check)) {
				check->expectation = entry;
				entry->met = TRUE;
			}
		}
	}
}

static gboolean is_wrong(const struct test_result *test, gboolean strict)
{
	return strcmp(test->verdict, "pass") != 0 && strcmp(test->verdict, "skip") != 0 &&
	       (strict || strcmp(test->verdict, "warn") != 0);
}

gboolean test_is_unexpected(const struct test_result *test, gboolean strict)
{
	gboolean explained = FALSE;

	if (!is_wrong(test, strict) || test->expectation)
		return FALSE;
	if (test_lost_the_vmm(test) || strcmp(test->verdict, "error") == 0)
		return TRUE;
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (check->expectation)
			explained = TRUE;
		else if (strict || strcmp(check_verdict(check), "fail") == 0)
			return TRUE;
	}
	return !explained;
}

enum test_end test_end(const struct test_result *test, gboolean strict)
{
	if (strcmp(test->verdict, "skip") == 0)
		return END_SKIPPED;
	if (test_is_unexpected(test, strict))
		return strcmp(test->verdict, "error") == 0 ? END_ERROR : END_FAILED;
	if (strcmp(test->verdict, "fail") == 0 || strcmp(test->verdict, "error") == 0)
		return END_EXPECTED;
	return END_PASSED;
}

/* A run of chosen tests shows nothing about an expectation that names no test. */
static gboolean is_whole_run(const struct job *job)
{
	const char *line = job->run ? record_text(job->run, "cmdline") : "";

	return !strstr(line, "vp.tests=") && !strstr(line, "vp.skip=") &&
	       !strstr(line, "vp.device=") && !strstr(line, "vp.variant=");
}

static gboolean clause_holds(const struct job *job, const char *pattern)
{
	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		if (g_pattern_match_simple(pattern, clause->id) &&
		    strcmp(clause->verdict, "holds") == 0)
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

		if (concerns(entry, test) && strcmp(test->verdict, "skip") != 0 &&
		    strcmp(test->verdict, "error") != 0)
			return TRUE;
	}
	return FALSE;
}

void outcome_judge(const struct expectations *expectations, const struct job *job, gboolean strict,
		   struct outcome *outcome)
{
	*outcome = (struct outcome){.stale = g_ptr_array_new()};
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_unexpected(test, strict)) {
			outcome->unexpected++;
			outcome->lost += test_lost_the_vmm(test);
			outcome->errors += strcmp(test->verdict, "error") == 0;
		} else if (is_wrong(test, strict)) {
			outcome->expected++;
		}
	}
	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];

		if (!entry->met && !entry->sometimes && had_occasion(entry, job))
			g_ptr_array_add(outcome->stale, entry);
	}
}

void outcome_clear(struct outcome *outcome)
{
	g_ptr_array_unref(outcome->stale);
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
		propose_line(said, test->full_name, test,
			     *test->outcome ? test->outcome : test->verdict, test->reason, out);
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];
		g_autofree char *what = g_strdup_printf("%s@%s", check->clause, test->full_name);

		if (!check->expectation)
			propose_line(said, what, test, check_verdict(check), check->message, out);
	}
}

void expectations_propose(const struct expectations *expectations, const struct job *job,
			  gboolean strict, const struct outcome *outcome, FILE *out)
{
	g_autoptr(GHashTable) said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];

		if (!g_ptr_array_find(outcome->stale, entry, NULL))
			fprintf(out, "%s\n", entry->line);
	}
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_unexpected(test, strict))
			propose_test(said, test, out);
	}
}
