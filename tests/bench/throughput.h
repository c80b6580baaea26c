/* SPDX-License-Identifier: BSD-2-Clause */
/* What the throughput benchmarks have in common: lists of settings, bringing devices up, figures. */
#ifndef TESTS_BENCH_THROUGHPUT_H
#define TESTS_BENCH_THROUGHPUT_H

#include "tests/bench/load.h"

#define THROUGHPUT_MS    3600000
#define FIGURE_NAME_SIZE 128

/* The nth number of a comma-separated list of numbers above 0; false behind the last. */
bool list_number(struct test_run *t, const char *list, unsigned nth, uint64_t *number);

/* How long a point is measured, in TSC ticks. */
uint64_t point_duration(void);

/* TSC ticks from one start to the next at so many a second, at least 1. */
uint64_t interval_of(uint64_t rate);

/* Something that a reader of the figures should know, said with the device's name. */
void note_about(struct test_run *t, const char *format, ...) PRINTF_LIKE(2, 3);

/* Thousandths of part / whole, 0 without a whole; neither overflows below 2^54. */
uint64_t thousandths(uint64_t part, uint64_t whole);

/* Thousandths of what happens in a second when `count` happen in so many TSC ticks. */
uint64_t rate_of(uint64_t count, uint64_t ticks);

/*
 * Reports "<about>.<what> <settings>". Distributions are TSC ticks, and reported in nanoseconds.
 */
struct figures {
	struct test_run *t;
	char about[48];
	char settings[80];
};
void figure(const struct figures *figures, const char *what, const char *unit,
	    uint64_t thousandths);
void figure_latency(const struct figures *figures, const char *what, const struct histogram *ticks);

#endif
