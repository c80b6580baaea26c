/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt pin: a level that the ISR status makes and unmakes (virtio 1.4, 4.1.4.5). */
#include "pci/intx.h"
#include "tests/harness/subject/helper.h"
#include "tests/interrupt/interrupt.h"
#include "virtio/transport/pci/registers.h"

#define ROUNDS       16
#define DELIVERIES   3 /* after which a level counts as one, and the line is masked */
#define REACTION_NS  6000000ull
#define ISR_READS    16 /* until a status that is not 0 is one that reading does not clear */
#define LATE_RAISES  4
#define ISR_RESERVED ((uint8_t) ~(VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION))

/* A handler that leaves the ISR status alone, so that a level interrupts again and again. */
struct watcher {
	struct virtio_device *device;
	volatile unsigned arrivals;
};

static struct watcher watcher;

static void count_and_mask(unsigned vector, uint64_t tsc, void *context)
{
	struct watcher *seen = context;

	if (++seen->arrivals >= DELIVERIES)
		interrupt_mask_line(seen->device->line);
}

/* Opens the line anew; arrivals count from 0. */
static void open_line(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;

	watcher = (struct watcher){.device = device};
	interrupt_set_handler(queue->vector, count_and_mask, &watcher);
	if (!interrupt_route_line(device->line, queue->vector, queue->cpu, true,
				  device->line_active_low))
		interrupt_mask_line(device->line);
}

static bool is_level(void *context)
{
	return watcher.arrivals >= DELIVERIES;
}

static bool line_is_level(void)
{
	return wait_until(is_level, NULL, clock_deadline(PATIENCE_NS));
}

/*
 * Whether the line stays low for a while. A level that is up interrupts again and again; a single
 * arrival may be an old one that an interrupt controller had accepted already.
 */
static bool line_stays_low(void)
{
	return !wait_until(is_level, NULL, clock_deadline(REACTION_NS));
}

static bool queue_bit_seen(void *device)
{
	return ((struct virtio_device *)device)->isr_seen & VIRTIO_INTERRUPT_USED;
}

/*
 * Whether the line is low. A level that was seen before may be delivered once more: between device and CPU
 * it can be latched until the next EOI.
 */
static bool line_is_low(struct virtqueue *queue)
{
	open_line(queue);
	if (line_stays_low())
		return true;
	open_line(queue);
	return line_stays_low();
}

/*
 * The ISR status once it has been read often enough: 0, unless reading does not clear it. A device may set
 * it again for a completion that was seen already, when its notification takes two steps.
 */
static uint8_t isr_read_away(struct virtio_device *device)
{
	uint8_t isr = isr_read(device);

	for (unsigned n = 0; isr && n < ISR_READS; n++) {
		clock_spin(REACTION_NS / ISR_READS);
		isr = isr_read(device);
	}
	return isr;
}

/* line_is_low(), with the ISR status of both devices read away (other may be NULL). */
static bool line_goes_low(struct virtqueue *queue, struct virtio_device *other)
{
	for (unsigned n = 0; n < LATE_RAISES; n++) {
		if (line_is_low(queue))
			return true;
		isr_read_away(queue->device);
		if (other)
			isr_read_away(other);
	}
	return line_is_low(queue);
}

/* The device up with its pin, and the ISR status left set by one completion. */
static struct virtqueue *raise_pin(struct test_run *t)
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	open_line(queue);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	return queue;
}

TEST(interrupt, pin_announces_completions,
     .about = "with MSI-X off each completion raises the pin, with the queue bit in the ISR status",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT | AXIS_RING | AXIS_EVENT_IDX,
     .judges = CLAUSES(PACKED_EV_TXT_1, PACKED_EV_TXT_3, PCI_ISR_3, PCI_ISR_TXT_3, SPLIT_NOTIF_3,
		       SPLIT_NOTIF_5))
{
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	for (unsigned n = 0; n < ROUNDS; n++) {
		t->device->isr_seen = 0;
		if (!JUDGE(t, clause_of_notice(queue), complete_with_message(t, queue),
			   "completion %u of queue %u: the pin is not raised", n, queue->index))
			return;
		CHECK(t, PCI_ISR_3,
		      wait_until(queue_bit_seen, t->device, clock_deadline(PATIENCE_NS)),
		      "completion %u of queue %u: the handler saw ISR status %#x", n, queue->index,
		      t->device->isr_seen);
		CHECK(t, PCI_ISR_TXT_3, !(t->device->isr_seen & ISR_RESERVED),
		      "reserved bits in ISR status %#x", t->device->isr_seen);
	}
}

TEST(interrupt, pin_is_a_level,
     .about = "the pin stays up until the ISR status is read, and Interrupt Status goes with it",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_4, PCI_ISR_5, PCI_ISR_7, PCI_ISR_TXT_4))
{
	struct virtqueue *queue = raise_pin(t);
	struct virtio_device *device = t->device;
	uint8_t isr;

	CHECK(t, PCI_ISR_5, line_is_level(),
	      "the ISR status was not read, and the pin interrupted %u times instead of again and "
	      "again",
	      watcher.arrivals);
	CHECK(t, PCI_ISR_4, intx_pending(virtio_pci(device)->function),
	      "a queue interrupt is pending, Interrupt Status is 0");
	isr = isr_read(device);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED, "the pin is up, the ISR status reads %#x",
	      isr);
	isr_read_away(device);
	CHECK(t, PCI_ISR_4, !intx_pending(virtio_pci(device)->function),
	      "the ISR status was read, Interrupt Status is still 1");
	CHECK(t, PCI_ISR_TXT_4, line_goes_low(queue, NULL),
	      "the ISR status was read, and the pin interrupts %u times more", watcher.arrivals);
	isr = isr_read_away(device);
	CHECK(t, PCI_ISR_7, isr == 0, "the ISR status reads %#x right after it was read", isr);
}

TEST(interrupt, interrupt_disable_holds_the_pin,
     .about = "Interrupt Disable keeps the pin down, clearing it lets a pending interrupt through",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_ISR_4, PCI_ISR_6))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	/* What the start itself may have raised is none of this. */
	intx_disable(virtio_pci(device)->function, true);
	isr_read_away(device);
	open_line(queue);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	CHECK(t, PCI_ISR_6, line_stays_low(), "Interrupt Disable is 1, and the pin interrupts");
	CHECK(t, PCI_ISR_4, intx_pending(virtio_pci(device)->function),
	      "a queue interrupt is pending, Interrupt Status is 0 with Interrupt Disable");
	intx_disable(virtio_pci(device)->function, false);
	CHECK(t, PCI_ISR_6, line_is_level(),
	      "Interrupt Disable was cleared with an interrupt pending, the pin interrupts %u times",
	      watcher.arrivals);
}

TEST(interrupt, isr_status_gathers_completions,
     .about = "completions leave one queue bit in the ISR status however many they are",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_7, PCI_ISR_TXT_3))
{
	struct virtio_device *device = t->device;
	uint8_t isr;

	bring_up(t);
	intx_disable(virtio_pci(device)->function, true);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(work_queue(t), 0);
		complete_one(t, work_queue(t));
	}
	isr = isr_read(device);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	      "%u buffers were used, the ISR status reads %#x", ROUNDS, isr);
	CHECK(t, PCI_ISR_TXT_3, !(isr & ISR_RESERVED), "reserved bits in ISR status %#x", isr);
	isr = isr_read_away(device);
	CHECK(t, PCI_ISR_7, isr == 0, "the ISR status reads %#x right after it was read", isr);
}

TEST(interrupt, msix_takes_over_from_the_pin, .about = "turning MSI-X on silences a raised pin",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(MSIX_PCI_12, PCI_ISR_5))
{
	struct virtqueue *queue;
	struct virtio_device *device = t->device;

	if (!device->vectors)
		skip_test(t, "the device has no MSI-X capability");
	queue = raise_pin(t);
	INSIST(t, PCI_ISR_5, line_is_level(), "the pin is not raised");
	msix_enable(&virtio_pci(device)->msix, true);
	CHECK(t, MSIX_PCI_12, line_is_low(queue), "MSI-X is on, and the pin interrupts");
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	CHECK(t, MSIX_PCI_12, line_stays_low(),
	      "MSI-X is on, a buffer was used, and the pin interrupts");
}

TEST(interrupt, pin_comes_back_after_msix,
     .about = "with MSI-X turned off again completions raise the pin",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PACKED_EV_TXT_1, PACKED_EV_TXT_3, SPLIT_NOTIF_3, SPLIT_NOTIF_5))
{
	struct virtqueue *queue;
	struct virtio_device *device = t->device;

	if (!device->vectors)
		skip_test(t, "the device has no MSI-X capability");
	bring_up(t);
	queue = work_queue(t);
	msix_enable(&virtio_pci(device)->msix, true);
	complete_one(t, queue);
	msix_enable(&virtio_pci(device)->msix, false);
	/* What the ISR status held while it was unused is of no interest. */
	isr_read(device);
	JUDGE(t, clause_of_notice(queue), complete_with_message(t, queue),
	      "queue %u: MSI-X is off again, a buffer is used, the pin is not raised",
	      queue->index);
}

TEST(interrupt, no_message_while_msix_is_off,
     .about = "unmasked entries send nothing while MSI-X is off", .needs = NEEDS_MSIX | NEEDS_WORK,
     .judges = CLAUSES(MSIX_PCI_13))
{
	struct virtqueue *queue;
	struct mark mark;

	bring_up(t);
	queue = work_queue(t);
	complete_with_message(t, queue);
	settle_interrupts();
	msix_enable(&virtio_pci(t->device)->msix, false);
	mark = mark_arrivals(queue);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(queue, 0);
		complete_one(t, queue);
	}
	fence_by_reset(t);
	CHECK(t, MSIX_PCI_13, !arrivals_own(queue, &mark) && !arrivals_elsewhere(queue, &mark),
	      "MSI-X is off, %u buffers were used, %lu messages came", ROUNDS,
	      arrivals_own(queue, &mark));
}

/* Another device whose pin drives the same line, or NULL. */
static struct virtio_device *neighbour_on_the_line(const struct test_run *t)
{
	struct virtio_device *other;

	for (unsigned n = 0; (other = other_device(t, ANY_TYPE, n)); n++) {
		if (other->line_known && other->line == t->device->line && workload_of(other->type))
			return other;
	}
	return NULL;
}

static bool pin_is_pending(void *device)
{
	return intx_pending(virtio_pci(device)->function);
}

TEST(interrupt, shared_line_stays_up_for_the_other,
     .about = "a line that two pins share stays up until both ISR status have been read",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_5, PCI_ISR_TXT_4))
{
	struct virtio_device *own = t->device, *other = neighbour_on_the_line(t);
	struct virtqueue *queue;
	uint8_t isr;

	if (!other)
		skip_test(t, "no other device shares the line %u", own->line);
	if (!take_helper(t, other))
		skip_test(t, "%s does not come back from reset", other->name);
	raise_pin(t);
	drive_device(t, other);
	queue = raise_pin(t);
	drive_device(t, own);
	INSIST(t, PCI_ISR_5, line_is_level(), "the line is not up");
	/* A buffer may show as used before the pin is raised for it. */
	wait_until(pin_is_pending, other, clock_deadline(PATIENCE_NS));
	wait_until(pin_is_pending, own, clock_deadline(PATIENCE_NS));
	isr = isr_read(other);
	INSIST(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	       "%s has raised the line, its ISR status reads %#x", other->name, isr);
	open_line(queue);
	CHECK(t, PCI_ISR_5, line_is_level(),
	      "the ISR status of %s was read and not that of %s: the line %u interrupts %u times",
	      other->name, own->name, own->line, watcher.arrivals);
	isr = isr_read(own);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	      "%s was read first, and the ISR status of %s reads %#x", other->name, own->name, isr);
	CHECK(t, PCI_ISR_TXT_4, line_goes_low(queue, own),
	      "both ISR status were read, and the line %u interrupts %u times more", own->line,
	      watcher.arrivals);
}
