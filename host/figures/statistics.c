/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/figures/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESAMPLES   2000
#define EXACT_LIMIT 20

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

double median(double *values, unsigned count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/*
 * How many of the orders of m and n different values have rank statistic u, for each u up to
 * m * n: f(i, j, u) = f(i - 1, j, u - j) + f(i, j - 1, u), by which side the largest is on.
 */
static void count_orders(unsigned m, unsigned n, double *ways)
{
	gsize size = (gsize)m * n + 1;
	g_autofree double *table = g_new0(double, (m + 1) * size); /* row i is f(i, j, …) */

	for (unsigned i = 0; i <= m; i++)
		table[i * size] = 1;
	for (unsigned j = 1; j <= n; j++) {
		for (unsigned i = 1; i <= m; i++) {
			double *row = table + i * size;

			for (gsize u = j; u < size; u++)
				row[u] += row[u - j - size];
		}
	}
	memcpy(ways, table + m * size, size * sizeof(*ways));
}

/* Twice the share of orders whose statistic is at most u, the smaller of the two sides. */
static double exact_probability(unsigned m, unsigned n, double u)
{
	gsize size = (gsize)m * n + 1;
	g_autofree double *ways = g_new(double, size);
	double below = 0, all = 0;

	count_orders(m, n, ways);
	for (gsize i = 0; i < size; i++) {
		all += ways[i];
		if ((double)i <= u)
			below += ways[i];
	}
	return MIN(1.0, 2 * below / all);
}

struct ranked {
	double value;
	gboolean is_a;
};

static int compare_ranked(const void *a, const void *b)
{
	return compare_doubles(&((const struct ranked *)a)->value,
			       &((const struct ranked *)b)->value);
}

/* The ranks of a's values added up, equal values sharing theirs; *ties is the sum of t³ - t. */
static double rank_sum(struct ranked *all, unsigned count, double *ties)
{
	double sum = 0;

	*ties = 0;
	qsort(all, count, sizeof(*all), compare_ranked);
	for (unsigned start = 0, end; start < count; start = end) {
		for (end = start + 1; end < count && all[end].value == all[start].value; end++)
			;

		double equal = end - start, rank = (start + 1 + end) / 2.0;

		*ties += equal * equal * equal - equal;
		for (unsigned i = start; i < end; i++)
			sum += all[i].is_a ? rank : 0;
	}
	return sum;
}

double mann_whitney(const double *a, unsigned count_a, const double *b, unsigned count_b)
{
	unsigned count = count_a + count_b;
	g_autofree struct ranked *all = g_new(struct ranked, count + 1);
	double m = count_a, n = count_b, ties;

	if (count_a == 0 || count_b == 0)
		return 1;
	for (unsigned i = 0; i < count_a; i++)
		all[i] = (struct ranked){a[i], TRUE};
	for (unsigned i = 0; i < count_b; i++)
		all[count_a + i] = (struct ranked){b[i], FALSE};

	double u = rank_sum(all, count, &ties) - m * (m + 1) / 2;

	u = MIN(u, m * n - u);
	if (ties == 0 && count_a <= EXACT_LIMIT && count_b <= EXACT_LIMIT)
		return exact_probability(count_a, count_b, u);

	double variance = m * n / 12 * ((m + n + 1) - ties / ((m + n) * (m + n - 1)));

	if (variance <= 0)
		return 1;
	return MIN(1.0, erfc(MAX(0, m * n / 2 - u - 0.5) / sqrt(variance) / G_SQRT2));
}

static double draw_median(const double *values, unsigned count, double *drawn, GRand *random)
{
	for (unsigned i = 0; i < count; i++)
		drawn[i] = values[g_rand_int_range(random, 0, (gint32)count)];
	return median(drawn, count);
}

static struct interval middle(double *ratios, unsigned count)
{
	qsort(ratios, count, sizeof(*ratios), compare_doubles);
	return (struct interval){ratios[count * 25 / 1000], ratios[count * 975 / 1000]};
}

struct interval bootstrap_ratio(const double *a, unsigned count_a, const double *b,
				unsigned count_b)
{
	g_autofree double *ratios = g_new(double, RESAMPLES);
	g_autofree double *drawn = g_new(double, MAX(count_a, count_b) + 1);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);

	if (count_a == 0 || count_b == 0)
		return (struct interval){0, HUGE_VAL};
	for (unsigned i = 0; i < RESAMPLES; i++) {
		double from_a = draw_median(a, count_a, drawn, random);

		ratios[i] = draw_median(b, count_b, drawn, random) / from_a;
	}
	return middle(ratios, RESAMPLES);
}

static gint64 total_of(const struct bucket *buckets, unsigned count)
{
	gint64 total = 0;

	for (unsigned i = 0; i < count; i++)
		total += buckets[i].count;
	return total;
}

/* The value of that rank, 1 being the smallest. */
static double value_at(const struct bucket *buckets, unsigned count, double rank)
{
	double seen = 0;

	for (unsigned i = 0; i < count; i++) {
		seen += (double)buckets[i].count;
		if (seen >= rank)
			return buckets[i].lowest;
	}
	return count ? buckets[count - 1].lowest : 0;
}

double buckets_quantile(const struct bucket *buckets, unsigned count, double share)
{
	double total = (double)total_of(buckets, count);

	return value_at(buckets, count, MAX(1, ceil(share * total)));
}

/* A standard normal deviate (Box and Muller). */
static double deviate(GRand *random)
{
	double radius = sqrt(-2 * log(1 - g_rand_double(random)));

	return radius * cos(2 * G_PI * g_rand_double(random));
}

static double draw_quantile(const struct bucket *buckets, unsigned count, double share,
			    GRand *random)
{
	double total = (double)total_of(buckets, count);
	double spread = sqrt(total * share * (1 - share));
	double rank = round(share * total + spread * deviate(random));

	return value_at(buckets, count, CLAMP(rank, 1, total));
}

struct interval bootstrap_quantile_ratio(const struct bucket *a, unsigned count_a,
					 const struct bucket *b, unsigned count_b, double share,
					 double *probability)
{
	g_autofree double *ratios = g_new(double, RESAMPLES);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	unsigned above = 0, below = 0;

	*probability = 1;
	if (total_of(a, count_a) == 0 || total_of(b, count_b) == 0)
		return (struct interval){0, HUGE_VAL};
	for (unsigned i = 0; i < RESAMPLES; i++) {
		double from_a = draw_quantile(a, count_a, share, random);

		ratios[i] = draw_quantile(b, count_b, share, random) / from_a;
		above += ratios[i] >= 1;
		below += ratios[i] <= 1;
	}
	*probability = MIN(1.0, 2.0 * (MIN(above, below) + 1) / (RESAMPLES + 1));
	return middle(ratios, RESAMPLES);
}

double false_discovery_threshold(const double *probabilities, unsigned count, double rate)
{
	g_autofree double *sorted = g_memdup2(probabilities, count * sizeof(*probabilities));

	if (count == 0)
		return -1;
	qsort(sorted, count, sizeof(*sorted), compare_doubles);
	for (unsigned rank = count; rank > 0; rank--) {
		if (sorted[rank - 1] <= rate * rank / count)
			return sorted[rank - 1];
	}
	return -1;
}
