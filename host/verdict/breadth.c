/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/verdict/breadth.h"

#include <string.h>

static gboolean has_met(const struct expectation *entry, const struct test_result *test)
{
	if (test->expectation == entry)
		return TRUE;
	for (unsigned i = 0; i < test->checks->len; i++) {
		if (((const struct check *)test->checks->pdata[i])->expectation == entry)
			return TRUE;
	}
	return FALSE;
}

static gboolean is_glob(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

const struct test_result *entry_is_too_broad(const struct expectation *entry, const struct job *job)
{
	g_autoptr(GHashTable) met = g_hash_table_new(g_str_hash, g_str_equal);

	/* Where the VMM was lost to a clause, another test that passes has not judged it. */
	if (!entry->met || entry->sometimes || (entry->clause && entry->outcome != OUTCOME_NONE) ||
	    (!is_glob(entry->device) && !is_glob(entry->variant)))
		return NULL;
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		if (has_met(entry, test))
			g_hash_table_add(met, test->full_name);
	}
	for (unsigned i = 0; i < job->tests->len; i++) {
		const struct test_result *test = job->tests->pdata[i];

		/* Only a test that judges what the entry is about shows anything. */
		if (test->verdict == VERDICT_PASS && expectation_concerns(entry, test) &&
		    g_hash_table_contains(met, test->full_name))
			return test;
	}
	return NULL;
}
