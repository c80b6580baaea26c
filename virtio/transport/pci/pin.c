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
	uint8_t isr;

	isr = isr_read_by_bar(device);
	device->isr_seen |= isr;
	device->pin_foreign = isr ? 0 : device->pin_foreign + 1;
	if (device->pin_foreign > FOREIGN_MOST)
		interrupt_mask_line(device->line);
}

unsigned virtio_pci_claim_pin(struct virtio_device *device, unsigned cpu)
{
	unsigned vector;

	if (!device->has_line) {
		device->problem = "no I/O APIC input is known for the pin";
		return 0;
	}
	vector = interrupt_allocate();
	if (!vector) {
		device->problem = "no CPU vectors left";
		return 0;
	}
	device->isr_seen = 0;
	device->pin_foreign = 0;
	interrupt_set_handler(vector, pin_interrupt, device);
	if (!interrupt_route_line(device->line, vector, cpu, true, device->line_active_low)) {
		interrupt_free(vector);
		device->problem = "the I/O APIC cannot reach the CPU";
		return 0;
	}
	intx_disable(device->function, false);
	return vector;
}

void virtio_pci_release_pin(struct virtio_device *device)
{
	intx_disable(device->function, true);
	interrupt_mask_line(device->line);
}
