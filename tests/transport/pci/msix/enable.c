/* SPDX-License-Identifier: BSD-2-Clause */
/* MSI-X Enable: messages or the pin, never both (PCI 3.0, 6.8.2.3). */
#include "tests/interrupt/line/line.h"
#include "tests/transport/pci/msix/msix.h"

#define ROUNDS 16

TEST(interrupt, msix_takes_over_from_the_pin, .about = "turning MSI-X on silences a raised pin",
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(MSIX_PCI_12, PCI_ISR_5))
{
	struct virtqueue *queue;
	struct virtio_device *device = t->device;

	if (!device->vectors)
		skip_test(t, "the device has no MSI-X capability");
	queue = raise_line(t);
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
     .needs = NEEDS_INTX | NEEDS_WORK, .axes = AXIS_INTERRUPT, .traits = DEVICE_OVER_PCI,
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
	device->transport->take_interrupt_status(device);
	JUDGE(t, clause_of_notice(queue), complete_with_message(t, queue),
	      "queue %u: MSI-X is off again, a buffer is used, the pin is not raised",
	      queue->index);
}

TEST(interrupt, no_message_while_msix_is_off,
     .about = "unmasked entries send nothing while MSI-X is off", .needs = NEEDS_MSIX | NEEDS_WORK,
     .traits = DEVICE_OVER_PCI, .judges = CLAUSES(MSIX_PCI_13))
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
