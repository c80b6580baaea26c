/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of the interrupt lab that touch the ring, for the format whose header was included before this
 * one: interrupt_split.c and interrupt_packed.c make one body of machine code each.
 */
#ifndef TESTS_BENCH_INTERRUPT_STEPS_H
#define TESTS_BENCH_INTERRUPT_STEPS_H

#include "arch/clock.h"
#include "arch/cpu.h"
#include "tests/bench/interrupt_lab.h"

static void observe_used(void *context)
{
	uint64_t round = 0;

	for (;;) {
		while (lab.wanted == round) {
			if (lab.over)
				return;
		}
		round = lab.wanted;
		while (!slots_pending_many(&lab.slots, lab.others + 1)) {
			if (lab.over)
				return;
		}
		lab.seen_at = clock_now();
		lab.seen = round;
	}
}

static void prepare(void)
{
	slots_arm(&lab.slots, lab.others + 1);
	for (unsigned slot = 0; slot <= lab.others; slot++)
		slots_post(&lab.slots, slot);
}

static void expose(struct stamps *stamps)
{
	stamps->t0 = clock_now();
	slots_publish(&lab.slots);
	slots_kick(&lab.slots);
	stamps->t1 = clock_now();
}

static bool all_used(void)
{
	return slots_pending_many(&lab.slots, lab.others + 1);
}

static void take(void)
{
	while (!all_used())
		cpu_relax();
	for (unsigned n = 0; n <= lab.others; n++)
		slots_take(&lab.slots);
}

/* In the file that includes this: the steps under a name of their own. */
#define LAB_STEPS(symbol)                                                                          \
	const struct lab_steps symbol = {.prepare = prepare,                                       \
					 .expose = expose,                                         \
					 .all_used = all_used,                                     \
					 .take = take,                                             \
					 .observe = observe_used}

#endif
