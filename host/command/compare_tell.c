/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/command/compare_tell.h"

#include <math.h>
#include <stdio.h>

static const char *name_of(enum verdict verdict)
{
	return verdict == VERDICTS ? "not there" : verdict_name(verdict);
}

unsigned compare_tell_changes(const struct compare *compare, gboolean anyway)
{
	unsigned worse = 0, lost = 0;

	for (unsigned i = 0; i < compare->losses->len; i++)
		printf("lost: %s\n", (const char *)compare->losses->pdata[i]);
	for (unsigned i = 0; i < compare->changes->len; i++) {
		const struct change *change = compare->changes->pdata[i];

		worse += change->worse;
		lost += change->lost;
		printf("%s: %s -> %s  %s\n",
		       change->worse  ? "worse"
		       : change->lost ? "lost"
				      : "changed",
		       name_of(change->before), name_of(change->after), change->name);
	}
	printf("verdicts: %u tests judged in both, %u changed, %u for the worse, %u judged no more\n",
	       compare->tests, compare->changes->len, worse, lost);
	return anyway ? worse : worse + lost;
}

static double percent(double ratio)
{
	return (ratio - 1) * 100;
}

static const char *conclusion(const struct comparison *comparison)
{
	static const char *const words[] = {"no difference shown", "better", "WORSE"};

	return comparison->judged ? words[comparison->finding] : "not judged";
}

static void tell_comparison(const struct comparison *comparison)
{
	printf("%-60s %12.4g %12.4g %-10s", comparison->name, comparison->a, comparison->b,
	       comparison->unit);
	if (comparison->ratio > 0)
		printf(" %+6.1f %%", percent(comparison->ratio));
	if (comparison->interval.low > 0)
		printf("  [%+.1f, %+.1f]", percent(comparison->interval.low),
		       percent(comparison->interval.high));
	if (comparison->judged && isinf(comparison->sees))
		printf("  p %.2g  sees none", comparison->together);
	else if (comparison->judged)
		printf("  p %.2g  sees %.0f %%", comparison->together,
		       ceil(comparison->sees * 100));
	printf("  %s\n", conclusion(comparison));
}

/* Whether its runs lie apart, as far as that can be told of one figure among many. */
static gboolean seems_to_differ(const struct comparison *comparison)
{
	return comparison->interval.low > 1 ||
	       (comparison->interval.low > 0 && comparison->interval.high < 1);
}

unsigned compare_tell_figures(const struct compare *compare, gboolean all)
{
	g_autofree char *answer = compare_answer(compare);
	unsigned worse = 0;

	if (compare->comparisons->len || compare->disturbed)
		printf("figures: %s\n", answer);
	if (compare->comparisons->len)
		printf("\n%-60s %12s %12s %-10s %8s\n", "figure", "A", "B", "unit", "change");
	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];

		worse += comparison->finding == FINDING_WORSE;
		if (comparison->judged || all || seems_to_differ(comparison))
			tell_comparison(comparison);
	}
	return worse;
}

void compare_tell_refusals(const struct compare *compare)
{
	for (unsigned i = 0; i < compare->refusals->len; i++) {
		const struct refusal *refusal = compare->refusals->pdata[i];

		printf("not compared: %s: %s\n", refusal->what, refusal->why);
	}
}
