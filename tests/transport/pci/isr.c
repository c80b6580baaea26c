/* SPDX-License-Identifier: BSD-2-Clause */
/* The ISR status byte, read by polling (virtio 1.4, 4.1.4.5). */
#include "pci/intx.h"
#include "tests/transport/common/transport.h"
#include "virtio/transport/pci/registers.h"

static bool interrupt_status_set(void *function)
{
	return intx_pending(function);
}

/* With the ISR read away: an event that comes late may set it again, but not each time. */
static bool interrupt_status_clears(void *context)
{
	struct virtio_device *device = context;

	isr_read(device);
	return !intx_pending(virtio_pci(device)->function);
}

/* Completes one request with MSI-X off and the pin silenced. */
static void complete_one(struct test_run *t)
{
	struct virtqueue *queue = work_queue(t);
	struct completion completion;

	submit(t, queue, new_request(t, 1));
	INSIST(t, SANE_1, await_completion(t, queue, &completion), "queue %u: %s is not completed",
	       queue->index, t->workload->about);
}

#define ISR_READS 8

TEST(transport, isr_tells_of_a_used_buffer_once,
     .about = "without MSI-X a used buffer sets ISR bit 0, and reading takes it back",
     .needs = NEEDS_WORK, .traits = DEVICE_OVER_PCI,
     .judges = CLAUSES(PCI_ISR_3, PCI_ISR_7, PCI_ISR_TXT_3))
{
	uint8_t first, again;

	if (!virtio_pci(t->device)->function->interrupt_pin)
		skip_test(t, "without a pin and with MSI-X off there are no notifications");
	bring_up_unheard(t);
	isr_read(t->device); /* what start() may have left */
	complete_one(t);
	first = gather_interrupt_status(t->device, VIRTIO_INTERRUPT_USED);
	CHECK(t, PCI_ISR_3, first & VIRTIO_INTERRUPT_USED,
	      "the ISR reads %#x after a buffer was used", first);
	CHECK(t, PCI_ISR_TXT_3,
	      (first & ~(VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION)) == 0,
	      "the ISR reads %#x: reserved bits are set", first);
	again = isr_read(t->device);
	/* An event of another queue may come in between, but not each time. */
	for (unsigned n = 0; again && n < ISR_READS; n++)
		again = isr_read(t->device);
	CHECK(t, PCI_ISR_7, !first || again == 0, "the ISR reads %#x and then %#x", first, again);
}

TEST(transport, interrupt_status_follows_the_isr,
     .about = "without MSI-X the Interrupt Status bit is set while the ISR is not 0",
     .needs = NEEDS_WORK | NEEDS_INTX, .traits = DEVICE_OVER_PCI, .judges = CLAUSES(PCI_ISR_4))
{
	struct pci_function *function = virtio_pci(t->device)->function;

	bring_up_unheard(t);
	CHECK(t, PCI_ISR_4,
	      wait_until(interrupt_status_clears, t->device, clock_deadline(PATIENCE_NS)),
	      "Interrupt Status is set after the ISR was read");
	complete_one(t);
	CHECK(t, PCI_ISR_4, wait_until(interrupt_status_set, function, clock_deadline(PATIENCE_NS)),
	      "Interrupt Status is clear after a buffer was used; the ISR reads %#x",
	      isr_read(t->device));
	CHECK(t, PCI_ISR_4,
	      wait_until(interrupt_status_clears, t->device, clock_deadline(PATIENCE_NS)),
	      "Interrupt Status stays set after the ISR was read");
}
