/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures: what a benchmark found, as `measure` records. `name` says what was measured and with what
 * settings ("blk.read.iops depth=32 size=4096"); `unit` is "ns", "cycles", "1/s", "bytes/s", "ratio" …
 */
#ifndef TESTS_HARNESS_MEASURE_H
#define TESTS_HARNESS_MEASURE_H

#include "lib/histogram.h"
#include "tests/harness/plan/test.h"

/* Reports a single figure; `thousandths` of the unit. */
void measured_value(struct test_run *t, const char *name, const char *unit, uint64_t thousandths);

/* Reports a distribution; the values are in `unit`. */
void measured_histogram(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram);

/* The same, and where people read, it is drawn too. */
void measured_and_drawn(struct test_run *t, const char *name, const char *unit,
			const struct histogram *histogram);

#endif
