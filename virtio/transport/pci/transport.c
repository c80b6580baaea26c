/* SPDX-License-Identifier: BSD-2-Clause */
/* The modern PCI transport, operation by operation (virtio 1.4, 4.1.4). */
#include "virtio/transport/pci/transport.h"

#include "pci/config.h"
#include "virtio/ring/queue.h"
#include "virtio/transport/pci/capability.h"
#include "virtio/transport/pci/registers.h"

static uint8_t get_status(struct virtio_device *device)
{
	return common_read(device, device_status);
}

static void set_status(struct virtio_device *device, uint8_t status)
{
	common_write(device, device_status, status);
}

void virtio_pci_look(struct virtio_device *device, struct virtio_snapshot *snapshot)
{
	const struct msix *msix = &virtio_pci(device)->msix;

	*snapshot = (struct virtio_snapshot){
		.reached_memory = virtio_pci(device)->was_bus_master,
		.status = device->transport->get_status(device),
	};
	if (!device->vectors)
		return;
	snapshot->msix_control = pci_read16(msix->function, msix->capability + MSIX_CONTROL);
	for (unsigned entry = 0; entry < msix->entries; entry++)
		snapshot->msix_unmasked += !msix_entry_masked(msix, entry);
}

static uint32_t offered_features(struct virtio_device *device, unsigned word)
{
	common_write(device, device_feature_select, word);
	return common_read(device, device_feature);
}

static void set_features(struct virtio_device *device, unsigned word, uint32_t bits)
{
	common_write(device, driver_feature_select, word);
	common_write(device, driver_feature, bits);
}

static uint32_t held_features(struct virtio_device *device, unsigned word)
{
	common_write(device, driver_feature_select, word);
	return common_read(device, driver_feature);
}

static unsigned queue_count(struct virtio_device *device)
{
	return common_read(device, num_queues);
}

static void select_queue(struct virtio_device *device, unsigned queue)
{
	common_write(device, queue_select, queue);
}

static uint16_t selected_queue(struct virtio_device *device)
{
	return common_read(device, queue_select);
}

static uint16_t queue_size(struct virtio_device *device)
{
	return common_read(device, queue_size);
}

static void set_queue_size(struct virtio_device *device, uint16_t size)
{
	common_write(device, queue_size, size);
}

static uint64_t queue_area(struct virtio_device *device, enum queue_area area)
{
	switch (area) {
	case AREA_DESCRIPTOR:
		return common_read(device, queue_desc);
	case AREA_DRIVER:
		return common_read(device, queue_driver);
	default:
		return common_read(device, queue_device);
	}
}

static void set_queue_area(struct virtio_device *device, enum queue_area area, uint64_t address)
{
	switch (area) {
	case AREA_DESCRIPTOR:
		common_write(device, queue_desc, address);
		break;
	case AREA_DRIVER:
		common_write(device, queue_driver, address);
		break;
	default:
		common_write(device, queue_device, address);
	}
}

static uint16_t queue_enabled(struct virtio_device *device)
{
	return common_read(device, queue_enable);
}

static void enable_queue(struct virtio_device *device)
{
	common_write(device, queue_enable, 1);
}

static void start_queue_reset(struct virtio_device *device)
{
	common_write(device, queue_reset, 1);
}

static uint16_t queue_reset(struct virtio_device *device)
{
	return common_read(device, queue_reset);
}

static uint32_t notify_offset(const struct virtqueue *queue)
{
	return queue->notify_off * virtio_pci(queue->device)->notify_off_multiplier;
}

static unsigned notify_width(const struct virtqueue *queue)
{
	return queue->notification_data ? 4 : 2;
}

static struct notify_place notify_place(const struct virtqueue *queue)
{
	const struct virtio_device *device = queue->device;
	volatile uint8_t *mapping = virtio_pci(device)->regions[STRUCTURE_NOTIFY].mapping;

	if (!mapping || device->access != ACCESS_DIRECT)
		return (struct notify_place){0};
	return (struct notify_place){mapping + notify_offset(queue), notify_width(queue)};
}

static void notify(struct virtqueue *queue, uint32_t value)
{
	virtio_write(queue->device, STRUCTURE_NOTIFY, notify_offset(queue), notify_width(queue),
		     value);
}

/* Where kicks of the queue go must lie in the structure: else they would hit whatever is behind. */
static bool can_notify(const struct virtqueue *queue)
{
	const struct virtio_pci_device *pci = virtio_pci(queue->device);
	uint64_t at = (uint64_t)queue->notify_off * pci->notify_off_multiplier;

	return at + notify_width(queue) <= pci->regions[STRUCTURE_NOTIFY].length;
}

static bool find_notification(struct virtqueue *queue)
{
	struct virtio_device *device = queue->device;

	queue->notify_off = common_read(device, queue_notify_off);
	if (!can_notify(queue)) {
		device->problem = "queue_notify_off leads out of the notification structure";
		return false;
	}
	queue->notify_place = notify_place(queue);
	if (features_have(&device->negotiated, VIRTIO_F_NOTIF_CONFIG_DATA))
		queue->notify_value = common_read(device, queue_notif_config_data);
	return true;
}

static uint32_t read_config(struct virtio_device *device, uint32_t offset, unsigned width)
{
	return (uint32_t)virtio_read(device, STRUCTURE_DEVICE, offset, width);
}

static void write_config(struct virtio_device *device, uint32_t offset, unsigned width,
			 uint32_t value)
{
	virtio_write(device, STRUCTURE_DEVICE, offset, width, value);
}

static uint32_t generation(struct virtio_device *device)
{
	return common_read(device, config_generation);
}

const struct virtio_transport virtio_pci_transport = {
	.name = "pci",
	.get_status = get_status,
	.set_status = set_status,
	.has_features_ok = true,
	.look = virtio_pci_look,
	.offered_features = offered_features,
	.set_features = set_features,
	.held_features = held_features,
	.queue_count = queue_count,
	.select_queue = select_queue,
	.selected_queue = selected_queue,
	.queue_size = queue_size,
	.set_queue_size = set_queue_size,
	.queue_size_is_held = true,
	.queue_area = queue_area,
	.set_queue_area = set_queue_area,
	.queue_enabled = queue_enabled,
	.enable_queue = enable_queue,
	.start_queue_reset = start_queue_reset,
	.queue_reset = queue_reset,
	.find_notification = find_notification,
	.notify = notify,
	.messages = &virtio_pci_messages,
	.line = &virtio_pci_line,
	.take_interrupt_status = isr_read,
	.read_config = read_config,
	.write_config = write_config,
	.generation = generation,
	.shared_memory = virtio_pci_shared_memory,
	.name_register = virtio_pci_name_register,
};
