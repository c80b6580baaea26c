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
		while (!slots_pending(&lab.slots)) {
			if (lab.over)
				return;
		}
		lab.seen_at = clock_now();
		lab.seen = round;
	}
}

static void prepare(void)
{
	slots_arm(&lab.slots, 1);
	slots_post(&lab.slots, 0);
}

static void expose(struct stamps *stamps)
{
	stamps->t0 = clock_now();
	slots_publish(&lab.slots);
	slots_kick(&lab.slots);
	stamps->t1 = clock_now();
}

static void take(void)
{
	while (!slots_pending(&lab.slots))
		cpu_relax();
	slots_take(&lab.slots);
}

/* In the file that includes this: the steps under a name of their own. */
#define LAB_STEPS(symbol)                                                                          \
	const struct lab_steps symbol = {                                                          \
		.prepare = prepare, .expose = expose, .take = take, .observe = observe_used}

#endif
