/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/harness/subject/inspect.h"

#include "arch/guard.h"
#include "arch/interrupt.h"
#include "arch/io.h"
#include "lib/string.h"
#include "tests/harness/drive/drive.h"
#include "tests/harness/judge/fault.h"
#include "tests/harness/subject/contact.h"
#include "tests/harness/subject/fresh.h"
#include "tests/harness/subject/leftover.h"
#include "tests/harness/subject/subject.h"
#include "tests/harness/subject/taker.h"
#include "virtio/ring/split.h"

#define FAR_AWAY 0x8000 /* a used_event that is not met for a long time */
#define LIMIT_NS (20 * NANOSECONDS_A_SECOND)
#define ROUNDS   2

/* What the experiments have shown. */
static struct observations {
	unsigned pending; /* first entry whose pending bit is set, plus 1 */
	uint16_t
		first_index; /* that the first used element after a reset in use made; 1: as it has to */
	unsigned used_before; /* buffers that were used before that reset */
	bool feature_stays;   /* used_event is heeded without EVENT_IDX */
} seen;

bool inspection_is_due(const struct test_run *t)
{
	const struct subject *subject = t->subject;

	return !subject->inspected && !subject->lost && !face_of(t->device)->unusable &&
	       t->workload && (!taker_is_needed(t->device) || subject->taker == TAKER_THERE);
}

/* Nothing has been asked of the device yet. */
static void look_at_pending(struct test_run *t)
{
	struct virtio_device *device = t->device;
	const struct virtio_messages *messages = device->transport->messages;

	if (!device->vectors || contact_was_late(&face_of(device)->contact))
		return;
	approach(device);
	messages->enable(device);
	for (unsigned entry = 0; entry < device->vectors && !seen.pending; entry++) {
		if (messages->is_pending(device, entry))
			seen.pending = entry + 1;
	}
	messages->disable(device);
}

/* Brings the device up with its usual features, and EVENT_IDX or not; NULL when that is not possible. */
static struct virtqueue *start(struct test_run *t, bool event_idx)
{
	static struct virtqueue_request requests[VIRTIO_QUEUES_MOST];
	struct virtio_device *device = t->device;
	unsigned queues = t->workload->queues;
	struct virtqueue *queue;

	arena_empty(t->arena);
	if (!make_fresh(device))
		return NULL;
	t->variant.event_idx = event_idx;
	if (!virtio_negotiate(device, features_for(t)) ||
	    device->transport->queue_count(device) < queues ||
	    !virtio_set_up_queues(device, queues, requests,
				  device->vectors ? INTERRUPT_MSIX : INTERRUPT_NONE, t->arena))
		return NULL;
	virtio_add_status(device, VIRTIO_STATUS_DRIVER_OK);
	if (t->workload->start && !t->workload->start(device, t->arena))
		return NULL;
	queue = work_queue(t);
	/* Without EVENT_IDX the field means nothing. */
	if (!event_idx)
		write16(split_of(queue)->used_event, FAR_AWAY);
	return queue;
}

static void stop(struct test_run *t)
{
	if (virtio_reset(t->device))
		virtio_give_back_queues(t->device);
}

static bool is_used(void *queue)
{
	return virtqueue_used_pending(queue);
}

/* Whether one request is served. */
static bool serve(struct test_run *t, struct virtqueue *queue)
{
	struct request *request = arena_allocate(t->arena, "request", sizeof(*request), 8);
	struct completion completion;

	if (!request || !t->workload->prepare(t->device, t->arena, 1, request) ||
	    !request_add(queue, request))
		return false;
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	return wait_until(is_used, queue, clock_deadline(PATIENCE_NS)) &&
	       virtqueue_take(queue, &completion);
}

/* Whether a message comes for the next few requests, which are served one by one. */
static bool sends(struct test_run *t, struct virtqueue *queue)
{
	uint64_t before = interrupt_count(queue->vector);

	for (unsigned n = 0; n < ROUNDS; n++) {
		if (!serve(t, queue))
			return true; /* nothing is shown */
	}
	return await_interrupts(queue->vector, before + 1);
}

/* The first request tells where the ring begins, and may be announced in any case. */
static bool begin(struct test_run *t, struct virtqueue *queue)
{
	uint16_t index;

	if (!queue || !serve(t, queue))
		return false;
	index = from_le16(split_of(queue)->used->idx);
	if (index != 1 && seen.first_index == 1)
		seen.first_index = index;
	settle_interrupts();
	return true;
}

/* EVENT_IDX is negotiated, then declined: used_event means nothing any more (2.7.7.2). */
static void try_feature(struct test_run *t)
{
	struct virtqueue *queue;
	uint64_t before;

	if (!begin(t, start(t, true)))
		return;
	stop(t);
	queue = start(t, false);
	if (!begin(t, queue) || !queue->vector || sends(t, queue))
		return;
	/* No message, though flags are 0. Does used_event bring it? */
	before = interrupt_count(queue->vector);
	write16(split_of(queue)->used_event, split_of(queue)->used_index);
	seen.feature_stays = serve(t, queue) && await_interrupts(queue->vector, before + 1);
}

static void experiment(void *context)
{
	struct test_run *t = context;
	struct virtqueue *queue;
	bool works;

	look_at_pending(t);
	/* Without it first: does the device send at all, and then with no more than one request before? */
	queue = start(t, false);
	works = begin(t, queue) && (!queue->vector || sends(t, queue));
	stop(t);
	if (!works)
		return;
	seen.used_before = ROUNDS + 1;
	if (features_have(&t->device->offered, VIRTIO_F_EVENT_IDX))
		try_feature(t);
	else
		begin(t, start(t, false));
	stop(t);
}

static void judge(struct test_run *t)
{
	judge_leftovers(t);
	/* What else was seen is of a device that was never reset. */
	if (fault_of(t->faults, CLAUSE_PCI_COMMON_8))
		return;
	if (seen.pending)
		check_broken(
			t, CLAUSE_MSIX_PCI_14,
			"entry %u: the pending bit is set, and nothing was asked of the device",
			seen.pending - 1);
	if (seen.first_index != 1)
		check_broken(
			t, CLAUSE_SPLIT_TXT_12,
			"the first buffer after a reset in use made the used index %u, of a ring "
			"that was all 0",
			seen.first_index);
	if (seen.feature_stays) {
		features_add(&t->subject->accepted, VIRTIO_F_EVENT_IDX);
		check_broken(t, CLAUSE_FEAT_TXT_2,
			     "VIRTIO_F_EVENT_IDX was negotiated, then after a reset it was not: "
			     "used_event is heeded all the same");
	}
}

void inspect_subject(struct test_run *t)
{
	struct variant variant = t->variant;
	struct guard_report report;

	t->subject->inspected = true;
	seen = (struct observations){.first_index = 1};
	t->variant = (struct variant){0};
	guard_call(experiment, t, LIMIT_NS, &report);
	if (report.end != GUARD_RETURNED)
		stop(t);
	t->variant = variant;
	t->up = false;
	judge(t);
}
