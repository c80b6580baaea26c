/* SPDX-License-Identifier: BSD-2-Clause */
/* How far the TSC of another CPU is from that of this one. */
#ifndef TESTS_BENCH_OFFSET_H
#define TESTS_BENCH_OFFSET_H

#include "lib/base.h"

#define OFFSET_GOOD_NS 1000u   /* what is aimed at */
#define OFFSET_POOR_NS 100000u /* beyond this it is not known at all */

struct clock_offset {
	int64_t ticks;        /* what to subtract from a stamp of that CPU to have one of this */
	uint64_t uncertainty; /* the true offset is within so many ticks of it */
};

/*
 * Measures it by passing stamps to and fro: the quickest exchange of many bounds the offset by half
 * of its length. Takes up to a second to know it to OFFSET_GOOD_NS, and up to five to know it at all
 * (to OFFSET_POOR_NS). The CPU must be idle. False when it is not, or when the offset stays
 * unknown.
 */
bool clock_offset_measure(unsigned cpu, struct clock_offset *offset);

#endif
