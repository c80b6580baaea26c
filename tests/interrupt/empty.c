/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues that run out of buffers, on legacy devices (virtio 1.4, 6.3). */
#include "tests/interrupt/interrupt.h"

#define ROUNDS 8

TEST(interrupt, empty_queue_is_told_of,
     .about =
	     "with VIRTIO_F_NOTIFY_ON_EMPTY a queue that runs out of buffers is announced, though its "
	     "notifications are suppressed",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_NOTIFY_ON_EMPTY),
     .axes = AXIS_EVENT_IDX, .traits = DEVICE_LEGACY, .judges = CLAUSES(RESV_LEG_2, RESV_LEG_3))
{
	enum clause_id id = t->variant.event_idx ? CLAUSE_RESV_LEG_3 : CLAUSE_RESV_LEG_2;
	struct virtqueue *queue;

	features_add(&t->stays, VIRTIO_F_NOTIFY_ON_EMPTY);
	bring_up(t);
	queue = work_queue(t);
	complete_with_message(t, queue);
	virtqueue_suppress(queue);
	for (unsigned n = 0; n < ROUNDS; n++) {
		struct mark mark = mark_arrivals(queue);

		complete_one(t, queue);
		if (!JUDGE(t, id, await_messages(t, queue, &mark, 1),
			   "queue %u: its only buffer was used, under suppression, and no message "
			   "came",
			   queue->index))
			return;
	}
}
