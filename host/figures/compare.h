/* SPDX-License-Identifier: BSD-2-Clause */
/* Two sets of runs side by side: verdicts that changed, figures that differ. */
#ifndef HOST_FIGURES_COMPARE_H
#define HOST_FIGURES_COMPARE_H

#include "host/figures/statistics.h"
#include "host/record/job.h"

/* The runs of one configuration on both sides. */
struct pair {
	const char *name;
	GPtrArray *a, *b; /* struct job, not owned */
};

/* A test whose verdict is not the same on both sides; VERDICTS where it is not there at all. */
struct change {
	char *name; /* the test, its device and variant */
	enum verdict before, after;
	gboolean worse; /* and it was judged */
	gboolean lost;  /* it is judged no more */
};

/* A figure on both sides. */
struct comparison {
	char *name; /* what was measured, which part of the distribution, device, variant */
	char *unit;
	double a, b;              /* medians over the runs */
	double ratio;             /* b / a */
	struct interval interval; /* of the ratio; low 0 when there is none */
	double probability;       /* of no difference; 1 when it cannot be told */
	unsigned runs_a, runs_b;
	int better;     /* +1: more is better, -1: less is better, 0: who knows */
	gboolean shown; /* the difference is a finding, over all comparisons */
};

/* A figure, or a whole pair, that is not compared, and why. */
struct refusal {
	char *what; /* owned, as is */
	char *why;  /* in words */
};

/* All that a comparison has found. */
struct compare {
	GPtrArray *changes;     /* struct change */
	GPtrArray *comparisons; /* struct comparison */
	GPtrArray *refusals;    /* struct refusal */
	GPtrArray *losses;      /* char *: sentences on devices and features that B has no more */
	unsigned tests;         /* that were judged on both sides */
};

/* Notes that something is not compared, and why. Takes both texts over. */
void compare_refuse(struct compare *compare, char *what, char *why);

/*
 * Pairs the jobs of both sides, struct job, by name, or, where each side has jobs of one name only,
 * those. Jobs without a partner become refusals. Returns struct pair, which refer to the jobs; the
 * caller owns the array, and that the pairs.
 */
GPtrArray *compare_pairs(const GPtrArray *a, const GPtrArray *b, struct compare *compare);

/* A comparison that has found nothing yet. Never fails; the caller owns it. */
struct compare *compare_new(void);

/* Frees it with all that it has found. */
void compare_free(struct compare *compare);

/* Adds the tests of a pair: the worst verdict of all runs of a side counts. */
void compare_verdicts(struct compare *compare, const struct pair *pair);

/*
 * Adds the figures of a pair. Those taken on another device, with other features, on another
 * machine or number of CPUs are refused, unless anyway.
 */
void compare_figures(struct compare *compare, const struct pair *pair, gboolean anyway);

/* Decides which differences are findings: at most 5 % of them are expected to be chance. */
void compare_conclude(struct compare *compare);

#endif
