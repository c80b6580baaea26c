/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks and tests that are left become findings here; their evidence and their words. */
#ifndef TESTS_HARNESS_JUDGE_H
#define TESTS_HARNESS_JUDGE_H

#include "tests/harness/judge/finding.h"
#include "tests/harness/plan/test.h"

/*
 * Notes that the test, or the rest of it, judges nothing, for every clause that it declares, too. `since`
 * is the clause that broke earlier and is the cause, or NO_CLAUSE.
 */
void not_judged(struct test_run *t, enum clause_id since, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Notes a fault of the suite or of the machine; error_in_test() also leaves the test. */
void suite_fault(struct test_run *t, const char *format, ...) PRINTF_LIKE(2, 3);

/* Tells, of a test that was cut off while evidence of a broken check was gathered, the check without it. Boot CPU. */
void tell_interrupted(struct test_run *t);

/*
 * Tells the checks of a test that were held (silence.h): under their own clauses; or where the device `died`,
 * without its driver having broken a rule, as what is known of it: a request was not served (SANE-1). After it the
 * test is over.
 */
void settle_checks(struct test_run *t, bool died);

/* Whether a test that judges clauses has ended well without judging any: nothing was shown. */
bool judged_nothing(const struct test_run *t);

#endif
