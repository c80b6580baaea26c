/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt pin: a level that the ISR status makes and unmakes (virtio 1.4, 4.1.4.5). */
#include "tests/harness/subject/helper.h"
#include "tests/interrupt/line/line.h"
#include "tests/transport/common/transport.h"

#define ROUNDS       16
#define ISR_RESERVED ((uint8_t) ~(VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION))

/* A buffer may show as used before the pin is raised for it. */
static bool is_raised(void *context)
{
	const struct virtio_device *device = context;

	return device->transport->line->is_raised(device);
}

static bool becomes_raised(struct virtio_device *device)
{
	return wait_until(is_raised, device, clock_deadline(PATIENCE_NS));
}

/* With the interrupt status read away: an event that comes late may set it again, but not each time. */
static bool is_released(void *context)
{
	struct virtio_device *device = context;

	device->transport->take_interrupt_status(device);
	return !device->transport->line->is_raised(device);
}

static bool queue_bit_seen(void *device)
{
	return ((struct virtio_device *)device)->isr_seen & VIRTIO_INTERRUPT_USED;
}

TEST(interrupt, pin_announces_completions,
     .about = "with MSI-X off each completion raises the pin, with the queue bit in the ISR status",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT | AXIS_RING | AXIS_EVENT_IDX,
     .traits = DEVICE_OVER_PCI,
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
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_4, PCI_ISR_5, PCI_ISR_7, PCI_ISR_TXT_4))
{
	struct virtqueue *queue = raise_line(t);
	struct virtio_device *device = t->device;
	uint8_t isr;

	CHECK(t, PCI_ISR_5, line_is_level(),
	      "the ISR status was not read, and the pin interrupted %u times instead of again and "
	      "again",
	      line_arrivals());
	CHECK(t, PCI_ISR_4, becomes_raised(device),
	      "a queue interrupt is pending, Interrupt Status is 0");
	isr = gather_interrupt_status(device, VIRTIO_INTERRUPT_USED);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED, "the pin is up, the ISR status reads %#x",
	      isr);
	CHECK(t, PCI_ISR_4, wait_until(is_released, device, clock_deadline(PATIENCE_NS)),
	      "the ISR status was read, Interrupt Status is still 1");
	CHECK(t, PCI_ISR_TXT_4, line_goes_low(queue, NULL),
	      "the ISR status was read, and the pin interrupts %u times more", line_arrivals());
	isr = status_read_away(device);
	CHECK(t, PCI_ISR_7, isr == 0, "the ISR status reads %#x right after it was read", isr);
}

TEST(interrupt, reset_lowers_the_pin,
     .about = "a pin that is up when the device is reset is down once device_status reads 0",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_5, RESET_1, RESET_2))
{
	struct virtqueue *queue = raise_line(t);
	struct virtio_device *device = t->device;

	INSIST(t, PCI_ISR_5, line_is_level(),
	       "the ISR status was not read, and the pin interrupted %u times instead of again and "
	       "again",
	       line_arrivals());
	INSIST(t, RESET_1, virtio_reset(device), "%s", device->problem);
	CHECK(t, RESET_2, line_is_low(queue),
	      "device_status reads 0, the ISR status was not read, and the pin interrupts again and "
	      "again");
}

TEST(interrupt, interrupt_disable_holds_the_pin,
     .about = "Interrupt Disable keeps the pin down, clearing it lets a pending interrupt through",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_4, PCI_ISR_6))
{
	struct virtio_device *device = t->device;
	struct virtqueue *queue;

	bring_up(t);
	queue = work_queue(t);
	/* What the start itself may have raised is none of this. */
	device->transport->line->silence(device);
	status_read_away(device);
	open_line(queue);
	virtqueue_arm(queue, 0);
	complete_one(t, queue);
	/* In this order: the one shows that there is something to hold by now. */
	CHECK(t, PCI_ISR_4, becomes_raised(device),
	      "a queue interrupt is pending, Interrupt Status is 0 with Interrupt Disable");
	CHECK(t, PCI_ISR_6, line_stays_low(), "Interrupt Disable is 1, and the pin interrupts");
	device->transport->line->allow(device);
	CHECK(t, PCI_ISR_6, line_is_level(),
	      "Interrupt Disable was cleared with an interrupt pending, the pin interrupts %u times",
	      line_arrivals());
}

TEST(interrupt, isr_status_gathers_completions,
     .about = "completions leave one queue bit in the ISR status however many they are",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_7, PCI_ISR_TXT_3))
{
	struct virtio_device *device = t->device;
	uint8_t isr;

	bring_up(t);
	device->isr_seen = 0;
	device->transport->line->silence(device);
	for (unsigned n = 0; n < ROUNDS; n++) {
		virtqueue_arm(work_queue(t), 0);
		complete_one(t, work_queue(t));
	}
	/* Where Interrupt Disable holds nothing (PCI-ISR-6) it is our own handler that has read it away. */
	isr = gather_interrupt_status(device, VIRTIO_INTERRUPT_USED) | device->isr_seen;
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	      "%u buffers were used, the ISR status reads %#x", ROUNDS, isr);
	CHECK(t, PCI_ISR_TXT_3, !(isr & ISR_RESERVED), "reserved bits in ISR status %#x", isr);
	isr = status_read_away(device);
	CHECK(t, PCI_ISR_7, isr == 0, "the ISR status reads %#x right after it was read", isr);
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

TEST(interrupt, shared_line_stays_up_for_the_other,
     .about = "a line that two pins share stays up until both ISR status have been read",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_5, PCI_ISR_TXT_4))
{
	struct virtio_device *own = t->device, *other = neighbour_on_the_line(t);
	struct virtqueue *queue;
	uint8_t isr;

	if (!other)
		skip_test(t, "no other device shares the line %u", own->line);
	if (!take_helper(t, other))
		skip_test(t, "%s does not come back from reset", other->name);
	raise_line(t);
	drive_device(t, other);
	queue = raise_line(t);
	drive_device(t, own);
	INSIST(t, PCI_ISR_5, line_is_level(), "the line is not up");
	becomes_raised(other);
	becomes_raised(own);
	isr = gather_interrupt_status(other, VIRTIO_INTERRUPT_USED);
	INSIST(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	       "%s has raised the line, its ISR status reads %#x", other->name, isr);
	open_line(queue);
	CHECK(t, PCI_ISR_5, line_is_level(),
	      "the ISR status of %s was read and not that of %s: the line %u interrupts %u times",
	      other->name, own->name, own->line, line_arrivals());
	isr = gather_interrupt_status(own, VIRTIO_INTERRUPT_USED);
	CHECK(t, PCI_ISR_3, isr & VIRTIO_INTERRUPT_USED,
	      "%s was read first, and the ISR status of %s reads %#x", other->name, own->name, isr);
	CHECK(t, PCI_ISR_TXT_4, line_goes_low(queue, own),
	      "both ISR status were read, and the line %u interrupts %u times more", own->line,
	      line_arrivals());
}
