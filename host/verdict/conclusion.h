/* SPDX-License-Identifier: BSD-2-Clause */
/* How a job compares with what was expected of it. */
#ifndef HOST_VERDICT_CONCLUSION_H
#define HOST_VERDICT_CONCLUSION_H

#include <stdio.h>

#include "host/verdict/expectations.h"

/* Refers to the job and the expectations, which have to live as long. */
struct conclusion {
	const struct job *job;
	const struct expectations *expectations;
	gboolean strict;     /* warnings are failures */
	unsigned unexpected; /* tests that failed without being expected to */
	unsigned expected;   /* tests that failed as expected */
	unsigned errors;     /* among the unexpected: the suite's own */
	unsigned lost;       /* among the unexpected: the VMM went down */
	GPtrArray *stale;    /* struct expectation that did not come true, of the expectations */
	GPtrArray *remarks;  /* char *: sentences on the expectations that fail nothing */
	GPtrArray *troubles; /* char *: sentences on a set-up of which nothing follows */
	GPtrArray *losses;   /* char *: sentences on what should have been judged and was not */
	GPtrArray
		*unjudged; /* char *: sentences on devices of whose behaviour nothing was judged */
	gboolean transport_alone; /* nothing beyond it was judged of any, in a run of everything */
	unsigned unexplained;     /* entries that came true and whose reason nobody has filled in */
};

/* How a test ends when what is expected is considered. */
enum test_end { END_PASSED, END_FAILED, END_EXPECTED, END_SKIPPED, END_ERROR };

/*
 * Compares a job, all of whose tests are marked, and with an earlier one that it must not fall behind, or NULL. Never
 * fails; the caller owns the result.
 */
struct conclusion *conclude(const struct job *job, const struct expectations *expectations,
			    const struct job *baseline, gboolean strict);

/* Frees it; the job and the expectations stay. */
void conclusion_free(struct conclusion *conclusion);

/* Whether a marked test went wrong in a way that no mark explains; strict: a warning is wrong too. */
gboolean test_is_unexpected(const struct test_result *test, gboolean strict);

/* How a marked test ends; strict: a warning is wrong too. */
enum test_end test_end(const struct test_result *test, gboolean strict);

/* Why a test was expected to fail: what was known of it, or else of the first of its checks; NULL. */
const struct expectation *test_expectation(const struct test_result *test);

/* Writes the lines that conclusion_propose() would take away, a - before each, and those that it would add, a +. */
void conclusion_propose_changes(const struct conclusion *conclusion, FILE *out);

/*
 * Writes the file of expectations as it would have to be for the job to be as expected: entries that
 * did not come true left out, all other lines as they are, what was unexpected added with a reason to be filled in.
 * Errors stay with out.
 */
void conclusion_propose(const struct conclusion *conclusion, FILE *out);

#endif
