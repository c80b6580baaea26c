/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test comes to, in one word. */
#ifndef TESTS_HARNESS_VERDICT_H
#define TESTS_HARNESS_VERDICT_H

/* Ordered by weight: the heaviest of a test's findings decides, the heaviest test is the run's. */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_WARN, VERDICT_FAIL, VERDICT_ERROR };
#define VERDICTS (VERDICT_ERROR + 1)

/* "pass", "skip", "warn", "fail", "error". Any CPU. */
const char *verdict_name(enum verdict verdict);

#endif
