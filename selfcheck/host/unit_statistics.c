/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics against values that are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "host/figures/statistics.h"

static void assert_near(double seen, double expected, double tolerance)
{
	if (fabs(seen - expected) > tolerance)
		fail_msg("%.9g is not %.9g within %.2g", seen, expected, tolerance);
}

static void medians(void **state)
{
	double odd[] = {5, 1, 3}, even[] = {4, 1, 3, 2};

	assert_near(median(odd, 3), 3, 0);
	assert_near(median(even, 4), 2.5, 0);
	assert_near(median(NULL, 0), 0, 0);
}

/* Differences of all pairs: -3 … 1, 2 … 6 and so on; the interval leaves out as many as Mann and Whitney's table says. */
static void shifts(void **state)
{
	static const double a[] = {1, 2, 3, 4, 5}, b[] = {11, 12, 13, 14, 15}, one[] = {7};
	struct interval interval;

	assert_near(shift(a, 5, b, 5, &interval), 10, 0);
	/* P(U <= 2) = 4 / 252 and P(U <= 3) = 7 / 252: three of 25 are left out on each side. */
	assert_near(interval.low, 7, 0);
	assert_near(interval.high, 13, 0);
	assert_near(shift(a, 1, one, 1, &interval), 6, 0);
	assert_true(isinf(interval.low) && isinf(interval.high));
	assert_near(shift(a, 3, b, 3, &interval), 10, 0);
	assert_true(isinf(interval.low));
	assert_near(shift(a, 4, b, 4, &interval), 10, 0);
	assert_near(interval.low, 7, 0);
	assert_near(interval.high, 13, 0);
}

/* The interval holds the estimate always, and what is true in 95 of 100 cases. */
static void intervals_keep_their_promise(void **state)
{
	GRand *random = g_rand_new_with_seed(3);
	unsigned held = 0;

	for (unsigned round = 0; round < 1000; round++) {
		struct interval interval;
		double a[7], b[30], seen;

		for (unsigned i = 0; i < 7; i++)
			a[i] = g_rand_double(random);
		for (unsigned i = 0; i < 30; i++)
			b[i] = g_rand_double(random) + 1;
		seen = shift(a, 7, b, round % 2 ? 7 : 30, &interval);
		assert_true(interval.low <= seen && seen <= interval.high);
		held += interval.low <= 1 && 1 <= interval.high;
	}
	g_rand_free(random);
	assert_in_range(held, 935, 985);
}

#define MOST_FIGURES 40
#define MOST_RUNS    40

/* A family for tests, with its arrays: B's runs are every other one. */
struct made {
	struct family family;
	gboolean is_b[MOST_RUNS];
	double values[MOST_FIGURES * MOST_RUNS];
	double alone[MOST_FIGURES], together[MOST_FIGURES];
};

static void make(struct made *made, unsigned figures, unsigned rounds)
{
	made->family = (struct family){.figures = figures,
				       .runs = 2 * rounds,
				       .is_b = made->is_b,
				       .values = made->values,
				       .alone = made->alone,
				       .together = made->together};
	for (unsigned r = 0; r < 2 * rounds; r++)
		made->is_b[r] = r % 2;
}

static double deviate(GRand *random)
{
	double radius = sqrt(-2 * log(1 - g_rand_double(random)));

	return radius * cos(2 * G_PI * g_rand_double(random));
}

/*
 * What runs of a noisy machine look like: 40 figures that share half of what a run brings, one of twenty runs is hit
 * by something else, and the host drifts. B's first ones are slower by `slower`.
 */
static void make_runs(struct made *made, unsigned rounds, GRand *random, double noise,
		      double slower)
{
	make(made, MOST_FIGURES, rounds);
	for (unsigned r = 0; r < 2 * rounds; r++) {
		double hit = g_rand_double(random) < 0.05 ? g_rand_double(random) : 0;
		double shared = deviate(random) * noise;

		for (unsigned f = 0; f < MOST_FIGURES; f++)
			made->values[f * 2 * rounds + r] =
				(shared + deviate(random) * noise) / G_SQRT2 + hit +
				0.1 * r / rounds + (f < 6 && made->is_b[r] ? log(slower) : 0);
	}
}

/* Of 10 runs in two equal parts there are 252 choices: two of them, this one and its mirror, are as far apart. */
static void separate_runs(void **state)
{
	static struct made made;
	static const double values[] = {1, 11, 2, 12, 3, 13, 4, 14, 5, 15,
					7, 7,  7, 7,  7, 7,  7, 7,  7, 7};

	make(&made, 2, 5);
	memcpy(made.values, values, sizeof(values));
	family_judge(&made.family, 0.01);
	assert_near(made.alone[0], 2.0 / 252, 1e-12);
	assert_near(made.together[0], 2.0 / 252, 1e-12);
	assert_near(made.alone[1], 1, 0);
	assert_near(made.together[1], 1, 0);
}

/* With four runs a side 2 of 70 choices are as far apart, which is more than 1 %: nothing can be found. */
static void too_few_runs(void **state)
{
	static struct made made;
	GRand *random = g_rand_new_with_seed(5);

	make_runs(&made, 4, random, 0.01, 10);
	family_judge(&made.family, 0.01);
	for (unsigned f = 0; f < 6; f++)
		assert_true(made.together[f] >= 2.0 / 70 - 1e-9);
	assert_true(isinf(made.family.reach));
	assert_true(isinf(family_sees(&made.family, 0)));
	g_rand_free(random);
}

/* C(8, 4) = 70, C(10, 5) = 252, C(12, 6) = 924, C(14, 7) = 3432: two of them are too many, or not. */
static void runs_that_it_takes(void **state)
{
	assert_int_equal(runs_to_tell(2.0 / 70), 4);
	assert_int_equal(runs_to_tell(0.01), 5);
	assert_int_equal(runs_to_tell(0.01 / 2), 6);
	assert_int_equal(runs_to_tell(0.01 / 10), 7);
}

/* In how many of so many comparisons a figure is found, in the first six or in any. */
static unsigned count_found(unsigned rounds, unsigned comparisons, double noise, double slower,
			    double level)
{
	static struct made made;
	GRand *random = g_rand_new_with_seed(rounds);
	unsigned found = 0;

	for (unsigned n = 0; n < comparisons; n++) {
		gboolean any = FALSE;

		make_runs(&made, rounds, random, noise, slower);
		family_judge(&made.family, level);
		for (unsigned f = 0; f < (slower > 1 ? 6 : MOST_FIGURES); f++)
			any |= made.together[f] <= level;
		found += any;
	}
	g_rand_free(random);
	return found;
}

/* Of 400 comparisons of the same at 1 % four are expected to find something; ten would be chance once in 120 times. */
static void the_same_is_not_worse(void **state)
{
	assert_in_range(count_found(5, 400, 0.1, 1, 0.01), 0, 9);
	assert_in_range(count_found(7, 400, 0.1, 1, 0.01), 0, 9);
	/* Choices are drawn, not gone through. */
	assert_in_range(count_found(9, 40, 0.1, 1, 0.01), 0, 2);
}

/* What was blind to ten times with five and six runs, among 67 figures. */
static void what_is_worse_is_found(void **state)
{
	assert_in_range(count_found(5, 100, 0.1, 10, 0.008), 99, 100);
	assert_in_range(count_found(8, 50, 0.1, 2, 0.003), 46, 50);
	assert_in_range(count_found(20, 20, 0.1, 1.3, 0.003), 18, 20);
}

/* Whether the first figure is found once B is higher in it by so much more. */
static gboolean finds_first(struct made *made, double higher)
{
	for (unsigned r = 0; r < made->family.runs; r++)
		made->values[r] += made->is_b[r] ? higher : 0;
	family_judge(&made->family, 0.01);
	return made->together[0] <= 0.01;
}

/*
 * What runs say that they would see, other runs of the same kind see, in that one figure, and in four of five cases; half of
 * that in no more than three of five, so that it is no idle number.
 */
static void limits_are_true(void **state)
{
	static const struct {
		unsigned rounds, families;
	} tries[] = {{5, 300}, {7, 150}};

	for (unsigned i = 0; i < G_N_ELEMENTS(tries); i++) {
		unsigned whole = 0, half = 0, families = tries[i].families;
		GRand *random = g_rand_new_with_seed(9);

		for (unsigned n = 0; n < families; n++) {
			static struct made made, other;

			make_runs(&made, tries[i].rounds, random, 0.1, 1);
			family_judge(&made.family, 0.01);

			double sees = family_sees(&made.family, 0);

			make_runs(&other, tries[i].rounds, random, 0.1, 1);
			half += finds_first(&other, sees / 2);
			whole += finds_first(&other, sees / 2);
		}
		g_rand_free(random);
		assert_in_range(whole, families * 4 / 5, families);
		assert_in_range(half, 0, families * 3 / 5);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians),
		cmocka_unit_test(shifts),
		cmocka_unit_test(intervals_keep_their_promise),
		cmocka_unit_test(separate_runs),
		cmocka_unit_test(too_few_runs),
		cmocka_unit_test(runs_that_it_takes),
		cmocka_unit_test(the_same_is_not_worse),
		cmocka_unit_test(what_is_worse_is_found),
		cmocka_unit_test(limits_are_true),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
