/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/load.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#define INLINE static inline __attribute__((always_inline))

/* Looks at the ring before the clock is asked whether the device has stalled. */
#define SPINS_BY_CLOCK 1024

/* Requests that run before the window opens, beside two rounds of the depth. */
#define WARM_UP 32

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
	block *= worker->block_units;
	if (worker->place == PLACE_LITTLE_ENDIAN_64)
		*(uint64_t *)worker->places[slot] = block;
	else
		*(uint32_t *)worker->places[slot] = __builtin_bswap32((uint32_t)block);
}

struct window {
	uint64_t start; /* TSC when the measured window began, 0: still warming up */
	uint64_t end;   /* TSC when it ends; the largest number: by the count */
	uint64_t warm;  /* completions until it begins */
};

/*
 * Kicks when the device wants it. `mark` is the last moment that time was charged for; what has passed
 * since is the guest's own, what the kick takes is the device's. Returns the new mark.
 */
INLINE uint64_t kick(struct worker *worker, uint64_t mark, bool packed, bool event_idx)
{
	uint64_t before, after;

	if (!slots_kick_wanted(&worker->slots, packed, event_idx))
		return mark;
	before = clock_now();
	slots_kick(&worker->slots);
	after = clock_now();
	worker->guest_ticks += before - mark;
	worker->kick_ticks += after - before;
	worker->kicks++;
	return after;
}

/* Posts `count` idle slots, one kick for all, or one for each when they are not batched. */
INLINE void post_idle(struct worker *worker, unsigned count, uint64_t now, bool packed,
		      bool event_idx)
{
	bool single = worker->settings.batch == 1;
	uint64_t mark = now;

	for (unsigned n = 0; n < count; n++) {
		unsigned slot = worker->idle[n];

		aim(worker, slot);
		worker->stamps[slot] = single ? mark : now;
		slots_post(&worker->slots, slot, packed);
		if (single) {
			slots_publish(&worker->slots, packed);
			mark = kick(worker, mark, packed, event_idx);
		}
	}
	if (!single) {
		slots_publish(&worker->slots, packed);
		mark = kick(worker, mark, packed, event_idx);
	}
	worker->guest_ticks += clock_now() - mark;
}

/* Waits for a completion, spinning; false when none came for too long. */
INLINE bool spin_for_used(struct worker *worker, bool packed)
{
	struct slots *slots = &worker->slots;
	/*
	 * Under TCG a PAUSE gives QEMU's big lock away, which the device wants as well. Where requests
	 * go one by one that lets completions gather, and with them kicks; a batch gathers by itself.
	 */
	bool relaxed = worker->settings.batch == 1;
	uint64_t deadline = 0;

	for (;;) {
		for (unsigned spins = 0; spins < SPINS_BY_CLOCK; spins++) {
			if (slots_pending(slots, packed))
				return true;
			if (relaxed)
				cpu_relax();
		}
		if (!deadline)
			deadline = clock_now() + worker->patience;
		else if (clock_passed(deadline))
			return slots_pending(slots, packed);
	}
}

/* The same, halted until the interrupt. `wanted` completions are to come together. */
static bool halt_for_used(struct worker *worker, unsigned wanted, bool packed, bool event_idx)
{
	struct slots *slots = &worker->slots;
	uint64_t deadline = clock_now() + worker->patience;

	slots_arm(slots, packed, event_idx, wanted);
	while (!slots_pending(slots, packed)) {
		if (clock_passed(deadline))
			return false;
		interrupts_close();
		if (slots_pending(slots, packed))
			interrupts_open();
		else
			cpu_halt_until(deadline);
	}
	return true;
}

INLINE bool await_used(struct worker *worker, unsigned wanted, bool packed, bool event_idx,
		       bool interrupts)
{
	if (slots_pending(&worker->slots, packed))
		return true;
	if (interrupts)
		return halt_for_used(worker, wanted, packed, event_idx);
	return spin_for_used(worker, packed);
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
	unsigned pending, run = 0, before = idle;
	uint64_t latency = 0;

	while ((pending = slots_pending(&worker->slots, packed)) > 0) {
		do {
			unsigned slot = slots_take(&worker->slots, packed);
			uint64_t took = now - worker->stamps[slot];

			/* Requests of one batch took the same time, as far as can be seen. */
			if (took != latency && run) {
				histogram_record_many(&worker->latency, latency, run);
				run = 0;
			}
			latency = took;
			run++;
			worker->idle[idle++] = (uint16_t)slot;
		} while (--pending);
	}
	if (run)
		histogram_record_many(&worker->latency, latency, run);
	worker->completed += idle - before;
	return idle;
}

/* Whether the window ends at `now`; begins it where that is due. */
INLINE bool window_ends(struct worker *worker, struct window *window, uint64_t now)
{
	if (!window->start) {
		if (worker->completed >= window->warm)
			begin_window(worker, window, now);
		return false;
	}
	if (now < window->end &&
	    (worker->settings.duration || worker->completed < worker->settings.requests))
		return false;
	worker->elapsed = now - window->start;
	return true;
}

/* As many requests as were asked for, always `depth` of them with the device. */
INLINE void closed_loop(struct worker *worker, bool packed, bool event_idx, bool interrupts)
{
	const unsigned depth = worker->settings.depth, batch = worker->settings.batch;
	struct window window = {.end = UINT64_MAX, .warm = 2 * depth + WARM_UP};
	unsigned idle = depth;
	uint64_t now = clock_now(), counted;

	do {
		if (idle >= batch) {
			post_idle(worker, idle, now, packed, event_idx);
			idle = 0;
		} else {
			worker->guest_ticks += clock_now() - now;
		}
		if (!await_used(worker, batch - idle, packed, event_idx, interrupts)) {
			worker->stalled = true;
			return;
		}
		now = clock_now();
		idle = take_used(worker, idle, now, packed);
	} while (!window_ends(worker, &window, now));
	/* The rest comes back, so that nothing is in flight when the arena is emptied. */
	counted = worker->completed;
	while (idle < depth && await_used(worker, 1, packed, event_idx, interrupts))
		idle = take_used(worker, idle, now, packed);
	worker->completed = counted;
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
	uint64_t moved = now;

	while (now < end || idle < depth) {
		unsigned before = idle;

		idle = take_used(worker, idle, now, packed);
		if (idle != before)
			moved = now;
		if (idle < depth && now - moved > worker->patience) {
			worker->stalled = true;
			return;
		}
		if (due <= now && due < end && idle > 0) {
			unsigned slot = worker->idle[--idle];

			aim(worker, slot);
			worker->stamps[slot] = due;
			slots_post(&worker->slots, slot, packed);
			slots_publish(&worker->slots, packed);
			worker->guest_ticks += clock_now() - kick(worker, now, packed, event_idx);
			due += worker->settings.interval;
			moved = now;
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
