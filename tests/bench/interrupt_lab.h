/* SPDX-License-Identifier: BSD-2-Clause */
/* What the interrupt lab (interrupt.c) and its steps in one ring format (interrupt_steps.h) share. */
#ifndef TESTS_BENCH_INTERRUPT_LAB_H
#define TESTS_BENCH_INTERRUPT_LAB_H

#include "arch/interrupt.h"
#include "tests/bench/offset.h"
#include "tests/harness/plan/test.h"
#include "virtio/ring/slots.h"

/* When things happened, in TSC ticks: docs/latency.md. */
struct stamps {
	uint64_t t0, t1, t2, opened, t3, t4;
};

/* One request under the eyes of the lab, in one ring format. */
struct lab_steps {
	/* Asks for an interrupt and puts the request into the ring. Boot CPU. */
	void (*prepare)(void);
	/* Shows it to the device and kicks: t0 and t1 of *stamps. Boot CPU. */
	void (*expose)(struct stamps *stamps);
	/* Takes it once it has been used, which the device has promised. Boot CPU. */
	void (*take)(void);
	/* Stamps for each round when the buffer shows as used, until lab.over. The observer's CPU. */
	void (*observe)(void *context);
};
extern const struct lab_steps split_lab_steps, packed_lab_steps;

struct lab {
	struct test_run *t;
	struct virtqueue *queue;
	struct slots slots;
	const struct lab_steps *steps;
	bool observed;
	struct clock_offset offset;
	struct interrupt_tally *tally;
	/* Between the CPUs: which sample the observer is to stamp, which it has, and when. */
	volatile uint64_t wanted, seen, seen_at;
	volatile bool over;
};
extern struct lab lab;

#endif
