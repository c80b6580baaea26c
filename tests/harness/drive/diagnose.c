/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/drive/diagnose.h"

#include "arch/clock.h"
#include "arch/wait.h"
#include "tests/harness/judge/evidence.h"

#define SECOND_KICK_NS 100000000ull

static bool pending(void *queue)
{
	return virtqueue_used_pending(queue);
}

void diagnose(struct test_run *t, struct virtqueue *queue)
{
	if (virtqueue_used_pending(queue) || !queue->in_flight) {
		evidence_note("queue %u: lost call: the device has used what it was given, and no "
			      "interrupt came",
			      queue->index);
		return;
	}
	virtqueue_notify(queue);
	if (wait_until(pending, queue, clock_deadline(SECOND_KICK_NS)))
		evidence_note("queue %u: lost kick: the device went on after a second one",
			      queue->index);
	else
		evidence_note("queue %u: the device is silent: nothing came after a second kick "
			      "either",
			      queue->index);
}
