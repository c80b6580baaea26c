/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each CPU's LAPIC timer, shared by guard deadlines and cpu_halt_until(). This room is time: how
 * fast it passes, what it is by now, and being woken when it is up. Any CPU, for its own timer.
 */
#ifndef ARCH_X86_TIMER_H
#define ARCH_X86_TIMER_H

#include "lib/base.h"

/* What this room keeps for each CPU. */
struct timer_state {
	uint64_t armed;         /* TSC at which the timer fires, 0: it does not */
	uint64_t halt_deadline; /* TSC, 0: not in cpu_halt_until() */
};

/* Lets the timer of this CPU count down from its most, without interrupts. */
void timer_count_freely(void);

/* Finds out how the timer counts, once, on the boot CPU; needs the clock. */
void timer_calibrate(void);

/* Sets up the timer of this CPU, stopped. */
void timer_start(void);

/*
 * Lets the timer of this CPU fire at the TSC deadline or before. It fires once; whoever handles it
 * sets `armed` to 0 and asks again for what is still waited for. Interrupts are closed; handler-safe.
 */
void timer_want(uint64_t deadline);

#endif
