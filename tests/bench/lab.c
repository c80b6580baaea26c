/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/lab.h"

#include "arch/clock.h"
#include "lib/format.h"

#define NAME_SIZE 96

void lab_record(struct histogram *histogram, int64_t ticks)
{
	histogram_record(histogram, ticks > 0 ? clock_to_ns((uint64_t)ticks) : 0);
}

void lab_report(struct test_run *t, const char *name, const char *state,
		const struct histogram *histogram)
{
	char whole[NAME_SIZE];

	format_text(whole, sizeof(whole), "%s%s%s", name, *state ? " " : "", state);
	measured_histogram(t, whole, "ns", histogram);
}

void lab_report_drawn(struct test_run *t, const char *name, const char *state,
		      const struct histogram *histogram)
{
	lab_report(t, name, state, histogram);
	measured_picture(histogram, "ns");
}
