/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/record/own.h"

#include <string.h>

/* What the ids of a type's clauses begin with: its name, but for some. */
static char *area_of(const char *type)
{
	static const char *const others[][2] = {{"rng", "ENTROPY"}, {"sound", "SND"}};
	g_autofree char *upper = g_ascii_strup(type, -1);

	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
		if (strcmp(others[i][0], type) == 0)
			return g_strconcat(others[i][1], "-", NULL);
	}
	return g_strconcat(upper, "-", NULL);
}

static void count_reason(GPtrArray *reasons, const char *why)
{
	struct own_reason *reason;

	for (unsigned i = 0; i < reasons->len; i++) {
		reason = reasons->pdata[i];
		if (strcmp(reason->why, why) == 0) {
			reason->clauses++;
			return;
		}
	}
	reason = g_new0(struct own_reason, 1);
	*reason = (struct own_reason){.why = why, .clauses = 1};
	g_ptr_array_add(reasons, reason);
}

static int compare_reasons(const void *a, const void *b)
{
	const struct own_reason *left = *(struct own_reason *const *)a;
	const struct own_reason *right = *(struct own_reason *const *)b;

	return (int)right->clauses - (int)left->clauses;
}

void own_clauses_clear(struct own_clauses *own)
{
	g_ptr_array_unref(own->reasons);
}

struct own_clauses own_clauses_of(const struct job *job, const struct device *device)
{
	g_autofree char *area = area_of(device->name);
	struct own_clauses own = {.reasons = g_ptr_array_new_with_free_func(g_free)};

	for (unsigned i = 0; i < job->clauses->len; i++) {
		const struct clause *clause = job->clauses->pdata[i];

		if (!g_str_has_prefix(clause->id, area))
			continue;
		own.all++;
		if (clause->verdict != CLAUSE_UNJUDGED)
			own.judged++;
		else
			count_reason(own.reasons, clause->why);
	}
	g_ptr_array_sort(own.reasons, compare_reasons);
	return own;
}
