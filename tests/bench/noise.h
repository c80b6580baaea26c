/* SPDX-License-Identifier: BSD-2-Clause */
/* Time during which a CPU was not there, told by gaps between two readings of a clock. */
#ifndef TESTS_BENCH_NOISE_H
#define TESTS_BENCH_NOISE_H

#include "lib/histogram.h"

/* Gaps in a loop, in the unit of its clock. */
struct noise {
	uint64_t usual; /* how long a pass of the loop that reads the clock takes */
	uint64_t limit; /* a pass that takes longer is a gap */
	uint64_t whole, stolen;
	struct histogram gaps;
};

/*
 * Begins anew, in the unit of `passes`: what passes of the loop took, most of them undisturbed. Their
 * median is the usual pass, not the shortest: a clock that moves in steps shows passes of 0. A gap is
 * 20 times as long, and never shorter than `least`.
 */
void noise_begin(struct noise *noise, const struct histogram *passes, uint64_t least);

/* Takes one more pass of the same loop. */
void noise_pass(struct noise *noise, uint64_t length);

/* Thousandths of the time of all passes that were stolen: what gaps are longer than a pass. */
unsigned noise_stolen(const struct noise *noise);

#endif
