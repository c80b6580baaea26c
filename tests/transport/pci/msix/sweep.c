/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event index over all of its 16 bits and the wrap. The neighbourhoods of the wrap and of the sign
 * are visited position by position, the stretches between in batches with one event somewhere inside;
 * with vp.variant=all, and as long as there is time, every position. A device that is too slow to come round is
 * not judged behind where it came to: no sentence says how fast it is.
 */
#include "arch/io.h"
#include "lib/string.h"
#include "tests/interrupt/interrupt.h"
#include "virtio/ring/fast_split.h"

#define POSITIONS     0x10000u
#define CHAINS_MOST   256u
#define NEIGHBOURHOOD 32u
#define BUDGET_NS     (20 * NANOSECONDS_A_SECOND)
#define SINGLE_NS     (BUDGET_NS / 2) /* of it, for visits of every position */

struct sweep {
	struct slots slots;
	struct virtqueue *queue;
	unsigned chains; /* that can be in flight */
	uint32_t done;   /* completions so far */
	uint64_t armed;  /* messages that were due */
};

static struct sweep sweep;

static void prepare(struct test_run *t)
{
	struct request *requests;

	sweep = (struct sweep){.queue = work_queue(t)};
	sweep.chains = MINIMUM(CHAINS_MOST,
			       slots_most(sweep.queue, request_least(new_request(t, 0)), false));
	requests = test_memory(t, "requests", sweep.chains * sizeof(*requests), 8);
	for (unsigned n = 0; n < sweep.chains; n++) {
		if (!t->workload->prepare(t->device, t->arena, n, &requests[n]))
			error_in_test(t, "the DMA arena has no room for a request");
	}
	if (!request_slots(&sweep.slots, sweep.queue, requests, sweep.chains, false, t->arena))
		error_in_test(t, "the DMA arena has no room for the chains");
}

static bool all_used(void *context)
{
	const unsigned *count = context;

	return slots_pending(&sweep.slots) >= *count;
}

/* Completes `count` requests with used_event at the one numbered `event`, and sees its message. */
static bool step(struct test_run *t, unsigned count, unsigned event)
{
	struct mark mark = mark_arrivals(sweep.queue);

	/* slots_arm() counts from 1. */
	slots_arm(&sweep.slots, event + 1);
	for (unsigned n = 0; n < count; n++)
		slots_post(&sweep.slots, (sweep.done + n) % sweep.chains);
	slots_publish(&sweep.slots);
	if (slots_kick_wanted(&sweep.slots))
		slots_kick(&sweep.slots);
	INSIST(t, SANE_1, wait_until(all_used, &count, clock_deadline(PATIENCE_NS)),
	       "queue %u: the device stops completing at used index %u", sweep.queue->index,
	       sweep.done % POSITIONS);
	for (unsigned n = 0; n < count; n++)
		slots_take(&sweep.slots);
	sweep.done += count;
	sweep.armed++;
	return await_messages(t, sweep.queue, &mark, 1);
}

/* How many positions the next step may take: one in a neighbourhood, else up to the next of them. */
static unsigned stride(uint64_t all_until)
{
	uint32_t at = sweep.done % POSITIONS, half = at % (POSITIONS / 2);
	uint32_t left = POSITIONS / 2 - half;

	if (!clock_passed(all_until) || half < NEIGHBOURHOOD || left <= NEIGHBOURHOOD)
		return 1;
	return MINIMUM(left - NEIGHBOURHOOD, sweep.chains);
}

/* The whole lap in time, or the test ends with what it has judged. */
static void insist_on_time(struct test_run *t, uint64_t deadline)
{
	CAN_JUDGE(t, !clock_passed(deadline),
		  "after %llu s of %u positions %u were visited: the device is too slow for a lap",
		  BUDGET_NS / NANOSECONDS_A_SECOND, POSITIONS, sweep.done);
}

/* One step, judged; false when the message did not come. */
static bool judged_step(struct test_run *t, unsigned count)
{
	unsigned event = (unsigned)random_below(&t->random, count);
	uint32_t position = (sweep.done + event) % POSITIONS;

	return CHECK(t, SPLIT_NOTIF_5, step(t, count, event),
		     "queue %u: used_event %u, the buffer there was used, and no message came",
		     sweep.queue->index, position);
}

TEST(interrupt, event_index_sweep,
     .about = "used_event is honoured at every position of the index and over its wrap",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_EVENT_IDX), .timeout_ms = 30000,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(EVIDX_TXT_2, SPLIT_NOTIF_5, SPLIT_NOTIF_6))
{
	static const struct virtio_device *swept;
	uint64_t all_until, deadline, came;
	struct mark mark;

	if (!options.thorough && swept && swept != t->device)
		skip_test(t, "once a run is enough without vp.thorough: %s was swept", swept->name);
	swept = t->device;
	want_batches(t);
	t->variant.event_idx = true;
	bring_up(t);
	prepare(t);
	deadline = clock_deadline(BUDGET_NS);
	all_until = strcmp(options.variant, "all") == 0 ? clock_deadline(SINGLE_NS) : clock_now();
	mark = mark_arrivals(sweep.queue);
	while (sweep.done < POSITIONS) {
		insist_on_time(t, deadline);
		if (!judged_step(t, stride(all_until)))
			return;
	}
	CHECK(t, EVIDX_TXT_2, step(t, 1, 0),
	      "queue %u: used_event 0 met a second time, one lap later, and no message came",
	      sweep.queue->index);
	while (sweep.done < POSITIONS + NEIGHBOURHOOD) {
		if (!judged_step(t, 1))
			return;
	}
	settle_interrupts();
	/* Two messages that meet before the first is handled arrive as one: there may be fewer than events, too. */
	came = arrivals_own(sweep.queue, &mark);
	CHECK(t, SPLIT_NOTIF_6, came * 2 <= sweep.armed * 3,
	      "queue %u: %lu messages came where %lu events were met", sweep.queue->index, came,
	      sweep.armed);
}
