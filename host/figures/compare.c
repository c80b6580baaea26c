/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs and verdicts; the figures are in figures.c. */
#include "host/figures/compare.h"

#include <string.h>

#include "host/verdict/coverage.h"

static void change_free(void *data)
{
	struct change *change = data;

	g_free(change->name);
	g_free(change);
}

static void comparison_free(void *data)
{
	struct comparison *comparison = data;

	g_free(comparison->name);
	g_free(comparison->subject);
	g_free(comparison->unit);
	g_array_unref(comparison->values);
	g_free(comparison);
}

static void refusal_free(void *data)
{
	struct refusal *refusal = data;

	g_free(refusal->what);
	g_free(refusal->why);
	g_free(refusal);
}

static void pair_free(void *data)
{
	struct pair *pair = data;

	g_ptr_array_unref(pair->a);
	g_ptr_array_unref(pair->b);
	g_free(pair);
}

struct compare *compare_new(void)
{
	struct compare *compare = g_new0(struct compare, 1);

	compare->changes = g_ptr_array_new_with_free_func(change_free);
	compare->comparisons = g_ptr_array_new_with_free_func(comparison_free);
	compare->refusals = g_ptr_array_new_with_free_func(refusal_free);
	compare->losses = g_ptr_array_new_with_free_func(g_free);
	return compare;
}

void compare_free(struct compare *compare)
{
	g_ptr_array_unref(compare->changes);
	g_ptr_array_unref(compare->comparisons);
	g_ptr_array_unref(compare->refusals);
	g_ptr_array_unref(compare->losses);
	g_free(compare);
}

void compare_refuse(struct compare *compare, char *what, char *why)
{
	struct refusal *refusal = g_new0(struct refusal, 1);

	refusal->what = what;
	refusal->why = why;
	g_ptr_array_add(compare->refusals, refusal);
}

static gboolean have_one_name(const GPtrArray *jobs)
{
	for (unsigned i = 1; i < jobs->len; i++) {
		if (strcmp(((struct job *)jobs->pdata[i])->name,
			   ((struct job *)jobs->pdata[0])->name) != 0)
			return FALSE;
	}
	return TRUE;
}

static struct pair *pair_of(GPtrArray *pairs, const char *name)
{
	for (unsigned i = 0; i < pairs->len; i++) {
		struct pair *pair = pairs->pdata[i];

		if (strcmp(pair->name, name) == 0)
			return pair;
	}

	struct pair *pair = g_new0(struct pair, 1);

	pair->name = name;
	pair->a = g_ptr_array_new();
	pair->b = g_ptr_array_new();
	g_ptr_array_add(pairs, pair);
	return pair;
}

GPtrArray *compare_pairs(const GPtrArray *a, const GPtrArray *b, struct compare *compare)
{
	GPtrArray *pairs = g_ptr_array_new_with_free_func(pair_free);
	const char *only = have_one_name(a) && have_one_name(b) ? "all" : NULL;

	for (unsigned i = 0; i < a->len; i++) {
		struct job *job = a->pdata[i];

		g_ptr_array_add(pair_of(pairs, only ? only : job->name)->a, job);
	}
	for (unsigned i = 0; i < b->len; i++) {
		struct job *job = b->pdata[i];

		g_ptr_array_add(pair_of(pairs, only ? only : job->name)->b, job);
	}
	for (unsigned i = pairs->len; i-- > 0;) {
		struct pair *pair = pairs->pdata[i];

		if (pair->a->len && pair->b->len)
			continue;
		compare_refuse(compare, g_strdup_printf("job %s", pair->name),
			       g_strdup_printf("only %s has it", pair->a->len ? "A" : "B"));
		g_ptr_array_remove_index(pairs, i);
	}
	return pairs;
}

/* The worst verdict of each test over the runs of one side, by its name. */
static GHashTable *worst_verdicts(const GPtrArray *jobs)
{
	GHashTable *worst = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = jobs->pdata[i];

		for (unsigned j = 0; j < job->tests->len; j++) {
			const struct test_result *test = job->tests->pdata[j];
			char *name = test_label(test);
			void *before;

			if (!g_hash_table_lookup_extended(worst, name, NULL, &before) ||
			    test->verdict > GPOINTER_TO_UINT(before))
				g_hash_table_insert(worst, name, GUINT_TO_POINTER(test->verdict));
			else
				g_free(name);
		}
	}
	return worst;
}

/* A test that says something of a device. */
static gboolean is_judged(enum verdict verdict)
{
	return verdict == VERDICT_PASS || verdict == VERDICT_WARN || verdict == VERDICT_FAIL;
}

static int compare_changes(const void *a, const void *b)
{
	const struct change *left = *(struct change *const *)a;
	const struct change *right = *(struct change *const *)b;

	if (left->worse != right->worse)
		return left->worse ? -1 : 1;
	if (left->lost != right->lost)
		return left->lost ? -1 : 1;
	return strcmp(left->name, right->name);
}

static void add_change(struct compare *compare, const char *name, enum verdict before,
		       enum verdict after)
{
	struct change *change = g_new0(struct change, 1);

	change->name = g_strdup(name);
	change->before = before;
	change->after = after;
	change->lost = is_judged(before) && !is_judged(after);
	change->worse = !change->lost && after > before && after < VERDICTS &&
			after != VERDICT_SKIP && before < VERDICTS;
	g_ptr_array_add(compare->changes, change);
}

void compare_verdicts(struct compare *compare, const struct pair *pair)
{
	g_autoptr(GHashTable) before = worst_verdicts(pair->a);
	g_autoptr(GHashTable) after = worst_verdicts(pair->b);
	GHashTableIter iterator;
	void *name, *verdict, *now;

	g_hash_table_iter_init(&iterator, before);
	while (g_hash_table_iter_next(&iterator, &name, &verdict)) {
		if (!g_hash_table_lookup_extended(after, name, NULL, &now))
			now = GUINT_TO_POINTER(VERDICTS);
		compare->tests +=
			is_judged(GPOINTER_TO_UINT(verdict)) && is_judged(GPOINTER_TO_UINT(now));
		if (now != verdict)
			add_change(compare, name, GPOINTER_TO_UINT(verdict), GPOINTER_TO_UINT(now));
	}
	g_hash_table_iter_init(&iterator, after);
	while (g_hash_table_iter_next(&iterator, &name, &now)) {
		if (!g_hash_table_contains(before, name))
			add_change(compare, name, VERDICTS, GPOINTER_TO_UINT(now));
	}
	g_ptr_array_extend_and_steal(compare->losses,
				     coverage_lost_devices(pair->b->pdata[0], pair->a->pdata[0]));
	g_ptr_array_sort(compare->changes, compare_changes);
}
