/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How experiments of inspect.h are made: a device is brought up, serves plain requests, and is reset, while nothing is
 * judged. Boot CPU.
 */
#ifndef TESTS_HARNESS_EXPERIMENT_H
#define TESTS_HARNESS_EXPERIMENT_H

#include "tests/harness/judge/clause.h"
#include "tests/harness/plan/test.h"

/* What is seen on the way, since experiment_carry_out(). */
extern struct life {
	uint32_t told; /* used length of the request that was served last; 0 where none is told */
	bool needs_reset; /* DRIVER_OK was set, and device_status says so */
	bool all_queues;  /* all queues are to be enabled, not those alone that are used */
} life;

/* Whether the device can be asked anything: it is there, and has a workload that somebody takes. */
bool experiment_is_possible(const struct test_run *t);

/*
 * The same, and what a set-up of its own shows says something: no features of another one are in force, and used indices
 * do not lie.
 */
bool experiments_tell(const struct test_run *t);

/*
 * Brings the device up, fresh, with these features and queues, and EVENT_IDX or not: the queue of its workload. NULL when
 * that is not possible.
 */
struct virtqueue *experiment_start_with(struct test_run *t, struct features features,
					unsigned queues, bool event_idx);

/* The same with its usual features and queues. */
struct virtqueue *experiment_start(struct test_run *t, bool event_idx);

/* How many queues are enabled by it. */
unsigned experiment_queues(const struct test_run *t);

/* Resets the device, and takes its queues away. */
void experiment_stop(struct test_run *t);

/* Publishes what was added, and takes it back; false when it is not served. */
bool experiment_serve_added(struct virtqueue *queue);

/* Makes a plain request; false when it is not served. */
bool experiment_serve(struct test_run *t, struct virtqueue *queue);

/* Calls a trial with the test as its context, in the plainest variant and for 20 s at most; the device is reset then. */
void experiment_carry_out(void (*trial)(void *context), struct test_run *t);

/* The same for one that whatever stands behind the device may not outlive: its death has the name of a clause then. */
void experiment_dare(void (*trial)(void *context), struct test_run *t, enum clause_id id,
		     uint32_t state);

#endif
