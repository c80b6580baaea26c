/* SPDX-License-Identifier: BSD-2-Clause */
/* The two queues of an input device (virtio 1.4, 5.8.2, 5.8.6). */
#include "tests/device/input/query.h"
#include "tests/harness/subject/subject.h"

TEST(input, has_event_and_status_queue, .about = "queues 0 and 1 exist and can be enabled",
     .type = VIRTIO_TYPE_INPUT, .judges = CLAUSES(INPUT_VQ_1))
{
	for (unsigned n = 0; n < 2; n++) {
		uint64_t size;

		t->device->transport->select_queue(t->device, n);
		size = t->device->transport->queue_size(t->device);
		CHECK(t, INPUT_VQ_1, n < offered_queues(t->device) && size > 0,
		      "queue %u of %u has size %lu", n, offered_queues(t->device), size);
	}
	bring_up(t);
	for (unsigned n = 0; n < 2; n++) {
		t->device->transport->select_queue(t->device, n);
		CHECK(t, INPUT_VQ_1, t->device->transport->queue_enabled(t->device) == 1,
		      "queue %u does not read enabled", n);
	}
}

TEST(input, status_events_are_consumed,
     .about = "as many status events as the queue holds, one behind each buffer, all come back",
     .type = VIRTIO_TYPE_INPUT, .axes = AXIS_RING | AXIS_INDIRECT,
     .judges = CLAUSES(INPUT_EV_5, VQ_TXT_6))
{
	struct virtqueue *queue;
	unsigned count;

	bring_up(t);
	queue = t->device->queues[INPUT_STATUS_QUEUE];
	count = queue->size;
	for (unsigned n = 0; n < count; n++) {
		add_request(t, queue, new_request(t, n));
	}
	virtqueue_publish(queue);
	virtqueue_kick(queue);
	for (unsigned n = 0; n < count; n++) {
		struct completion completion;

		if (!CHECK(t, INPUT_EV_5, await_completion(t, queue, &completion),
			   "of %u status events only %u come back, then no more in time", count, n))
			return;
		/* With packed rings, 2.8 leaves the length of such a buffer open. */
		if (!ring_is_packed(queue) &&
		    !CHECK(t, VQ_TXT_6, completion.length == 0,
			   "a status event, which has nothing to write, is used with length %u",
			   completion.length))
			return;
	}
}
