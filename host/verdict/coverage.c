/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/coverage.h"

#include <string.h>

/* More names than that nobody reads. */
#define NAMES_SHOWN 8

static guint64 bits_of(const struct device *device)
{
	return g_ascii_strtoull(device->features, NULL, 16);
}

static void say(GPtrArray *sentences, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(GPtrArray *sentences, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(sentences, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

GPtrArray *coverage_lost_devices(const struct job *job, const struct job *baseline)
{
	GPtrArray *lost = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < baseline->devices->len; i++) {
		const struct device *before = baseline->devices->pdata[i];
		const struct device *now = job_device(job, before->bdf);
		guint64 gone = now ? bits_of(before) & ~bits_of(now) : 0;

		if (!now || strcmp(now->name, before->name) != 0)
			say(lost, "the device %s (%s) is gone", before->bdf, before->name);
		else if (gone)
			say(lost,
			    "the device %s (%s) offers the features 0x%" G_GINT64_MODIFIER
			    "x no more",
			    before->bdf, before->name, gone);
	}
	return lost;
}

/* Names that one set has and another has not, in order. */
static void say_names(GPtrArray *lost, const char *what, GHashTable *before, GHashTable *now)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(before), (GCompareFunc)strcmp);
	g_autoptr(GString) shown = g_string_new(NULL);
	unsigned count = 0;

	for (GList *name = names; name; name = name->next) {
		if (g_hash_table_contains(now, name->data))
			continue;
		if (count < NAMES_SHOWN)
			g_string_append_printf(shown, "%s%s", count ? ", " : "",
					       (char *)name->data);
		count++;
	}
	if (count)
		say(lost, "%u %s%s judged no more: %s%s", count, what, count == 1 ? " is" : "s are",
		    shown->str, count > NAMES_SHOWN ? ", …" : "");
}

static GHashTable *judged_tests(const struct job *job)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_judged(test))
			g_hash_table_add(names, test_label(test));
	}
	return names;
}

static GHashTable *judged_clauses(const struct job *job)
{
	GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		if (clause->verdict != CLAUSE_UNJUDGED)
			g_hash_table_add(names, clause->id);
	}
	return names;
}

GPtrArray *coverage_lost_since(const struct job *job, const struct job *baseline)
{
	GPtrArray *lost = coverage_lost_devices(job, baseline);
	g_autoptr(GHashTable) tests_before = judged_tests(baseline);
	g_autoptr(GHashTable) tests_now = judged_tests(job);
	g_autoptr(GHashTable) clauses_before = judged_clauses(baseline);
	g_autoptr(GHashTable) clauses_now = judged_clauses(job);

	say_names(lost, "test", tests_before, tests_now);
	say_names(lost, "clause", clauses_before, clauses_now);
	return lost;
}

static gboolean is_meant(const struct floor *floor, const struct job *job,
			 const struct device *device)
{
	const char *given = job_given(job, device->bdf);

	return g_pattern_match_simple(floor->device, device->bdf) ||
	       g_pattern_match_simple(floor->device, device->name) ||
	       (*given && g_pattern_match_simple(floor->device, given));
}

static guint64 count_tests(const struct floor *floor, const struct job *job)
{
	guint64 count = 0;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		const struct device *device = job_device(job, test->device);

		count += test_is_judged(test) &&
			 (device ? is_meant(floor, job, device) : strcmp(floor->device, "*") == 0);
	}
	return count;
}

static void judge_features(GPtrArray *below, const struct floor *floor, const struct job *job)
{
	gboolean any = FALSE;

	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		guint64 missing = floor->least & ~bits_of(device);

		if (!is_meant(floor, job, device))
			continue;
		any = TRUE;
		if (missing)
			say(below,
			    "the device %s (%s) does not offer the features 0x%" G_GINT64_MODIFIER
			    "x: %s",
			    device->bdf, device->name, missing, floor->line);
	}
	if (!any)
		say(below, "there is no such device: %s", floor->line);
}

GPtrArray *coverage_below_floors(const struct job *job, const struct expectations *expectations)
{
	GPtrArray *below = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) clauses = judged_clauses(job);

	for (unsigned i = 0; job_is_whole(job) && i < expectations->floors->len; i++) {
		const struct floor *floor = expectations->floors->pdata[i];
		guint64 count = floor->of == FLOOR_TESTS ? count_tests(floor, job)
							 : g_hash_table_size(clauses);

		if (floor->of == FLOOR_FEATURES)
			judge_features(below, floor, job);
		else if (count < floor->least)
			say(below, "%" G_GUINT64_FORMAT " %s were judged: %s", count,
			    floor->of == FLOOR_TESTS ? "tests" : "clauses", floor->line);
	}
	return below;
}

gboolean coverage_is_agreed(const struct job *job, const struct device *device,
			    const struct expectations *expectations)
{
	for (unsigned i = 0; i < expectations->floors->len; i++) {
		const struct floor *floor = expectations->floors->pdata[i];

		if (floor->of == FLOOR_TESTS && is_meant(floor, job, device))
			return TRUE;
	}
	return FALSE;
}
