/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures: what a benchmark found, as `measure` records. */
#ifndef TESTS_HARNESS_MEASURE_H
#define TESTS_HARNESS_MEASURE_H

#include "lib/histogram.h"
#include "tests/harness/plan/test.h"

/*
 * One figure. `name` says what was measured and with what settings ("blk.read.iops
 * depth=32 size=4096"); unit is "ns", "cycles", "1/s", "bytes/s", "ratio" …
 */
struct measure {
	const char *name;
	const char *unit;
	const struct test_run *run;        /* device and variant */
	const struct histogram *histogram; /* a distribution, or NULL: */
	uint64_t thousandths;              /* a single figure, in thousandths of the unit */
};

/* Reports a single figure; `thousandths` of the unit. */
void measured_value(struct test_run *t, const char *name, const char *unit, uint64_t thousandths);

/* Reports a distribution; the values are in `unit`. */
void measured_histogram(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram);

/* Draws the distribution that was reported last, where people read. */
void measured_picture(const struct histogram *histogram, const char *unit);

#endif
