/* SPDX-License-Identifier: BSD-2-Clause */
/* Says nothing: for tests that are run only to see whether they fail (run_once()). */
#include "tests/harness/report/report.h"

static void silent_check(const struct broken_check *check)
{
}

const struct reporter silent_reporter = {.check = silent_check};
