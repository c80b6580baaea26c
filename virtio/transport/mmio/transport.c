/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MMIO transport, operation by operation (virtio 1.4, 4.2), and what a legacy device has instead: pages, no FEATURES_OK, 32
 * feature bits (4.2.4).
 */
#include "virtio/transport/mmio/transport.h"

#include "virtio/ring/queue.h"
#include "virtio/transport/mmio/registers.h"

#define NO_REGION UINT64_MAX /* of SHMLen */

static uint8_t get_status(struct virtio_device *device)
{
	return (uint8_t)mmio_read(device, MMIO_STATUS);
}

static void set_status(struct virtio_device *device, uint8_t status)
{
	mmio_write(device, MMIO_STATUS, status);
}

static void select_queue(struct virtio_device *device, unsigned queue)
{
	mmio_write(device, MMIO_QUEUE_SEL, queue);
}

static uint16_t queue_size(struct virtio_device *device)
{
	return (uint16_t)mmio_read(device, MMIO_QUEUE_SIZE_MAX);
}

/* No register tells it: those that are there have a size. */
static unsigned queue_count(struct virtio_device *device)
{
	unsigned count = 0;

	for (; count < VIRTIO_QUEUES_MOST; count++) {
		select_queue(device, count);
		if (queue_size(device) == 0)
			break;
	}
	return count;
}

static void look(struct virtio_device *device, struct virtio_snapshot *snapshot)
{
	*snapshot = (struct virtio_snapshot){.status = get_status(device)};
}

static uint32_t offered_features(struct virtio_device *device, unsigned word)
{
	mmio_write(device, MMIO_DEVICE_FEATURES_SEL, word);
	return mmio_read(device, MMIO_DEVICE_FEATURES);
}

static void set_features(struct virtio_device *device, unsigned word, uint32_t bits)
{
	mmio_write(device, MMIO_DRIVER_FEATURES_SEL, word);
	mmio_write(device, MMIO_DRIVER_FEATURES, bits);
}

static void set_queue_size(struct virtio_device *device, uint16_t size)
{
	mmio_write(device, MMIO_QUEUE_SIZE, size);
}

static void set_queue_area(struct virtio_device *device, enum queue_area area, uint64_t address)
{
	static const enum mmio_register places[] = {
		[AREA_DESCRIPTOR] = MMIO_QUEUE_DESC_LOW,
		[AREA_DRIVER] = MMIO_QUEUE_DRIVER_LOW,
		[AREA_DEVICE] = MMIO_QUEUE_DEVICE_LOW,
	};

	mmio_write_pair(device, places[area], address);
}

static uint16_t queue_enabled(struct virtio_device *device)
{
	return (uint16_t)mmio_read(device, MMIO_QUEUE_READY);
}

static void enable_queue(struct virtio_device *device)
{
	mmio_write(device, MMIO_QUEUE_READY, 1);
}

static void start_queue_reset(struct virtio_device *device)
{
	mmio_write(device, MMIO_QUEUE_RESET, 1);
}

static uint16_t queue_reset(struct virtio_device *device)
{
	return (uint16_t)mmio_read(device, MMIO_QUEUE_RESET);
}

/* All queues have one place, and the index tells them apart. */
static bool find_notification(struct virtqueue *queue)
{
	volatile uint8_t *registers = virtio_mmio(queue->device)->mapping;

	queue->notify_place = (struct notify_place){registers + MMIO_QUEUE_NOTIFY, 4};
	return true;
}

static void notify(struct virtqueue *queue, uint32_t value)
{
	mmio_notify(queue->device, value);
}

static uint8_t take_interrupt_status(struct virtio_device *device)
{
	uint32_t status = mmio_read(device, MMIO_INTERRUPT_STATUS);

	/* Undefined bits must not be written (4.2.2.2). */
	mmio_write(device, MMIO_INTERRUPT_ACK,
		   status & (VIRTIO_INTERRUPT_USED | VIRTIO_INTERRUPT_CONFIGURATION));
	return (uint8_t)status;
}

static uint32_t generation(struct virtio_device *device)
{
	return mmio_read(device, MMIO_CONFIG_GENERATION);
}

static bool shared_memory(struct virtio_device *device, uint8_t id, uint64_t *address,
			  uint64_t *length)
{
	mmio_write(device, MMIO_SHM_SEL, id);
	*length = mmio_read_pair(device, MMIO_SHM_LEN_LOW);
	*address = mmio_read_pair(device, MMIO_SHM_BASE_LOW);
	return *length != NO_REGION;
}

const struct virtio_transport virtio_mmio_transport = {
	.name = "mmio",
	.get_status = get_status,
	.set_status = set_status,
	.has_features_ok = true,
	.look = look,
	.offered_features = offered_features,
	.set_features = set_features,
	.queue_count = queue_count,
	.select_queue = select_queue,
	.queue_size = queue_size,
	.set_queue_size = set_queue_size,
	.set_queue_area = set_queue_area,
	.queue_enabled = queue_enabled,
	.enable_queue = enable_queue,
	.start_queue_reset = start_queue_reset,
	.queue_reset = queue_reset,
	.find_notification = find_notification,
	.notify = notify,
	.line = &virtio_mmio_line,
	.take_interrupt_status = take_interrupt_status,
	.read_config = mmio_read_config,
	.write_config = mmio_write_config,
	.generation = generation,
	.shared_memory = shared_memory,
	.name_register = virtio_mmio_name_register,
};

/* ---- legacy ---- */

static uint32_t legacy_offered_features(struct virtio_device *device, unsigned word)
{
	if (word)
		return 0;
	mmio_write(device, MMIO_DEVICE_FEATURES_SEL, 0);
	return mmio_read(device, MMIO_DEVICE_FEATURES);
}

static void legacy_set_features(struct virtio_device *device, unsigned word, uint32_t bits)
{
	if (word)
		return;
	mmio_write(device, MMIO_DRIVER_FEATURES_SEL, 0);
	mmio_write(device, MMIO_DRIVER_FEATURES, bits);
}

/* A device that is reset has the usual pages and rings again. */
static void legacy_set_status(struct virtio_device *device, uint8_t status)
{
	if (!status) {
		virtio_mmio(device)->page = MMIO_LEGACY_PAGE;
		device->ring_alignment = MMIO_LEGACY_ALIGNMENT;
	}
	set_status(device, status);
}

/* The page size holds for all queues, and has to be known before the first one is placed. */
static void legacy_set_queue_size(struct virtio_device *device, uint16_t size)
{
	mmio_write(device, MMIO_GUEST_PAGE_SIZE, virtio_mmio(device)->page);
	mmio_write(device, MMIO_QUEUE_SIZE, size);
	mmio_write(device, MMIO_QUEUE_ALIGN, device->ring_alignment);
}

/* One register places all of a queue, and with it the queue is in use. */
static void legacy_set_queue_area(struct virtio_device *device, enum queue_area area,
				  uint64_t address)
{
	if (area == AREA_DESCRIPTOR)
		mmio_write(device, MMIO_QUEUE_PFN, (uint32_t)(address / virtio_mmio(device)->page));
}

const struct virtio_transport virtio_mmio_legacy_transport = {
	.name = "mmio-legacy",
	.get_status = get_status,
	.set_status = legacy_set_status,
	.look = look,
	.offered_features = legacy_offered_features,
	.set_features = legacy_set_features,
	.queue_count = queue_count,
	.select_queue = select_queue,
	.queue_size = queue_size,
	.set_queue_size = legacy_set_queue_size,
	.set_queue_area = legacy_set_queue_area,
	.find_notification = find_notification,
	.notify = notify,
	.line = &virtio_mmio_line,
	.take_interrupt_status = take_interrupt_status,
	.read_config = mmio_read_config,
	.write_config = mmio_write_config,
	.name_register = virtio_mmio_name_register,
};
