/* SPDX-License-Identifier: BSD-2-Clause */
/* Two sets of runs side by side: verdicts that changed, figures that differ. */
#ifndef HOST_FIGURES_COMPARE_H
#define HOST_FIGURES_COMPARE_H

#include "host/figures/headline.h"
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

/* What a figure says. */
enum finding { FINDING_NONE, FINDING_BETTER, FINDING_WORSE };

/* A figure on both sides. */
struct comparison {
	char *name;    /* what was measured, which part of the distribution, device, variant */
	char *subject; /* the same for a sentence */
	char *unit;
	const struct headline *headline; /* NULL: it is shown, and not judged */
	GArray *values;                  /* double: those of A's runs, then of B's */
	unsigned runs_a, runs_b;
	double a, b;              /* medians over the runs */
	double ratio;             /* b to a, by all pairs of runs */
	struct interval interval; /* of the ratio, 95 %; low 0 when so few runs allow none */
	int better;               /* +1: more is better, -1: less is better, 0: who knows */

	/* Of a headline, once it has been judged: */
	double alone;    /* how probable such a difference is by chance in this figure, */
	double together; /* and in any headline */
	double sees; /* the least change for the worse that would have been found, as a share; HUGE_VAL: none would */
	enum finding finding;
	gboolean suspected; /* more runs may tell */
	gboolean judged;    /* it is a headline, and has been */
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
	unsigned disturbed;     /* runs that were left out since they call themselves that */
	unsigned enough;        /* so many runs on each side can tell something */
};

/* How figures are judged. */
struct compare_rule {
	double relative; /* the least share that counts as a change, of a median and of a rate; of p99 twice as much */
	double level;           /* how probable a finding may be where there is none */
	gboolean anyway;        /* also other devices, features, machines, numbers of CPUs */
	gboolean disturbed_too; /* also runs that call themselves disturbed */
	GHashTable *
		unsteady; /* names of figures that differ by themselves and are not judged; or NULL */
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
 * Adds the figures of a pair and judges its headlines. Those taken on another device, with other features, on
 * another machine or number of CPUs are refused.
 */
void compare_figures(struct compare *compare, const struct pair *pair,
		     const struct compare_rule *rule);

/* What a run says of itself where its figures say little, a note of the image; or NULL. */
const char *compare_disturbance(const struct job *job);

/* Whether there is a change that its runs would have shown. */
gboolean compare_could_tell(const struct compare *compare);

/* The outcome in one sentence, with the smallest change that would have been seen. The caller owns it. */
char *compare_answer(const struct compare *compare);

#endif
