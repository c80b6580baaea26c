/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test's findings come to. */
#ifndef TESTS_HARNESS_OUTCOME_H
#define TESTS_HARNESS_OUTCOME_H

#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/verdict.h"

/* What one finding comes to: a broken MUST alone fails, a broken MAY weighs nothing. */
enum verdict finding_verdict(const struct finding *finding);

/* How a test went. */
struct outcome {
	enum verdict verdict;
	/* The first of the heaviest findings, which gives the reason; NULL when there is none at all. */
	const struct finding *because;
};

/* Computes it: the heaviest verdict of all findings. */
struct outcome outcome_of(const struct findings *findings);

/* The reason in words: those of the finding, a broken one's behind its clause ("RESET-1: …"); or "". */
void outcome_reason(const struct outcome *outcome, char *reason, size_t size);

/*
 * What kind of thing the reason is: "check", "not judged", "suite", or "" where there is none (the
 * field `because` of a test's record).
 */
const char *outcome_because(const struct outcome *outcome);

#endif
