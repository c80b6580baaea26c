/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications by the driver (virtio 1.4, 2.9 and 4.1.5.2). */
#include "selfcheck/image/watch/watched.h"

#include "virtio/transport/pci/device.h"

/* The queue that a notification names; NULL: none does. */
static struct watched_queue *queue_of(struct watched_device *watched, uint16_t value)
{
	if (!accepts(watched, VIRTIO_F_NOTIF_CONFIG_DATA))
		return value < VIRTIO_QUEUES_MOST ? &watched->queues[value] : NULL;
	for (unsigned n = 0; n < VIRTIO_QUEUES_MOST; n++) {
		if ((watched->queues[n].enabled || watched->queues[n].was_reset) &&
		    watched->queues[n].notify_data == value)
			return &watched->queues[n];
	}
	return NULL;
}

/* How far the driver has come in the ring, as NOTIFICATION_DATA says it. */
static uint16_t position_of(const struct watched_queue *queue)
{
	if (ring_is_packed(queue->ring))
		return (uint16_t)(queue->available | queue->available_wrap << 15);
	return queue->available;
}

void notification_judged(struct watched_device *watched, const struct register_access *access,
			 uint32_t value)
{
	bool with_data = accepts(watched, VIRTIO_F_NOTIFICATION_DATA);
	struct watched_queue *queue = queue_of(watched, (uint16_t)value);
	bool over_pci = watched->device->traits & DEVICE_OVER_PCI;
	uint32_t multiplier = over_pci ? virtio_pci(watched->device)->notify_off_multiplier : 0;

	notification_sent(watched, value);
	if (over_pci)
		KEEPS(watched, DRIVER_NOTIFY_1, access->width == (with_data ? 4u : 2u),
		      "%u bytes, with%s NOTIFICATION_DATA", access->width, with_data ? "" : "out");
	else
		KEEPS(watched, DRIVER_MMIO_4, access->width == 4, "%u bytes in QueueNotify",
		      access->width);
	if (!KEEPS(watched, DRIVER_NOTIFY_2, queue, "%#x is written, which names no queue", value))
		return;
	if (accepts(watched, VIRTIO_F_RING_RESET))
		KEEPS(watched, DRIVER_VQRESET_1, !queue->was_reset,
		      "%#x is written, and the queue is reset", value);
	if (!queue->was_reset)
		KEEPS(watched, DRIVER_NOTIFY_4, queue->enabled,
		      "%#x is written, and the queue is not enabled", value);
	if (queue->has_notify_off)
		KEEPS(watched, DRIVER_NOTIFY_4, access->offset == queue->notify_off * multiplier,
		      "%#x is written at offset %#x, where queue_notify_off is %u, the multiplier %u",
		      value, access->offset, queue->notify_off, multiplier);
	if (!queue->ring)
		return;
	ring_notified(watched, queue);
	if (with_data && access->width == 4)
		KEEPS(watched, DRIVER_NOTIFY_3, value >> 16 == position_of(queue),
		      "%#x is written, and the driver stands at %#x", value, position_of(queue));
}
