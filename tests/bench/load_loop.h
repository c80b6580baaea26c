/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loops of a worker, for the ring format whose header was included before this one: load_split.c and
 * load_packed.c make one body of machine code each.
 */
#ifndef TESTS_BENCH_LOAD_LOOP_H
#define TESTS_BENCH_LOAD_LOOP_H

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/interrupt.h"
#include "tests/bench/load.h"

/* Looks at the ring before the clock is asked whether the device has stalled. */
#define SPINS_BY_CLOCK 1024

/*
 * What the loops touch, as a local variable whose address never leaves them: everything below is inlined,
 * so that the compiler keeps what it can in registers, whatever is stored to memory in between.
 */
struct hand {
	struct slots slots;
	uint16_t *idle;
	uint64_t *stamps;
	void **places;
	uint64_t random, position;
	uint64_t pace;
	uint64_t blocks, block_units;
	unsigned depth, batch;
	enum load_pattern pattern;
	enum load_place place;
	uint64_t completed, kicks, kick_ticks, guest_ticks;
	uint64_t start; /* TSC when the measured window began, 0: still warming up */
	uint64_t end;   /* TSC when it ends */
};

FAST_INLINE struct hand take_in_hand(const struct worker *worker)
{
	return (struct hand){
		.slots = worker->slots,
		.idle = worker->idle,
		.stamps = worker->stamps,
		.places = worker->places,
		.random = worker->random,
		.position = worker->position,
		.pace = worker->pace,
		.blocks = worker->blocks,
		.block_units = worker->block_units,
		.depth = worker->settings.depth,
		.batch = worker->settings.batch,
		.pattern = worker->settings.pattern,
		.place = worker->place,
		.end = UINT64_MAX,
	};
}

/* The results, when the window has ended. */
FAST_INLINE void hand_back(struct worker *worker, const struct hand *hand)
{
	worker->slots = hand->slots;
	worker->completed = hand->completed;
	worker->kicks = hand->kicks;
	worker->kick_ticks = hand->kick_ticks;
	worker->guest_ticks = hand->guest_ticks;
	worker->interrupts = interrupt_count(worker->slots.queue->vector) - worker->interrupts;
}

/*
 * Points a request at its next block. Random ones come from a linear congruence (Knuth, MMIX), by its
 * upper half; a range is taken by a multiplication, not by a division.
 */
FAST_INLINE void aim(struct hand *hand, unsigned slot, enum load_pattern pattern)
{
	uint64_t block;

	if (pattern == LOAD_FIXED)
		return;
	if (pattern == LOAD_RANDOM) {
		hand->random = hand->random * 6364136223846793005u + 1442695040888963407u;
		block = (hand->random >> 32) * hand->blocks >> 32;
	} else {
		block = hand->position++;
		if (hand->position == hand->blocks)
			hand->position = 0;
	}
	block *= hand->block_units;
	if (hand->place == PLACE_LITTLE_ENDIAN_64)
		*(uint64_t *)hand->places[slot] = block;
	else
		*(uint32_t *)hand->places[slot] = __builtin_bswap32((uint32_t)block);
}

/* Lets time pass, out of the loops: that is neither work nor device. */
static __attribute__((noinline)) void wait_until_tsc(uint64_t moment)
{
	while (clock_now() < moment)
		;
}

/*
 * Kicks when the device wants it. `mark` is the last moment that time was charged for; what has passed
 * since is the guest's own, what the kick takes is the device's. Returns the new mark. A pace is waited for
 * before the device is asked, since it may have seen what was published by then.
 */
FAST_INLINE uint64_t kick(struct hand *hand, uint64_t mark)
{
	uint64_t before, after;

	if (hand->pace) {
		before = clock_now();
		hand->guest_ticks += before - mark;
		mark = MAXIMUM(before, mark + hand->pace);
		wait_until_tsc(mark);
	}
	if (!slots_kick_wanted(&hand->slots))
		return mark;
	before = clock_now();
	slots_kick(&hand->slots);
	after = clock_now();
	hand->guest_ticks += before - mark;
	hand->kick_ticks += after - before;
	hand->kicks++;
	return after;
}

/* Posts `count` idle slots, one kick for all, or one for each when they are not batched. */
FAST_INLINE void post_idle(struct hand *hand, unsigned count, uint64_t now,
			   enum load_pattern pattern)
{
	const bool single = hand->batch == 1;
	uint64_t mark = now;

	for (unsigned n = 0; n < count; n++) {
		unsigned slot = hand->idle[n];

		aim(hand, slot, pattern);
		hand->stamps[slot] = mark;
		slots_post(&hand->slots, slot);
		if (single) {
			slots_publish(&hand->slots);
			mark = kick(hand, mark);
		}
	}
	if (!single) {
		slots_publish(&hand->slots);
		mark = kick(hand, mark);
	}
	hand->guest_ticks += clock_now() - mark;
}

/* A loop of its own for each pattern. */
FAST_INLINE void post(struct hand *hand, unsigned count, uint64_t now)
{
	switch (hand->pattern) {
	case LOAD_FIXED:
		post_idle(hand, count, now, LOAD_FIXED);
		break;
	case LOAD_SEQUENTIAL:
		post_idle(hand, count, now, LOAD_SEQUENTIAL);
		break;
	case LOAD_RANDOM:
		post_idle(hand, count, now, LOAD_RANDOM);
		break;
	}
}

/* Waits for `wanted` completions, spinning; false when none came for too long. */
FAST_INLINE bool spin_for_used(struct hand *hand, unsigned wanted, uint64_t patience)
{
	/*
	 * Under TCG a PAUSE gives QEMU's big lock away, which the device wants as well. Where requests
	 * go one by one that lets completions gather, and with them kicks; a batch gathers by itself. A
	 * paced kick is to find that lock free.
	 */
	const bool relaxed = hand->batch == 1 && !hand->pace;
	uint64_t deadline = 0;

	for (;;) {
		for (unsigned spins = 0; spins < SPINS_BY_CLOCK; spins++) {
			if (slots_pending_many(&hand->slots, wanted))
				return true;
			if (relaxed)
				cpu_relax();
		}
		if (!deadline)
			deadline = clock_now() + patience;
		else if (clock_passed(deadline))
			return slots_pending(&hand->slots);
	}
}

/* The same, halted until the interrupt. `wanted` completions are to come together. */
FAST_INLINE bool halt_for_used(struct hand *hand, unsigned wanted, uint64_t patience)
{
	uint64_t deadline = clock_now() + patience;

	slots_arm(&hand->slots, wanted);
	while (!slots_pending(&hand->slots)) {
		if (clock_passed(deadline))
			return false;
		interrupts_close();
		if (slots_pending(&hand->slots))
			interrupts_open();
		else
			cpu_halt_until(deadline);
	}
	return true;
}

FAST_INLINE bool await_used(struct hand *hand, unsigned wanted, uint64_t patience, bool interrupts)
{
	if (slots_pending_many(&hand->slots, wanted))
		return true;
	if (interrupts)
		return halt_for_used(hand, wanted, patience);
	return spin_for_used(hand, wanted, patience);
}

/* Takes what the device has used; how many slots are idle then. */
FAST_INLINE unsigned take_used(struct hand *hand, struct histogram *latency, unsigned idle,
			       uint64_t now)
{
	unsigned pending, before = idle;
	uint32_t run = 0;
	uint64_t same = 0;

	while ((pending = slots_pending(&hand->slots)) > 0) {
		do {
			unsigned slot = slots_take(&hand->slots);
			uint64_t stamp = hand->stamps[slot];

			hand->idle[idle++] = (uint16_t)slot;
			run++;
			/* Requests of one batch took the same time, as far as can be seen. */
			if (stamp == same)
				continue;
			if (run > 1)
				histogram_record_many(latency, now - same, run - 1);
			same = stamp;
			run = 1;
		} while (--pending);
	}
	if (run)
		histogram_record_many(latency, now - same, run);
	hand->completed += idle - before;
	return idle;
}

/* Whether the window ends at `now`; begins it where that is due. */
FAST_INLINE bool window_ends(struct hand *hand, struct worker *worker, uint64_t now)
{
	const struct load_settings *settings = &worker->settings;

	if (hand->start) {
		if (now < hand->end && (settings->duration || hand->completed < settings->requests))
			return false;
		worker->elapsed = now - hand->start;
		return true;
	}
	if (hand->completed >= 2 * hand->depth + LOAD_WARM_UP) {
		hand->start = now;
		if (settings->duration)
			hand->end = now + settings->duration;
		hand->completed = 0;
		hand->kicks = 0;
		hand->kick_ticks = 0;
		hand->guest_ticks = 0;
		worker->interrupts = interrupt_count(worker->slots.queue->vector);
		histogram_reset(&worker->latency);
	}
	return false;
}

/* The rest comes back, so that nothing is in flight when the arena is emptied. */
static __attribute__((noinline)) void drain(struct worker *worker, unsigned idle, uint64_t now)
{
	struct hand hand = take_in_hand(worker);

	while (idle < hand.depth && await_used(&hand, 1, worker->patience, false))
		idle = take_used(&hand, &worker->rest, idle, now);
	worker->slots = hand.slots;
}

/*
 * As many requests as were asked for, always `depth` of them with the device.
 */
static void closed_loop(struct worker *worker)
{
	const bool interrupts = worker->settings.completion == LOAD_INTERRUPT;
	struct hand hand = take_in_hand(worker);
	const uint64_t patience = worker->patience;
	unsigned idle = hand.depth;
	uint64_t now = clock_now();

	do {
		if (idle >= hand.batch) {
			post(&hand, idle, now);
			idle = 0;
		} else {
			hand.guest_ticks += clock_now() - now;
		}
		if (!await_used(&hand, hand.batch - idle, patience, interrupts)) {
			worker->stalled = true;
			return;
		}
		now = clock_now();
		idle = take_used(&hand, &worker->latency, idle, now);
	} while (!window_ends(&hand, worker, now));
	hand_back(worker, &hand);
	drain(worker, idle, now);
}

/*
 * Requests begin at intended moments, whether or not earlier ones have ended; latency counts from
 * the intention, so that a stall is charged to every request that it delays.
 */
static void open_loop(struct worker *worker)
{
	struct hand hand = take_in_hand(worker);
	unsigned idle = hand.depth;
	uint64_t now = clock_now(), start = now, due = now, end = now + worker->settings.duration;
	uint64_t moved = now;

	worker->interrupts = interrupt_count(worker->slots.queue->vector);
	while (now < end || idle < hand.depth) {
		unsigned before = idle;

		idle = take_used(&hand, &worker->latency, idle, now);
		if (idle != before)
			moved = now;
		if (idle < hand.depth && now - moved > worker->patience) {
			worker->stalled = true;
			return;
		}
		if (due <= now && due < end && idle > 0) {
			unsigned slot = hand.idle[--idle];

			aim(&hand, slot, hand.pattern);
			hand.stamps[slot] = due;
			slots_post(&hand.slots, slot);
			slots_publish(&hand.slots);
			hand.guest_ticks += clock_now() - kick(&hand, now);
			due += worker->settings.interval;
			moved = now;
		}
		now = clock_now();
	}
	worker->elapsed = end - start;
	hand_back(worker, &hand);
}

static void keep_quiet(struct worker *worker)
{
	slots_arm(&worker->slots, 0);
}

/* In the file that includes this: the loops under a name of their own. */
#define LOAD_LOOPS(symbol)                                                                         \
	const struct load_loops symbol = {                                                         \
		.keep_quiet = keep_quiet, .closed = closed_loop, .open = open_loop}

#endif
