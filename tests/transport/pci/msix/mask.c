/* SPDX-License-Identifier: BSD-2-Clause */
/* Masking and pending bits (PCI Express Base 6.0, 6.1.4.5 and 7.7.2). */
#include "tests/harness/subject/subject.h"
#include "tests/transport/pci/msix/msix.h"

#define EVENTS 10

/* What a test masks and unmasks: one entry, or the function. */
struct lock {
	void (*set)(const struct virtqueue *queue, bool masked);
	const char *name;
};

static void mask_entry(const struct virtqueue *queue, bool masked)
{
	msix_mask_entry(&virtio_pci(queue->device)->msix, queue->entry, masked);
}

static void mask_function(const struct virtqueue *queue, bool masked)
{
	msix_function_mask(&virtio_pci(queue->device)->msix, masked);
}

static const struct lock entry_lock = {mask_entry, "the entry"};
static const struct lock function_lock = {mask_function, "the function"};

static uint32_t with_bit(uint32_t value, uint32_t bit, bool set)
{
	return set ? value | bit : value & ~bit;
}

/* Function Mask by other widths: byte enables choose what is written (PCI 3.0, 3.2.2.3). */
static void mask_by_byte(const struct virtqueue *queue, bool masked)
{
	const struct msix *msix = &virtio_pci(queue->device)->msix;
	unsigned upper = msix->capability + MSIX_CONTROL + 1;
	uint8_t value = pci_read8(msix->function, upper);

	pci_write8(msix->function, upper,
		   (uint8_t)with_bit(value, MSIX_CONTROL_FUNCTION_MASK >> 8, masked));
}

static void mask_by_double_word(const struct virtqueue *queue, bool masked)
{
	const struct msix *msix = &virtio_pci(queue->device)->msix;
	uint32_t value = pci_read32(msix->function, msix->capability);

	pci_write32(msix->function, msix->capability,
		    with_bit(value, MSIX_CONTROL_FUNCTION_MASK << 16, masked));
}

static const struct lock byte_lock = {mask_by_byte, "a byte"};
static const struct lock double_word_lock = {mask_by_double_word, "a double word"};

/*
 * The pending bit of a masked entry that nothing has happened to, at 0: a bit that is always 1 says nothing of what comes.
 * An entry that nothing masks has no message pending, so the bit may not stay.
 */
static void expect_nothing_pending(struct test_run *t, const struct virtqueue *queue)
{
	const struct msix *msix = &virtio_pci(queue->device)->msix;

	if (!msix_pending(msix, queue->entry))
		return;
	mask_function(queue, false);
	mask_entry(queue, false);
	INSIST(t, MSIX_PCI_14, await_pending(msix, queue->entry, false),
	       "entry %u: the pending bit is 1, nothing was asked of the device, and nothing masks it any more",
	       queue->entry);
	skip_test(t, "the pending bit of entry %u was 1 before anything had happened",
		  queue->entry);
}

/* Completes `count` requests, armed, while masked; then the pending bit must be set. */
static bool become_pending(struct test_run *t, struct virtqueue *queue, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	return await_pending(&virtio_pci(queue->device)->msix, queue->entry, true);
}

/* Clears the lock, waits for the one message and a fence behind it: how many messages came. */
static uint64_t release(struct test_run *t, struct virtqueue *queue, const struct lock *lock,
			bool *came, bool *cleared)
{
	struct mark mark = mark_arrivals(queue);

	lock->set(queue, false);
	*came = await_messages(t, queue, &mark, 1);
	*cleared = await_pending(&virtio_pci(queue->device)->msix, queue->entry, false);
	if (*came)
		insist_on_fence(t, queue);
	else
		fence(t, queue);
	return arrivals_own(queue, &mark);
}

#define TRIES 3

/* Of messages more than it owes nothing is said (2.7.7.2): a pending bit makes more than one where it does so each time. */
static void judge_one_message(struct test_run *t, struct virtqueue *queue, const struct lock *lock,
			      unsigned events, uint64_t messages)
{
	for (unsigned n = 1; messages > 1 && n < TRIES; n++) {
		bool came, cleared;

		lock->set(queue, true);
		become_pending(t, queue, events);
		messages = release(t, queue, lock, &came, &cleared);
	}
	CHECK(t, MSIX_PCI_15, messages <= 1,
	      "entry %u: %u buffers were used while %s was masked, %lu messages come, and more than one "
	      "each of %u times",
	      queue->entry, events, lock->name, messages, TRIES);
}

TEST(interrupt, masked_vector_is_held_pending,
     .about = "a completion on a masked vector sets its pending bit and is announced on unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING | AXIS_EVENT_IDX | AXIS_INTERRUPT,
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_15, MSIX_PCI_5, MSIX_PCI_6, MSIX_PCI_7, MSIX_PCI_8, PACKED_EV_TXT_1,
		       PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	struct mark mark;
	uint64_t messages;
	bool came, cleared;

	bring_up(t);
	queue = work_queue(t);
	mask_entry(queue, true);
	expect_nothing_pending(t, queue);
	mark = mark_arrivals(queue);
	CHECK(t, MSIX_PCI_6, become_pending(t, queue, 1),
	      "entry %u is masked, a buffer was used, its pending bit stays 0", queue->entry);
	settle_interrupts();
	CHECK(t, MSIX_PCI_5, !arrivals_own(queue, &mark) && !arrivals_elsewhere(queue, &mark),
	      "entry %u is masked, and %lu messages came on its vector, %lu elsewhere",
	      queue->entry, arrivals_own(queue, &mark), arrivals_elsewhere(queue, &mark));
	messages = release(t, queue, &entry_lock, &came, &cleared);
	CHECK(t, MSIX_PCI_7, came, "entry %u was pending and is unmasked, no message comes",
	      queue->entry);
	CHECK(t, MSIX_PCI_8, cleared, "entry %u: its message came, its pending bit stays 1",
	      queue->entry);
	judge_one_message(t, queue, &entry_lock, 1, messages);
}

TEST(interrupt, many_events_make_one_pending_message,
     .about = "ten completions on a masked vector make one message on unmasking",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_15, MSIX_PCI_6, MSIX_PCI_7, PACKED_EV_TXT_1, PACKED_EV_TXT_3,
		       SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	uint64_t messages;
	bool came, cleared;

	bring_up(t);
	queue = work_queue(t);
	mask_entry(queue, true);
	expect_nothing_pending(t, queue);
	CHECK(t, MSIX_PCI_6, become_pending(t, queue, EVENTS),
	      "entry %u is masked, %u buffers were used, its pending bit stays 0", queue->entry,
	      EVENTS);
	messages = release(t, queue, &entry_lock, &came, &cleared);
	CHECK(t, MSIX_PCI_7, came, "entry %u was pending and is unmasked, no message comes",
	      queue->entry);
	judge_one_message(t, queue, &entry_lock, EVENTS, messages);
}

TEST(interrupt, function_mask_holds_every_vector,
     .about = "Function Mask holds back messages of unmasked entries until it is cleared",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_EVENT_IDX | AXIS_INTERRUPT,
     .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_15, MSIX_PCI_6, MSIX_PCI_7, MSIX_PCI_8, MSIX_PCI_9, PACKED_EV_TXT_1,
		       PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	struct mark mark;
	uint64_t messages;
	bool came, cleared;

	bring_up(t);
	queue = work_queue(t);
	mask_function(queue, true);
	expect_nothing_pending(t, queue);
	mark = mark_arrivals(queue);
	CHECK(t, MSIX_PCI_6, become_pending(t, queue, 3),
	      "Function Mask is 1, buffers were used, the pending bit of entry %u stays 0",
	      queue->entry);
	settle_interrupts();
	CHECK(t, MSIX_PCI_9, !arrivals_own(queue, &mark) && !arrivals_elsewhere(queue, &mark),
	      "Function Mask is 1, and %lu messages came on the vector of entry %u, %lu elsewhere",
	      arrivals_own(queue, &mark), queue->entry, arrivals_elsewhere(queue, &mark));
	messages = release(t, queue, &function_lock, &came, &cleared);
	CHECK(t, MSIX_PCI_7, came,
	      "Function Mask was cleared, entry %u was pending, no message comes", queue->entry);
	CHECK(t, MSIX_PCI_8, cleared, "entry %u: its message came, its pending bit stays 1",
	      queue->entry);
	judge_one_message(t, queue, &function_lock, 3, messages);
}

TEST(interrupt, message_control_takes_any_width,
     .about = "Function Mask counts, written with one byte or with the double word that it is in",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_6, MSIX_PCI_7, MSIX_PCI_9, PACKED_EV_TXT_1, PACKED_EV_TXT_3,
		       SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	static const struct lock *const locks[] = {&byte_lock, &double_word_lock};
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	complete_with_message(t, queue);
	for (unsigned n = 0; n < ARRAY_LENGTH(locks); n++) {
		struct mark mark;
		bool pending, came, cleared;

		locks[n]->set(queue, true);
		expect_nothing_pending(t, queue);
		mark = mark_arrivals(queue);
		pending = become_pending(t, queue, 1);
		settle_interrupts();
		/* One that was not held cannot be pending. */
		INSIST(t, MSIX_PCI_9, !arrivals_own(queue, &mark),
		       "Function Mask was set by %s, and %lu messages came", locks[n]->name,
		       arrivals_own(queue, &mark));
		CHECK(t, MSIX_PCI_6, pending,
		      "Function Mask was set by %s, a buffer was used, the pending bit of entry %u stays "
		      "0",
		      locks[n]->name, queue->entry);
		release(t, queue, locks[n], &came, &cleared);
		CHECK(t, MSIX_PCI_7, came,
		      "Function Mask was cleared by %s, entry %u was pending, no message comes",
		      locks[n]->name, queue->entry);
	}
}

TEST(interrupt, function_mask_holds_several_vectors,
     .about = "entries that become pending under Function Mask each send one message afterwards",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_15, MSIX_PCI_6, MSIX_PCI_7, MSIX_PCI_8, MSIX_PCI_9, PACKED_EV_TXT_1,
		       PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtio_device *device = t->device;
	struct mark marks[2];

	if (device->type != VIRTIO_TYPE_BLK || offered_queues(device) < 2)
		skip_test(t, "one queue alone takes such work");
	bring_up_queues(t, 2);
	if (device->queues[0]->entry == device->queues[1]->entry)
		skip_test(t, "the table has one entry for both queues");
	msix_function_mask(&virtio_pci(device)->msix, true);
	for (unsigned n = 0; n < 2; n++) {
		struct virtqueue *queue = device->queues[n];

		expect_nothing_pending(t, queue);
		marks[n] = mark_arrivals(queue);
		CHECK(t, MSIX_PCI_6, become_pending(t, queue, 2),
		      "Function Mask is 1, buffers were used, the pending bit of entry %u stays 0",
		      queue->entry);
	}
	settle_interrupts();
	for (unsigned n = 0; n < 2; n++)
		CHECK(t, MSIX_PCI_9, !arrivals_own(device->queues[n], &marks[n]),
		      "Function Mask is 1, and %lu messages came on the vector of entry %u",
		      arrivals_own(device->queues[n], &marks[n]), device->queues[n]->entry);
	msix_function_mask(&virtio_pci(device)->msix, false);
	for (unsigned n = 0; n < 2; n++) {
		struct virtqueue *queue = device->queues[n];
		uint64_t messages;

		CHECK(t, MSIX_PCI_7, await_messages(t, queue, &marks[n], 1),
		      "Function Mask was cleared, two entries were pending, no message of entry %u "
		      "comes",
		      queue->entry);
		CHECK(t, MSIX_PCI_8, await_pending(&virtio_pci(device)->msix, queue->entry, false),
		      "entry %u: its message came, its pending bit stays 1", queue->entry);
		insist_on_fence(t, queue);
		messages = arrivals_own(queue, &marks[n]);
		CHECK(t, MSIX_PCI_15, messages <= 1,
		      "entry %u: Function Mask cleared, %lu messages", queue->entry, messages);
	}
}

TEST(interrupt, entry_stays_masked_under_function_mask,
     .about = "clearing Function Mask does not release a vector whose own Mask bit is set",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_10, MSIX_PCI_5, MSIX_PCI_7, PACKED_EV_TXT_1, PACKED_EV_TXT_3,
		       SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	struct mark mark;
	bool came, cleared;

	bring_up(t);
	queue = work_queue(t);
	mask_entry(queue, true);
	mask_function(queue, true);
	expect_nothing_pending(t, queue);
	become_pending(t, queue, 1);
	mark = mark_arrivals(queue);
	mask_function(queue, false);
	settle_interrupts();
	CHECK(t, MSIX_PCI_10, msix_entry_masked(&virtio_pci(t->device)->msix, queue->entry),
	      "the Mask bit of entry %u is gone after Function Mask was set and cleared",
	      queue->entry);
	CHECK(t, MSIX_PCI_5, !arrivals_own(queue, &mark),
	      "entry %u is masked, its message came when Function Mask was cleared", queue->entry);
	release(t, queue, &entry_lock, &came, &cleared);
	CHECK(t, MSIX_PCI_7, came, "entry %u was pending and is unmasked, no message comes",
	      queue->entry);
}

TEST(interrupt, masked_when_enabled,
     .about = "an entry that is masked when MSI-X is turned on holds its message until unmasked",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_5, MSIX_PCI_6, MSIX_PCI_7, PACKED_EV_TXT_1, PACKED_EV_TXT_3,
		       SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct virtqueue *queue;
	struct mark mark;
	bool came, cleared;

	set_up(t, features_for(t), t->workload->queues);
	queue = work_queue(t);
	msix_enable(msix, false);
	mask_entry(queue, true);
	msix_enable(msix, true);
	go_live(t);
	expect_nothing_pending(t, queue);
	mark = mark_arrivals(queue);
	CHECK(t, MSIX_PCI_6, become_pending(t, queue, 1),
	      "entry %u was masked before MSI-X was turned on, its pending bit stays 0",
	      queue->entry);
	CHECK(t, MSIX_PCI_5, !arrivals_own(queue, &mark),
	      "entry %u was masked before MSI-X was turned on, and its message came", queue->entry);
	release(t, queue, &entry_lock, &came, &cleared);
	CHECK(t, MSIX_PCI_7, came, "entry %u was pending and is unmasked, no message comes",
	      queue->entry);
}

TEST(interrupt, idle_vectors_are_not_pending,
     .about = "pending bits are set for vectors with a held message only",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_14))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;
	struct pending_bits *before = test_memory(t, "pending bits", sizeof(*before), 4);
	struct virtqueue *queue;
	unsigned entry;

	bring_up(t);
	queue = work_queue(t);
	/* What a masked entry held before the device was reset may still stand. */
	note_pending(msix, before);
	complete_with_message(t, queue);
	CHECK(t, MSIX_PCI_14, await_pending(msix, queue->entry, false),
	      "entry %u is pending, its message has come", queue->entry);
	entry = newly_pending(queue, before, queue->entry);
	CHECK(t, MSIX_PCI_14, entry == msix->entries,
	      "entry %u became pending, the event was for entry %u", entry, queue->entry);
	mask_entry(queue, true);
	become_pending(t, queue, 1);
	entry = newly_pending(queue, before, queue->entry);
	CHECK(t, MSIX_PCI_14, entry == msix->entries,
	      "entry %u became pending, the event was for entry %u", entry, queue->entry);
}

TEST(interrupt, unmasking_alone_sends_nothing,
     .about = "masking and unmasking a vector at rest makes no message",
     .needs = NEEDS_MSIX | NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_15, PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	struct mark mark;

	bring_up(t);
	queue = work_queue(t);
	complete_with_message(t, queue);
	settle_interrupts();
	mark = mark_arrivals(queue);
	for (unsigned n = 0; n < EVENTS; n++) {
		mask_entry(queue, true);
		mask_entry(queue, false);
		mask_function(queue, true);
		mask_function(queue, false);
	}
	insist_on_fence(t, queue);
	CHECK(t, MSIX_PCI_15, !arrivals_own(queue, &mark),
	      "entry %u: %lu messages out of masking and unmasking", queue->entry,
	      arrivals_own(queue, &mark));
}

TEST(interrupt, function_starts_masked_and_off,
     .about = "when the image met the function, MSI-X was off and every entry masked",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_1, MSIX_PCI_2, MSIX_PCI_3))
{
	const struct contact *contact = &face_of(t->device)->contact;

	if (contact_was_late(contact))
		skip_test(t,
			  "somebody has driven the function before: firmware, or another kernel");
	for_each_remembered (thing) {
		uint64_t value = thing->value(&contact->found);

		if (thing->needed & NEEDS_MSIX)
			JUDGE(t, thing->clause, value == thing->after_reset,
			      "%s was %lu when the image met the function", thing->name, value);
	}
}

TEST(interrupt, function_mask_leaves_mask_bits_alone,
     .about = "Mask bits read back as written, and Function Mask changes none of them",
     .needs = NEEDS_MSIX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_10, MSIX_PCI_17))
{
	const struct msix *msix = &virtio_pci(t->device)->msix;

	for (unsigned entry = 0; entry < msix->entries; entry++) {
		for (unsigned masked = 0; masked < 2; masked++) {
			msix_mask_entry(msix, entry, masked);
			CHECK(t, MSIX_PCI_17, msix_entry_masked(msix, entry) == masked,
			      "entry %u: Mask bit reads %u after writing %u", entry, !masked,
			      masked);
		}
		msix_mask_entry(msix, entry, entry % 2);
	}
	msix_function_mask(msix, true);
	msix_function_mask(msix, false);
	for (unsigned entry = 0; entry < msix->entries; entry++)
		CHECK(t, MSIX_PCI_10, msix_entry_masked(msix, entry) == entry % 2,
		      "entry %u: Mask bit was %u, and is %u after Function Mask", entry, entry % 2,
		      msix_entry_masked(msix, entry));
}

#define RACES        30
#define RACES_MANY   2000
#define RACE_LEAST   30000ul   /* ns */
#define RACE_LONGEST 1000000ul /* ns */

/* Somewhere in the time that a request takes, or a little behind it. */
static void spin_into_service(struct test_run *t)
{
	uint64_t most = MINIMUM(MAXIMUM(2 * pace_ns(), RACE_LEAST), RACE_LONGEST);

	clock_spin(random_below(&t->random, most));
}

/* A request, masked at some moment while the device is at it and unmasked at a later one: its message comes before or after. */
static bool announced_across(struct test_run *t, struct virtqueue *queue, struct request *request,
			     const struct lock *lock)
{
	struct mark mark = mark_arrivals(queue);
	struct completion completion;
	bool came;

	virtqueue_arm(queue, 0);
	submit(t, queue, request);
	spin_into_service(t);
	lock->set(queue, true);
	spin_into_service(t);
	lock->set(queue, false);
	came = await_messages(t, queue, &mark, 1);
	INSIST(t, SANE_1, await_completion(t, queue, &completion),
	       "queue %u: %s is not completed in time", queue->index, t->workload->about);
	return came;
}

TEST(interrupt, masking_under_way_loses_nothing,
     .about = "a buffer is announced at whatever moment its vector was masked and unmasked again",
     .needs = NEEDS_MSIX | NEEDS_WORK, .axes = AXIS_RING, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_7, SANE_1), .timeout_ms = 60000)
{
	static const struct lock *const locks[] = {&entry_lock, &function_lock};
	struct virtqueue *queue;
	struct request *request;

	bring_up(t);
	queue = work_queue(t);
	request = new_request(t, 1);
	complete_with_message(t, queue);
	for (unsigned n = 0; n < rounds_of(RACES, RACES_MANY); n++) {
		const struct lock *lock = locks[n % ARRAY_LENGTH(locks)];

		if (!CHECK(t, MSIX_PCI_7, announced_across(t, queue, request, lock),
			   "round %u: %s was masked and unmasked while a buffer of queue %u was being used, and "
			   "no message came before or after",
			   n, lock->name, queue->index))
			return;
	}
}
