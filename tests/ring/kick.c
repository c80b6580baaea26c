/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kick says, and when none is needed (virtio 1.4, 2.7.10, 2.8.10, 2.9).
 */
#include "arch/clock.h"
#include "arch/io.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

#define ROUNDS      120
#define ROUNDS_MANY 3000

/* Whether everything comes back though kicks are sent only where the device asks for them. */
static bool served_with_due_kicks(struct test_run *t, struct virtqueue *queue, unsigned *round)
{
	struct request *requests[3];
	unsigned most = MINIMUM(queue->size / 3u, (unsigned)ARRAY_LENGTH(requests));

	for (unsigned n = 0; n < ARRAY_LENGTH(requests); n++)
		requests[n] = new_request(t, n);
	for (*round = 0; *round < rounds_of(ROUNDS, ROUNDS_MANY); ++*round) {
		unsigned count = 1 + (unsigned)random_below(&t->random, MAXIMUM(most, 1u));

		/* From right behind the device's last look to long after it fell asleep. */
		clock_spin(random_below(&t->random, *round % 8 ? 4000 : 60000));
		if (!serve_again(t, queue, requests, count, 1))
			return false;
	}
	return true;
}

/* Judges by whether all was served what the device had said of kicks. */
static void judge_stranded(struct test_run *t, const struct virtqueue *queue, bool served,
			   unsigned round, const char *how)
{
	if (ring_is_packed(queue) && queue->event_idx)
		CHECK(t, PACKED_EV_TXT_11, served,
		      "round %u: a buffer was exposed without passing the device's event "
		      "(flags %u, desc %#x) and is not used%s",
		      round, read16(&packed_of(queue)->device->flags),
		      read16(&packed_of(queue)->device->desc), how);
	else if (ring_is_packed(queue))
		CHECK(t, PACKED_EV_TXT_10, served,
		      "round %u: a buffer was exposed while the device's event flags were at disable "
		      "and is not used%s",
		      round, how);
	else if (queue->event_idx)
		CHECK(t, EVIDX_TXT_6, served,
		      "round %u: available idx %u did not pass avail_event %u, and the buffer is not "
		      "used%s",
		      round, split_of(queue)->avail_index, read16(split_of(queue)->avail_event),
		      how);
	else
		CHECK(t, KICK_TXT_5, served,
		      "round %u: a buffer was exposed while the used flags were 1 and is not used%s",
		      round, how);
}

TEST(ring, no_buffer_is_stranded_without_a_kick,
     .about = "buffers are served when kicks are sent only where the device wants them",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_SIZE,
     .judges = CLAUSES(EVIDX_TXT_6, KICK_TXT_5, PACKED_EV_TXT_10, PACKED_EV_TXT_11))
{
	struct virtqueue *queue;
	unsigned round;
	bool served;

	bring_up(t);
	queue = work_queue(t);
	served = served_with_due_kicks(t, queue, &round);
	judge_stranded(t, queue, served, round, "");
}

TEST(ring, kicks_carry_the_index,
     .about =
	     "kicks by the plain queue index are heard where the device's own identifiers are not accepted",
     .needs = NEEDS_WORK, .axes = AXIS_RING, WITH_FEATURE(VIRTIO_F_NOTIF_CONFIG_DATA),
     .judges = CLAUSES(KICK_TXT_1, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	t->variant.kick_config = true;
	require_plain_service(t);
	t->variant.kick_config = false;
	bring_up(t);
	traffic = traffic_start(t, 4);
	traffic->kick_always = true;
	traffic_run(traffic, 40);
	check_service(traffic, CLAUSE_KICK_TXT_1, "kicks by queue index");
}

/* Traffic over several laps in which each kick says exactly how far the ring is filled. */
static struct traffic *kick_exactly(struct test_run *t)
{
	struct traffic *traffic;

	t->variant.kick_data = true;
	bring_up(t);
	traffic = traffic_start(t, 16);
	traffic->kick_always = true;
	traffic_run(traffic, 4u * traffic->queue->size);
	return traffic;
}

TEST(ring, kick_data_tells_how_far_the_ring_is_filled,
     .about = "with NOTIFICATION_DATA kicks with the exact position serve every buffer once",
     .needs = NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_SIZE,
     WITH_FEATURE(VIRTIO_F_NOTIFICATION_DATA),
     .judges = CLAUSES(KICK_TXT_3, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic = kick_exactly(t);

	traffic_end(traffic);
	check_service(traffic, CLAUSE_KICK_TXT_3, "kicks that carry the position");
	check_flaw(traffic, CLAUSE_KICK_TXT_3, FLAW_STEP);
}

TEST(ring, kick_data_begins_with_the_queues_identifier,
     .about = "with both notification features kicks carry the device's identifier of the queue",
     .needs = NEEDS_WORK, .axes = AXIS_RING, WITH_FEATURE(VIRTIO_F_NOTIF_CONFIG_DATA),
     .judges = CLAUSES(KICK_TXT_2, PACKED_DESC_1, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	if (!features_have(&t->device->offered, VIRTIO_F_NOTIFICATION_DATA))
		skip_test(t, "VIRTIO_F_NOTIFICATION_DATA is not offered");
	t->variant.kick_config = true;
	check_service(kick_exactly(t), CLAUSE_KICK_TXT_2, "kicks with identifier and position");
}

TEST(ring, rings_work_through_the_window,
     .about = "a device is brought up, kicked and used by way of its configuration window alone",
     .needs = NEEDS_WORK | NEEDS_WINDOW, .axes = AXIS_RING,
     .judges = CLAUSES(PACKED_DESC_1, PCI_CFGACC_TXT_3, SPLIT_DESC_1, VQ_TXT_2, VQ_TXT_5))
{
	struct traffic *traffic;

	require_plain_service(t);
	t->variant.interrupts = INTERRUPT_NONE;
	t->device->access = ACCESS_WINDOW;
	bring_up(t);
	traffic = traffic_start(t, 4);
	traffic_run(traffic, 40);
	check_service(traffic, CLAUSE_PCI_CFGACC_TXT_3, "everything through the window");
}

TEST(ring, one_notification_tells_of_two_buffers,
     .about = "two buffers that are exposed behind one notification are both used",
     .needs = NEEDS_WORK, .axes = AXIS_RING, .judges = CLAUSES(SANE_1, SANE_18))
{
	struct virtqueue *queue;
	struct completion completion;
	bool waits;

	bring_up(t);
	queue = work_queue(t);
	CAN_JUDGE(t, queue->size >= 2 * request_least(new_request(t, 0)),
		  "queue %u has no room for two requests", queue->index);
	/* The first of all may be served for free: a device may look at its queues when it goes live. */
	work_once(t, 1);
	add_request(t, queue, new_request(t, 2));
	add_request(t, queue, new_request(t, 3));
	virtqueue_publish(queue);
	virtqueue_notify(queue);
	INSIST(t, SANE_1, await_completion(t, queue, &completion), "no buffer is used in time");
	waits = !await_use(queue, clock_deadline(PATIENCE_NS));
	if (waits) {
		virtqueue_notify(queue);
		CAN_JUDGE(t, await_use(queue, clock_deadline(MAXIMUM(SOON_NS, pace_ns()))),
			  "the second of two buffers is used late, whatever is notified");
	}
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "of two buffers one is used in time");
	CHECK(t, SANE_18, !waits,
	      "of two buffers behind one notification one is used, the other behind another one");
}
