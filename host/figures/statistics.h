/* SPDX-License-Identifier: BSD-2-Clause */
/* The little statistics that comparing figures needs. */
#ifndef HOST_FIGURES_STATISTICS_H
#define HOST_FIGURES_STATISTICS_H

#include <glib.h>

/* From low to high, both included. */
struct interval {
	double low, high;
};

/* The median; 0 of nothing. values are sorted in place. */
double median(double *values, unsigned count);

/*
 * How far the values of b lie above those of a: the median of all differences between one of b and one of a
 * (Hodges and Lehmann, 1963). *interval is of the same differences, and so holds it: those between which it lies
 * with 95 % certainty; from -HUGE_VAL to HUGE_VAL where so few values allow none. There is one on each side at
 * least.
 */
double shift(const double *a, unsigned count_a, const double *b, unsigned count_b,
	     struct interval *interval);

/* Figures of the same runs, some of which are of B, the others of A. */
struct family {
	unsigned figures, runs;
	const gboolean *is_b; /* by run; some are, and some are not */
	const double *values; /* of figure f in run r at [f * runs + r] */

	/* By figure: how probable it is that runs which do not differ are as far apart as these, */
	double *alone;    /* in this figure, */
	double *together; /* and in any of them. */

	/* A figure's distance, in standard deviations of all its runs, that is less probable than the level; HUGE_VAL: none is. */
	double reach;
};

/*
 * Fills in what is behind the values. Who is of A and who of B is mixed in all ways, or in 20,000 drawn ones, the same
 * each time: were both the same, each would be as probable as what was seen. In all figures at once, so that figures
 * that go with each other are not counted twice (Westfall and Young, 1993). A value further than twice the
 * median distance from a figure's median counts as that far: one run in which the host did something else must not hide what
 * the others show. The arrays have their sizes already.
 */
void family_judge(struct family *family, double level);

/*
 * The difference from which on a figure would be found in four of five such families: twice the least that is found when
 * it is added to these runs of B. HUGE_VAL where none would. After family_judge().
 */
double family_sees(const struct family *family, unsigned figure);

/* So many runs on each side it takes to find anything at a level above 0: fewer can be mixed in too few ways. */
unsigned runs_to_tell(double level);

#endif
