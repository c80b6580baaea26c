/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt of a virtio MMIO device (virtio 1.4, 4.2.3.4): asserted while a bit of InterruptStatus is set. The
 * device cannot be told to leave its line alone, the I/O APIC can.
 */
#include "arch/interrupt.h"
#include "virtio/transport/mmio/registers.h"
#include "virtio/transport/mmio/transport.h"

/* Arrivals in a row that find InterruptStatus 0: then somebody else holds the line. */
#define FOREIGN_MOST 16

static void line_interrupt(unsigned vector, uint64_t tsc, void *context)
{
	struct virtio_mmio_device *mmio = context;
	uint8_t status = mmio->device.transport->take_interrupt_status(&mmio->device);

	mmio->device.isr_seen |= status;
	mmio->foreign = status ? 0 : mmio->foreign + 1;
	if (mmio->foreign > FOREIGN_MOST)
		interrupt_mask_line(mmio->device.line);
}

static unsigned claim(struct virtio_device *device, unsigned cpu)
{
	struct virtio_mmio_device *mmio = virtio_mmio(device);
	unsigned vector = device->line_known ? interrupt_allocate() : 0;

	if (!vector) {
		virtio_lack(device, device->line_known ? "no CPU vectors left"
						       : "no I/O APIC has its input");
		return 0;
	}
	device->isr_seen = 0;
	mmio->foreign = 0;
	interrupt_set_handler(vector, line_interrupt, mmio);
	if (!interrupt_route_line(device->line, vector, cpu, mmio->level,
				  device->line_active_low)) {
		interrupt_free(vector);
		virtio_lack(device, "the I/O APIC cannot reach the CPU");
		return 0;
	}
	return vector;
}

static void release(struct virtio_device *device)
{
	interrupt_mask_line(device->line);
}

static void silence(struct virtio_device *device)
{
	if (device->line_known)
		interrupt_mask_line(device->line);
}

static void allow(struct virtio_device *device)
{
	/* Nothing keeps it from using its line. */
}

static unsigned noted_input(const struct virtio_device *device)
{
	return virtio_mmio(device)->irq;
}

static bool is_raised(const struct virtio_device *device)
{
	return mmio_read((struct virtio_device *)device, MMIO_INTERRUPT_STATUS) != 0;
}

const struct virtio_line virtio_mmio_line = {
	.claim = claim,
	.release = release,
	.silence = silence,
	.allow = allow,
	.noted_input = noted_input,
	.is_raised = is_raised,
};
