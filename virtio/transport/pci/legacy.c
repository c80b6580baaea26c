/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The legacy PCI transport, operation by operation (virtio 1.4, 4.1.4.10): a header of ports, 32 feature bits, queues of a
 * size of their own in one piece, no FEATURES_OK.
 */
#include "virtio/ring/queue.h"
#include "virtio/transport/pci/legacy_registers.h"
#include "virtio/transport/pci/transport.h"

static uint8_t get_status(struct virtio_device *device)
{
	return (uint8_t)legacy_read(device, LEGACY_DEVICE_STATUS);
}

static void set_status(struct virtio_device *device, uint8_t status)
{
	legacy_write(device, LEGACY_DEVICE_STATUS, status);
}

static uint32_t offered_features(struct virtio_device *device, unsigned word)
{
	return word ? 0 : legacy_read(device, LEGACY_DEVICE_FEATURES);
}

static void set_features(struct virtio_device *device, unsigned word, uint32_t bits)
{
	if (!word)
		legacy_write(device, LEGACY_DRIVER_FEATURES, bits);
}

static uint32_t held_features(struct virtio_device *device, unsigned word)
{
	return word ? 0 : legacy_read(device, LEGACY_DRIVER_FEATURES);
}

static void select_queue(struct virtio_device *device, unsigned queue)
{
	legacy_write(device, LEGACY_QUEUE_SELECT, queue);
}

static uint16_t selected_queue(struct virtio_device *device)
{
	return (uint16_t)legacy_read(device, LEGACY_QUEUE_SELECT);
}

static uint16_t queue_size(struct virtio_device *device)
{
	return (uint16_t)legacy_read(device, LEGACY_QUEUE_SIZE);
}

/*
 * No register tells it: those that are there have a size. Some devices cannot be asked which queue is selected, and leave the
 * old one selected when they are told of one that they have not (kvmtool): of these those count that a driver needs.
 */
static unsigned queue_count(struct virtio_device *device)
{
	unsigned count = 0;

	for (; count < VIRTIO_QUEUES_MOST; count++) {
		select_queue(device, count);
		if (selected_queue(device) != count)
			return MAXIMUM(count, device->queues_needed);
		if (queue_size(device) == 0)
			break;
	}
	return count;
}

/* One register places all of a queue, and with it the queue is in use. */
static void set_queue_area(struct virtio_device *device, enum queue_area area, uint64_t address)
{
	if (area == AREA_DESCRIPTOR)
		legacy_write(device, LEGACY_QUEUE_ADDRESS, (uint32_t)(address / LEGACY_PAGE));
}

/* All queues have one port, and the index tells them apart. */
static bool find_notification(struct virtqueue *queue)
{
	queue->notify_place = (struct notify_place){0};
	return true;
}

static void notify(struct virtqueue *queue, uint32_t value)
{
	virtio_write(queue->device, STRUCTURE_NOTIFY, 0, 2, value);
}

/* Where the configuration begins changes with MSI-X Enable, whoever sets that. */
static void place_configuration(struct virtio_device *device)
{
	struct virtio_pci_device *pci = virtio_pci(device);
	bool vectors = device->vectors && msix_enabled(&pci->msix);

	pci->regions[STRUCTURE_DEVICE].port =
		(uint16_t)(pci->regions[STRUCTURE_CONTROL].port +
			   (vectors ? LEGACY_END_WITH_VECTORS : LEGACY_CONFIG_VECTOR));
}

static uint32_t read_config(struct virtio_device *device, uint32_t offset, unsigned width)
{
	place_configuration(device);
	return (uint32_t)virtio_read(device, STRUCTURE_DEVICE, offset, width);
}

static void write_config(struct virtio_device *device, uint32_t offset, unsigned width,
			 uint32_t value)
{
	place_configuration(device);
	virtio_write(device, STRUCTURE_DEVICE, offset, width, value);
}

const struct virtio_transport virtio_pci_legacy_transport = {
	.name = "pci-legacy",
	.get_status = get_status,
	.set_status = set_status,
	.look = virtio_pci_look,
	.offered_features = offered_features,
	.set_features = set_features,
	.held_features = held_features,
	.queue_count = queue_count,
	.select_queue = select_queue,
	.selected_queue = selected_queue,
	.queue_size = queue_size,
	.queue_size_is_held = true,
	.set_queue_area = set_queue_area,
	.find_notification = find_notification,
	.notify = notify,
	.messages = &virtio_pci_legacy_messages,
	.line = &virtio_pci_line,
	.take_interrupt_status = isr_read,
	.read_config = read_config,
	.write_config = write_config,
	.name_register = legacy_name_register,
};
