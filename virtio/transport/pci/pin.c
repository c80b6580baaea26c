/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt pin of a virtio PCI device (virtio 1.4, 4.1.4.5 and 4.1.5.3): level-triggered, and low
 * again once the ISR status has been read. Which input of the I/O APIC it drives only an experiment can
 * tell (tests/harness/subject/line.h).
 */
#include "arch/interrupt.h"
#include "pci/intx.h"
#include "virtio/transport/pci/registers.h"
#include "virtio/transport/pci/transport.h"

/* Arrivals in a row that find the ISR status 0: then somebody else holds the line. */
#define FOREIGN_MOST 16

static void pin_interrupt(unsigned vector, uint64_t tsc, void *context)
{
	struct virtio_pci_device *pci = context;
	uint8_t isr;

	isr = isr_read_by_bar(&pci->device);
	pci->device.isr_seen |= isr;
	pci->pin_foreign = isr ? 0 : pci->pin_foreign + 1;
	if (pci->pin_foreign > FOREIGN_MOST)
		interrupt_mask_line(pci->device.line);
}

static unsigned claim(struct virtio_device *device, unsigned cpu)
{
	struct virtio_pci_device *pci = virtio_pci(device);
	unsigned vector;

	if (!device->line_known) {
		virtio_lack(device, "no I/O APIC input is known for the pin");
		return 0;
	}
	vector = interrupt_allocate();
	if (!vector) {
		virtio_lack(device, "no CPU vectors left");
		return 0;
	}
	device->isr_seen = 0;
	pci->pin_foreign = 0;
	interrupt_set_handler(vector, pin_interrupt, pci);
	if (!interrupt_route_line(device->line, vector, cpu, true, device->line_active_low)) {
		interrupt_free(vector);
		virtio_lack(device, "the I/O APIC cannot reach the CPU");
		return 0;
	}
	intx_disable(pci->function, false);
	return vector;
}

static void silence(struct virtio_device *device)
{
	intx_disable(virtio_pci(device)->function, true);
}

static void allow(struct virtio_device *device)
{
	intx_disable(virtio_pci(device)->function, false);
}

static unsigned noted_input(const struct virtio_device *device)
{
	return virtio_pci(device)->function->interrupt_line;
}

static void release(struct virtio_device *device)
{
	silence(device);
	interrupt_mask_line(device->line);
}

static bool is_raised(const struct virtio_device *device)
{
	return intx_pending(virtio_pci(device)->function);
}

const struct virtio_line virtio_pci_line = {
	.claim = claim,
	.release = release,
	.silence = silence,
	.allow = allow,
	.noted_input = noted_input,
	.is_raised = is_raised,
};
