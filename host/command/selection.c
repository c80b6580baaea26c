/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/selection.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "host/record/job.h"
#include "host/record/load.h"

#define BENCH "bench"

/* The words of lists with commas between, empty ones left out. The caller owns them. */
static char **words_of(char *const *lists)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (; lists && *lists; lists++) {
		g_auto(GStrv) words = g_strsplit(*lists, ",", -1);

		for (char **word = words; *word; word++) {
			if (**word)
				g_strv_builder_add(builder, *word);
		}
	}
	return g_strv_builder_end(builder);
}

static gboolean matches_one(const char *glob, char *const *names)
{
	for (; *names; names++) {
		if (g_pattern_match_simple(glob, *names))
			return TRUE;
	}
	return FALSE;
}

static gboolean is_a_type(const struct catalogue *catalogue, const char *glob)
{
	/* One that has no name here goes by its number. */
	if (g_str_has_prefix(glob, "type-"))
		return TRUE;
	for (unsigned i = 0; i < catalogue->types->len; i++) {
		if (g_pattern_match_simple(glob, catalogue->types->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

/* Whether a glob names the test, its suite or a clause that it judges, as the image has it. */
static gboolean names_test(const char *glob, const struct catalogue_test *test)
{
	g_autofree char *suite = g_strndup(test->name, strcspn(test->name, "."));

	return g_pattern_match_simple(glob, test->name) || g_pattern_match_simple(glob, suite) ||
	       matches_one(glob, test->clauses);
}

static gboolean is_a_group(const struct catalogue *catalogue, const char *word)
{
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		if (catalogue_test_is(catalogue->tests->pdata[i], word))
			return TRUE;
	}
	return FALSE;
}

/* Whether the image would find anything by it. */
static gboolean names_something(const struct catalogue *catalogue, const char *word)
{
	if (is_a_type(catalogue, word) || is_a_group(catalogue, word))
		return TRUE;
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		if (names_test(word, catalogue->tests->pdata[i]))
			return TRUE;
	}
	return FALSE;
}

static gboolean all_name_something(const struct catalogue *catalogue, char *const *words,
				   GError **error)
{
	for (; *words; words++) {
		g_autofree char *nearest = NULL;

		if (names_something(catalogue, *words))
			continue;
		nearest = catalogue_nearest(catalogue, *words);
		if (catalogue_has_clause(catalogue, *words))
			g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no test judges '%s'",
				    *words);
		else
			g_set_error(
				error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
				"no test, suite, group, clause or device type is named '%s'%s%s%s",
				*words, nearest ? "; did you mean '" : "", nearest ? nearest : "",
				nearest ? "'?" : "");
		return FALSE;
	}
	return TRUE;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all tests, sorted. */
static GPtrArray *names_of_all(const struct catalogue *catalogue)
{
	GPtrArray *names = g_ptr_array_new();

	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		if (!catalogue_test_is(test, BENCH))
			g_ptr_array_add(names, test->name);
	}
	g_ptr_array_sort(names, compare_names);
	return names;
}

/*
 * Adds to the globs what names those of the sorted names from `from` up to `to` that are among the chosen, and no other: a
 * prefix that they all begin with, where no other name does, is enough. The names share `length` letters, and a
 * suite at least, lest a glob should match suites and types.
 */
static void add_globs(GPtrArray *globs, const GPtrArray *names, unsigned from, unsigned to,
		      gsize length, GHashTable *chosen)
{
	const char *first = names->pdata[from];
	unsigned count = 0, next;

	for (unsigned i = from; i < to; i++)
		count += g_hash_table_contains(chosen, names->pdata[i]);
	if (!count)
		return;
	if (count == to - from && memchr(first, '.', length)) {
		g_ptr_array_add(globs, g_strdup_printf("%.*s*", (int)length, first));
		return;
	}
	if (to == from + 1) {
		g_ptr_array_add(globs, g_strdup(first));
		return;
	}
	for (; from < to; from = next) {
		const char *name = names->pdata[from];

		for (next = from + 1;
		     next < to && strncmp(name, names->pdata[next], length + 1) == 0; next++)
			;
		/* One that ends here is a name that others begin with. */
		add_globs(globs, names, from, next, length + (name[length] != '\0'), chosen);
	}
}

/* Globs for the chosen among all tests. The caller owns them. */
static char **globs_for(const GPtrArray *names, GHashTable *chosen)
{
	GPtrArray *globs = g_ptr_array_new();

	if (names->len)
		add_globs(globs, names, 0, names->len, 0, chosen);
	g_ptr_array_add(globs, NULL);
	return (char **)g_ptr_array_free(globs, FALSE);
}

static char **globs_of_group(const struct catalogue *catalogue, const char *group)
{
	g_autoptr(GPtrArray) names = names_of_all(catalogue);
	g_autoptr(GHashTable) chosen = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];

		if (catalogue_test_is(test, group))
			g_hash_table_add(chosen, test->name);
	}
	return globs_for(names, chosen);
}

/* The words with groups as globs, NULL for none; takes the list. */
static char **without_groups(const struct catalogue *catalogue, char **lists)
{
	g_auto(GStrv) words = words_of(lists);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	if (!lists)
		return NULL;
	for (char **word = words; *word; word++) {
		g_auto(GStrv) globs =
			is_a_group(catalogue, *word) ? globs_of_group(catalogue, *word) : NULL;

		if (globs)
			g_strv_builder_addv(builder, (const char **)globs);
		else
			g_strv_builder_add(builder, *word);
	}
	g_strfreev(lists);
	return g_strv_builder_end(builder);
}

/* Microseconds that each test took in earlier records, all devices and variants together: a table of gint64. */
static GHashTable *times_of(const char *path, GError **error)
{
	g_autoptr(GPtrArray) jobs = jobs_load(path, error);
	GHashTable *times;

	if (!jobs)
		return NULL;
	times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = jobs->pdata[i];

		for (unsigned j = 0; j < job->tests->len; j++) {
			const struct test_result *test = job->tests->pdata[j];
			gint64 *time = g_hash_table_lookup(times, test->full_name);

			if (!time) {
				time = g_new0(gint64, 1);
				g_hash_table_insert(times, g_strdup(test->full_name), time);
			}
			*time += test->us;
		}
	}
	return times;
}

/* What a test counts for: the time it took, and a little, so that many that took none are shared out, too. */
static gint64 weight_of(GHashTable *times, const char *name)
{
	const gint64 *time = times ? g_hash_table_lookup(times, name) : NULL;

	return (time ? *time : 0) + 1;
}

/* The tests of the other parts, in the order of names, each part taking about as long. */
static GHashTable *other_parts(const GPtrArray *names, GHashTable *times, unsigned part,
			       unsigned parts)
{
	GHashTable *others = g_hash_table_new(g_str_hash, g_str_equal);
	gint64 all = 0, before = 0;

	for (unsigned i = 0; i < names->len; i++)
		all += weight_of(times, names->pdata[i]);
	for (unsigned i = 0; i < names->len; i++) {
		gint64 weight = weight_of(times, names->pdata[i]);

		/* By where its middle lies. */
		if ((2 * before + weight) * parts / (2 * all) != part - 1)
			g_hash_table_add(others, names->pdata[i]);
		before += weight;
	}
	return others;
}

/* What is not in the part is left out, so that whatever else chooses tests goes on to choose. */
static gboolean leave_other_parts(struct run_options *options, const struct catalogue *catalogue,
				  GError **error)
{
	g_autoptr(GPtrArray) names = names_of_all(catalogue);
	g_autoptr(GHashTable) times = NULL;
	g_autoptr(GHashTable) others = NULL;
	g_autoptr(GStrvBuilder) skip = g_strv_builder_new();
	g_auto(GStrv) globs = NULL;

	if (options->times && !(times = times_of(options->times, error)))
		return FALSE;
	others = other_parts(names, times, options->part, options->parts);
	globs = globs_for(names, others);
	if (options->skip)
		g_strv_builder_addv(skip, (const char **)options->skip);
	g_strv_builder_addv(skip, (const char **)globs);
	g_strfreev(options->skip);
	options->skip = g_strv_builder_end(skip);
	return TRUE;
}

/* Benchmarks are run instead of tests. */
static gboolean take_benchmarks(struct run_options *options, char *const *words, GError **error)
{
	char *append;

	if (!g_strv_contains((const char *const *)words, BENCH))
		return TRUE;
	if (words[1]) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
			    "benchmarks are run instead of tests: --tests " BENCH " stands alone");
		return FALSE;
	}
	append = g_strdup_printf("vp.bench %s", options->append ? options->append : "");
	g_free(options->append);
	options->append = g_strchomp(append);
	g_clear_pointer(&options->tests, g_strfreev);
	return TRUE;
}

gboolean selection_resolve(struct run_options *options, const struct catalogue *catalogue,
			   GError **error)
{
	g_auto(GStrv) tests = words_of(options->tests);
	g_auto(GStrv) skip = words_of(options->skip);

	if (!catalogue && options->parts)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "--shard: which tests the image has is not known");
	if (!catalogue)
		return !options->parts;
	if (!all_name_something(catalogue, tests, error) ||
	    !all_name_something(catalogue, skip, error) || !take_benchmarks(options, tests, error))
		return FALSE;
	options->tests = without_groups(catalogue, options->tests);
	options->skip = without_groups(catalogue, options->skip);
	return !options->parts || leave_other_parts(options, catalogue, error);
}

/* Whether a list has the test: on some device, or on all. */
static gboolean is_listed(char *const *lists, const struct catalogue *catalogue,
			  const struct catalogue_test *test, gboolean on_all)
{
	g_auto(GStrv) words = words_of(lists);

	for (char **word = words; *word; word++) {
		if (names_test(*word, test))
			return TRUE;
		if (*test->type ? g_pattern_match_simple(*word, test->type)
				: !on_all && is_a_type(catalogue, *word))
			return TRUE;
	}
	return FALSE;
}

void selection_list(const struct run_options *options, const struct catalogue *catalogue)
{
	for (unsigned i = 0; i < catalogue->tests->len; i++) {
		const struct catalogue_test *test = catalogue->tests->pdata[i];
		g_autofree char *clauses = g_strjoinv(" ", test->clauses);
		g_autofree char *rules = g_strjoinv(" ", test->rules);

		if (catalogue_test_is(test, BENCH) ||
		    (options->tests && !is_listed(options->tests, catalogue, test, FALSE)) ||
		    is_listed(options->skip, catalogue, test, TRUE))
			continue;
		printf("%s: %s\n  %s%s%s\n", test->name, test->about, clauses,
		       *rules ? "\n  breaks on purpose: " : "", rules);
	}
}
