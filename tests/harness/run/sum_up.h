/* SPDX-License-Identifier: BSD-2-Clause */
/* The run that a user comes for: the plan is carried out, and what came of it is summed up. */
#ifndef TESTS_HARNESS_RUN_H
#define TESTS_HARNESS_RUN_H

#include "tests/harness/plan/result.h"

/*
 * Runs the plan of the chosen mode, reports each test, each clause and the sums, and returns the
 * heaviest verdict. `start` is clock_now() of when the platform was up. Boot CPU.
 */
enum verdict run_and_sum_up(uint64_t start);

#endif
