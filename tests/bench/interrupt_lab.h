/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt lab: a request under the eyes of two CPUs (docs/latency.md). What its benchmarks and its steps in
 * one ring format (interrupt_steps.h) share. Boot CPU, but for what says otherwise.
 */
#ifndef TESTS_BENCH_INTERRUPT_LAB_H
#define TESTS_BENCH_INTERRUPT_LAB_H

#include "arch/interrupt.h"
#include "tests/bench/offset.h"
#include "tests/harness/plan/test.h"
#include "virtio/ring/slots.h"

/* When things happened, in TSC ticks: docs/latency.md. */
struct stamps {
	uint64_t due, t0, t1, t2, opened, t3, t4;
};

/* One request, and others that go with it, under the eyes of the lab, in one ring format. */
struct lab_steps {
	/* Asks for an interrupt and puts the requests into the ring. Boot CPU. */
	void (*prepare)(void);
	/* Shows them to the device and kicks: t0 and t1 of *stamps. Boot CPU. */
	void (*expose)(struct stamps *stamps);
	/* Whether the device has used them all. Any CPU. */
	bool (*all_used)(void);
	/* Takes them once they have been used, which the device has promised. Boot CPU. */
	void (*take)(void);
	/* Stamps for each round when the last shows as used, until lab.over. The observer's CPU. */
	void (*observe)(void *context);
};
extern const struct lab_steps split_lab_steps, packed_lab_steps;

#define LAB_OTHERS_MOST 255

struct lab {
	struct test_run *t;
	struct virtqueue *queue;
	struct slots slots;
	const struct lab_steps *steps;
	unsigned others; /* requests that go with the one that is measured, in front of it */
	uint64_t
		interval; /* TSC ticks from one intended start to the next; 0: when the last is done */
	const char *load; /* what goes on meanwhile, behind the state in the names of figures; "" */
	bool observed;
	struct clock_offset offset;
	struct interrupt_tally *tally;
	/* Between the CPUs: which sample the observer is to stamp, which it has, and when. */
	volatile uint64_t wanted, seen, seen_at;
	volatile bool over;
};
extern struct lab lab;

/* What the target CPU does when the interrupt comes. */
enum lab_state { LAB_SPINNING, LAB_HALTED, LAB_CLOSED, LAB_STATES };

/*
 * Makes the lab ready for a device that is up, with so many others beside each request, and starts the observer where
 * there is a CPU for it; lab.observed says whether. Leaves the test where there is no room.
 */
void lab_begin(struct test_run *t, unsigned others);

/* Takes the samples of one state and reports their figures. */
void lab_measure(enum lab_state state);

/* The median of end to end in the state measured last, nanoseconds. */
uint64_t lab_typical(void);

/* Ends the observer. */
void lab_end(void);

/* Waits until the tally is no longer `old`; leaves the test, breaking the clause, when `what` does not come in time. */
void lab_await(volatile uint64_t *place, uint64_t old, enum clause_id broken, const char *what);

#endif
