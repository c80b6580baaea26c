/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/diagnose.h"

#include "arch/clock.h"
#include "arch/wait.h"
#include "tests/harness/judge/evidence.h"
#include "tests/harness/judge/silence.h"

#define SECOND_KICK_NS 100000000ull

static bool pending(void *queue)
{
	return virtqueue_used_pending(queue);
}

/* Whether the device has heard of the queue once, and used nothing of it ever. */
static bool is_untouched(const struct virtqueue *queue)
{
	return queue->kicks == 1 && !queue->taken;
}

void diagnose(struct test_run *t, struct virtqueue *queue)
{
	bool untouched = is_untouched(queue);

	if (virtqueue_used_pending(queue) || !queue->in_flight) {
		evidence_note("queue %u: lost call: the device has used what it was given, and no "
			      "interrupt came",
			      queue->index);
		return;
	}
	virtqueue_notify(queue);
	if (wait_until(pending, queue, clock_deadline(SECOND_KICK_NS))) {
		evidence_note("queue %u: lost kick: the device went on after a second one",
			      queue->index);
		if (untouched)
			t->start_lost = clock_now();
	} else {
		evidence_note("queue %u: the device is silent: nothing came after a second kick "
			      "either",
			      queue->index);
	}
}

bool start_was_lost(struct test_run *t)
{
	struct virtqueue *queue =
		t->up && t->workload && t->workload->queue < t->device->queue_count
			? t->device->queues[t->workload->queue]
			: NULL;

	if (queue && is_untouched(queue) && only_silence_shows(t))
		diagnose(t, queue);
	return t->start_lost > ring_progress().published;
}
