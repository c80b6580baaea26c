/* SPDX-License-Identifier: BSD-2-Clause */
/* How far the TSC of another CPU is from that of this one. */
#ifndef TESTS_BENCH_OFFSET_H
#define TESTS_BENCH_OFFSET_H

#include "lib/base.h"

struct clock_offset {
	int64_t ticks;        /* what to subtract from a stamp of that CPU to have one of this */
	uint64_t uncertainty; /* the true offset is within so many ticks of it */
};

/*
 * Measures it by passing stamps to and fro: the quickest exchange of many bounds the offset by half
 * of its length. The CPU must be idle. False when no exchange within a second is so quick that the
 * offset is known to a microsecond.
 */
bool clock_offset_measure(unsigned cpu, struct clock_offset *offset);

#endif
