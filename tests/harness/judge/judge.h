/* SPDX-License-Identifier: BSD-2-Clause */
/* What checks and abandoned tests come to: verdicts, reasons, the words of a report. */
#ifndef TESTS_HARNESS_JUDGE_H
#define TESTS_HARNESS_JUDGE_H

#include "tests/harness/plan/test.h"

/* A test ends with the heaviest verdict that it met. */
void weigh(struct test_run *t, enum verdict verdict);

/* Notes for every clause that the test cites that it was not judged, and why. */
void mark_skipped(const struct test *test, const char *reason);

/* Whether a test that judges clauses has ended well without judging any: nothing was shown. */
bool judged_nothing(const struct test_run *t);

/* The rings of the device in words, and what its vectors have done; "" before they are set up. */
const char *dump(const struct test_run *t);

#endif
