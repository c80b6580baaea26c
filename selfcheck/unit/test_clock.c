/* SPDX-License-Identifier: BSD-2-Clause */
/* links: arch/x86/time/clock.c lib/format.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "arch/clock.h"
#include "arch/x86/time/clock.h"

/* What the clock was told stays: this one comes first. */
static void assumes_a_rate_until_it_is_told(void **state)
{
	assert_int_equal(clock_khz(), 1000000);
	assert_string_equal(clock_source(), "assumed");
	assert_null(clock_disagreement());
	assert_true(clock_to_ns(12345) == 12345);
}

static void converts_at_the_rate_that_it_is_told(void **state)
{
	static const struct clock_rate slow = {"pit", 500000}, odd = {"kvmclock", 2994374};

	clock_learn(&slow, NULL);
	assert_int_equal(clock_khz(), 500000);
	assert_string_equal(clock_source(), "pit");
	assert_true(clock_to_ns(3) == 6);
	assert_true(clock_from_ns(3) == 1);
	clock_learn(&odd, NULL);
	assert_true(clock_from_ns(NANOSECONDS_A_SECOND) == 2994374000ull);
	assert_true(clock_to_ns(2994374000ull) == NANOSECONDS_A_SECOND);
	/* A year of ticks: no product on the way is cut off. */
	assert_true(clock_to_ns(2994374000ull * 31536000) == NANOSECONDS_A_SECOND * 31536000);
}

static void saturates(void **state)
{
	static const struct clock_rate slow = {"pit", 1}, fast = {"pit", UINT32_MAX};

	clock_learn(&slow, NULL);
	assert_true(clock_to_ns(UINT64_MAX) == UINT64_MAX);
	clock_learn(&fast, NULL);
	assert_true(clock_from_ns(UINT64_MAX) == UINT64_MAX);
}

static void says_when_a_second_source_disagrees(void **state)
{
	static const struct clock_rate best = {"cpuid-0x15", 1000000};
	static const struct clock_rate near[] = {{"pit", 980000}, {"pit", 1020000}};
	static const struct clock_rate far[] = {{"pit", 979999}, {"pit", 1020001}};

	for (size_t i = 0; i < ARRAY_LENGTH(near); i++) {
		clock_learn(&best, &near[i]);
		assert_null(clock_disagreement());
	}
	clock_learn(&best, &far[0]);
	assert_string_equal(clock_disagreement(),
			    "the TSC runs at 1000000 kHz by cpuid-0x15 but at 979999 kHz by pit");
	clock_learn(&best, &far[1]);
	assert_string_equal(clock_disagreement(),
			    "the TSC runs at 1000000 kHz by cpuid-0x15 but at 1020001 kHz by pit");
	assert_int_equal(clock_khz(), 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assumes_a_rate_until_it_is_told),
		cmocka_unit_test(converts_at_the_rate_that_it_is_told),
		cmocka_unit_test(saturates),
		cmocka_unit_test(says_when_a_second_source_disagrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
