/* SPDX-License-Identifier: BSD-2-Clause */
#include "virtio/transport/pci/pin.h"

#include "arch/interrupt.h"
#include "pci/intx.h"
#include "virtio/transport/pci/registers.h"

/* Arrivals in a row that find the ISR status 0: then somebody else holds the line. */
#define FOREIGN_MOST 16

static void pin_interrupt(unsigned vector, uint64_t tsc, void *context)
{
	struct virtio_device *device = context;
	struct virtio_pci_device *pci = virtio_pci(device);
	uint8_t isr;

	isr = isr_read_by_bar(device);
	device->isr_seen |= isr;
	pci->pin_foreign = isr ? 0 : pci->pin_foreign + 1;
	if (pci->pin_foreign > FOREIGN_MOST)
		interrupt_mask_line(pci->line);
}

unsigned virtio_pci_claim_pin(struct virtio_device *device, unsigned cpu)
{
	struct virtio_pci_device *pci = virtio_pci(device);
	unsigned vector;

	if (!device->line_known) {
		device->problem = "no I/O APIC input is known for the pin";
		return 0;
	}
	vector = interrupt_allocate();
	if (!vector) {
		device->problem = "no CPU vectors left";
		return 0;
	}
	device->isr_seen = 0;
	pci->pin_foreign = 0;
	interrupt_set_handler(vector, pin_interrupt, device);
	if (!interrupt_route_line(pci->line, vector, cpu, true, pci->line_active_low)) {
		interrupt_free(vector);
		device->problem = "the I/O APIC cannot reach the CPU";
		return 0;
	}
	intx_disable(pci->function, false);
	return vector;
}

void virtio_pci_release_pin(struct virtio_device *device)
{
	struct virtio_pci_device *pci = virtio_pci(device);
	intx_disable(pci->function, true);
	interrupt_mask_line(pci->line);
}
