/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a test has found out against the device, against being judged, or against the suite itself: a
 * list, from which its outcome is computed (tests/harness/judge/outcome.h).
 */
#ifndef TESTS_HARNESS_FINDING_H
#define TESTS_HARNESS_FINDING_H

#include <stdarg.h>

#include "tests/harness/judge/clause.h"

/* Against whom a finding is. */
enum finding_kind {
	FINDING_BROKEN,     /* a clause is violated */
	FINDING_NOT_JUDGED, /* the test, or the rest of it, can judge nothing */
	FINDING_SUITE,      /* the suite's own fault */
};

/* Stands where a clause could and none does. */
#define NO_CLAUSE     CLAUSE_COUNT

#define FINDING_WORDS 320 /* bytes of words that are kept of a finding, with the final 0 */
#define FINDINGS_MOST 32

/* One of them. */
struct finding {
	enum finding_kind kind;
	/* Broken: what is violated. Not judged: what broke earlier and stands in the way, or NO_CLAUSE. */
	enum clause_id clause;
	unsigned count; /* how often it was found; the words are those of the first time */
	char words[FINDING_WORDS]; /* what was expected and seen, or why; cut when longer */
};

/* The findings of one test, in the order in which they were made. */
struct findings {
	unsigned count;
	struct finding list[FINDINGS_MOST];
};

/* Forgets them all. */
void findings_clear(struct findings *findings);

/*
 * Adds a finding; one of the same kind and clause as an earlier one is counted there, but for those
 * without a clause, which all have words of their own. When the list is full its last place is taken
 * by a finding against the suite, which says so.
 */
void findings_add(struct findings *findings, enum finding_kind kind, enum clause_id clause,
		  const char *format, va_list arguments);

/* How often a clause was found broken. */
unsigned findings_times(struct findings *findings, enum clause_id clause);

/* Takes back that a clause was found broken. */
void findings_withdraw(struct findings *findings, enum clause_id clause);

#endif
