/* SPDX-License-Identifier: BSD-2-Clause */
/* What the harness itself judges when a test is over. Boot CPU. */
#ifndef TESTS_HARNESS_AFTERMATH_H
#define TESTS_HARNESS_AFTERMATH_H

#include "tests/harness/plan/test.h"

/*
 * Resets the device of a test and gives its queues and vectors back; judges on the way whether it said that
 * it needs a reset (2.1.2), comes back from it (2.4), is quiet then, and that nothing was written outside
 * the test's buffers and no interrupt came but on vectors that were given away (`strays` counted them
 * before the test). False when the device does not come back.
 */
bool judge_aftermath(struct test_run *t, uint64_t strays) MUST_CHECK;

#endif
