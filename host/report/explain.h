/* SPDX-License-Identifier: BSD-2-Clause */
/* A failed test in words, the same on the terminal and in every report. */
#ifndef HOST_REPORT_EXPLAIN_H
#define HOST_REPORT_EXPLAIN_H

#include <glib.h>

#include "host/record/job.h"

/*
 * Why the test did not pass: its reason; each requirement that did not hold, with its statement,
 * what was seen, the state of the ring; why that was expected, where it was; the command that
 * repeats it. Lines, each beginning with indent and ending with a newline; "" when there is
 * nothing to say. The caller owns it.
 */
char *explain_test(const struct job *job, const struct test_result *test, const char *indent);

/* The shell command that repeats the test, or NULL when the image did not tell how. */
char *explain_repeat(const struct job *job, const struct test_result *test);

/* The expectation that the test meets, itself or by one of its checks, or NULL. */
const struct expectation *explain_expectation(const struct test_result *test);

#endif
