/* SPDX-License-Identifier: BSD-2-Clause */
#include "selfcheck/image/wrong/wrong.h"

#include "tests/harness/plan/mode.h"
#include "tests/harness/run/sum_up.h"

/* They stand right before the tests, so that both are walked as one (linker.ld). */
extern const struct test *const __start_registry_wrong[];

static bool wanted;

static bool selftest_is_asked(void)
{
	return wanted;
}

MODE(selftest,
     .words = WORDS({"selftest", "also the tests that go wrong on purpose", PARAMETER_FLAG,
		     .value = &wanted}),
     .is_asked = selftest_is_asked, .tests = {__start_registry_wrong, __stop_registry_tests},
     .repeat = "vp.selftest", .run = run_and_sum_up);
