/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lanes: one direction of a network device as prepared slots, for loops in which one CPU drives several
 * queues. Frames carry the TSC of their start in their first bytes of payload.
 */
#ifndef TESTS_BENCH_LANES_H
#define TESTS_BENCH_LANES_H

#include "tests/harness/plan/test.h"
#include "virtio/ring/slots.h"

struct lane {
	struct slots slots;
	unsigned count; /* slots */
	unsigned idle;  /* of them, listed in idle_slots[0 … idle - 1] */
	uint16_t *idle_slots;
	uint64_t **stamps; /* by slot: where the frame has its stamp */
	uint64_t kicks;
};

/* The shortest frame that has room for a stamp. */
#define LANE_FRAME_LEAST 22u

/* The first queue pair of a device that is up, for frames of `size` bytes; `depth` slots to send with. */
struct link_ends {
	struct virtio_device *device;
	struct lane send, receive;
};

/*
 * Makes the lanes of a device: frames go from its address to `to`, the receive queue is full of buffers.
 * Skips the test when the ring or the arena has no room. The device is up, its queues unused.
 */
void lanes_make(struct test_run *t, struct link_ends *ends, struct virtio_device *device,
		unsigned depth, uint32_t size, const uint8_t to[6]);

/* Starts the receive lane: all its buffers go to the device. */
void lanes_start(struct link_ends *ends, bool packed, bool event_idx);

#endif
