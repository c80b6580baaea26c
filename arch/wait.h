/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for what a handler or a device brings about, without keeping the host from its work. All of
 * it is for the boot CPU with interrupts open, and not for handlers.
 */
#ifndef ARCH_WAIT_H
#define ARCH_WAIT_H

#include "lib/base.h"

/*
 * Waits until condition(context) or the deadline (TSC); the last answer of the condition. Spins for
 * 20 µs, then halts between interrupts, for 200 µs at most. Where half a second passes between two looks all
 * the same (the machine was paused, or had no CPU), the deadline is taken along by as much.
 */
bool wait_until(bool (*condition)(void *context), void *context, uint64_t deadline);

/* By how many ticks deadlines were taken along since boot. Any CPU. */
uint64_t waits_taken_along(void);

/*
 * Calls look() at the beginning of each wait and after each of its halts, on behalf of whoever watches over
 * the time that passes; it must not wait itself. NULL: nobody does.
 */
void waits_watch(void (*look)(void));

/*
 * Calls a function in each round of a wait from now on, NULL: none: for who has to act while a driver waits and
 * has no CPU of its own.
 */
void wait_in_company(void (*who)(void));

/* How many waits of wait_until() have ended at their deadline. */
uint64_t waits_run_out(void);

/* When the last of them did (TSC). */
uint64_t waits_run_out_last(void);

/*
 * Lets what the local APICs have accepted reach its handlers, for 200 µs: a CPU that is emulated in
 * batches, or asleep, takes its time.
 */
void settle_interrupts(void);

#endif
