/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/figures/judge.h"

#include <math.h>

/* A difference that is no more probable than this by chance is worth more runs: of five on a side few are less. */
#define SUSPICION 0.2

/* Medians, ratio and interval. */
static void estimate(struct comparison *comparison)
{
	unsigned count_a = comparison->runs_a, count_b = comparison->runs_b;
	g_autofree double *values = g_new(double, count_a + count_b);
	struct interval interval;
	gboolean positive = TRUE;

	for (unsigned r = 0; r < count_a + count_b; r++) {
		values[r] = g_array_index(comparison->values, double, r);
		positive &= values[r] > 0;
	}
	comparison->a = median(values, count_a);
	comparison->b = median(values + count_a, count_b);
	if (!positive)
		return;
	for (unsigned r = 0; r < count_a + count_b; r++)
		values[r] = log(values[r]);
	comparison->ratio = exp(shift(values, count_a, values + count_a, count_b, &interval));
	comparison->interval = (struct interval){exp(interval.low), exp(interval.high)};
	if (isinf(interval.low))
		comparison->interval = (struct interval){0, HUGE_VAL};
}

static double least_share(const struct comparison *comparison, const struct compare_rule *rule)
{
	double absolute = comparison->a > 0 ? comparison->headline->absolute / comparison->a : 0;

	return MAX(rule->relative * comparison->headline->strictness, absolute);
}

static void conclude(struct comparison *comparison, const struct compare_rule *rule)
{
	double change = comparison->ratio - 1, least = least_share(comparison, rule);
	gboolean better = (change > 0) == (comparison->better > 0);
	gboolean counts = fabs(change) >= least;

	if (counts && comparison->together <= rule->level)
		comparison->finding = better ? FINDING_BETTER : FINDING_WORSE;
	comparison->suspected = counts && !comparison->finding && comparison->alone <= SUSPICION;
	if (isinf(comparison->sees))
		return;
	comparison->sees =
		comparison->better > 0 ? 1 - exp(-comparison->sees) : exp(comparison->sees) - 1;
	comparison->sees = MAX(comparison->sees, least);
}

/* The headlines among the comparisons that can be judged, struct comparison. */
static GPtrArray *judged(GPtrArray *comparisons, unsigned from, const struct compare_rule *rule)
{
	GPtrArray *headlines = g_ptr_array_new();

	for (unsigned i = from; i < comparisons->len; i++) {
		struct comparison *comparison = comparisons->pdata[i];

		estimate(comparison);
		if (rule->unsteady && g_hash_table_contains(rule->unsteady, comparison->name))
			comparison->headline = NULL;
		if (comparison->headline && comparison->ratio > 0)
			g_ptr_array_add(headlines, comparison);
	}
	return headlines;
}

void judge_comparisons(GPtrArray *comparisons, unsigned from, const struct compare_rule *rule)
{
	g_autoptr(GPtrArray) headlines = judged(comparisons, from, rule);

	if (!headlines->len)
		return;

	const struct comparison *first = headlines->pdata[0];
	unsigned figures = headlines->len, runs = first->runs_a + first->runs_b;
	g_autofree gboolean *is_b = g_new(gboolean, runs);
	g_autofree double *values = g_new(double, (gsize)figures *runs);
	g_autofree double *results = g_new(double, 2 * (gsize)figures);
	struct family family = {
		.figures = figures,
		.runs = runs,
		.is_b = is_b,
		.values = values,
		.alone = results,
		.together = results + figures,
	};

	for (unsigned i = 0; i < figures * runs; i++) {
		const struct comparison *comparison = headlines->pdata[i / runs];

		is_b[i % runs] = i % runs >= comparison->runs_a;
		values[i] = log(g_array_index(comparison->values, double, i % runs));
	}
	family_judge(&family, rule->level);
	for (unsigned f = 0; f < figures; f++) {
		struct comparison *comparison = headlines->pdata[f];

		comparison->alone = family.alone[f];
		comparison->together = family.together[f];
		comparison->judged = TRUE;
		comparison->sees = family_sees(&family, f);
		conclude(comparison, rule);
	}
}
