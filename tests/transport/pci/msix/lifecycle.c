/* SPDX-License-Identifier: BSD-2-Clause */
/* Masks, pending bits and table entries outlive what the host does to the whole machine. */
#include "tests/harness/drive/lifecycle.h"
#include "tests/transport/pci/msix/msix.h"

#define ACROSS_MS 60000

/* One buffer used on a masked entry, armed: whether its pending bit shows it. */
static bool become_pending(struct test_run *t, struct virtqueue *queue)
{
	msix_mask_entry(&virtio_pci(queue->device)->msix, queue->entry, true);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	return await_pending(&virtio_pci(queue->device)->msix, queue->entry, true);
}

/* Unmasks the entry; whether a message comes. */
static bool release(struct test_run *t, struct virtqueue *queue)
{
	struct mark mark = mark_arrivals(queue);

	msix_mask_entry(&virtio_pci(queue->device)->msix, queue->entry, false);
	return await_messages(t, queue, &mark, 1);
}

/* That a message is held and delivered where nothing happens meanwhile is for others to judge. */
static void pending_across(struct test_run *t, const struct lifecycle_event *event)
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;
	struct mark mark;

	need_lifecycle(t, event);
	bring_up(t);
	queue = work_queue(t);
	CAN_JUDGE(t, become_pending(t, queue) && release(t, queue),
		  "no message is held and delivered, whatever happens");
	fence(t, queue);
	CAN_JUDGE(t, become_pending(t, queue), "no message is held, whatever happens");
	settle_interrupts();
	mark = mark_arrivals(queue);
	live_through(t, event);
	settle_interrupts();
	CHECK(t, SANE_15, !arrivals_own(queue, &mark),
	      "entry %u was masked and pending, then %s, and %lu messages came", queue->entry,
	      event->words, arrivals_own(queue, &mark));
	CHECK(t, SANE_15, msix_entry_masked(msix, queue->entry),
	      "entry %u was masked, then %s, and its Mask bit reads 0", queue->entry, event->words);
	CHECK(t, SANE_15, msix_pending(msix, queue->entry),
	      "entry %u was pending, then %s, and its pending bit reads 0", queue->entry,
	      event->words);
	CHECK(t, SANE_15, release(t, queue),
	      "entry %u was pending, then %s, then it was unmasked, and no message comes",
	      queue->entry, event->words);
	CHECK(t, SANE_15, complete_with_message(t, queue),
	      "entry %u: %s, then a buffer was used, and no message comes", queue->entry,
	      event->words);
}

TEST(lifecycle, pending_message_outlives_a_pause,
     .about = "a message that is masked is held across a pause, and comes on unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .traits = DEVICE_OVER_PCI,
     .assumes = STATE_MASKS | STATE_PENDING | STATE_NOTICES | STATE_RESET,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	pending_across(t, &machine_paused);
}

TEST(lifecycle, pending_message_outlives_a_restore,
     .about = "a message that is masked is held in the restored machine, and comes on unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .traits = DEVICE_OVER_PCI,
     .assumes = STATE_MASKS | STATE_PENDING | STATE_NOTICES | STATE_RESET,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	pending_across(t, &machine_restored);
}

TEST(lifecycle, pending_message_outlives_a_migration,
     .about = "a message that is masked is held across a migration, and comes on unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK | NEEDS_HOST, .traits = DEVICE_OVER_PCI,
     .assumes = STATE_MASKS | STATE_PENDING | STATE_NOTICES | STATE_RESET,
     .judges = CLAUSES(SANE_15), .timeout_ms = ACROSS_MS)
{
	pending_across(t, &machine_migrated);
}
