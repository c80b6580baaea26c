/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures of two sets of runs: which belong together, and whether they differ. */
#include "host/figures/compare.h"

#include <math.h>
#include <string.h>

/* Fewer runs on a side than this cannot show a difference at 5 % by their ranks alone. */
#define RUNS_FOR_RANKS 4

/* Findings: at most this part of them is expected to be chance. */
#define FALSE_DISCOVERY_RATE 0.05

/* One side of a figure: the same measure in each run. */
struct side {
	GPtrArray *measures; /* struct measure, borrowed */
	GPtrArray *jobs;     /* struct job of each */
};

struct figure {
	char *name;
	struct side a, b;
};

static void figure_free(void *data)
{
	struct figure *figure = data;

	g_ptr_array_unref(figure->a.measures);
	g_ptr_array_unref(figure->a.jobs);
	g_ptr_array_unref(figure->b.measures);
	g_ptr_array_unref(figure->b.jobs);
	g_free(figure->name);
	g_free(figure);
}

static struct figure *figure_of(GPtrArray *figures, GHashTable *by_name,
				const struct measure *measure)
{
	g_autofree char *name =
		g_strdup_printf("%s  %s  %s", measure->name, measure->device, measure->variant);
	struct figure *figure = g_hash_table_lookup(by_name, name);

	if (figure)
		return figure;
	figure = g_new0(struct figure, 1);
	figure->name = g_steal_pointer(&name);
	figure->a = (struct side){g_ptr_array_new(), g_ptr_array_new()};
	figure->b = (struct side){g_ptr_array_new(), g_ptr_array_new()};
	g_ptr_array_add(figures, figure);
	g_hash_table_insert(by_name, figure->name, figure);
	return figure;
}

static void add_side(GPtrArray *figures, GHashTable *by_name, const GPtrArray *jobs, gboolean is_a)
{
	for (unsigned i = 0; i < jobs->len; i++) {
		struct job *job = jobs->pdata[i];

		for (unsigned j = 0; j < job->measures->len; j++) {
			struct measure *measure = job->measures->pdata[j];
			struct figure *figure = figure_of(figures, by_name, measure);
			struct side *side = is_a ? &figure->a : &figure->b;

			g_ptr_array_add(side->measures, measure);
			g_ptr_array_add(side->jobs, job);
		}
	}
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
static char *sides_differ(const struct figure *figure)
{
	const struct job *first = figure->a.jobs->pdata[0];
	struct measure *measure = figure->a.measures->pdata[0];
	char *why = NULL;

	for (unsigned i = 0; !why && i < figure->b.jobs->len; i++) {
		const struct job *job = figure->b.jobs->pdata[i];

		why = runs_differ(first, job);
		if (!why)
			why = devices_differ(first, job, measure);
		if (!why)
			why = units_differ(first, job, measure, figure->b.measures->pdata[i]);
	}
	return why;
}

static int direction(const char *unit)
{
	static const char *const less[] = {"ns", "us", "ms", "s", "cycles", "instructions", NULL};

	if (g_str_has_suffix(unit, "/s"))
		return 1;
	return g_strv_contains(less, unit) ? -1 : 0;
}

/* The buckets of one distribution, or of several put together. */
static GArray *gather_buckets(const struct side *side)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct bucket));

	for (unsigned i = 0; i < side->measures->len; i++)
		measure_add_buckets(side->measures->pdata[i], all);
	return all;
}

static int compare_buckets(const void *a, const void *b)
{
	const struct bucket *left = a, *right = b;

	return (left->lowest > right->lowest) - (left->lowest < right->lowest);
}

static void add_comparison(struct compare *compare, struct comparison *comparison)
{
	comparison->ratio = comparison->a > 0 ? comparison->b / comparison->a : 0;
	g_ptr_array_add(compare->comparisons, comparison);
}

static struct comparison *new_comparison(const struct figure *figure, const char *part)
{
	struct comparison *comparison = g_new0(struct comparison, 1);
	const struct measure *first = figure->a.measures->pdata[0];

	comparison->name = g_strdup_printf("%s%s%s", figure->name, *part ? "  " : "", part);
	comparison->unit = g_strdup(first->unit);
	comparison->runs_a = figure->a.measures->len;
	comparison->runs_b = figure->b.measures->len;
	comparison->better = direction(first->unit);
	comparison->probability = 1;
	return comparison;
}

/* By the figures of whole runs: what differs between runs of the same thing is in them. */
static void compare_runs(struct comparison *comparison, double *a, double *b)
{
	unsigned count_a = comparison->runs_a, count_b = comparison->runs_b;

	if (count_a >= RUNS_FOR_RANKS && count_b >= RUNS_FOR_RANKS) {
		comparison->probability = mann_whitney(a, count_a, b, count_b);
		comparison->interval = bootstrap_ratio(a, count_a, b, count_b);
	}
	comparison->a = median(a, count_a);
	comparison->b = median(b, count_b);
}

static double *values_of(const struct side *side, const char *member)
{
	double *values = g_new0(double, side->measures->len + 1);

	for (unsigned i = 0; i < side->measures->len; i++)
		values[i] = measure_figure(side->measures->pdata[i], member);
	return values;
}

static void compare_values(struct compare *compare, const struct figure *figure)
{
	struct comparison *comparison = new_comparison(figure, "");
	g_autofree double *a = values_of(&figure->a, "value");
	g_autofree double *b = values_of(&figure->b, "value");

	compare_runs(comparison, a, b);
	add_comparison(compare, comparison);
}

static void compare_quantile(struct compare *compare, const struct figure *figure,
			     const char *member, double share, const GArray *buckets_a,
			     const GArray *buckets_b)
{
	struct comparison *comparison = new_comparison(figure, member);
	g_autofree double *a = values_of(&figure->a, member);
	g_autofree double *b = values_of(&figure->b, member);

	compare_runs(comparison, a, b);
	/* Too few runs: the samples within them are all there is to judge by. */
	if (comparison->interval.low == 0 && buckets_a->len && buckets_b->len)
		comparison->interval =
			bootstrap_quantile_ratio((struct bucket *)buckets_a->data, buckets_a->len,
						 (struct bucket *)buckets_b->data, buckets_b->len,
						 share, &comparison->probability);
	add_comparison(compare, comparison);
}

static void compare_distributions(struct compare *compare, const struct figure *figure)
{
	g_autoptr(GArray) a = gather_buckets(&figure->a);
	g_autoptr(GArray) b = gather_buckets(&figure->b);

	g_array_sort(a, compare_buckets);
	g_array_sort(b, compare_buckets);
	compare_quantile(compare, figure, "p50", 0.5, a, b);
	compare_quantile(compare, figure, "p99", 0.99, a, b);
}

static void compare_figure(struct compare *compare, const struct figure *figure, gboolean anyway)
{
	if (!figure->a.measures->len || !figure->b.measures->len) {
		compare_refuse(
			compare, g_strdup(figure->name),
			g_strdup_printf("only %s has it", figure->a.measures->len ? "A" : "B"));
		return;
	}

	char *why = anyway ? NULL : sides_differ(figure);

	if (why)
		compare_refuse(compare, g_strdup(figure->name), why);
	else if (((const struct measure *)figure->a.measures->pdata[0])->distributed)
		compare_distributions(compare, figure);
	else
		compare_values(compare, figure);
}

void compare_figures(struct compare *compare, const struct pair *pair, gboolean anyway)
{
	g_autoptr(GPtrArray) figures = g_ptr_array_new_with_free_func(figure_free);
	g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);

	add_side(figures, by_name, pair->a, TRUE);
	add_side(figures, by_name, pair->b, FALSE);
	for (unsigned i = 0; i < figures->len; i++)
		compare_figure(compare, figures->pdata[i], anyway);
}

void compare_conclude(struct compare *compare)
{
	unsigned count = compare->comparisons->len, judged = 0;
	g_autofree double *probabilities = g_new(double, count + 1);

	for (unsigned i = 0; i < count; i++) {
		const struct comparison *comparison = compare->comparisons->pdata[i];

		if (comparison->interval.low > 0)
			probabilities[judged++] = comparison->probability;
	}

	double threshold = false_discovery_threshold(probabilities, judged, FALSE_DISCOVERY_RATE);

	for (unsigned i = 0; i < count; i++) {
		struct comparison *comparison = compare->comparisons->pdata[i];

		comparison->shown =
			comparison->interval.low > 0 && comparison->probability <= threshold;
	}
}
