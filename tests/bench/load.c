/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench/load.h"

#include "arch/clock.h"
#include "arch/cpu.h"

/* What a worker tries out to find its pace: each wait so often, for so many requests beside the depth. */
#define PACE_ROUNDS   2
#define PACE_REQUESTS 64
static const uint16_t paces_ns[] = {0, 150, 300, 450, 600, 750, 900, 1100, 1350, 1700, 2200, 3000};

static const struct load_loops *loops_for(const struct worker *worker)
{
	return ring_is_packed(worker->slots.queue) ? &packed_load_loops : &split_load_loops;
}

/*
 * Finds the pace at which requests go by fastest. The device's thread goes to sleep a moment after it has
 * completed a request; a kick that comes just before needs not wake it, one that comes while the thread still
 * holds a lock that the kick wants as well makes both wait. Where that moment lies only trying tells.
 */
static void find_pace(struct worker *worker, const struct load_loops *loops)
{
	struct load_settings wanted = worker->settings;
	uint64_t best = UINT64_MAX, pace = 0;

	worker->settings.duration = 0;
	worker->settings.requests = wanted.depth + PACE_REQUESTS;
	for (unsigned n = 0; n < PACE_ROUNDS * ARRAY_LENGTH(paces_ns) && !worker->stalled; n++) {
		worker->pace = clock_from_ns(paces_ns[n % ARRAY_LENGTH(paces_ns)]);
		loops->closed(worker);
		if (worker->elapsed < best) {
			best = worker->elapsed;
			pace = worker->pace;
		}
	}
	worker->pace = pace;
	worker->settings = wanted;
}

void worker_run(void *context)
{
	struct worker *worker = context;
	const struct load_loops *loops = loops_for(worker);

	for (unsigned n = 0; n < worker->settings.depth; n++)
		worker->idle[n] = (uint16_t)n;
	loops->keep_quiet(worker);
	while (!*worker->go)
		cpu_relax();
	if (worker->settings.paced)
		find_pace(worker, loops);
	if (worker->stalled)
		return;
	if (worker->settings.interval)
		loops->open(worker);
	else
		loops->closed(worker);
}
