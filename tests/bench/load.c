/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/load.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "tests/harness/drive.h"

#define INLINE static inline __attribute__((always_inline))

/* xorshift64: one dependency chain of three shifts, no multiplication. */
INLINE uint64_t next_random(uint64_t state)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^ state << 17;
}

/* Points a request at its next block. A range is taken by a multiplication, not by a division. */
INLINE void aim(struct worker *worker, unsigned slot)
{
	uint64_t block;

	switch (worker->settings.pattern) {
	case LOAD_FIXED:
		return;
	case LOAD_RANDOM:
		worker->random = next_random(worker->random);
		block = (uint64_t)(uint32_t)worker->random * worker->blocks >> 32;
		break;
	default:
		block = worker->position++;
		if (worker->position == worker->blocks)
			worker->position = 0;
	}
	worker->sectors[slot]->raw = block * worker->block_sectors;
}

struct window {
	uint64_t start; /* TSC when the measured window began, 0: still warming up */
	uint64_t end;   /* TSC when it ends; the largest number: by the count */
	uint64_t warm;  /* completions until it begins */
};

INLINE void kick(struct worker *worker, bool packed, bool event_idx)
{
	uint64_t before;

	if (!slots_kick_wanted(&worker->slots, packed, event_idx))
		return;
	before = clock_now();
	slots_kick(&worker->slots);
	worker->kick_ticks += clock_now() - before;
	worker->kicks++;
}

/* Posts `count` idle slots, one kick for all, or one for each when they are not batched. */
INLINE void post_idle(struct worker *worker, unsigned count, uint64_t stamp, bool packed,
		      bool event_idx)
{
	bool single = worker->settings.batch == 1;

	for (unsigned n = 0; n < count; n++) {
		unsigned slot = worker->idle[n];

		aim(worker, slot);
		worker->stamps[slot] = stamp;
		slots_post(&worker->slots, slot, packed);
		if (single) {
			slots_publish(&worker->slots, packed);
			kick(worker, packed, event_idx);
		}
	}
	if (!single) {
		slots_publish(&worker->slots, packed);
		kick(worker, packed, event_idx);
	}
}

/* Waits for a completion; false when none came for a second. `wanted` are to come together. */
INLINE bool await_used(struct worker *worker, unsigned wanted, bool packed, bool event_idx,
		       bool interrupts)
{
	struct slots *slots = &worker->slots;
	uint64_t deadline;

	if (slots_pending(slots, packed))
		return true;
	deadline = clock_deadline(PATIENCE_NS);
	if (interrupts)
		slots_arm(slots, packed, event_idx, wanted);
	for (unsigned spins = 1;; spins++) {
		if (slots_pending(slots, packed))
			return true;
		if (interrupts) {
			interrupts_close();
			if (slots_pending(slots, packed)) {
				interrupts_open();
				return true;
			}
			cpu_halt_until(deadline);
		} else {
			cpu_relax();
		}
		if ((interrupts || spins % 1024 == 0) && clock_passed(deadline))
			return slots_pending(slots, packed);
	}
}

INLINE void begin_window(struct worker *worker, struct window *window, uint64_t now)
{
	window->start = now;
	window->end = worker->settings.duration ? now + worker->settings.duration : UINT64_MAX;
	worker->completed = 0;
	worker->kicks = 0;
	worker->kick_ticks = 0;
	worker->guest_ticks = 0;
	histogram_reset(&worker->latency);
}

/* Takes what the device has used; how many slots are idle then. */
INLINE unsigned take_used(struct worker *worker, unsigned idle, uint64_t now, bool packed)
{
	unsigned pending;

	while ((pending = slots_pending(&worker->slots, packed)) > 0) {
		do {
			unsigned slot = slots_take(&worker->slots, packed);

			histogram_record(&worker->latency, now - worker->stamps[slot]);
			worker->idle[idle++] = (uint16_t)slot;
			worker->completed++;
		} while (--pending);
	}
	return idle;
}

/* As many requests as were asked for, always `depth` of them with the device. */
INLINE void closed_loop(struct worker *worker, bool packed, bool event_idx, bool interrupts)
{
	const unsigned depth = worker->settings.depth, batch = worker->settings.batch;
	struct window window = {.end = UINT64_MAX, .warm = 2 * depth + 32};
	unsigned idle = depth;
	uint64_t now = clock_now();

	for (;;) {
		uint64_t kicked = worker->kick_ticks;
		uint64_t taken;

		if (idle >= batch) {
			post_idle(worker, idle, now, packed, event_idx);
			idle = 0;
		}
		taken = clock_now();
		worker->guest_ticks += taken - now - (worker->kick_ticks - kicked);
		if (!await_used(worker, batch - idle, packed, event_idx, interrupts)) {
			worker->stalled = true;
			return;
		}
		now = clock_now();
		idle = take_used(worker, idle, now, packed);
		if (!window.start) {
			if (worker->completed >= window.warm)
				begin_window(worker, &window, now);
		} else if (now >= window.end || (!worker->settings.duration &&
						 worker->completed >= worker->settings.requests)) {
			worker->elapsed = now - window.start;
			break;
		}
	}
	/* The rest comes back, so that nothing is in flight when the arena is emptied. */
	while (idle < depth && await_used(worker, 1, packed, event_idx, interrupts)) {
		uint64_t counted = worker->completed;

		idle = take_used(worker, idle, clock_now(), packed);
		worker->completed = counted;
	}
}

/*
 * Requests begin at intended moments, whether or not earlier ones have ended; latency counts from
 * the intention, so that a stall is charged to every request that it delays.
 */
INLINE void open_loop(struct worker *worker, bool packed, bool event_idx)
{
	const unsigned depth = worker->settings.depth;
	unsigned idle = depth;
	uint64_t now = clock_now(), start = now, due = now, end = now + worker->settings.duration;
	uint64_t last = now;

	while (now < end || idle < depth) {
		uint64_t kicked = worker->kick_ticks;

		idle = take_used(worker, idle, now, packed);
		if (idle < depth && now - last > clock_from_ns(PATIENCE_NS)) {
			worker->stalled = true;
			return;
		}
		if (due <= now && due < end && idle > 0) {
			unsigned slot = worker->idle[--idle];

			aim(worker, slot);
			worker->stamps[slot] = due;
			slots_post(&worker->slots, slot, packed);
			slots_publish(&worker->slots, packed);
			kick(worker, packed, event_idx);
			due += worker->settings.interval;
			last = now;
			worker->guest_ticks += clock_now() - now - (worker->kick_ticks - kicked);
		}
		now = clock_now();
	}
	worker->elapsed = end - start;
}

/* One body of machine code for each format and way to complete, chosen once. */
static void run_split(struct worker *worker)
{
	bool interrupts = worker->settings.completion == LOAD_INTERRUPT;

	if (worker->settings.interval)
		open_loop(worker, false, worker->event_idx);
	else if (worker->event_idx)
		closed_loop(worker, false, true, interrupts);
	else
		closed_loop(worker, false, false, interrupts);
}

static void run_packed(struct worker *worker)
{
	bool interrupts = worker->settings.completion == LOAD_INTERRUPT;

	if (worker->settings.interval)
		open_loop(worker, true, worker->event_idx);
	else
		closed_loop(worker, true, worker->event_idx, interrupts);
}

void worker_run(void *context)
{
	struct worker *worker = context;

	for (unsigned n = 0; n < worker->settings.depth; n++)
		worker->idle[n] = (uint16_t)n;
	slots_arm(&worker->slots, worker->packed, worker->event_idx, 0);
	while (!*worker->go)
		cpu_relax();
	if (worker->packed)
		run_packed(worker);
	else
		run_split(worker);
}
