/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bench/noise.c lib/histogram.c lib/string.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/bench/noise.h"

static struct noise noise;

static void begin(const uint64_t *pattern, unsigned count, uint64_t least)
{
	static struct histogram passes;

	histogram_reset(&passes);
	for (unsigned n = 0; n < 1000; n++)
		histogram_record(&passes, pattern[n % count]);
	noise_begin(&noise, &passes, least);
}

static void run(const uint64_t *pattern, unsigned count)
{
	for (unsigned n = 0; n < 10000; n++)
		noise_pass(&noise, pattern[n % count]);
}

static void even_passes_are_no_noise(void **state)
{
	static const uint64_t even[] = {80};

	begin(even, 1, 0);
	run(even, 1);
	assert_int_equal(noise_stolen(&noise), 0);
	assert_int_equal(noise.gaps.count, 0);
}

/* A TSC that moves by 26 at a time, and is read more often than that. */
static void clock_of_coarse_steps_is_no_noise(void **state)
{
	static const uint64_t steps[] = {0, 26, 0, 26, 26, 52};
	static const uint64_t rare_steps[] = {0, 0, 0, 0, 26};

	begin(steps, 6, 500);
	run(steps, 6);
	assert_int_equal(noise_stolen(&noise), 0);
	begin(rare_steps, 5, 500);
	run(rare_steps, 5);
	assert_int_equal(noise_stolen(&noise), 0);
}

/* An emulated CPU: passes are slow and of two kinds, none is a gap. */
static void slow_passes_are_no_noise(void **state)
{
	static const uint64_t slow[] = {200, 210, 200, 900, 220, 0};

	begin(slow, 6, 500);
	run(slow, 6);
	assert_int_equal(noise_stolen(&noise), 0);
}

static void gaps_are_found_and_summed(void **state)
{
	static const uint64_t even[] = {80};

	begin(even, 1, 0);
	run(even, 1);
	noise_pass(&noise, 80 * 10000 + 80);
	assert_int_equal(noise.gaps.count, 1);
	assert_int_equal(noise.stolen, 80 * 10000);
	assert_in_range(noise_stolen(&noise), 499, 500);
}

static void gaps_in_the_calibration_do_not_hide_others(void **state)
{
	static const uint64_t disturbed[] = {80, 80, 80, 100000};

	begin(disturbed, 4, 0);
	run(disturbed, 4);
	assert_int_equal(noise.gaps.count, 2500);
	assert_in_range(noise_stolen(&noise), 990, 1000);
}

static void nothing_at_all_is_no_noise(void **state)
{
	static const uint64_t even[] = {80};

	begin(even, 1, 0);
	assert_int_equal(noise_stolen(&noise), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(even_passes_are_no_noise),
		cmocka_unit_test(clock_of_coarse_steps_is_no_noise),
		cmocka_unit_test(slow_passes_are_no_noise),
		cmocka_unit_test(gaps_are_found_and_summed),
		cmocka_unit_test(gaps_in_the_calibration_do_not_hide_others),
		cmocka_unit_test(nothing_at_all_is_no_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
