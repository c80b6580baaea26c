/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures of two sets of runs: which belong together, and which cannot be compared. */
#include "host/figures/compare.h"

#include <math.h>
#include <string.h>

#include "host/figures/judge.h"

/* Runs that are compared, those of A first. */
struct runs {
	GPtrArray *jobs; /* struct job */
	unsigned of_a;
};

/* The same measure in each run. */
struct figure {
	char *name;
	GPtrArray *measures; /* struct measure, by run; NULL where it has none */
};

static void figure_free(void *data)
{
	struct figure *figure = data;

	g_ptr_array_unref(figure->measures);
	g_free(figure->name);
	g_free(figure);
}

static struct figure *figure_of(GPtrArray *figures, GHashTable *by_name,
				const struct measure *measure, unsigned runs)
{
	g_autofree char *name =
		g_strdup_printf("%s  %s  %s", measure->name, measure->device, measure->variant);
	struct figure *figure = g_hash_table_lookup(by_name, name);

	if (figure)
		return figure;
	figure = g_new0(struct figure, 1);
	figure->name = g_steal_pointer(&name);
	figure->measures = g_ptr_array_new();
	g_ptr_array_set_size(figure->measures, (int)runs);
	g_ptr_array_add(figures, figure);
	g_hash_table_insert(by_name, figure->name, figure);
	return figure;
}

/* struct figure: all that the runs have. The caller owns the array, and that the figures. */
static GPtrArray *gather(const struct runs *runs)
{
	GPtrArray *figures = g_ptr_array_new_with_free_func(figure_free);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned r = 0; r < runs->jobs->len; r++) {
		const struct job *job = runs->jobs->pdata[r];

		for (unsigned j = 0; j < job->measures->len; j++) {
			struct measure *measure = job->measures->pdata[j];

			figure_of(figures, by_name, measure, runs->jobs->len)->measures->pdata[r] =
				measure;
		}
	}
	return figures;
}

/* Why two runs are no measure of the same thing, or NULL. The caller owns it. */
static char *runs_differ(const struct job *a, const struct job *b)
{
	gint64 cpus_a = a->run ? a->run->cpus : 0;
	gint64 cpus_b = b->run ? b->run->cpus : 0;

	if (strcmp(a->accelerator, b->accelerator) != 0)
		return g_strdup_printf("the accelerator is %s in A and %s in B", a->accelerator,
				       b->accelerator);
	if (strcmp(a->machine, b->machine) != 0)
		return g_strdup_printf("the machine is %s in A and %s in B", a->machine,
				       b->machine);
	if (cpus_a != cpus_b)
		return g_strdup_printf("A has %" G_GINT64_FORMAT " CPUs, B has %" G_GINT64_FORMAT,
				       cpus_a, cpus_b);
	return NULL;
}

/* The same of the device of a measure. */
static char *devices_differ(const struct job *a, const struct job *b, const struct measure *measure)
{
	const char *bdf = measure->device;
	const struct device *left = job_device(a, bdf), *right = job_device(b, bdf);

	if (!left || !right)
		return NULL;
	if (strcmp(left->name, right->name) != 0)
		return g_strdup_printf("the device is %s in A and %s in B", left->name,
				       right->name);
	if (strcmp(left->features, right->features) != 0)
		return g_strdup_printf("the device offers features %s in A and %s in B",
				       left->features, right->features);
	if (left->queues != right->queues)
		return g_strdup_printf("the device has %" G_GINT64_FORMAT
				       " queues in A and %" G_GINT64_FORMAT " in B",
				       left->queues, right->queues);
	return NULL;
}

/* Cycles mean the same time only where the counter runs at the same rate. */
static char *units_differ(const struct job *a, const struct job *b, const struct measure *from_a,
			  const struct measure *from_b)
{
	const char *unit = from_a->unit;
	double khz_a = a->run ? (double)a->run->tsc_khz : 0;
	double khz_b = b->run ? (double)b->run->tsc_khz : 0;

	if (strcmp(unit, from_b->unit) != 0)
		return g_strdup_printf("the unit is %s in A and %s in B", unit, from_b->unit);
	if (strcmp(unit, "cycles") == 0 && fabs(khz_a - khz_b) > khz_a / 100)
		return g_strdup_printf("cycles at %.0f kHz in A and %.0f kHz in B", khz_a, khz_b);
	return NULL;
}

/* All runs of B against the first of A: one that differs spoils the figure. */
static char *sides_differ(const struct figure *figure, const struct runs *runs)
{
	const struct job *first = runs->jobs->pdata[0];
	const struct measure *measure = figure->measures->pdata[0];
	char *why = NULL;

	for (unsigned r = runs->of_a; !why && r < runs->jobs->len; r++) {
		const struct job *job = runs->jobs->pdata[r];

		why = runs_differ(first, job);
		if (!why)
			why = devices_differ(first, job, measure);
		if (!why)
			why = units_differ(first, job, measure, figure->measures->pdata[r]);
	}
	return why;
}

/* How many runs from one to before the other have the figure. */
static unsigned count_measures(const struct figure *figure, unsigned from, unsigned to)
{
	unsigned count = 0;

	for (unsigned r = from; r < to; r++)
		count += figure->measures->pdata[r] != NULL;
	return count;
}

/* Why a figure is not compared, or NULL. The caller owns it. */
static char *obstacle(const struct figure *figure, const struct runs *runs, gboolean anyway)
{
	unsigned all = runs->jobs->len;
	unsigned in_a = count_measures(figure, 0, runs->of_a);
	unsigned in_b = count_measures(figure, runs->of_a, all);

	if (!in_a || !in_b)
		return g_strdup_printf("only %s has it", in_a ? "A" : "B");
	if (in_a + in_b < all)
		return g_strdup_printf("%u of %u runs do not have it", all - in_a - in_b, all);
	return anyway ? NULL : sides_differ(figure, runs);
}

static int direction(const char *unit)
{
	static const char *const less[] = {"ns", "us", "ms", "s", "cycles", "instructions", NULL};

	if (g_str_has_suffix(unit, "/s"))
		return 1;
	return g_strv_contains(less, unit) ? -1 : 0;
}

/* One whose values are to be added. */
static struct comparison *new_comparison(char *name, const char *unit, const struct runs *runs)
{
	struct comparison *comparison = g_new0(struct comparison, 1);

	comparison->name = name;
	comparison->unit = g_strdup(unit);
	comparison->values = g_array_new(FALSE, FALSE, sizeof(double));
	comparison->runs_a = runs->of_a;
	comparison->runs_b = runs->jobs->len - runs->of_a;
	comparison->better = direction(unit);
	return comparison;
}

static void add_part(struct compare *compare, const struct figure *figure, const char *member,
		     const struct runs *runs)
{
	const struct measure *first = figure->measures->pdata[0];
	gboolean whole = strcmp(member, "value") == 0;
	struct comparison *comparison = new_comparison(
		g_strdup_printf("%s%s%s", figure->name, whole ? "" : "  ", whole ? "" : member),
		first->unit, runs);

	comparison->subject = g_strdup_printf("%s%s%s%s", first->name, *first->device ? " of " : "",
					      first->device,
					      whole                        ? ""
					      : strcmp(member, "p50") == 0 ? " at the median"
									   : " at p99");
	comparison->headline = headline_of(first->name, member);
	for (unsigned r = 0; r < runs->jobs->len; r++) {
		double value = measure_figure(figure->measures->pdata[r], member);

		g_array_append_val(comparison->values, value);
	}
	g_ptr_array_add(compare->comparisons, comparison);
}

/* Whether each run has the samples for a percentile. */
static gboolean carries(const struct figure *figure, double share)
{
	for (unsigned r = 0; r < figure->measures->len; r++) {
		if (!measure_carries(figure->measures->pdata[r], share))
			return FALSE;
	}
	return TRUE;
}

static void add_figure(struct compare *compare, const struct figure *figure,
		       const struct runs *runs, gboolean anyway)
{
	const struct measure *first = figure->measures->pdata[0];
	char *why = obstacle(figure, runs, anyway);

	if (why) {
		compare_refuse(compare, g_strdup(figure->name), why);
	} else if (!first->distributed) {
		add_part(compare, figure, "value", runs);
	} else {
		add_part(compare, figure, "p50", runs);
		if (carries(figure, 0.99))
			add_part(compare, figure, "p99", runs);
		else
			compare_refuse(compare, g_strconcat(figure->name, "  p99", NULL),
				       g_strdup("too few samples for it"));
	}
}

/* What a run says of itself where its figures say little, or NULL. */
const char *compare_disturbance(const struct job *job)
{
	for (unsigned i = 0; i < job->notes->len; i++) {
		const char *note = strstr(job->notes->pdata[i], "disturbed: ");

		if (note)
			return note;
	}
	return NULL;
}

/* Adds the runs of a side that are fit; the others are refused, and counted. */
static void add_runs(struct compare *compare, struct runs *runs, const GPtrArray *jobs,
		     const char *side, gboolean disturbed_too)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		struct job *job = jobs->pdata[i];
		const char *why = disturbed_too ? NULL : compare_disturbance(job);

		if (!why) {
			g_ptr_array_add(runs->jobs, job);
			continue;
		}
		compare->disturbed++;
		compare_refuse(compare, g_strdup_printf("run %u of %s", i + 1, side),
			       g_strdup(why));
	}
}

void compare_figures(struct compare *compare, const struct pair *pair,
		     const struct compare_rule *rule)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new();
	struct runs runs = {.jobs = jobs};
	unsigned before = compare->comparisons->len;

	compare->enough = runs_to_tell(rule->level);
	add_runs(compare, &runs, pair->a, "A", rule->disturbed_too);
	runs.of_a = jobs->len;
	add_runs(compare, &runs, pair->b, "B", rule->disturbed_too);
	if (!runs.of_a || runs.of_a == jobs->len)
		return;

	g_autoptr(GPtrArray) figures = gather(&runs);

	for (unsigned i = 0; i < figures->len; i++)
		add_figure(compare, figures->pdata[i], &runs, rule->anyway);
	judge_comparisons(compare->comparisons, before, rule);
}
