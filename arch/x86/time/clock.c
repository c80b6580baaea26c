/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TSC as a clock (Intel SDM 3B, 18.17), at the rate it is told. Upward: ticks to nanoseconds
 * and back, never overflowing.
 */
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/x86/time/clock.h"
#include "lib/format.h"

#define ASSUMED_KHZ       1000000
#define TOLERANCE_PERCENT 2

static struct clock_rate rate = {"assumed", ASSUMED_KHZ};
static char disagreement[160];

void clock_learn(const struct clock_rate *best, const struct clock_rate *second)
{
	uint32_t difference;

	rate = *best;
	if (second == NULL)
		return;
	difference = MAXIMUM(second->khz, best->khz) - MINIMUM(second->khz, best->khz);
	if ((uint64_t)difference * 100 > (uint64_t)best->khz * TOLERANCE_PERCENT)
		format_text(disagreement, sizeof(disagreement),
			    "the TSC runs at %u kHz by %s but at %u kHz by %s", best->khz,
			    best->source, second->khz, second->source);
}

uint32_t clock_khz(void)
{
	return rate.khz;
}

const char *clock_source(void)
{
	return rate.source;
}

const char *clock_disagreement(void)
{
	return disagreement[0] != '\0' ? disagreement : NULL;
}

/* value * multiplier / divisor without a 128-bit division, saturating. */
static uint64_t scale(uint64_t value, uint64_t multiplier, uint64_t divisor)
{
	uint64_t whole, rest = value % divisor * multiplier / divisor;

	if (__builtin_mul_overflow(value / divisor, multiplier, &whole) ||
	    __builtin_add_overflow(whole, rest, &whole))
		return UINT64_MAX;
	return whole;
}

uint64_t clock_to_ns(uint64_t ticks)
{
	return scale(ticks, 1000000, clock_khz());
}

uint64_t clock_from_ns(uint64_t nanoseconds)
{
	return scale(nanoseconds, clock_khz(), 1000000);
}

void clock_spin(uint64_t nanoseconds)
{
	uint64_t deadline = clock_deadline(nanoseconds);

	while (!clock_passed(deadline))
		cpu_relax();
}
