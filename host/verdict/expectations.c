/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/expectations.h"

#include <string.h>

#include <gio/gio.h>

#include "host/system/paths.h"

enum { WHAT, DEVICE, VARIANT, VERDICT, REASON, LINK, COLUMNS };

static void expectation_free(void *data)
{
	struct expectation *entry = data;

	g_free(entry->clause);
	g_free(entry->test);
	g_free(entry->device);
	g_free(entry->variant);
	g_free(entry->reason);
	g_free(entry->link);
	g_free(entry->remarks);
	g_free(entry->line);
	g_free(entry);
}

static void floor_free(void *data)
{
	struct floor *floor = data;

	g_free(floor->device);
	g_free(floor->line);
	g_free(floor);
}

static void omission_free(void *data)
{
	struct omission *omission = data;

	g_free(omission->test);
	g_free(omission->reason);
	g_free(omission);
}

struct expectations *expectations_none(void)
{
	struct expectations *expectations = g_new0(struct expectations, 1);

	expectations->entries = g_ptr_array_new_with_free_func(expectation_free);
	expectations->floors = g_ptr_array_new_with_free_func(floor_free);
	expectations->omissions = g_ptr_array_new_with_free_func(omission_free);
	expectations->remarks = g_strdup("");
	return expectations;
}

void expectations_free(struct expectations *expectations)
{
	if (!expectations)
		return;
	g_free(expectations->path);
	g_free(expectations->remarks);
	g_ptr_array_unref(expectations->entries);
	g_ptr_array_unref(expectations->floors);
	g_ptr_array_unref(expectations->omissions);
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

/* What a clause, or a test, can come to that is worth expecting. FALSE when the word is none of it. */
static gboolean take_verdict(struct expectation *entry, const char *word)
{
	if (entry->clause && strcmp(word, "violated") == 0) {
		entry->violated = TRUE;
		return TRUE;
	}
	entry->outcome = outcome_parse(word);
	if (entry->outcome != OUTCOME_NONE)
		return TRUE;
	return verdict_parse(word, &entry->verdict) &&
	       (entry->verdict == VERDICT_FAIL || entry->verdict == VERDICT_WARN ||
		(entry->verdict == VERDICT_ERROR && !entry->clause));
}

/* "288 tests", "0x130000000 features". */
static gboolean add_floor(struct expectations *expectations, char *const *columns, const char *line,
			  GError **error)
{
	static const char *const units[] = {[FLOOR_TESTS] = " tests",
					    [FLOOR_CLAUSES] = " clauses",
					    [FLOOR_FEATURES] = " features"};
	char *unit = NULL;
	guint64 least = g_ascii_strtoull(columns[VERDICT], &unit, 0);
	struct floor *floor;
	unsigned of = 0;

	while (of < G_N_ELEMENTS(units) && strcmp(unit, units[of]) != 0)
		of++;
	if (of == G_N_ELEMENTS(units) || !least || strcmp(columns[VARIANT], "*") != 0 ||
	    (of == FLOOR_CLAUSES && strcmp(columns[DEVICE], "*") != 0)) {
		g_set_error(
			error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			"a floor is N tests of a device, N clauses of *, or 0xBITS features of a "
			"device, in any variant, *");
		return FALSE;
	}
	floor = g_new0(struct floor, 1);
	floor->device = g_strdup(columns[DEVICE]);
	floor->of = of;
	floor->least = least;
	floor->line = g_strdup(line);
	g_ptr_array_add(expectations->floors, floor);
	return TRUE;
}

/* Nothing is known of a device before the run: what must not be run must not be run on any. */
static gboolean add_omission(struct expectations *expectations, char *const *columns,
			     GError **error)
{
	struct omission *omission;

	if (!strchr(columns[WHAT], '.') || strpbrk(columns[WHAT], "@, ") ||
	    strcmp(columns[DEVICE], "*") != 0 || strcmp(columns[VARIANT], "*") != 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "what is to be skipped is a test, on any device, *, in any variant, *");
		return FALSE;
	}
	omission = g_new0(struct omission, 1);
	omission->test = g_strdup(columns[WHAT]);
	omission->reason = g_strdup(columns[REASON]);
	g_ptr_array_add(expectations->omissions, omission);
	return TRUE;
}

static struct expectation *new_entry(char *const *columns, guint count, const char *line,
				     GError **error)
{
	struct expectation *entry = g_new0(struct expectation, 1);
	char *word = columns[VERDICT];

	split_what(entry, columns[WHAT]);
	entry->device = g_strdup(columns[DEVICE]);
	entry->variant = g_strdup(columns[VARIANT]);
	entry->reason = g_strdup(columns[REASON]);
	entry->link = g_strdup(count > LINK ? columns[LINK] : "");
	entry->line = g_strdup(line);
	entry->sometimes = g_str_has_suffix(word, "?");
	if (entry->sometimes)
		word[strlen(word) - 1] = '\0';
	if (take_verdict(entry, word))
		return entry;
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "no %s ends as '%s'",
		    entry->clause ? "clause" : "test", word);
	expectation_free(entry);
	return NULL;
}

/* An entry takes the remarks above it; what is no entry becomes a remark itself. */
static gboolean take_line(struct expectations *expectations, const char *line, GString *remarks,
			  GError **error)
{
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);
	guint count = g_strv_length(columns);
	struct expectation *entry;

	if (count < LINK || count > COLUMNS || *columns[WHAT] == '\0' ||
	    *columns[VERDICT] == '\0' || *columns[REASON] == '\0') {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "not: what, device, variant, verdict, reason and maybe a link, with "
			    "tabs between");
		return FALSE;
	}
	if (strcmp(columns[WHAT], "floor") == 0 || strcmp(columns[VERDICT], "skip") == 0) {
		g_string_append_printf(remarks, "%s\n", line);
		return strcmp(columns[WHAT], "floor") == 0
			       ? add_floor(expectations, columns, line, error)
			       : add_omission(expectations, columns, error);
	}
	entry = new_entry(columns, count, line, error);
	if (!entry)
		return FALSE;
	entry->remarks = g_strdup(remarks->str);
	g_string_truncate(remarks, 0);
	g_ptr_array_add(expectations->entries, entry);
	return TRUE;
}

struct expectations *expectations_load(const char *path, GError **error)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;

	struct expectations *expectations = expectations_none();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) remarks = g_string_new(NULL);

	expectations->path = g_strdup(path);
	for (unsigned i = 0; lines[i]; i++) {
		const char *line = g_strchomp(lines[i]);

		if (*line == '\0' || *line == '#') {
			/* What stands behind the last line end is no line. */
			if (lines[i + 1])
				g_string_append_printf(remarks, "%s\n", line);
			continue;
		}

		if (!take_line(expectations, line, remarks, error)) {
			g_prefix_error(error, "%s, line %u: ", path, i + 1);
			expectations_free(expectations);
			return NULL;
		}
	}
	g_free(expectations->remarks);
	expectations->remarks = g_strdup(remarks->str);
	return expectations;
}

/* Below 0, 0 or above 0 as a stands below, with or above b: numbers with dots between. */
static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		char *rest_of_a, *rest_of_b;
		guint64 of_a = g_ascii_strtoull(a, &rest_of_a, 10);
		guint64 of_b = g_ascii_strtoull(b, &rest_of_b, 10);

		if (of_a != of_b)
			return of_a < of_b ? -1 : 1;
		/* What is no number ends a version. */
		a = *rest_of_a == '.' ? rest_of_a + 1 : "";
		b = *rest_of_b == '.' ? rest_of_b + 1 : "";
	}
	return 0;
}

/* The file with the highest version that is not above that one. */
static char *find_older(const char *folder, const char *vmm, const char *version)
{
	g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
	g_autofree char *prefix = g_strconcat(vmm, "-", NULL);
	g_autofree char *best = NULL;
	const char *base;

	while (directory && (base = g_dir_read_name(directory))) {
		const char *rest = base + strlen(prefix);

		if (!g_str_has_prefix(base, prefix) || !g_str_has_suffix(base, ".expect") ||
		    !g_ascii_isdigit(*rest))
			continue;

		g_autofree char *found = g_strndup(rest, strlen(rest) - strlen(".expect"));

		if (compare_versions(found, version) <= 0 &&
		    (!best || compare_versions(found, best) > 0)) {
			g_free(best);
			best = g_steal_pointer(&found);
		}
	}
	return best ? g_strdup_printf("%s/%s%s.expect", folder, prefix, best) : NULL;
}

char *expectations_find(const char *folder, const char *vmm, const char *version,
			gboolean *borrowed)
{
	g_autofree char *part = g_strdup(version), *any = NULL;
	char *older;

	*borrowed = FALSE;
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
	any = g_strdup_printf("%s/%s.expect", folder, vmm);
	if (g_file_test(any, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&any);
	older = *version ? find_older(folder, vmm, version) : NULL;
	*borrowed = older != NULL;
	return older;
}

char *expectations_named(const char *name)
{
	g_autofree char *base = g_path_get_basename(name);
	g_auto(GStrv) folders = paths_expectations();

	if (strcmp(name, "none") == 0)
		return g_strdup(name);
	for (char **folder = folders; *name && *folder; folder++) {
		g_autofree char *path = g_build_filename(*folder, base, NULL);

		if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return g_steal_pointer(&path);
	}
	return NULL;
}

void expectations_mark_own(struct expectations *expectations)
{
	for (unsigned i = 0; i < expectations->entries->len; i++)
		((struct expectation *)expectations->entries->pdata[i])->of_the_vmm = TRUE;
}

struct expectations *expectations_choose(const char *choice, const char *vmm, const char *version,
					 GError **error)
{
	g_auto(GStrv) folders = paths_expectations();
	g_autofree char *found = g_strdup(choice);
	struct expectations *expectations;
	gboolean borrowed = FALSE;

	if (choice && strcmp(choice, "none") == 0)
		return expectations_none();
	for (char **folder = folders; !found && *folder; folder++)
		found = expectations_find(*folder, vmm, version, &borrowed);
	if (!found)
		return expectations_none();
	expectations = expectations_load(found, error);
	if (!expectations)
		return NULL;
	expectations->borrowed = borrowed;
	if (!choice)
		expectations_mark_own(expectations);
	return expectations;
}

char *expectations_omit(const struct expectations *expectations)
{
	GString *list = g_string_new(NULL);

	for (unsigned i = 0; i < expectations->omissions->len; i++) {
		const struct omission *omission = expectations->omissions->pdata[i];

		g_string_append_printf(list, "%s%s", i ? "," : "", omission->test);
	}
	return g_string_free(list, FALSE);
}

gboolean expectation_concerns(const struct expectation *entry, const struct test_result *test)
{
	gboolean by_type = !entry->of_the_vmm || !test->served;

	return g_pattern_match_simple(entry->test, test->full_name) &&
	       (g_pattern_match_simple(entry->device, test->device) ||
		(by_type && g_pattern_match_simple(entry->device, test->family)) ||
		g_pattern_match_simple(entry->device, test->given)) &&
	       g_pattern_match_simple(entry->variant, test->variant);
}

static gboolean foresees_check(const struct expectation *entry, const struct check *check)
{
	return entry->clause && entry->outcome == OUTCOME_NONE &&
	       g_pattern_match_simple(entry->clause, check->clause) &&
	       (entry->violated || entry->verdict == level_verdict(check->level));
}

static gboolean breaks_clause(const struct test_result *test, const char *pattern)
{
	for (unsigned i = 0; i < test->checks->len; i++) {
		const struct check *check = test->checks->pdata[i];

		if (g_pattern_match_simple(pattern, check->clause))
			return TRUE;
	}
	return FALSE;
}

static gboolean foresees_test(const struct expectation *entry, const struct test_result *test)
{
	if (entry->outcome != test->outcome)
		return FALSE;
	if (entry->clause)
		return entry->outcome != OUTCOME_NONE && breaks_clause(test, entry->clause);
	return test_lost_the_vmm(test) || entry->verdict == test->verdict;
}

void expectations_mark(const struct expectations *expectations, struct test_result *test)
{
	for (unsigned i = 0; i < expectations->entries->len; i++) {
		struct expectation *entry = expectations->entries->pdata[i];

		if (!expectation_concerns(entry, test))
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
