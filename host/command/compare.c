/* SPDX-License-Identifier: BSD-2-Clause */
/* virtproof compare */
#include "host/command/commands.h"

#include <stdio.h>

#include "host/command/arguments.h"
#include "host/figures/compare.h"
#include "host/record/load.h"

struct compare_options {
	double gate; /* percent; 0: none */
	gboolean anyway, all;
	char **operands;
};

#define AT(member) OPTION_AT(struct compare_options, member)

static const GOptionEntry entries[] = {
	{"gate", 'g', 0, G_OPTION_ARG_DOUBLE, AT(gate),
	 "Fail when a figure is shown to be worse by more than PERCENT", "PERCENT"},
	{"all", 0, 0, G_OPTION_ARG_NONE, AT(all), "Also show figures that do not differ", NULL},
	{"anyway", 0, 0, G_OPTION_ARG_NONE, AT(anyway),
	 "Compare figures although device, features or machine differ; let pass what is judged no more",
	 NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, AT(operands), NULL, NULL},
	{NULL},
};

static const char *name_of(enum verdict verdict)
{
	return verdict == VERDICTS ? "not there" : verdict_name(verdict);
}

/* Returns how many are worse than before or, unless what is compared differs anyway, judged no more. */
static unsigned tell_changes(const struct compare *compare, gboolean anyway)
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

static const char *conclusion(const struct comparison *comparison)
{
	if (comparison->interval.low == 0)
		return "one figure a run: too few runs to judge (4 on each side)";
	if (!comparison->shown)
		return "no difference shown";
	if (comparison->better == 0)
		return comparison->ratio > 1 ? "more" : "less";
	return (comparison->ratio > 1) == (comparison->better > 0) ? "better" : "WORSE";
}

static double percent(double ratio)
{
	return (ratio - 1) * 100;
}

/* Whether a finding is worse by more than the gate lets through. */
static gboolean exceeds_gate(const struct comparison *comparison, double gate)
{
	double worse =
		comparison->better > 0 ? -percent(comparison->ratio) : percent(comparison->ratio);

	return gate > 0 && comparison->shown && comparison->better != 0 && worse > gate;
}

static void tell_comparison(const struct comparison *comparison, double gate)
{
	printf("%-60s %12.4g %12.4g %-10s %+6.1f %%", comparison->name, comparison->a,
	       comparison->b, comparison->unit, percent(comparison->ratio));
	if (comparison->interval.low > 0)
		printf("  [%+.1f, %+.1f]  p %.2g", percent(comparison->interval.low),
		       percent(comparison->interval.high), comparison->probability);
	printf("  %s%s\n", conclusion(comparison),
	       exceeds_gate(comparison, gate) ? ", beyond the gate" : "");
}

static unsigned tell_figures(const struct compare *compare, const struct compare_options *options)
{
	double gate = options->gate;
	unsigned beyond = 0, shown = 0;

	if (compare->comparisons->len)
		printf("\n%-60s %12s %12s %-10s %8s\n", "figure", "A", "B", "unit", "change");
	for (unsigned i = 0; i < compare->comparisons->len; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];

		beyond += exceeds_gate(comparison, gate);
		shown += comparison->shown;
		if (options->all || comparison->shown || compare->comparisons->len <= 20)
			tell_comparison(comparison, gate);
	}
	if (compare->comparisons->len)
		printf("figures: %u compared, %u differ%s\n", compare->comparisons->len, shown,
		       shown ? "" : ": no difference shown");
	return beyond;
}

static void tell_refusals(const struct compare *compare)
{
	for (unsigned i = 0; i < compare->refusals->len; i++) {
		const struct refusal *refusal = compare->refusals->pdata[i];

		printf("not compared: %s: %s\n", refusal->what, refusal->why);
	}
}

/* Runs that did not come to their end, or whose records did not: returns how many. */
static unsigned tell_incomplete(const char *side, const GPtrArray *jobs)
{
	unsigned count = 0;

	for (unsigned i = 0; i < jobs->len; i++) {
		const struct job *job = jobs->pdata[i];

		if (job_is_complete(job))
			continue;
		printf("incomplete: %s: %s: what it would have judged is not known\n", side,
		       job->name);
		count++;
	}
	return count;
}

static void tell_runs(const GPtrArray *pairs)
{
	for (unsigned i = 0; i < pairs->len; i++) {
		const struct pair *pair = pairs->pdata[i];
		const struct job *a = pair->a->pdata[0], *b = pair->b->pdata[0];

		printf("A: %s on %s %s, %u run%s; B: %s on %s %s, %u run%s\n", a->name, a->vmm,
		       a->version, pair->a->len, pair->a->len == 1 ? "" : "s", b->name, b->vmm,
		       b->version, pair->b->len, pair->b->len == 1 ? "" : "s");
	}
}

static int compare_jobs(const GPtrArray *a, const GPtrArray *b,
			const struct compare_options *options)
{
	struct compare *compare = compare_new();
	g_autoptr(GPtrArray) pairs = compare_pairs(a, b, compare);
	int status = EXIT_AS_EXPECTED;

	for (unsigned i = 0; i < pairs->len; i++) {
		compare_verdicts(compare, pairs->pdata[i]);
		compare_figures(compare, pairs->pdata[i], options->anyway);
	}
	compare_conclude(compare);
	tell_runs(pairs);

	unsigned worse = tell_changes(compare, options->anyway);
	unsigned beyond = tell_figures(compare, options);

	tell_refusals(compare);
	if (tell_incomplete("A", a) + tell_incomplete("B", b))
		status = EXIT_TROUBLE;
	if (worse || beyond)
		status = EXIT_UNEXPECTED;
	if (compare->tests == 0 && compare->comparisons->len == 0) {
		fputs("virtproof: there is nothing that A and B have in common\n", stderr);
		status = EXIT_TROUBLE;
	}
	compare_free(compare);
	return status;
}

int command_compare(int argc, char **argv)
{
	struct compare_options options = {0};

	if (!parse_options("A B",
			   "Compares two files of records, each of one or many runs: verdicts "
			   "that changed,\nfigures that differ. Exit status: 0 nothing worse, 1 "
			   "worse, 2 not comparable.",
			   entries, &options, argc, argv))
		return EXIT_TROUBLE;
	char **operands = options.operands;

	if (!(options.gate >= 0)) {
		fputs("virtproof: --gate: a difference is 0 percent or more\n", stderr);
		return EXIT_TROUBLE;
	}
	if (!operands || !operands[0] || !operands[1] || operands[2]) {
		fputs("virtproof: compare takes two files of records; 'merge' makes one of many\n",
		      stderr);
		return EXIT_TROUBLE;
	}

	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) a = jobs_load(operands[0], &error);
	g_autoptr(GPtrArray) b = a ? jobs_load(operands[1], &error) : NULL;

	if (b)
		return compare_jobs(a, b, &options);
	fprintf(stderr, "virtproof: %s\n", error->message);
	return EXIT_TROUBLE;
}
