/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/figures/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_LIMIT 20
#define LABELLINGS  20000
#define FARTHEST    2.0 /* median distances from the median that a value counts */
#define MARGIN      2.0
#define SAME        1e-9 /* sums that differ by less are the same but for rounding */
#define MOST_SEEN   5.0  /* of a logarithm: beyond a hundred and fifty times nobody asks */

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

/* ---- how far two sides are apart ---- */

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

/* How many of the sorted differences lie outside of the 95 % interval on either side. */
static unsigned differences_outside(unsigned m, unsigned n)
{
	gsize size = (gsize)m * n + 1;
	g_autofree double *ways = g_new(double, size);
	double below = 0, all = 0, middle = (double)m * n / 2;
	unsigned outside = 0;

	if (m > EXACT_LIMIT || n > EXACT_LIMIT)
		return (unsigned)MAX(0, middle - 1.96 * sqrt(middle * (m + n + 1) / 6));
	count_orders(m, n, ways);
	for (gsize u = 0; u < size; u++)
		all += ways[u];
	while ((below += ways[outside]) <= 0.025 * all)
		outside++;
	return outside;
}

double shift(const double *a, unsigned count_a, const double *b, unsigned count_b,
	     struct interval *interval)
{
	unsigned count = count_a * count_b, outside = differences_outside(count_a, count_b);
	g_autofree double *differences = g_new(double, count);
	double middle;

	for (unsigned i = 0; i < count; i++)
		differences[i] = b[i / count_a] - a[i % count_a];
	middle = median(differences, count);
	*interval = (struct interval){-HUGE_VAL, HUGE_VAL};
	if (outside)
		*interval =
			(struct interval){differences[outside - 1], differences[count - outside]};
	return middle;
}

/* ---- whether it is chance ---- */

/* Values become distances from their median, none too far, then from their mean, in standard deviations. Returns one of those. */
static double scale(double *values, unsigned count)
{
	g_autofree double *sorted = g_memdup2(values, count * sizeof(*values));
	double middle = median(sorted, count), mean = 0, square = 0, deviation;

	for (unsigned i = 0; i < count; i++)
		sorted[i] = fabs(values[i] - middle);

	double farthest = FARTHEST * median(sorted, count);

	for (unsigned i = 0; i < count; i++) {
		values[i] -= middle;
		if (farthest > 0)
			values[i] = CLAMP(values[i], -farthest, farthest);
		mean += values[i] / count;
	}
	for (unsigned i = 0; i < count; i++) {
		values[i] -= mean;
		square += values[i] * values[i] / count;
	}
	deviation = sqrt(square);
	for (unsigned i = 0; i < count && deviation > 0; i++)
		values[i] /= deviation;
	return deviation;
}

/* How far the runs that were chosen are from the others, of scaled values. */
static double distance(const double *values, unsigned runs, const unsigned *chosen, unsigned count)
{
	double sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += values[chosen[i]];
	return fabs(sum) * (1.0 / count + 1.0 / (runs - count));
}

/* Chooses `count` of so many runs in another way; FALSE when all ways have been. */
static gboolean choose_next(unsigned *chosen, unsigned count, unsigned runs)
{
	unsigned i = count;

	while (i > 0 && chosen[i - 1] == runs - count + i - 1)
		i--;
	if (i == 0)
		return FALSE;
	chosen[i - 1]++;
	for (; i < count; i++)
		chosen[i] = chosen[i - 1] + 1;
	return TRUE;
}

/* Chooses some by chance: the first `count` of all, which are in `order`. */
static void choose_any(unsigned *order, unsigned count, unsigned runs, GRand *random)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned other = (unsigned)g_rand_int_range(random, (gint32)i, (gint32)runs);
		unsigned kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
}

/* In how many ways `count` of so many runs can be chosen, or more than LABELLINGS. */
static double ways_to_choose(unsigned count, unsigned runs)
{
	double ways = 1;

	for (unsigned i = 1; i <= count && ways <= LABELLINGS; i++)
		ways = ways * (runs - count + i) / i;
	return ways;
}

/* Figures that are mixed. */
struct mixing {
	unsigned figures, runs;
	double *values;   /* as those of a family, scaled */
	double *seen;     /* by figure: how far the runs of B are from the others, */
	unsigned *as_far; /* and how many ways to mix are as far */
	GArray *farthest; /* double: of each way, over all figures */
};

static void mix(struct mixing *mixing, const unsigned *chosen, unsigned count)
{
	double farthest = 0;

	for (unsigned f = 0; f < mixing->figures; f++) {
		double far = distance(mixing->values + (gsize)f * mixing->runs, mixing->runs,
				      chosen, count);

		mixing->as_far[f] += far >= mixing->seen[f] - SAME;
		farthest = MAX(farthest, far);
	}
	g_array_append_val(mixing->farthest, farthest);
}

/* In all ways, or as they are and in ways that are drawn. */
static void mix_all(struct mixing *mixing, const unsigned *of_b, unsigned count)
{
	unsigned runs = mixing->runs;
	g_autofree unsigned *order = g_new(unsigned, runs);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);

	for (unsigned i = 0; i < runs; i++)
		order[i] = i;
	if (ways_to_choose(count, runs) <= LABELLINGS) {
		do
			mix(mixing, order, count);
		while (choose_next(order, count, runs));
		return;
	}
	mix(mixing, of_b, count);
	while (mixing->farthest->len < LABELLINGS) {
		choose_any(order, count, runs, random);
		mix(mixing, order, count);
	}
}

/* The runs of B, their number in *count. The caller owns them. */
static unsigned *runs_of_b(const struct family *family, unsigned *count)
{
	unsigned *of_b = g_new(unsigned, family->runs + 1);

	*count = 0;
	for (unsigned r = 0; r < family->runs; r++) {
		if (family->is_b[r])
			of_b[(*count)++] = r;
	}
	return of_b;
}

/* Mixes values that are as those of the family, and taken over; cleared with mixing_clear(). */
static struct mixing mix_values(const struct family *family, double *values)
{
	unsigned count;
	g_autofree unsigned *of_b = runs_of_b(family, &count);
	struct mixing mixing = {
		.figures = family->figures,
		.runs = family->runs,
		.values = values,
		.seen = g_new(double, family->figures),
		.as_far = g_new0(unsigned, family->figures),
		.farthest = g_array_new(FALSE, FALSE, sizeof(double)),
	};

	for (unsigned f = 0; f < family->figures; f++) {
		double *scaled = values + (gsize)f * family->runs;

		scale(scaled, family->runs);
		mixing.seen[f] = distance(scaled, family->runs, of_b, count);
	}
	mix_all(&mixing, of_b, count);
	return mixing;
}

static void mixing_clear(struct mixing *mixing)
{
	g_free(mixing->values);
	g_free(mixing->seen);
	g_free(mixing->as_far);
	g_array_unref(mixing->farthest);
}

/* The least distance that at most that share of all reaches. */
static double reach_of(GArray *farthest, double level)
{
	double *sorted = (double *)farthest->data;
	unsigned first = farthest->len - (unsigned)(level * farthest->len + SAME);

	qsort(sorted, farthest->len, sizeof(*sorted), compare_doubles);
	/* Those that are as far as one that is too many. */
	while (first > 0 && first < farthest->len && sorted[first] <= sorted[first - 1] + SAME)
		first++;
	return first < farthest->len ? sorted[first] : HUGE_VAL;
}

/* How far B's runs are above A's in a figure. */
static double shift_of(const struct family *family, unsigned figure)
{
	const double *values = family->values + (gsize)figure * family->runs;
	g_autofree double *a = g_new(double, family->runs), *b = g_new(double, family->runs);
	unsigned count_a = 0, count_b = 0;
	struct interval interval;

	for (unsigned r = 0; r < family->runs; r++) {
		if (family->is_b[r])
			b[count_b++] = values[r];
		else
			a[count_a++] = values[r];
	}
	return shift(a, count_a, b, count_b, &interval);
}

/* The values, those of B moved back by what they differ in: what the runs would be were both the same. */
static double *aligned(const struct family *family)
{
	gsize size = (gsize)family->figures * family->runs * sizeof(double);
	double *values = g_memdup2(family->values, size);

	for (unsigned f = 0; f < family->figures; f++) {
		double higher = shift_of(family, f);

		for (unsigned r = 0; r < family->runs; r++)
			values[(gsize)f * family->runs + r] -= family->is_b[r] ? higher : 0;
	}
	return values;
}

void family_judge(struct family *family, double level)
{
	gsize size = (gsize)family->figures * family->runs * sizeof(double);
	struct mixing mixing = mix_values(family, g_memdup2(family->values, size));
	struct mixing same = mix_values(family, aligned(family));
	const GArray *farthest = mixing.farthest;

	for (unsigned f = 0; f < family->figures; f++) {
		unsigned as_far = 0;

		for (unsigned i = 0; i < farthest->len; i++)
			as_far += g_array_index(farthest, double, i) >= mixing.seen[f] - SAME;
		family->alone[f] = (double)mixing.as_far[f] / farthest->len;
		family->together[f] = (double)as_far / farthest->len;
	}
	family->reach = reach_of(same.farthest, level);
	mixing_clear(&mixing);
	mixing_clear(&same);
}

/* Whether the figure would be found, were B's values higher by that much. */
static gboolean is_found(const struct family *family, unsigned figure, double higher)
{
	unsigned runs = family->runs, count;
	g_autofree double *moved =
		g_memdup2(family->values + (gsize)figure * runs, runs * sizeof(double));
	g_autofree unsigned *of_b = runs_of_b(family, &count);

	for (unsigned i = 0; i < count; i++)
		moved[of_b[i]] += higher;
	scale(moved, runs);
	return distance(moved, runs, of_b, count) >= family->reach;
}

double family_sees(const struct family *family, unsigned figure)
{
	double same = -shift_of(family, figure), low = 0, high = MOST_SEEN;

	if (!is_found(family, figure, same + high))
		return HUGE_VAL;
	while (high - low > 0.001) {
		double middle = (low + high) / 2;

		if (is_found(family, figure, same + middle))
			high = middle;
		else
			low = middle;
	}
	return high * MARGIN;
}

unsigned runs_to_tell(double level)
{
	unsigned runs = 1;
	double ways = 2;

	/* The way they are in and its mirror are as far apart. */
	while (2 / ways > level) {
		runs++;
		ways *= (4.0 * runs - 2) / runs;
	}
	return runs;
}
