/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of interrupts share: counting arrivals, proving that none came, judging by ring. */
#ifndef TESTS_INTERRUPT_INTERRUPT_H
#define TESTS_INTERRUPT_INTERRUPT_H

#include "arch/interrupt.h"
#include "tests/harness/judge/diagnose.h"
#include "tests/harness/drive/drive.h"
#include "virtio/ring/queue.h"

/* What had arrived at some moment, as one queue sees it. */
struct mark {
	uint64_t own; /* on the queue's vector and CPU */
	uint64_t
		apart; /* on vectors that tell by themselves: of the configuration, and of queues that receive */
	uint64_t total; /* on all vectors of the device range, on all CPUs */
};

/* What has arrived by now. */
struct mark mark_arrivals(const struct virtqueue *queue);

/* Arrivals since the mark where they belong. */
uint64_t arrivals_own(const struct virtqueue *queue, const struct mark *mark);

/* Arrivals since the mark anywhere else, but for what is told by itself. */
uint64_t arrivals_elsewhere(const struct virtqueue *queue, const struct mark *mark);

/* All arrivals but those that tell of the device's configuration, which may change at any time. */
uint64_t arrivals_of_queues(const struct virtio_device *device);

/* Whether what a table entry tells of may come by itself, beside this queue: the configuration, queues that receive. */
bool entry_tells_by_itself(const struct virtqueue *queue, unsigned entry);

/*
 * Waits until at least `count` messages have come since the mark, on any CPU; a wait that runs out
 * is diagnosed.
 */
bool await_messages(struct test_run *t, struct virtqueue *queue, const struct mark *mark,
		    uint64_t count);

/* Submits one request and takes its completion by polling. */
void complete_one(struct test_run *t, struct virtqueue *queue);

/* Submits one request, armed, and waits for its message and its completion; false when none came. */
bool complete_with_message(struct test_run *t, struct virtqueue *queue);

/*
 * Proves that what the queue has sent so far has arrived: its table entry is pointed to another
 * vector and one more completion waited for there, then back. False when that one did not come.
 */
bool fence(struct test_run *t, struct virtqueue *queue);

/* fence(), and leaves the test when its message, which was due, did not come. */
void insist_on_fence(struct test_run *t, struct virtqueue *queue);

/*
 * Proves the same by a reset of the device: once device_status reads 0 nothing may come any more. The
 * queues are of no use afterwards.
 */
void fence_by_reset(struct test_run *t);

/* The beginning of the device-specific configuration, empty where there is none. */
struct configuration {
	uint32_t generation;
	uint32_t length;
	uint8_t bytes[64];
};

/* Reads it, with the generation that it belongs to. */
void read_configuration(struct virtio_device *device, struct configuration *configuration);

/* Whether generation and bytes are the same. */
bool configurations_equal(const struct configuration *a, const struct configuration *b);

/*
 * The clause of the queue's ring format and suppression by which using a buffer must not be notified; that
 * by which it must is clause_of_notice().
 */
enum clause_id clause_of_quiet(const struct virtqueue *queue);

/*
 * The interrupt status once it has been read often enough: 0, unless reading does not clear it. A device may
 * set it again for a completion that was seen already, when its notification takes two steps.
 */
uint8_t status_read_away(struct virtio_device *device);

#endif
