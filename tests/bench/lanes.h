/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lanes: one direction of a network device as prepared slots, for loops in which one CPU drives several
 * queues. Frames carry the TSC of their start in their first bytes of payload.
 */
#ifndef TESTS_BENCH_LANES_H
#define TESTS_BENCH_LANES_H

#include "lib/histogram.h"
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

/* How frames are sent, and what came of it. */
struct traffic {
	unsigned depth; /* frames under way */
	uint32_t size;
	uint64_t interval; /* TSC ticks between frames; 0: as fast as they come back */
	uint64_t duration;

	uint64_t sent, arrived;           /* since the start */
	uint64_t received, bytes;         /* that arrived within the window */
	bool closed;                      /* the window is over: what still comes is not counted */
	uint64_t guest_ticks, kick_ticks; /* as in struct worker */
	bool stalled;
	struct histogram latency;
};

/* The two ends and what goes on between them: one benchmark uses them at a time. */
extern struct link_ends near, far;
extern struct traffic traffic;

/* Begins to count: results and the figures of lanes so far are forgotten. */
void open_window(void);

/* What is done with lanes in one ring format. Boot CPU. */
struct lane_loops {
	/* Gives a device all its receive buffers. */
	void (*start)(struct link_ends *ends);
	/*
	 * Frames from the near device, taken in by the far one, or sent back by it and taken in by the near
	 * one. Ends when the window has and everything has come, or nothing more comes.
	 */
	void (*run)(bool returning);
	/* Takes in whatever comes for the time of a point; false when nothing does for too long. */
	bool (*listen)(void);
};
extern const struct lane_loops split_lane_loops, packed_lane_loops;

#endif
