/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmarks of interrupts share: distributions in nanoseconds, the noise, the clocks. */
#ifndef TESTS_BENCH_LAB_H
#define TESTS_BENCH_LAB_H

#include "lib/histogram.h"
#include "tests/bench/offset.h"
#include "tests/harness/drive/measure.h"

/* Warm-up rounds for a number of samples: run, not recorded. */
static inline unsigned lab_warm_up(uint64_t samples)
{
	return (unsigned)(samples / 10 + 1);
}

/* Records a distance of stamps as nanoseconds; one that is negative counts as 0. */
void lab_record(struct histogram *histogram, int64_t ticks);

/* Reports "name state", in nanoseconds. */
void lab_report(struct test_run *t, const char *name, const char *state,
		const struct histogram *histogram);

/* The same, drawn for people too. */
void lab_report_drawn(struct test_run *t, const char *name, const char *state,
		      const struct histogram *histogram);

/*
 * Sends an interrupt to a CPU, also to this one, and returns the ticks to the first instruction of its handler; offset is that of
 * its clock. Leaves the test when it does not come.
 */
int64_t lab_send(struct test_run *t, unsigned cpu, unsigned vector, int64_t offset);

/*
 * Spins for 50 ms and reports how much of that time the CPU was not there; a note when it was so much
 * that the figures say little.
 */
void lab_noise(struct test_run *t);

/*
 * Compares the clocks, with a note when the outcome is poor. False when no time between the two CPUs can
 * be told.
 */
bool lab_offset(unsigned cpu, struct clock_offset *offset);

#endif
