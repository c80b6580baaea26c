/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/judge/silence.h"

#include "arch/wait.h"
#include "lib/string.h"
#include "tests/harness/judge/evidence.h"
#include "virtio/ring/queue.h"
#include "virtio/transport.h"

#define HELD_MOST 8

static struct held_check held[HELD_MOST];
static unsigned held_count;

static bool device_owes(const struct test_run *t)
{
	for (unsigned n = 0; t->up && n < t->device->queue_count; n++) {
		struct virtqueue *queue = t->device->queues[n];

		if (queue && queue->in_flight && !virtqueue_used_pending(queue))
			return true;
	}
	return false;
}

bool only_silence_shows(const struct test_run *t)
{
	struct ring_progress progress = ring_progress();
	uint64_t waited = waits_run_out_last();

	return progress.published < waited && progress.taken < waited && device_owes(t);
}

static struct held_check *check_of(enum clause_id id)
{
	for (unsigned n = 0; n < held_count; n++) {
		if (held[n].clause == id)
			return &held[n];
	}
	return NULL;
}

bool hold_check(const struct test_run *t, enum clause_id id, const char *message)
{
	struct held_check *check = check_of(id);

	if (check) {
		check->times++;
		return true;
	}
	if (held_count == HELD_MOST)
		return false;
	check = &held[held_count++];
	*check = (struct held_check){
		.clause = id,
		.times = 1,
		.status = t->device->transport->get_status(t->device),
	};
	copy_string(check->message, sizeof(check->message), message);
	copy_string(check->evidence, sizeof(check->evidence), evidence(t));
	return true;
}

const struct held_check *held_first(void)
{
	return held_count ? held : NULL;
}

const struct held_check *held_next(const struct held_check *check)
{
	return ++check < held + held_count ? check : NULL;
}

void forget_held(void)
{
	held_count = 0;
}
