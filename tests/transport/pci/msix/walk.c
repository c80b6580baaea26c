/* SPDX-License-Identifier: BSD-2-Clause */
/* The Mask bit, Function Mask and buffers that are used, in any order. */
#include "tests/transport/pci/msix/msix.h"

#define STEPS      40
#define STEPS_MANY 1000
#define TOLD_STEPS 8 /* of a failure, the last ones */

struct walk {
	struct test_run *t;
	struct virtqueue *queue;
	bool entry, function; /* masked */
	bool owed;            /* a message that is held */
	char told[TOLD_STEPS + 1];
};

static bool is_masked(const struct walk *walk)
{
	return walk->entry || walk->function;
}

static void tell(struct walk *walk, char step)
{
	for (unsigned n = 0; n + 1 < TOLD_STEPS; n++)
		walk->told[n] = walk->told[n + 1];
	walk->told[TOLD_STEPS - 1] = step;
}

/* Masks or unmasks by one of the two. What it releases has to come, what the other one still masks must not. */
static bool toggle(struct walk *walk, bool function)
{
	const struct msix *msix = &virtio_pci(walk->queue->device)->msix;
	struct mark mark = mark_arrivals(walk->queue);
	bool was_masked = is_masked(walk), *masked = function ? &walk->function : &walk->entry;
	bool owed = walk->owed;

	*masked = !*masked;
	tell(walk, function ? (*masked ? 'F' : 'f') : (*masked ? 'E' : 'e'));
	if (function)
		msix_function_mask(msix, *masked);
	else
		msix_mask_entry(msix, walk->queue->entry, *masked);
	if (!is_masked(walk)) {
		walk->owed = false;
		return !owed ||
		       CHECK(walk->t, MSIX_PCI_7, await_messages(walk->t, walk->queue, &mark, 1),
			     "entry %u: a message was held, behind %s nothing masks it, and it does "
			     "not come",
			     walk->queue->entry, walk->told);
	}
	settle_interrupts();
	/* One that was on its way when it was masked first may come. */
	return !was_masked ||
	       JUDGE(walk->t, walk->entry ? CLAUSE_MSIX_PCI_5 : CLAUSE_MSIX_PCI_9,
		     !arrivals_own(walk->queue, &mark),
		     "entry %u: behind %s %s still masks it, and %lu messages come",
		     walk->queue->entry, walk->told, walk->entry ? "its Mask bit" : "Function Mask",
		     arrivals_own(walk->queue, &mark));
}

/* One buffer: told of at once, or held. */
static bool serve(struct walk *walk)
{
	struct test_run *t = walk->t;
	struct virtqueue *queue = walk->queue;
	struct mark mark = mark_arrivals(queue);

	tell(walk, 'b');
	if (!is_masked(walk))
		return JUDGE(
			t, clause_of_notice(queue), complete_with_message(t, queue),
			"queue %u: behind %s a buffer is used, nothing masks its vector, and no "
			"message comes",
			queue->index, walk->told);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	walk->owed = true;
	if (!CHECK(t, MSIX_PCI_6,
		   await_pending(&virtio_pci(queue->device)->msix, queue->entry, true),
		   "entry %u: behind %s a buffer is used, it is masked, and its pending bit stays 0",
		   queue->entry, walk->told))
		return false;
	settle_interrupts();
	return JUDGE(t, walk->entry ? CLAUSE_MSIX_PCI_5 : CLAUSE_MSIX_PCI_9,
		     !arrivals_own(queue, &mark),
		     "entry %u: behind %s it is masked, a buffer is used, and %lu messages come",
		     queue->entry, walk->told, arrivals_own(queue, &mark));
}

TEST(interrupt, masks_hold_and_release_in_any_order,
     .about =
	     "whatever is masked and unmasked before, a message comes when nothing masks it, and not before",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_5, MSIX_PCI_6, MSIX_PCI_7, MSIX_PCI_9, PACKED_EV_TXT_1,
		       PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5),
     .timeout_ms = 60000)
{
	struct walk walk = {.t = t, .told = "--------"};
	bool right = true;

	bring_up(t);
	walk.queue = work_queue(t);
	CAN_JUDGE(t, complete_with_message(t, walk.queue), "no message comes, whatever happens");
	for (unsigned n = 0; right && n < rounds_of(STEPS, STEPS_MANY); n++) {
		unsigned step = (unsigned)random_below(&t->random, 3);

		right = step == 2 ? serve(&walk) : toggle(&walk, step);
	}
}
