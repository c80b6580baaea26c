/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one CPU does with the lanes of two network devices, for the ring format whose header was included
 * before this one: lanes_split.c and lanes_packed.c make one body of machine code each.
 */
#ifndef TESTS_BENCH_LANE_LOOP_H
#define TESTS_BENCH_LANE_LOOP_H

#include "arch/clock.h"
#include "tests/bench/lanes.h"
#include "tests/harness/drive/drive.h"

#define SETTLE_NS 20000000 /* a frame that has not come by then is lost */
#define WARM_UP   1000     /* frames before the window opens */

static void start(struct link_ends *ends)
{
	struct lane *receive = &ends->receive;

	slots_arm(&ends->send.slots, 0);
	slots_arm(&receive->slots, 0);
	while (receive->idle)
		slots_post(&receive->slots, receive->idle_slots[--receive->idle]);
	slots_publish(&receive->slots);
	if (slots_kick_wanted(&receive->slots))
		slots_kick(&receive->slots);
}

/* Charges the time since `start` to the guest, but for what kicks took of it. */
static void charge(uint64_t start, uint64_t kicked_before)
{
	traffic.guest_ticks += clock_now() - start - (traffic.kick_ticks - kicked_before);
}

/* Shows the device what was posted on a lane. */
static void show(struct lane *lane)
{
	uint64_t before;

	slots_publish(&lane->slots);
	if (!slots_kick_wanted(&lane->slots))
		return;
	before = clock_now();
	slots_kick(&lane->slots);
	traffic.kick_ticks += clock_now() - before;
	lane->kicks++;
}

/* Takes back what was sent. */
static void reclaim(struct lane *lane)
{
	while (slots_pending(&lane->slots))
		lane->idle_slots[lane->idle++] = (uint16_t)slots_take(&lane->slots);
}

/* Sends up to `count` frames that started at `stamp`. */
static void send(struct lane *lane, unsigned count, uint64_t stamp)
{
	uint64_t start = clock_now(), kicked = traffic.kick_ticks;

	while (count--) {
		unsigned slot = lane->idle_slots[--lane->idle];

		*lane->stamps[slot] = stamp;
		slots_post(&lane->slots, slot);
	}
	show(lane);
	charge(start, kicked);
}

/*
 * Takes what came in and gives the buffers back; what came goes out again at once by `back`, unless that is
 * NULL: it has arrived. Returns how many were taken.
 */
static unsigned receive(struct lane *lane, struct lane *back)
{
	unsigned taken = 0;
	uint64_t now, kicked = traffic.kick_ticks;

	if (!slots_pending(&lane->slots))
		return 0;
	now = clock_now();
	while (slots_pending(&lane->slots) && !(back && !back->idle)) {
		uint32_t length = slots_length(&lane->slots);
		unsigned slot = slots_take(&lane->slots);
		uint64_t stamp = *lane->stamps[slot];

		if (back) {
			unsigned reply = back->idle_slots[--back->idle];

			*back->stamps[reply] = stamp;
			slots_post(&back->slots, reply);
		} else if (!traffic.closed) {
			histogram_record(&traffic.latency, now - stamp);
			traffic.bytes += length;
		}
		slots_post(&lane->slots, slot);
		taken++;
	}
	if (!taken)
		return 0;
	show(lane);
	if (back)
		show(back);
	charge(now, kicked);
	return taken;
}

/* How many frames are to be sent at `now`, paced or by what has come back. *due moves on with them. */
static unsigned due_now(uint64_t now, uint64_t *due)
{
	uint64_t in_flight = traffic.sent - traffic.arrived;
	unsigned room = near.send.idle, count = 0;

	if (traffic.interval) {
		for (; *due <= now && count < room; count++)
			*due += traffic.interval;
		return count;
	}
	*due = now;
	if (in_flight >= traffic.depth)
		return 0;
	return (unsigned)MINIMUM((uint64_t)room, traffic.depth - in_flight);
}

/* One round over the queues; true when something has moved. */
static bool turn(bool returning, unsigned count, uint64_t due)
{
	unsigned taken, turned = 0;

	reclaim(&near.send);
	if (count) {
		send(&near.send, count, due);
		traffic.sent += count;
	}
	if (returning) {
		reclaim(&far.send);
		turned = receive(&far.receive, &far.send);
	}
	taken = receive(returning ? &near.receive : &far.receive, NULL);
	traffic.arrived += taken;
	return count || taken || turned;
}

/*
 * Frames from the near device, taken in by the far one, or sent back by it and taken in by the near one.
 * Ends when the window has and everything has come, or nothing more comes.
 */
static void run(bool returning)
{
	const uint64_t patience = clock_from_ns(PATIENCE_NS), settle = clock_from_ns(SETTLE_NS);
	const uint64_t warm = traffic.interval ? 0 : WARM_UP;
	uint64_t now = clock_now(), due = now, moved = now, end = UINT64_MAX, before = 0;

	while (now < end || traffic.arrived < traffic.sent) {
		uint64_t stamp = due;
		unsigned count = now < end ? due_now(now, &due) : 0;

		traffic.closed = now >= end;
		if (!traffic.interval)
			stamp = now;
		if (turn(returning, count, stamp))
			moved = clock_now();
		now = clock_now();
		if (!traffic.closed)
			traffic.received = traffic.arrived - before;
		if (end == UINT64_MAX && traffic.arrived >= warm) {
			end = now + traffic.duration;
			before = traffic.arrived;
			open_window();
		}
		if (now - moved > (traffic.closed ? settle : patience)) {
			traffic.stalled = !traffic.closed;
			return;
		}
	}
}

/* Takes in whatever comes for the time of a point; false when nothing does for too long. */
static bool listen(void)
{
	uint64_t now = clock_now(), moved = now, end = UINT64_MAX;

	while (now < end) {
		unsigned taken = receive(&near.receive, NULL);

		now = clock_now();
		if (taken) {
			traffic.received += taken;
			moved = now;
		}
		if (end == UINT64_MAX && traffic.received >= WARM_UP) {
			end = now + traffic.duration;
			traffic.received = 0;
			open_window();
		}
		if (now - moved > clock_from_ns(PATIENCE_NS))
			return false;
	}
	return true;
}

/* In the file that includes this: the loops under a name of their own. */
#define LANE_LOOPS(symbol)                                                                         \
	const struct lane_loops symbol = {.start = start, .run = run, .listen = listen}

#endif
