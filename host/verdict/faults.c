/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/faults.h"

#include <string.h>

struct collection {
	GHashTable *by_key; /* char * to struct fault */
	GPtrArray *faults;
	const struct conclusion *conclusion; /* whose tests are looked at */
};

static void fault_free(void *data)
{
	struct fault *fault = data;

	g_free(fault->what);
	g_ptr_array_unref(fault->sightings);
	g_ptr_array_unref(fault->devices);
	g_ptr_array_unref(fault->variants);
	g_free(fault);
}

static struct fault *find_fault(struct collection *collection, const char *what,
				const struct expectation *expectation)
{
	const struct job *job = collection->conclusion->job;
	/* An entry of the same words in the files of two jobs is the same entry. */
	char *key = g_strjoin("\n", job->vmm, job->version, what,
			      expectation ? expectation->line : "", NULL);
	struct fault *fault = g_hash_table_lookup(collection->by_key, key);

	if (fault) {
		g_free(key);
		return fault;
	}
	fault = g_new0(struct fault, 1);
	fault->what = g_strdup(what);
	fault->expectation = expectation;
	fault->sightings = g_ptr_array_new_with_free_func(g_free);
	fault->devices = g_ptr_array_new_with_free_func(g_free);
	fault->variants = g_ptr_array_new();
	g_hash_table_insert(collection->by_key, key, fault);
	g_ptr_array_add(collection->faults, fault);
	return fault;
}

static void add_once(GPtrArray *texts, char *text)
{
	if (*text && !g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
		g_ptr_array_add(texts, text);
}

/* A device by the name that tells it best. */
static const char *device_name(const struct test_result *test)
{
	if (*test->given)
		return test->given;
	return *test->family ? test->family : test->device;
}

static void add_sighting(struct fault *fault, const struct job *job, const struct test_result *test,
			 const struct check *check)
{
	unsigned count = fault->sightings->len;
	const struct sighting *last = count ? fault->sightings->pdata[count - 1] : NULL;
	struct sighting *sighting;

	if (last && last->test == test)
		return;
	sighting = g_new0(struct sighting, 1);
	*sighting = (struct sighting){.job = job, .test = test, .check = check};
	g_ptr_array_add(fault->sightings, sighting);
	if (!g_ptr_array_find_with_equal_func(fault->devices, device_name(test), g_str_equal, NULL))
		g_ptr_array_add(fault->devices, g_strdup(device_name(test)));
	add_once(fault->variants, test->variant);
}

static void add_check(struct collection *collection, const struct test_result *test,
		      const struct check *check)
{
	const struct expectation *expectation =
		check->expectation ? check->expectation : test->expectation;
	struct fault *fault = find_fault(collection, check->clause, expectation);

	fault->level = check->level;
	fault->verdict = level_verdict(check->level);
	fault->unexpected =
		!expectation && (collection->conclusion->strict || fault->verdict == VERDICT_FAIL);
	add_sighting(fault, collection->conclusion->job, test, check);
}

/* What no clause says: an end of the VMM, an error, a failure by itself. */
static void add_end(struct collection *collection, const struct test_result *test)
{
	g_autofree char *what = g_strdup_printf("%s in %s", test_end_name(test), test->full_name);
	struct fault *fault = find_fault(collection, what, test->expectation);

	fault->verdict = test->verdict;
	fault->unexpected = test_is_unexpected(test, collection->conclusion->strict);
	add_sighting(fault, collection->conclusion->job, test, NULL);
}

/* The fault of a clause that was seen on that device of the job; NULL when there is none. */
static struct fault *fault_on(const struct collection *collection, const char *clause,
			      const char *device)
{
	for (unsigned i = 0; i < collection->faults->len; i++) {
		struct fault *fault = collection->faults->pdata[i];

		for (unsigned j = 0; j < fault->sightings->len; j++) {
			const struct sighting *sighting = fault->sightings->pdata[j];

			if (sighting->job == collection->conclusion->job && sighting->check &&
			    strcmp(sighting->check->clause, clause) == 0 &&
			    strcmp(sighting->test->device, device) == 0)
				return fault;
		}
	}
	return NULL;
}

static void add_taken(struct collection *collection)
{
	const struct job *job = collection->conclusion->job;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];
		struct fault *fault =
			*test->taken_by ? fault_on(collection, test->taken_by, test->device) : NULL;

		if (fault)
			fault->taken++;
	}
}

static void add_job(struct collection *collection)
{
	const struct job *job = collection->conclusion->job;

	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (test->verdict <= VERDICT_SKIP)
			continue;
		if (test->checks->len == 0 || test_lost_the_vmm(test) ||
		    test->verdict == VERDICT_ERROR)
			add_end(collection, test);
		for (unsigned j = 0; j < test->checks->len; j++) {
			const struct check *check = test->checks->pdata[j];

			if (*check->clause)
				add_check(collection, test, check);
		}
	}
	add_taken(collection);
}

static int weight(const struct fault *fault)
{
	return fault->unexpected ? 0 : !fault->expectation ? 1 : 2;
}

/* Sorting is stable: what was seen first comes first. */
static int compare_faults(const void *a, const void *b)
{
	return weight(*(struct fault *const *)a) - weight(*(struct fault *const *)b);
}

GPtrArray *faults_of(const GPtrArray *conclusions)
{
	struct collection collection = {
		.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.faults = g_ptr_array_new_with_free_func(fault_free),
	};

	for (unsigned i = 0; i < conclusions->len; i++) {
		collection.conclusion = conclusions->pdata[i];
		add_job(&collection);
	}
	g_hash_table_unref(collection.by_key);
	g_ptr_array_sort(collection.faults, compare_faults);
	return collection.faults;
}

GPtrArray *faults_of_one(const struct conclusion *conclusion)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();

	g_ptr_array_add(one, (void *)conclusion);
	return faults_of(one);
}
