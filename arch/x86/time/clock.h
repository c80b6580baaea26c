/* SPDX-License-Identifier: BSD-2-Clause */
/* What the clock is told; arch/clock.h has the public part. */
#ifndef ARCH_X86_CLOCK_H
#define ARCH_X86_CLOCK_H

#include "lib/base.h"

/* How fast the TSC runs, and who says so. */
struct clock_rate {
	const char *source; /* stays */
	uint32_t khz;       /* TSC ticks a millisecond, never 0 */
};

/*
 * Tells how fast the TSC runs; before, the clock assumes 1 GHz. `second`, an answer from elsewhere
 * or NULL, only checks it. Boot CPU.
 */
void clock_learn(const struct clock_rate *best, const struct clock_rate *second);

#endif
