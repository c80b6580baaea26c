/* SPDX-License-Identifier: BSD-2-Clause */
/* What a comparison of figures comes to, in one sentence. */
#include <math.h>

#include "host/figures/compare.h"

/* So many findings are told, the others counted. */
#define TOLD 3

/* By what it is, then by how much it is. */
static int compare_findings(const void *a, const void *b)
{
	const struct comparison *left = *(struct comparison *const *)a;
	const struct comparison *right = *(struct comparison *const *)b;
	double by = fabs(log(right->ratio)) - fabs(log(left->ratio));

	if (left->headline != right->headline)
		return left->headline < right->headline ? -1 : 1;
	return (by > 0) - (by < 0);
}

static GPtrArray *findings_of(const struct compare *compare, enum finding finding)
{
	GPtrArray *found = g_ptr_array_new();

	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		struct comparison *comparison = compare->comparisons->pdata[i];

		if (comparison->finding == finding && comparison->finding != FINDING_NONE)
			g_ptr_array_add(found, comparison);
	}
	g_ptr_array_sort(found, compare_findings);
	return found;
}

/* Returns whether there are any. */
static gboolean add_findings(GString *text, const struct compare *compare, enum finding finding,
			     const char *words)
{
	g_autoptr(GPtrArray) found = findings_of(compare, finding);

	for (unsigned i = 0; i < MIN(found->len, TOLD); i++) {
		const struct comparison *comparison = found->pdata[i];

		g_autofree char *a = measure_words(comparison->a, comparison->unit);
		g_autofree char *b = measure_words(comparison->b, comparison->unit);

		g_string_append_printf(text, "%s%s is %.3g times A's (%s -> %s)", i ? ", " : words,
				       comparison->subject, comparison->ratio, a, b);
	}
	if (found->len > TOLD)
		g_string_append_printf(text, ", and %u more", found->len - TOLD);
	return found->len > 0;
}

/* Of each kind the change that none of its figures would have hidden. */
static void add_limits(GString *text, const struct compare *compare)
{
	g_autoptr(GPtrArray) kinds = g_ptr_array_new();
	g_autoptr(GArray) sees = g_array_new(FALSE, FALSE, sizeof(double));

	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];
		guint n;

		if (!comparison->judged)
			continue;
		if (!g_ptr_array_find(kinds, comparison->headline, &n)) {
			n = kinds->len;
			g_ptr_array_add(kinds, (void *)comparison->headline);
			g_array_append_val(sees, comparison->sees);
		}
		g_array_index(sees, double, n) =
			MAX(g_array_index(sees, double, n), comparison->sees);
	}
	for (unsigned n = 0; n < kinds->len; n++) {
		const struct headline *headline = kinds->pdata[n];
		double share = g_array_index(sees, double, n);

		g_string_append_printf(text, "%s%s ",
				       n ? ", " : "; smallest change that would have been seen: ",
				       headline->words);
		if (isinf(share))
			g_string_append(text, "none");
		else
			g_string_append_printf(text, "%.0f %%", ceil(share * 100));
	}
}

gboolean compare_could_tell(const struct compare *compare)
{
	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];

		if (comparison->judged && !isinf(comparison->sees))
			return TRUE;
	}
	return FALSE;
}

char *compare_answer(const struct compare *compare)
{
	GString *text = g_string_new(NULL);
	gboolean worse = add_findings(text, compare, FINDING_WORSE, "B is worse: ");
	gboolean better = add_findings(text, compare, FINDING_BETTER,
				       worse ? "; and better: " : "B is better: ");
	unsigned judged = 0;

	for (unsigned i = 0; i < compare->comparisons->len; i++)
		judged += ((const struct comparison *)compare->comparisons->pdata[i])->judged;
	if (!judged)
		g_string_append(text, "no figure of B could be judged");
	else if (!compare_could_tell(compare))
		g_string_append_printf(
			text, "these are too few runs to tell anything: %u on each side can",
			compare->enough);
	else if (!worse && !better)
		g_string_append(text, "B is no worse than A, as far as these runs can tell");
	if (compare_could_tell(compare))
		add_limits(text, compare);
	if (compare->disturbed)
		g_string_append_printf(text,
				       "; left out, since they call themselves disturbed: %u run%s",
				       compare->disturbed, compare->disturbed == 1 ? "" : "s");
	g_string_append_c(text, '.');
	return g_string_free(text, FALSE);
}
