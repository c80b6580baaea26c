/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/catalogue.h"

#include <string.h>

#include "host/system/spelling.h"

static void clause_free(void *data)
{
	struct catalogue_clause *clause = data;

	g_free(clause->id);
	g_free(clause->level);
	g_free(clause->observer);
	g_free(clause->section);
	g_free(clause->number);
	g_free(clause->link);
	g_free(clause->statement);
	g_free(clause);
}

static void test_free(void *data)
{
	struct catalogue_test *test = data;

	g_free(test->name);
	g_free(test->type);
	g_free(test->source);
	g_free(test->about);
	g_strfreev(test->groups);
	g_strfreev(test->clauses);
	g_strfreev(test->rules);
	g_free(test);
}

void catalogue_free(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	g_ptr_array_unref(catalogue->clauses);
	g_ptr_array_unref(catalogue->tests);
	g_ptr_array_unref(catalogue->types);
	g_free(catalogue);
}

/* "-" stands for nothing. */
static char *text_of(const char *column)
{
	return g_strdup(strcmp(column, "-") == 0 ? "" : column);
}

static char **list_of(const char *column)
{
	g_autofree char *text = text_of(column);

	return g_strsplit(text, " ", -1);
}

static void add_clause(struct catalogue *catalogue, char *const *columns)
{
	struct catalogue_clause *clause = g_new0(struct catalogue_clause, 1);

	clause->id = text_of(columns[1]);
	clause->level = text_of(columns[2]);
	clause->observer = text_of(columns[3]);
	clause->section = text_of(columns[4]);
	clause->number = text_of(columns[5]);
	clause->link = text_of(columns[6]);
	clause->statement = text_of(columns[7]);
	g_ptr_array_add(catalogue->clauses, clause);
}

static void add_test(struct catalogue *catalogue, char *const *columns)
{
	struct catalogue_test *test = g_new0(struct catalogue_test, 1);

	test->name = text_of(columns[1]);
	test->type = text_of(columns[2]);
	test->groups = strcmp(columns[0], "bench") == 0 ? g_strsplit("bench", " ", -1)
							: list_of(columns[3]);
	test->source = text_of(columns[4]);
	test->clauses = list_of(columns[5]);
	test->rules = list_of(columns[6]);
	test->about = text_of(columns[7]);
	g_ptr_array_add(catalogue->tests, test);
}

static void add_type(struct catalogue *catalogue, char *const *columns)
{
	g_ptr_array_add(catalogue->types, g_strdup(columns[1]));
}

static gboolean add_line(struct catalogue *catalogue, const char *line)
{
	static const struct {
		const char *kind;
		unsigned columns;
		void (*add)(struct catalogue *catalogue, char *const *columns);
	} kinds[] = {
		{"clause", 8, add_clause},
		{"type", 2, add_type},
		{"test", 8, add_test},
		{"bench", 8, add_test},
	};
	g_auto(GStrv) columns = g_strsplit(line, "\t", -1);

	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (g_strcmp0(columns[0], kinds[i].kind) == 0 &&
		    g_strv_length(columns) == kinds[i].columns) {
			kinds[i].add(catalogue, columns);
			return TRUE;
		}
	}
	return FALSE;
}

/* "build/virtproof.catalogue" of "build/virtproof.img". */
static char *path_of(const char *image)
{
	const char *dot = strrchr(image, '.');

	return dot && !strchr(dot, '/')
		       ? g_strdup_printf("%.*s.catalogue", (int)(dot - image), image)
		       : g_strconcat(image, ".catalogue", NULL);
}

struct catalogue *catalogue_of(const char *image)
{
	g_autofree char *path = path_of(image), *text = NULL;
	g_auto(GStrv) lines = NULL;
	struct catalogue *catalogue;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	catalogue = g_new0(struct catalogue, 1);
	catalogue->clauses = g_ptr_array_new_with_free_func(clause_free);
	catalogue->tests = g_ptr_array_new_with_free_func(test_free);
	catalogue->types = g_ptr_array_new_with_free_func(g_free);
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (**line && !add_line(catalogue, *line)) {
			catalogue_free(catalogue);
			return NULL;
		}
	}
	return catalogue;
}

gboolean catalogue_has_clause(const struct catalogue *catalogue, const char *glob)
{
	for (unsigned i = 0; i < catalogue->clauses->len; i++) {
		const struct catalogue_clause *clause = catalogue->clauses->pdata[i];

		if (g_pattern_match_simple(glob, clause->id))
			return TRUE;
	}
	return FALSE;
}

gboolean catalogue_has_test(const struct catalogue *catalogue, const char *glob)
{
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		if (!catalogue_test_is(test, "bench") && g_pattern_match_simple(glob, test->name))
			return TRUE;
	}
	return FALSE;
}

gboolean catalogue_test_is(const struct catalogue_test *test, const char *group)
{
	return g_strv_contains((const char *const *)test->groups, group);
}

static void add_once(GPtrArray *names, char *name)
{
	if (g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_free(name);
	else
		g_ptr_array_add(names, name);
}

/* Suites and tests. */
static void add_tests(const struct catalogue *catalogue, GPtrArray *names)
{
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		add_once(names, g_strndup(test->name, strcspn(test->name, ".")));
	}
	for (unsigned i = 0; i < catalogue->tests->len; i++)
		g_ptr_array_add(
			names,
			g_strdup(((struct catalogue_test *)catalogue->tests->pdata[i])->name));
}

/* What has no dot: groups, types, clauses. */
static void add_others(const struct catalogue *catalogue, GPtrArray *names)
{
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		for (char **group = test->groups; *group; group++)
			add_once(names, g_strdup(*group));
	}
	for (unsigned i = 0; i < catalogue->types->len; i++)
		add_once(names, g_strdup(catalogue->types->pdata[i]));
	for (unsigned i = 0; i < catalogue->clauses->len; i++)
		g_ptr_array_add(
			names,
			g_strdup(((struct catalogue_clause *)catalogue->clauses->pdata[i])->id));
}

/* Whether the tests of a glob, all before its dot, are of a suite that there is. */
static gboolean has_suite(const struct catalogue *catalogue, const char *glob)
{
	g_autofree char *tests = g_strdup_printf("%.*s.*", (int)strcspn(glob, "."), glob);

	return catalogue_has_test(catalogue, tests);
}

char *catalogue_nearest(const struct catalogue *catalogue, const char *glob)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GRegex) wild = g_regex_new("[*?]+", 0, 0, NULL);
	g_autofree char *plain = g_regex_replace_literal(wild, glob, -1, 0, "", 0, NULL);

	add_tests(catalogue, names);
	if (!strchr(glob, '.'))
		add_others(catalogue, names);
	else if (!has_suite(catalogue, glob))
		plain[strcspn(plain, ".")] = '\0';
	g_ptr_array_add(names, NULL);
	return g_strdup(spelling_nearest(plain, (const char *const *)names->pdata));
}
