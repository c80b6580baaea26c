/* SPDX-License-Identifier: BSD-2-Clause */
/* Suppression of used buffer notifications (virtio 1.4, 2.7.7; packed rings: 2.8.10). */
#include "arch/io.h"
#include "tests/interrupt/interrupt.h"
#include "virtio/ring/split.h"

#define ROUNDS 16
#define LIVES  4

TEST(interrupt, suppressed_queue_is_quiet,
     .about = "completions mostly make no message while suppressed",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_EV_TXT_2, SPLIT_NOTIF_2, SPLIT_NOTIF_6))
{
	struct virtqueue *queue;
	unsigned noisy = 0;

	bring_up(t);
	queue = work_queue(t);
	/* What comes with the very first buffer is another test's. */
	complete_with_message(t, queue);
	virtqueue_suppress(queue);
	for (unsigned n = 0; n < ROUNDS; n++) {
		struct mark mark = mark_arrivals(queue);

		complete_one(t, queue);
		settle_interrupts();
		noisy += arrivals_own(queue, &mark) > 0;
	}
	/* A hint that may come too late now and then: more than half is too often. */
	JUDGE(t, clause_of_quiet(queue), noisy * 2 <= ROUNDS,
	      "queue %u: %u of %u completions made messages while suppressed", queue->index, noisy,
	      ROUNDS);
}

/* The event field behind the available ring (2.7.6). */
static le16 *used_event(const struct virtqueue *queue)
{
	return &split_of(queue)->avail->ring[queue->size];
}

TEST(interrupt, used_event_means_nothing_without_the_feature,
     .about = "without VIRTIO_F_EVENT_IDX what stands in the used_event slot suppresses nothing",
     .needs = NEEDS_MSIX | NEEDS_WORK, .judges = CLAUSES(SPLIT_NOTIF_1))
{
	static const int distances[] = {-1, 1, 2, 0x4000, 0x7fff, -0x8000};
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < ARRAY_LENGTH(distances); n++) {
		write16(used_event(queue), (uint16_t)(split_of(queue)->used_index + distances[n]));
		if (!CHECK(t, SPLIT_NOTIF_1, complete_with_message(t, queue),
			   "queue %u: used index %u, used_event slot %u: no message", queue->index,
			   split_of(queue)->used_index, read16(used_event(queue))))
			return;
	}
}

TEST(interrupt, flags_mean_nothing_with_event_idx,
     .about = "with VIRTIO_F_EVENT_IDX the flags of the available ring suppress nothing",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_EVENT_IDX),
     .judges = CLAUSES(SPLIT_NOTIF_4), .breaks = RULES(DRIVER_SPLIT_4))
{
	struct virtqueue *queue;

	t->variant.event_idx = true;
	bring_up(t);
	queue = work_queue(t);
	write16(&split_of(queue)->avail->flags, VIRTQ_AVAIL_F_NO_INTERRUPT);
	for (unsigned n = 0; n < ROUNDS; n++) {
		if (!CHECK(t, SPLIT_NOTIF_4, complete_with_message(t, queue),
			   "queue %u, completion %u: flags 1, used_event met, no message",
			   queue->index, n))
			return;
	}
}

/* Whether the first buffer of a life is announced although used_event is half the index space away. */
static bool first_is_announced(struct test_run *t)
{
	struct virtqueue *queue;
	struct mark mark;
	bool came, fenced;
	uint64_t messages;

	bring_up(t);
	queue = work_queue(t);
	virtqueue_arm(queue, 0x8000);
	mark = mark_arrivals(queue);
	complete_one(t, queue);
	settle_interrupts();
	came = complete_with_message(t, queue);
	/* Of two messages the second may be under way still. */
	fenced = fence(t, queue);
	CAN_JUDGE(t, fenced, "queue %u: the message behind does not come", queue->index);
	messages = arrivals_own(queue, &mark);
	start_over(t);
	return messages > came;
}

TEST(interrupt, first_use_respects_used_event,
     .about = "the first buffer after a reset is announced only if used_event asks for it",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_EVENT_IDX),
     .judges = CLAUSES(SPLIT_NOTIF_6))
{
	unsigned announced = 0;

	t->variant.event_idx = true;
	for (unsigned life = 0; life < LIVES; life++)
		announced += first_is_announced(t);
	CHECK(t, SPLIT_NOTIF_6, announced * 2 <= LIVES,
	      "used_event was 32768 when the first buffer was used, and a message came in %u of %u lives",
	      announced, LIVES);
}

TEST(interrupt, event_index_starts_anew_after_reset,
     .about = "after a reset used_event 0 is met by the first used buffer again",
     .needs = NEEDS_MSIX | NEEDS_WORK, WITH_FEATURE(VIRTIO_F_EVENT_IDX),
     .judges = CLAUSES(EVIDX_TXT_2, EVIDX_TXT_4))
{
	t->variant.event_idx = true;
	for (unsigned life = 0; life < 3; life++) {
		struct virtqueue *queue;

		bring_up(t);
		queue = work_queue(t);
		CHECK(t, EVIDX_TXT_2, complete_with_message(t, queue),
		      "queue %u, life %u: used_event 0, first buffer used, no message",
		      queue->index, life);
		for (unsigned n = 0; n < 3 + life; n++)
			CHECK(t, EVIDX_TXT_4, complete_with_message(t, queue),
			      "queue %u, life %u: used_event %u met, no message", queue->index,
			      life, n + 1);
		fence_by_reset(t);
		virtio_give_back_queues(t->device);
	}
}
