/* SPDX-License-Identifier: BSD-2-Clause */
/* The little statistics that comparing figures needs. */
#ifndef HOST_FIGURES_STATISTICS_H
#define HOST_FIGURES_STATISTICS_H

#include <glib.h>

#include "host/record/measure.h"

/* From low to high, both included. */
struct interval {
	double low, high;
};

/* The median; 0 of nothing. values are sorted in place. */
double median(double *values, unsigned count);

/*
 * The two-sided probability that samples of one distribution differ in rank as much as these do
 * (Mann and Whitney, 1947): exact for up to 20 values on each side without ties, else by the
 * normal approximation, corrected for ties and continuity. 1 when a side is empty.
 */
double mann_whitney(const double *a, unsigned count_a, const double *b, unsigned count_b);

/*
 * The interval that holds 95 % of the ratios of medians, b to a, when both sides are drawn anew
 * with replacement (percentile bootstrap, the same draws each time). All values above 0.
 */
struct interval bootstrap_ratio(const double *a, unsigned count_a, const double *b,
				unsigned count_b);

/* The value at or below which `share` (0 … 1) of the samples lie; 0 of nothing. */
double buckets_quantile(const struct bucket *buckets, unsigned count, double share);

/*
 * The same interval for the ratio of two quantiles of distributions: the rank that a drawn anew
 * sample would have at this quantile is binomial. *probability is that of no difference.
 */
struct interval bootstrap_quantile_ratio(const struct bucket *a, unsigned count_a,
					 const struct bucket *b, unsigned count_b, double share,
					 double *probability);

/*
 * Which of many probabilities may be called a finding so that at most `rate` of all findings are
 * expected to be false (Benjamini and Hochberg, 1995): returns the largest probability that may,
 * or -1 when none may.
 */
double false_discovery_threshold(const double *probabilities, unsigned count, double rate);

#endif
