/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exactness of event suppression: which used buffer is announced, and which is not (virtio 1.4,
 * 2.7.7, 2.8.10).
 */
#include "arch/io.h"
#include "tests/harness/subject/subject.h"
#include "tests/interrupt/interrupt.h"
#include "tests/ring/traffic.h"
#include "virtio/ring/packed.h"
#include "virtio/ring/split.h"

#define BURST_MOST 5u

/* Bursts that are tried, and what has become of those that nothing had to be said of. */
struct sweep {
	struct test_run *t;
	struct virtqueue *queue;
	struct request *requests[BURST_MOST];
	unsigned parts;       /* pieces of each direction of a request */
	unsigned quiet;       /* bursts for which no message was due */
	unsigned quiet_noisy; /* of them those with a message */
};

static void start_sweep(struct sweep *sweep, struct test_run *t, unsigned parts)
{
	*sweep = (struct sweep){.t = t, .queue = work_queue(t), .parts = parts};
	for (unsigned n = 0; n < BURST_MOST; n++)
		sweep->requests[n] = new_request(t, n);
	/* What comes with the very first buffer is another test's. */
	complete_with_message(t, sweep->queue);
}

static void serve_burst(struct sweep *sweep, unsigned count)
{
	INSIST(sweep->t, SANE_1,
	       serve_again(sweep->t, sweep->queue, sweep->requests, count, sweep->parts),
	       "a burst of %u buffers is not used in time", count);
}

/* A burst after which a message is due; true when it came. */
static bool burst_is_announced(struct sweep *sweep, unsigned count)
{
	struct mark mark = mark_arrivals(sweep->queue);

	serve_burst(sweep, count);
	return await_messages(sweep->t, sweep->queue, &mark, 1);
}

/* A burst after which no message is due. */
static void burst_is_quiet(struct sweep *sweep, unsigned count)
{
	struct mark mark = mark_arrivals(sweep->queue);

	serve_burst(sweep, count);
	settle_interrupts();
	sweep->quiet++;
	sweep->quiet_noisy += arrivals_own(sweep->queue, &mark) > 0;
}

/* Suppression is a hint that may come too late now and then (2.7.7): more than half is too often. */
static bool mostly_quiet(const struct sweep *sweep)
{
	return sweep->quiet_noisy * 2 <= sweep->quiet;
}

/*
 * Whether suppression has any effect on this device, as the queue is armed now: it need not (SHOULD), and
 * then the place of the event cannot be told by silence.
 */
static bool keeps_quiet(struct sweep *sweep, void (*arm)(struct virtqueue *queue))
{
	bool quiet;

	for (unsigned n = 0; n < 16; n++) {
		arm(sweep->queue);
		burst_is_quiet(sweep, 1);
	}
	quiet = mostly_quiet(sweep);
	sweep->quiet = sweep->quiet_noisy = 0;
	return quiet;
}

TEST(ring, split_used_event_is_exact,
     .about = "a message comes when the used index passes used_event, and mostly only then",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_INDIRECT, .always = AXIS_EVENT_IDX,
     WITH_FEATURE(VIRTIO_F_EVENT_IDX), .judges = CLAUSES(SPLIT_NOTIF_5, SPLIT_NOTIF_6))
{
	struct sweep sweep;
	unsigned most;

	bring_up(t);
	start_sweep(&sweep, t, 1);
	most = MINIMUM(BURST_MOST, sweep.queue->size / 3u);
	for (unsigned count = 1; count <= most; count++) {
		for (uint16_t after = 0; after < 2 * count; after++) {
			uint16_t index = split_of(sweep.queue)->used_index;

			virtqueue_arm(sweep.queue, after);
			if (after >= count)
				burst_is_quiet(&sweep, count);
			else if (!CHECK(t, SPLIT_NOTIF_5, burst_is_announced(&sweep, count),
					"used_event %u, used idx went from %u to %u: no message",
					(uint16_t)(index + after), index,
					(uint16_t)(index + count)))
				return;
		}
	}
	/* A lap away, behind and before. */
	for (unsigned n = 0; n < 16; n++) {
		virtqueue_arm(sweep.queue, n % 2 ? 0x8000 : 0xffff);
		burst_is_quiet(&sweep, 1);
	}
	CHECK(t, SPLIT_NOTIF_6, mostly_quiet(&sweep),
	      "%u of %u bursts that did not pass used_event were announced", sweep.quiet_noisy,
	      sweep.quiet);
}

/* Nowhere near, neither in its place nor behind the largest ring. */
static void arm_far(struct virtqueue *queue)
{
	uint16_t far = (uint16_t)(split_of(queue)->used_index + 0x8000);

	write16(&split_of(queue)->avail->ring[queue->shape.room], far);
	virtqueue_arm(queue, 0x8000);
}

TEST(ring, split_used_event_has_its_place,
     .about = "used_event stands behind the available ring of the size that was programmed",
     .needs = NEEDS_MSIX | NEEDS_WORK, .always = AXIS_EVENT_IDX, WITH_FEATURE(VIRTIO_F_EVENT_IDX),
     .judges = CLAUSES(EVIDX_TXT_1))
{
	struct sweep sweep;
	struct split_virtqueue *ring;
	uint16_t room = offered_size(t->device);
	bool heeds;

	/* At the largest size the right place and the wrong one are the same. */
	CAN_JUDGE(t, room > 1, "the queue has one entry: there is no smaller size");
	CAN_JUDGE(t, !t->device->ring_alignment,
		  "of a legacy ring the size alone says where its parts lie");
	t->shape.room = room;
	t->variant.size = room / 2;
	bring_up(t);
	start_sweep(&sweep, t, 1);
	ring = split_of(sweep.queue);
	heeds = keeps_quiet(&sweep, arm_far);
	for (unsigned n = 0; n < 16; n++) {
		/* Where a ring of the largest size would have it stands what the device must not heed. */
		write16(&ring->avail->ring[room], (uint16_t)(ring->used_index - 1));
		virtqueue_arm(sweep.queue, 0);
		if (!CHECK(t, EVIDX_TXT_1, burst_is_announced(&sweep, 1),
			   "used_event behind %u available entries is met, and no message comes",
			   sweep.queue->size))
			return;
		virtqueue_arm(sweep.queue, 0x8000);
		write16(&ring->avail->ring[room], ring->used_index);
		burst_is_quiet(&sweep, 1);
	}
	CHECK(t, EVIDX_TXT_1, !heeds || mostly_quiet(&sweep),
	      "messages come by what stands behind %u entries, not behind the ring's %u", room,
	      sweep.queue->size);
}

/* Points the event at a place so many slots from where the next used descriptor goes. */
static void arm_slot(struct virtqueue *queue, unsigned ahead, bool other_lap)
{
	struct packed_virtqueue *ring = packed_of(queue);
	unsigned slot = ring->used_slot + ahead;
	bool wrap = ring->used_wrap ^ (slot / queue->size % 2) ^ other_lap;

	write16(&ring->driver->desc, (uint16_t)(slot % queue->size | wrap << 15));
	publish();
	write16(&ring->driver->flags, VIRTQ_EVENT_FLAGS_DESC);
	publish_then_observe();
}

TEST(ring, packed_event_offset_is_exact,
     .about = "a message comes when the descriptor at the event offset is used, inside bursts too",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_SIZE, .always = AXIS_RING | AXIS_EVENT_IDX,
     WITH_FEATURE(VIRTIO_F_RING_PACKED), .judges = CLAUSES(PACKED_EV_TXT_3, PACKED_EV_TXT_5))
{
	struct sweep sweep;
	unsigned length, most;

	if (!t->variant.event_idx)
		skip_test(t, "VIRTIO_F_EVENT_IDX is not offered");
	bring_up(t);
	start_sweep(&sweep, t, 1);
	length = request_least(sweep.requests[0]);
	most = MINIMUM(BURST_MOST, sweep.queue->size / length);
	for (unsigned lap = 0; lap < 3; lap++) {
		for (unsigned count = 1; count <= most; count++) {
			for (unsigned ahead = 0; ahead < count * length; ahead += length) {
				uint16_t from = packed_of(sweep.queue)->used_slot;
				bool came;

				arm_slot(sweep.queue, ahead, false);
				came = burst_is_announced(&sweep, count);
				if (!ahead &&
				    !CHECK(t, PACKED_EV_TXT_3, came,
					   "event at slot %u, %u buffers of %u descriptors used from "
					   "slot %u on: no message",
					   (from + ahead) % sweep.queue->size, count, length, from))
					return;
				if (ahead &&
				    !CHECK(t, PACKED_EV_TXT_5, came,
					   "event at slot %u, where an inner one of %u buffers of %u descriptors "
					   "from slot %u on was used: no message",
					   (from + ahead) % sweep.queue->size, count, length, from))
					return;
			}
		}
	}
}

TEST(ring, packed_event_elsewhere_is_quiet,
     .about = "another slot, or the slot on another lap, brings mostly no message",
     .needs = NEEDS_MSIX | NEEDS_WORK, .always = AXIS_RING | AXIS_EVENT_IDX,
     WITH_FEATURE(VIRTIO_F_RING_PACKED), .judges = CLAUSES(PACKED_EV_TXT_3, PACKED_EV_TXT_4))
{
	struct sweep sweep;
	unsigned length;

	if (!t->variant.event_idx)
		skip_test(t, "VIRTIO_F_EVENT_IDX is not offered");
	bring_up(t);
	start_sweep(&sweep, t, 1);
	length = sweep.queue->shape.indirect ? 1 : request_least(sweep.requests[0]);
	/* At the wrap a device may judge coarsely: where most requests go over it, silence cannot be the rule. */
	if (length * 4 > sweep.queue->size)
		skip_test(
			t,
			"requests of %u descriptors go over the end of the ring of %u entries all "
			"the time",
			length, sweep.queue->size);
	for (unsigned n = 0; n < 64; n++) {
		if (n % 2)
			arm_slot(sweep.queue, 0, true);
		else
			arm_slot(sweep.queue, MAXIMUM(length, sweep.queue->size / 2u), false);
		burst_is_quiet(&sweep, 1);
	}
	CHECK(t, PACKED_EV_TXT_4, mostly_quiet(&sweep),
	      "%u of %u buffers used elsewhere than at the event offset were announced",
	      sweep.quiet_noisy, sweep.quiet);
	CHECK(t, PACKED_EV_TXT_3, complete_with_message(t, sweep.queue),
	      "event at the next slot, and no message");
}

static void disable_far(struct virtqueue *queue)
{
	arm_slot(queue, queue->size / 2, false);
	write16(&packed_of(queue)->driver->flags, VIRTQ_EVENT_FLAGS_DISABLE);
	publish_then_observe();
}

TEST(ring, packed_event_offset_counts_with_its_flag_alone,
     .about = "with flags at enable or disable, offset and wrap bit mean nothing",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED), .judges = CLAUSES(PACKED_EV_TXT_6))
{
	struct virtq_event_suppress *events;
	struct sweep sweep;
	bool heeds;

	bring_up(t);
	start_sweep(&sweep, t, 1);
	events = packed_of(sweep.queue)->driver;
	heeds = keeps_quiet(&sweep, disable_far);
	for (unsigned n = 0; n < 16; n++) {
		write16(&events->desc, (uint16_t)random_next(&t->random));
		write16(&events->flags, VIRTQ_EVENT_FLAGS_ENABLE);
		publish_then_observe();
		if (!CHECK(t, PACKED_EV_TXT_6, burst_is_announced(&sweep, 1),
			   "event flags 0 with offset %u wrap %u: no message",
			   read16(&events->desc) & 0x7fff, read16(&events->desc) >> 15))
			return;
		arm_slot(sweep.queue, 0, false);
		write16(&events->flags, VIRTQ_EVENT_FLAGS_DISABLE);
		publish_then_observe();
		burst_is_quiet(&sweep, 1);
	}
	CHECK(t, PACKED_EV_TXT_6, !heeds || mostly_quiet(&sweep),
	      "event flags 1 with the offset of the next slot: %u of %u buffers were announced",
	      sweep.quiet_noisy, sweep.quiet);
}

/* How many of 16 buffers are announced although the driver's event flags say disable. */
static unsigned announced_while_disabled(struct test_run *t)
{
	struct sweep sweep;

	start_sweep(&sweep, t, 1);
	virtqueue_suppress(sweep.queue);
	for (unsigned n = 0; n < 16; n++)
		burst_is_quiet(&sweep, 1);
	return sweep.quiet_noisy;
}

TEST(ring, packed_parts_need_no_better_alignment,
     .about = "a ring aligned to 16 bytes and event structures aligned to 4 are found",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX, .always = AXIS_RING,
     WITH_FEATURE(VIRTIO_F_RING_PACKED), .judges = CLAUSES(PACKED_TXT_15))
{
	unsigned before, after;

	bring_up(t);
	before = announced_while_disabled(t);
	start_over(t);
	t->shape.liberties = LIBERTY_BARE_ALIGNMENT;
	t->shape.placement = 5;
	bring_up(t);
	after = announced_while_disabled(t);
	CHECK(t, PACKED_TXT_15, after <= before + 8,
	      "event structures at addresses that are multiples of 4 and no more: of 16 buffers %u are "
	      "announced although the flags say disable, %u where they are better aligned",
	      after, before);
	CHECK(t, PACKED_TXT_15, complete_with_message(t, work_queue(t)),
	      "event structures at addresses that are multiples of 4 and no more: no message");
}
