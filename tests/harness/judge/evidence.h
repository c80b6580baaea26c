/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands beside a broken check: the state of rings and interrupts, in words. Boot CPU. */
#ifndef TESTS_HARNESS_EVIDENCE_H
#define TESTS_HARNESS_EVIDENCE_H

#include "tests/harness/plan/test.h"

/* Forgets what was found out in an earlier test. */
void evidence_clear(void);

/* Adds a line to the evidence of the test that runs. */
void evidence_note(const char *format, ...) PRINTF_LIKE(1, 2);

/* What was noted in this test, "" when nothing was. */
const char *evidence_noted(void);

/*
 * The rings of the device of a test, what its vectors have done, and what was noted; "" before it is up.
 * Reads device_status, and takes the errors of the interrupt controller. In a buffer that the next call
 * overwrites.
 */
const char *evidence(const struct test_run *t);

#endif
