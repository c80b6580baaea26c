/* SPDX-License-Identifier: BSD-2-Clause */
/* The statistics against values that are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

/* Orders of m and n values: all are as likely, so the extreme one has 2 / C(m + n, m). */
static void rank_tests_of_separate_samples(void **state)
{
	static const double low[] = {1, 2, 3, 4, 5}, high[] = {6, 7, 8, 9, 10};

	assert_near(mann_whitney(low, 3, high, 3), 2.0 / 20, 1e-12);
	assert_near(mann_whitney(low, 4, high, 4), 2.0 / 70, 1e-12);
	assert_near(mann_whitney(low, 5, high, 5), 2.0 / 252, 1e-12);
	assert_near(mann_whitney(high, 5, low, 5), 2.0 / 252, 1e-12);
	assert_near(mann_whitney(low, 2, high, 5), 2.0 / 21, 1e-12);
	assert_near(mann_whitney(low, 1, high, 1), 1, 1e-12);
	assert_near(mann_whitney(low, 0, high, 5), 1, 0);
}

/* The example of Mann and Whitney's table: m 4, n 5, U 3: 7 of 126 orders lie at or below. */
static void rank_tests_of_mixed_samples(void **state)
{
	/* U counts the pairs in which b comes first: 0 + 0 + 1 + 2. */
	static const double a[] = {1, 2, 4, 6}, b[] = {3, 5, 7, 8, 9};

	assert_near(mann_whitney(a, 4, b, 5), 2.0 * 7 / 126, 1e-12);
}

static void rank_tests_with_ties_use_the_normal(void **state)
{
	static const double a[] = {1, 1, 1, 1}, b[] = {1, 1, 1, 1};
	static const double c[] = {1, 2, 2, 3, 4, 4, 5}, d[] = {4, 5, 6, 6, 7, 8, 9};

	assert_near(mann_whitney(a, 4, b, 4), 1, 0);
	/* U = 2.5 of 49; ties 2, 3, 2, 2; z = (24.5 - 2.5 - 0.5) / sqrt(60.3), by hand. */
	double variance = 49.0 / 12 * (15 - (6.0 + 24 + 6 + 6) / (14 * 13));

	assert_near(mann_whitney(c, 7, d, 7), erfc(21.5 / sqrt(variance) / sqrt(2)), 1e-12);
}

/* Of samples of one distribution, 5 of 100 comparisons find a difference at 5 %. */
static void rank_tests_keep_their_promise(void **state)
{
	GRand *random = g_rand_new_with_seed(7);
	unsigned found = 0;

	for (unsigned round = 0; round < 2000; round++) {
		double a[8], b[8];

		for (unsigned i = 0; i < 8; i++) {
			a[i] = g_rand_double(random);
			b[i] = g_rand_double(random);
		}
		found += mann_whitney(a, 8, b, 8) <= 0.05;
	}
	g_rand_free(random);
	assert_in_range(found, 70, 130);
}

static void bootstrap_intervals(void **state)
{
	static const double a[] = {100, 101, 99, 100, 102, 98, 100},
			    b[] = {120, 121, 119, 120, 122};
	static const double one[] = {100};
	struct interval shift = bootstrap_ratio(a, 7, b, 5), same = bootstrap_ratio(a, 7, a, 7);
	struct interval certain = bootstrap_ratio(one, 1, one, 1);

	assert_true(shift.low > 1.15 && shift.low < 1.2 && shift.high > 1.2 && shift.high < 1.25);
	assert_true(same.low < 1 && same.high > 1);
	assert_true(certain.low == 1 && certain.high == 1);
}

static void quantiles_of_buckets(void **state)
{
	static const struct bucket buckets[] = {{10, 50}, {20, 40}, {30, 9}, {40, 1}};

	assert_near(buckets_quantile(buckets, 4, 0.5), 10, 0);
	assert_near(buckets_quantile(buckets, 4, 0.51), 20, 0);
	assert_near(buckets_quantile(buckets, 4, 0.9), 20, 0);
	assert_near(buckets_quantile(buckets, 4, 0.99), 30, 0);
	assert_near(buckets_quantile(buckets, 4, 1), 40, 0);
	assert_near(buckets_quantile(buckets, 4, 0), 10, 0);
	assert_near(buckets_quantile(buckets, 0, 0.5), 0, 0);
}

static void quantile_intervals(void **state)
{
	struct bucket a[100], b[100];
	double same, different;

	for (unsigned i = 0; i < 100; i++) {
		a[i] = (struct bucket){1000 + i, 100};
		b[i] = (struct bucket){1100 + i, 100};
	}

	struct interval none = bootstrap_quantile_ratio(a, 100, a, 100, 0.5, &same);
	struct interval some = bootstrap_quantile_ratio(a, 100, b, 100, 0.5, &different);

	assert_true(none.low <= 1 && none.high >= 1 && same > 0.05);
	assert_true(some.low > 1.09 && some.high < 1.1 && different < 0.01);
	bootstrap_quantile_ratio(a, 0, b, 100, 0.5, &same);
	assert_near(same, 1, 0);
}

/* The example of Benjamini and Hochberg's paper: 15 probabilities, 4 findings at 5 %. */
static void false_discoveries(void **state)
{
	static const double published[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
					   0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
					   0.4262, 0.5719, 0.6528, 0.7590, 1.0000};

	assert_near(false_discovery_threshold(published, 15, 0.05), 0.0095, 0);
	assert_near(false_discovery_threshold(published + 9, 6, 0.05), -1, 0);
	assert_near(false_discovery_threshold(NULL, 0, 0.05), -1, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians),
		cmocka_unit_test(rank_tests_of_separate_samples),
		cmocka_unit_test(rank_tests_of_mixed_samples),
		cmocka_unit_test(rank_tests_with_ties_use_the_normal),
		cmocka_unit_test(rank_tests_keep_their_promise),
		cmocka_unit_test(bootstrap_intervals),
		cmocka_unit_test(quantiles_of_buckets),
		cmocka_unit_test(quantile_intervals),
		cmocka_unit_test(false_discoveries),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
