/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the TSC, and how long one of its ticks is. All of it is for any CPU and handler-safe, but
 * for what waits.
 */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

#include "lib/base.h"

#define NANOSECONDS_A_SECOND 1000000000ull

/*
 * The TSC, in ticks since some past moment. Not ordered against other instructions (SDM 2B, RDTSC).
 */
static inline uint64_t clock_now(void)
{
	uint32_t low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* TSC ticks a millisecond; never 0. A guess of 1 GHz before platform_start(). */
uint32_t clock_khz(void);

/*
 * Where clock_khz() comes from: "cpuid-0x40000010", "cpuid-0x15", "kvmclock", "pm-timer", "hpet", "pit" … or "assumed"
 */
const char *clock_source(void);

/*
 * A sentence about a second source that disagreed by more than 2 %, or NULL when they agree or
 * there is only one.
 */
const char *clock_disagreement(void);

/* Ticks to nanoseconds, rounded down, saturating at the largest 64-bit number. */
uint64_t clock_to_ns(uint64_t ticks);

/* Nanoseconds to ticks, likewise. */
uint64_t clock_from_ns(uint64_t nanoseconds);

/* The TSC value `nanoseconds` from now. */
static inline uint64_t clock_deadline(uint64_t nanoseconds)
{
	return clock_now() + clock_from_ns(nanoseconds);
}

/* True when the deadline lies in the past. */
static inline bool clock_passed(uint64_t deadline)
{
	return (int64_t)(clock_now() - deadline) >= 0;
}

/* Spins for at least this long. */
void clock_spin(uint64_t nanoseconds);

#endif
