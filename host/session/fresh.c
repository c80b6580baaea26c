/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/session/fresh.h"

#include <string.h>

#include "host/record/records.h"

unsigned fresh_boot_count_lost(const struct job *job, const char *bdf)
{
	unsigned count = 0;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		count += *test->since && (!bdf || strcmp(test->device, bdf) == 0);
	}
	return count;
}

/*
 * The tests that have brought about faults of the device, or taken the VMM along, by name; a finding may name the
 * variant, too.
 */
static GHashTable *find_causes(const struct job *job, const char *bdf)
{
	GHashTable *causes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < job->findings->len; i++) {
		const struct root_fault *fault = job->findings->pdata[i];

		/* "an earlier boot" is no test. */
		if (strcmp(fault->device, bdf) == 0 && strchr(fault->since, '.'))
			g_hash_table_add(causes,
					 g_strndup(fault->since, strcspn(fault->since, " ")));
	}
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->device, bdf) == 0 && test_lost_the_vmm(test))
			g_hash_table_add(causes, g_strdup(test->full_name));
	}
	return causes;
}

/* The causes and what the user leaves out: one list for vp.skip. */
static char *skip_list(GHashTable *causes, const char *append)
{
	g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(causes), (GCompareFunc)strcmp);
	g_auto(GStrv) words = g_strsplit(append, " ", -1);
	GString *list = g_string_new(NULL);

	for (char **word = words; *word; word++) {
		if (g_str_has_prefix(*word, "vp.skip="))
			g_string_assign(list, *word + strlen("vp.skip="));
	}
	for (GList *name = names; name; name = name->next)
		g_string_append_printf(list, "%s%s", list->len ? "," : "", (char *)name->data);
	return g_string_free(list, FALSE);
}

static JsonObject *plan_device(const struct job *job, const char *bdf, const char *append)
{
	g_autoptr(GHashTable) causes = find_causes(job, bdf);
	g_autofree char *skip = skip_list(causes, append);
	const char *since = NULL;
	gint64 place = 0, from = 0, tests = 0;
	JsonObject *boot;

	/* The plan without the causes, as the image will walk it. */
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (strcmp(test->device, bdf) != 0 ||
		    g_hash_table_contains(causes, test->full_name))
			continue;
		place++;
		if (*test->since == '\0')
			continue;
		if (!from) {
			from = place;
			since = test->since;
		}
		tests++;
	}
	if (!tests)
		return NULL;
	boot = record_new("boot");
	json_object_set_string_member(boot, "device", bdf);
	json_object_set_string_member(boot, "since", since);
	json_object_set_string_member(boot, "skip", skip);
	json_object_set_int_member(boot, "from", from);
	json_object_set_int_member(boot, "tests", tests);
	return boot;
}

JsonObject *fresh_boot_plan(const struct job *job, GHashTable *given_up, const char *append)
{
	for (unsigned i = 0; i < job->devices->len; i++) {
		const struct device *device = job->devices->pdata[i];
		JsonObject *boot = NULL;

		if (!g_hash_table_contains(given_up, device->bdf))
			boot = plan_device(job, device->bdf, append);
		if (boot)
			return boot;
	}
	return NULL;
}

/* More than that have a cause. */
#define SKIPPED_BY_CHANCE 8

static gboolean has_judged(const struct job *job, const struct test_result *wanted)
{
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test_is_same(test, wanted))
			return test_is_judged(test);
	}
	return FALSE;
}

/* Names of tests that the job has skipped and the baseline has judged, of a device, or with NULL of all. */
static GPtrArray *skipped_by_chance(const struct job *job, const struct job *baseline,
				    const char *bdf)
{
	GPtrArray *names = g_ptr_array_new();

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test->verdict == VERDICT_SKIP && *test->since == '\0' &&
		    (!bdf || strcmp(test->device, bdf) == 0) && has_judged(baseline, test))
			g_ptr_array_add(names, test->full_name);
	}
	return names;
}

JsonObject *fresh_boot_for_skipped(const struct job *job, const struct job *baseline,
				   unsigned *device)
{
	g_autoptr(GPtrArray) all = skipped_by_chance(job, baseline, NULL);

	while (all->len <= SKIPPED_BY_CHANCE && *device < job->devices->len) {
		const char *bdf = ((const struct device *)job->devices->pdata[(*device)++])->bdf;
		g_autoptr(GPtrArray) names = skipped_by_chance(job, baseline, bdf);
		unsigned count = names->len;
		g_autofree char *list = NULL;
		JsonObject *boot;

		if (!count)
			continue;
		g_ptr_array_add(names, NULL);
		list = g_strjoinv(",", (char **)names->pdata);
		boot = record_new("boot");
		json_object_set_string_member(boot, "device", bdf);
		json_object_set_string_member(boot, "since", "");
		json_object_set_string_member(boot, "skip", "");
		json_object_set_int_member(boot, "from", 1);
		json_object_set_int_member(boot, "tests", count);
		json_object_set_string_member(boot, "again", list);
		return boot;
	}
	return NULL;
}

char *fresh_boot_words(JsonObject *boot)
{
	const char *again = record_text(boot, "again");

	if (*again)
		return g_strdup_printf("vp.device=%s vp.tests=%s", record_text(boot, "device"),
				       again);
	return g_strdup_printf("vp.device=%s vp.skip=%s", record_text(boot, "device"),
			       record_text(boot, "skip"));
}
