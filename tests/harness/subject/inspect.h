/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What no register says of a reset, asked once of each subject by experiment, before a test needs the answer:
 * whether features stay in force, whether rings begin at 0, whether pending bits are 0 where nothing has ever
 * been pending. Boot CPU.
 */
#ifndef TESTS_HARNESS_INSPECT_H
#define TESTS_HARNESS_INSPECT_H

#include "tests/harness/plan/test.h"

/* Whether the device of a test is still to be inspected, and can be: it has a workload that somebody takes. */
bool inspection_is_due(const struct test_run *t);

/*
 * Makes the experiments. Only what they show is judged: as findings of the test that runs, each a root fault
 * (tests/harness/judge/fault.h). A device that cannot be brought up so far is left to the tests. The device
 * and the arena are to be made fresh before the test begins.
 */
void inspect_subject(struct test_run *t);

#endif
